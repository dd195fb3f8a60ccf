/*
 * Accounts in bulk, from a CSV file. Passwords are made here and never lost: a
 * password is on the disk before its account is asked for, and taken out again
 * when that is refused; asked for once more, what exists is skipped.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bundle/csv.h"
#include "cli/account.h"
#include "cli/commands.h"
#include "cli/progress.h"
#include "cli/proof.h"
#include "cli/role.h"
#include "cli/rows_file.h"
#include "link/link.h"
#include "link/opid.h"
#include "wire/text.h"

enum { FILE_SIZE_MAX = 4 << 20, ACCOUNT_COUNT_MAX = 20000 };

enum column { ACCOUNT, ROLE, UNIT, SUBJECT, CITY, COLUMN_COUNT };
static const char *const column_names[COLUMN_COUNT] = {"account", "role", "unit", "subject", "city"};

struct entry {
	const char *values[COLUMN_COUNT]; /* "": left out */
	uint32_t line;
	bool is_there; /* already */
};

struct bulk {
	const char *file; /* its name in messages */
	struct faults *faults;
	struct csv_row row;
	int columns[CSV_COLUMN_COUNT_MAX]; /* enum column; -1: none */
	size_t column_count;
	struct entry *entries; /* by line; by account once they are sorted */
	size_t count, capacity;
	FILE *out;
	bool is_own; /* a file, not standard output */
	size_t added, skipped, failed;
};

/* ---- The file. */

static void
fault_at(struct bulk *bulk, uint32_t line, size_t column, const char *value, const char *zh, const char *en)
{
	faults_add(bulk->faults, bulk->file, line, (uint32_t)column, value, "%s", "%s",
	    faults_lang(bulk->faults) == JX_EN ? en : zh);
}

static void
read_header(struct cli *cli, struct bulk *bulk)
{
	bool has[COLUMN_COUNT] = {false};

	bulk->column_count = bulk->row.count;
	for (size_t i = 0; i < bulk->row.count; i++) {
		const struct csv_cell *cell = &bulk->row.cells[i];
		const char *name = text_normal(cli->arena,
		    (struct bytes){(const uint8_t *)cell->text, cell->size}, TEXT_CODE_SIZE_MAX);

		bulk->columns[i] = -1;
		for (int k = 0; name != NULL && k < COLUMN_COUNT; k++)
			if (strcmp(name, column_names[k]) == 0 && !has[k])
				bulk->columns[i] = k;
		if (bulk->columns[i] < 0)
			fault_at(bulk, cell->line, i + 1, cell->text,
			    "应为 account、role、unit、subject、city，各一列",
			    "expected account, role, unit, subject, city, once each");
		else
			has[bulk->columns[i]] = true;
	}
	for (int k = ACCOUNT; k <= ROLE; k++)
		if (!has[k])
			fault_at(bulk, 1, 1, column_names[k], "缺少这一列", "this column is missing");
}

static struct entry *
add_entry(struct cli *cli, struct bulk *bulk)
{
	if (bulk->count == bulk->capacity) {
		size_t capacity = bulk->capacity == 0 ? 256 : 2 * bulk->capacity;
		struct entry *grown = arena_alloc(cli->arena, capacity * sizeof *grown);

		if (grown == NULL)
			return NULL;
		if (bulk->count > 0)
			memcpy(grown, bulk->entries, bulk->count * sizeof *grown);
		bulk->entries = grown;
		bulk->capacity = capacity;
	}
	return &bulk->entries[bulk->count++];
}

/* What the daemon would refuse, said with its line, before anything is sent. */
static void
check_entry(const struct cli *cli, struct bulk *bulk, struct entry *entry)
{
	const char *code = entry->values[ROLE];
	enum role role = role_find(code);

	if (entry->values[CITY][0] == '\0' && options_has(&cli->options, OPTION_CITY))
		entry->values[CITY] = cli->options.values[OPTION_CITY];
	if (entry->values[ACCOUNT][0] == '\0')
		fault_at(bulk, entry->line, 0, "", "缺少账号", "the account is missing");
	if (role == ROLE_NONE)
		fault_at(bulk, entry->line, 0, code, "没有这个角色，代码见 jixiao help account import",
		    "no such role: see jixiao help account import");
	else if (role_needs_unit(role) && entry->values[UNIT][0] == '\0')
		fault_at(bulk, entry->line, 0, code, "此角色须有 unit", "this role needs a unit");
	else if (role_needs_subject(role) && entry->values[SUBJECT][0] == '\0')
		fault_at(bulk, entry->line, 0, code, "此角色须有 subject", "this role needs a subject");
	if (entry->values[CITY][0] == '\0')
		fault_at(bulk, entry->line, 0, "", "缺少城市：填 city 列，或用 --city",
		    "no city: fill the column city, or use --city");
}

static int
read_row(struct cli *cli, struct bulk *bulk)
{
	struct entry *entry;

	if (bulk->row.count != bulk->column_count) {
		fault_at(bulk, bulk->row.line, 0, "", "列数与第一行不同",
		    "not as many cells as in the first row");
		return CLI_EXIT_OK;
	}
	entry = add_entry(cli, bulk);
	if (entry == NULL)
		return cli_error_memory(cli);
	entry->line = bulk->row.line;
	for (int k = 0; k < COLUMN_COUNT; k++)
		entry->values[k] = "";
	for (size_t i = 0; i < bulk->row.count; i++) {
		const struct csv_cell *cell = &bulk->row.cells[i];
		const char *text = text_normal(cli->arena,
		    (struct bytes){(const uint8_t *)cell->text, cell->size}, TEXT_CODE_SIZE_MAX);

		if (text == NULL)
			fault_at(bulk, cell->line, i + 1, cell->text, "过长，或含有不允许的字符",
			    "too long, or holds characters that are not allowed");
		else if (bulk->columns[i] >= 0)
			entry->values[bulk->columns[i]] = text;
	}
	check_entry(cli, bulk, entry);
	return CLI_EXIT_OK;
}

static bool
is_blank(const struct csv_row *row)
{
	for (size_t i = 0; i < row->count; i++)
		if (row->cells[i].size > 0)
			return false;
	return true;
}

static int
by_account(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	int order = strcmp(a->values[ACCOUNT], b->values[ACCOUNT]);

	return order != 0 ? order : (a->line > b->line) - (a->line < b->line);
}

static int
by_line(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;

	return (a->line > b->line) - (a->line < b->line);
}

static int
read_entries(struct cli *cli, struct bulk *bulk, char *text, size_t size)
{
	int status = CLI_EXIT_OK;
	struct csv csv;

	csv_init(&csv, text, size);
	if (csv_next(&csv, &bulk->row) && bulk->row.fault == CSV_FINE)
		read_header(cli, bulk);
	else
		fault_at(bulk, 1, 1, "", "第一行应为列名", "expected column names in the first row");
	while (status == CLI_EXIT_OK && faults_count(bulk->faults) < FAULT_COUNT_MAX &&
	       csv_next(&csv, &bulk->row)) {
		if (bulk->row.fault != CSV_FINE)
			fault_at(bulk, bulk->row.fault_line, bulk->row.fault_column, "",
			    "引号或换行不正确", "quotes or line ends are wrong");
		else if (!is_blank(&bulk->row))
			status = read_row(cli, bulk);
		if (bulk->count > ACCOUNT_COUNT_MAX)
			return cli_error(cli, JX_E_TOO_BIG, "一个文件最多 %d 个账号",
			    "at most %d accounts a file", ACCOUNT_COUNT_MAX);
	}
	if (bulk->count > 0)
		qsort(bulk->entries, bulk->count, sizeof *bulk->entries, by_account);
	for (size_t i = 1; i < bulk->count; i++)
		if (bulk->entries[i].values[ACCOUNT][0] != '\0' &&
		    strcmp(bulk->entries[i - 1].values[ACCOUNT], bulk->entries[i].values[ACCOUNT]) == 0)
			fault_at(bulk, bulk->entries[i].line, 0, bulk->entries[i].values[ACCOUNT],
			    "账号重复", "this account stands in the file twice");
	return status;
}

static int
read_file(struct cli *cli, struct bulk *bulk)
{
	const char *path = cli->options.words[0];
	char *text = NULL;
	size_t size = 0;
	int status = rows_file_load(cli, path, FILE_SIZE_MAX, &text, &size);

	bulk->file = rows_file_name(cli, path);
	if (status == CLI_EXIT_OK)
		status = read_entries(cli, bulk, text, size);
	free(text);
	if (status == CLI_EXIT_OK && faults_count(bulk->faults) > 0) {
		faults_sort(bulk->faults);
		status = rows_file_faults(cli, bulk->faults);
	}
	return status;
}

/* ---- The passwords. */

/* 0 of standard output. A stream that appends does not know its place: the file is asked. */
static off_t
out_size(const struct bulk *bulk)
{
	return bulk->is_own ? lseek(fileno(bulk->out), 0, SEEK_END) : 0;
}

/* Added to, when it is there: it may hold the passwords of an earlier try. */
static int
open_out(struct cli *cli, struct bulk *bulk)
{
	const char *path = cli->options.values[OPTION_OUT];
	int fd;

	bulk->out = stdout;
	if (path != NULL) {
		fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
		bulk->out = fd == -1 || fchmod(fd, 0600) == -1 ? NULL : fdopen(fd, "a");
		if (bulk->out == NULL)
			return cli_error_file(cli, path, errno);
		bulk->is_own = true;
	}
	if (out_size(bulk) == 0)
		fputs("account,password\n", bulk->out);
	return CLI_EXIT_OK;
}

static int
write_password(struct cli *cli, struct bulk *bulk, const char *account, const char *password)
{
	bool is_quoted = strpbrk(account, ",\"") != NULL;

	if (is_quoted)
		putc('"', bulk->out);
	for (const char *at = account; *at != '\0'; at++) {
		if (*at == '"')
			putc('"', bulk->out);
		putc(*at, bulk->out);
	}
	fprintf(bulk->out, "%s,%s\n", is_quoted ? "\"" : "", password);
	if (fflush(bulk->out) == 0 && (!bulk->is_own || fsync(fileno(bulk->out)) == 0))
		return CLI_EXIT_OK;
	return cli_error_file(cli,
	    bulk->is_own ? cli->options.values[OPTION_OUT]
			 : cli_say(cli, "标准输出", "standard output"),
	    errno);
}

/* ---- The accounts. */

static int
mark_there(struct cli *cli, void *arg, const Jx__Account *account)
{
	struct bulk *bulk = arg;
	size_t low = 0, high = bulk->count; /* sorted by account as yet */

	(void)cli;
	while (account->account != NULL && low < high) {
		size_t middle = low + (high - low) / 2;
		struct entry *entry = &bulk->entries[middle];
		int order = strcmp(entry->values[ACCOUNT], account->account);

		if (order == 0) {
			entry->is_there = true;
			break;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return CLI_EXIT_OK;
}

static void
say_entry(const struct cli *cli, const struct bulk *bulk, const struct entry *entry, const char *what)
{
	progress_end(cli);
	fprintf(stderr, "%s:%u:1: %s · %s\n", bulk->file, entry->line,
	    cli_shown(cli, entry->values[ACCOUNT]), what);
}

static void
skip(const struct cli *cli, struct bulk *bulk, const struct entry *entry)
{
	bulk->skipped++;
	say_entry(cli, bulk, entry, cli_say(cli, "已存在，跳过", "exists already: skipped"));
}

/* Refused for sure: the password written for it is none. */
static int
on_refusal(struct cli *cli, struct bulk *bulk, const struct entry *entry, enum jx_err err, off_t before)
{
	const struct link_problem *problem = link_problem(cli->link);

	if (problem->fail == NULL)
		return online_fail(cli); /* the line: it may have been stored; its password is kept */
	if (bulk->is_own && ftruncate(fileno(bulk->out), before) == -1)
		return cli_error_file(cli, cli->options.values[OPTION_OUT], errno);
	if (err == JX_E_EXISTS) {
		skip(cli, bulk, entry);
		return CLI_EXIT_OK;
	}
	/* What will be so for each of them is said once. */
	if (err == JX_E_DENIED || err == JX_E_SESSION || err == JX_E_UNKNOWN_REQUEST)
		return online_fail(cli);
	bulk->failed++;
	say_entry(cli, bulk, entry,
	    arena_printf(cli->arena, "%s%s%s [%s]", err_what(err, cli->lang),
		problem->fail->field == NULL ? "" : " · ",
		problem->fail->field == NULL ? "" : problem->fail->field, err_name(err)));
	return CLI_EXIT_OK;
}

static int
open_account(struct cli *cli, struct bulk *bulk, const struct entry *entry)
{
	const char *const *values = entry->values, *password = account_password(cli), *path;
	off_t before;
	uint8_t op_id[OPID_SIZE];
	const Jx__Done *done;
	Jx__AccountAdd add;
	enum jx_err err;
	int status = CLI_EXIT_OK;

	if (password == NULL)
		return cli_error_memory(cli);
	account_fill(&add, op_id, values[ACCOUNT], values[ROLE], values[CITY], values[UNIT],
	    values[SUBJECT]);
	add.password = ONLINE_TEXT(password);
	fflush(bulk->out); /* the heading */
	before = out_size(bulk);
	if (bulk->is_own)
		status = write_password(cli, bulk, values[ACCOUNT], password);
	if (status != CLI_EXIT_OK)
		return status;
	err = account_try(cli, JX__ENVELOPE__BODY_ACCOUNT_ADD, &add, &done);
	if (err != JX_OK)
		return on_refusal(cli, bulk, entry, err, before);
	if (!bulk->is_own)
		status = write_password(cli, bulk, values[ACCOUNT], password);
	bulk->added++;
	if (status == CLI_EXIT_OK)
		status = proof_keep(cli, done->receipt, &(struct proof_of){.city = NULL}, NULL, &path);
	return status;
}

static int
open_all(struct cli *cli, struct bulk *bulk)
{
	int status = account_each(cli, mark_there, bulk);

	if (status == CLI_EXIT_OK)
		status = open_out(cli, bulk);
	if (bulk->count > 0)
		qsort(bulk->entries, bulk->count, sizeof *bulk->entries, by_line);
	for (size_t i = 0; status == CLI_EXIT_OK && i < bulk->count; i++) {
		progress_show(cli, cli_say(cli, "开设账号", "opening accounts"), i, bulk->count);
		if (*cli->stop != 0)
			status = cli_error(cli, JX_E_CANCELLED, "%s", "%s", "");
		else if (bulk->entries[i].is_there)
			skip(cli, bulk, &bulk->entries[i]);
		else
			status = open_account(cli, bulk, &bulk->entries[i]);
	}
	progress_end(cli);
	if (bulk->is_own && bulk->out != NULL && fclose(bulk->out) != 0 && status == CLI_EXIT_OK)
		status = cli_error_file(cli, cli->options.values[OPTION_OUT], errno);
	return status;
}

int
cmd_account_import(struct cli *cli)
{
	struct bulk *bulk = arena_alloc(cli->arena, sizeof *bulk);
	int status;

	if (bulk == NULL || (bulk->faults = faults_new(cli->lang)) == NULL)
		return cli_error_memory(cli);
	status = read_file(cli, bulk);
	if (status == CLI_EXIT_OK) {
		status = open_all(cli, bulk);
		cli_note(cli, "开设 %zu 个，已存在 %zu 个，失败 %zu 个",
		    "%zu opened, %zu existed, %zu failed", bulk->added, bulk->skipped, bulk->failed);
		if (status == CLI_EXIT_OK && bulk->failed > 0)
			status = err_exit(JX_E_FAULTS);
	}
	faults_free(bulk->faults);
	return status;
}
