/* Any deed: its arguments from options, words and a file of rows; then what it changed. */
#include <stdio.h>
#include <string.h>

#include "cli/changes.h"
#include "cli/help.h"
#include "cli/made.h"
#include "cli/online.h"
#include "cli/rows_file.h"
#include "cli/sending.h"
#include "link/opid.h"
#include "rows/moment.h"
#include "wire/text.h"

enum {
	BODY_SIZE_MAX = 60 << 10, /* a frame takes 64 KiB; room for what is around the deed */
	CHANGE_COUNT_MAX = 200,   /* the daemon lists no more (DeedReply.changes) */
};

struct work {
	const struct deed *deed;
	const char *file;  /* of rows; NULL: none */
	struct rows *rows; /* NULL: none */
	struct online_year year;
	uint8_t op_id[OPID_SIZE];
	Jx__Deed message;
};

static bool
has(const struct cli *cli, enum option_id option)
{
	return options_has(&cli->options, option);
}

/* ---- Before anything is sent. */

static size_t
kind_count_of(const struct deed *deed)
{
	size_t count = 0;

	while (count < DEED_KIND_COUNT_MAX && deed->kinds[count] != 0)
		count++;
	return count;
}

/* An option the file's head says too: they must not differ; the head's, when there is no option. */
static int
merge(struct cli *cli, const struct work *work, enum option_id option, const char *said)
{
	const char *given = cli->options.values[option];

	if (said == NULL)
		return CLI_EXIT_OK;
	if (given != NULL && strcmp(given, said) != 0)
		return cli_error(cli, JX_E_USAGE, "%s 写的是 %s，而 --%s 是 %s",
		    "%s says %s, --%s says %s", rows_file_name(cli, work->file),
		    cli_shown(cli, said), option_rows[option].name, cli_shown(cli, given));
	cli->options.values[option] = said;
	return CLI_EXIT_OK;
}

static int
read_file(struct cli *cli, struct work *work)
{
	const struct rows_head *head;
	const char *year = NULL;
	bool is_required;
	int status;

	if (work->file == NULL)
		return CLI_EXIT_OK;
	if (!made_takes_rows(cli->made, &is_required) || kind_count_of(work->deed) == 0)
		return cli_error(cli, JX_E_USAGE, "此办理不收文件：%s", "this deed takes no file: %s",
		    cli_shown(cli, work->file));
	status = rows_file_read(
	    cli, work->file, work->deed->kinds, kind_count_of(work->deed), &work->rows);
	if (status != CLI_EXIT_OK)
		return status;
	head = rows_head(work->rows);
	if (head->year > 0)
		year = arena_printf(cli->arena, "%u", head->year);
	if ((work->deed->arguments & (DEED_UNIT | DEED_MAY_UNIT)) != 0)
		status = merge(cli, work, OPTION_UNIT, head->unit);
	if (status == CLI_EXIT_OK)
		status = merge(cli, work, OPTION_CITY, head->city);
	if (status == CLI_EXIT_OK)
		status = merge(cli, work, OPTION_YEAR, year);
	if (status == CLI_EXIT_OK && is_required && rows_count(work->rows) == 0)
		return cli_error(cli, JX_E_USAGE, "%s 中没有数据", "%s holds no rows",
		    rows_file_name(cli, work->file));
	return status;
}

static int
find_unit(struct cli *cli, const struct work *work)
{
	const char *unit;
	int status;

	if (!made_wants_unit(cli->made) || has(cli, OPTION_UNIT))
		return CLI_EXIT_OK;
	status = online_own_unit(cli, &unit);
	if (status != CLI_EXIT_OK)
		return status;
	cli->options.values[OPTION_UNIT] = unit;
	return made_check_required(cli, work->file != NULL, true);
}

/* ---- The message. */

static int
bad_option(const struct cli *cli, enum option_id option, const char *zh, const char *en)
{
	const char *text = cli_shown(cli, cli->options.values[option]);

	return cli_error(cli, JX_E_USAGE, "--%s 应为%s，而不是 %s", "--%s is %s, not %s",
	    option_rows[option].name, cli_say(cli, zh, en), text);
}

static struct bytes
option_bytes(const struct cli *cli, enum option_id option)
{
	const char *text = cli->options.values[option];

	return (struct bytes){(const uint8_t *)text, strlen(text)};
}

static int
fill_value(const struct cli *cli, struct work *work)
{
	const char *value = cli->options.values[OPTION_VALUE], *joined = "";

	for (const char *const *known = work->deed->values; value != NULL && known != NULL; known++) {
		if (*known == NULL)
			return bad_option(cli, OPTION_VALUE, joined, joined);
		if (strcmp(*known, value) == 0)
			break;
		joined = arena_printf(cli->arena, "%s%s%s", joined, joined[0] == '\0' ? " " : "|", *known);
		if (joined == NULL)
			return cli_error_memory(cli);
	}
	work->message.value = ONLINE_TEXT(value);
	return CLI_EXIT_OK;
}

static int
fill_numbers(struct cli *cli, struct work *work)
{
	Jx__Deed *message = &work->message;
	uint32_t whole;

	if (has(cli, OPTION_RUN)) {
		if (options_number(&cli->options, OPTION_RUN, &message->run) != JX_OK)
			return bad_option(cli, OPTION_RUN, "核算编号", "a run's number");
		message->has_run = true;
	}
	if (has(cli, OPTION_DUE)) {
		if (rows_moment_read(option_bytes(cli, OPTION_DUE), &message->due_us) != JX_OK)
			return bad_option(cli, OPTION_DUE, " 2026-04-20 或 \"2026-04-20 17:30\"",
			    "2026-04-20 or \"2026-04-20 17:30\"");
		message->has_due_us = true;
	}
	if (has(cli, OPTION_DATED)) {
		if (!rows_is_date(option_bytes(cli, OPTION_DATED)))
			return bad_option(cli, OPTION_DATED, "日期，如 2026-04-20", "a date, as 2026-04-20");
		message->dated = ONLINE_TEXT(cli->options.values[OPTION_DATED]);
	}
	if (has(cli, OPTION_BASED_ON)) {
		if (text_whole(option_bytes(cli, OPTION_BASED_ON), &whole) != JX_OK)
			return bad_option(cli, OPTION_BASED_ON, "版本号", "a version");
		message->has_based_on = true;
		message->based_on = whole;
	} else if (work->rows != NULL && rows_head(work->rows)->has_based_on) {
		message->has_based_on = true;
		message->based_on = rows_head(work->rows)->based_on;
	}
	return CLI_EXIT_OK;
}

static int
fill(struct cli *cli, struct work *work)
{
	Jx__Deed *message = &work->message;
	int status = fill_value(cli, work);

	if (status == CLI_EXIT_OK)
		status = fill_numbers(cli, work);
	message->has_op_id = message->has_dry_run = true;
	opid_make(work->op_id);
	message->op_id = (ProtobufCBinaryData){sizeof work->op_id, work->op_id};
	message->deed = ONLINE_TEXT(work->deed->name);
	message->unit = ONLINE_TEXT(cli->options.values[OPTION_UNIT]);
	message->object = ONLINE_TEXT(cli->options.values[OPTION_OBJECT]);
	message->reason = ONLINE_TEXT(cli->options.values[OPTION_REASON]);
	message->document = ONLINE_TEXT(cli->options.values[OPTION_DOCUMENT]);
	message->dry_run = has(cli, OPTION_DRY_RUN);
	if (work->rows != NULL)
		message->rows = rows_records(work->rows);
	return status;
}

static int
check_size(const struct cli *cli, const struct work *work)
{
	size_t size = protobuf_c_message_get_packed_size(&work->message.base);

	if (size <= BODY_SIZE_MAX)
		return CLI_EXIT_OK;
	return cli_error(cli, JX_E_TOO_BIG, "数据 %zu 字节，一次最多 %d 字节：请把文件拆成几份",
	    "%zu bytes, at most %d at once: split the file", size, BODY_SIZE_MAX);
}

/* ---- The reply. */

static int
show_json(const struct cli *cli, const struct work *work, const Jx__DeedReply *reply, const char *path)
{
	struct grid *changes = changes_grid(cli, reply->changes, reply->n_changes);
	json_t *notes = json_array(), *json;
	bool is_fine = changes != NULL && notes != NULL;

	for (size_t i = 0; is_fine && i < reply->n_notes; i++)
		is_fine = json_array_append_new(notes, json_string(reply->notes[i])) == 0;
	if (!is_fine) {
		json_decref(notes);
		return cli_error_memory(cli);
	}
	json = json_pack("{s:s, s:s, s:I, s:s?, s:b, s:b, s:b, s:I, s:o, s:o, s:s?}", "deed",
	    work->deed->name, "city", work->year.city, "year", (json_int_t)work->year.year, "unit",
	    work->message.unit, "dry_run", (int)work->message.dry_run, "replayed",
	    (int)reply->replayed, "late",
	    (int)(reply->late != NULL && strcmp(reply->late, "yes") == 0), "change_count",
	    (json_int_t)reply->change_count, "changes", grid_json(changes), "notes", notes,
	    "receipt", path);
	return grid_put_json(cli, json);
}

static void
say_what_happened(const struct cli *cli, const struct work *work, const Jx__DeedReply *reply,
    const char *receipt_path)
{
	bool is_late = reply->late != NULL && strcmp(reply->late, "yes") == 0;

	for (size_t i = 0; i < reply->n_notes; i++)
		cli_note(cli, "%s", "%s", reply->notes[i]);
	/* change_count counts records, the list their fields. */
	if (reply->n_changes >= CHANGE_COUNT_MAX)
		cli_note(cli, "共改动 %llu 条，只列出前 %zu 处", "%llu records change; the first %zu fields are shown",
		    (unsigned long long)reply->change_count, reply->n_changes);
	if (is_late && !work->message.dry_run)
		cli_note(cli, "迟报：已受理并标注", "late: accepted, and flagged as late");
	else if (is_late)
		cli_note(cli, "已过期限：办理后将标注为迟报", "past its due: it would be flagged as late");
	if (reply->replayed)
		cli_note(cli, "此前已经办理，未重复写入", "it was done before; nothing was stored twice");
	else if (work->message.dry_run)
		cli_note(cli, "以上仅为预览，未入库", "a preview only: nothing was stored");
	/* A receipt says that something was stored, also when its rows are not for showing (notices, sheets). */
	else if (receipt_path == NULL && reply->change_count == 0)
		cli_note(cli, "未作任何改动", "nothing changed");
	else
		cli_note(cli, "已办理：%s", "done: %s", cli_say(cli, work->deed->zh, work->deed->en));
	if (receipt_path != NULL)
		cli_note(cli, "回执：%s", "receipt: %s", receipt_path);
}

static int
show(struct cli *cli, const struct work *work, const Jx__DeedReply *reply, const char *path)
{
	struct grid *grid;
	int status = CLI_EXIT_OK;

	if (grid_form_of(cli) == GRID_JSON)
		return show_json(cli, work, reply, path);
	if (reply->n_changes > 0) {
		grid = changes_grid(cli, reply->changes, reply->n_changes);
		status = grid == NULL ? cli_error_memory(cli) : grid_show(grid, false);
	}
	if (status == CLI_EXIT_OK)
		say_what_happened(cli, work, reply, path);
	return status;
}

/* What the daemon says of the user's rows is told where they stand in the file. */
static int
refused(struct cli *cli, const struct work *work, const Jx__Fail *refusal)
{
	struct rows_file_place place = {work->rows, NULL};

	if (work->rows == NULL)
		return online_fail_kept(cli, refusal, NULL, NULL);
	place.path = rows_file_name(cli, work->file);
	return online_fail_kept(cli, refusal, rows_file_place, &place);
}

/* The same, of what was sealed. */
static int
show_refused(struct cli *cli, const struct work *work, const Jx__Fail *refusal, int64_t number)
{
	int status = refused(cli, work, refusal);

	cli_note(cli, "留在发件箱第 %lld 号：可 jixiao outbox edit、retry 或 drop",
	    "it stays in the outbox as number %lld: jixiao outbox edit, retry or drop",
	    (long long)number);
	return status;
}

/* ---- Sending it. */

/* A preview is asked for and forgotten: nothing is sealed. */
static int
preview(struct cli *cli, struct work *work)
{
	const struct online_call call = {
	    JX__ENVELOPE__BODY_DEED, &work->message, JX__ENVELOPE__BODY_DEED_REPLY};
	const Jx__DeedReply *reply;

	if (online_try(cli, &call, (const void **)&reply) == JX_OK)
		return show(cli, work, reply, NULL);
	return online_refusal(cli) == NULL ? online_fail(cli)
					   : refused(cli, work, online_refusal(cli));
}

static int
show_queued(const struct cli *cli, const struct work *work, const struct outbox_item *item)
{
	char id[OPID_TEXT_SIZE];

	cli_note(cli, "已存入发件箱第 %lld 号，待联网后发送：jixiao outbox send",
	    "queued in the outbox as number %lld, to be sent when there is a link: jixiao outbox send",
	    (long long)item->number);
	if (grid_form_of(cli) != GRID_JSON)
		return CLI_EXIT_OK;
	return grid_put_json(cli,
	    json_pack("{s:I, s:s, s:s, s:s, s:I, s:s?}", "queued", (json_int_t)item->number, "op_id",
		opid_text(item->op_id, id), "deed", work->deed->name, "city", work->year.city, "year",
		(json_int_t)work->year.year, "unit", work->message.unit));
}

static int
send_it(struct cli *cli, struct work *work)
{
	const Jx__DeedReply unknown = JX__DEED_REPLY__INIT; /* another process had it */
	struct outbox_item item;
	struct sending sending;
	int status = sending_seal(cli, &work->message, NULL, 0, &item);

	if (status != CLI_EXIT_OK)
		return status;
	sending = (struct sending){.last = item.number, .own = item.number};
	status = sending_run(cli, &sending);
	if (status != CLI_EXIT_OK)
		return status;
	if (sending.own_state == OUTBOX_SENT || sending.own_state == OUTBOX_DROPPED)
		status = show(cli, work, sending.reply == NULL ? &unknown : sending.reply,
		    sending.receipt_path);
	else if (sending.own_state == OUTBOX_REFUSED)
		status = show_refused(cli, work, sending.refusal, item.number);
	else
		status = show_queued(cli, work, &item);
	if (status == CLI_EXIT_OK)
		status = sending.stop_status;
	local_introduce(cli);
	return status;
}

/* Its rows, if any, are there. */
static int
do_it(struct cli *cli, struct work *work)
{
	int status = fill(cli, work); /* before the network: what is wrong in it shows at once */

	if (status == CLI_EXIT_OK)
		status = check_size(cli, work);
	cli->works_offline = !work->message.dry_run;
	if (status == CLI_EXIT_OK)
		status = online_prepare(cli);
	if (status == CLI_EXIT_OK && !work->message.dry_run)
		status = local_open(cli);
	if (status == CLI_EXIT_OK)
		status = find_unit(cli, work);
	if (status == CLI_EXIT_OK)
		status = online_pick_year(cli, &work->year);
	if (status != CLI_EXIT_OK)
		return status;
	work->message.unit = ONLINE_TEXT(cli->options.values[OPTION_UNIT]);
	if (work->rows != NULL && work->message.unit != NULL) {
		rows_fill_unit(work->rows, work->message.unit);
		status = check_size(cli, work);
		if (status != CLI_EXIT_OK)
			return status;
	}
	work->message.city = ONLINE_TEXT(work->year.city);
	work->message.has_year = true;
	work->message.year = work->year.year;
	return work->message.dry_run ? preview(cli, work) : send_it(cli, work);
}

int
cmd_deed(struct cli *cli)
{
	struct work work = {.deed = cli->made->deed, .message = JX__DEED__INIT};
	int status;

	if (made_take_words(cli->made, &cli->options, &work.file) != JX_OK) {
		cli_error(cli, JX_E_USAGE, "不认识 %s", "not understood: %s",
		    cli_shown(cli, cli->options.bad));
		help_usage(cli, &cli->made->command, cli->made, stderr);
		return err_exit(JX_E_USAGE);
	}
	status = made_check_required(cli, work.file != NULL, false);
	if (status == CLI_EXIT_OK)
		status = read_file(cli, &work);
	return status == CLI_EXIT_OK ? do_it(cli, &work) : status;
}

int
cmd_deed_of_rows(struct cli *cli, struct rows *rows)
{
	struct work work = {.deed = cli->made->deed, .file = "-", .rows = rows, .message = JX__DEED__INIT};

	return do_it(cli, &work);
}
