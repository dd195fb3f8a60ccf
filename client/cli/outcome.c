#include "cli/outcome.h"

#include <stdio.h>
#include <string.h>

#include "cli/grid.h"
#include "cli/hole.h"
#include "scoring/result_json.h"

/* clang-format off */
static const struct grid_column outcome_columns[] = {
	{"class",        "类别",   "Class",       GRID_TEXT,   GRID_DATA_ONLY},
	{"rank",         "名次",   "Rank",        GRID_WHOLE,  GRID_ALWAYS},
	{"rank_in_kind", "总名次", "In kind",     GRID_WHOLE,  GRID_DATA_ONLY},
	{"unit",         "代码",   "Unit",        GRID_TEXT,   GRID_ALWAYS},
	{"name",         "单位",   "Name",        GRID_TEXT,   GRID_ALWAYS},
	{"total",        "总分",   "Total",       GRID_FIGURE, GRID_ALWAYS},
	{"grade",        "等次",   "Grade",       GRID_TEXT,   GRID_ALWAYS},
	{"vetoed",       "否决",   "Vetoed",      GRID_BOOL,   GRID_DATA_ONLY},
	{"awards",       "奖项",   "Awards",      GRID_TEXT,   GRID_ALWAYS},
	{"exact",        "精确值", "Exact",       GRID_FIGURE, GRID_DATA_ONLY},
	{"basic",        "基础",   "Basic",       GRID_FIGURE, GRID_IF_WIDE},
	{"progress",     "调度",   "Progress",    GRID_FIGURE, GRID_IF_WIDE},
	{"visits",       "踏查",   "Visits",      GRID_FIGURE, GRID_IF_WIDE},
	{"self",         "自评",   "Self",        GRID_FIGURE, GRID_IF_WIDE},
	{"common",       "共性",   "Common",      GRID_FIGURE, GRID_IF_WIDE},
	{"democratic",   "民主",   "Democratic",  GRID_FIGURE, GRID_IF_WIDE},
	{"key",          "重点",   "Key",         GRID_FIGURE, GRID_IF_WIDE},
	{"leaders",      "领导",   "Leaders",     GRID_FIGURE, GRID_IF_WIDE},
	{"bonus",        "加分",   "Bonus",       GRID_FIGURE, GRID_IF_WIDE},
};
/* clang-format on */

enum { COLUMN_COUNT = sizeof outcome_columns / sizeof outcome_columns[0] };

/* The names are the scheme's own, in the language in which it was written. */
static const char *
class_name(const struct outcome *outcome, const char *code)
{
	int i = outcome->scheme == NULL ? -1 : scheme_class_find(outcome->scheme, code);

	return i < 0 ? code : outcome->scheme->classes[i].name;
}

static const char *
grade_words(const struct cli *cli, const struct outcome *outcome, const Jx__UnitResult *unit)
{
	int i = outcome->scheme == NULL ? -1 : scheme_grade_find(outcome->scheme, unit->grade);
	const char *name = i < 0 ? unit->grade : outcome->scheme->grades[i].name;

	if (!unit->vetoed)
		return name;
	return arena_printf(cli->arena, "%s%s", name, cli_say(cli, "（一票否决）", " (vetoed)"));
}

static const char *
award_name(const struct cli *cli, const struct outcome *outcome, const char *code)
{
	const struct scheme *scheme = outcome->scheme;
	int single = scheme == NULL ? -1
				    : scheme_term_find(
					  scheme->single.awards, scheme->single.award_count, code);

	if (single >= 0)
		return scheme->single.awards[single].name;
	for (size_t i = 0; scheme != NULL && i < scheme->county_award_count; i++)
		if (strcmp(scheme->county_awards[i].code, code) == 0)
			return scheme->county_awards[i].name;
	return strcmp(code, "composite") == 0 ? cli_say(cli, "综合奖", "composite") : code;
}

static const char *
join_awards(
    const struct cli *cli, const struct outcome *outcome, const Jx__UnitResult *unit, bool as_words)
{
	const char *joined = "", *separator = as_words ? cli_say(cli, "、", ", ") : ",";

	for (size_t i = 0; joined != NULL && i < unit->n_awards; i++)
		joined = arena_printf(cli->arena, "%s%s%s", joined, i == 0 ? "" : separator,
		    as_words ? award_name(cli, outcome, unit->awards[i]) : unit->awards[i]);
	return joined;
}

static const char *
component_of(const Jx__UnitResult *unit, const char *code)
{
	for (size_t i = 0; i < unit->n_components; i++)
		if (strcmp(unit->components[i]->component, code) == 0)
			return unit->components[i]->published;
	return NULL;
}

static void
add_unit(const struct cli *cli, const struct outcome *outcome, const Jx__UnitResult *unit,
    struct grid *grid)
{
	grid_add(grid, unit->class_, class_name(outcome, unit->class_));
	grid_add_whole(grid, unit->rank);
	grid_add_whole(grid, unit->rank_in_kind);
	grid_add(grid, unit->unit, NULL);
	grid_add(grid, unit->name, NULL);
	grid_add(grid, unit->total, NULL);
	grid_add(grid, unit->grade, grade_words(cli, outcome, unit));
	grid_add_bool(grid, unit->vetoed);
	grid_add(
	    grid, join_awards(cli, outcome, unit, false), join_awards(cli, outcome, unit, true));
	grid_add(grid, unit->exact, NULL);
	for (int i = 0; i < COMPONENT_COUNT; i++)
		grid_add(grid, component_of(unit, component_code((enum component)i)), NULL);
}

/* What a reader must know before the figures. */
static void
print_title(const struct cli *cli, const struct outcome *outcome)
{
	const char *kind = outcome->is_final ? cli_say(cli, "正式核算", "final run")
					     : cli_say(cli, "试算", "provisional run");
	const char *city = outcome->scheme == NULL ? outcome->city : outcome->scheme->city_name;

	if (cli->lang == JX_EN)
		printf("%s%s %u · %s%s · %zu units", cli_bold(cli), city, outcome->year, kind,
		    cli_plain(cli), outcome->unit_count);
	else
		printf("%s%s %u 年 · %s%s · %zu 个单位", cli_bold(cli), city, outcome->year, kind,
		    cli_plain(cli), outcome->unit_count);
	if (outcome->hole_count > 0)
		printf("%s · %s %zu%s", cli_red(cli), cli_say(cli, "缺项", "missing"),
		    outcome->hole_count, cli_plain(cli));
	putchar('\n');
}

static int
print_table(const struct cli *cli, const struct outcome *outcome, enum grid_form form)
{
	struct grid *grid = grid_new(cli, form, outcome_columns, COLUMN_COUNT);
	const char *class = NULL;

	if (grid == NULL)
		return cli_error_memory(cli);
	for (size_t i = 0; i < outcome->unit_count; i++) {
		const Jx__UnitResult *unit = outcome->units[i];

		if (class == NULL || strcmp(class, unit->class_) != 0)
			grid_add_section(grid, class_name(outcome, unit->class_));
		class = unit->class_;
		add_unit(cli, outcome, unit, grid);
	}
	if (form == GRID_SCREEN)
		print_title(cli, outcome);
	return grid_show(grid, false);
}

static const char *
unit_name(const struct outcome *outcome, const char *unit)
{
	for (size_t i = 0; i < outcome->unit_count; i++)
		if (strcmp(outcome->units[i]->unit, unit) == 0)
			return outcome->units[i]->name;
	return NULL;
}

static void
print_holes(const struct cli *cli, const struct outcome *outcome)
{
	for (size_t i = 0; i < outcome->hole_count; i++) {
		const Jx__Hole *hole = outcome->holes[i];

		hole_print(cli, hole->unit, unit_name(outcome, hole->unit), hole->missing);
	}
}

static int
print_json(const struct cli *cli, const struct outcome *outcome, size_t unit_count)
{
	return grid_put_json(cli, result_json(outcome->city, outcome->year, outcome->holes,
				      outcome->hole_count, outcome->units, unit_count));
}

int
outcome_print(const struct cli *cli, const struct outcome *outcome)
{
	enum grid_form form = grid_form_of(cli);
	int status;

	if (form == GRID_JSON)
		return print_json(cli, outcome, outcome->unit_count);
	status = print_table(cli, outcome, form);
	if (status != CLI_EXIT_OK)
		return status;
	print_holes(cli, outcome);
	if (!outcome->is_final && outcome->hole_count == 0)
		cli_note(cli, "试算结果，仅供参考", "provisional");
	else if (!outcome->is_final)
		cli_note(cli, "试算结果，仅供参考；缺项 %zu 处，均按 0 计",
		    "provisional; %zu inputs missing, each counted 0", outcome->hole_count);
	return CLI_EXIT_OK;
}

int
outcome_refuse(const struct cli *cli, const struct outcome *outcome)
{
	int status = CLI_EXIT_OK;

	if (grid_form_of(cli) == GRID_JSON)
		status = print_json(cli, outcome, 0); /* what is missing, and no figure */
	if (status != CLI_EXIT_OK)
		return status;
	print_holes(cli, outcome);
	return cli_error(cli, JX_E_HOLES, "缺 %zu 项", "%zu missing", outcome->hole_count);
}
