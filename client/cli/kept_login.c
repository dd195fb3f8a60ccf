#include "cli/kept_login.h"

#include <errno.h>
#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/files.h"

enum { SESSION_SIZE_MAX = 16 << 10 };

static const char *
session_path(const struct cli *cli)
{
	return files_home(cli->arena, "XDG_STATE_HOME", ".local/state", "session");
}

static int
no_home(const struct cli *cli)
{
	return cli_error(
	    cli, JX_E_FILE, "未设置 HOME，无处保存", "HOME is not set: no place to keep it");
}

static enum jx_err
take_token(const struct cli *cli, const json_t *json, const char *account, struct bytes *token)
{
	const char *server = json_string_value(json_object_get(json, "server"));
	const char *holder = json_string_value(json_object_get(json, "account"));
	const char *hex = json_string_value(json_object_get(json, "token"));
	size_t size = hex == NULL ? 0 : strlen(hex) / 2;
	uint8_t *bytes = arena_alloc(cli->arena, size + 1);

	if (bytes == NULL)
		return JX_E_MEMORY;
	if (server == NULL || holder == NULL || size == 0 ||
	    strcmp(server, cli->settings.values[SETTING_SERVER]) != 0 ||
	    (account != NULL && strcmp(account, holder) != 0) ||
	    sodium_hex2bin(bytes, size, hex, 2 * size, NULL, &size, NULL) != 0)
		return JX_E_SESSION;
	*token = (struct bytes){bytes, size};
	return JX_OK;
}

enum jx_err
kept_login_read(const struct cli *cli, const char *account, struct bytes *token)
{
	const char *path = session_path(cli);
	struct bytes text;
	json_t *json;
	enum jx_err err;

	if (path == NULL || files_read(cli->arena, path, SESSION_SIZE_MAX, &text) != JX_OK)
		return JX_E_SESSION;
	json = json_loadb((const char *)text.data, text.size, 0, NULL);
	err = take_token(cli, json, account, token);
	json_decref(json);
	return err;
}

int
kept_login_write(const struct cli *cli, const Jx__LoginReply *reply)
{
	const char *path = session_path(cli);
	char *hex = arena_alloc(cli->arena, 2 * reply->token.len + 1), *text;
	enum jx_err err;
	json_t *json;

	if (path == NULL)
		return no_home(cli);
	if (hex == NULL)
		return cli_error_memory(cli);
	sodium_bin2hex(hex, 2 * reply->token.len + 1, reply->token.data, reply->token.len);
	json = json_pack("{s:s, s:s, s:s, s:I}", "server", cli->settings.values[SETTING_SERVER],
	    "account", reply->account, "token", hex, "until_us", (json_int_t)reply->token_until_us);
	text = json == NULL ? NULL : json_dumps(json, JSON_INDENT(1));
	json_decref(json);
	if (text == NULL)
		return cli_error_memory(cli);
	err = files_write(cli->arena, path, (struct bytes){(const uint8_t *)text, strlen(text)});
	free(text);
	return err == JX_OK ? CLI_EXIT_OK : cli_error_file(cli, path, errno);
}

int
kept_login_remove(const struct cli *cli, bool *was_there)
{
	const char *path = session_path(cli);

	*was_there = path != NULL && unlink(path) == 0;
	if (path == NULL || *was_there || errno == ENOENT || errno == ENOTDIR)
		return CLI_EXIT_OK;
	return cli_error_file(cli, path, errno);
}
