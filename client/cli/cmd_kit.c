/* jixiao kit: what is here, as of when, what is to be done, what waits. */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/grid.h"
#include "cli/item.h"
#include "cli/kit.h"
#include "cli/when.h"

/* clang-format off */
static const struct grid_column columns[] = {
	{"unit",     "单位",     "Unit",     GRID_TEXT,   GRID_ALWAYS},
	{"goal",     "目标",     "Goal",     GRID_TEXT,   GRID_ALWAYS},
	{"title",    "目标内容", "Title",    GRID_TEXT,   GRID_ALWAYS},
	{"points",   "分值",     "Points",   GRID_FIGURE, GRID_ALWAYS},
	{"claim",    "单位自报", "Claim",    GRID_FIGURE, GRID_ALWAYS},
	{"verified", "核实值",   "Verified", GRID_FIGURE, GRID_ALWAYS},
	{"holder",   "占用",     "Taken by", GRID_TEXT,   GRID_ALWAYS},
	{"state",    "状态",     "State",    GRID_TEXT,   GRID_ALWAYS},
	{"queued",   "发件箱",   "Outbox",   GRID_TEXT,   GRID_ALWAYS},
};
/* clang-format on */

struct sum {
	size_t copies, waiting, refused, drafts;
};

static bool
count_thing(void *arg, const struct outbox_thing *thing)
{
	(void)thing;
	++*(size_t *)arg;
	return true;
}

static enum jx_err
count_items(struct cli *cli, unsigned states, size_t *count)
{
	struct outbox_item item = {.number = 0};
	enum jx_err err;

	while ((err = outbox_next(cli->store, cli->arena, states, item.number, &item)) == JX_OK)
		++*count;
	return err == JX_E_NOT_FOUND ? JX_OK : err;
}

static int
sum_up(struct cli *cli, struct sum *sum)
{
	enum jx_err err = outbox_each(cli->store, OUTBOX_COPY, count_thing, &sum->copies);

	if (err == JX_OK)
		err = outbox_each(cli->store, OUTBOX_DRAFT, count_thing, &sum->drafts);
	if (err == JX_OK)
		err = count_items(cli, OUTBOX_WAITING | OUTBOX_SENDING, &sum->waiting);
	if (err == JX_OK)
		err = count_items(cli, OUTBOX_REFUSED, &sum->refused);
	return err == JX_OK ? CLI_EXIT_OK : local_error(cli, err);
}

static const char *
state_words(const struct cli *cli, const char *state)
{
	static const struct {
		const char *code, *zh, *en;
	} states[] = {
	    {"missing", "未评", "to be marked"},
	    {"marked", "已评", "marked"},
	    {"unexplained", "须说明偏离", "departure to be explained"},
	};

	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
		if (strcmp(states[i].code, state) == 0)
			return cli_say(cli, states[i].zh, states[i].en);
	return state;
}

static struct grid *
task_grid(struct cli *cli, const struct kit_task *tasks, size_t count)
{
	struct grid *grid = grid_new(cli, grid_form_of(cli), columns, sizeof columns / sizeof columns[0]);

	for (size_t i = 0; grid != NULL && i < count; i++) {
		const struct kit_task *task = &tasks[i];

		grid_add(grid, task->unit, NULL);
		grid_add(grid, task->goal, NULL);
		grid_add(grid, task->title, NULL);
		grid_add(grid, task->points, NULL);
		grid_add(grid, task->claim, NULL);
		grid_add(grid, task->verified, NULL);
		grid_add(grid, task->holder, task->is_mine ? cli_say(cli, "本人", "me") : NULL);
		grid_add(grid, task->state, state_words(cli, task->state));
		grid_add(grid, task->queued == 0 ? NULL : arena_printf(cli->arena, "%lld", (long long)task->queued), NULL);
	}
	return grid;
}

static int
show_json(const struct cli *cli, const struct kit *kit, const struct sum *sum, const struct grid *grid)
{
	json_t *tasks = grid == NULL ? json_array() : grid_json(grid);

	return grid_put_json(cli,
	    json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:o}", "pulled", when_utc(cli, kit->pulled_us),
		"city", kit->year.city, "year", (json_int_t)kit->year.year, "copies", (json_int_t)sum->copies,
		"drafts", (json_int_t)sum->drafts, "waiting", (json_int_t)sum->waiting, "refused",
		(json_int_t)sum->refused, "tasks", tasks));
}

int
cmd_kit(struct cli *cli)
{
	struct kit_task *tasks;
	struct grid *grid = NULL;
	struct sum sum = {.copies = 0};
	struct kit kit;
	size_t count;
	int status;

	cli->works_offline = true;
	status = local_open(cli);
	if (status == CLI_EXIT_OK)
		status = kit_begin(cli, &kit);
	if (status == CLI_EXIT_OK)
		status = sum_up(cli, &sum);
	if (status != CLI_EXIT_OK)
		return status;
	if (kit.pulled_us == 0)
		return cli_error(cli, JX_E_NOT_FOUND, "还没有取过：jixiao kit pull", "nothing was pulled yet: jixiao kit pull");
	if (kit_tasks(cli, &kit, &tasks, &count) && (grid = task_grid(cli, tasks, count)) == NULL)
		return cli_error_memory(cli);
	if (grid_form_of(cli) == GRID_JSON)
		return show_json(cli, &kit, &sum, grid);
	cli_note(cli, "资料截至 %s：副本 %zu 份，草稿 %zu 份，待发送 %zu 件，被退回 %zu 件",
	    "as of %s: %zu copies, %zu drafts, %zu waiting, %zu refused", when_local(cli, kit.pulled_us),
	    sum.copies, sum.drafts, sum.waiting, sum.refused);
	return grid == NULL ? CLI_EXIT_OK : grid_show(grid, false);
}
