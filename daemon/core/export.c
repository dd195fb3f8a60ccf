#include "core/export.h"

#include <stdio.h>
#include <string.h>

#include "core/inside.h"
#include "records/json.h"

/* ---- The years this account may see. */

static void
export_on_years(
    struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct request *req = ask_owner(core, id, rows, NULL);
	Jx__YearsReply reply = JX__YEARS_REPLY__INIT;

	(void)handle;
	if (req == NULL)
		return;
	reply.years = arena_alloc(req->arena, (rows->row_count + 1) * sizeof *reply.years);
	for (size_t i = 0; reply.years != NULL && i < rows->row_count; i++) {
		Jx__Year *year = arena_alloc(req->arena, sizeof *year);

		if (year == NULL)
			break;
		jx__year__init(year);
		year->city = ask_text(req->arena, rows, i, 0);
		if (year->city == NULL ||
		    (strcmp(req->actor.city, "*") != 0 && strcmp(req->actor.city, year->city) != 0))
			continue;
		year->has_year = year->has_batch = year->has_units = true;
		year->year = (uint32_t)ask_number(rows, i, 1);
		year->city_name = ask_text(req->arena, rows, i, 2);
		year->batch = ask_number(rows, i, 3);
		year->units = (uint32_t)ask_number(rows, i, 4);
		reply.years[reply.n_years++] = year;
	}
	request_reply(core, req, JX__ENVELOPE__BODY_YEARS_REPLY, &reply);
}

void
export_handle_years(struct core *core, struct request *req)
{
	enum jx_err err = ask_send(core, QUESTION_YEARS, NULL, req->id, 0, export_on_years);

	if (err != JX_OK)
		request_fail(core, req, err, NULL);
}

/* ---- The scheme, as it was given. */

static void
export_on_scheme(
    struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct request *req = ask_owner(core, id, rows, "year");
	const Jx__SchemeRead *read;
	Jx__SchemePage reply = JX__SCHEME_PAGE__INIT;
	struct bytes text;
	size_t size;

	(void)handle;
	if (req == NULL)
		return;
	read = (const Jx__SchemeRead *)req->message;
	text = ask_cell(rows, 0, 0);
	if (read->offset > text.size) {
		request_fail(core, req, JX_E_FIELD, "offset");
		return;
	}
	size = text.size - read->offset;
	if (size > EXPORT_SCHEME_SIZE)
		size = EXPORT_SCHEME_SIZE;
	reply.has_text = reply.has_batch = true;
	reply.text = (ProtobufCBinaryData){size, (uint8_t *)(uintptr_t)text.data + read->offset};
	reply.batch = ask_number(rows, 0, 1);
	reply.has_next = read->offset + size < text.size;
	reply.next = read->offset + size;
	request_reply(core, req, JX__ENVELOPE__BODY_SCHEME_PAGE, &reply);
}

void
export_handle_scheme(struct core *core, struct request *req)
{
	const Jx__SchemeRead *read = (const Jx__SchemeRead *)req->message;
	char year[16], batch[24];
	struct ask_params params = {{read->city, year, batch}};
	enum jx_err err;

	snprintf(year, sizeof year, "%u", read->year);
	snprintf(batch, sizeof batch, "%llu", (unsigned long long)read->batch);
	err = ask_send(core, QUESTION_SCHEME, &params, req->id, 0, export_on_scheme);
	if (err != JX_OK)
		request_fail(core, req, err, NULL);
}

/* ---- Records of one kind. */

/* How many of a kind's first records fit a page. */
static size_t
export_fit(const Jx__Records *records, enum record_kind kind, size_t count)
{
	size_t size = 0;

	for (size_t i = 0; i < count; i++) {
		size += protobuf_c_message_get_packed_size(records_at(records, kind, i)) + 4;
		if (size > EXPORT_RECORD_SIZE)
			return i == 0 ? 1 : i;
	}
	return count;
}

/* Sets a repeated field's length, by the descriptor: the kinds are listed nowhere else. */
static void
export_cut(Jx__Records *records, enum record_kind kind, size_t count)
{
	const ProtobufCFieldDescriptor *field = &jx__records__descriptor.fields[kind];

	memcpy((uint8_t *)records + field->quantifier_offset, &count, sizeof count);
}

static void
export_on_records(
    struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct request *req = ask_owner(core, id, rows, NULL);
	const Jx__RecordsRead *read;
	Jx__RecordsPage reply = JX__RECORDS_PAGE__INIT;
	struct records_builder *builder;
	enum record_kind kind = (enum record_kind)handle;
	size_t count, fit;
	enum jx_err err;

	if (req == NULL)
		return;
	read = (const Jx__RecordsRead *)req->message;
	builder = records_builder_new(req->arena);
	err = builder == NULL ? JX_E_MEMORY : JX_OK;
	if (err == JX_OK && rows->row_count > 0)
		err = records_json_read(builder, kind, ask_cell(rows, 0, 0));
	if (err != JX_OK) {
		request_fail(core, req, err, NULL);
		return;
	}
	reply.records = records_builder_get(builder);
	count = records_count(reply.records, kind);
	fit = export_fit(reply.records, kind, count);
	export_cut(reply.records, kind, fit);
	reply.has_batch = true;
	reply.batch = read->batch;
	reply.has_next = fit < count || count == EXPORT_RECORD_COUNT;
	reply.next = read->offset + fit;
	request_reply(core, req, JX__ENVELOPE__BODY_RECORDS_PAGE, &reply);
}

void
export_handle_records(struct core *core, struct request *req)
{
	const Jx__RecordsRead *read = (const Jx__RecordsRead *)req->message;
	enum record_kind kind =
	    read->kind == NULL ? RECORD_KIND_COUNT : record_kind_find(read->kind);
	char year[16], batch[24], offset[24], limit[16];
	struct ask_params params = {{read->city, year, batch, read->kind, offset, limit}};
	enum jx_err err;

	if (kind == RECORD_KIND_COUNT) {
		request_fail(core, req, JX_E_FIELD, "kind");
		return;
	}
	if (!read->has_batch || read->batch == 0 || read->offset > RECORD_COUNT_MAX) {
		/* Pages of different moments would not be one year: SchemeRead tells the batch to
		 * name. */
		request_fail(core, req, JX_E_FIELD, read->batch == 0 ? "batch" : "offset");
		return;
	}
	snprintf(year, sizeof year, "%u", read->year);
	snprintf(batch, sizeof batch, "%llu", (unsigned long long)read->batch);
	snprintf(offset, sizeof offset, "%llu", (unsigned long long)read->offset);
	snprintf(limit, sizeof limit, "%d", EXPORT_RECORD_COUNT);
	err = ask_send(core, QUESTION_RECORDS_PAGE, &params, req->id, kind, export_on_records);
	if (err != JX_OK)
		request_fail(core, req, err, NULL);
}
