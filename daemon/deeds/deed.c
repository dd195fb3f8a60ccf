#include "deeds/deed.h"

#include <assert.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "records/field.h"

/* ---- Keys. */

static ProtobufCMessage *
record_make(struct arena *arena, enum record_kind kind)
{
	const ProtobufCMessageDescriptor *descriptor = record_kinds[kind].message;
	ProtobufCMessage *record = arena_alloc(arena, descriptor->sizeof_message);

	if (record != NULL)
		protobuf_c_message_init(descriptor, record);
	return record;
}

/* Sets the key fields; every one of them must be given, and no more. */
static bool
record_set_keys(struct arena *arena, enum record_kind kind, ProtobufCMessage *record, const char *const *keys)
{
	const struct record_row *row = &record_kinds[kind];
	size_t i = 0;

	for (; i < row->field_count && row->fields[i].key; i++) {
		char *text;

		assert(keys[i] != NULL);
		if (row->fields[i].type == FIELD_WHOLE) {
			field_set_number(record, kind, i, (int64_t)strtoul(keys[i], NULL, 10));
			continue;
		}
		text = arena_strdup(arena, keys[i]);
		if (text == NULL)
			return false;
		field_set_text(record, kind, i, text);
	}
	assert(keys[i] == NULL);
	return true;
}

static ProtobufCMessage *
record_with_keys(struct arena *arena, enum record_kind kind, const char *const *keys)
{
	ProtobufCMessage *record = record_make(arena, kind);

	return record != NULL && record_set_keys(arena, kind, record, keys) ? record : NULL;
}

/* ---- The book's records. */

const ProtobufCMessage *
book_get_by(const struct book *book, enum record_kind kind, const char *const *keys)
{
	struct arena *arena = arena_new(64 << 10);
	const struct book_entry *entry = NULL;
	ProtobufCMessage *key = arena == NULL ? NULL : record_with_keys(arena, kind, keys);

	if (key != NULL)
		entry = book_find(book, kind, key);
	arena_free(arena);
	return entry == NULL ? NULL : entry->record;
}

static bool
record_is_of(enum record_kind kind, const ProtobufCMessage *record, const char *first)
{
	return first == NULL || deed_is(field_text(record, kind, 0), first);
}

const ProtobufCMessage *
book_next(const struct book *book, enum record_kind kind, const char *first, size_t *cursor)
{
	const ProtobufCMessage *record;

	if (*cursor == 0 && first != NULL)
		*cursor = book_lower(book, kind, first);
	if (*cursor >= book_count(book, kind))
		return NULL;
	record = book_at(book, kind, *cursor)->record;
	if (!record_is_of(kind, record, first))
		return NULL;
	++*cursor;
	return record;
}

/* ---- Changes. */

static struct deed_change *
change_find(struct deed_ctx *ctx, enum record_kind kind, const ProtobufCMessage *key)
{
	for (size_t i = 0; i < ctx->change_count; i++)
		if (ctx->changes[i].kind == kind &&
		    record_compare_key(ctx->changes[i].record, key, kind) == 0)
			return &ctx->changes[i];
	return NULL;
}

static struct deed_change *
change_add(struct deed_ctx *ctx, enum record_kind kind, ProtobufCMessage *record)
{
	const struct book_entry *entry = book_find(ctx->book, kind, record);
	struct deed_change *change = change_find(ctx, kind, record);

	if (change == NULL) {
		if (ctx->change_count == ctx->change_capacity) {
			size_t capacity = ctx->change_capacity == 0 ? 32 : 2 * ctx->change_capacity;
			struct deed_change *grown =
			    arena_alloc(ctx->arena, capacity * sizeof *grown);

			if (grown == NULL) {
				ctx->out_of_memory = true;
				return NULL;
			}
			if (ctx->change_count > 0)
				memcpy(grown, ctx->changes, ctx->change_count * sizeof *grown);
			ctx->changes = grown;
			ctx->change_capacity = capacity;
		}
		change = &ctx->changes[ctx->change_count++];
	}
	*change = (struct deed_change){
	    .kind = kind, .record = record, .before = entry == NULL ? NULL : entry->record};
	return change;
}

const ProtobufCMessage *
deed_get_by(struct deed_ctx *ctx, enum record_kind kind, const char *const *keys)
{
	ProtobufCMessage *key = record_with_keys(ctx->arena, kind, keys);
	const struct deed_change *change;
	const struct book_entry *entry;

	if (key == NULL) {
		ctx->out_of_memory = true;
		return NULL;
	}
	change = change_find(ctx, kind, key);
	if (change != NULL)
		return change->withdrawn ? NULL : change->record;
	entry = book_find(ctx->book, kind, key);
	return entry == NULL ? NULL : entry->record;
}

/* A record that nobody stores, so that a deed need not look for NULL. */
static void *
deed_dummy(struct deed_ctx *ctx, enum record_kind kind)
{
	static union {
		max_align_t align;
		char bytes[1024];
	} dummy;

	ctx->out_of_memory = true;
	assert(record_kinds[kind].message->sizeof_message <= sizeof dummy);
	protobuf_c_message_init(record_kinds[kind].message, &dummy);
	return &dummy;
}

void *
deed_put_by(struct deed_ctx *ctx, enum record_kind kind, const char *const *keys)
{
	const ProtobufCMessage *now = deed_get_by(ctx, kind, keys);
	ProtobufCMessage *record;

	if (now == NULL) {
		record = record_with_keys(ctx->arena, kind, keys);
	} else {
		/* Texts are shared with the book, which outlives the deed, and are never written to. */
		record = record_make(ctx->arena, kind);
		if (record != NULL)
			memcpy(record, now, record_kinds[kind].message->sizeof_message);
	}
	if (record == NULL || change_add(ctx, kind, record) == NULL)
		return deed_dummy(ctx, kind);
	return record;
}

void *
deed_put_row(struct deed_ctx *ctx, enum record_kind kind, const ProtobufCMessage *row)
{
	ProtobufCMessage *record = record_make(ctx->arena, kind);

	if (record != NULL)
		memcpy(record, row, record_kinds[kind].message->sizeof_message);
	if (record == NULL || change_add(ctx, kind, record) == NULL)
		return deed_dummy(ctx, kind);
	return record;
}

void
deed_drop_by(struct deed_ctx *ctx, enum record_kind kind, const char *const *keys)
{
	const ProtobufCMessage *now = deed_get_by(ctx, kind, keys);
	struct deed_change *change;
	ProtobufCMessage *record;

	if (now == NULL)
		return;
	record = record_make(ctx->arena, kind);
	if (record == NULL) {
		ctx->out_of_memory = true;
		return;
	}
	memcpy(record, now, record_kinds[kind].message->sizeof_message);
	change = change_add(ctx, kind, record);
	if (change != NULL)
		change->withdrawn = true;
}

/* First the book's, as they are now; then the new ones: cursor beyond the book's count. */
const ProtobufCMessage *
deed_next(struct deed_ctx *ctx, enum record_kind kind, const char *first, size_t *cursor)
{
	size_t count = book_count(ctx->book, kind), i;

	if (*cursor == 0 && first != NULL)
		*cursor = book_lower(ctx->book, kind, first);
	while (*cursor < count) {
		const ProtobufCMessage *record = book_at(ctx->book, kind, *cursor)->record;
		const struct deed_change *change = change_find(ctx, kind, record);

		if (!record_is_of(kind, record, first)) {
			*cursor = count;
			break;
		}
		++*cursor;
		if (change == NULL || !change->withdrawn)
			return change == NULL ? record : change->record;
	}
	for (i = *cursor - count; i < ctx->change_count; i++) {
		const struct deed_change *change = &ctx->changes[i];

		if (change->kind == kind && change->before == NULL && !change->withdrawn &&
		    record_is_of(kind, change->record, first)) {
			*cursor = count + i + 1;
			return change->record;
		}
	}
	*cursor = count + i;
	return NULL;
}

/* ---- Words. */

char *
deed_text(struct deed_ctx *ctx, const char *text)
{
	static char nothing[1];
	char *copy = arena_strdup(ctx->arena, text == NULL ? "" : text);

	if (copy == NULL)
		ctx->out_of_memory = true;
	return copy == NULL ? nothing : copy;
}

__attribute__((format(printf, 2, 0))) static char *
deed_vprintf(struct deed_ctx *ctx, const char *format, va_list arguments)
{
	char buffer[2048];

	vsnprintf(buffer, sizeof buffer, format, arguments);
	return deed_text(ctx, buffer);
}

char *
deed_printf(struct deed_ctx *ctx, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = deed_vprintf(ctx, format, arguments);
	va_end(arguments);
	return text;
}

enum { SAYING_COUNT_MAX = 100 };

static void
say(struct deed_ctx *ctx, const char ***list, size_t *count, const char *text)
{
	if (*list == NULL)
		*list = arena_alloc(ctx->arena, SAYING_COUNT_MAX * sizeof **list);
	if (*list == NULL)
		ctx->out_of_memory = true;
	else if (*count < SAYING_COUNT_MAX)
		(*list)[(*count)++] = text;
}

void
deed_why(struct deed_ctx *ctx, const char *zh, const char *en, ...)
{
	va_list arguments;

	va_start(arguments, en);
	say(ctx, &ctx->why, &ctx->why_count, deed_vprintf(ctx, ctx->lang == JX_EN ? en : zh, arguments));
	va_end(arguments);
}

void
deed_note(struct deed_ctx *ctx, const char *zh, const char *en, ...)
{
	va_list arguments;

	va_start(arguments, en);
	say(ctx, &ctx->notes, &ctx->note_count,
	    deed_vprintf(ctx, ctx->lang == JX_EN ? en : zh, arguments));
	va_end(arguments);
}

void
deed_fault(struct deed_ctx *ctx, enum record_kind kind, size_t index, const char *field, const char *zh,
    const char *en, ...)
{
	int column = field_find(kind, field);
	const ProtobufCMessage *row = records_at(ctx->args->rows, kind, index);
	char buffer[RECORD_TEXT_SIZE], words[512];
	va_list arguments;

	va_start(arguments, en);
	vsnprintf(words, sizeof words, ctx->lang == JX_EN ? en : zh, arguments);
	va_end(arguments);
	faults_add(ctx->faults, record_kinds[kind].name, (uint32_t)index + 1,
	    column < 0 ? 0 : (uint32_t)column + 1,
	    column < 0 ? "" : record_field_text(row, kind, (size_t)column, buffer), "%s", "%s", words);
}

enum jx_err
deed_verdict(const struct deed_ctx *ctx)
{
	if (ctx->out_of_memory)
		return JX_E_MEMORY;
	if (ctx->faults != NULL && faults_count(ctx->faults) > 0)
		return JX_E_FAULTS;
	return ctx->why_count > 0 ? JX_E_RULE : JX_OK;
}

const char *
deed_move(struct deed_ctx *ctx, const struct deed_life *life, const char *state)
{
	char possible[512] = "";

	for (size_t i = 0; i < life->edge_count; i++) {
		const struct deed_edge *edge = &life->edges[i];

		if (!deed_is(edge->from, state))
			continue;
		if (strcmp(edge->deed, ctx->deed->name) == 0)
			return edge->to;
		if (strlen(possible) + strlen(edge->deed) + 2 < sizeof possible &&
		    strstr(possible, edge->deed) == NULL)
			strcat(strcat(possible, " "), edge->deed);
	}
	deed_why(ctx, "%s当前状态为“%s”，可办理:%s", "%s is in state \"%s\"; possible now:%s",
	    ctx->lang == JX_EN ? life->name : life->zh, deed_is(state, "") ? "-" : state,
	    possible[0] == '\0' ? " -" : possible);
	return NULL;
}

/* ---- Content. */

char *
deed_content(struct arena *arena, enum record_kind kind, const ProtobufCMessage *record, const char *const *without)
{
	crypto_hash_sha256_state state;
	char buffer[RECORD_TEXT_SIZE], hex[65];
	uint8_t hash[32];

	crypto_hash_sha256_init(&state);
	for (size_t i = 0; i < record_kinds[kind].field_count; i++) {
		const char *name = record_kinds[kind].fields[i].name, *text;
		bool counts = true;

		for (const char *const *w = without; w != NULL && *w != NULL; w++)
			counts = counts && strcmp(*w, name) != 0;
		if (!counts)
			continue;
		text = record_field_text(record, kind, i, buffer);
		crypto_hash_sha256_update(&state, (const uint8_t *)name, strlen(name) + 1);
		crypto_hash_sha256_update(&state, (const uint8_t *)text, strlen(text) + 1);
	}
	crypto_hash_sha256_final(&state, hash);
	sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
	return arena_strndup(arena, hex, 32);
}
