/* The tables as text: jixiaod --routes and --lives; both have golden files, so that a change of
 * rights shows in the diff. */
#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/core.h"
#include "core/life.h"
#include "core/route.h"
#include "deeds/view.h"

struct print {
	char *text;
	size_t size;
	FILE *file;
};

static bool
print_open(struct print *print)
{
	print->file = open_memstream(&print->text, &print->size);
	return print->file != NULL;
}

static char *
print_close(struct print *print)
{
	if (fclose(print->file) != 0) {
		free(print->text);
		return NULL;
	}
	return print->text;
}

static const char *
print_states(unsigned states)
{
	static const struct {
		unsigned states;
		const char *text;
	} names[] = {
	    {SESSION_NEW, "new"},
	    {SESSION_GREETED, "greeted"},
	    {SESSION_READY, "ready"},
	    {SESSION_GREETED | SESSION_READY, "greeted,ready"},
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i].states == states)
			return names[i].text;
	return "-";
}

/* Comma-joined; text: 160 bytes. */
static const char *
print_roles(unsigned roles, char text[160])
{
	size_t used = 0;

	if (roles == ROLE_NONE)
		return "anyone";
	if (roles == ROLE_ALL)
		return "all";
	text[0] = '\0';
	for (unsigned role = 1; role < ROLE_END; role <<= 1)
		if ((roles & role) != 0)
			used += (size_t)snprintf(text + used, 160 - used, "%s%s", used == 0 ? "" : ",",
			    role_code((enum role)role));
	return text;
}

static const char *const kind_names[] = {
    [ROUTE_READ] = "read",
    [ROUTE_WRITE] = "write",
    [ROUTE_CARRY] = "carry",
    [ROUTE_PUT] = "put",
    [ROUTE_CARD] = "card",
};

static const char *const scope_names[] = {
    [SCOPE_NONE] = "-",
    [SCOPE_SELF] = "self",
    [SCOPE_ALL] = "all",
    [SCOPE_CITY] = "city",
    [SCOPE_LIST] = "list",
};

static const char *const deed_scope_names[] = {
    [DEED_SCOPE_NONE] = "-",
    [DEED_YEAR] = "year",
    [DEED_OWN] = "own",
    [DEED_REVIEW] = "review",
    [DEED_ITEM] = "item",
    [DEED_CHARGE] = "charge",
    [DEED_TEAM] = "team",
    [DEED_LEADER] = "leader",
    [DEED_VISITED] = "visited",
};

/* The arguments a deed needs, and in brackets those it may have. */
static const char *
print_arguments(unsigned arguments, char text[256])
{
	static const char *const names[] = {
	    "unit", "object", "value", "reason", "document", "run", "due", "rows", "dated", "file", "cards"};
	size_t used = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
		bool must = (arguments >> i & 1) != 0, may = (arguments >> (16 + i) & 1) != 0;

		if (must || may)
			used += (size_t)snprintf(text + used, 256 - used, must ? "%s%s" : "%s[%s]",
			    used == 0 ? "" : ",", names[i]);
	}
	return used == 0 ? "-" : text;
}

/* The kinds whose rows it takes. */
static const char *
print_kinds(const struct deed *deed, char text[256])
{
	size_t used = 0;

	for (size_t i = 0; i < DEED_KIND_COUNT_MAX && deed->kinds[i] != 0; i++)
		used += (size_t)snprintf(text + used, 256 - used, "%s%s", used == 0 ? "" : "+",
		    record_kinds[deed->kinds[i]].name);
	return used == 0 ? "-" : text;
}

/* "R05 R06" in one word: "R05,R06". */
static const char *
print_requirement(const char *requirement, char text[64])
{
	size_t size = 0;

	for (const char *c = requirement == NULL ? "-" : requirement; *c != '\0' && size < 63; c++)
		text[size++] = *c == ' ' ? ',' : *c;
	text[size] = '\0';
	return text;
}

/*
 * The second part of the map: what a request "deed" and a request "view" can
 * name, and the requirements it is for (docs/requirements.md has them all).
 */
static void
print_deeds(FILE *file)
{
	char roles[160], arguments[256], kinds[256], requirement[64];

	fprintf(file, "\n%-20s %-9s %-40s %-7s %-10s %-4s %-32s %-24s %s\n", "deed", "life", "roles", "scope",
	    "phase", "end", "arguments", "rows", "requirement");
	for (size_t i = 0; i < deed_count(); i++) {
		const struct deed *deed = deed_at(i);

		fprintf(file, "%-20s %-9s %-40s %-7s %-10s %-4s %-32s %-24s %s\n", deed->name,
		    deed->life == NULL ? "-" : deed->life->name, print_roles(deed->roles, roles),
		    deed_scope_names[deed->scope], deed->phase == NULL ? "-" : deed->phase,
		    deed->after_end ? "yes" : "-", print_arguments(deed->arguments, arguments),
		    print_kinds(deed, kinds), print_requirement(deed->requirement, requirement));
	}
	fprintf(file, "\n%-20s %-40s %s\n", "view", "roles", "requirement");
	for (size_t i = 0; i < view_count(); i++)
		fprintf(file, "%-20s %-40s %s\n", view_at(i)->name, print_roles(view_at(i)->roles, roles),
		    print_requirement(view_at(i)->requirement, requirement));
}

char *
core_routes_text(void)
{
	struct print print;
	char roles[160];

	if (!print_open(&print))
		return NULL;
	fprintf(print.file, "%-16s %-6s %-14s %-24s %-5s %-6s %6s %9s\n", "request", "kind",
	    "session", "roles", "scope", "phase", "bytes", "in flight");
	for (unsigned i = 0; i < route_count; i++) {
		const struct route *route = &route_rows[i];

		fprintf(print.file, "%-16s %-6s %-14s %-24s %-5s %-6s %6u %9u\n", route->name,
		    kind_names[route->kind], print_states(route->states),
		    print_roles(route->roles, roles), scope_names[route->scope],
		    route->phases == PHASE_OPEN ? "open" : "-", route->size_max,
		    route->inflight_max);
	}
	print_deeds(print.file);
	return print_close(&print);
}

static void
print_deed_lives(FILE *file)
{
	for (size_t i = 0; i < deed_life_count(); i++) {
		const struct deed_life *life = deed_life_at(i);

		fprintf(file, "\n%s %s\n", life->name, life->zh);
		for (size_t j = 0; j < life->edge_count; j++) {
			const struct deed_edge *edge = &life->edges[j];

			fprintf(file, "  %-10s --%-18s--> %-10s %s\n", *edge->from == '\0' ? "-" : edge->from,
			    edge->deed, edge->to, edge->text);
		}
	}
}

/* "SESSION_ON_HELLO" -> "hello": the part behind the life's own prefix. */
static void
print_word(FILE *file, const char *word, int width)
{
	const char *start = strchr(word, '_') + 1;

	if (strncmp(start, "ON_", 3) == 0)
		start += 3;
	for (const char *c = start; *c != '\0'; c++, width--)
		fputc(tolower((unsigned char)*c), file);
	for (; width > 0; width--)
		fputc(' ', file);
}

char *
core_lives_text(void)
{
	static const struct life *const lives[] = {&life_session, &life_import, &life_run};
	struct print print;

	if (!print_open(&print))
		return NULL;
	for (size_t i = 0; i < sizeof lives / sizeof *lives; i++) {
		fprintf(print.file, "%s%s %s\n", i == 0 ? "" : "\n", lives[i]->name, lives[i]->zh);
		for (size_t j = 0; j < lives[i]->edge_count; j++) {
			const struct life_edge *edge = &lives[i]->edges[j];

			fprintf(print.file, "  ");
			print_word(print.file, edge->state, 10);
			fprintf(print.file, " --");
			print_word(print.file, edge->event, 9);
			fprintf(print.file, "--> ");
			print_word(print.file, edge->next, 10);
			fprintf(print.file, " %s\n", edge->text);
		}
	}
	print_deed_lives(print.file);
	return print_close(&print);
}
