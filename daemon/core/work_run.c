#include "core/work_run.h"

#include <jx/run.pb-c.h>
#include <sodium.h>
#include <string.h>

#include "scoring/scoring.h"

enum { WORK_UNIT_ARENA_SIZE_MAX = 256 << 20 };

/* Pages of one section after another, hashed as they leave. */
struct work_pages {
	const struct job_io *io;
	crypto_hash_sha256_state hash;
	const char *section;
	uint32_t page;
};

static void
work_pages_open(struct work_pages *pages, const char *section)
{
	pages->section = section;
	pages->page = 0;
	pages->io->give(pages->io->arg, WORK_OUT_SECTION, 0,
	    (struct bytes){(const uint8_t *)section, strlen(section)});
}

/* message: a page; its next, at next_offset behind has_offset, is set when more follow. */
static enum jx_err
work_pages_give(struct work_pages *pages, const ProtobufCMessage *message)
{
	size_t size = protobuf_c_message_get_packed_size(message);
	struct arena *arena = arena_new(size + 4096);
	uint8_t *packed = arena == NULL ? NULL : arena_alloc(arena, size + 1);
	uint8_t number[4] = {(uint8_t)(pages->page >> 24), (uint8_t)(pages->page >> 16),
	    (uint8_t)(pages->page >> 8), (uint8_t)pages->page};

	if (packed == NULL) {
		arena_free(arena);
		return JX_E_MEMORY;
	}
	protobuf_c_message_pack(message, packed);
	crypto_hash_sha256_update(
	    &pages->hash, (const uint8_t *)pages->section, strlen(pages->section) + 1);
	crypto_hash_sha256_update(&pages->hash, number, sizeof number);
	crypto_hash_sha256_update(&pages->hash, packed, size);
	pages->io->give(pages->io->arg, WORK_OUT_PAGE, pages->page, (struct bytes){packed, size});
	pages->page++;
	arena_free(arena);
	return JX_OK;
}

/* How many of the messages from `first` on fit one page. */
static size_t
work_pages_fit(ProtobufCMessage *const *messages, size_t first, size_t count)
{
	size_t size = 0, fit = 0;

	while (first + fit < count) {
		size += protobuf_c_message_get_packed_size(messages[first + fit]) + 8;
		if (fit > 0 && size > WORK_PAGE_SIZE_MAX)
			break;
		fit++;
	}
	return fit;
}

static enum jx_err
work_run_results(
    struct work_pages *pages, const struct score *score, bool with_units, struct arena *arena)
{
	size_t hole_count = score_hole_count(score);
	size_t unit_count = with_units ? score_unit_count(score) : 0;
	size_t count = hole_count + unit_count, first = 0;
	ProtobufCMessage **all = arena_alloc(arena, (count + 1) * sizeof *all);
	enum jx_err err = all == NULL ? JX_E_MEMORY : JX_OK;

	/* Pages borrow the score's messages and do not change them. */
	for (size_t i = 0; err == JX_OK && i < count; i++)
		all[i] = (ProtobufCMessage *)(uintptr_t)(i < hole_count
							     ? (const void *)score_hole(score, i)
							     : (const void *)score_unit(
								   score, i - hole_count));
	work_pages_open(pages, "results");
	while (err == JX_OK) {
		Jx__ResultsPage page = JX__RESULTS_PAGE__INIT;
		size_t fit = work_pages_fit(all, first, count);
		size_t holes = first >= hole_count        ? 0
			       : hole_count - first < fit ? hole_count - first
							  : fit;

		page.n_holes = holes;
		page.holes = (Jx__Hole **)(all + first);
		page.n_units = fit - holes;
		page.units = (Jx__UnitResult **)(all + first + holes);
		first += fit;
		page.has_next = first < count;
		page.next = pages->page + 1;
		err = work_pages_give(pages, &page.base);
		if (first >= count)
			break;
	}
	return err;
}

/* Every node says to which component it belongs, so that a reader's rights can be kept without the
 * whole tree. */
static void
work_run_mark(Jx__Explanation *explanation)
{
	for (size_t i = 0; i < explanation->n_nodes; i++) {
		Jx__Node *node = explanation->nodes[i];

		if (!node->has_parent)
			continue;
		node->within =
		    node->parent == 0 ? node->code : explanation->nodes[node->parent]->within;
	}
}

static enum jx_err
work_run_explain(struct work_pages *pages, const struct score *score, size_t index)
{
	struct arena *arena = arena_new(WORK_UNIT_ARENA_SIZE_MAX);
	Jx__Explanation *explanation = arena == NULL ? NULL : score_explain(score, index, arena);
	const char *section =
	    explanation == NULL ? NULL : arena_printf(arena, "unit:%s", explanation->unit);
	enum jx_err err = section == NULL ? JX_E_MEMORY : JX_OK;
	size_t first = 0;

	if (err == JX_OK) {
		work_run_mark(explanation);
		work_pages_open(pages, section);
	}
	while (err == JX_OK && first < explanation->n_nodes) {
		Jx__ExplainPage page = JX__EXPLAIN_PAGE__INIT;
		size_t fit = work_pages_fit(
		    (ProtobufCMessage **)explanation->nodes, first, explanation->n_nodes);

		page.unit = explanation->unit;
		page.nodes = explanation->nodes + first;
		page.n_nodes = fit;
		first += fit;
		page.has_next = first < explanation->n_nodes;
		page.next = pages->page + 1;
		err = work_pages_give(pages, &page.base);
	}
	arena_free(arena);
	return err;
}

static bool
work_run_on_progress(void *arg, size_t done, size_t total)
{
	const struct job_io *io = arg;

	io->give(io->arg, WORK_OUT_PROGRESS, total == 0 ? 50 : (uint32_t)(done * 50 / total),
	    (struct bytes){NULL, 0});
	return true;
}

static void
work_run_outcome(struct work_pages *pages, const struct scheme *scheme, const struct score *score,
    bool is_refused, const uint8_t input_digest[32])
{
	Jx__Run run = JX__RUN__INIT;
	uint8_t digest[32], packed[512];

	crypto_hash_sha256_final(&pages->hash, digest);
	run.state = (char *)(uintptr_t)(is_refused ? "refused" : "done");
	run.engine = (char *)(uintptr_t)WORK_ENGINE;
	run.has_scheme_digest = run.has_input_digest = run.has_result_digest = true;
	run.scheme_digest = (ProtobufCBinaryData){32, (uint8_t *)(uintptr_t)scheme->digest};
	run.input_digest = (ProtobufCBinaryData){32, (uint8_t *)(uintptr_t)input_digest};
	run.result_digest = (ProtobufCBinaryData){32, digest};
	run.has_unit_count = run.has_hole_count = run.has_digits = true;
	run.unit_count = is_refused ? 0 : (uint32_t)score_unit_count(score);
	run.hole_count = (uint32_t)score_hole_count(score);
	run.digits = scheme->digits;
	pages->io->give(pages->io->arg, WORK_OUT_RUN, 0,
	    (struct bytes){packed, protobuf_c_message_pack(&run.base, packed)});
}

static enum jx_err
work_run_give(const struct job_io *io, struct work_input *input, const struct scheme *scheme,
    const struct score *score, const uint8_t input_digest[32])
{
	bool is_refused = input->is_final && score_hole_count(score) > 0;
	size_t units = is_refused ? 0 : score_unit_count(score);
	struct work_pages pages = {.io = io};
	enum jx_err err;

	crypto_hash_sha256_init(&pages.hash);
	err = work_run_results(&pages, score, !is_refused, input->arena);
	for (size_t i = 0; err == JX_OK && i < units; i++) {
		err = work_run_explain(&pages, score, i);
		io->give(io->arg, WORK_OUT_PROGRESS, 50 + (uint32_t)((i + 1) * 50 / units),
		    (struct bytes){NULL, 0});
	}
	if (err == JX_OK)
		work_run_outcome(&pages, scheme, score, is_refused, input_digest);
	return err;
}

enum jx_err
work_run(const struct job_io *io, struct work_input *input)
{
	Jx__Records *records = records_builder_get(input->old_records);
	struct faults *faults = faults_new(input->lang);
	struct scheme *scheme =
	    faults == NULL ? NULL : scheme_read(input->scheme, "scheme.yaml", faults);
	struct score *score = NULL;
	uint8_t input_digest[32];
	enum jx_err err =
	    scheme == NULL ? JX_E_INTERNAL : JX_OK; /* what is stored was checked when it came in */

	records_sort(records);
	records_digest(records, input->scheme, input_digest);
	if (err == JX_OK)
		err = score_compute(
		    scheme, records, work_run_on_progress, (void *)(uintptr_t)io, &score);
	if (err == JX_OK)
		err = work_run_give(io, input, scheme, score, input_digest);
	score_free(score);
	scheme_free(scheme);
	faults_free(faults);
	return err;
}
