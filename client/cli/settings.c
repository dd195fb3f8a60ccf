#include "cli/settings.h"

#include <errno.h>
#include <libfyaml.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/files.h"

enum { CONFIG_SIZE_MAX = 64 << 10 };

/* clang-format off */
const struct setting_row setting_rows[SETTING_COUNT] = {
	[SETTING_SERVER]        = {"JIXIAO_SERVER", "server", "服务器（主机:端口）", "the server (host:port)"},
	[SETTING_CA]            = {"JIXIAO_CA", "ca", "服务器证书的签发证书文件", "the file with the certificate of the server's issuer"},
	[SETTING_USER]          = {"JIXIAO_USER", "user", "账号", "the account"},
	[SETTING_PASSWORD_FILE] = {"JIXIAO_PASSWORD_FILE", "password_file", "密码文件", "the file with the password"},
};
/* clang-format on */

static int
setting_find(const char *key, size_t size)
{
	for (int i = 0; i < SETTING_COUNT; i++)
		if (strlen(setting_rows[i].key) == size &&
		    memcmp(setting_rows[i].key, key, size) == 0)
			return i;
	return -1;
}

static int
take_pair(struct cli *cli, const char *path, struct fy_node_pair *pair)
{
	size_t key_size = 0, value_size = 0;
	const char *key = fy_node_get_scalar(fy_node_pair_key(pair), &key_size);
	const char *value = fy_node_get_scalar(fy_node_pair_value(pair), &value_size);
	int setting = key == NULL ? -1 : setting_find(key, key_size);
	const struct fy_mark *mark;
	struct fy_token *token;

	if (setting >= 0 && value != NULL && value_size > 0) {
		cli->settings.values[setting] = arena_strndup(cli->arena, value, value_size);
		return cli->settings.values[setting] == NULL ? cli_error_memory(cli) : CLI_EXIT_OK;
	}
	token = fy_node_get_scalar_token(fy_node_pair_key(pair));
	mark = token == NULL ? NULL : fy_token_start_mark(token);
	return cli_error(cli, JX_E_USAGE,
	    "%s:%d: 只认 server、ca、user、password_file 及其文字取值",
	    "%s:%d: expected server, ca, user or password_file, each with a text", path,
	    mark == NULL ? 1 : mark->line + 1);
}

static int
take_document(struct cli *cli, const char *path, struct fy_document *document)
{
	struct fy_node *root = fy_document_root(document);
	struct fy_node_pair *pair;
	void *at = NULL;
	int status = CLI_EXIT_OK;

	if (root == NULL)
		return CLI_EXIT_OK; /* empty, or comments only */
	if (!fy_node_is_mapping(root))
		return cli_error(
		    cli, JX_E_USAGE, "%s:1: 应为“键: 值”", "%s:1: expected \"key: value\"", path);
	while (status == CLI_EXIT_OK && (pair = fy_node_mapping_iterate(root, &at)) != NULL)
		status = take_pair(cli, path, pair);
	return status;
}

/* What libfyaml says of broken YAML, its first line. */
static int
refuse_document(struct cli *cli, const char *path, char *said)
{
	const char *text;

	if (said != NULL)
		said[strcspn(said, "\n")] = '\0';
	text = cli_shown(cli, said == NULL ? "" : said);
	return cli_error(
	    cli, JX_E_USAGE, "%s：不是正确的 YAML：%s", "%s: not well-formed YAML: %s", path, text);
}

static int
read_config(struct cli *cli, const char *path)
{
	struct fy_diag_cfg diag_config;
	struct fy_parse_cfg config = {.flags = FYPCF_DEFAULT_PARSE};
	struct fy_document *document = NULL;
	struct fy_parser *parser;
	struct bytes text;
	char *said = NULL;
	size_t said_size = 0;
	FILE *stream;
	bool is_broken;
	int status = CLI_EXIT_OK;

	errno = 0;
	if (files_read(cli->arena, path, CONFIG_SIZE_MAX, &text) != JX_OK)
		return errno == ENOENT || errno == ENOTDIR ? CLI_EXIT_OK
							   : cli_error_file(cli, path, errno);
	if (text.size == 0)
		return CLI_EXIT_OK;
	stream = open_memstream(&said, &said_size);
	if (stream == NULL)
		return cli_error_memory(cli);
	fy_diag_cfg_default(&diag_config);
	diag_config.fp = stream;
	diag_config.colorize = false;
	config.diag = fy_diag_create(&diag_config);
	parser = fy_parser_create(&config);
	if (parser != NULL && fy_parser_set_string(parser, (const char *)text.data, text.size) == 0)
		document = fy_parse_load_document(parser);
	is_broken = parser == NULL || fy_parser_get_stream_error(parser);
	if (document != NULL && !is_broken)
		status = take_document(cli, path, document);
	fy_parse_document_destroy(parser, document);
	fy_parser_destroy(parser);
	fy_diag_unref(config.diag);
	fclose(stream);
	if (is_broken)
		status = refuse_document(cli, path, said);
	free(said);
	return status;
}

int
settings_read(struct cli *cli)
{
	const char *path = files_home(cli->arena, "XDG_CONFIG_HOME", ".config", "config.yaml");
	int status = path == NULL ? CLI_EXIT_OK : read_config(cli, path);

	for (int i = 0; i < SETTING_COUNT; i++) {
		const char *value = getenv(setting_rows[i].variable);

		if (value != NULL && value[0] != '\0')
			cli->settings.values[i] = value;
	}
	return status;
}

const char *
settings_need(const struct cli *cli, enum setting setting)
{
	const struct setting_row *row = &setting_rows[setting];

	if (cli->settings.values[setting] == NULL)
		cli_error(cli, JX_E_USAGE, "未设置 %s：%s", "%s is not set: %s", row->variable,
		    cli_say(cli, row->zh, row->en));
	return cli->settings.values[setting];
}
