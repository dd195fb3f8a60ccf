#include "cli/commands.h"
#include "cli/kept_login.h"

int
cmd_logout(struct cli *cli)
{
	bool was_there;
	int status = kept_login_remove(cli, &was_there);

	if (status != CLI_EXIT_OK)
		return status;
	if (was_there)
		cli_note(cli, "已退出登录", "logged out");
	else
		cli_note(cli, "没有保存的登录", "there was no login");
	return CLI_EXIT_OK;
}
