#include "deeds/prize_inside.h"

#include <assert.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scoring/award.h"
#include "scoring/figure.h"
#include "wire/text.h"

/* ---- What stands fixed. */

void *
prize_alloc(struct prize *prize, size_t size)
{
	void *memory = arena_alloc(prize->input.arena, size);

	prize->failed |= memory == NULL;
	return memory;
}

const struct scheme *
prize_scheme(const struct prize *prize)
{
	return book_scheme(prize->input.book);
}

const char *
prize_say(const struct prize *prize, const char *zh, const char *en)
{
	return prize->input.lang == JX_EN ? en : zh;
}

const char *
prize_award_name(const struct scheme *scheme, const char *award)
{
	int single = scheme_term_find(scheme->single.awards, scheme->single.award_count, award);

	for (size_t i = 0; i < scheme->county_award_count; i++)
		if (strcmp(scheme->county_awards[i].code, award) == 0)
			return scheme->county_awards[i].name;
	if (single >= 0)
		return scheme->single.awards[single].name;
	return strcmp(award, PRIZE_COMPOSITE) == 0 ? "综合奖" : award;
}

bool
prize_holds(const struct prize_unit *unit, const char *award)
{
	for (size_t i = 0; i < unit->award_count; i++)
		if (strcmp(unit->awards[i], award) == 0)
			return true;
	return false;
}

char *
prize_printf(struct prize *prize, const char *zh, const char *en, ...)
{
	char buffer[1024];
	va_list arguments;

	va_start(arguments, en);
	vsnprintf(buffer, sizeof buffer, prize_say(prize, zh, en), arguments);
	va_end(arguments);
	return arena_strdup(prize->input.arena, buffer);
}

void
prize_give(struct prize_unit *unit, const char *award)
{
	size_t i = unit->award_count++;

	for (; i > 0 && strcmp(unit->awards[i - 1], award) > 0; i--)
		unit->awards[i] = unit->awards[i - 1];
	unit->awards[i] = award;
}

bool
prize_has_grade(const struct prize_unit *unit, int least_grade)
{
	return least_grade < 0 || unit->grade <= (size_t)least_grade;
}

struct prize_request *
prize_find(const struct prize *prize, const char *code)
{
	for (size_t i = 0; i < prize->request_count; i++)
		if (strcmp(prize->requests[i].code, code) == 0)
			return &prize->requests[i];
	return NULL;
}

/* ---- A question and its answer. */

/* Is the unit one of "X01+X02"? */
static bool
is_named(const char *choice, const char *unit)
{
	size_t size = strlen(unit);

	for (const char *at = choice; at != NULL; at = strchr(at, '+')) {
		at += *at == '+';
		if (strncmp(at, unit, size) == 0 && (at[size] == '+' || at[size] == '\0'))
			return true;
	}
	return false;
}

static const char *
tie_answer(struct arena *arena, const struct prize_request *request, const char *choice)
{
	size_t named = 0, parts = 1;
	char *text = arena_strdup(arena, "");

	if (strcmp(choice, "all") == 0)
		return "all";
	for (const char *c = choice; *c != '\0'; c++)
		parts += *c == '+';
	for (size_t i = 0; i < request->who_count && text != NULL; i++) {
		if (!is_named(choice, request->who[i]->unit->unit))
			continue;
		named++;
		text = arena_printf(arena, "%s%s%s", text, *text == '\0' ? "" : "+", request->who[i]->unit->unit);
	}
	return named == request->places && parts == named ? text : NULL;
}

/* The fixed answers of each kind of question. */
static const struct {
	const char *code, *zh, *en;
} answers[][2] = {
    [PRIZE_ROUNDING] = {{"published", "按公布分数定等次", "grade by the published figure"},
	{"exact", "按精确值定等次", "grade by the exact figure"}},
    [PRIZE_VACANT] = {{"vacant", "该奖空缺", "the prize stays vacant"},
	{"next", "改授下一等奖", "it gets the next prize instead"}},
    [PRIZE_FEW] = {{"fewer", "缺额不补", "fewer are given"},
	{"fill", "由未达等次而名次在前的递补（突破等次要求，决议须写明依据）", "filled with the best of those that miss the grade (against the grade that the award asks: the resolution says why)"}},
    [PRIZE_UNVISITED] = {{"progress", "按定期调度得分率计", "counted at the progress rate"},
	{"zero", "按零分计", "counted as 0"}},
    [PRIZE_UNSUPERVISED] = {{"redistribute", "权重分给其他领导", "the other ranks weigh more"},
	{"assign", "另行指定领导评分", "a leader is named who marks it"}},
};

const char *
prize_fixed_code(enum prize_kind kind, size_t index)
{
	return answers[kind][index].code;
}

const char *
prize_fixed_words(const struct prize *prize, enum prize_kind kind, size_t index)
{
	return prize_say(prize, answers[kind][index].zh, answers[kind][index].en);
}

const char *
prize_answer(struct arena *arena, const struct prize_request *request, const char *choice)
{
	if (request->kind == PRIZE_TIE)
		return tie_answer(arena, request, choice);
	for (size_t i = 0; i < 2; i++)
		if (strcmp(answers[request->kind][i].code, choice) == 0)
			return answers[request->kind][i].code;
	return NULL;
}

/* Of the figures that the question stands on: the same figures in another run are the same question. */
static const char *
content_of(const struct prize *prize, const struct prize_request *request)
{
	crypto_hash_sha256_state state;
	uint8_t hash[32];
	char hex[65];
	char places[24];

	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, (const uint8_t *)request->code, strlen(request->code) + 1);
	for (size_t i = 0; i < request->who_count; i++) {
		const Jx__UnitResult *unit = request->who[i]->unit;
		const char *texts[] = {unit->unit, unit->total, unit->exact, unit->grade};

		for (size_t j = 0; j < sizeof texts / sizeof *texts; j++)
			crypto_hash_sha256_update(&state, (const uint8_t *)deed_str(texts[j]), strlen(deed_str(texts[j])) + 1);
	}
	memset(places, 0, sizeof places);
	places[0] = (char)(request->places & 0xff);
	places[1] = (char)(request->places >> 8 & 0xff);
	crypto_hash_sha256_update(&state, (const uint8_t *)places, sizeof places);
	crypto_hash_sha256_final(&state, hash);
	sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
	return arena_strndup(prize->input.arena, hex, 32);
}

const char *
prize_raise(struct prize *prize, struct prize_request request)
{
	const struct prize_input *input = &prize->input;
	struct prize_request *kept = &prize->requests[prize->request_count];

	if (request.code == NULL || request.question == NULL || (request.content = content_of(prize, &request)) == NULL) {
		prize->failed = true;
		return request.usual;
	}
	request.decision = (const Jx__Decision *)book_get(input->book, PAPER_DECISIONS, request.code);
	if (input->code != NULL && strcmp(input->code, request.code) == 0)
		request.choice = prize_answer(input->arena, &request, input->choice);
	else if (!input->plain && request.decision != NULL && deed_is(request.decision->content, request.content))
		request.choice = prize_answer(input->arena, &request, deed_str(request.decision->choice));
	*kept = request;
	prize->request_count++;
	return request.choice == NULL ? request.usual : request.choice;
}

/* ---- Grades. */

static size_t
grade_of(const struct scheme *scheme, const char *total)
{
	char from[TEXT_DECIMAL_SIZE];

	for (size_t i = 0; i + 1 < scheme->grade_count; i++)
		if (figure_compare(text_decimal(scheme->grades[i].from, from), total) <= 0)
			return i;
	return scheme->grade_count - 1;
}

static void
grade_unit(struct prize *prize, struct prize_unit *unit)
{
	const struct scheme *scheme = prize_scheme(prize);
	struct arena *arena = prize->input.arena;
	size_t last = scheme->grade_count - 1;
	size_t published = grade_of(scheme, unit->unit->total);
	size_t exact = grade_of(scheme, unit->unit->exact);
	const char *choice = scheme->compare == COMPARE_EXACT ? "exact" : "published";

	if (published != exact) {
		struct prize_unit **who = prize_alloc(prize, sizeof *who);

		if (who == NULL)
			return;
		*who = unit;
		choice = prize_raise(prize,
		    (struct prize_request){.kind = PRIZE_ROUNDING,
			.code = arena_printf(arena, "rounding:%s", unit->unit->unit),
			.question = prize_printf(prize, "%s 的等次只由取整决定：公布分数 %s，精确值 %s",
				"rounding alone decides the grade of %s: published %s, exact %s",
			    unit->unit->unit, unit->unit->total, unit->unit->exact),
			.usual = choice,
			.who = who,
			.who_count = 1});
	}
	unit->grade = strcmp(choice, "exact") == 0 ? exact : published;
	if (unit->unit->vetoed)
		unit->grade = last - unit->grade < scheme->veto_levels ? last : unit->grade + scheme->veto_levels;
}

/* ---- Ties. */

void
prize_settle_tie(struct prize *prize, const char *code, const char *award, struct prize_unit **holders, size_t *count,
    size_t tied, size_t places)
{
	struct arena *arena = prize->input.arena;
	struct prize_unit **who = prize_alloc(prize, (tied + 1) * sizeof *who);
	size_t above = *count - tied;
	const char *choice;

	if (who == NULL)
		return;
	assert(places > above && *count > places);
	memcpy(who, holders + above, tied * sizeof *who);
	choice = prize_raise(prize,
	    (struct prize_request){.kind = PRIZE_TIE,
		.code = arena_printf(arena, "tie:%s", code),
		.question = prize_printf(prize, "%s：%zu 个单位并列，只余 %zu 个名额",
			"%s: %zu units tie for %zu places",
		    prize_award_name(prize_scheme(prize), award), tied, places - above),
		.usual = "all",
		.who = who,
		.who_count = tied,
		.places = places - above});
	if (strcmp(choice, "all") == 0)
		return;
	*count = above;
	for (size_t i = 0; i < tied; i++)
		if (is_named(choice, who[i]->unit->unit))
			holders[(*count)++] = who[i];
		else
			/* It comes after those that stay: it stands for the next prize. */
			who[i]->place += (uint32_t)(places - above);
}

/* ---- Counties. */

static int
compare_places(const void *left, const void *right)
{
	const struct prize_unit *l = *(struct prize_unit *const *)left, *r = *(struct prize_unit *const *)right;

	if (l->place != r->place)
		return l->place < r->place ? -1 : 1;
	return strcmp(l->unit->unit, r->unit->unit);
}

/* The first does not have the grade of the first prize, but that of the next one. */
static void
settle_vacant(struct prize *prize, struct prize_unit **counties, size_t count, size_t index)
{
	const struct scheme *scheme = prize_scheme(prize);
	const struct scheme_county_award *award = &scheme->county_awards[index], *next = award + 1;
	struct arena *arena = prize->input.arena;
	struct prize_unit **who = prize_alloc(prize, (count + 1) * sizeof *who);
	size_t who_count = 0;
	const char *choice;

	if (award->rank_first != 1 || index + 1 == scheme->county_award_count || who == NULL)
		return;
	for (size_t i = 0; i < count && counties[i]->place == 1; i++)
		if (prize_has_grade(counties[i], award->least_grade))
			return;
		else if (prize_has_grade(counties[i], next->least_grade))
			who[who_count++] = counties[i];
	if (who_count == 0)
		return;
	choice = prize_raise(prize,
	    (struct prize_request){.kind = PRIZE_VACANT,
		.code = arena_printf(arena, "vacant:%s", award->code),
		.question = prize_printf(prize, "%s：排名第一的 %s 未达要求的等次", "%s: %s is first without the grade that it asks",
		    award->name, who[0]->unit->unit),
		.usual = "vacant",
		.who = who,
		.who_count = who_count});
	for (size_t i = 0; i < who_count && strcmp(choice, "next") == 0; i++)
		prize_give(who[i], next->code);
}

static void
count_counties(struct prize *prize)
{
	const struct scheme *scheme = prize_scheme(prize);
	struct prize_unit **counties = prize_alloc(prize, (prize->unit_count + 1) * sizeof *counties);
	struct prize_unit **holders = prize_alloc(prize, (prize->unit_count + 1) * sizeof *holders);
	size_t count = 0;

	if (counties == NULL || holders == NULL)
		return;
	for (size_t i = 0; i < prize->unit_count; i++)
		if (prize->units[i].kind == KIND_COUNTY)
			counties[count++] = &prize->units[i];
	for (size_t j = 0; j < scheme->county_award_count; j++) {
		const struct scheme_county_award *award = &scheme->county_awards[j];
		size_t places = award->rank_last - award->rank_first + 1, held = 0, tied = 0;

		qsort(counties, count, sizeof *counties, compare_places);
		for (size_t i = 0; i < count; i++)
			if (counties[i]->place >= award->rank_first && counties[i]->place <= award->rank_last &&
			    prize_has_grade(counties[i], award->least_grade))
				holders[held++] = counties[i];
		while (tied < held && holders[held - 1 - tied]->place == holders[held - 1]->place)
			tied++;
		if (held > places)
			prize_settle_tie(prize, award->code, award->code, holders, &held, tied, places);
		for (size_t i = 0; i < held; i++)
			prize_give(holders[i], award->code);
		if (held == 0)
			settle_vacant(prize, counties, count, j);
	}
}

/* ---- Questions whose other answer asks for other inputs. */

static bool
is_unsupervised(const struct prize *prize, const struct prize_unit *unit, const struct scheme_rank *rank)
{
	const Jx__Leader *leader;
	size_t cursor = 0;

	if (rank->method != LEADER_RANK)
		return false;
	while ((leader = (const Jx__Leader *)book_next(prize->input.book, RECORD_LEADERS, NULL, &cursor)) != NULL)
		if (deed_is(leader->rank, rank->code) &&
		    book_supervises(prize->input.book, leader->leader, unit->unit->unit))
			return false;
	return true;
}

static void
ask_unsupervised(struct prize *prize, enum kind kind, const struct scheme_rank *rank)
{
	struct arena *arena = prize->input.arena;
	struct prize_unit **who = prize_alloc(prize, (prize->unit_count + 1) * sizeof *who);
	size_t count = 0;

	if (who == NULL)
		return;
	for (size_t i = 0; i < prize->unit_count; i++)
		if (prize->units[i].kind == kind && is_unsupervised(prize, &prize->units[i], rank))
			who[count++] = &prize->units[i];
	if (count > 0)
		prize_raise(prize,
		    (struct prize_request){.kind = PRIZE_UNSUPERVISED,
			.code = arena_printf(arena, "unsupervised:%s:%s", kind_code(kind), rank->code),
			.question = prize_printf(prize, "%zu 个单位没有%s分管", "no leader supervises %zu units: %s", count, rank->name),
			.usual = "redistribute",
			.who = who,
			.who_count = count,
			.rank = rank->code,
			.is_outside = true});
}

static void
ask_unvisited(struct prize *prize)
{
	struct prize_unit **who = prize_alloc(prize, (prize->unit_count + 1) * sizeof *who);
	size_t count = 0;

	if (who == NULL)
		return;
	for (size_t i = 0; i < prize->unit_count; i++) {
		size_t cursor = 0;

		if (book_next(prize->input.book, RECORD_VISITS, prize->units[i].unit->unit, &cursor) == NULL)
			who[count++] = &prize->units[i];
	}
	if (count > 0)
		prize_raise(prize,
		    (struct prize_request){.kind = PRIZE_UNVISITED,
			.code = "unvisited",
			.question = prize_printf(prize, "%zu 个单位全年没有踏查", "%zu units were never visited", count),
			.usual = prize_scheme(prize)->unsampled == UNSAMPLED_ZERO ? "zero" : "progress",
			.who = who,
			.who_count = count,
			.is_outside = true});
}

static void
ask_outside(struct prize *prize)
{
	const struct scheme *scheme = prize_scheme(prize);

	ask_unvisited(prize);
	for (int kind = 0; kind < KIND_COUNT && scheme->unsupervised == UNSUPERVISED_REDISTRIBUTE; kind++)
		for (size_t i = 0; i < scheme->kinds[kind].rank_count; i++)
			ask_unsupervised(prize, (enum kind)kind, &scheme->kinds[kind].ranks[i]);
}

/* ---- All. */

static bool
start_units(struct prize *prize)
{
	const struct scheme *scheme = prize_scheme(prize);
	/* A unit's rounding, two questions an award or class, one a rank, the unvisited. */
	size_t request_max = prize->input.run->unit_count + 2 * (award_count_max(scheme) + scheme->class_count) + 1;

	for (int kind = 0; kind < KIND_COUNT; kind++)
		request_max += scheme->kinds[kind].rank_count;
	prize->requests = prize_alloc(prize, request_max * sizeof *prize->requests);
	prize->units = prize_alloc(prize, (prize->input.run->unit_count + 1) * sizeof *prize->units);
	if (prize->requests == NULL || prize->units == NULL)
		return false;
	for (size_t i = 0; i < prize->input.run->unit_count; i++) {
		struct prize_unit *unit = &prize->units[prize->unit_count];
		int class_index;

		unit->unit = prize->input.run->units[i];
		class_index = scheme_class_find(scheme, deed_str(unit->unit->class_));
		unit->awards = prize_alloc(prize, (award_count_max(scheme) + 1) * sizeof *unit->awards);
		if (unit->awards == NULL)
			return false;
		if (class_index < 0)
			continue; /* a run of another scheme: outcome.draft refuses it */
		unit->class_index = (size_t)class_index;
		unit->kind = scheme->classes[class_index].kind;
		unit->place = unit->unit->rank_in_kind;
		prize->unit_count++;
	}
	return true;
}

struct prize *
prize_count(const struct prize_input *input)
{
	struct prize *prize = arena_alloc(input->arena, sizeof *prize);

	if (prize == NULL)
		return NULL;
	prize->input = *input;
	if (!start_units(prize))
		return NULL;
	for (size_t i = 0; i < prize->unit_count; i++)
		grade_unit(prize, &prize->units[i]);
	count_counties(prize);
	prize_race_all(prize);
	ask_outside(prize);
	return prize->failed ? NULL : prize;
}
