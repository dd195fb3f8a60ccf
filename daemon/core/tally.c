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
	if (tally->out != NULL)
		fclose(tally->out);
	wipe(tally->text, tally->text_size);
	free(tally->places);
	free(tally->group_text);
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

/* ---- Ballots out: a unit after the other, then the opinions. */

static int
compare_places(const void *left, const void *right)
{
	uint64_t a = ((const struct tally_place *)left)->label, b = ((const struct tally_place *)right)->label;

	return a < b ? -1 : a > b;
}

/* 64 bits each, all different: sorted, they are a permutation that nobody knows. */
static void
draw_places(struct core *core, struct tally_place *places, size_t count)
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
write_label(const struct tally *tally, uint64_t label, char *out, size_t size)
{
	static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
	char text[14];

	for (int i = 0; i < 13; i++)
		text[12 - i] = digits[label >> 5 * i & 31];
	text[13] = '\0';
	snprintf(out, size, "%.64s-%s", tally->poll, text);
}

static void
write_ballot(struct tally *tally, const struct tally_place *place)
{
	const uint8_t *answers = tally->answers + place->index * ballot_size(tally) + tally->unit * tally->question_count;
	FILE *out = tally->out;
	char label[96];

	write_label(tally, place->label, label, sizeof label);
	fprintf(out, "%s{\"unit\":%s,\"group\":%s,\"card\":\"%s\",\"answers\":[", tally->is_first ? "" : ",",
	    tally->units[tally->unit], tally->group_text, label);
	tally->is_first = false;
	for (size_t i = 0; i < tally->question_count; i++) {
		if (i > 0)
			fputc(',', out);
		fputs(answers[i] == 0 ? "\"\"" : tally->options[answers[i] - 1], out);
	}
	fputs("]}", out);
}

static bool
is_answered(const struct tally *tally, uint32_t ballot)
{
	const uint8_t *answers = tally->answers + ballot * ballot_size(tally) + tally->unit * tally->question_count;

	for (size_t i = 0; i < tally->question_count; i++)
		if (answers[i] != 0)
			return true;
	return false;
}

/* One unit's ballots; how many. */
static size_t
write_unit(struct core *core, struct tally *tally)
{
	size_t count = 0;

	for (uint32_t i = 0; i < tally->counts.used; i++)
		if (is_answered(tally, i))
			tally->places[count++].index = i;
#ifdef JX_PLANT_BALLOT_LEAK
	for (size_t i = 0; i < count; i++)
		tally->places[i].label = tally->places[i].index; /* planted: the order of the cards, the same for every unit */
	(void)core;
	(void)draw_places;
#else
	draw_places(core, tally->places, count);
#endif
	for (size_t i = 0; i < count; i++)
		write_ballot(tally, &tally->places[i]);
	return count;
}

static char *
remark_text(const struct tally *tally, const struct tally_place *place)
{
	const struct tally_remark *remark = &tally->remarks[place->index];
	json_t *unit = json_loads(tally->units[remark->unit], JSON_DECODE_ANY, NULL), *paper;
	char label[96], key[192], *text;

	write_label(tally, place->label, label, sizeof label);
	snprintf(key, sizeof key, "%s/%s", json_string_value(unit), label);
	paper = json_pack("{s:s, s:s, s:b, s:{s:o, s:s, s:s, s:s}}", "kind", "remarks", "key", key, "withdrawn", false,
	    "row", "unit", unit, "remark", label, "group", tally->group, "text", remark->text);
	text = paper == NULL ? NULL : json_dumps(paper, JSON_COMPACT);
	json_decref(paper);
	return text;
}

/* As papers, over all units in one order. */
static enum jx_err
write_remarks(struct core *core, struct tally *tally)
{
	if (tally->remark == 0) {
		fputs("],\"remarks\":[", tally->out);
		for (uint32_t i = 0; i < tally->remark_count; i++)
			tally->places[i].index = i;
		draw_places(core, tally->places, tally->remark_count);
	}
	for (size_t i = 0; i < TALLY_ROW_COUNT && tally->remark < tally->remark_count; i++) {
		char *text = remark_text(tally, &tally->places[tally->remark]);

		if (text == NULL)
			return JX_E_MEMORY;
		fprintf(tally->out, "%s%s", tally->remark++ == 0 ? "" : ",", text);
		wipe(text, strlen(text));
	}
	return tally->remark < tally->remark_count ? JX_AGAIN : JX_OK;
}

static enum jx_err
write_begin(struct tally *tally)
{
	size_t count = tally->counts.used > tally->remark_count ? tally->counts.used : tally->remark_count;

	tally->places = calloc(count + 1, sizeof *tally->places);
	tally->out = open_memstream(&tally->text, &tally->text_size);
	if (tally->places == NULL || tally->out == NULL)
		return JX_E_MEMORY;
	fprintf(tally->out, ",\"votes\":%u,\"ballots\":[", tally->counts.used);
	tally->is_first = true;
	return JX_OK;
}

/* As much as a turn may take. JX_AGAIN: there is more. */
static enum jx_err
write_some(struct core *core, struct tally *tally)
{
	enum jx_err err = tally->out == NULL ? write_begin(tally) : JX_OK;
	bool is_good;

	for (size_t rows = 0; err == JX_OK && rows < TALLY_ROW_COUNT && tally->unit < tally->unit_count; tally->unit++)
		rows += write_unit(core, tally);
	if (err == JX_OK && tally->unit < tally->unit_count)
		return JX_AGAIN;
	if (err == JX_OK)
		err = write_remarks(core, tally);
	if (err != JX_OK)
		return err;
	fputc(']', tally->out);
	is_good = ferror(tally->out) == 0;
	is_good = fclose(tally->out) == 0 && is_good;
	tally->out = NULL;
	return is_good ? JX_OK : JX_E_MEMORY;
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

static void
tally_go_on(struct core *core, struct tally *tally)
{
	enum jx_err err = write_some(core, tally);

	if (err == JX_AGAIN)
		return;
	tally->is_read = false;
	tally_finish(core, tally, err);
}

void
tally_tick(struct core *core)
{
	for (int i = 0; i < TALLY_COUNT_MAX; i++)
		if (core->tallies.slots[i].is_read)
			tally_go_on(core, &core->tallies.slots[i]);
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
	tally->is_read = err == JX_OK;
	if (err == JX_OK)
		tally_go_on(core, tally);
	else
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
			  texts_of(form->options, form->n_options, &tally->options) && tally->answered != NULL &&
			  (tally->group_text = json_text(tally->group)) != NULL;
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
