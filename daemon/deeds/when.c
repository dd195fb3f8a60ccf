/* Who, where, when: what many deeds ask of the book. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "deeds/deed.h"

enum { BEIJING_HOURS = 8 };
static const uint64_t HOUR_US = UINT64_C(3600000000);

/* Days since 1970-01-01 of a proleptic Gregorian date. */
static int64_t
days_of(int year, unsigned month, unsigned day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = y / 400, of_era = y - era * 400;
	int64_t of_year = (153 * (int64_t)(month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

uint64_t
deed_end_of_day(int year, unsigned month, unsigned day)
{
	return (uint64_t)(days_of(year, month, day) + 1) * 24 * HOUR_US - BEIJING_HOURS * HOUR_US;
}

uint64_t
deed_date_end(const char *date)
{
	unsigned year, month, day;
	char rest;

	if (date == NULL || sscanf(date, "%4u-%2u-%2u%c", &year, &month, &day, &rest) != 3 ||
	    month < 1 || month > 12 || day < 1 || day > 31)
		return 0;
	return deed_end_of_day((int)year, month, day);
}

char *
deed_date(struct arena *arena, uint64_t us)
{
	int64_t z = (int64_t)((us + BEIJING_HOURS * HOUR_US) / (24 * HOUR_US)) + 719468;
	int64_t era = z / 146097, of_era = z - era * 146097;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	int64_t m = (5 * of_year + 2) / 153;
	int64_t month = m < 10 ? m + 3 : m - 9;

	return arena_printf(arena, "%04d-%02d-%02d", (int)(year + era * 400 + (month <= 2)), (int)month,
	    (int)(of_year - (153 * m + 2) / 5 + 1));
}

char *
deed_moment_text(struct arena *arena, uint64_t us)
{
	unsigned second = (unsigned)((us / 1000000 + BEIJING_HOURS * 3600) % 86400);

	return arena_printf(arena, "%s %02u:%02u:%02u", deed_str(deed_date(arena, us)), second / 3600, second / 60 % 60,
	    second % 60);
}

bool
deed_is_late(const struct deed_ctx *ctx, uint64_t due)
{
	return due != 0 && ctx->counts_us >= due;
}

bool
deed_was_open(const struct deed_ctx *ctx, bool has_both, uint64_t opened_us, uint64_t closed_us)
{
	return ctx->code != NULL && has_both && opened_us <= ctx->counts_us && ctx->counts_us < closed_us;
}

bool
deed_phase_open(const struct deed_ctx *ctx, const char *phase)
{
	const Jx__Phase *row = (const Jx__Phase *)book_get(ctx->book, PAPER_PHASES, phase);

	if (row == NULL)
		return false;
	return deed_is(row->state, "open") ||
	       deed_was_open(ctx, row->has_opened_us && row->has_closed_us, row->opened_us, row->closed_us);
}

static const Jx__Unit *
unit_find(const struct book *book, const char *unit)
{
	return unit == NULL ? NULL : (const Jx__Unit *)book_get(book, RECORD_UNITS, unit);
}

const char *
book_unit_class(const struct book *book, const char *unit)
{
	const Jx__Unit *found = unit_find(book, unit);

	return found == NULL ? "" : deed_str(found->class_);
}

const char *
book_unit_name(const struct book *book, const char *unit)
{
	const Jx__Unit *found = unit_find(book, unit);

	return found == NULL ? "" : deed_str(found->name);
}

int
book_unit_kind(const struct book *book, const char *unit)
{
	const struct scheme *scheme = book_scheme(book);
	int index = scheme_class_find(scheme, book_unit_class(book, unit));

	return index < 0 ? -1 : (int)scheme->classes[index].kind;
}

bool
book_phase_open(const struct book *book, const char *phase)
{
	const Jx__Phase *row = (const Jx__Phase *)book_get(book, PAPER_PHASES, phase);

	return row != NULL && deed_is(row->state, "open");
}

/* The phases whose deadline the scheme's calendar gives, until the office sets another. */
static uint64_t
calendar_due(const struct scheme *scheme, const char *phase)
{
	const struct {
		const char *phase;
		const struct scheme_date *date;
	} rows[] = {
	    {"goals", &scheme->calendar.goals_confirmed},
	    {"adjust", &scheme->calendar.adjustments},
	    {"self", &scheme->calendar.self_reports},
	    {"claims", &scheme->calendar.self_reports},
	    {"common", &scheme->calendar.common_results},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strcmp(rows[i].phase, phase) == 0 && rows[i].date->present)
			return deed_end_of_day(
			    rows[i].date->year, rows[i].date->month, rows[i].date->day);
	return 0;
}

uint64_t
book_phase_due(const struct book *book, const char *phase, const char *unit)
{
	const Jx__Phase *row = (const Jx__Phase *)book_get(book, PAPER_PHASES, phase);
	const Jx__Extension *extension =
	    deed_is(unit, "") ? NULL
			      : (const Jx__Extension *)book_get(book, PAPER_EXTENSIONS, phase, unit);
	uint64_t due = row != NULL && row->has_due_us ? row->due_us
						      : calendar_due(book_scheme(book), phase);

	return extension != NULL && extension->due_us > due ? extension->due_us : due;
}

bool
book_is_published(const struct book *book)
{
	const Jx__Outcome *outcome = (const Jx__Outcome *)book_get(book, PAPER_OUTCOMES, "result");

	return outcome != NULL && deed_is(outcome->state, "published");
}

bool
book_supervises(const struct book *book, const char *leader, const char *unit)
{
	return book_get(book, RECORD_SUPERVISION, leader, unit) != NULL;
}

bool
book_in_team(const struct book *book, const char *account, const char *unit)
{
	const char *class = book_unit_class(book, unit);
	const Jx__Team *team;
	size_t cursor = 0;

	while ((team = (const Jx__Team *)book_next(book, PAPER_TEAMS, NULL, &cursor)) != NULL)
		if (deed_is(team->class_, class) &&
		    book_get(book, PAPER_MEMBERS, team->team, account) != NULL)
			return true;
	return false;
}

bool
book_stands_in(const struct book *book, const char *account, const char *unit)
{
	const Jx__StandIn *row;
	size_t cursor = 0;

	while ((row = (const Jx__StandIn *)book_next(book, PAPER_STAND_INS, unit, &cursor)) != NULL)
		if (deed_is(row->instead, account))
			return true;
	return false;
}

const char *
book_substitute(const struct book *book, const char *unit, const char *item, const char *by)
{
	const Jx__Substitute *row =
	    (const Jx__Substitute *)book_get(book, PAPER_SUBSTITUTES, unit, item, by);

	return row == NULL ? "" : deed_str(row->account);
}

/*
 * Notices list in the order in which they were written: "read up to here" must
 * never cover one that came later. So a deed whose bytes came before those of
 * the last one that notified counts as a moment after it.
 */
static uint64_t
notice_moment(const struct deed_ctx *ctx)
{
	size_t count = book_count(ctx->book, PAPER_NOTICES);
	const Jx__Notice *last =
	    count == 0 ? NULL : (const Jx__Notice *)book_at(ctx->book, PAPER_NOTICES, count - 1)->record;
	uint64_t after = last == NULL ? 0 : strtoull(last->notice, NULL, 16) + 1;

	return after > ctx->now_us ? after : ctx->now_us;
}

static Jx__Notice *
notice_new(struct deed_ctx *ctx, const char *role, const char *text)
{
	char *id = deed_printf(
	    ctx, "%016llx-%05zu", (unsigned long long)notice_moment(ctx), ctx->change_count);
	Jx__Notice *notice = deed_put(ctx, PAPER_NOTICES, id);

	notice->role = deed_is(role, "") ? NULL : deed_text(ctx, role);
	notice->text = deed_text(ctx, text);
	notice->by = deed_text(ctx, ctx->actor->account);
	DEED_SET_NUMBER(notice, at_us, ctx->now_us);
	return notice;
}

void
deed_notify(struct deed_ctx *ctx, const char *unit, const char *role, const char *account, const char *text)
{
	Jx__Notice *notice = notice_new(ctx, role, text);

	notice->unit = deed_is(unit, "") ? NULL : deed_text(ctx, unit);
	notice->account = deed_is(account, "") ? NULL : deed_text(ctx, account);
}

void
deed_notify_subject(struct deed_ctx *ctx, const char *role, const char *subject, const char *text)
{
	Jx__Notice *notice = notice_new(ctx, role, text);

	notice->subject = deed_is(subject, "") ? NULL : deed_text(ctx, subject);
}
