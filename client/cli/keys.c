#include "cli/keys.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "cli/files.h"
#include "cli/online.h"

enum { KEYS_SIZE_MAX = 64 << 10, KEY_FILE_SIZE_MAX = 4 << 10 };

static const char *
keys_path(const struct cli *cli, const char *name)
{
	return files_home(cli->arena, "XDG_STATE_HOME", ".local/state",
	    arena_printf(cli->arena, "keys/%s", name));
}

/* The server's name as a file's. */
static const char *
file_name(const struct cli *cli)
{
	char *name = arena_printf(cli->arena, "%s.json", cli->settings.values[SETTING_SERVER]);

	for (char *c = name; c != NULL && *c != '\0'; c++)
		if (*c == '/')
			*c = '_';
	return name;
}

/* {"KEY_ID": "KEY", …}; an empty object when there is no such file. */
static json_t *
load_keys(const struct cli *cli, const char *path)
{
	struct bytes text;
	json_t *json = NULL;

	if (files_read(cli->arena, path, KEYS_SIZE_MAX, &text) == JX_OK)
		json = json_loadb((const char *)text.data, text.size, 0, NULL);
	if (json_is_object(json))
		return json;
	json_decref(json);
	return json_object();
}

static int
save_keys(const struct cli *cli, const char *path, const json_t *known)
{
	char *text = json_dumps(known, JSON_INDENT(1));
	enum jx_err err;

	if (text == NULL)
		return cli_error_memory(cli);
	err = files_write(cli->arena, path, (struct bytes){(const uint8_t *)text, strlen(text)});
	free(text);
	return err == JX_OK ? CLI_EXIT_OK : cli_error_file(cli, path, errno);
}

/* *is_new: it was not known. A key is only taken under the id that follows from it. */
static bool
add_key(json_t *known, const Jx__Key *key, bool *is_new)
{
	uint8_t id[RECEIPT_KEY_ID_SIZE];
	char id_hex[2 * sizeof id + 1], key_hex[2 * RECEIPT_PUBLIC_SIZE + 1];

	if (key->public_key.len != RECEIPT_PUBLIC_SIZE)
		return true;
	receipt_key_id(key->public_key.data, id);
	sodium_bin2hex(id_hex, sizeof id_hex, id, sizeof id);
	if (json_object_get(known, id_hex) != NULL)
		return true;
	sodium_bin2hex(key_hex, sizeof key_hex, key->public_key.data, key->public_key.len);
	*is_new = true;
	return json_object_set_new(known, id_hex, json_string(key_hex)) == 0;
}

static int
keep_keys(struct cli *cli, const Jx__KeysReply *reply)
{
	const char *path, *name = file_name(cli);
	bool is_new = false, is_fine;
	int status = CLI_EXIT_OK;
	json_t *known;

	path = name == NULL ? NULL : keys_path(cli, name);
	if (path == NULL)
		return cli_error(cli, JX_E_FILE, "未设置 HOME，无处保存公钥",
		    "HOME is not set: no place for the public key");
	known = load_keys(cli, path);
	is_fine = known != NULL;
	for (size_t i = 0; is_fine && i < reply->n_keys; i++)
		is_fine = add_key(known, reply->keys[i], &is_new);
	if (!is_fine)
		status = cli_error_memory(cli);
	else if (is_new)
		status = save_keys(cli, path, known);
	json_decref(known);
	return status;
}

enum jx_err
keys_try(struct cli *cli)
{
	const Jx__Keys message = JX__KEYS__INIT;
	const struct online_call call = {
	    JX__ENVELOPE__BODY_KEYS, &message, JX__ENVELOPE__BODY_KEYS_REPLY};

	if (cli->keys != NULL)
		return JX_OK;
	return online_try(cli, &call, (const void **)&cli->keys);
}

int
keys_update(struct cli *cli)
{
	int status;

	if (cli->has_keys)
		return CLI_EXIT_OK;
	if (cli->link == NULL && (status = online_prepare(cli)) != CLI_EXIT_OK)
		return status;
	if (keys_try(cli) != JX_OK)
		return online_fail(cli);
	status = keep_keys(cli, cli->keys);
	cli->has_keys = status == CLI_EXIT_OK;
	return status;
}

int
keys_update_for(struct cli *cli, ProtobufCBinaryData key_id)
{
	uint8_t key[RECEIPT_PUBLIC_SIZE];
	int status = keys_update(cli);

	if (status != CLI_EXIT_OK || keys_find(cli, key_id, key) == JX_OK)
		return status;
	cli->has_keys = false;
	cli->keys = NULL;
	return keys_update(cli);
}

static bool
read_key(const char *hex, uint8_t key[RECEIPT_PUBLIC_SIZE])
{
	size_t size;

	return hex != NULL && strlen(hex) == 2 * RECEIPT_PUBLIC_SIZE &&
	       sodium_hex2bin(key, RECEIPT_PUBLIC_SIZE, hex, 2 * RECEIPT_PUBLIC_SIZE, NULL, &size,
		   NULL) == 0 &&
	       size == RECEIPT_PUBLIC_SIZE;
}

enum jx_err
keys_find(const struct cli *cli, ProtobufCBinaryData key_id, uint8_t key[RECEIPT_PUBLIC_SIZE])
{
	const char *folder = keys_path(cli, "");
	char id_hex[2 * RECEIPT_KEY_ID_SIZE + 1];
	DIR *dir = folder == NULL ? NULL : opendir(folder);
	enum jx_err err = JX_E_NOT_FOUND;
	struct dirent *entry;

	if (key_id.len == RECEIPT_KEY_ID_SIZE && dir != NULL) {
		sodium_bin2hex(id_hex, sizeof id_hex, key_id.data, key_id.len);
		while (err != JX_OK && (entry = readdir(dir)) != NULL) {
			json_t *known;

			if (entry->d_name[0] == '.')
				continue;
			known = load_keys(cli, keys_path(cli, entry->d_name));
			if (read_key(json_string_value(json_object_get(known, id_hex)), key))
				err = JX_OK;
			json_decref(known);
		}
	}
	if (dir != NULL)
		closedir(dir);
	return err;
}

enum jx_err
keys_newest(const struct cli *cli, uint8_t key[RECEIPT_PUBLIC_SIZE])
{
	const char *name = file_name(cli), *path = name == NULL ? NULL : keys_path(cli, name);
	json_t *known = path == NULL ? NULL : load_keys(cli, path);
	enum jx_err err = JX_E_NOT_FOUND;

	/* In the order in which they became known: the last one that can be read. */
	for (void *at = json_object_iter(known); at != NULL; at = json_object_iter_next(known, at))
		if (read_key(json_string_value(json_object_iter_value(at)), key))
			err = JX_OK;
	json_decref(known);
	return err;
}

int
keys_read_file(struct cli *cli, const char *path, uint8_t key[RECEIPT_PUBLIC_SIZE])
{
	struct bytes text;
	char *hex;

	errno = 0;
	if (files_read(cli->arena, path, KEY_FILE_SIZE_MAX, &text) != JX_OK)
		return cli_error_file(cli, path, errno);
	hex = (char *)(uintptr_t)text.data; /* in the arena, NUL-ended */
	hex[strcspn(hex, " \t\r\n")] = '\0';
	if (!read_key(hex, key))
		return cli_error(cli, JX_E_RECEIPT, "%s：不是公钥（应为 64 位十六进制）",
		    "%s: no public key (64 hex digits)", cli_shown(cli, path));
	return CLI_EXIT_OK;
}
