#include "cli/rows_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bundle/charset.h"
#include "cli/draft.h"
#include "cli/files.h"

enum { LINE_ARENA_SIZE = 8 << 10 }; /* one fault's line */

static bool
is_stdin(const char *path)
{
	return strcmp(path, "-") == 0;
}

const char *
rows_file_name(const struct cli *cli, const char *path)
{
	return is_stdin(path) ? cli_say(cli, "标准输入", "standard input") : cli_shown(cli, path);
}

static int
too_big(const struct cli *cli, const char *path, size_t size_max)
{
	return cli_error(cli, JX_E_TOO_BIG, "%s：文件最多 %zu 字节", "%s: at most %zu bytes a file",
	    rows_file_name(cli, path), size_max);
}

static bool
ends_in(const char *path, const char *end)
{
	size_t size = strlen(path), end_size = strlen(end);

	return size > end_size && strcasecmp(path + size - end_size, end) == 0;
}

/* The bytes as they lie there, in the arena. */
static int
load_raw(struct cli *cli, const char *path, size_t size_max, struct bytes *raw, bool *is_csv)
{
	const char *draft = draft_of_path(path);
	enum jx_err err;

	if (draft != NULL)
		return draft_read(cli, draft, raw, is_csv);
	*is_csv = ends_in(path, ".csv");
	errno = 0;
	err = files_read(cli->arena, is_stdin(path) ? "/dev/stdin" : path, size_max, raw);
	if (err == JX_E_TOO_BIG)
		return too_big(cli, path, size_max);
	if (err != JX_OK)
		return err == JX_E_MEMORY ? cli_error_memory(cli) : cli_error_file(cli, path, errno);
	return CLI_EXIT_OK;
}

int
rows_file_load(struct cli *cli, const char *path, size_t size_max, char **text, size_t *size)
{
	bool is_csv;

	return rows_file_load_as(cli, path, size_max, text, size, &is_csv);
}

int
rows_file_load_as(struct cli *cli, const char *path, size_t size_max, char **text, size_t *size, bool *is_csv)
{
	struct bytes raw;
	uint32_t line = 0;
	enum jx_err err;
	int status = load_raw(cli, path, size_max, &raw, is_csv);

	if (status != CLI_EXIT_OK)
		return status;
	*text = malloc(raw.size + 1);
	if (*text == NULL)
		return cli_error_memory(cli);
	memcpy(*text, raw.data, raw.size);
	(*text)[raw.size] = '\0';
	*size = raw.size;
	err = charset_fold(text, size, &line);
	if (err == JX_OK)
		return CLI_EXIT_OK;
	free(*text);
	*text = NULL;
	if (err == JX_E_MEMORY)
		return cli_error_memory(cli);
	fprintf(stderr, "%s:%u:1: %s\n", rows_file_name(cli, path), line,
	    cli_say(cli, "文件应为 UTF-8 或 GB18030 编码", "expected the file in UTF-8 or GB18030"));
	return cli_error(cli, JX_E_FAULTS, "%s", "%s", "");
}

int
rows_file_faults(const struct cli *cli, const struct faults *faults)
{
	for (size_t i = 0; i < faults_kept(faults); i++) {
		struct arena *arena = arena_new(LINE_ARENA_SIZE);
		const char *line = arena == NULL ? NULL : fault_text(arena, faults_at(faults, i));

		fprintf(stderr, "%s\n", line == NULL ? faults_at(faults, i)->file : line);
		arena_free(arena);
	}
	if (faults_count(faults) > faults_kept(faults))
		cli_note(cli, "……其余从略", "… the rest is left out");
	return cli_error(cli, JX_E_FAULTS, "%zu 处", "%zu faults", faults_count(faults));
}

static int
read_rows(struct cli *cli, struct rows *rows, bool is_csv, char *text, size_t size)
{
	enum jx_err err;

	if (is_csv)
		err = rows_read_csv(rows, text, size);
	else
		err = rows_read_yaml(rows, (struct bytes){(const uint8_t *)text, size});
	return err == JX_OK ? CLI_EXIT_OK : cli_error_memory(cli);
}

int
rows_file_read(struct cli *cli, const char *path, const enum record_kind *kinds,
    size_t kind_count, struct rows **out)
{
	struct faults *faults;
	char *text = NULL;
	size_t size = 0;
	bool is_csv;
	int status;

	if (!is_stdin(path) && draft_of_path(path) == NULL && !ends_in(path, ".csv") && !ends_in(path, ".yaml") &&
	    !ends_in(path, ".yml"))
		return cli_error(cli, JX_E_USAGE, "%s：文件名应以 .yaml 或 .csv 结尾",
		    "%s: expected a file .yaml or .csv", cli_shown(cli, path));
	status = rows_file_load_as(cli, path, ROWS_FILE_SIZE_MAX, &text, &size, &is_csv);
	if (status != CLI_EXIT_OK)
		return status;
	faults = faults_new(cli->lang);
	*out = faults == NULL ? NULL
			      : rows_new(cli->arena, kinds, kind_count, rows_file_name(cli, path),
				    faults);
	status = *out == NULL ? cli_error_memory(cli) : read_rows(cli, *out, is_csv, text, size);
	if (status == CLI_EXIT_OK && faults_count(faults) > 0) {
		faults_sort(faults);
		status = rows_file_faults(cli, faults);
	}
	faults_free(faults);
	free(text);
	return status;
}

void
rows_file_place(void *arg, struct fault *fault)
{
	const struct rows_file_place *place = arg;
	struct rows_at at;

	if (!rows_place(place->rows, fault->file, fault->line, fault->column, &at))
		return;
	fault->file = place->path;
	fault->line = at.line;
	fault->column = at.column;
}
