#include "sys/config.h"

#include <errno.h>
#include <libfyaml.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "sys/disk.h"
#include "sys/log.h"
#include "wire/text.h"

enum config_type {
	CONFIG_TEXT,
	CONFIG_SECRET, /* a text that may hold a password: not shown */
	CONFIG_NUMBER,
	CONFIG_LEVEL,
};
enum config_change { CONFIG_RESTART, CONFIG_RELOAD };

struct config_row {
	const char *name;
	enum config_type type;
	size_t offset;
	uint32_t min, max; /* number: its value; text: its bytes */
	const char *preset;
	const char *unit_zh, *unit_en;
	enum config_change change;
	const char *zh, *en;
};

#define AT(member) offsetof(struct config, member)
/* clang-format off */
static const struct config_row config_rows[] = {
	/* name, type, member, least, most, default, unit, takes effect, meaning */
	{"listen", CONFIG_TEXT, AT(listen), 3, 255, "127.0.0.1:7443", "", "", CONFIG_RESTART,
	    "监听的地址与端口，端口 0 为任意", "address and port to listen on; port 0: any"},
	{"database.url", CONFIG_SECRET, AT(database_url), 0, CONFIG_TEXT_SIZE - 1, "", "", "", CONFIG_RESTART,
	    "PostgreSQL 连接串，空为自带数据库", "PostgreSQL connection string; empty: a database of its own"},
	{"log.level", CONFIG_LEVEL, AT(log_level), LOG_LEVEL_DEBUG, LOG_LEVEL_ERROR, "info", "", "", CONFIG_RELOAD,
	    "日志级别：debug info warning error", "what is logged: debug info warning error"},
	{"limits.connections", CONFIG_NUMBER, AT(connection_count_max), 1, 65535, "4096", "个", "", CONFIG_RESTART,
	    "同时连接的上限", "connections at once"},
	{"limits.connections_per_address", CONFIG_NUMBER, AT(connection_count_max_address), 1, 65535, "1024", "个", "", CONFIG_RESTART,
	    "同一地址同时连接的上限", "connections at once from one address"},
	{"limits.handshake_seconds", CONFIG_NUMBER, AT(handshake_seconds), 1, 600, "10", "秒", "s", CONFIG_RESTART,
	    "TLS 握手的时限", "time for the TLS handshake"},
	{"limits.login_seconds", CONFIG_NUMBER, AT(login_seconds), 1, 3600, "60", "秒", "s", CONFIG_RESTART,
	    "未登录的连接保留多久", "a connection without login is closed after"},
	{"limits.idle_seconds", CONFIG_NUMBER, AT(idle_seconds), 1, 86400, "900", "秒", "s", CONFIG_RESTART,
	    "无往来的连接保留多久", "a silent connection is closed after"},
	{"limits.frame_seconds", CONFIG_NUMBER, AT(frame_seconds), 1, 600, "30", "秒", "s", CONFIG_RESTART,
	    "一帧从首字节到收完的时限", "time from a frame's first byte to its last"},
	{"limits.upload_mib", CONFIG_NUMBER, AT(upload_mib), 1, 1024, "256", "MiB", "MiB", CONFIG_RESTART,
	    "进行中的导入合计大小上限", "size of all imports under way"},
	{"limits.evidence_mib_max", CONFIG_NUMBER, AT(evidence_mib), 1, 4095, "200", "MiB", "MiB", CONFIG_RESTART,
	    "一份佐证文件的大小上限", "size of one file of evidence"},
	{"limits.evidence_unit_mib_max", CONFIG_NUMBER, AT(evidence_unit_mib), 1, 16777216, "4096", "MiB", "MiB", CONFIG_RESTART,
	    "一个单位一年佐证文件的合计上限", "size of all evidence that a unit sends in a year"},
	{"login.token_hours", CONFIG_NUMBER, AT(token_hours), 1, 8760, "12", "小时", "h", CONFIG_RESTART,
	    "保持登录的时长", "a kept login lasts"},
};
/* clang-format on */
enum { CONFIG_FAULTS_SIZE_MAX = 1 << 20 }; /* more than anybody reads */
enum { CONFIG_ROW_COUNT = sizeof config_rows / sizeof *config_rows };

static char *
config_text(const struct config *config, const struct config_row *row)
{
	return (char *)config + row->offset;
}

static uint32_t *
config_number(const struct config *config, const struct config_row *row)
{
	return (uint32_t *)((char *)config + row->offset);
}

static bool
config_find_level(const char *text, uint32_t *level)
{
	for (uint32_t i = LOG_LEVEL_DEBUG; i <= LOG_LEVEL_ERROR; i++) {
		if (strcmp(text, log_level_name((enum log_level)i)) != 0)
			continue;
		*level = i;
		return true;
	}
	return false;
}

/* false: text is no value for row; *config is untouched then. */
static bool
config_set(struct config *config, const struct config_row *row, const char *text)
{
	uint32_t number;

	switch (row->type) {
	case CONFIG_TEXT:
	case CONFIG_SECRET:
		if (strlen(text) < row->min || strlen(text) > row->max)
			return false;
		strcpy(config_text(config, row), text);
		return true;
	case CONFIG_NUMBER:
		if (text_whole((struct bytes){(const uint8_t *)text, strlen(text)}, &number) !=
			JX_OK ||
		    number < row->min || number > row->max)
			return false;
		*config_number(config, row) = number;
		return true;
	case CONFIG_LEVEL:
		return config_find_level(text, config_number(config, row));
	}
	return false;
}

void
config_set_default(struct config *config)
{
	memset(config, 0, sizeof *config);
	for (size_t i = 0; i < CONFIG_ROW_COUNT; i++)
		if (!config_set(config, &config_rows[i], config_rows[i].preset))
			abort(); /* the table is wrong */
}

/* NULL: no such setting. */
static const struct config_row *
config_find(const char *name)
{
	for (size_t i = 0; i < CONFIG_ROW_COUNT; i++)
		if (strcmp(config_rows[i].name, name) == 0)
			return &config_rows[i];
	return NULL;
}

bool
config_set_listen(struct config *config, const char *text)
{
	return config_set(config, config_find("listen"), text);
}

void
config_reload(struct config *config, const struct config *read)
{
	for (size_t i = 0; i < CONFIG_ROW_COUNT; i++) {
		const struct config_row *row = &config_rows[i];

		if (row->change != CONFIG_RELOAD)
			continue;
		if (row->type == CONFIG_TEXT || row->type == CONFIG_SECRET)
			strcpy(config_text(config, row), config_text(read, row));
		else
			*config_number(config, row) = *config_number(read, row);
	}
}

/* ---- Reading. */

struct config_reader {
	struct faults *faults;
	const char *path;
	struct config config;
	uint32_t lines[CONFIG_ROW_COUNT]; /* where it was set; 0: not */
};

#define CONFIG_FAULT(reader, token, value, ...)                                                    \
	do {                                                                                       \
		const struct fy_mark *mark_ = fy_token_start_mark(token);                          \
		faults_add((reader)->faults, (reader)->path,                                       \
		    mark_ == NULL ? 1 : (uint32_t)mark_->line + 1,                                 \
		    mark_ == NULL ? 1 : (uint32_t)mark_->column + 1, value, __VA_ARGS__);          \
	} while (0)

static void
config_bad_value(struct config_reader *reader, const struct config_row *row, struct fy_token *token,
    const char *value)
{
	switch (row->type) {
	case CONFIG_TEXT:
	case CONFIG_SECRET:
		CONFIG_FAULT(reader, token, value, "%s 应为 %u 到 %u 字节的文字",
		    "%s: expected text of %u to %u bytes", row->name, row->min, row->max);
		break;
	case CONFIG_NUMBER:
		CONFIG_FAULT(reader, token, value, "%s 应为 %u 到 %u 的整数",
		    "%s: expected a whole number from %u to %u", row->name, row->min, row->max);
		break;
	case CONFIG_LEVEL:
		CONFIG_FAULT(reader, token, value, "%s 应为 debug、info、warning 或 error",
		    "%s: expected debug, info, warning or error", row->name);
		break;
	}
}

static void
config_take(
    struct config_reader *reader, const char *name, struct fy_token *key, struct fy_node *node)
{
	const struct config_row *row = config_find(name);
	struct fy_token *place = fy_node_get_scalar_token(node);
	const struct fy_mark *mark = fy_token_start_mark(key);
	bool is_scalar = fy_node_is_scalar(node) && !fy_node_is_alias(node);
	const char *value = is_scalar ? fy_node_get_scalar0(node) : NULL;
	uint32_t *line;

	if (row == NULL) {
		CONFIG_FAULT(reader, key, name, "没有这个设置，全部设置见 jixiaod --check-config",
		    "no such setting; jixiaod --check-config lists them all");
		return;
	}
	line = &reader->lines[row - config_rows];
	if (*line != 0) {
		CONFIG_FAULT(reader, key, name, "设置重复，第一次在第 %u 行",
		    "set twice; first on line %u", *line);
		return;
	}
	*line = mark == NULL ? 1 : (uint32_t)mark->line + 1;
	/* The length tells a NUL in the text. */
	if (value == NULL || strlen(value) != fy_token_get_text_length(place) ||
	    !config_set(&reader->config, row, value))
		config_bad_value(reader, row, place == NULL ? key : place, value);
}

/* depth 0: the file; 1: a group of settings, prefix "group.". There are no deeper ones. */
static void
config_walk(struct config_reader *reader, struct fy_node *map, const char *prefix, int depth)
{
	struct fy_node_pair *pair;
	void *position = NULL;

	while ((pair = fy_node_mapping_iterate(map, &position)) != NULL) {
		struct fy_node *key = fy_node_pair_key(pair), *value = fy_node_pair_value(pair);
		struct fy_token *token = key == NULL ? NULL : fy_node_get_scalar_token(key);
		const char *word = token == NULL ? NULL : fy_node_get_scalar0(key);
		char name[128];

		if (word == NULL ||
		    snprintf(name, sizeof name - 1, "%s%s", prefix, word) >= (int)sizeof name - 1) {
			CONFIG_FAULT(reader, token, word, "应为设置的名称",
			    "expected the name of a setting");
		} else if (value != NULL && fy_node_is_mapping(value) && depth == 0) {
			strcat(name, ".");
			config_walk(reader, value, name, 1);
		} else {
			config_take(reader, name, token, value);
		}
	}
}

static void
config_mute(struct fy_diag *diag, void *user, const char *text, size_t size)
{
	(void)diag, (void)user, (void)text, (void)size;
}

static void
config_collect(struct config_reader *reader, struct fy_diag *diag)
{
	struct fy_diag_error *error;
	void *position = NULL;

	while ((error = fy_diag_errors_iterate(diag, &position)) != NULL)
		faults_add(reader->faults, reader->path,
		    error->line > 0 ? (uint32_t)error->line : 1,
		    error->column > 0 ? (uint32_t)error->column : 1, "", "YAML 格式不正确：%s",
		    "not well-formed YAML: %s", error->msg);
}

/* Nothing but blanks and comments: libfyaml gives no document then, as for a broken text. */
static bool
config_is_blank(const char *text)
{
	for (text += strspn(text, " \t\r\n"); *text == '#'; text += strspn(text, " \t\r\n"))
		text += strcspn(text, "\n");
	return *text == '\0';
}

static void
config_parse(struct config_reader *reader, const char *text, size_t size)
{
	struct fy_diag_cfg quiet = {
	    .output_fn = config_mute, .level = FYET_ERROR, .module_mask = ~0u};
	struct fy_diag *diag = fy_diag_create(&quiet);
	struct fy_parse_cfg parse = {.flags = FYPCF_DEFAULT_PARSE, .diag = diag};
	struct fy_document *document = NULL;
	struct fy_node *root;

	if (diag != NULL) {
		fy_diag_set_collect_errors(diag, true);
		document = fy_document_build_from_string(&parse, text, size);
	}
	root = document == NULL ? NULL : fy_document_root(document);
	if (root != NULL && fy_node_is_mapping(root))
		config_walk(reader, root, "", 0);
	else if (diag != NULL)
		config_collect(reader, diag);
	if (root != NULL && !fy_node_is_mapping(root))
		faults_add(reader->faults, reader->path, 1, 1, "", "应为“设置: 值”各行",
		    "expected lines of \"setting: value\"");
	else if (root == NULL && faults_count(reader->faults) == 0)
		faults_add(reader->faults, reader->path, 1, 1, "", "YAML 格式不正确",
		    "not well-formed YAML");
	if (document != NULL)
		fy_document_destroy(document);
	fy_diag_destroy(diag);
}

enum jx_err
config_read(const char *path, struct faults *faults, struct config *config)
{
	struct config_reader reader = {.faults = faults, .path = path};
	char *text = NULL;
	size_t size = 0;
	enum jx_err err = disk_read(path, &text, &size);

	if (err != JX_OK) {
		const char *why = err == JX_E_FILE || err == JX_E_NOT_FOUND
				      ? strerror(errno)
				      : err_what(err, faults_lang(faults));

		faults_add(faults, path, 0, 0, "", "无法读取：%s", "cannot be read: %s", why);
		return JX_E_FAULTS;
	}
	config_set_default(&reader.config);
	if (strlen(text) < size || !config_is_blank(text))
		config_parse(&reader, text, size);
	free(text);
	if (faults_count(faults) > 0)
		return JX_E_FAULTS;
	*config = reader.config;
	return JX_OK;
}

enum jx_err
config_load(const char *path, enum jx_lang lang, struct config *config)
{
	struct faults *faults = faults_new(lang);
	struct arena *arena = arena_new(CONFIG_FAULTS_SIZE_MAX);
	enum jx_err err = JX_E_MEMORY;

	if (faults != NULL && arena != NULL)
		err = config_read(path, faults, config);
	for (size_t i = 0; err == JX_E_FAULTS && i < faults_kept(faults); i++) {
		const char *text = fault_text(arena, faults_at(faults, i));

		if (text != NULL)
			fprintf(stderr, "%s\n", text);
	}
	arena_free(arena);
	faults_free(faults);
	return err;
}

static const char *
config_value(const struct config *config, const struct config_row *row, char *buffer, size_t size)
{
	const char *text = config_text(config, row);

	switch (row->type) {
	case CONFIG_TEXT:
		return text;
	case CONFIG_SECRET:
		return text[0] == '\0' ? "" : "***";
	case CONFIG_NUMBER:
		snprintf(buffer, size, "%u", *config_number(config, row));
		return buffer;
	case CONFIG_LEVEL:
		return log_level_name((enum log_level) * config_number(config, row));
	}
	return "";
}

void
config_print(const struct config *config, enum jx_lang lang, FILE *out)
{
	static const char *const changes[][2] = {
	    [CONFIG_RESTART] = {"重启后生效", "needs a restart"},
	    [CONFIG_RELOAD] = {"SIGHUP 后生效", "taken over on SIGHUP"},
	};
	bool is_en = lang == JX_EN;

	for (size_t i = 0; i < CONFIG_ROW_COUNT; i++) {
		const struct config_row *row = &config_rows[i];
		const char *quote =
		    row->type == CONFIG_TEXT || row->type == CONFIG_SECRET ? "'" : "";
		const char *unit = is_en ? row->unit_en : row->unit_zh;
		char buffer[16];

		fprintf(out, "%s: %s%s%s  # %s · %s%s%s%s · %s\n", row->name, quote,
		    config_value(config, row, buffer, sizeof buffer), quote,
		    is_en ? row->en : row->zh, is_en ? "default " : "默认 ",
		    row->preset[0] == '\0' ? "''" : row->preset, unit[0] == '\0' ? "" : " ", unit,
		    changes[row->change][is_en]);
	}
}
