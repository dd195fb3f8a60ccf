#include <stdio.h>
#include <string.h>

#include "cli/account.h"
#include "cli/commands.h"
#include "cli/grid.h"
#include "cli/prompt.h"
#include "cli/proof.h"
#include "cli/role.h"
#include "cli/when.h"
#include "link/opid.h"

/* clang-format off */
static const struct grid_column added_columns[] = {
	{"account",  "账号",       "Account",           GRID_TEXT, GRID_ALWAYS},
	{"role",     "角色",       "Role",              GRID_TEXT, GRID_ALWAYS},
	{"city",     "城市",       "City",              GRID_TEXT, GRID_ALWAYS},
	{"unit",     "单位",       "Unit",              GRID_TEXT, GRID_ALWAYS},
	{"subject",  "代表",       "Subject",           GRID_TEXT, GRID_ALWAYS},
	{"password", "一次性密码", "One-time password", GRID_TEXT, GRID_ALWAYS},
};
static const struct grid_column list_columns[] = {
	{"account",  "账号",     "Account",  GRID_TEXT, GRID_ALWAYS},
	{"role",     "角色",     "Role",     GRID_TEXT, GRID_ALWAYS},
	{"city",     "城市",     "City",     GRID_TEXT, GRID_ALWAYS},
	{"unit",     "单位",     "Unit",     GRID_TEXT, GRID_ALWAYS},
	{"subject",  "代表",     "Subject",  GRID_TEXT, GRID_ALWAYS},
	{"disabled", "已停用",   "Disabled", GRID_BOOL, GRID_ALWAYS},
	{"since",    "开设时间", "Since",    GRID_TEXT, GRID_ALWAYS},
};
/* clang-format on */

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

/* The role, and what an account of that role must name. */
static int
check_role(const struct cli *cli)
{
	const char *code = cli->options.values[OPTION_ROLE];
	enum role role = role_find(code);

	if (code == NULL)
		return cli_error(cli, JX_E_USAGE, "请用 --role 指明角色，代码见 jixiao help account add",
		    "name the role: --role, see jixiao help account add");
	if (role == ROLE_NONE)
		return CLI_EXIT_OK; /* a newer daemon may know it */
	if (role_needs_unit(role) && !options_has(&cli->options, OPTION_UNIT))
		return cli_error(cli, JX_E_USAGE, "%s须用 --unit 指明单位", "%s: name its --unit",
		    role_words(cli, code));
	if (role_needs_subject(role) && !options_has(&cli->options, OPTION_SUBJECT))
		return cli_error(cli, JX_E_USAGE, "%s须用 --subject 指明代表的部门或领导",
		    "%s: name its --subject", role_words(cli, code));
	return CLI_EXIT_OK;
}

int
cmd_account_add(struct cli *cli)
{
	const char *const *values = cli->options.values;
	const char *file = values[OPTION_PASSWORD_FILE], *password = NULL;
	const char *city = values[OPTION_CITY];
	Jx__AccountAdd add;
	uint8_t op_id[OPID_SIZE];
	struct grid *grid;
	int status = check_role(cli);

	if (status == CLI_EXIT_OK && file != NULL)
		status = prompt_read_file(cli, file, &password);
	else if (status == CLI_EXIT_OK)
		password = account_password(cli);
	if (status != CLI_EXIT_OK || password == NULL)
		return status != CLI_EXIT_OK ? status : cli_error_memory(cli);
	account_fill(&add, op_id, cli->options.words[0], values[OPTION_ROLE],
	    city == NULL ? "*" : city, values[OPTION_UNIT], values[OPTION_SUBJECT]);
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
	grid_add(grid, add.unit, NULL);
	grid_add(grid, add.subject, NULL);
	if (file == NULL)
		grid_add(grid, password, NULL);
	return grid_show(grid, true);
}

static int
list_one(struct cli *cli, void *arg, const Jx__Account *account)
{
	struct grid *grid = arg;

	grid_add(grid, account->account, NULL);
	grid_add(grid, account->role, role_words(cli, account->role));
	grid_add(grid, account->city, role_city_words(cli, account->city));
	grid_add(grid, account->unit, NULL);
	grid_add(grid, account->subject, NULL);
	grid_add_bool(grid, account->disabled);
	grid_add(grid, when_utc(cli, account->since_us), when_local(cli, account->since_us));
	return CLI_EXIT_OK;
}

int
cmd_account_list(struct cli *cli)
{
	struct grid *grid = grid_new(
	    cli, grid_form_of(cli), list_columns, sizeof list_columns / sizeof list_columns[0]);
	int status = grid == NULL ? cli_error_memory(cli) : account_each(cli, list_one, grid);

	return status == CLI_EXIT_OK ? grid_show(grid, false) : status;
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
