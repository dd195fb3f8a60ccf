#include "deeds/lines.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

const char *const lines_consulted[] = {"discipline", "organisation", NULL};

bool
lines_is_listed(const Jx__AwardLine *line)
{
	return !deed_is(line->state, "withdrawn");
}

void
lines_put(struct deed_ctx *ctx, const char *unit, const char *award, const char *grade)
{
	static const char *const without[] = {"content", "state", NULL};
	Jx__AwardLine *line = deed_put(ctx, PAPER_AWARD_LINES, unit, award);

	DEED_SET(ctx, line->grade, grade);
	DEED_SET(ctx, line->state, "listed");
	line->content = deed_content(ctx->arena, PAPER_AWARD_LINES, &line->base, without);
	ctx->out_of_memory |= line->content == NULL;
}

static const char *
grade_of(const struct deed_ctx *ctx, const struct prize_unit *unit)
{
	return book_scheme(ctx->book)->grades[unit->grade].code;
}

static const struct prize_unit *
unit_find(const struct prize *prize, const char *unit)
{
	for (size_t i = 0; i < prize->unit_count; i++)
		if (deed_is(prize->units[i].unit->unit, unit))
			return &prize->units[i];
	return NULL;
}

void
lines_write(struct deed_ctx *ctx, const struct prize *prize)
{
	for (size_t i = 0; i < book_count(ctx->book, PAPER_AWARD_LINES); i++) {
		const Jx__AwardLine *line = (const Jx__AwardLine *)book_at(ctx->book, PAPER_AWARD_LINES, i)->record;
		const struct prize_unit *unit = unit_find(prize, line->unit);

		if (unit == NULL || !prize_holds(unit, line->award))
			deed_drop(ctx, PAPER_AWARD_LINES, line->unit, line->award);
	}
	for (size_t i = 0; i < prize->unit_count; i++)
		for (size_t j = 0; j < prize->units[i].award_count; j++)
			lines_put(ctx, prize->units[i].unit->unit, prize->units[i].awards[j],
			    grade_of(ctx, &prize->units[i]));
}

void
lines_follow(struct deed_ctx *ctx, const struct prize *before, const struct prize *after)
{
	for (size_t i = 0; i < after->unit_count; i++) {
		const struct prize_unit *was = &before->units[i], *is = &after->units[i];
		const char *unit = is->unit->unit;

		for (size_t j = 0; j < was->award_count; j++)
			if (!prize_holds(is, was->awards[j]))
				deed_drop(ctx, PAPER_AWARD_LINES, unit, was->awards[j]);
		for (size_t j = 0; j < is->award_count; j++) {
			const Jx__AwardLine *line =
			    (const Jx__AwardLine *)deed_get(ctx, PAPER_AWARD_LINES, unit, is->awards[j]);
			bool is_new = !prize_holds(was, is->awards[j]);

			if (is_new || (was->grade != is->grade && line != NULL && lines_is_listed(line)))
				lines_put(ctx, unit, is->awards[j], grade_of(ctx, is));
		}
	}
}

static int
compare_contents(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

char *
lines_hash(struct deed_ctx *ctx)
{
	crypto_hash_sha256_state state;
	size_t count = 0, cursor = 0;
	uint8_t hash[32];
	char hex[65], *text;
	const Jx__AwardLine *line;
	const char **contents;

	while (deed_next(ctx, PAPER_AWARD_LINES, NULL, &cursor) != NULL)
		count++;
	contents = arena_alloc(ctx->arena, (count + 1) * sizeof *contents);
	if (contents == NULL) {
		ctx->out_of_memory = true;
		return NULL;
	}
	count = cursor = 0;
	while ((line = (const Jx__AwardLine *)deed_next(ctx, PAPER_AWARD_LINES, NULL, &cursor)) != NULL)
		if (lines_is_listed(line))
			contents[count++] = deed_str(line->content);
	/* Lines that the deed has just put come last: the hash must not know that. */
	qsort(contents, count, sizeof *contents, compare_contents);
	crypto_hash_sha256_init(&state);
	for (size_t i = 0; i < count; i++)
		crypto_hash_sha256_update(&state, (const uint8_t *)contents[i], strlen(contents[i]) + 1);
	crypto_hash_sha256_final(&state, hash);
	sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
	text = arena_strndup(ctx->arena, hex, 32);
	ctx->out_of_memory |= text == NULL;
	return text;
}

const Jx__Consent *
lines_consent(const struct book *book, const Jx__AwardLine *line, const char *by)
{
	const Jx__Consent *consent = (const Jx__Consent *)book_get(book, PAPER_CONSENTS, line->unit, line->award, by);

	return consent != NULL && deed_is(consent->content, line->content) ? consent : NULL;
}
