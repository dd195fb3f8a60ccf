#include "core/run_store.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/inside.h"
#include "core/work.h"

static struct bytes
run_store_copy(struct bytes bytes)
{
	uint8_t *copy = malloc(bytes.size + 1);

	if (copy == NULL)
		return (struct bytes){NULL, 0};
	memcpy(copy, bytes.data, bytes.size);
	return (struct bytes){copy, bytes.size};
}

static bool
run_store_keep_page(struct run_output *output, uint32_t number, struct bytes bytes)
{
	struct bytes *grown;
	struct bytes copy;

	if (output->section == NULL || output->page_count >= RUN_PAGE_COUNT_MAX ||
	    output->pages_size + bytes.size > RUN_PAGES_SIZE_MAX)
		return false;
	grown = realloc(output->pages, (output->page_count + 1) * sizeof *grown);
	if (grown == NULL)
		return false;
	output->pages = grown;
	copy = run_store_copy(bytes);
	if (copy.data == NULL)
		return false;
	output->pages[output->page_count++] = copy;
	output->pages_size += bytes.size;
	if (output->names == NULL)
		output->names = json_array();
	return json_array_append_new(
		   output->names, json_pack("[s, I]", output->section, (json_int_t)number)) == 0;
}

void
run_store_keep(struct run *run, uint32_t tag, uint32_t number, struct bytes bytes)
{
	struct run_output *output = &run->output;

	switch (tag) {
	case WORK_OUT_SECTION:
		free(output->section);
		output->section = strndup((const char *)bytes.data, bytes.size);
		break;
	case WORK_OUT_PAGE:
		if (!run_store_keep_page(output, number, bytes))
			output->is_too_big = true;
		break;
	case WORK_OUT_RUN:
		free((void *)(uintptr_t)output->outcome.data);
		output->outcome = run_store_copy(bytes);
		break;
	default:
		break;
	}
}

void
run_store_free(struct run *run)
{
	struct run_output *output = &run->output;

	for (size_t i = 0; i < output->page_count; i++)
		free((void *)(uintptr_t)output->pages[i].data);
	free(output->pages);
	free(output->section);
	free((void *)(uintptr_t)output->outcome.data);
	json_decref(output->names);
	*output = (struct run_output){.page_count = 0};
}

static json_t *
run_store_hex(ProtobufCBinaryData data)
{
	char hex[2 * 32 + 1] = "";

	if (data.len == 32)
		sodium_bin2hex(hex, sizeof hex, data.data, data.len);
	return json_string(hex);
}

static char *
run_store_body(const struct run *run, const Jx__Run *outcome)
{
	json_t *body = outcome == NULL
			   ? json_pack("{s:I, s:s, s:[]}", "run", (json_int_t)run->number, "state",
				 "failed", "pages")
			   : json_pack("{s:I, s:s, s:o, s:o, s:s, s:o, s:I, s:I, s:I, s:O?}", "run",
				 (json_int_t)run->number, "state", outcome->state, "scheme_digest",
				 run_store_hex(outcome->scheme_digest), "input_digest",
				 run_store_hex(outcome->input_digest), "engine", outcome->engine,
				 "result_digest", run_store_hex(outcome->result_digest),
				 "unit_count", (json_int_t)outcome->unit_count, "hole_count",
				 (json_int_t)outcome->hole_count, "digits",
				 (json_int_t)outcome->digits, "pages", run->output.names);
	char *text = body == NULL ? NULL : json_dumps(body, JSON_COMPACT);

	json_decref(body);
	return text;
}

/* Made from the run's name and content: the same run done again after a crash is the same op. */
static void
run_store_ids(const struct run *run, const Jx__Run *outcome, struct intake_op *op)
{
	char name[128];
	uint8_t hash[32];
	int size =
	    snprintf(name, sizeof name, "run_finish %s %u %u", run->city, run->year, run->number);

	crypto_hash_sha256(hash, (const uint8_t *)name, (unsigned long long)size);
	memcpy(op->op_id, hash, sizeof op->op_id);
	memcpy(op->content_hash, hash, sizeof op->content_hash);
	if (outcome != NULL && outcome->result_digest.len == sizeof op->content_hash)
		memcpy(op->content_hash, outcome->result_digest.data, sizeof op->content_hash);
}

enum jx_err
run_store_op(struct run *run, enum jx_err err, uint64_t now_us, struct intake_op *op)
{
	struct run_output *output = &run->output;
	Jx__Run *outcome = NULL;

	if (err == JX_OK && !output->is_too_big && output->outcome.data != NULL)
		outcome = jx__run__unpack(NULL, output->outcome.size, output->outcome.data);
	*op = (struct intake_op){
	    .action = "run_finish",
	    .actor = "jixiaod",
	    .city = run->city,
	    .year = run->year,
	    .received_us = now_us,
	    .body = run_store_body(run, outcome),
	};
	run_store_ids(run, outcome, op);
	if (outcome != NULL) {
		op->blobs = output->pages;
		op->blob_count = output->page_count;
		output->pages = NULL;
		output->page_count = 0;
		jx__run__free_unpacked(outcome, NULL);
	}
	if (op->body != NULL)
		return JX_OK;
	for (size_t i = 0; i < op->blob_count; i++)
		free((void *)(uintptr_t)op->blobs[i].data);
	free(op->blobs);
	return JX_E_MEMORY;
}
