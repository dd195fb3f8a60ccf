/* Proofs (痕迹): sent once, used many times; each use beside the true time of receipt (R44). */
#include <stdlib.h>
#include <string.h>

#include "deeds/awaited.h"
#include "deeds/round.h"
#include "deeds/sight.h"
#include "deeds/view.h"
#include "records/field.h"
#include "records/paper.h"

static const char *
text_of(enum record_kind kind, const ProtobufCMessage *record, const char *name)
{
	int field = field_find(kind, name);

	return field < 0 ? "" : deed_str(field_text(record, kind, (size_t)field));
}

/* ---- Uses. */

static const struct view_column use_columns[] = {
    {"evidence", "文件摘要", "file hash", "text"},
    {"kind", "用于", "used in", "text"},
    {"key", "编号", "key", "text"},
    {"unit", "单位", "unit", "text"},
    {"received", "收到时间", "received", "moment"},
    {"dated", "自称日期", "claimed date", "text"},
    {"name", "文件名", "name", "text"},
    {"type", "类型", "type", "text"},
    {"size", "字节数", "bytes", "whole"},
};

struct use {
	const char *evidence, *unit, *dated; /* evidence: one file, or the field as it stands */
	enum record_kind kind;
	const ProtobufCMessage *record;
	size_t place;
};

struct uses {
	struct use *list;
	size_t count, capacity;
};

static int
compare_uses(const void *a, const void *b)
{
	const struct use *left = a, *right = b;
	int order = strcmp(left->evidence, right->evidence);

	if (order != 0)
		return order;
	return left->place < right->place ? -1 : left->place > right->place;
}

static bool
has_evidence(const Jx__Material *material, const char *evidence)
{
	return deed_is(material->evidence, evidence) ||
	       (proof_is_hash(evidence) && proof_names(PAPER_MATERIALS, &material->base, evidence));
}

/* The material as which the unit sent that file first; NULL: it never did. */
static const Jx__Material *
first_material(const struct book *book, const struct use *use)
{
	const Jx__Material *material, *first = NULL;
	size_t cursor = 0;

	while ((material = (const Jx__Material *)book_next(book, PAPER_MATERIALS, use->unit, &cursor)) != NULL)
		if (has_evidence(material, use->evidence) && material->has_at_us &&
		    (first == NULL || material->at_us < first->at_us))
			first = material;
	return first;
}

/* What is kept says when it came; of a mere reference, the material as which it was first filed does. */
static void
use_row(struct view_ctx *ctx, const struct use *use)
{
	const Jx__Material *first = first_material(ctx->book, use);
	const Jx__File *file = proof_find(ctx->book, use->unit, use->evidence);
	bool is_file = proof_is_hash(use->evidence);

	if (file != NULL && !proof_may_read(ctx->book, ctx->actor, file))
		file = NULL;
	view_row(ctx);
	view_add(ctx, use->evidence);
	view_add(ctx, record_kinds[use->kind].name);
	view_add(ctx, paper_key(ctx->arena, use->kind, use->record));
	view_add(ctx, use->unit);
	if (file != NULL)
		view_add_number(ctx, file->at_us);
	else if (is_file || first == NULL)
		view_add(ctx, "");
	else
		view_add_number(ctx, first->at_us);
	view_add(ctx, *use->dated != '\0' || first == NULL ? use->dated : deed_str(first->dated));
	view_add(ctx, file == NULL ? "" : file->name);
	view_add(ctx, file == NULL ? "" : file->type);
	if (file == NULL)
		view_add(ctx, "");
	else
		view_add_number(ctx, file->size);
}

static bool
add_use(struct view_ctx *ctx, struct uses *uses, struct use use, const char *evidence)
{
	if (uses->count == uses->capacity) {
		size_t capacity = uses->capacity == 0 ? 256 : 2 * uses->capacity;
		struct use *grown = arena_alloc(ctx->arena, capacity * sizeof *grown);

		if (grown == NULL)
			return false;
		if (uses->count > 0)
			memcpy(grown, uses->list, uses->count * sizeof *grown);
		uses->list = grown;
		uses->capacity = capacity;
	}
	use.evidence = arena_strdup(ctx->arena, evidence);
	use.place = uses->count;
	if (use.evidence == NULL)
		return false;
	uses->list[uses->count++] = use;
	return true;
}

/* A use a file that the field names; a field that names none is one. */
static bool
collect(struct view_ctx *ctx, enum record_kind kind, struct uses *uses)
{
	for (size_t i = 0; i < book_count(ctx->book, kind); i++) {
		const ProtobufCMessage *record = book_at(ctx->book, kind, i)->record;
		const char *evidence = proof_field(kind, record);
		struct use use = {.unit = text_of(kind, record, "unit"),
		    .dated = text_of(kind, record, "dated"),
		    .kind = kind,
		    .record = record};
		char hex[PROOF_HEX_SIZE + 1];
		size_t cursor = 0, named = 0;

		if (*evidence == '\0' || !round_is_shown(ctx, use.unit) ||
		    !sight_may(ctx->book, ctx->actor, kind, record))
			continue;
		for (; proof_next(evidence, &cursor, hex); named++)
			if (!add_use(ctx, uses, use, hex))
				return false;
		if (named == 0 && !add_use(ctx, uses, use, evidence))
			return false;
	}
	return true;
}

static enum jx_err
uses_make(struct view_ctx *ctx)
{
	struct uses uses = {NULL, 0, 0};

	for (int kind = 0; kind < PAPER_END; kind++)
		if (field_find((enum record_kind)kind, "evidence") >= 0 &&
		    !collect(ctx, (enum record_kind)kind, &uses))
			return JX_E_MEMORY;
	if (uses.count > 0)
		qsort(uses.list, uses.count, sizeof *uses.list, compare_uses);
	for (size_t i = 0; i < uses.count; i++)
		use_row(ctx, &uses.list[i]);
	return JX_OK;
}

/* ---- Are the files there? */

static const struct view_column state_columns[] = {
    {"unit", "单位", "unit", "text"},
    {"kind", "报送内容", "submission", "text"},
    {"key", "编号", "key", "text"},
    {"file", "文件摘要", "file hash", "text"},
    {"state", "状态", "state", "text"},
    {"submitted", "报送收到时间", "submission received", "moment"},
    {"received", "文件收到时间", "file received", "moment"},
    {"until", "截止", "until", "moment"},
    {"late", "迟报", "late", "text"},
    {"name", "文件名", "name", "text"},
};

static void
add_moment(struct view_ctx *ctx, bool is_there, uint64_t us)
{
	if (is_there)
		view_add_number(ctx, us);
	else
		view_add(ctx, "");
}

static void
state_row(void *arg, const struct awaited_item *item)
{
	struct view_ctx *ctx = arg;
	bool is_late = item->is_late || item->state == AWAITED_MISSING || item->state == AWAITED_LATE;

	if ((*ctx->args->unit != '\0' && !deed_is(ctx->args->unit, item->unit)) ||
	    !sight_may(ctx->book, ctx->actor, item->kind, item->record))
		return;
	view_row(ctx);
	view_add(ctx, item->unit);
	view_add(ctx, record_kinds[item->kind].name);
	view_add(ctx, paper_key(ctx->arena, item->kind, item->record));
	view_add(ctx, item->hex);
	view_add(ctx, awaited_word(item->state));
	add_moment(ctx, item->is_sent, item->submitted_us);
	add_moment(ctx, item->file != NULL, item->file == NULL ? 0 : item->file->at_us);
	add_moment(ctx, item->is_sent, item->until_us);
	view_add(ctx, is_late ? "yes" : "");
	view_add(ctx, item->file == NULL ? "" : item->file->name);
}

static enum jx_err
state_make(struct view_ctx *ctx)
{
	for (int kind = 0; kind < PAPER_END; kind++)
		if (awaited_is_kind((enum record_kind)kind))
			awaited_each(ctx->book, (enum record_kind)kind, ctx->actor, ctx->now_us, state_row, ctx);
	return JX_OK;
}

/* clang-format off */
static const struct view views[] = {
	{"evidence.uses", "每份证明材料用在何处、何时收到、自称何日", "where each proof is used, when it came, what date it claims",
	    ROLE_OFFICE | ROLE_AUDITOR | ROLE_CLERK | ROLE_HEAD | ROLE_FUNCTIONAL, VIEW_MAY_UNIT, use_columns, sizeof use_columns / sizeof *use_columns,
	    uses_make, "R44"},
	{"evidence.state", "报送所列的文件是否已到、是否按时", "whether the files that submissions name are there, and came in time",
	    ROLE_OFFICE | ROLE_AUDITOR | ROLE_COMMITTEE | ROLE_CLERK | ROLE_HEAD | ROLE_FUNCTIONAL, VIEW_MAY_UNIT,
	    state_columns, sizeof state_columns / sizeof *state_columns, state_make, "R12 R14 R16 R17 R24 R44"},
};
/* clang-format on */

const struct chapter evidence_chapter = {.views = views, .view_count = sizeof views / sizeof *views};
