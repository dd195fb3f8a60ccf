/*
 * The unit's code for countersigning, made where it is to be kept: the daemon
 * and the office only ever see the public key that follows from it.
 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/made.h"
#include "cli/rows_file.h"
#include "cli/unit_code.h"
#include "records/field.h"

struct making {
	uint8_t code[CODE_SHORT_SIZE];
	char text[CODE_TEXT_SIZE];
	const char *unit;
	struct online_year year;
};

static int
prepare(struct cli *cli, struct making *making)
{
	int status = online_prepare(cli);

	making->unit = cli->options.values[OPTION_UNIT];
	if (status == CLI_EXIT_OK && making->unit == NULL)
		status = online_own_unit(cli, &making->unit);
	if (status == CLI_EXIT_OK)
		status = online_pick_year(cli, &making->year);
	if (status == CLI_EXIT_OK && making->unit == NULL)
		return cli_error(cli, JX_E_USAGE, "账号没有所属单位", "the account has no unit");
	randombytes_buf(making->code, sizeof making->code);
	code_write(making->code, CODE_SHORT_BITS, making->text);
	/* As it will be read: the bits that are not written are 0. */
	if (code_read(making->text, CODE_SHORT_BITS, making->code) != JX_OK)
		return cli_error(cli, JX_E_INTERNAL, "%s", "%s", "code");
	return status;
}

static int
make_row(struct cli *cli, const struct making *making, struct rows *rows)
{
	static const struct rows_at at = {1, 1};
	uint8_t key[COUNTERSIGN_PUBLIC_SIZE], secret[COUNTERSIGN_SECRET_SIZE];
	char hex[2 * sizeof key + 1];
	const struct {
		const char *name, *value;
	} fields[] = {{"unit", making->unit}, {"key", hex}};

	countersign_key(making->code, making->year.city, making->year.year, making->unit, key, secret);
	sodium_memzero(secret, sizeof secret);
	sodium_bin2hex(hex, sizeof hex, key, sizeof key);
	if (rows_add(rows, PAPER_SIGNERS, at) == NULL)
		return cli_error_memory(cli);
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (rows_set(rows, (size_t)field_find(PAPER_SIGNERS, fields[i].name),
			(struct bytes){(const uint8_t *)fields[i].value, strlen(fields[i].value)}, at) != JX_OK)
			return cli_error_memory(cli);
	return CLI_EXIT_OK;
}

static int
register_key(struct cli *cli, const struct making *making)
{
	static const enum record_kind kinds[] = {PAPER_SIGNERS};
	char *name[] = {"do", "signer.set"};
	struct faults *faults = faults_new(cli->lang);
	struct rows *rows =
	    faults == NULL ? NULL : rows_new(cli->arena, kinds, 1, cli_say(cli, "命令", "command"), faults);
	int status = rows == NULL ? cli_error_memory(cli) : make_row(cli, making, rows);
	struct command_made made;
	int word_count;

	if (status == CLI_EXIT_OK && faults_count(faults) > 0)
		status = rows_file_faults(cli, faults);
	if (status == CLI_EXIT_OK && !made_find_do(2, name, &made, &word_count))
		status = cli_error(cli, JX_E_INTERNAL, "%s", "%s", name[1]);
	if (status == CLI_EXIT_OK) {
		cli->made = &made;
		status = cmd_deed_of_rows(cli, rows);
		cli->made = NULL;
	}
	faults_free(faults);
	return status;
}

/* Shown once, when the key is on its way: also when it waits in the outbox. */
static int
show(struct cli *cli, const struct making *making)
{
	const char *path = cli->options.values[OPTION_OUT];

	if (path != NULL)
		return files_write(cli->arena, path, (struct bytes){(const uint8_t *)making->text, strlen(making->text)}) == JX_OK
			   ? CLI_EXIT_OK
			   : cli_error(cli, JX_E_FILE, "%s", "%s", cli_shown(cli, path));
	printf("%s\n", making->text);
	cli_note(cli, "会签码只显示这一次：请抄下，由本单位代表保管；遗失的请绩效办撤销（signer reset）",
	    "the code is shown this once: write it down for the unit's representative; when it is lost, the office resets it (signer reset)");
	return CLI_EXIT_OK;
}

int
cmd_signer_make(struct cli *cli)
{
	struct making making;
	int status = prepare(cli, &making), shown;

	if (status == CLI_EXIT_OK)
		status = register_key(cli, &making);
	if (status == CLI_EXIT_OK || status == err_exit(JX_E_CONNECTION)) {
		shown = show(cli, &making);
		status = shown == CLI_EXIT_OK ? status : shown;
	}
	sodium_memzero(&making, sizeof making);
	return status;
}
