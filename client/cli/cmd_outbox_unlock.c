/* The account's password was changed elsewhere: its store here still wants the former one. */
#include <sodium.h>

#include "cli/commands.h"
#include "cli/kept_login.h"
#include "cli/local.h"
#include "cli/prompt.h"
#include "link/link.h"

/* The password as it is now; the daemon's word on it, when there is a link. */
static int
ask_current(struct cli *cli, const char *account, const char **password)
{
	const char *file = cli->settings.values[SETTING_PASSWORD_FILE];
	const Jx__Whoami message = JX__WHOAMI__INIT;
	const struct online_call call = {
	    JX__ENVELOPE__BODY_WHOAMI, &message, JX__ENVELOPE__BODY_WHOAMI_REPLY};
	const Jx__WhoamiReply *reply;
	int status;

	status = file != NULL ? prompt_read_file(cli, file, password)
			      : prompt_line(cli, cli_say(cli, "现在的密码", "password now"), true, password);
	cli->works_offline = true;
	if (status == CLI_EXIT_OK)
		status = online_prepare_stranger(cli);
	if (status != CLI_EXIT_OK)
		return status;
	link_use_password(cli->link, account, *password);
	if (online_try(cli, &call, (const void **)&reply) == JX_OK || online_is_cut_off(cli))
		return CLI_EXIT_OK;
	return online_fail(cli);
}

static int
ask_former(struct cli *cli, const char **password)
{
	const char *file = cli->options.values[OPTION_PASSWORD_FILE];

	return file != NULL ? prompt_read_file(cli, file, password)
			    : prompt_line(cli, cli_say(cli, "原密码", "former password"), true, password);
}

/* Only the daemon's yes makes a new store: whoever is not sure of the password would lock it again. */
static int
begin_anew(struct cli *cli, const char *account, const char *password)
{
	uint8_t key[OUTBOX_KEY_SIZE];
	const char *folder;
	bool has_key;
	enum jx_err err;
	int status = local_folder(cli, &folder);

	if (status == CLI_EXIT_OK && cli->is_cut_off)
		return online_fail(cli);
	if (status != CLI_EXIT_OK)
		return status;
	err = outbox_set_aside(
	    folder, local_server(cli), account, local_now_us());
	if (err != JX_OK && err != JX_E_NOT_FOUND)
		return local_error(cli, err);
	status = local_after_login(cli, account, password, &has_key, key);
	if (status == CLI_EXIT_OK)
		status = kept_login_set_key(cli, account, key);
	sodium_memzero(key, sizeof key);
	if (status != CLI_EXIT_OK)
		return status;
	online_learn(cli);
	local_introduce(cli);
	cli_note(cli, "已另建新的草稿与发件箱；旧的封存在 %s",
	    "drafts and outbox begin anew; the old ones lie aside in %s", folder);
	return CLI_EXIT_OK;
}

int
cmd_outbox_unlock(struct cli *cli)
{
	const char *account, *former, *current;
	uint8_t key[OUTBOX_KEY_SIZE];
	enum jx_err err;
	int status = local_account(cli, &account);

	if (status == CLI_EXIT_OK)
		status = ask_current(cli, account, &current);
	if (status != CLI_EXIT_OK)
		return status;
	if (options_has(&cli->options, OPTION_ANEW))
		return begin_anew(cli, account, current);
	status = ask_former(cli, &former);
	if (status != CLI_EXIT_OK)
		return status;
	err = local_open_with(cli, account, former);
	if (err == JX_OK)
		err = outbox_relock(cli->store, current);
	if (err == JX_E_LOCKED)
		return cli_error(cli, err, "原密码也不对；若已无从知道：jixiao outbox unlock --anew",
		    "that is not the former password either; if nobody knows it: jixiao outbox unlock --anew");
	if (err != JX_OK)
		return local_error(cli, err);
	outbox_key(cli->store, key);
	status = kept_login_set_key(cli, account, key);
	sodium_memzero(key, sizeof key);
	if (status == CLI_EXIT_OK)
		cli_note(cli, "已解锁，今后使用现在的密码", "unlocked: from now on with the password as it is now");
	return status;
}
