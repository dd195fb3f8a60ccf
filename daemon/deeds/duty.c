#include "deeds/duty.h"

#include <string.h>

#include "records/field.h"

static const struct duty_part *const parts[] = {
    &duty_goals_part, &duty_year_part, &duty_end_part, &duty_result_part, &duty_proof_part};

size_t
duty_count(void)
{
	size_t count = 0;

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		count += parts[i]->count;
	return count;
}

const struct duty *
duty_at(size_t index)
{
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (index < parts[i]->count)
			return &parts[i]->rows[index];
		index -= parts[i]->count;
	}
	return NULL;
}

const struct duty *
duty_find(const char *code)
{
	for (size_t i = 0; i < duty_count(); i++)
		if (strcmp(duty_at(i)->code, code) == 0)
			return duty_at(i);
	return NULL;
}

/* ---- The walk. */

bool
duty_is_of(const struct book *book, enum duty_units units, const char *unit)
{
	switch (units) {
	case DUTY_COUNTIES:
		return book_unit_kind(book, unit) == KIND_COUNTY;
	case DUTY_DEPARTMENTS:
		return book_unit_kind(book, unit) == KIND_DEPARTMENT;
	case DUTY_ALL_UNITS:
		break;
	}
	return true;
}

void
duty_owe(struct duty_walk *walk, struct duty_item item)
{
	item.duty = walk->duty;
	item.unit = deed_str(item.unit);
	item.object = deed_str(item.object);
	item.subject = deed_str(item.subject);
	item.account = deed_str(item.account);
	if (item.due_us == 0 && walk->duty->phase != NULL)
		item.due_us = book_phase_due(walk->book, walk->duty->phase, item.unit);
	if (item.waits_zh == NULL && walk->shut_phase != NULL) {
		item.is_shut = true;
		item.waits_zh = arena_printf(walk->arena, "阶段“%s”未开放", walk->shut_phase);
		item.waits_en = arena_printf(walk->arena, "phase \"%s\" is not open", walk->shut_phase);
	}
	walk->fn(walk->arg, &item);
}

static const char *
record_text(struct arena *arena, enum record_kind kind, const ProtobufCMessage *record, const char *name)
{
	char buffer[RECORD_TEXT_SIZE];
	int field = name == NULL ? -1 : field_find(kind, name);

	return field < 0 ? "" : arena_strdup(arena, record_field_text(record, kind, (size_t)field, buffer));
}

static bool
is_in_state(const struct duty *duty, const ProtobufCMessage *record)
{
	int field = field_find(duty->kind, "state");

	for (size_t i = 0; field >= 0 && i < DUTY_STATE_COUNT_MAX && duty->states[i] != NULL; i++)
		if (deed_is(field_text(record, duty->kind, (size_t)field), duty->states[i]))
			return true;
	return false;
}

static void
each_in_state(struct duty_walk *walk)
{
	const struct duty *duty = walk->duty;
	const ProtobufCMessage *record;
	size_t cursor = 0;

	while ((record = book_next(walk->book, duty->kind, NULL, &cursor)) != NULL) {
		struct duty_item item = {.unit = NULL};

		if (!is_in_state(duty, record))
			continue;
		item.unit = record_text(walk->arena, duty->kind, record, "unit");
		item.object = record_text(walk->arena, duty->kind, record, duty->object);
		item.subject = record_text(walk->arena, duty->kind, record, duty->subject);
		if (duty_is_of(walk->book, duty->units, item.unit))
			duty_owe(walk, item);
	}
}

void
duty_each_of(
    const struct book *book, uint64_t now_us, struct arena *arena, unsigned roles, duty_fn fn, void *arg)
{
	bool is_published = book_is_published(book);

	for (size_t i = 0; i < duty_count(); i++) {
		const struct duty *duty = duty_at(i);
		const struct deed *deed = deed_find(duty->code);
		/* The deadline's phase and the phase that the deed needs are mostly, not always, the same. */
		const char *needs = deed == NULL ? duty->phase : deed->phase;
		struct duty_walk walk = {book, now_us, arena, duty, fn, arg, NULL};

		if ((((unsigned)duty->role | duty->helpers) & roles) == 0 || (is_published && !duty->after_end) ||
		    (duty->phase != NULL && book_get(book, PAPER_PHASES, duty->phase) == NULL))
			continue;
		if (needs != NULL && !book_phase_open(book, needs))
			walk.shut_phase = needs;
		(duty->each != NULL ? duty->each : each_in_state)(&walk);
	}
}

void
duty_each(const struct book *book, uint64_t now_us, struct arena *arena, duty_fn fn, void *arg)
{
	duty_each_of(book, now_us, arena, ROLE_ALL, fn, arg);
}

/* ---- Whose it is, and how urgent. */

bool
duty_is_owner(const struct duty_item *item, const struct actor *actor)
{
	const struct duty *duty = item->duty;

	if ((((unsigned)duty->role | duty->helpers) & (unsigned)actor->role) == 0)
		return false;
	if (*item->account != '\0')
		return deed_is(item->account, actor->account);
	switch (duty->owner) {
	case DUTY_OF_YEAR:
		return true;
	case DUTY_OF_UNIT:
		return *item->unit != '\0' && deed_is(item->unit, actor->unit);
	case DUTY_OF_SUBJECT:
		return *item->subject != '\0' && deed_is(item->subject, actor->subject);
	case DUTY_OF_ACCOUNT:
		break;
	}
	return false;
}

bool
duty_may_settle(const struct duty_item *item, const struct actor *actor)
{
	const struct deed *deed = deed_find(item->duty->code);

	return ((deed == NULL ? (unsigned)item->duty->role : deed->roles) & (unsigned)actor->role) != 0;
}

static int64_t
beijing_day(uint64_t us)
{
	return (int64_t)((us + UINT64_C(8) * 3600000000) / (UINT64_C(24) * 3600000000));
}

int64_t
duty_days_left(uint64_t due_us, uint64_t now_us)
{
	/* A deadline is the first moment of the day after. */
	return beijing_day(due_us - 1) - beijing_day(now_us);
}

bool
duty_is_overdue(const struct duty_item *item, uint64_t now_us)
{
	/* Whoever has to wait for others is not the one who is late. */
	return item->due_us != 0 && now_us >= item->due_us && (item->waits_zh == NULL || item->is_shut);
}

const char *
duty_state(const struct duty_item *item, uint64_t now_us)
{
	int64_t days;

	if (duty_is_overdue(item, now_us))
		return "overdue";
	if (item->waits_zh != NULL)
		return "waits";
	if (item->due_us == 0)
		return "later";
	days = duty_days_left(item->due_us, now_us);
	return days == 0 ? "today" : days <= DUTY_SOON_DAYS ? "soon" : "later";
}
