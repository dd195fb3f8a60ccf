#include "cli/kit.h"

#include <stdlib.h>
#include <string.h>

#include "cli/fetch.h"
#include "cli/item.h"
#include "cli/keys.h"
#include "cli/progress.h"
#include "deeds/view.h"

enum scope {
	WHOLE = 1 << 0, /* as one may see it, of no unit */
	UNITS = 1 << 1, /* of each unit it works on */
};

enum {
	GROUP = ROLE_EVALUATOR | ROLE_LEAD,
	UNIT = ROLE_CLERK | ROLE_HEAD | ROLE_FUNCTIONAL,
	WATCHERS = ROLE_OFFICE | ROLE_AUDITOR,
};

struct row {
	const char *view, *kind; /* kind: of a list */
	unsigned roles, scopes;
};

static const char kit_name[] = "kit";

/* clang-format off */
static const struct row rows[] = {
	{"todo",          "", ROLE_ALL, WHOLE},
	{"notices",       "", ROLE_ALL, WHOLE},
	{"may",           "", ROLE_ALL, WHOLE},
	{"list", "units",       ROLE_ALL, WHOLE},
	{"list", "phases",      ROLE_ALL, WHOLE},
	{"list", "rounds",      ROLE_ALL, WHOLE},
	{"list", "tasks",       ROLE_ALL, WHOLE},
	{"list", "leaders",     ROLE_ALL, WHOLE},
	{"list", "supervision", ROLE_ALL, WHOLE},
	/* Of the unit: its plan, its reports, what it claims and shows. */
	{"plan.state",    "", UNIT, WHOLE},
	{"step.state",    "", UNIT | GROUP, UNITS},
	{"method.state",  "", UNIT | GROUP, WHOLE},
	{"round.state",   "", UNIT, WHOLE},
	{"claim.state",   "", UNIT, WHOLE},
	{"figure.state",  "", UNIT | GROUP, WHOLE | UNITS},
	{"evidence.uses", "", UNIT, UNITS},
	{"self.draft",    "", UNIT, UNITS},
	{"self.state",    "", UNIT, WHOLE},
	{"missing",       "", UNIT, WHOLE},
	{"list", "plans",         UNIT | GROUP, UNITS},
	{"list", "plan_goals",    UNIT | GROUP, UNITS},
	{"list", "opinions",      UNIT, UNITS},
	{"list", "adjustments",   UNIT | GROUP, UNITS},
	{"list", "goals",         UNIT | GROUP, WHOLE | UNITS},
	{"list", "steps",         UNIT | GROUP, UNITS},
	{"list", "round_reports", UNIT | GROUP, UNITS},
	{"list", "goal_reports",  UNIT | GROUP, UNITS},
	{"list", "materials",     UNIT | GROUP, UNITS},
	{"list", "self_reports",  UNIT | GROUP, UNITS},
	{"list", "self_lines",    UNIT | GROUP, UNITS},
	{"list", "claims",        UNIT, UNITS},
	{"list", "files",         UNIT | GROUP, UNITS},
	{"list", "figures",       UNIT | GROUP, WHOLE | UNITS},
	{"list", "findings",      UNIT | GROUP, WHOLE | UNITS},
	/* Of the group: what it marks, who works on what. */
	{"group.state",   "", GROUP | WATCHERS, WHOLE | UNITS},
	{"visit.state",   "", GROUP | UNIT, WHOLE},
	{"lease.list",    "", GROUP | WATCHERS, WHOLE},
	{"list", "group",         GROUP, WHOLE | UNITS},
	{"list", "group_notes",   GROUP, WHOLE | UNITS},
	{"list", "leases",        GROUP, WHOLE},
	{"list", "signers",       GROUP, WHOLE},
	{"list", "teams",         GROUP, WHOLE},
	{"list", "members",       GROUP, WHOLE},
	{"owed",          "", WATCHERS, WHOLE},
};
/* clang-format on */

enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

/* ---- Who. */

static const char *
text_of(const char *text)
{
	return text == NULL ? "" : text;
}

int
kit_begin(struct cli *cli, struct kit *kit)
{
	const Jx__Whoami message = JX__WHOAMI__INIT;
	const struct online_call call = {
	    JX__ENVELOPE__BODY_WHOAMI, &message, JX__ENVELOPE__BODY_WHOAMI_REPLY};
	const Jx__WhoamiReply *who;
	struct outbox_thing pulled;
	int status = local_ask(cli, "whoami", &call, (const void **)&who);

	*kit = (struct kit){.account = cli->account};
	if (status == CLI_EXIT_OK)
		status = online_pick_year(cli, &kit->year);
	if (status != CLI_EXIT_OK)
		return status;
	kit->unit = text_of(who->unit);
	kit->role = role_find(text_of(who->role));
	kit->is_group = (kit->role & GROUP) != 0;
	if (outbox_get(cli->store, cli->arena, OUTBOX_PROFILE, kit_name, &pulled) == JX_OK)
		kit->pulled_us = pulled.saved_us;
	return CLI_EXIT_OK;
}

/* ---- Pulling. */

static void
ask_for(const struct kit *kit, const struct row *row, const char *unit, Jx__View *view)
{
	jx__view__init(view);
	view->city = ONLINE_TEXT(kit->year.city);
	view->has_year = true;
	view->year = kit->year.year;
	view->view = ONLINE_TEXT(row->view);
	view->kind = row->kind[0] == '\0' ? NULL : ONLINE_TEXT(row->kind);
	view->unit = ONLINE_TEXT(unit);
}

/* One request. What this account may not see is left out: the daemon's table says it, not ours. */
static int
pull_one(struct cli *cli, const struct kit *kit, const struct row *row, const char *unit, size_t *kept)
{
	struct table table = {.first = NULL};
	Jx__View view, name;
	int status;

	ask_for(kit, row, unit, &view);
	name = view; /* without the page at which fetching ends */
	status = table_try(cli, &view, 0, &table);
	if (status == CLI_EXIT_OK && table.first == NULL)
		return CLI_EXIT_OK;
	if (status == CLI_EXIT_OK)
		status = copies_keep(cli, &name, &table);
	*kept += status == CLI_EXIT_OK;
	return status;
}

static bool
is_for(const struct kit *kit, const struct row *row)
{
	const struct view *view = view_find(row->view);

	return view != NULL && (view->roles & row->roles & kit->role) != 0;
}

static int
add_unit(struct cli *cli, struct kit *kit, const char *unit)
{
	const char **grown;

	for (size_t i = 0; i < kit->unit_count; i++)
		if (strcmp(kit->units[i], unit) == 0)
			return CLI_EXIT_OK;
	grown = arena_alloc(cli->arena, (kit->unit_count + 1) * sizeof *grown);
	if (grown == NULL)
		return cli_error_memory(cli);
	if (kit->unit_count > 0)
		memcpy(grown, kit->units, kit->unit_count * sizeof *grown);
	grown[kit->unit_count++] = unit;
	kit->units = grown;
	return CLI_EXIT_OK;
}

/* The units whose goals it marks stand in the very view of what it marks. */
static int
find_units(struct cli *cli, struct kit *kit, const char *only)
{
	struct kit_task *tasks;
	size_t count;
	int status = CLI_EXIT_OK;

	if (!kit->is_group)
		return kit->unit[0] == '\0' ? CLI_EXIT_OK : add_unit(cli, kit, kit->unit);
	if (!kit_tasks(cli, kit, &tasks, &count))
		return CLI_EXIT_OK;
	for (size_t i = 0; status == CLI_EXIT_OK && i < count; i++)
		if (only == NULL || strcmp(tasks[i].unit, only) == 0)
			status = add_unit(cli, kit, tasks[i].unit);
	if (status == CLI_EXIT_OK && only != NULL && kit->unit_count == 0)
		return cli_error(cli, JX_E_NOT_FOUND, "%s 不是本组评估的单位", "%s is no unit of this group's",
		    cli_shown(cli, only));
	return status;
}

static int
pull_scheme(struct cli *cli, const struct kit *kit)
{
	const char *name = arena_printf(cli->arena, "%s/%u", kit->year.city, kit->year.year);
	struct bytes text;
	uint64_t batch;
	enum jx_err err;
	int status = fetch_scheme(cli, &kit->year, 0, &text, &batch);

	if (status != CLI_EXIT_OK)
		return status;
	if (name == NULL)
		return cli_error_memory(cli);
	err = outbox_put(cli->store, OUTBOX_SCHEME, name, text, local_now_us());
	return err == JX_OK ? CLI_EXIT_OK : local_error(cli, err);
}

int
kit_pull(struct cli *cli, struct kit *kit, const char *only, size_t *kept)
{
	const char *what = cli_say(cli, "取资料", "pulling");
	int status = keys_update(cli);
	enum jx_err err;

	*kept = 0;
	for (size_t i = 0; status == CLI_EXIT_OK && i < ROW_COUNT; i++) {
		progress_show(cli, what, i, 2 * ROW_COUNT);
		if ((rows[i].scopes & WHOLE) != 0 && is_for(kit, &rows[i]))
			status = pull_one(cli, kit, &rows[i], NULL, kept);
	}
	if (status == CLI_EXIT_OK)
		status = find_units(cli, kit, only);
	for (size_t i = 0; status == CLI_EXIT_OK && i < ROW_COUNT; i++) {
		progress_show(cli, what, ROW_COUNT + i, 2 * ROW_COUNT);
		for (size_t k = 0; status == CLI_EXIT_OK && k < kit->unit_count; k++)
			if ((rows[i].scopes & UNITS) != 0 && is_for(kit, &rows[i]))
				status = pull_one(cli, kit, &rows[i], kit->units[k], kept);
	}
	progress_end(cli);
	if (status == CLI_EXIT_OK)
		status = pull_scheme(cli, kit);
	if (status != CLI_EXIT_OK)
		return status;
	kit->pulled_us = local_now_us();
	err = outbox_put(cli->store, OUTBOX_PROFILE, kit_name,
	    (struct bytes){(const uint8_t *)kit->year.city, strlen(kit->year.city)}, kit->pulled_us);
	return err == JX_OK ? CLI_EXIT_OK : local_error(cli, err);
}

int
kit_pull_leases(struct cli *cli, const struct kit *kit)
{
	static const char *const views[] = {"group.state", "lease.list"};
	int status = CLI_EXIT_OK;
	size_t kept = 0;

	for (size_t i = 0; status == CLI_EXIT_OK && i < sizeof views / sizeof views[0]; i++)
		status = pull_one(cli, kit, &(struct row){views[i], "", 0, 0}, NULL, &kept);
	return status;
}

/* ---- What is to be done. */

static const char *
cell(const struct table *table, size_t row, const char *column)
{
	return text_of(table_cell(table, row, column));
}

static void
find_holder(const struct kit *kit, const struct table *leases, struct kit_task *task)
{
	uint64_t now_us = local_now_us();

	task->holder = "";
	for (size_t i = 0; i < leases->row_count; i++) {
		if (strcmp(cell(leases, i, "unit"), task->unit) != 0 ||
		    strcmp(cell(leases, i, "goal"), task->goal) != 0 ||
		    strtoull(cell(leases, i, "until"), NULL, 10) <= now_us)
			continue;
		task->holder = cell(leases, i, "by");
		task->is_mine = strcmp(task->holder, kit->account) == 0;
	}
}

static bool
marks_it(const Jx__Deed *deed, const struct kit_task *task)
{
	for (size_t i = 0; deed->rows != NULL && i < deed->rows->n_group; i++)
		if (strcmp(text_of(deed->rows->group[i]->unit), task->unit) == 0 &&
		    strcmp(text_of(deed->rows->group[i]->goal), task->goal) == 0)
			return true;
	return false;
}

/* The last item with a mark of it that waits, or was refused. */
static void
add_queued(struct cli *cli, struct kit_task *tasks, size_t count)
{
	struct outbox_item item = {.number = 0};

	while (outbox_next(cli->store, cli->arena, OUTBOX_WAITING | OUTBOX_SENDING | OUTBOX_REFUSED,
		   item.number, &item) == JX_OK) {
		const Jx__Deed *deed = sending_deed(cli, &item);

		for (size_t i = 0; deed != NULL && i < count; i++)
			if (marks_it(deed, &tasks[i]))
				tasks[i].queued = item.number;
	}
}

bool
kit_tasks(struct cli *cli, const struct kit *kit, struct kit_task **out, size_t *count)
{
	static const struct row states = {"group.state", "", 0, 0}, lease_list = {"lease.list", "", 0, 0};
	struct table marks, leases = {.row_count = 0};
	struct kit_task *tasks;
	uint64_t saved_us;
	Jx__View view;

	ask_for(kit, &states, NULL, &view);
	if (!kit->is_group || !copies_read(cli, &view, &marks, &saved_us))
		return false;
	ask_for(kit, &lease_list, NULL, &view);
	if (!copies_read(cli, &view, &leases, &saved_us))
		leases.row_count = 0;
	tasks = arena_alloc(cli->arena, (marks.row_count + 1) * sizeof *tasks);
	if (tasks == NULL)
		return false;
	*count = 0;
	for (size_t i = 0; i < marks.row_count; i++) {
		struct kit_task *task = &tasks[*count];

		if (strcmp(cell(&marks, i, "evaluator"), kit->account) != 0)
			continue;
		*task = (struct kit_task){
		    .unit = cell(&marks, i, "unit"),
		    .goal = cell(&marks, i, "goal"),
		    .title = cell(&marks, i, "title"),
		    .points = cell(&marks, i, "points"),
		    .state = cell(&marks, i, "state"),
		    .claim = cell(&marks, i, "claim"),
		    .verified = cell(&marks, i, "verified"),
		};
		find_holder(kit, &leases, task);
		(*count)++;
	}
	add_queued(cli, tasks, *count);
	*out = tasks;
	return true;
}
