#include "deeds/proof.h"

#include <sodium.h>
#include <string.h>

#include "deeds/sight.h"
#include "records/field.h"
#include "wire/text.h"

/* ---- Names of files. */

static bool
is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

bool
proof_is_hash(const char *text)
{
	size_t size = 0;

	while (is_hex(text[size]))
		size++;
	return size == PROOF_HEX_SIZE && text[size] == '\0';
}

char *
proof_hex(struct arena *arena, const uint8_t hash[32])
{
	char *hex = arena_alloc(arena, PROOF_HEX_SIZE + 1);

	if (hex != NULL)
		sodium_bin2hex(hex, PROOF_HEX_SIZE + 1, hash, 32);
	return hex;
}

bool
proof_hash(const char *hex, uint8_t hash[32])
{
	size_t size;

	return proof_is_hash(hex) && sodium_hex2bin(hash, 32, hex, PROOF_HEX_SIZE, NULL, &size, NULL) == 0;
}

bool
proof_next(const char *evidence, size_t *cursor, char hex[PROOF_HEX_SIZE + 1])
{
	for (const char *at = evidence + *cursor; *at != '\0';) {
		size_t size = strcspn(at, ";");
		const char *next = at + size + (at[size] == ';');

		*cursor = (size_t)(next - evidence);
		while (size > 0 && *at == ' ')
			at++, size--;
		while (size > 0 && at[size - 1] == ' ')
			size--;
		if (size == PROOF_HEX_SIZE) {
			memcpy(hex, at, PROOF_HEX_SIZE);
			hex[PROOF_HEX_SIZE] = '\0';
			if (proof_is_hash(hex))
				return true;
		}
		at = next;
	}
	return false;
}

const char *
proof_field(enum record_kind kind, const ProtobufCMessage *record)
{
	int field = field_find(kind, "evidence");

	return field < 0 ? "" : deed_str(field_text(record, kind, (size_t)field));
}

bool
proof_names(enum record_kind kind, const ProtobufCMessage *record, const char *hex)
{
	const char *evidence = proof_field(kind, record);
	char named[PROOF_HEX_SIZE + 1];
	size_t cursor = 0;

	while (proof_next(evidence, &cursor, named))
		if (strcmp(named, hex) == 0)
			return true;
	return false;
}

bool
proof_is_shared(const char *one, const char *other)
{
	char hex[PROOF_HEX_SIZE + 1], named[PROOF_HEX_SIZE + 1];
	size_t cursor = 0;

	if (deed_is(one, other))
		return true;
	while (proof_next(deed_str(one), &cursor, hex)) {
		size_t others = 0;

		while (proof_next(deed_str(other), &others, named))
			if (strcmp(hex, named) == 0)
				return true;
	}
	return false;
}

void
proof_check_length(struct deed_ctx *ctx, const char *evidence)
{
	if (strlen(evidence) > FIELD_TEXT_SIZE_MAX)
		deed_why(ctx, "佐证文件过多（%zu 字节，最多 %d 字节）", "too many files named (%zu bytes, at most %d)",
		    strlen(evidence), (int)FIELD_TEXT_SIZE_MAX);
}

bool
proof_is_name(const char *name)
{
	size_t size = strlen(name);

	/* What some system takes for a path, a device or a pattern. */
	return size > 0 && size <= TEXT_NAME_SIZE_MAX && strpbrk(name, "/\\:*?\"<>|") == NULL && name[0] != '.' &&
	       name[size - 1] != '.' && name[size - 1] != ' ' &&
	       text_is_clean((struct bytes){(const uint8_t *)name, size});
}

/* ---- Who. */

bool
proof_may_send(const struct book *book, const struct actor *actor, const char *unit)
{
	if (*unit == '\0' || book_unit_kind(book, unit) < 0)
		return false;
	switch (actor->role) {
	case ROLE_OFFICE:
		return true;
	case ROLE_CLERK:
	case ROLE_HEAD:
	case ROLE_FUNCTIONAL:
		return strcmp(actor->unit, unit) == 0;
	case ROLE_EVALUATOR:
	case ROLE_LEAD:
		return book_in_team(book, actor->account, unit) || book_stands_in(book, actor->account, unit);
	case ROLE_NONE:
	case ROLE_AUDITOR:
	case ROLE_LEADER:
	case ROLE_SECRETARY:
	case ROLE_COMMITTEE:
	case ROLE_REVIEWER:
	case ROLE_END:
	case ROLE_ALL:
		break;
	}
	return false;
}

const Jx__File *
proof_find(const struct book *book, const char *unit, const char *hex)
{
	return (const Jx__File *)book_get(book, PAPER_FILES, unit, hex);
}

/*
 * Kinds in which naming a unit's file lets whoever sees the record read it: the
 * unit itself wrote them, or the office or a group, who see the unit's files
 * anyway. Not dailies and veto cases: whoever writes those would read what he
 * only knows the hash of.
 */
static const enum record_kind naming[] = {PAPER_MATERIALS, PAPER_GOAL_REPORTS, PAPER_VISIT_PLANS, PAPER_CLAIMS,
    PAPER_SELF_LINES, PAPER_ADJUSTMENTS};

bool
proof_may_read(const struct book *book, const struct actor *actor, const Jx__File *file)
{
	if (sight_may(book, actor, PAPER_FILES, &file->base))
		return true;
	for (size_t k = 0; k < sizeof naming / sizeof *naming; k++) {
		int unit = field_find(naming[k], "unit");

		for (size_t i = 0; sight_any(actor, naming[k]) && i < book_count(book, naming[k]); i++) {
			const ProtobufCMessage *record = book_at(book, naming[k], i)->record;

			if (deed_is(field_text(record, naming[k], (size_t)unit), file->unit) &&
			    proof_names(naming[k], record, file->file) &&
			    sight_may(book, actor, naming[k], record))
				return true;
		}
	}
	return false;
}
