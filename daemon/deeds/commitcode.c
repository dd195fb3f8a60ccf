#include "deeds/commitcode.h"

#include <string.h>

#include "deeds/view.h"

/* Without blanks and hyphens, as code_write groups them. */
static void
commitcode_text(const uint8_t bytes[CODE_SHORT_SIZE], char *out)
{
	char text[CODE_TEXT_SIZE];

	code_write(bytes, CODE_SHORT_BITS, text);
	for (const char *c = text; *c != '\0'; c++)
		if (*c != '-')
			*out++ = *c;
	*out = '\0';
}

void
commitcode_of(const uint8_t content_hash[32], char *out)
{
	commitcode_text(content_hash, out);
}

uint64_t
commitcode_moment(
    const Jx__CommitCode *record, const uint8_t content_hash[32], const char *unit, uint64_t received_us)
{
	char code[CODE_TEXT_SIZE];

	if (record == NULL)
		return received_us;
	commitcode_of(content_hash, code);
	return deed_is(record->code, code) && *unit != '\0' && deed_is(record->unit, unit) &&
		       record->has_at_us && record->at_us < received_us
		   ? record->at_us
		   : received_us;
}

void
commitcode_judge(struct deed_ctx *ctx)
{
	const char *unit = *ctx->args->unit != '\0' ? ctx->args->unit : ctx->actor->unit;
	char code[CODE_TEXT_SIZE];

	ctx->code = NULL;
	ctx->counts_us = ctx->now_us;
	if (ctx->content_hash == NULL)
		return;
	commitcode_of(ctx->content_hash, code);
	ctx->code = (const Jx__CommitCode *)book_get(ctx->book, PAPER_COMMIT_CODES, code);
	ctx->counts_us = commitcode_moment(ctx->code, ctx->content_hash, unit, ctx->now_us);
	if (ctx->counts_us == ctx->now_us)
		ctx->code = NULL;
	else
		deed_note(ctx, "按承诺码 %s 计：视同 %s 收到", "counts by commit code %s: as received %s", code,
		    deed_moment_text(ctx->arena, ctx->counts_us));
}

/* ---- The office's record. */

/* The first time stands, whoever tells it again. */
static void
put_code(struct deed_ctx *ctx, size_t i)
{
	const Jx__CommitCode *row = ctx->args->rows->commit_codes[i];
	uint8_t bytes[CODE_SHORT_SIZE];
	char code[CODE_TEXT_SIZE];
	const Jx__CommitCode *before;
	Jx__CommitCode *put;

	if (code_read(row->code, CODE_SHORT_BITS, bytes) != JX_OK) {
		deed_fault(ctx, PAPER_COMMIT_CODES, i, "code", "不是承诺码：应为 20 个字符，请核对后再念一遍",
		    "no commit code: 20 characters; have it read out again");
		return;
	}
	if (book_unit_kind(ctx->book, row->unit) < 0) {
		deed_fault(ctx, PAPER_COMMIT_CODES, i, "unit", "没有这个单位", "there is no such unit");
		return;
	}
	if (!deed_is(row->by, "") || row->has_at_us) {
		deed_fault(ctx, PAPER_COMMIT_CODES, i, deed_is(row->by, "") ? "at_us" : "by", "由系统填写",
		    "the server writes it");
		return;
	}
	commitcode_text(bytes, code);
	before = (const Jx__CommitCode *)deed_get(ctx, PAPER_COMMIT_CODES, code);
	if (before != NULL && !deed_is(before->unit, row->unit))
		deed_fault(ctx, PAPER_COMMIT_CODES, i, "unit", "这个承诺码已登记给 %s", "the code is on record for %s",
		    before->unit);
	else if (before != NULL)
		deed_note(ctx, "承诺码 %s 早已于 %s 登记，以第一次为准", "code %s is on record since %s: the first time stands",
		    code, deed_moment_text(ctx->arena, before->at_us));
	if (before != NULL)
		return;
	put = deed_put(ctx, PAPER_COMMIT_CODES, code);
	DEED_SET(ctx, put->unit, row->unit);
	DEED_SET(ctx, put->by, ctx->actor->account);
	DEED_SET_NUMBER(put, at_us, ctx->now_us);
	if (!deed_is(row->note, ""))
		DEED_SET(ctx, put->note, row->note);
	deed_note(ctx, "承诺码 %s（%s）已登记：%s", "code %s (%s) is on record: %s", code,
	    book_unit_name(ctx->book, row->unit), deed_moment_text(ctx->arena, ctx->now_us));
}

static enum jx_err
commitcode_add(struct deed_ctx *ctx)
{
	for (size_t i = 0; i < ctx->args->rows->n_commit_codes; i++)
		put_code(ctx, i);
	return deed_verdict(ctx);
}

/* clang-format off */
static const struct deed deeds[] = {
	{.name = "commitcode.add", .zh = "登记电话报来的承诺码", .en = "record a commit code told by phone", .roles = ROLE_OFFICE, .scope = DEED_YEAR,
	    .arguments = DEED_ROWS, .kinds = {PAPER_COMMIT_CODES}, .act = commitcode_add, .requirement = "R10"},
};
/* clang-format on */

const struct chapter commitcode_chapter = {.deeds = deeds, .deed_count = sizeof deeds / sizeof *deeds};
