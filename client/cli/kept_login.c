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

/* The bytes of a field in hex; false: it is not there, or none. */
static bool
take_hex(const struct cli *cli, const json_t *json, const char *name, struct bytes *out)
{
	const char *hex = json_string_value(json_object_get(json, name));
	size_t size = hex == NULL ? 0 : strlen(hex) / 2;
	uint8_t *bytes = arena_alloc(cli->arena, size + 1);

	if (bytes == NULL || size == 0 ||
	    sodium_hex2bin(bytes, size, hex, 2 * size, NULL, &size, NULL) != 0)
		return false;
	*out = (struct bytes){bytes, size};
	return true;
}

static enum jx_err
take_login(const struct cli *cli, const json_t *json, const char *account, struct kept_login *out)
{
	const char *server = json_string_value(json_object_get(json, "server"));
	const char *holder = json_string_value(json_object_get(json, "account"));
	struct bytes key;

	*out = (struct kept_login){.account = holder == NULL ? NULL : arena_strdup(cli->arena, holder)};
	if (server == NULL || out->account == NULL ||
	    strcmp(server, cli->settings.values[SETTING_SERVER]) != 0 ||
	    (account != NULL && strcmp(account, holder) != 0) ||
	    !take_hex(cli, json, "token", &out->token))
		return JX_E_SESSION;
	out->has_key = take_hex(cli, json, "key", &key) && key.size == sizeof out->key;
	if (out->has_key)
		memcpy(out->key, key.data, sizeof out->key);
	return JX_OK;
}

static json_t *
load(const struct cli *cli)
{
	const char *path = session_path(cli);
	struct bytes text;

	if (path == NULL || files_read(cli->arena, path, SESSION_SIZE_MAX, &text) != JX_OK)
		return NULL;
	return json_loadb((const char *)text.data, text.size, 0, NULL);
}

enum jx_err
kept_login_read(const struct cli *cli, const char *account, struct kept_login *out)
{
	json_t *json = load(cli);
	enum jx_err err = take_login(cli, json, account, out);

	json_decref(json);
	return err;
}

/* Takes the reference. */
static int
save(const struct cli *cli, json_t *json)
{
	const char *path = session_path(cli);
	char *text = json == NULL ? NULL : json_dumps(json, JSON_INDENT(1));
	enum jx_err err;

	json_decref(json);
	if (path == NULL) {
		free(text);
		return no_home(cli);
	}
	if (text == NULL)
		return cli_error_memory(cli);
	err = files_write(cli->arena, path, (struct bytes){(const uint8_t *)text, strlen(text)});
	sodium_memzero(text, strlen(text));
	free(text);
	return err == JX_OK ? CLI_EXIT_OK : cli_error_file(cli, path, errno);
}

static bool
set_key(json_t *json, const uint8_t *key)
{
	char hex[2 * OUTBOX_KEY_SIZE + 1];

	sodium_bin2hex(hex, sizeof hex, key, OUTBOX_KEY_SIZE);
	return json_object_set_new(json, "key", json_string(hex)) == 0;
}

int
kept_login_write(const struct cli *cli, const Jx__LoginReply *reply, const uint8_t *key)
{
	char *hex = arena_alloc(cli->arena, 2 * reply->token.len + 1);
	json_t *json;

	if (hex == NULL)
		return cli_error_memory(cli);
	sodium_bin2hex(hex, 2 * reply->token.len + 1, reply->token.data, reply->token.len);
	json = json_pack("{s:s, s:s, s:s, s:I}", "server", cli->settings.values[SETTING_SERVER],
	    "account", reply->account, "token", hex, "until_us", (json_int_t)reply->token_until_us);
	if (json != NULL && key != NULL && !set_key(json, key)) {
		json_decref(json);
		json = NULL;
	}
	return save(cli, json);
}

int
kept_login_set_key(const struct cli *cli, const char *account, const uint8_t *key)
{
	struct kept_login kept;
	json_t *json = load(cli);

	if (take_login(cli, json, account, &kept) != JX_OK) {
		json_decref(json);
		return CLI_EXIT_OK;
	}
	if (!set_key(json, key)) {
		json_decref(json);
		return cli_error_memory(cli);
	}
	return save(cli, json);
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
