/*
 * On the spot, without a link: the visited unit's representative looks at the
 * marks in the evaluator's file, agrees or objects, types the unit's code; the
 * file then carries his word beside each mark (deeds group.mark, visit.mark).
 */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/draft.h"
#include "cli/files.h"
#include "cli/local.h"
#include "cli/rows_file.h"
#include "cli/unit_code.h"
#include "deeds/deed.h"
#include "wire/text.h"

static const enum record_kind kinds[] = {
    RECORD_GROUP, PAPER_GROUP_NOTES, RECORD_VISITS, PAPER_FINDINGS, PAPER_COUNTERSIGNS};
enum { SIGNED_KIND_COUNT = sizeof kinds / sizeof *kinds };

struct mark {
	enum record_kind kind;
	const ProtobufCMessage *record;
	const char *unit, *object;
	int64_t points;
};

struct signing {
	struct rows *rows;
	struct online_year year;
	const char *account, *name, *verdict, *text;
	struct mark *marks;
	size_t mark_count;
	uint8_t secret[COUNTERSIGN_SECRET_SIZE];
};

/* What the representative says, as it will be on record: in normal form. */
static const char *
word_of(struct cli *cli, enum option_id option, size_t size_max)
{
	const char *value = cli->options.values[option];

	return value == NULL ? "" : text_normal(cli->arena, (struct bytes){(const uint8_t *)value, strlen(value)}, size_max);
}

static int
read_words(struct cli *cli, struct signing *signing)
{
	signing->name = word_of(cli, OPTION_NAME, TEXT_NAME_SIZE_MAX);
	signing->verdict = cli->options.values[OPTION_VALUE];
	signing->text = word_of(cli, OPTION_REASON, FIELD_TEXT_SIZE_MAX);
	if (signing->name == NULL || *signing->name == '\0')
		return cli_error(cli, JX_E_USAGE, "缺少 --name：会签人姓名", "missing: --name: who countersigns");
	if (signing->verdict == NULL ||
	    (strcmp(signing->verdict, "agree") != 0 && strcmp(signing->verdict, "object") != 0))
		return cli_error(cli, JX_E_USAGE, "--value 应为 agree（同意）或 object（有异议）", "--value is agree or object");
	if (signing->text == NULL)
		return cli_error(cli, JX_E_TEXT, "--reason", "--reason");
	if (strcmp(signing->verdict, "object") == 0 && *signing->text == '\0')
		return cli_error(cli, JX_E_USAGE, "有异议的须以 --reason 写明", "an objection says what it is: --reason");
	return CLI_EXIT_OK;
}

/* The city and year of the file or the options, else of the account; and who marks. */
static int
find_year(struct cli *cli, struct signing *signing)
{
	const struct rows_head *head = rows_head(signing->rows);
	int status;

	if (cli->options.values[OPTION_CITY] == NULL)
		cli->options.values[OPTION_CITY] = head->city;
	if (cli->options.values[OPTION_YEAR] == NULL && head->year > 0)
		cli->options.values[OPTION_YEAR] = arena_printf(cli->arena, "%u", head->year);
	cli->works_offline = true;
	status = online_prepare(cli);
	if (status == CLI_EXIT_OK)
		status = local_open(cli);
	if (status == CLI_EXIT_OK)
		status = online_pick_year(cli, &signing->year);
	if (status == CLI_EXIT_OK)
		status = local_account(cli, &signing->account);
	return status;
}

/* ---- The marks. */

static bool
is_meant(const struct cli *cli, const char *unit, const char *object)
{
	const char *wanted_unit = cli->options.values[OPTION_UNIT], *wanted = cli->options.values[OPTION_OBJECT];

	return (wanted_unit == NULL || deed_is(unit, wanted_unit)) && (wanted == NULL || deed_is(object, wanted));
}

static int
find_marks(struct cli *cli, struct signing *signing)
{
	const Jx__Records *records = rows_records(signing->rows);
	const char *unit = rows_head(signing->rows)->unit;

	if (unit == NULL)
		unit = cli->options.values[OPTION_UNIT];
	if (unit != NULL)
		rows_fill_unit(signing->rows, (char *)(uintptr_t)unit);
	signing->marks = arena_alloc(cli->arena, (records->n_group + records->n_visits + 1) * sizeof *signing->marks);
	if (signing->marks == NULL)
		return cli_error_memory(cli);
	for (size_t i = 0; i < records->n_group; i++) {
		const Jx__GroupMark *row = records->group[i];

		if (is_meant(cli, row->unit, row->goal) && deed_is(row->evaluator, signing->account))
			signing->marks[signing->mark_count++] =
			    (struct mark){RECORD_GROUP, &row->base, row->unit, row->goal, row->points};
	}
	for (size_t i = 0; i < records->n_visits; i++) {
		const Jx__Visit *row = records->visits[i];

		if (is_meant(cli, row->unit, row->visit))
			signing->marks[signing->mark_count++] =
			    (struct mark){RECORD_VISITS, &row->base, row->unit, row->visit, row->mark};
	}
	if (signing->mark_count == 0)
		return cli_error(cli, JX_E_NOT_FOUND, "文件中没有这样的、由 %s 评的分", "the file holds no such mark by %s", signing->account);
	for (size_t i = 0; i < signing->mark_count; i++)
		if (!deed_is(signing->marks[i].unit, signing->marks[0].unit) || deed_is(signing->marks[i].unit, ""))
			return cli_error(cli, JX_E_USAGE, "一次只由一个单位会签：请用 --unit 指明", "one unit at a time: name it with --unit");
	return CLI_EXIT_OK;
}

/* He sees what he signs. */
static void
show_marks(const struct cli *cli, const struct signing *signing)
{
	char points[TEXT_DECIMAL_SIZE];

	cli_note(cli, "请 %s 的代表 %s 过目（%s）：", "for %s, %s, to look at (%s):", signing->marks[0].unit, signing->name,
	    strcmp(signing->verdict, "agree") == 0 ? cli_say(cli, "同意", "agrees") : cli_say(cli, "有异议", "objects"));
	for (size_t i = 0; i < signing->mark_count; i++)
		cli_note(cli, "  %s  %s 分", "  %s  %s", cli_shown(cli, signing->marks[i].object),
		    text_decimal(signing->marks[i].points, points));
	if (*signing->text != '\0')
		cli_note(cli, "  异议：%s", "  objection: %s", cli_shown(cli, signing->text));
}

/* ---- His word. */

static Jx__Countersign *
sign_mark(struct cli *cli, const struct signing *signing, const struct mark *mark)
{
	const struct countersign sign = {.city = signing->year.city,
	    .year = signing->year.year,
	    .unit = mark->unit,
	    .object = mark->object,
	    .by = signing->account,
	    .content = deed_content(cli->arena, mark->kind, mark->record, NULL),
	    .name = signing->name,
	    .verdict = signing->verdict,
	    .text = signing->text};
	Jx__Countersign *row = arena_alloc(cli->arena, sizeof *row);
	uint8_t signature[COUNTERSIGN_SIZE];
	char *hex = arena_alloc(cli->arena, 2 * sizeof signature + 1);

	if (row == NULL || hex == NULL || sign.content == NULL ||
	    countersign_make(cli->arena, &sign, signing->secret, signature) != JX_OK)
		return NULL;
	jx__countersign__init(row);
	sodium_bin2hex(hex, 2 * sizeof signature + 1, signature, sizeof signature);
	row->unit = ONLINE_TEXT(sign.unit);
	row->object = ONLINE_TEXT(sign.object);
	row->by = ONLINE_TEXT(sign.by);
	row->name = ONLINE_TEXT(sign.name);
	row->verdict = ONLINE_TEXT(sign.verdict);
	row->text = *sign.text == '\0' ? NULL : ONLINE_TEXT(sign.text);
	row->content = ONLINE_TEXT(sign.content);
	row->signature = hex;
	return row;
}

static bool
is_replaced(const struct signing *signing, const Jx__Countersign *row)
{
	for (size_t i = 0; i < signing->mark_count; i++)
		if (deed_is(row->unit, signing->marks[i].unit) && deed_is(row->object, signing->marks[i].object) &&
		    deed_is(row->by, signing->account))
			return true;
	return false;
}

/* The file's rows with the new ones in the place of earlier words on the same marks. */
static int
sign_all(struct cli *cli, const struct signing *signing, Jx__Records *out)
{
	const Jx__Records *records = rows_records(signing->rows);
	size_t count = 0;

	*out = *records;
	out->countersigns =
	    arena_alloc(cli->arena, (records->n_countersigns + signing->mark_count) * sizeof *out->countersigns);
	if (out->countersigns == NULL)
		return cli_error_memory(cli);
	for (size_t i = 0; i < records->n_countersigns; i++)
		if (!is_replaced(signing, records->countersigns[i]))
			out->countersigns[count++] = records->countersigns[i];
	for (size_t i = 0; i < signing->mark_count; i++) {
		out->countersigns[count] = sign_mark(cli, signing, &signing->marks[i]);
		if (out->countersigns[count++] == NULL)
			return cli_error_memory(cli);
	}
	out->n_countersigns = count;
	return CLI_EXIT_OK;
}

static int
put_text(struct cli *cli, const char *path, struct bytes text)
{
	const char *draft = draft_of_path(path);

	if (draft != NULL)
		return draft_write(cli, draft, text, false);
	errno = 0;
	return files_write(cli->arena, path, text) == JX_OK ? CLI_EXIT_OK : cli_error_file(cli, path, errno);
}

static int
write_file(struct cli *cli, const struct signing *signing, const Jx__Records *records)
{
	const char *path = cli->options.values[OPTION_OUT] != NULL ? cli->options.values[OPTION_OUT] : cli->options.words[0];
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);
	bool is_fine = file != NULL;
	enum record_kind there[SIGNED_KIND_COUNT]; /* a deed takes not all of them */
	size_t count = 0;
	int status;

	for (size_t i = 0; i < SIGNED_KIND_COUNT; i++)
		if (records_count(records, kinds[i]) > 0)
			there[count++] = kinds[i];
	if (is_fine) {
		rows_write(file, rows_head(signing->rows), records, there, count);
		is_fine = ferror(file) == 0;
		is_fine = fclose(file) == 0 && is_fine;
	}
	status = is_fine ? put_text(cli, path, (struct bytes){(const uint8_t *)text, size}) : cli_error_memory(cli);
	free(text);
	if (status != CLI_EXIT_OK)
		return status;
	cli_note(cli, "已会签 %zu 项，写入 %s；评分一改即失效", "%zu marks countersigned, in %s; a changed mark needs it anew",
	    signing->mark_count, cli_shown(cli, path));
	return CLI_EXIT_OK;
}

static int
check_path(const struct cli *cli)
{
	const char *path = cli->options.words[0], *end = strrchr(path, '.');
	bool is_yaml = draft_of_path(path) != NULL || (end != NULL && (strcmp(end, ".yaml") == 0 || strcmp(end, ".yml") == 0));

	if (is_yaml || cli->options.values[OPTION_OUT] != NULL)
		return CLI_EXIT_OK;
	return cli_error(cli, JX_E_USAGE, "%s：会签后写成 YAML，请用 --out 指明新文件", "%s: it is written as YAML: name a new file with --out",
	    cli_shown(cli, path));
}

int
cmd_countersign(struct cli *cli)
{
	struct signing signing = {.rows = NULL};
	uint8_t code[CODE_SHORT_SIZE], key[COUNTERSIGN_PUBLIC_SIZE];
	Jx__Records records;
	int status = read_words(cli, &signing);

	if (status == CLI_EXIT_OK)
		status = check_path(cli);
	if (status == CLI_EXIT_OK)
		status = rows_file_read(cli, cli->options.words[0], kinds, SIGNED_KIND_COUNT, &signing.rows);
	if (status == CLI_EXIT_OK)
		status = find_year(cli, &signing);
	if (status == CLI_EXIT_OK)
		status = find_marks(cli, &signing);
	if (status != CLI_EXIT_OK)
		return status;
	show_marks(cli, &signing);
	status = unit_code_ask(cli, cli_say(cli, "会签码: ", "the unit's code: "), code);
	if (status == CLI_EXIT_OK) {
		countersign_key(code, signing.year.city, signing.year.year, signing.marks[0].unit, key, signing.secret);
		status = unit_code_check(cli, &signing.year, signing.marks[0].unit, key);
	}
	if (status == CLI_EXIT_OK)
		status = sign_all(cli, &signing, &records);
	sodium_memzero(code, sizeof code);
	sodium_memzero(signing.secret, sizeof signing.secret);
	return status == CLI_EXIT_OK ? write_file(cli, &signing, &records) : status;
}
