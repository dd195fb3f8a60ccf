#include "deeds/stale.h"

#include "records/build.h"

uint64_t
stale_version(const struct book *book, enum record_kind kind)
{
	return kind == RECORD_GROUP || kind == RECORD_VISITS ? book_changed(book, kind) : 0;
}

/* "X1/G1/eva"; and what else stands in it: "35.5". */
static char *
join(struct deed_ctx *ctx, enum record_kind kind, const ProtobufCMessage *record, bool of_key)
{
	char buffer[RECORD_TEXT_SIZE], *text = deed_text(ctx, "");

	for (size_t i = 0; text != NULL && i < record_kinds[kind].field_count; i++)
		if (record_kinds[kind].fields[i].key == of_key)
			text = deed_printf(ctx, "%s%s%s", text, *text == '\0' ? "" : "/",
			    record_field_text(record, kind, i, buffer));
	return text;
}

enum jx_err
stale_check(struct deed_ctx *ctx, enum record_kind kind)
{
	size_t count = ctx->args->rows == NULL ? 0 : records_count(ctx->args->rows, kind);
	bool is_stale = false;

	for (size_t i = 0; ctx->args->has_based_on && i < count; i++) {
		const ProtobufCMessage *row = records_at(ctx->args->rows, kind, i);
		const struct book_entry *entry = book_find(ctx->book, kind, row);

		if (entry == NULL || entry->batch <= ctx->args->based_on)
			continue;
		is_stale = true;
		deed_why(ctx, "%s：其间已改为 %s，本次为 %s", "%s: it became %s meanwhile; this says %s",
		    join(ctx, kind, row, true), join(ctx, kind, entry->record, false),
		    join(ctx, kind, row, false));
	}
	return is_stale ? JX_E_STALE : JX_OK;
}
