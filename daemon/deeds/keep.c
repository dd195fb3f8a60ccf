/* Files of evidence are kept (R12, R14, R16, R17, R23, R24): a unit's own, and photos of those who visit it. */
#include <string.h>

#include "deeds/proof.h"

/*
 * The core has read the file before (DEED_FILE). Kept is kept: the same file
 * again, by whatever account and name, changes nothing and keeps its receipt;
 * only that one of a visit's, which the unit then files itself, is its own too.
 */
static enum jx_err
keep(struct deed_ctx *ctx)
{
	bool is_visit = ctx->deed->scope == DEED_VISITED;
	const Jx__File *row, *kept;
	Jx__File *file;

	if (ctx->args->rows->n_files != 1) {
		deed_why(ctx, "一次办理一份文件", "one file at a time");
		return deed_verdict(ctx);
	}
	row = ctx->args->rows->files[0];
	if (!proof_is_hash(row->file))
		deed_fault(ctx, PAPER_FILES, 0, "file", "应为文件的 SHA-256，64 位小写十六进制",
		    "expected the file's SHA-256: 64 lower-case hex digits");
	if (!proof_is_name(row->name))
		deed_fault(ctx, PAPER_FILES, 0, "name", "文件名不能含路径和特殊字符", "a file's name without path and special characters");
	if (!row->has_size || row->size == 0)
		deed_fault(ctx, PAPER_FILES, 0, "size", "空文件不能作为材料", "an empty file proves nothing");
	if (deed_verdict(ctx) != JX_OK)
		return deed_verdict(ctx);
	kept = proof_find(ctx->book, ctx->args->unit, row->file);
	if (kept != NULL) {
		if (!is_visit && deed_is(kept->visit, "yes"))
			((Jx__File *)deed_put(ctx, PAPER_FILES, kept->unit, kept->file))->visit = NULL;
		return deed_verdict(ctx);
	}
	if (ctx->file.type == NULL)
		return JX_E_INCOMPLETE;
	file = deed_put(ctx, PAPER_FILES, ctx->args->unit, row->file);
	DEED_SET(ctx, file->name, row->name);
	DEED_SET_NUMBER(file, size, row->size);
	DEED_SET(ctx, file->type, ctx->file.type);
	DEED_SET(ctx, file->by, ctx->actor->account);
	DEED_SET_NUMBER(file, at_us, ctx->now_us); /* all of it had come by then: core/whole.h */
	if (is_visit)
		DEED_SET(ctx, file->visit, "yes");
	return deed_verdict(ctx);
}

/* clang-format off */
static const struct deed deeds[] = {
	{.name = "evidence.keep", .zh = "报送一份佐证文件", .en = "file a piece of evidence", .roles = ROLE_CLERK | ROLE_HEAD | ROLE_FUNCTIONAL,
	    .scope = DEED_OWN, .arguments = DEED_UNIT | DEED_ROWS | DEED_FILE, .kinds = {PAPER_FILES}, .act = keep, .requirement = "R12 R16 R17 R24 R44"},
	{.name = "photo.keep", .zh = "留存现场照片等文件", .en = "keep a photo or file of a visit", .roles = ROLE_OFFICE | ROLE_EVALUATOR | ROLE_LEAD,
	    .scope = DEED_VISITED, .arguments = DEED_UNIT | DEED_ROWS | DEED_FILE, .kinds = {PAPER_FILES}, .act = keep, .requirement = "R14 R23"},
};
/* clang-format on */

const struct chapter keep_chapter = {.deeds = deeds, .deed_count = sizeof deeds / sizeof *deeds};
