#include "cli/ballot_line.h"

#include <string.h>

enum { ANSWER_SIZE = 64 };

static int
bad_line(struct cli *cli, unsigned long line, const char *zh, const char *en)
{
	return cli_error(cli, JX_E_FIELD, "第 %lu 行：%s", "line %lu: %s", line, cli_say(cli, zh, en));
}

/* The next answer of the unit's part into `answer`; false: there is none, or it is too long. */
static bool
next_answer(const char **from, bool has_commas, char answer[ANSWER_SIZE])
{
	const char *at = *from;
	size_t size;

	if (has_commas) {
		size = strcspn(at, ",");
	} else {
		size = *at == '\0' ? 0 : 1;
		while (size > 0 && ((uint8_t)at[size] & 0xC0) == 0x80)
			size++; /* the rest of one character of UTF-8 */
		if (size == 0)
			return false;
	}
	if (size >= ANSWER_SIZE)
		return false;
	memcpy(answer, at, size);
	answer[size] = '\0';
	*from = at + size + (has_commas && at[size] == ',');
	return true;
}

static int
read_part(struct cli *cli, char *part, unsigned long line, struct ballot *ballot, bool is_opinion)
{
	char *equals = strchr(part, '='), answer[ANSWER_SIZE];
	const char *from;
	size_t comma_count = 0;
	int unit, option;

	if (equals == NULL)
		return bad_line(cli, line, "应为 单位=…", "expected UNIT=…");
	*equals = '\0';
	unit = ballot_unit(ballot, part);
	if (unit < 0)
		return bad_line(cli, line, "评价表中没有这个单位", "a unit that is not on the form");
	from = equals + 1;
	for (const char *at = from; *at != '\0'; at++)
		comma_count += *at == ',';
	if (is_opinion)
		return ballot_opine(ballot, (size_t)unit, from) == JX_OK
			   ? CLI_EXIT_OK
			   : bad_line(cli, line, "意见过长、过多或含有特殊字符",
				 "an opinion too long, too many, or with special characters");
	if (comma_count > 0 && comma_count != ballot->question_count - 1)
		return bad_line(cli, line, "答案数与题数不符", "as many answers as questions are expected");
	for (size_t i = 0; i < ballot->question_count; i++) {
		option = next_answer(&from, comma_count > 0, answer) ? ballot_option(ballot, answer, false) : -1;
		if (option < 0)
			return bad_line(cli, line, "没有这个选项，或答案少于题数", "no such option, or fewer answers than questions");
		*ballot_answer(ballot, (size_t)unit, i) = (uint8_t)option;
	}
	return *from == '\0' ? CLI_EXIT_OK : bad_line(cli, line, "答案多于题数", "more answers than questions");
}

int
ballot_line_read(struct cli *cli, char *text, unsigned long line, struct ballot *ballot)
{
	char *save = NULL, *opinions = strchr(text, '\t');
	int status = CLI_EXIT_OK;

	if (opinions != NULL)
		*opinions++ = '\0';
	ballot_fold(text);
	for (char *part = strtok_r(text, ";", &save); status == CLI_EXIT_OK && part != NULL;
	     part = strtok_r(NULL, ";", &save))
		status = read_part(cli, part, line, ballot, false);
	for (char *part = opinions == NULL ? NULL : strtok_r(opinions, "\t", &save);
	     status == CLI_EXIT_OK && part != NULL; part = strtok_r(NULL, "\t", &save))
		status = read_part(cli, part, line, ballot, true);
	return status;
}
