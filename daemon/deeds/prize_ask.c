/* What each answer to a question would change: who gains, who loses (R46). */
#include <string.h>

#include "deeds/prize_inside.h"
#include "scoring/figure.h"

enum {
	ASK_TIED_MAX = 16,   /* of more units that tie, the choices are too many to print */
	ASK_OPTION_MAX = 21, /* "all", and twenty choices: nobody reads more */
	ASK_SIZE_MAX = 64 << 20, /* bytes for one trial count, freed after it */
};

/* Room for a list of that size: a power of two, so that one that grows is seldom copied. */
static size_t
room_for(size_t size)
{
	size_t room = 64;

	while (room < size)
		room *= 2;
	return room;
}

/* list is "" or what join gave: then it is added to in place while there is room. */
static const char *
join(struct prize *prize, const char *list, const char *more)
{
	const char *separator = *list == '\0' ? "" : "；";
	size_t used = strlen(list), size = used + strlen(separator) + strlen(more) + 1;
	char *text = (char *)(uintptr_t)list;

	if (used == 0 || room_for(used + 1) < size) {
		text = prize_alloc(prize, room_for(size));
		if (text == NULL)
			return "";
		memcpy(text, list, used);
	}
	memcpy(text + used, separator, strlen(separator));
	memcpy(text + used + strlen(separator), more, strlen(more) + 1);
	return text;
}

/* "X1 东山县(90.00) 一等奖" onto the list. */
static const char *
join_unit(struct prize *prize, const char *list, const struct prize_unit *unit, const char *what)
{
	const char *more = arena_printf(prize->input.arena, "%s %s(%s) %s", unit->unit->unit,
	    deed_str(unit->unit->name), deed_str(unit->unit->total), what);

	prize->failed |= more == NULL;
	return join(prize, list, more == NULL ? "" : more);
}

static void
compare_grades(struct prize *prize, struct prize_option *option, const struct prize_unit *before,
    const struct prize_unit *after)
{
	const struct scheme *scheme = prize_scheme(prize);
	const char *name = scheme->grades[after->grade].name;

	if (after->grade < before->grade)
		option->gains = join_unit(prize, option->gains, after, name);
	else if (after->grade > before->grade)
		option->loses = join_unit(prize, option->loses, after, name);
}

/* Both lists of awards: what after has more is gained, what it has less is lost. */
static void
compare_awards(struct prize *prize, struct prize_option *option, const struct prize_unit *before,
    const struct prize_unit *after)
{
	const struct scheme *scheme = prize_scheme(prize);

	for (size_t i = 0; i < after->award_count; i++)
		if (!prize_holds(before, after->awards[i]))
			option->gains = join_unit(prize, option->gains, after, prize_award_name(scheme, after->awards[i]));
	for (size_t i = 0; i < before->award_count; i++)
		if (!prize_holds(after, before->awards[i]))
			option->loses = join_unit(prize, option->loses, after, prize_award_name(scheme, before->awards[i]));
}

static struct prize *
count_as_if(const struct prize *prize, struct arena *arena, const char *code, const char *choice)
{
	struct prize_input input = prize->input;

	input.arena = arena;
	input.code = code;
	input.choice = choice;
	return prize_count(&input);
}

/* Against the usual answer, all else decided as it is. */
static void
compare_inside(struct prize *prize, const struct prize_request *request, struct prize_option *option)
{
	struct arena *arena = arena_new(ASK_SIZE_MAX);
	struct prize *before = arena == NULL ? NULL : count_as_if(prize, arena, request->code, request->usual);
	struct prize *after = before == NULL ? NULL : count_as_if(prize, arena, request->code, option->code);

	prize->failed |= after == NULL;
	for (size_t i = 0; after != NULL && i < prize->unit_count; i++) {
		compare_grades(prize, option, &before->units[i], &after->units[i]);
		compare_awards(prize, option, &before->units[i], &after->units[i]);
	}
	arena_free(arena);
}

static const char *
component_of(const struct prize_unit *unit, enum component component)
{
	return unit->unit->n_components == COMPONENT_COUNT ? deed_str(unit->unit->components[component]->exact) : "0";
}

/* What visits would count under the other rule, and the total with it. */
static const char *
total_unvisited(struct prize *prize, const struct prize_unit *unit)
{
	const int64_t *weights = prize_scheme(prize)->kinds[unit->kind].weights;
	struct arena *arena = prize->input.arena;
	const char *total = figure_add(arena, unit->unit->exact, component_of(unit, COMPONENT_VISITS), -1, 1);

	if (prize_scheme(prize)->unsampled == UNSAMPLED_ZERO && total != NULL && weights[COMPONENT_PROGRESS] > 0)
		total = figure_add(arena, total, component_of(unit, COMPONENT_PROGRESS), weights[COMPONENT_VISITS],
		    weights[COMPONENT_PROGRESS]);
	return total;
}

static void
compare_unvisited(struct prize *prize, const struct prize_request *request, struct prize_option *option)
{
	unsigned digits = prize_scheme(prize)->digits;
	struct arena *arena = prize->input.arena;

	for (size_t i = 0; i < request->who_count; i++) {
		const struct prize_unit *unit = request->who[i];
		const char *total = total_unvisited(prize, unit);
		const char *text = total == NULL ? NULL : figure_text(arena, total, digits);
		int order = text == NULL ? 0 : figure_compare(total, unit->unit->exact);

		prize->failed |= text == NULL;
		text = text == NULL ? "" : arena_printf(arena, "→ %s", text);
		if (order > 0)
			option->gains = join_unit(prize, option->gains, unit, deed_str(text));
		else if (order < 0)
			option->loses = join_unit(prize, option->loses, unit, deed_str(text));
	}
}

/* The total between the named leader's 0 and its full weight. */
static void
compare_unsupervised(struct prize *prize, const struct prize_request *request, struct prize_option *option)
{
	struct arena *arena = prize->input.arena;
	unsigned digits = prize_scheme(prize)->digits;

	for (size_t i = 0; i < request->who_count; i++) {
		const struct prize_unit *unit = request->who[i];
		const struct scheme_kind *rules = &prize_scheme(prize)->kinds[unit->kind];
		const struct prize_request *other;
		int64_t all = 0, remaining = 0, weight = 0;
		const char *least, *most, *range;

		for (size_t j = 0; j < rules->rank_count; j++) {
			const char *code = arena_printf(
			    arena, "unsupervised:%s:%s", kind_code(unit->kind), rules->ranks[j].code);
			bool is_dropped = false;

			all += rules->ranks[j].weight;
			other = code == NULL ? NULL : prize_find(prize, code);
			for (size_t k = 0; other != NULL && k < other->who_count; k++)
				is_dropped |= other->who[k] == unit;
			remaining += is_dropped ? 0 : rules->ranks[j].weight;
			if (other == request)
				weight = rules->ranks[j].weight;
		}
		/* Without the factor all/remaining; then with this rank's weight in it. */
		if (all == 0 || remaining == 0)
			continue;
		least = figure_add(arena, unit->unit->exact, component_of(unit, COMPONENT_LEADERS), -1, 1);
		least = least == NULL ? NULL
				      : figure_add(arena, least, component_of(unit, COMPONENT_LEADERS),
					    remaining * all, all * (remaining + weight));
		most = least == NULL ? NULL
				     : figure_add(arena, least, "1", weight * all, (remaining + weight) * 100);
		least = least == NULL ? NULL : figure_text(arena, least, digits);
		most = most == NULL ? NULL : figure_text(arena, most, digits);
		range = least == NULL || most == NULL ? NULL : arena_printf(arena, "→ %s–%s", least, most);
		prize->failed |= range == NULL;
		option->gains = join_unit(prize, option->gains, unit, deed_str(range));
	}
}

/* ---- The options. */

static void
option_add(struct prize *prize, struct prize_request *request, const char *code, const char *words)
{
	struct prize_option *option = &request->options[request->option_count];

	*option = (struct prize_option){.code = code, .words = words, .gains = "", .loses = ""};
	prize->failed |= code == NULL || words == NULL;
	if (code == NULL || words == NULL)
		return;
	request->option_count++;
	if (strcmp(code, request->usual) == 0)
		return;
	if (request->kind == PRIZE_UNVISITED)
		compare_unvisited(prize, request, option);
	else if (request->kind == PRIZE_UNSUPERVISED)
		compare_unsupervised(prize, request, option);
	else
		compare_inside(prize, request, option);
}

static unsigned
bit_count(unsigned bits)
{
	unsigned count = 0;

	for (; bits != 0; bits >>= 1)
		count += bits & 1;
	return count;
}

/* Every choice of `places` out of those that tie, as long as a reader can take them in. */
static void
tie_options(struct prize *prize, struct prize_request *request)
{
	struct arena *arena = prize->input.arena;

	option_add(prize, request, "all", prize_say(prize, "并列者全部授奖", "all that tie hold it"));
	if (request->who_count > ASK_TIED_MAX)
		return;
	for (unsigned bits = 1; bits < 1u << request->who_count && request->option_count < ASK_OPTION_MAX; bits++) {
		const char *code = "";

		if (bit_count(bits) != request->places)
			continue;
		for (size_t i = 0; i < request->who_count && code != NULL; i++)
			if ((bits >> i & 1) != 0)
				code = arena_printf(
				    arena, "%s%s%s", code, *code == '\0' ? "" : "+", request->who[i]->unit->unit);
		option_add(prize, request, code, prize_say(prize, "只授所列单位", "only the units named"));
	}
}

static bool
matters(const struct prize_request *request)
{
	for (size_t i = 0; i < request->option_count; i++)
		if (*request->options[i].gains != '\0' || *request->options[i].loses != '\0')
			return true;
	return false;
}

struct prize *
prize_ask(const struct prize_input *input)
{
	struct prize *prize = prize_count(input);
	size_t kept = 0;

	for (size_t i = 0; prize != NULL && i < prize->request_count; i++) {
		struct prize_request *request = &prize->requests[i];

		request->options = prize_alloc(prize, (ASK_OPTION_MAX + 1) * sizeof *request->options);
		if (request->options == NULL)
			return NULL;
		if (request->kind == PRIZE_TIE)
			tie_options(prize, request);
		else
			for (size_t j = 0; j < 2; j++)
				option_add(prize, request, prize_fixed_code(request->kind, j),
				    prize_fixed_words(prize, request->kind, j));
	}
	/* Only now: unsupervised ranks look at one another. */
	for (size_t i = 0; prize != NULL && i < prize->request_count; i++)
		if (matters(&prize->requests[i]))
			prize->requests[kept++] = prize->requests[i];
	if (prize != NULL)
		prize->request_count = kept;
	return prize == NULL || prize->failed ? NULL : prize;
}
