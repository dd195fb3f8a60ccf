#include <sodium.h>

#include "cli/commands.h"
#include "cli/kept_login.h"
#include "cli/keys.h"
#include "cli/local.h"
#include "cli/online.h"
#include "cli/prompt.h"
#include "cli/when.h"

static const uint64_t DAY_US = UINT64_C(86400000000);
enum { KEPT_DAYS = 90 };

/* The account and its password, from the settings or the person. */
static int
ask_who(struct cli *cli, const char **account, const char **password)
{
	const char *file = cli->settings.values[SETTING_PASSWORD_FILE];
	int status = CLI_EXIT_OK;

	*account = cli->options.word_count > 0 ? cli->options.words[0]
					       : cli->settings.values[SETTING_USER];
	if (*account == NULL)
		status = prompt_line(cli, cli_say(cli, "账号", "account"), false, account);
	if (status != CLI_EXIT_OK)
		return status;
	if (file != NULL)
		return prompt_read_file(cli, file, password);
	return prompt_line(cli, cli_say(cli, "密码", "password"), true, password);
}

int
cmd_login(struct cli *cli)
{
	Jx__Login login = JX__LOGIN__INIT;
	const char *account = NULL, *password = NULL;
	uint8_t key[OUTBOX_KEY_SIZE];
	const Jx__LoginReply *reply;
	bool has_key = false;
	enum jx_err err;
	int status = online_prepare_stranger(cli);

	if (status == CLI_EXIT_OK)
		status = ask_who(cli, &account, &password);
	if (status != CLI_EXIT_OK)
		return status;
	login.account = ONLINE_TEXT(account);
	login.password = ONLINE_TEXT(password);
	login.has_keep = login.keep = true;
	status = online_ask(cli,
	    &(struct online_call){JX__ENVELOPE__BODY_LOGIN, &login, JX__ENVELOPE__BODY_LOGIN_REPLY},
	    (const void **)&reply);
	if (status == CLI_EXIT_OK)
		status = local_after_login(cli, reply->account, password, &has_key, key);
	if (status == CLI_EXIT_OK)
		status = kept_login_write(cli, reply, has_key ? key : NULL);
	sodium_memzero(key, sizeof key);
	if (status == CLI_EXIT_OK)
		status = keys_update(cli);
	if (status != CLI_EXIT_OK)
		return status;
	cli_note(cli, "已登录：%s（%s），有效至 %s", "logged in: %s (%s), until %s", reply->account,
	    reply->role, when_local(cli, reply->token_until_us));
	if (!has_key) {
		cli_note(cli, "本机的草稿与发件箱仍以原密码加密，先解锁：jixiao outbox unlock",
		    "drafts and outbox on this machine are still locked with the former password: jixiao outbox unlock");
		return CLI_EXIT_OK;
	}
	/* What is over long since; its receipts stay, as files. Missed, it is done the next time. */
	err = outbox_prune(cli->store, local_now_us() - KEPT_DAYS * DAY_US);
	(void)err;
	online_learn(cli); /* for the days without a link */
	local_introduce(cli);
	return CLI_EXIT_OK;
}
