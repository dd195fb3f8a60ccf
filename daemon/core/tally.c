#include "core/tally.h"

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/inside.h"
#include "deeds/poll.h"

/* ---- Memory: all of it held answers, all of it is wiped. */

static void
wipe(void *bytes, size_t size)
{
	if (bytes != NULL)
		sodium_memzero(bytes, size);
	free(bytes);
}

static void
texts_free(char **texts, size_t count)
{
	for (size_t i = 0; texts != NULL && i < count; i++)
		free(texts[i]);
	free(texts);
}

static size_t
ballot_size(const struct tally *tally)
{
	return tally->unit_count * tally->question_count;
}

void
tally_end(struct tally *tally)
{
	uint32_t generation;

	if (tally == NULL)
		return;
	generation = tally->generation;
	for (size_t i = 0; i < tally->remark_count; i++)
		wipe(tally->remarks[i].text, strlen(tally->remarks[i].text));
	wipe(tally->remarks, tally->remark_capacity * sizeof *tally->remarks);
	wipe(tally->answers, tally->capacity * ballot_size(tally));
	free(tally->answered);
	texts_free(tally->units, tally->unit_count);
	texts_free(tally->options, tally->option_count);
	seal_clear(&tally->seal);
	*tally = (struct tally){.generation = generation};
}

void
tally_table_clear(struct tally_table *table)
{
	for (int i = 0; i < TALLY_COUNT_MAX; i++)
		tally_end(&table->slots[i]);
}

bool
tally_is_under_way(const struct core *core, const char *city, uint32_t year, const char *poll)
{
	for (int i = 0; i < TALLY_COUNT_MAX; i++) {
		const struct tally *tally = &core->tallies.slots[i];

		if (tally->is_used && tally->year == year && strcmp(tally->city, city) == 0 &&
		    strcmp(tally->poll, poll) == 0)
			return true;
	}
	return false;
}

/* ---- Votes in. */

/* Twice as much room, the old one wiped; NULL: memory out, the old one stands. */
static void *
grow(void *list, size_t *capacity, size_t size)
{
	size_t wanted = *capacity == 0 ? 64 : 2 * *capacity;
	void *grown = calloc(wanted, size);

	if (grown == NULL)
		return NULL;
	if (list != NULL)
		memcpy(grown, list, *capacity * size);
	wipe(list, *capacity * size);
	*capacity = wanted;
	return grown;
}

static enum jx_err
keep_remark(struct tally *tally, const struct card_opinion *opinion)
{
	if (tally->remark_count == TALLY_REMARK_COUNT_MAX)
		return JX_E_TOO_BIG;
	if (tally->remark_count == tally->remark_capacity) {
		void *grown = grow(tally->remarks, &tally->remark_capacity, sizeof *tally->remarks);

		if (grown == NULL)
			return JX_E_MEMORY;
		tally->remarks = grown;
	}
	tally->remarks[tally->remark_count] = (struct tally_remark){opinion->unit, strdup(opinion->text)};
	return tally->remarks[tally->remark_count].text == NULL ? JX_E_MEMORY : (tally->remark_count++, JX_OK);
}

static void
count_ballot(struct tally *tally, const uint8_t *answers)
{
	bool any = false;

	for (size_t unit = 0; unit < tally->unit_count; unit++) {
		bool is_answered = false;

		for (size_t i = 0; i < tally->question_count; i++)
			is_answered |= answers[unit * tally->question_count + i] != 0;
		tally->answered[unit] += is_answered;
		any |= is_answered;
	}
	tally->counts.used++;
	tally->counts.blank += !any;
}

/* It was checked before it was sealed; what does not fit now was never cast for this form. */
static enum jx_err
keep_ballot(struct tally *tally, const struct card_ballot *ballot)
{
	uint8_t *to;

	if (ballot->unit_count != tally->unit_count || ballot->question_count != tally->question_count)
		return JX_E_INTERNAL;
	for (size_t i = 0; i < ballot_size(tally); i++)
		if (ballot->answers[i] > tally->option_count)
			return JX_E_INTERNAL;
	if (tally->counts.used == tally->capacity) {
		void *grown = grow(tally->answers, &tally->capacity, ballot_size(tally));

		if (grown == NULL)
			return JX_E_MEMORY;
		tally->answers = grown;
	}
	to = tally->answers + tally->counts.used * ballot_size(tally);
	memcpy(to, ballot->answers, ballot_size(tally));
	count_ballot(tally, to);
	return JX_OK;
}

static enum jx_err
take_vote(struct tally *tally, struct bytes card, struct bytes sealed)
{
	uint8_t plain[CARD_BALLOT_SIZE];
	struct arena *arena = arena_new(2 * CARD_BALLOT_SIZE + (4 << 10));
	struct card_ballot ballot;
	enum jx_err err = arena == NULL ? JX_E_MEMORY : JX_OK;

	if (err == JX_OK && (card.size != CARD_HASH_SIZE || sealed.size != SEAL_SIZE ||
				!seal_open(&tally->seal, card.data, sealed.data, plain)))
		err = JX_E_INTERNAL;
	if (err == JX_OK)
		err = card_ballot_read(arena, (struct bytes){plain, sizeof plain}, &ballot);
	if (err == JX_OK)
		err = keep_ballot(tally, &ballot);
	for (uint32_t i = 0; err == JX_OK && i < ballot.opinion_count; i++)
		err = keep_remark(tally, &ballot.opinions[i]);
	sodium_memzero(plain, sizeof plain);
	arena_free(arena);
	return err;
}

/* ---- Page by page. */

static uint64_t
tally_handle(const struct core *core, const struct tally *tally)
{
	return (uint64_t)tally->generation << 32 | (uint64_t)(tally - core->tallies.slots);
}

static void
tally_finish(struct core *core, struct tally *tally, enum jx_err err)
{
	struct request *req = request_find(core, tally->req);
	tally_fn fn = tally->fn;

	if (err != JX_OK)
		tally_end(tally);
	fn(core, req, err == JX_OK ? tally : NULL, err);
}

static void tally_ask(struct core *core, struct tally *tally);

static void
tally_on_votes(struct core *core, struct request_id req, uint64_t handle, const struct store_rows *rows)
{
	struct tally *tally = &core->tallies.slots[(uint32_t)handle];
	enum jx_err err = rows->err;

	(void)req;
	if (!tally->is_used || tally->generation != handle >> 32)
		return;
	for (size_t i = 0; err == JX_OK && i < rows->row_count; i++) {
		err = take_vote(tally, ask_cell(rows, i, 0), ask_cell(rows, i, 1));
		if (err == JX_OK)
			sodium_bin2hex(tally->after, sizeof tally->after, ask_cell(rows, i, 0).data, CARD_HASH_SIZE);
	}
	if (err == JX_E_INTERNAL)
		log_say(core->world.log, LOG_LEVEL_ERROR, "poll_unreadable", "%s %u poll %s: a vote does not open",
		    tally->city, tally->year, tally->poll);
	if (err == JX_OK && rows->row_count == TALLY_PAGE_COUNT) {
		tally_ask(core, tally);
		return;
	}
	tally->counts.answered = tally->answered;
	tally->counts.unit_count = tally->unit_count;
	tally_finish(core, tally, err);
}

static void
tally_ask(struct core *core, struct tally *tally)
{
	char year[16], limit[16];
	struct ask_params params = {{tally->city, year, tally->poll, tally->after, limit}};
	enum jx_err err;

	snprintf(year, sizeof year, "%u", tally->year);
	snprintf(limit, sizeof limit, "%d", TALLY_PAGE_COUNT);
	err = ask_send(core, QUESTION_VOTES, &params, (struct request_id){0, 0}, tally_handle(core, tally), tally_on_votes);
	if (err != JX_OK)
		tally_finish(core, tally, err);
}

/* A text as JSON, with its quotes; malloc'ed. */
static char *
json_text(const char *text)
{
	json_t *value = json_string(text);
	char *made = value == NULL ? NULL : json_dumps(value, JSON_ENCODE_ANY);

	json_decref(value);
	return made;
}

static bool
texts_of(Jx__BallotChoice **choices, size_t count, char ***texts)
{
	*texts = calloc(count + 1, sizeof **texts);
	for (size_t i = 0; *texts != NULL && i < count; i++) {
		(*texts)[i] = json_text(choices[i]->code);
		if ((*texts)[i] == NULL)
			return false;
	}
	return *texts != NULL;
}

static enum jx_err
tally_fill(struct tally *tally, const struct book *book, const Jx__Poll *poll)
{
	struct arena *arena = arena_new((size_t)4 * POLL_FORM_SIZE_MAX + (64 << 10));
	Jx__BallotForm *form = arena == NULL ? NULL : poll_form(arena, book, poll);
	bool is_good = false;

	if (form != NULL) {
		tally->unit_count = form->n_units;
		tally->question_count = form->n_questions;
		tally->option_count = form->n_options;
		tally->answered = calloc(form->n_units + 1, sizeof *tally->answered);
		is_good = texts_of(form->units, form->n_units, &tally->units) &&
			  texts_of(form->options, form->n_options, &tally->options) && tally->answered != NULL;
	}
	arena_free(arena);
	return is_good ? JX_OK : JX_E_MEMORY;
}

enum jx_err
tally_start(struct core *core, struct request *req, const char *city, uint32_t year, const struct book *book,
    const Jx__Poll *poll, tally_fn fn)
{
	const uint8_t *key = slots_key(core, poll->slot, poll->print);
	struct tally *tally = NULL;
	enum jx_err err;

	for (int i = 0; tally == NULL && i < TALLY_COUNT_MAX; i++)
		if (!core->tallies.slots[i].is_used)
			tally = &core->tallies.slots[i];
	if (key == NULL || tally == NULL) {
		if (key == NULL)
			log_say(core->world.log, LOG_LEVEL_ERROR, "poll_without_key",
			    "%s %u poll %s: its key is not in this daemon's vault", city, year, poll->poll);
		return key == NULL ? JX_E_UNAVAILABLE : JX_E_BUSY;
	}
	*tally = (struct tally){.is_used = true, .generation = tally->generation + 1, .req = req->id, .year = year, .fn = fn};
	snprintf(tally->city, sizeof tally->city, "%s", city);
	snprintf(tally->poll, sizeof tally->poll, "%s", poll->poll);
	snprintf(tally->group, sizeof tally->group, "%s", poll->group);
	seal_init(&tally->seal, key, city, year, poll->poll);
	err = tally_fill(tally, book, poll);
	if (err != JX_OK) {
		tally_end(tally);
		return err;
	}
	tally_ask(core, tally);
	return JX_OK;
}

/* ---- Ballots out. */

/* A place in the new order: a label drawn for it, and whose it is. */
struct place {
	uint64_t label;
	uint32_t index;
};

static int
compare_places(const void *left, const void *right)
{
	uint64_t a = ((const struct place *)left)->label, b = ((const struct place *)right)->label;

	return a < b ? -1 : a > b;
}

/* 64 bits each, all different: sorted, they are a permutation that nobody knows. */
static void
draw_places(struct core *core, struct place *places, size_t count)
{
	uint64_t drawn[128];
	bool is_unique;

	do {
		for (size_t i = 0; i < count; i++) {
			if (i % 128 == 0)
				core->world.rng->fill(core->world.rng->arg, drawn, sizeof drawn);
			places[i].label = drawn[i % 128];
		}
		is_unique = true;
		qsort(places, count, sizeof *places, compare_places);
		for (size_t i = 1; i < count; i++)
			is_unique &= places[i].label != places[i - 1].label;
	} while (!is_unique);
}

static void
write_ballot(FILE *out, const struct tally *tally, size_t unit, const char *group, const char *label, const uint8_t *answers)
{
	fprintf(out, "{\"unit\":%s,\"group\":%s,\"card\":\"%s\",\"answers\":[", tally->units[unit], group, label);
	for (size_t i = 0; i < tally->question_count; i++) {
		if (i > 0)
			fputc(',', out);
		fputs(answers[i] == 0 ? "\"\"" : tally->options[answers[i] - 1], out);
	}
	fputs("]}", out);
}

static void
write_label(const struct tally *tally, uint64_t label, char *out, size_t size)
{
	static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
	char text[14];

	for (int i = 0; i < 13; i++)
		text[12 - i] = digits[label >> 5 * i & 31];
	text[13] = '\0';
	snprintf(out, size, "%.64s-%s", tally->poll, text);
}

/* One unit's ballots. places: room for all votes. */
static void
write_unit(struct core *core, FILE *out, const struct tally *tally, size_t unit, const char *group, struct place *places, bool *first)
{
	size_t count = 0;

	for (uint32_t i = 0; i < tally->counts.used; i++) {
		const uint8_t *answers = tally->answers + i * ballot_size(tally) + unit * tally->question_count;

		for (size_t q = 0; q < tally->question_count; q++)
			if (answers[q] != 0) {
				places[count++].index = i;
				break;
			}
	}
#ifdef JX_PLANT_BALLOT_LEAK
	for (size_t i = 0; i < count; i++)
		places[i].label = places[i].index; /* planted: the order of the cards, the same for every unit */
	(void)core;
	(void)draw_places;
#else
	draw_places(core, places, count);
#endif
	for (size_t i = 0; i < count; i++) {
		char label[96];

		write_label(tally, places[i].label, label, sizeof label);
		if (!*first)
			fputc(',', out);
		*first = false;
		write_ballot(out, tally, unit, group, label,
		    tally->answers + places[i].index * ballot_size(tally) + unit * tally->question_count);
	}
}

static bool
write_ballots(struct core *core, FILE *out, const struct tally *tally)
{
	struct place *places = calloc(tally->counts.used + 1, sizeof *places);
	char *group = json_text(tally->group);
	bool first = true;

	fputs("\"ballots\":[", out);
	for (size_t unit = 0; places != NULL && group != NULL && unit < tally->unit_count; unit++)
		write_unit(core, out, tally, unit, group, places, &first);
	fputc(']', out);
	wipe(places, (tally->counts.used + 1) * sizeof *places);
	free(group);
	return group != NULL && places != NULL;
}

/* As papers, over all units in one order. */
static bool
write_remarks(struct core *core, FILE *out, const struct tally *tally)
{
	struct place *places = calloc(tally->remark_count + 1, sizeof *places);
	bool is_good = places != NULL;

	fputs("\"remarks\":[", out);
	for (uint32_t i = 0; is_good && i < tally->remark_count; i++)
		places[i].index = i;
	if (is_good)
		draw_places(core, places, tally->remark_count);
	for (size_t i = 0; is_good && i < tally->remark_count; i++) {
		const struct tally_remark *remark = &tally->remarks[places[i].index];
		char label[96], key[192];
		json_t *unit = json_loads(tally->units[remark->unit], JSON_DECODE_ANY, NULL), *paper;
		char *text;

		write_label(tally, places[i].label, label, sizeof label);
		snprintf(key, sizeof key, "%s/%s", json_string_value(unit), label);
		paper = json_pack("{s:s, s:s, s:b, s:{s:o, s:s, s:s, s:s}}", "kind", "remarks", "key", key, "withdrawn",
		    false, "row", "unit", unit, "remark", label, "group", tally->group, "text", remark->text);
		text = paper == NULL ? NULL : json_dumps(paper, JSON_COMPACT);
		json_decref(paper);
		is_good = text != NULL && fprintf(out, "%s%s", i == 0 ? "" : ",", text) > 0;
		wipe(text, text == NULL ? 0 : strlen(text));
	}
	fputc(']', out);
	wipe(places, (tally->remark_count + 1) * sizeof *places);
	return is_good;
}

char *
tally_write(struct core *core, const struct tally *tally)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	bool is_good = out != NULL;

	if (is_good) {
		fprintf(out, ",\"votes\":%u,", tally->counts.used);
		is_good = write_ballots(core, out, tally);
		fputc(',', out);
		is_good = write_remarks(core, out, tally) && is_good;
		is_good = ferror(out) == 0 && is_good;
		is_good = fclose(out) == 0 && is_good;
	}
	if (!is_good) {
		free(text);
		text = NULL;
	}
	return text;
}
