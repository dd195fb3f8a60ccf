/* What may I do now, and why not (R42): the rows that the gates read, read aloud. */
#include <string.h>

#include "deeds/view.h"
#include "records/field.h"

static const struct view_column columns[] = {
    {"deed", "办理", "deed", "text"},
    {"words", "内容", "words", "text"},
    {"possible", "现在可办", "possible now", "text"},
    {"why", "原因", "why not", "text"},
};

/* The unit meant: the one asked for, else the actor's own. */
static const char *
unit_of(const struct view_ctx *ctx)
{
	return *ctx->args->unit != '\0' ? ctx->args->unit : ctx->actor->unit;
}

static bool
is_edge(const struct deed_life *life, const char *deed, const char *state)
{
	for (size_t i = 0; i < life->edge_count; i++)
		if (strcmp(life->edges[i].deed, deed) == 0 && strcmp(life->edges[i].from, state) == 0)
			return true;
	return false;
}

static const char *
text_of(enum record_kind kind, const ProtobufCMessage *record, const char *name, char *buffer)
{
	int field = field_find(kind, name);

	return field < 0 ? "" : record_field_text(record, kind, (size_t)field, buffer);
}

/* Does the kind hold one paper a unit, so that one that is not there has the state ""? */
static bool
is_one_a_unit(enum record_kind kind)
{
	return record_kinds[kind].field_count > 1 && strcmp(record_kinds[kind].fields[0].name, "unit") == 0 &&
	       !record_kinds[kind].fields[1].key;
}

/* Is there a paper, the unit's if one is meant, in a state from which this deed leads on? */
static bool
is_in_state(const struct view_ctx *ctx, const struct deed *deed, const char *unit)
{
	enum record_kind kind = deed->life->kind;
	char state[RECORD_TEXT_SIZE], owner[RECORD_TEXT_SIZE];
	bool has_unit = field_find(kind, "unit") >= 0, is_found = false;
	const ProtobufCMessage *record;
	size_t cursor = 0;

	while ((record = book_next(ctx->book, kind, NULL, &cursor)) != NULL) {
		if (has_unit && *unit != '\0' && !deed_is(text_of(kind, record, "unit", owner), unit))
			continue;
		is_found = true;
		if (is_edge(deed->life, deed->name, text_of(kind, record, "state", state)))
			return true;
	}
	/* A new one; of papers one a unit only where none is there yet. */
	return is_edge(deed->life, deed->name, "") && (!is_found || *unit == '\0' || !is_one_a_unit(kind));
}

/* The states from which the deed leads on, as text. */
static const char *
from_states(const struct view_ctx *ctx, const struct deed *deed)
{
	const char *list = "";

	for (size_t i = 0; i < deed->life->edge_count; i++) {
		const struct deed_edge *edge = &deed->life->edges[i];

		if (strcmp(edge->deed, deed->name) == 0)
			list = deed_str(arena_printf(ctx->arena, "%s%s%s", list, *list == '\0' ? "" : " ",
			    *edge->from == '\0' ? "-" : edge->from));
	}
	return list;
}

/* Counties and departments set their goals in two ways, which share one life: the names tell them apart. */
static bool
is_others_way(const struct view_ctx *ctx, const struct deed *deed, const char *unit)
{
	static const struct {
		const char *begin;
		enum kind kind;
	} ways[] = {{"county.", KIND_COUNTY}, {"plan.", KIND_DEPARTMENT}};

	for (size_t i = 0; *unit != '\0' && i < sizeof ways / sizeof *ways; i++)
		if (strncmp(deed->name, ways[i].begin, strlen(ways[i].begin)) == 0 &&
		    book_unit_kind(ctx->book, unit) != (int)ways[i].kind)
			return true;
	return false;
}

/* NULL: nothing stands against it. */
static const char *
why_not(const struct view_ctx *ctx, const struct deed *deed)
{
	const char *unit = unit_of(ctx);

	if (!deed->after_end && book_is_published(ctx->book))
		return view_say(ctx, "结果已公布，不再改动", "the result is published");
	if (deed->phase != NULL && !book_phase_open(ctx->book, deed->phase))
		return arena_printf(ctx->arena,
		    ctx->lang == JX_EN ? "phase \"%s\" is not open" : "阶段“%s”未开放", deed->phase);
	if (deed->scope == DEED_OWN && *ctx->actor->unit == '\0')
		return view_say(ctx, "账号没有所属单位", "the account has no unit");
	if (deed->scope == DEED_OWN && strcmp(unit, ctx->actor->unit) != 0)
		return view_say(ctx, "只能办理本单位的", "for one's own unit only");
	if (is_others_way(ctx, deed, deed->scope == DEED_OWN ? unit : ctx->args->unit))
		return view_say(ctx, "不是这类单位的办理事项", "not for this kind of unit");
	if (deed->scope == DEED_CHARGE && *ctx->args->unit != '\0' &&
	    !book_supervises(ctx->book, ctx->actor->subject, unit))
		return view_say(ctx, "不分管这个单位", "the unit is not in your charge");
	if (deed->scope == DEED_REVIEW && *ctx->args->unit != '\0' &&
	    book_get(ctx->book, PAPER_REVIEWERS, unit, ctx->actor->subject) == NULL)
		return view_say(ctx, "未被指定审核这个单位", "not named as a reviewer of this unit");
	if (deed->life != NULL && !is_in_state(ctx, deed, deed->scope == DEED_OWN ? unit : ctx->args->unit))
		return arena_printf(ctx->arena,
		    ctx->lang == JX_EN ? "nothing is in state: %s" : "没有处于可办状态的：%s",
		    from_states(ctx, deed));
	return NULL;
}

static enum jx_err
may_make(struct view_ctx *ctx)
{
	for (size_t i = 0; i < deed_count(); i++) {
		const struct deed *deed = deed_at(i);
		const char *why;

		if ((deed->roles & (unsigned)ctx->actor->role) == 0)
			continue;
		why = why_not(ctx, deed);
		view_row(ctx);
		view_add(ctx, deed->name);
		view_add(ctx, view_say(ctx, deed->zh, deed->en));
		view_add(ctx, why == NULL ? "yes" : "no");
		view_add(ctx, why);
	}
	return JX_OK;
}

/* clang-format off */
static const struct view views[] = {
	{"may", "我能办理什么，现在能不能办", "what I may do, and whether now", ROLE_ALL, VIEW_MAY_UNIT, columns, sizeof columns / sizeof *columns,
	    may_make, "R42"},
};
/* clang-format on */

const struct chapter may_chapter = {.views = views, .view_count = sizeof views / sizeof *views};
