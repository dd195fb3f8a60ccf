#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/grid.h"
#include "cli/online.h"
#include "cli/prompt.h"
#include "cli/proof.h"
#include "cli/role.h"
#include "cli/when.h"
#include "link/opid.h"

enum { PASSWORD_LENGTH = 16 }; /* of 54 characters: 92 bits */

/* clang-format off */
static const struct grid_column added_columns[] = {
	{"account",  "账号",       "Account",           GRID_TEXT, GRID_ALWAYS},
	{"role",     "角色",       "Role",              GRID_TEXT, GRID_ALWAYS},
	{"city",     "城市",       "City",              GRID_TEXT, GRID_ALWAYS},
	{"password", "一次性密码", "One-time password", GRID_TEXT, GRID_ALWAYS},
};
static const struct grid_column list_columns[] = {
	{"account",  "账号",     "Account",  GRID_TEXT, GRID_ALWAYS},
	{"role",     "角色",     "Role",     GRID_TEXT, GRID_ALWAYS},
	{"city",     "城市",     "City",     GRID_TEXT, GRID_ALWAYS},
	{"disabled", "已停用",   "Disabled", GRID_BOOL, GRID_ALWAYS},
	{"since",    "开设时间", "Since",    GRID_TEXT, GRID_ALWAYS},
};
/* clang-format on */

/* To be read aloud or typed from paper: no 0 O o, 1 l I. */
static const char *
random_password(struct cli *cli)
{
	static const char letters[] = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789";
	char *password = arena_alloc(cli->arena, PASSWORD_LENGTH + 1);

	for (int i = 0; password != NULL && i < PASSWORD_LENGTH; i++)
		password[i] = letters[randombytes_uniform(sizeof letters - 1)];
	return password;
}

/* Sends one write; its receipt is kept. */
static int
send_write(struct cli *cli, Jx__Envelope__BodyCase body, const void *message)
{
	const Jx__Done *done;
	const char *path;
	int status = online_ask(cli, &(struct online_call){body, message, JX__ENVELOPE__BODY_DONE},
	    (const void **)&done);

	if (status != CLI_EXIT_OK)
		return status;
	return proof_keep(cli, done->receipt, &(struct proof_of){.city = NULL}, NULL, &path);
}

int
cmd_account_add(struct cli *cli)
{
	const char *file = cli->options.values[OPTION_PASSWORD_FILE], *password = NULL;
	const char *city = cli->options.values[OPTION_CITY];
	Jx__AccountAdd add = JX__ACCOUNT_ADD__INIT;
	uint8_t op_id[OPID_SIZE];
	struct grid *grid;
	int status = CLI_EXIT_OK;

	if (!options_has(&cli->options, OPTION_ROLE))
		return cli_error(cli, JX_E_USAGE, "请用 --role 指明角色：office 或 auditor",
		    "name the role: --role office or --role auditor");
	if (file != NULL)
		status = prompt_read_file(cli, file, &password);
	else
		password = random_password(cli);
	if (status != CLI_EXIT_OK || password == NULL)
		return status != CLI_EXIT_OK ? status : cli_error_memory(cli);
	opid_make(op_id);
	add.has_op_id = true;
	add.op_id = (ProtobufCBinaryData){sizeof op_id, op_id};
	add.account = ONLINE_TEXT(cli->options.words[0]);
	add.role = ONLINE_TEXT(cli->options.values[OPTION_ROLE]);
	add.city = ONLINE_TEXT(city == NULL ? "*" : city);
	add.password = ONLINE_TEXT(password);
	status = send_write(cli, JX__ENVELOPE__BODY_ACCOUNT_ADD, &add);
	if (status != CLI_EXIT_OK)
		return status;
	grid = grid_new(cli, grid_form_of(cli), added_columns,
	    sizeof added_columns / sizeof added_columns[0] - (file == NULL ? 0 : 1));
	if (grid == NULL)
		return cli_error_memory(cli);
	grid_add(grid, add.account, NULL);
	grid_add(grid, add.role, role_words(cli, add.role));
	grid_add(grid, add.city, role_city_words(cli, add.city));
	if (file == NULL)
		grid_add(grid, password, NULL);
	return grid_show(grid, true);
}

static void
list_page(struct cli *cli, struct grid *grid, const Jx__AccountListReply *page)
{
	for (size_t i = 0; i < page->n_accounts; i++) {
		const Jx__Account *account = page->accounts[i];

		grid_add(grid, account->account, NULL);
		grid_add(grid, account->role, role_words(cli, account->role));
		grid_add(grid, account->city, role_city_words(cli, account->city));
		grid_add_bool(grid, account->disabled);
		grid_add(
		    grid, when_utc(cli, account->since_us), when_local(cli, account->since_us));
	}
}

int
cmd_account_list(struct cli *cli)
{
	Jx__AccountList message = JX__ACCOUNT_LIST__INIT;
	const Jx__AccountListReply *page;
	struct grid *grid = grid_new(
	    cli, grid_form_of(cli), list_columns, sizeof list_columns / sizeof list_columns[0]);
	int status;

	if (grid == NULL)
		return cli_error_memory(cli);
	do {
		status = online_ask(cli,
		    &(struct online_call){JX__ENVELOPE__BODY_ACCOUNT_LIST, &message,
			JX__ENVELOPE__BODY_ACCOUNT_LIST_REPLY},
		    (const void **)&page);
		if (status != CLI_EXIT_OK)
			return status;
		list_page(cli, grid, page);
		message.has_offset = true;
		message.offset = page->next;
	} while (page->has_next);
	return grid_show(grid, false);
}

int
cmd_account_disable(struct cli *cli)
{
	const char *reason = cli->options.values[OPTION_REASON];
	Jx__AccountDisable disable = JX__ACCOUNT_DISABLE__INIT;
	uint8_t op_id[OPID_SIZE];
	int status;

	opid_make(op_id);
	disable.has_op_id = true;
	disable.op_id = (ProtobufCBinaryData){sizeof op_id, op_id};
	disable.account = ONLINE_TEXT(cli->options.words[0]);
	disable.reason = ONLINE_TEXT(reason == NULL ? "" : reason);
	status = send_write(cli, JX__ENVELOPE__BODY_ACCOUNT_DISABLE, &disable);
	if (status == CLI_EXIT_OK)
		cli_note(cli, "账号 %s 已停用", "account %s is disabled", disable.account);
	return status;
}
