/* Proofs (痕迹): sent once, used many times; each use beside the true time of receipt (R44). */
#include <stdlib.h>
#include <string.h>

#include "deeds/round.h"
#include "deeds/sight.h"
#include "records/field.h"
#include "records/paper.h"

static const struct view_column columns[] = {
    {"evidence", "文件摘要", "file hash", "text"},
    {"kind", "用于", "used in", "text"},
    {"key", "编号", "key", "text"},
    {"unit", "单位", "unit", "text"},
    {"received", "收到时间", "received", "moment"},
    {"dated", "自称日期", "claimed date", "text"},
};

struct use {
	const char *evidence, *unit, *dated;
	enum record_kind kind;
	const ProtobufCMessage *record;
	size_t place;
};

static const char *
text_of(enum record_kind kind, const ProtobufCMessage *record, const char *name)
{
	int field = field_find(kind, name);

	return field < 0 ? "" : deed_str(field_text(record, kind, (size_t)field));
}

static int
compare_uses(const void *a, const void *b)
{
	const struct use *left = a, *right = b;
	int order = strcmp(left->evidence, right->evidence);

	if (order != 0)
		return order;
	return left->place < right->place ? -1 : left->place > right->place;
}

/* The material as which the unit sent that file first; NULL: it never did. */
static const Jx__Material *
first_material(const struct book *book, const struct use *use)
{
	const Jx__Material *material, *first = NULL;
	size_t cursor = 0;

	while ((material = (const Jx__Material *)book_next(book, PAPER_MATERIALS, use->unit, &cursor)) != NULL)
		if (deed_is(material->evidence, use->evidence) && material->has_at_us &&
		    (first == NULL || material->at_us < first->at_us))
			first = material;
	return first;
}

static void
use_row(struct view_ctx *ctx, const struct use *use)
{
	const Jx__Material *first = first_material(ctx->book, use);

	view_row(ctx);
	view_add(ctx, use->evidence);
	view_add(ctx, record_kinds[use->kind].name);
	view_add(ctx, paper_key(ctx->arena, use->kind, use->record));
	view_add(ctx, use->unit);
	if (first == NULL)
		view_add(ctx, "");
	else
		view_add_number(ctx, first->at_us);
	view_add(ctx, *use->dated != '\0' || first == NULL ? use->dated : deed_str(first->dated));
}

static size_t
collect(const struct view_ctx *ctx, enum record_kind kind, struct use *uses, size_t count)
{
	for (size_t i = 0; i < book_count(ctx->book, kind); i++) {
		const ProtobufCMessage *record = book_at(ctx->book, kind, i)->record;
		struct use use = {.evidence = text_of(kind, record, "evidence"),
		    .unit = text_of(kind, record, "unit"),
		    .dated = text_of(kind, record, "dated"),
		    .kind = kind,
		    .record = record,
		    .place = count};

		if (*use.evidence != '\0' && round_is_shown(ctx, use.unit) &&
		    sight_may(ctx->book, ctx->actor, kind, record))
			uses[count++] = use;
	}
	return count;
}

static bool
has_evidence(int kind)
{
	return field_find((enum record_kind)kind, "evidence") >= 0;
}

static enum jx_err
uses_make(struct view_ctx *ctx)
{
	size_t all = 0, count = 0;
	struct use *uses;

	for (int kind = 0; kind < PAPER_END; kind++)
		all += has_evidence(kind) ? book_count(ctx->book, (enum record_kind)kind) : 0;
	uses = arena_alloc(ctx->arena, (all + 1) * sizeof *uses);
	if (uses == NULL)
		return JX_E_MEMORY;
	for (int kind = 0; kind < PAPER_END; kind++)
		if (has_evidence(kind))
			count = collect(ctx, (enum record_kind)kind, uses, count);
	qsort(uses, count, sizeof *uses, compare_uses);
	for (size_t i = 0; i < count; i++)
		use_row(ctx, &uses[i]);
	return JX_OK;
}

/* clang-format off */
static const struct view views[] = {
	{"evidence.uses", "每份证明材料用在何处、何时收到、自称何日", "where each proof is used, when it came, what date it claims",
	    ROLE_OFFICE | ROLE_AUDITOR | ROLE_CLERK | ROLE_HEAD | ROLE_FUNCTIONAL, VIEW_MAY_UNIT, columns, sizeof columns / sizeof *columns,
	    uses_make, "R44"},
};
/* clang-format on */

const struct chapter evidence_chapter = {.views = views, .view_count = sizeof views / sizeof *views};
