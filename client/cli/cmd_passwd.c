#include <string.h>

#include "cli/commands.h"
#include "cli/kept_login.h"
#include "cli/local.h"
#include "cli/online.h"
#include "cli/prompt.h"
#include "cli/proof.h"
#include "link/link.h"
#include "link/opid.h"

static int
ask_passwords(struct cli *cli, const char **old_password, const char **new_password)
{
	const char *old_file = cli->settings.values[SETTING_PASSWORD_FILE];
	const char *new_file = cli->options.values[OPTION_PASSWORD_FILE], *again;
	int status;

	status = old_file != NULL
		     ? prompt_read_file(cli, old_file, old_password)
		     : prompt_line(cli, cli_say(cli, "原密码", "old password"), true, old_password);
	if (status != CLI_EXIT_OK)
		return status;
	if (new_file != NULL)
		return prompt_read_file(cli, new_file, new_password);
	status = prompt_line(cli, cli_say(cli, "新密码", "new password"), true, new_password);
	if (status == CLI_EXIT_OK)
		status = prompt_line(cli, cli_say(cli, "再输一遍", "once more"), true, &again);
	if (status == CLI_EXIT_OK && strcmp(*new_password, again) != 0)
		return cli_error(
		    cli, JX_E_USAGE, "两次输入的新密码不同", "the new passwords differ");
	return status;
}

/* Who logs in, to change his password: by name, or as the login kept. */
static int
log_in(struct cli *cli, const char *old_password)
{
	const char *account = cli->settings.values[SETTING_USER];
	struct kept_login kept;
	int status = online_prepare_stranger(cli);

	if (status != CLI_EXIT_OK)
		return status;
	if (account != NULL)
		link_use_password(cli->link, account, old_password);
	else if (kept_login_read(cli, NULL, &kept) == JX_OK)
		link_use_token(cli->link, kept.token);
	else
		return cli_error(cli, JX_E_SESSION, "%s", "%s", "");
	return CLI_EXIT_OK;
}

/*
 * When the answer is lost, the password may have changed already: then only the
 * new one opens the connection on which the same operation is asked for again.
 */
static enum jx_err
send_passwd(
    struct cli *cli, const struct online_call *call, const char *new_password, const void **reply)
{
	const char *account = cli->settings.values[SETTING_USER];
	enum jx_err err = online_try(cli, call, reply);
	const Jx__Fail *fail = link_problem(cli->link)->fail;

	if (err != JX_E_LOGIN || account == NULL || !link_was_connected(cli->link) ||
	    (fail != NULL && fail->field != NULL))
		return err;
	link_use_password(cli->link, account, new_password);
	return online_try(cli, call, reply);
}

/* With whatever opens it, before that changes; one that is not there, or is locked otherwise, stays as it is. */
static void
open_store(struct cli *cli, const char *old_password)
{
	const char *account = cli->settings.values[SETTING_USER];
	struct kept_login kept;
	enum jx_err err;

	if (local_try_open(cli))
		return;
	if (account == NULL && kept_login_read(cli, NULL, &kept) == JX_OK)
		account = kept.account;
	err = account == NULL ? JX_E_NOT_FOUND : local_open_with(cli, account, old_password);
	(void)err;
}

int
cmd_passwd(struct cli *cli)
{
	Jx__Passwd passwd = JX__PASSWD__INIT;
	const struct online_call call = {
	    JX__ENVELOPE__BODY_PASSWD, &passwd, JX__ENVELOPE__BODY_DONE};
	const char *old_password = NULL, *new_password = NULL, *path;
	uint8_t op_id[OPID_SIZE];
	const Jx__Done *done;
	bool was_kept;
	enum jx_err err;
	int status = ask_passwords(cli, &old_password, &new_password);

	if (status == CLI_EXIT_OK)
		status = log_in(cli, old_password);
	if (status != CLI_EXIT_OK)
		return status;
	open_store(cli, old_password);
	opid_make(op_id);
	passwd.has_op_id = true;
	passwd.op_id = (ProtobufCBinaryData){sizeof op_id, op_id};
	passwd.old_password = ONLINE_TEXT(old_password);
	passwd.new_password = ONLINE_TEXT(new_password);
	if (send_passwd(cli, &call, new_password, (const void **)&done) != JX_OK)
		return online_fail(cli);
	if (cli->settings.values[SETTING_USER] != NULL)
		link_use_password(cli->link, cli->settings.values[SETTING_USER], new_password);
	err = cli->store == NULL ? JX_OK : outbox_relock(cli->store, new_password);
	status = err == JX_OK ? kept_login_remove(cli, &was_kept) : local_error(cli, err);
	if (status == CLI_EXIT_OK)
		status =
		    proof_keep(cli, done->receipt, &(struct proof_of){.city = NULL}, NULL, &path);
	if (status != CLI_EXIT_OK)
		return status;
	cli_note(cli, "密码已修改；以前的登录全部失效",
	    "password changed; every earlier login has ended");
	return CLI_EXIT_OK;
}
