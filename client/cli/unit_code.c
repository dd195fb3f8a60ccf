#include "cli/unit_code.h"

#include <sodium.h>
#include <unistd.h>

#include "cli/prompt.h"

enum { LINE_SIZE = 128 };

int
unit_code_ask(struct cli *cli, const char *question, uint8_t code[CODE_SHORT_SIZE])
{
	char typed[LINE_SIZE] = "";
	const char *line = typed;
	bool is_end;
	int status;

	if (isatty(STDIN_FILENO) == 1)
		status = prompt_line(cli, question, true, &line);
	else
		status = prompt_answer(cli, NULL, typed, sizeof typed, &is_end);
	if (status == CLI_EXIT_OK && code_read(line, CODE_SHORT_BITS, code) != JX_OK)
		status = cli_error(cli, JX_E_FIELD, "不是会签码，或有输错的字符", "no code, or a character is wrong");
	sodium_memzero(typed, sizeof typed);
	return status;
}
