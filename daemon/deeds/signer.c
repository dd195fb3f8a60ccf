#include "deeds/signer.h"

#include <sodium.h>
#include <string.h>

#include "deeds/sight.h"
#include "wire/countersign.h"

/* Exactly size bytes in hex? */
static bool
read_hex(const char *hex, uint8_t *bytes, size_t size)
{
	size_t read;

	return strlen(deed_str(hex)) == 2 * size &&
	       sodium_hex2bin(bytes, size, hex, 2 * size, NULL, &read, NULL) == 0 && read == size;
}

/* ---- The unit's key. */

static void
put_signer(struct deed_ctx *ctx, size_t i)
{
	const Jx__Signer *row = ctx->args->rows->signers[i];
	const Jx__Signer *before = (const Jx__Signer *)deed_get(ctx, PAPER_SIGNERS, row->unit);
	uint8_t key[COUNTERSIGN_PUBLIC_SIZE];
	char hex[2 * sizeof key + 1];
	Jx__Signer *put;

	if (!read_hex(row->key, key, sizeof key) || crypto_core_ed25519_is_valid_point(key) != 1) {
		deed_fault(ctx, PAPER_SIGNERS, i, "key", "不是会签公钥（64 位十六进制）", "no public key (64 hex digits)");
		return;
	}
	sodium_bin2hex(hex, sizeof hex, key, sizeof key);
	if (before != NULL && deed_is(before->key, hex))
		return;
	if (before != NULL) {
		deed_why(ctx, "会签公钥已设；会签码遗失的，请绩效办撤销后再设（signer reset）",
		    "the unit has a countersigning key; when its code is lost, the office resets it (signer reset)");
		return;
	}
	put = deed_put(ctx, PAPER_SIGNERS, row->unit);
	DEED_SET(ctx, put->key, hex);
	DEED_SET_NUMBER(put, at_us, ctx->now_us);
}

static enum jx_err
signer_set(struct deed_ctx *ctx)
{
	for (size_t i = 0; i < ctx->args->rows->n_signers; i++)
		put_signer(ctx, i);
	return deed_verdict(ctx);
}

static enum jx_err
signer_reset(struct deed_ctx *ctx)
{
	if (deed_get(ctx, PAPER_SIGNERS, ctx->args->unit) == NULL)
		deed_why(ctx, "该单位没有设会签公钥", "the unit has no countersigning key");
	deed_drop(ctx, PAPER_SIGNERS, ctx->args->unit);
	deed_notify(ctx, ctx->args->unit, "", "",
	    deed_printf(ctx, "本单位的会签公钥已由绩效办撤销（%s），请重新设置（signer set）", ctx->args->reason));
	return deed_verdict(ctx);
}

/* ---- Beside a mark. */

static const struct signer_mark *
mark_find(const struct signer_mark *marks, size_t count, const Jx__Countersign *row)
{
	for (size_t i = 0; i < count; i++)
		if (deed_is(marks[i].unit, row->unit) && deed_is(marks[i].object, row->object))
			return &marks[i];
	return NULL;
}

static bool
is_signed(struct deed_ctx *ctx, const Jx__Countersign *row, const Jx__Signer *signer)
{
	const struct scheme *scheme = book_scheme(ctx->book);
	const struct countersign sign = {.city = scheme->city,
	    .year = scheme->year,
	    .unit = row->unit,
	    .object = row->object,
	    .by = row->by,
	    .content = row->content,
	    .name = row->name,
	    .verdict = row->verdict,
	    .text = deed_str(row->text)};
	uint8_t key[COUNTERSIGN_PUBLIC_SIZE], signature[COUNTERSIGN_SIZE];
	enum jx_err err;

	if (!read_hex(signer->key, key, sizeof key) || !read_hex(row->signature, signature, sizeof signature))
		return false;
	err = countersign_check(ctx->arena, &sign, key, signature);
	if (err == JX_E_MEMORY)
		ctx->out_of_memory = true;
	return err == JX_OK;
}

/* The mark comes first: a wrong one explains what follows. */
static void
put_row(struct deed_ctx *ctx, size_t i, const struct signer_mark *marks, size_t count)
{
	const Jx__Countersign *row = ctx->args->rows->countersigns[i];
	const struct signer_mark *mark = mark_find(marks, count, row);
	const Jx__Signer *signer = (const Jx__Signer *)book_get(ctx->book, PAPER_SIGNERS, row->unit);
	Jx__Countersign *put;

	if (!deed_is(row->by, ctx->actor->account))
		deed_fault(ctx, PAPER_COUNTERSIGNS, i, "by", "应为评分人本人", "expected the one who marks");
	else if (mark == NULL)
		deed_fault(ctx, PAPER_COUNTERSIGNS, i, "object", "须与所会签的评分一并报送", "expected with the mark it is for");
	else if (signer == NULL)
		deed_fault(ctx, PAPER_COUNTERSIGNS, i, "unit", "该单位没有设会签公钥", "the unit has no countersigning key");
	else if (!deed_is(row->content, deed_content(ctx->arena, mark->kind, mark->record, NULL)))
		deed_fault(ctx, PAPER_COUNTERSIGNS, i, "content", "会签的不是这份评分", "it is for another mark");
	else if (deed_is(row->verdict, "object") && deed_is(row->text, ""))
		deed_fault(ctx, PAPER_COUNTERSIGNS, i, "text", "有异议的须写明", "an objection says what it is");
	else if (!is_signed(ctx, row, signer))
		deed_fault(ctx, PAPER_COUNTERSIGNS, i, "signature", "不是该单位会签码的签名", "not signed with the unit's code");
	else {
		put = deed_put_row(ctx, PAPER_COUNTERSIGNS, &row->base);
		DEED_SET_NUMBER(put, at_us, ctx->now_us);
	}
}

void
signer_put(struct deed_ctx *ctx, const struct signer_mark *marks, size_t count)
{
	for (size_t i = 0; i < ctx->args->rows->n_countersigns; i++)
		put_row(ctx, i, marks, count);
}

/* ---- Views. */

const char *
signer_state(const struct view_ctx *ctx, const struct signer_mark *mark, const Jx__Countersign *sign)
{
	if (sign == NULL)
		return "";
	if (mark->record == NULL ||
	    !deed_is(sign->content, deed_content(ctx->arena, mark->kind, mark->record, NULL)))
		return "changed";
	return sign->verdict;
}

void
signer_add_cells(struct view_ctx *ctx, const struct signer_mark *mark, const Jx__Countersign *sign)
{
	view_add(ctx, signer_state(ctx, mark, sign));
	view_add(ctx, sign != NULL && deed_is(sign->verdict, "object") ? sign->text : "");
}

static const struct view_column list_columns[] = {
    {"unit", "单位", "unit", "text"},
    {"object", "目标或踏查", "goal_or_visit", "text"},
    {"by", "评分人", "by", "text"},
    {"name", "会签人", "name", "text"},
    {"signed", "会签", "signed", "text"},
    {"verdict", "意见", "verdict", "text"},
    {"text", "说明", "text", "text"},
    {"at", "收到时间", "received", "moment"},
};

/* A goal's code may be a visit's too: the content says whose it is. */
static const char *
state_of(const struct view_ctx *ctx, const Jx__Countersign *sign)
{
	const struct signer_mark marks[] = {
	    {RECORD_GROUP, book_get(ctx->book, RECORD_GROUP, sign->unit, sign->object, sign->by), sign->unit, sign->object},
	    {RECORD_VISITS, book_get(ctx->book, RECORD_VISITS, sign->unit, sign->object), sign->unit, sign->object},
	};

	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (strcmp(signer_state(ctx, &marks[i], sign), "changed") != 0)
			return sign->verdict;
	return "changed";
}

static enum jx_err
countersign_list(struct view_ctx *ctx)
{
	const Jx__Countersign *sign;
	size_t cursor = 0;

	while ((sign = (const Jx__Countersign *)book_next(ctx->book, PAPER_COUNTERSIGNS, NULL, &cursor)) != NULL) {
		if ((*ctx->args->unit != '\0' && !deed_is(sign->unit, ctx->args->unit)) ||
		    !sight_may(ctx->book, ctx->actor, PAPER_COUNTERSIGNS, &sign->base))
			continue;
		view_row(ctx);
		view_add(ctx, sign->unit);
		view_add(ctx, sign->object);
		view_add(ctx, sign->by);
		view_add(ctx, sign->name);
		view_add(ctx, state_of(ctx, sign));
		view_add(ctx, sign->verdict);
		view_add(ctx, sign->text);
		view_add_number(ctx, sign->at_us);
	}
	return JX_OK;
}

/* clang-format off */
static const struct deed deeds[] = {
	{.name = "signer.set", .zh = "设本单位的会签公钥", .en = "make the unit's countersigning key known", .roles = ROLE_CLERK | ROLE_HEAD,
	    .scope = DEED_OWN, .arguments = DEED_UNIT | DEED_ROWS, .kinds = {PAPER_SIGNERS}, .act = signer_set, .requirement = "R14 R23"},
	{.name = "signer.reset", .zh = "撤销一个单位的会签公钥，由其重设", .en = "take back a unit's countersigning key, to be set anew",
	    .roles = ROLE_OFFICE, .scope = DEED_YEAR, .arguments = DEED_UNIT | DEED_REASON, .act = signer_reset, .requirement = "R14 R23"},
};
static const struct view views[] = {
	{.name = "countersign.list", .zh = "现场会签", .en = "marks countersigned by the visited units",
	    .roles = ROLE_OFFICE | ROLE_AUDITOR | ROLE_CLERK | ROLE_HEAD | ROLE_FUNCTIONAL | ROLE_EVALUATOR | ROLE_LEAD,
	    .arguments = VIEW_MAY_UNIT, .columns = list_columns, .column_count = sizeof list_columns / sizeof *list_columns,
	    .make = countersign_list, .requirement = "R14 R23"},
};
/* clang-format on */

const struct chapter signer_chapter = {.deeds = deeds,
    .deed_count = sizeof deeds / sizeof *deeds,
    .views = views,
    .view_count = sizeof views / sizeof *views};
