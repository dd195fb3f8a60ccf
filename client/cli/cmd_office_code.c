/* The office's end of a commit code: the deed commitcode.add, as one says it on the phone. */
#include <string.h>

#include "cli/commands.h"
#include "cli/made.h"
#include "cli/rows_file.h"
#include "records/field.h"
#include "wire/code.h"

/* The groups as they were typed, in one word or several. */
static const char *
join_words(struct cli *cli)
{
	const char *code = "";

	for (size_t i = 0; code != NULL && i < cli->options.word_count; i++)
		code = arena_printf(cli->arena, "%s%s", code, cli->options.words[i]);
	return code;
}

static int
set(struct cli *cli, struct rows *rows, const char *name, const char *value)
{
	const struct rows_at at = {1, 1};
	int field = field_find(PAPER_COMMIT_CODES, name);
	struct bytes text = {(const uint8_t *)value, value == NULL ? 0 : strlen(value)};

	if (text.size == 0 || rows_set(rows, (size_t)field, text, at) == JX_OK)
		return CLI_EXIT_OK;
	return cli_error_memory(cli);
}

static int
make_row(struct cli *cli, const char *code, struct rows *rows)
{
	int status;

	if (rows_add(rows, PAPER_COMMIT_CODES, (struct rows_at){1, 1}) == NULL)
		return cli_error_memory(cli);
	status = set(cli, rows, "code", code);
	if (status == CLI_EXIT_OK)
		status = set(cli, rows, "unit", cli->options.values[OPTION_UNIT]);
	if (status == CLI_EXIT_OK)
		status = set(cli, rows, "note", cli->options.values[OPTION_NOTE]);
	cli->options.values[OPTION_UNIT] = NULL; /* the row's, not the deed's */
	return status;
}

static int
record(struct cli *cli, const char *code)
{
	static const enum record_kind kinds[] = {PAPER_COMMIT_CODES};
	struct faults *faults = faults_new(cli->lang);
	struct rows *rows =
	    faults == NULL ? NULL : rows_new(cli->arena, kinds, 1, cli_say(cli, "命令", "command"), faults);
	int status = rows == NULL ? cli_error_memory(cli) : make_row(cli, code, rows);

	if (status == CLI_EXIT_OK && faults_count(faults) > 0)
		status = rows_file_faults(cli, faults);
	if (status == CLI_EXIT_OK)
		status = cmd_deed_of_rows(cli, rows);
	faults_free(faults);
	return status;
}

int
cmd_office_code(struct cli *cli)
{
	char *name[] = {"do", "commitcode.add"};
	const char *code = join_words(cli);
	uint8_t bytes[CODE_SHORT_SIZE];
	struct command_made made;
	int word_count, status;

	if (code == NULL)
		return cli_error_memory(cli);
	if (code_read(code, CODE_SHORT_BITS, bytes) != JX_OK)
		return cli_error(cli, JX_E_USAGE, "%s：不是承诺码，或有听错的字符，请重念一遍",
		    "%s: no commit code, or a character was misheard: have it read again", cli_shown(cli, code));
	if (!options_has(&cli->options, OPTION_UNIT))
		return cli_error(cli, JX_E_USAGE, "缺少 --unit：哪个单位的", "missing: --unit: whose it is");
	if (!made_find_do(2, name, &made, &word_count))
		return cli_error(cli, JX_E_INTERNAL, "%s", "%s", name[1]);
	cli->made = &made;
	status = record(cli, code);
	cli->made = NULL;
	return status;
}
