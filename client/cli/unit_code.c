#include "cli/unit_code.h"

#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "cli/copies.h"
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

/* As `jixiao list signers` said when the kit was pulled; NULL: it did not. */
static const char *
known_key(struct cli *cli, const struct online_year *year, const char *unit)
{
	Jx__View view = JX__VIEW__INIT;
	struct table signers;
	uint64_t saved_us;

	view.city = ONLINE_TEXT(year->city);
	view.has_year = true;
	view.year = year->year;
	view.view = ONLINE_TEXT("list");
	view.kind = ONLINE_TEXT("signers");
	if (!copies_read(cli, &view, &signers, &saved_us))
		return NULL;
	for (size_t i = 0; i < signers.row_count; i++) {
		const char *whose = table_cell(&signers, i, "unit");

		if (whose != NULL && strcmp(whose, unit) == 0)
			return table_cell(&signers, i, "key");
	}
	return NULL;
}

int
unit_code_check(struct cli *cli, const struct online_year *year, const char *unit,
    const uint8_t key[COUNTERSIGN_PUBLIC_SIZE])
{
	const char *known = known_key(cli, year, unit);
	char hex[2 * COUNTERSIGN_PUBLIC_SIZE + 1];

	sodium_bin2hex(hex, sizeof hex, key, COUNTERSIGN_PUBLIC_SIZE);
	if (known == NULL)
		cli_note(cli, "外出资料中没有 %s 的会签公钥，报送时才能核对", "the kit has no countersigning key of %s: it is checked when the marks are sent",
		    cli_shown(cli, unit));
	else if (strcmp(known, hex) != 0)
		return cli_error(cli, JX_E_FIELD, "不是 %s 的会签码", "it is not the code of %s", cli_shown(cli, unit));
	return CLI_EXIT_OK;
}
