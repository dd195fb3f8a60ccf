#include "cli/ballot_ask.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "cli/grid.h"
#include "cli/prompt.h"

enum {
	LINE_SIZE = 1024,
	SUMMARY_COLUMN_COUNT = 30, /* questions beside each other; a grid takes 32 */
	OPTION_KEY_COUNT = 9,      /* up to so many options, one key is one answer */
};

enum asked { ASKED_ON, ASKED_BACK, ASKED_QUIT };

static const char *
name_of(const struct cli *cli, const Jx__BallotChoice *choice)
{
	return cli_shown(cli, choice->name == NULL || choice->name[0] == '\0' ? choice->code : choice->name);
}

/* "1 优秀  2 良好 …" */
static void
put_options(const struct cli *cli, const struct ballot *ballot, FILE *file)
{
	for (size_t i = 0; i < ballot->option_count; i++)
		fprintf(file, "%s%zu %s", i == 0 ? "" : "  ", i + 1, name_of(cli, ballot->form->options[i]));
}

int
ballot_ask_show(struct cli *cli, const struct ballot *ballot)
{
	static const struct grid_column columns[] = {
	    {"unit", "单位", "Unit", GRID_TEXT, GRID_ALWAYS},
	    {"name", "名称", "Name", GRID_TEXT, GRID_ALWAYS},
	};
	struct grid *grid = grid_new(cli, GRID_SCREEN, columns, 2);

	if (grid == NULL)
		return cli_error_memory(cli);
	printf("%s%s%s\n", cli_bold(cli), cli_shown(cli, ballot->form->title), cli_plain(cli));
	for (size_t i = 0; i < ballot->unit_count; i++) {
		grid_add(grid, ballot->form->units[i]->code, NULL);
		grid_add(grid, ballot->form->units[i]->name, NULL);
	}
	grid_print(grid);
	printf("\n%s", cli_say(cli, "题目：", "questions: "));
	for (size_t i = 0; i < ballot->question_count; i++)
		printf("%s%zu %s", i == 0 ? "" : "  ", i + 1, cli_shown(cli, ballot->form->questions[i]));
	printf("\n%s", cli_say(cli, "选项：", "options: "));
	put_options(cli, ballot, stdout);
	printf("\n%s\n",
	    cli_say(cli, "按选项编号作答，回车跳过（空白）；可一次作答几题，如 112；b 返回上一题，q 退出（不提交）。",
		"answer by the option's number, Enter skips (blank); several at once: 112; b goes back, q leaves without sending."));
	return CLI_EXIT_OK;
}

/* ---- Units and questions. */

static bool
is_word(const char *line, const char *short_word, const char *zh)
{
	return strcasecmp(line, short_word) == 0 || strcmp(line, zh) == 0;
}

/* The answers in a line from question *at on; false: not understood, nothing was taken. */
static bool
take_answers(struct ballot *ballot, size_t unit, size_t *at, const char *line)
{
	size_t count = strlen(line), room = ballot->question_count - *at;
	bool is_keys = ballot->option_count <= OPTION_KEY_COUNT && strspn(line, "123456789-") == count;

	if (count == 0) {
		(*at)++; /* stays as it is: blank, or what was chosen before */
		return true;
	}
	if (!is_keys || count == 1) {
		int option = ballot_option(ballot, line, true);

		if (option < 0)
			return false;
		*ballot_answer(ballot, unit, (*at)++) = (uint8_t)option;
		return true;
	}
	if (count > room)
		return false;
	for (size_t i = 0; i < count; i++)
		if (line[i] != '-' && (size_t)(line[i] - '0') > ballot->option_count)
			return false;
	for (size_t i = 0; i < count; i++)
		*ballot_answer(ballot, unit, (*at)++) = line[i] == '-' ? 0 : (uint8_t)(line[i] - '0');
	return true;
}

/* One question, or several; *at moves. */
static int
ask_question(struct cli *cli, struct ballot *ballot, size_t unit, size_t *at, enum asked *asked)
{
	const uint8_t before = *ballot_answer(ballot, unit, *at);
	const char *name = before == 0 ? "" : name_of(cli, ballot->form->options[before - 1]);
	const char *question = arena_printf(cli->arena, "  %zu %s%s%s%s", *at + 1,
	    cli_shown(cli, ballot->form->questions[*at]), before == 0 ? "" : " [", name, before == 0 ? "" : "]");
	char line[LINE_SIZE];
	bool is_end;
	int status = prompt_answer(cli, question, line, sizeof line, &is_end);

	*asked = ASKED_ON;
	ballot_fold(line);
	if (status != CLI_EXIT_OK) {
		sodium_memzero(line, sizeof line);
		return status;
	}
	if (is_end || is_word(line, "q", "退出"))
		*asked = ASKED_QUIT;
	else if (is_word(line, "b", "返回"))
		*asked = ASKED_BACK;
	else if (!take_answers(ballot, unit, at, line)) {
		fputs("  ", stderr);
		put_options(cli, ballot, stderr);
		cli_note(cli, "；- 为空白，回车不变，b 返回，q 退出", "; -: blank, Enter: as it is, b: back, q: quit");
	}
	sodium_memzero(line, sizeof line);
	return CLI_EXIT_OK;
}

static int
ask_opinion(struct cli *cli, struct ballot *ballot, size_t unit, enum asked *asked)
{
	const char *before = ballot_opinion(ballot, unit);
	char line[LINE_SIZE];
	enum jx_err err;
	bool is_end;
	int status;

	*asked = ASKED_ON;
	if (before != NULL)
		cli_note(cli, "  已写意见：%s", "  opinion so far: %s", before);
	status = prompt_answer(cli,
	    before == NULL ? cli_say(cli, "  意见（可不填）", "  opinion (may be left out)")
			   : cli_say(cli, "  意见（回车保留，- 删除）", "  opinion (Enter keeps it, - removes it)"),
	    line, sizeof line, &is_end);
	if (status != CLI_EXIT_OK)
		return status;
	if (is_end)
		*asked = ASKED_QUIT;
	else if (is_word(line, "b", "返回"))
		*asked = ASKED_BACK;
	else if (is_word(line, "q", "退出"))
		*asked = ASKED_QUIT;
	else if (line[0] != '\0') {
		err = ballot_opine(ballot, unit, strcmp(line, "-") == 0 ? "" : line);
		if (err != JX_OK)
			status = cli_error(cli, err, "意见最多 %d 字节，最多 %d 条，已略去",
			    "an opinion has at most %d bytes, a card %d of them: left out", CARD_OPINION_SIZE_MAX,
			    CARD_OPINION_COUNT_MAX);
		if (err == JX_E_TEXT || err == JX_E_TOO_BIG)
			status = CLI_EXIT_OK;
	}
	sodium_memzero(line, sizeof line);
	return status;
}

/* ---- At the end. */

static int
show_summary(struct cli *cli, const struct ballot *ballot)
{
	struct grid_column *columns = arena_alloc(cli->arena, (SUMMARY_COLUMN_COUNT + 1) * sizeof *columns);
	size_t count = ballot->question_count < SUMMARY_COLUMN_COUNT ? ballot->question_count : SUMMARY_COLUMN_COUNT;
	struct grid *grid;

	if (columns == NULL)
		return cli_error_memory(cli);
	columns[0] = (struct grid_column){"unit", "单位", "Unit", GRID_TEXT, GRID_ALWAYS};
	for (size_t i = 0; i < count; i++) {
		const char *number = arena_printf(cli->arena, "%zu", i + 1);

		columns[i + 1] = (struct grid_column){number, number, number, GRID_TEXT, GRID_ALWAYS};
	}
	grid = grid_new(cli, GRID_SCREEN, columns, count + 1);
	if (grid == NULL)
		return cli_error_memory(cli);
	for (size_t unit = 0; unit < ballot->unit_count; unit++) {
		grid_add(grid, name_of(cli, ballot->form->units[unit]), NULL);
		for (size_t i = 0; i < count; i++) {
			uint8_t answer = ballot->answers[unit * ballot->question_count + i];

			grid_add(grid, answer == 0 ? "—" : name_of(cli, ballot->form->options[answer - 1]), NULL);
		}
	}
	putchar('\n');
	grid_print(grid);
	for (size_t i = 0; i < ballot->opinion_count; i++)
		printf("%s：%s\n", name_of(cli, ballot->form->units[ballot->opinion_units[i]]), ballot->opinions[i]);
	return CLI_EXIT_OK;
}

static int
ask_end(struct cli *cli, const struct ballot *ballot, enum asked *asked)
{
	int status = show_summary(cli, ballot);
	char line[LINE_SIZE];
	bool is_end;

	while (status == CLI_EXIT_OK) {
		status = prompt_answer(cli,
		    cli_say(cli, "提交吗？y 提交，b 返回修改，q 退出（不提交）", "send it? y: send, b: back, q: leave without sending"),
		    line, sizeof line, &is_end);
		ballot_fold(line);
		if (status != CLI_EXIT_OK)
			break;
		*asked = is_end || is_word(line, "q", "退出") ? ASKED_QUIT
			 : is_word(line, "b", "返回") ? ASKED_BACK : ASKED_ON;
		if (*asked != ASKED_ON || is_word(line, "y", "提交"))
			break;
	}
	return status;
}

/* Step number `*step`: a question, or the opinion about a unit. *step moves on, by as many as were answered. */
static int
ask_step(struct cli *cli, struct ballot *ballot, size_t *step, size_t *shown, enum asked *asked)
{
	const size_t steps = ballot->question_count + 1, unit = *step / steps;
	const Jx__BallotChoice *choice = ballot->form->units[unit];
	size_t at = *step % steps;
	int status;

	if (*shown != unit + 1)
		cli_note(cli, "\n[%zu/%zu] %s %s", "\n[%zu/%zu] %s %s", unit + 1, ballot->unit_count,
		    cli_shown(cli, choice->code), name_of(cli, choice));
	*shown = unit + 1;
	if (at == ballot->question_count) {
		status = ask_opinion(cli, ballot, unit, asked);
		at += *asked == ASKED_ON;
	} else {
		status = ask_question(cli, ballot, unit, &at, asked);
	}
	*step = unit * steps + at;
	return status;
}

int
ballot_ask(struct cli *cli, struct ballot *ballot, bool *is_wanted)
{
	const size_t end = ballot->unit_count * (ballot->question_count + 1);
	size_t step = 0, shown = 0;
	enum asked asked = ASKED_ON;
	int status;

	*is_wanted = false;
	for (;;) {
		bool is_end = step == end;

		status = is_end ? ask_end(cli, ballot, &asked) : ask_step(cli, ballot, &step, &shown, &asked);
		if (status != CLI_EXIT_OK || asked == ASKED_QUIT)
			break;
		*is_wanted = is_end && asked == ASKED_ON;
		if (*is_wanted)
			return CLI_EXIT_OK;
		if (is_end)
			shown = 0; /* the summary stands between: the unit's name again */
		step -= asked == ASKED_BACK && step > 0;
	}
	if (status == CLI_EXIT_OK)
		cli_note(cli, "没有提交；此卡仍可使用", "nothing was sent; the card can still be used");
	return status;
}
