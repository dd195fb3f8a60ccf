#include "bundle/bundle.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bundle/charset.h"
#include "bundle/emit.h"
#include "bundle/file.h"
#include "bundle/table.h"
#include "records/build.h"
#include "records/check.h"
#include "wire/text.h"

enum { BUNDLE_NAME_SIZE = 32 };

static const char scheme_file[] = "scheme.yaml";

/* RECORD_COUNT_MAX ballots of twenty questions fit; no more than a desktop machine has. */
static const size_t arena_size_max = (size_t)4 << 30;

static void
csv_name(enum record_kind kind, char buffer[BUNDLE_NAME_SIZE])
{
	snprintf(buffer, BUNDLE_NAME_SIZE, "%s.csv", record_kinds[kind].name);
}

/* ---- In. */

/*
 * A whole file as UTF-8. JX_E_NOT_FOUND; JX_E_FAULTS: the fault has been added;
 * JX_E_MEMORY.
 */
static enum jx_err
load(
    int folder, const char *name, size_t size_max, struct faults *faults, char **text, size_t *size)
{
	uint32_t line;
	enum jx_err err;

	err = file_read(folder, name, size_max, text, size);
	if (err == JX_E_TOO_BIG) {
		faults_add(faults, name, 0, 0, "", "文件过大（最多 %zu 字节）",
		    "the file is too big (at most %zu bytes)", size_max);
		return JX_E_FAULTS;
	}
	if (err == JX_E_FILE) {
		faults_add(faults, name, 0, 0, "", "无法读取：%s", "cannot be read: %s",
		    errno == 0 ? "not a regular file" : strerror(errno));
		return JX_E_FAULTS;
	}
	if (err != JX_OK)
		return err;
	err = charset_fold(text, size, &line);
	if (err != JX_OK)
		free(*text);
	if (err == JX_E_TEXT) {
		faults_add(faults, name, line, 0, "", "文件应为 UTF-8 或 GB18030 编码",
		    "expected the file in UTF-8 or GB18030");
		return JX_E_FAULTS;
	}
	return err;
}

static enum jx_err
read_scheme(int folder, struct faults *faults, struct bundle *bundle)
{
	enum jx_err err;
	char *text;
	size_t size;

	err = load(folder, scheme_file, TEXT_SCHEME_SIZE_MAX, faults, &text, &size);
	if (err == JX_E_NOT_FOUND) {
		faults_add(faults, scheme_file, 0, 0, "", "缺少评估方案 scheme.yaml",
		    "the scheme, scheme.yaml, is missing");
		return JX_E_FAULTS;
	}
	if (err != JX_OK)
		return err;
	bundle->scheme_text =
	    arena_copy(bundle->arena, (struct bytes){(const uint8_t *)text, size});
	free(text);
	if (bundle->scheme_text.data == NULL && size > 0)
		return JX_E_MEMORY;
	bundle->scheme = scheme_read(bundle->scheme_text, scheme_file, faults);
	return bundle->scheme == NULL ? JX_E_FAULTS : JX_OK;
}

static enum jx_err
read_table(int folder, enum record_kind kind, struct table_reader *reader, struct arena *arena,
    struct faults *faults)
{
	char buffer[BUNDLE_NAME_SIZE];
	const char *name;
	enum jx_err err;
	char *text;
	size_t size;

	csv_name(kind, buffer);
	name = arena_strdup(arena, buffer);
	if (name == NULL)
		return JX_E_MEMORY;
	err = load(folder, name, BUNDLE_FILE_SIZE_MAX, faults, &text, &size);
	if (err == JX_E_NOT_FOUND)
		return JX_OK;
	if (err == JX_E_FAULTS) {
		table_mark_incomplete(reader, kind);
		return JX_OK;
	}
	if (err != JX_OK)
		return err;
	err = table_read(reader, kind, name, text, size);
	free(text);
	return err;
}

/* JX_OK also when there were faults. */
static enum jx_err
read_all(int folder, struct faults *faults, struct bundle *bundle)
{
	struct records_builder *builder = records_builder_new(bundle->arena);
	struct table_reader *reader;
	enum record_kind kind;
	enum jx_err err;

	if (builder == NULL)
		return JX_E_MEMORY;
	err = read_scheme(folder, faults, bundle);
	if (err != JX_OK && err != JX_E_FAULTS)
		return err;
	/* Without a scheme the files are still read: all faults at once. */
	reader = table_reader_new(builder, bundle->scheme, faults);
	if (reader == NULL)
		return JX_E_MEMORY;
	for (kind = 0; kind < RECORD_KIND_COUNT; kind++) {
		err = read_table(folder, kind, reader, bundle->arena, faults);
		if (err != JX_OK)
			return err;
	}
	bundle->records = records_builder_get(builder);
	if (bundle->scheme != NULL)
		(void)!records_check(
		    bundle->scheme, bundle->records, table_locator(reader), faults);
	return JX_OK;
}

enum jx_err
bundle_read(const char *path, struct faults *faults, struct bundle *out)
{
	size_t fault_count = faults_count(faults);
	struct bundle bundle = {0};
	enum jx_err err;
	int folder;

	folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder == -1)
		return JX_E_FILE;
	bundle.arena = arena_new(arena_size_max);
	err = bundle.arena == NULL ? JX_E_MEMORY : read_all(folder, faults, &bundle);
	close(folder);
	if (err == JX_OK && faults_count(faults) > fault_count) {
		faults_sort(faults);
		err = JX_E_FAULTS;
	}
	if (err != JX_OK) {
		bundle_clear(&bundle);
		return err;
	}
	records_sort(bundle.records);
	*out = bundle;
	return JX_OK;
}

void
bundle_clear(struct bundle *bundle)
{
	scheme_free(bundle->scheme);
	arena_free(bundle->arena);
	*bundle = (struct bundle){0};
}

/* ---- Out. */

/* An open folder that is there and empty, made if need be. */
static enum jx_err
folder_open(const char *path, bool *is_made, int *folder)
{
	struct dirent *entry;
	enum jx_err err = JX_OK;
	DIR *list;
	int fd;

	*is_made = mkdir(path, 0777) == 0;
	if (!*is_made && errno != EEXIST)
		return JX_E_FILE;
	list = opendir(path);
	if (list == NULL)
		return JX_E_FILE;
	while (err == JX_OK && (entry = readdir(list)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			err = JX_E_EXISTS;
	fd = err == JX_OK ? fcntl(dirfd(list), F_DUPFD_CLOEXEC, 0) : -1;
	if (err == JX_OK && fd == -1)
		err = JX_E_FILE;
	closedir(list);
	if (err == JX_OK)
		*folder = fd;
	return err;
}

static enum jx_err
write_all(
    int folder, struct bytes scheme_text, const struct scheme *scheme, const Jx__Records *records)
{
	char name[BUNDLE_NAME_SIZE];
	enum record_kind kind;
	enum jx_err err;
	FILE *file;

	for (kind = 0; kind < RECORD_KIND_COUNT; kind++) {
		csv_name(kind, name);
		file = file_create(folder, name);
		if (file == NULL)
			return JX_E_FILE;
		emit_table(file, scheme, records, kind);
		err = file_seal(folder, name, file);
		if (err != JX_OK)
			return err;
	}
	file = file_create(folder, scheme_file);
	if (file == NULL)
		return JX_E_FILE;
	/* A short write shows in ferror, which file_seal looks at. */
	(void)!fwrite(scheme_text.data, 1, scheme_text.size, file);
	err = file_seal(folder, scheme_file, file);
	if (err == JX_OK && fsync(folder) == -1)
		err = JX_E_FILE;
	return err;
}

/* The folder was empty: every file of these names is ours. */
static void
remove_all(int folder)
{
	char name[BUNDLE_NAME_SIZE];
	enum record_kind kind;

	(void)unlinkat(folder, scheme_file, 0);
	for (kind = 0; kind < RECORD_KIND_COUNT; kind++) {
		csv_name(kind, name);
		(void)unlinkat(folder, name, 0);
	}
}

enum jx_err
bundle_write(
    const char *path, struct bytes scheme_text, const struct scheme *scheme, Jx__Records *records)
{
	bool is_made;
	int folder, cause;
	enum jx_err err;

	err = folder_open(path, &is_made, &folder);
	if (err != JX_OK)
		return err;
	records_sort(records);
	err = write_all(folder, scheme_text, scheme, records);
	cause = errno;
	if (err != JX_OK) {
		remove_all(folder);
		if (is_made)
			(void)rmdir(path);
	}
	close(folder);
	errno = cause;
	return err;
}
