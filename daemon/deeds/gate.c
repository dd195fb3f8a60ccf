/* Every gate that a deed passes, in order, on one screen. A deed's function has none. */
#include <string.h>

#include "deeds/commitcode.h"
#include "deeds/deed.h"
#include "deeds/outcome.h"
#include "records/field.h"
#include "records/paper.h"
#include "wire/card.h"

/* ---- Whose. */

static const char *
row_text(enum record_kind kind, const ProtobufCMessage *row, const char *name)
{
	int field = field_find(kind, name);

	return field < 0 ? NULL : field_text(row, kind, (size_t)field);
}

/* Each row that names a department names the actor's own, or one that he stands in for (R20). */
static bool
is_own_items(const struct deed_ctx *ctx)
{
	for (int kind = 0; kind < PAPER_END; kind++)
		for (size_t i = 0; i < records_count(ctx->args->rows, (enum record_kind)kind); i++) {
			const ProtobufCMessage *row =
			    records_at(ctx->args->rows, (enum record_kind)kind, i);
			const char *by = row_text((enum record_kind)kind, row, "by");
			const char *item = row_text((enum record_kind)kind, row, "item");
			const char *unit = row_text((enum record_kind)kind, row, "unit");

			if (by == NULL || strcmp(by, ctx->actor->subject) == 0)
				continue;
			if (item == NULL || unit == NULL ||
			    !deed_is(book_substitute(ctx->book, unit, item, by), ctx->actor->account))
				return false;
		}
	return true;
}

static bool
is_in_scope(const struct deed_ctx *ctx)
{
	const char *unit = ctx->args->unit, *subject = ctx->actor->subject;

	switch (ctx->deed->scope) {
	case DEED_YEAR:
		return true;
	case DEED_OWN:
		return *unit != '\0' && strcmp(unit, ctx->actor->unit) == 0;
	case DEED_REVIEW:
		return *unit != '\0' &&
		       book_get(ctx->book, PAPER_REVIEWERS, unit, subject) != NULL;
	case DEED_ITEM:
		return *subject != '\0' && is_own_items(ctx);
	case DEED_CHARGE:
		return *subject != '\0' && book_supervises(ctx->book, subject, unit);
	case DEED_VISITED:
		if (ctx->actor->role == ROLE_OFFICE)
			return *unit != '\0';
		/* fallthrough */
	case DEED_TEAM:
		return book_in_team(ctx->book, ctx->actor->account, unit) ||
		       book_stands_in(ctx->book, ctx->actor->account, unit);
	case DEED_LEADER:
		return *subject != '\0';
	case DEED_SCOPE_NONE:
		break;
	}
	return false;
}

/* Rows that name a unit name the deed's. */
static bool
is_of_unit(const struct deed_ctx *ctx)
{
	if (*ctx->args->unit == '\0')
		return true;
	for (int kind = 0; kind < PAPER_END; kind++)
		for (size_t i = 0; i < records_count(ctx->args->rows, (enum record_kind)kind); i++) {
			const char *unit = row_text((enum record_kind)kind,
			    records_at(ctx->args->rows, (enum record_kind)kind, i), "unit");

			if (unit != NULL && strcmp(unit, ctx->args->unit) != 0)
				return false;
		}
	return true;
}

/* ---- Arguments. */

static enum jx_err
check_argument(const struct deed_ctx *ctx, unsigned required, unsigned allowed, bool is_given)
{
	unsigned arguments = ctx->deed->arguments;

	if (is_given ? (arguments & (required | allowed)) == 0 : (arguments & required) != 0)
		return JX_E_FIELD;
	return JX_OK;
}

static bool
is_value(const struct deed *deed, const char *value)
{
	if (deed->values == NULL || *value == '\0')
		return true;
	for (const char *const *v = deed->values; *v != NULL; v++)
		if (strcmp(*v, value) == 0)
			return true;
	return false;
}

/* Whole hashes, as many as a deed takes. */
static bool
is_cards(const struct deed_ctx *ctx)
{
	size_t size = ctx->args->cards.len;

	return size % CARD_HASH_SIZE == 0 && size / CARD_HASH_SIZE <= DEED_CARD_COUNT_MAX;
}

static enum jx_err
check_arguments(const struct deed_ctx *ctx, const char **field)
{
	const Jx__Deed *args = ctx->args;
	const struct {
		const char *name;
		unsigned required, allowed;
		bool is_given;
	} rows[] = {
	    {"unit", DEED_UNIT, DEED_MAY_UNIT, *args->unit != '\0'},
	    {"object", DEED_OBJECT, DEED_MAY_OBJECT, *args->object != '\0'},
	    {"value", DEED_VALUE, DEED_MAY_VALUE, *args->value != '\0'},
	    {"reason", DEED_REASON, DEED_MAY_REASON, *args->reason != '\0'},
	    {"document", DEED_DOCUMENT, DEED_MAY_DOCUMENT, *args->document != '\0'},
	    {"dated", DEED_DATED, DEED_MAY_DATED, *args->dated != '\0'},
	    {"run", DEED_RUN, DEED_MAY_RUN, args->run != 0},
	    {"due_us", DEED_DUE, DEED_MAY_DUE, args->due_us != 0},
	    {"rows", DEED_ROWS, DEED_MAY_ROWS, ctx->args->rows != NULL && args->rows->base.descriptor != NULL &&
		protobuf_c_message_get_packed_size(&args->rows->base) > 0},
	    {"cards", DEED_CARDS, DEED_MAY_CARDS, args->cards.len > 0},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		*field = rows[i].name;
		if (check_argument(ctx, rows[i].required, rows[i].allowed, rows[i].is_given) != JX_OK)
			return JX_E_FIELD;
	}
	*field = "cards";
	if (!is_cards(ctx))
		return JX_E_FIELD;
	*field = "value";
	if (!is_value(ctx->deed, args->value))
		return JX_E_FIELD;
	*field = "dated";
	if (*args->dated != '\0' && deed_date_end(args->dated) == 0)
		return JX_E_FIELD;
	*field = "unit";
	if (*args->unit != '\0' && book_unit_kind(ctx->book, args->unit) < 0)
		return JX_E_NOT_FOUND;
	*field = "object";
	return strchr(args->object, '/') != NULL ? JX_E_FIELD : JX_OK;
}

static bool
is_kind_of(const struct deed *deed, enum record_kind kind)
{
	for (size_t i = 0; i < DEED_KIND_COUNT_MAX && deed->kinds[i] != 0; i++)
		if (deed->kinds[i] == kind)
			return true;
	return false;
}

/* Every row is of a kind of this deed, and good in itself. Doubled keys are faults. */
static enum jx_err
check_rows(struct deed_ctx *ctx, const char **field)
{
	for (int k = 0; k < PAPER_END; k++) {
		enum record_kind kind = (enum record_kind)k;
		size_t count = records_count(ctx->args->rows, kind);

		*field = record_kinds[kind].name;
		if (count > 0 && !is_kind_of(ctx->deed, kind))
			return JX_E_FIELD;
		for (size_t i = 0; i < count; i++) {
			ProtobufCMessage *row = records_at(ctx->args->rows, kind, i);
			int bad = paper_check(kind, row);

			if (bad >= 0)
				deed_fault(ctx, kind, i, record_kinds[kind].fields[bad].name,
				    "“%s”缺失或取值不正确", "%s is missing or not valid",
				    ctx->lang == JX_EN ? record_kinds[kind].fields[bad].name
						       : record_kinds[kind].fields[bad].zh);
			for (size_t j = 0; bad < 0 && j < i; j++)
				if (record_compare_key(records_at(ctx->args->rows, kind, j), row, kind) == 0) {
					deed_fault(ctx, kind, i, record_kinds[kind].fields[0].name,
					    "与第 %zu 行重复", "stands at row %zu already", j + 1);
					break;
				}
		}
	}
	*field = NULL;
	return faults_count(ctx->faults) > 0 ? JX_E_FAULTS : JX_OK;
}

enum jx_err
deed_gate(struct deed_ctx *ctx, const char **field)
{
	const struct deed *deed = ctx->deed;
	enum jx_err err;

	*field = NULL;
	commitcode_judge(ctx);
	if ((deed->roles & ctx->actor->role) == 0)
		return JX_E_DENIED;
	if (!is_in_scope(ctx) || !is_of_unit(ctx))
		return JX_E_DENIED;
	if (!deed->after_end && book_is_published(ctx->book))
		return JX_E_FROZEN;
	if (deed->phase != NULL && !deed_phase_open(ctx, deed->phase))
		return JX_E_PHASE;
	err = check_arguments(ctx, field);
	if (err == JX_OK)
		err = check_rows(ctx, field);
	if (err == JX_OK && deed->phase != NULL)
		ctx->is_late = deed_is_late(ctx, book_phase_due(ctx->book, deed->phase, ctx->args->unit));
	return err;
}

/* What the deed put borrows from the book and may share texts; once it is to be applied it stands alone. */
static const ProtobufCMessage *
settled(struct deed_ctx *ctx, const ProtobufCMessage *record)
{
	size_t size = protobuf_c_message_get_packed_size(record);
	uint8_t *packed = arena_alloc(ctx->arena, size + 1);
	ProtobufCMessage *copy = NULL;

	if (packed != NULL) {
		protobuf_c_message_pack(record, packed);
		copy = protobuf_c_message_unpack(
		    record->descriptor, arena_allocator(ctx->arena), size, packed);
	}
	if (copy == NULL)
		ctx->out_of_memory = true;
	return copy;
}

static void
settle(struct deed_ctx *ctx)
{
	for (size_t i = 0; i < ctx->change_count && !ctx->out_of_memory; i++) {
		struct deed_change *change = &ctx->changes[i];

		change->record = (ProtobufCMessage *)(uintptr_t)settled(ctx, change->record);
		if (change->before != NULL)
			change->before = settled(ctx, change->before);
	}
}

/* From the first draft of the result on, what it was computed from stands still (R32). */
static enum jx_err
check_blocks(struct deed_ctx *ctx)
{
	for (size_t i = 0; i < ctx->change_count; i++) {
		const struct deed_change *change = &ctx->changes[i];

		if (outcome_blocks(ctx->book, change->kind, change->record))
			deed_why(ctx, "评估结果已在办理（%s），%s %s 不能再改；须先由评估委员会退回并指明重开的数据",
			    "the result is under way (%s): %s %s stands, unless the committee returns the result and re-opens it",
			    outcome_state(ctx->book), record_kinds[change->kind].name,
			    paper_key(ctx->arena, change->kind, change->record));
	}
	return ctx->why_count > 0 ? JX_E_LIFE : JX_OK;
}

enum jx_err
deed_run_it(struct deed_ctx *ctx, const char **field)
{
	enum jx_err err = deed_gate(ctx, field);

	if (err == JX_OK) {
		err = ctx->deed->act(ctx);
		if (err == JX_OK)
			err = check_blocks(ctx);
		if (err == JX_OK)
			settle(ctx);
		if (ctx->out_of_memory)
			err = JX_E_MEMORY;
	}
	return err;
}
