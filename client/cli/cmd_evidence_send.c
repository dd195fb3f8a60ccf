/* jixiao evidence send: files to the daemon, and each filed by its deed (R12, R24, R44). */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/evidence_up.h"
#include "cli/grid.h"
#include "cli/keys.h"
#include "cli/safe_name.h"
#include "cli/sending.h"
#include "cli/when.h"
#include "link/link.h"
#include "link/opid.h"
#include "wire/text.h"

enum { ROUND_COUNT_MAX = 3 }; /* a daemon that says again and again that chunks are missing is given up */

/* clang-format off */
static const struct grid_column columns[] = {
	{"hash",        "文件摘要", "Hash",     GRID_TEXT,  GRID_ALWAYS},
	{"size",        "字节数",   "Bytes",    GRID_WHOLE, GRID_ALWAYS},
	{"received",    "收到时间", "Received", GRID_TEXT,  GRID_ALWAYS},
	{"file",        "文件",     "File",     GRID_TEXT,  GRID_ALWAYS},
	{"unit",        "单位",     "Unit",     GRID_TEXT,  GRID_DATA_ONLY},
	{"was_kept",    "此前已收", "Was kept", GRID_BOOL,  GRID_DATA_ONLY},
	{"receipt",     "回执",     "Receipt",  GRID_TEXT,  GRID_DATA_ONLY},
	{"bytes_had",   "已有",     "Had",      GRID_WHOLE, GRID_DATA_ONLY},
	{"bytes_sent",  "发出",     "Sent",     GRID_WHOLE, GRID_DATA_ONLY},
	{"bytes_twice", "重发",     "Twice",    GRID_WHOLE, GRID_DATA_ONLY},
	{"breaks",      "中断",     "Breaks",   GRID_WHOLE, GRID_DATA_ONLY},
};
/* clang-format on */

struct work {
	struct online_year year;
	const char *unit;
	struct grid *grid;
};

/* The name under which it is filed: such as any system can take, whatever the disk here calls it. */
static char *
name_of(struct cli *cli, const char *path)
{
	char name[SAFE_NAME_SIZE_MAX + 1];

	safe_name(path, cli_say(cli, "佐证", "evidence"), name);
	return text_normal(cli->arena, (struct bytes){(const uint8_t *)name, strlen(name)}, TEXT_NAME_SIZE_MAX);
}

/* The deed that files it. */
struct filing {
	Jx__Deed deed;
	Jx__Records rows;
	Jx__File row, *list;
	char hex[EVIDENCE_HEX_SIZE];
	uint8_t op_id[OPID_SIZE];
};

/* false: memory out. */
static bool
fill(struct cli *cli, const struct work *work, const struct evidence_file *file, struct filing *filing)
{
	jx__deed__init(&filing->deed);
	jx__records__init(&filing->rows);
	jx__file__init(&filing->row);
	filing->list = &filing->row;
	opid_make(filing->op_id);
	filing->deed.has_op_id = filing->deed.has_year = true;
	filing->deed.op_id = (ProtobufCBinaryData){OPID_SIZE, filing->op_id};
	filing->deed.city = ONLINE_TEXT(work->year.city);
	filing->deed.year = work->year.year;
	filing->deed.deed =
	    ONLINE_TEXT(options_has(&cli->options, OPTION_PHOTO) ? "photo.keep" : "evidence.keep");
	filing->deed.unit = ONLINE_TEXT(work->unit);
	filing->deed.rows = &filing->rows;
	filing->rows.files = &filing->list;
	filing->rows.n_files = 1;
	filing->row.unit = ONLINE_TEXT(work->unit);
	filing->row.file = ONLINE_TEXT(evidence_file_hex(file->hash, filing->hex));
	filing->row.name = name_of(cli, file->path);
	filing->row.has_size = true;
	filing->row.size = (uint32_t)file->size;
	return filing->row.name != NULL;
}

static int
list_it(struct cli *cli, const struct work *work, const struct evidence_file *file,
    const struct evidence_sent *sent, uint64_t received_us, const char *receipt)
{
	char hex[EVIDENCE_HEX_SIZE];
	const char *hash = arena_strdup(cli->arena, evidence_file_hex(file->hash, hex));

	if (hash == NULL)
		return cli_error_memory(cli);
	grid_add(work->grid, hash, NULL);
	grid_add_whole(work->grid, file->size);
	grid_add(work->grid, when_utc(cli, received_us), when_local(cli, received_us));
	grid_add(work->grid, file->path, cli_shown(cli, file->path));
	grid_add(work->grid, work->unit, NULL);
	grid_add_bool(work->grid, sent->was_kept);
	grid_add(work->grid, receipt, NULL);
	grid_add_whole(work->grid, sent->bytes_had);
	grid_add_whole(work->grid, sent->bytes_sent);
	grid_add_whole(work->grid, sent->bytes_twice);
	grid_add_whole(work->grid, sent->breaks);
	if (sent->was_kept)
		cli_note(cli, "%s：此前已收到（%s），不必再传", "%s: received before (%s), nothing was sent",
		    cli_shown(cli, file->path), when_local(cli, received_us));
	if (receipt != NULL)
		cli_note(cli, "回执：%s", "receipt: %s", receipt);
	if (evidence_file_has_changed(file))
		cli_note(cli, "%s：文件此后又有改动；所收的是改动前的内容", "%s: it has been changed since; what was received is as it was before",
		    cli_shown(cli, file->path));
	return CLI_EXIT_OK;
}

static int
refused(struct cli *cli, const struct sending *sending)
{
	int status = online_fail_kept(cli, sending->refusal, NULL, NULL);

	cli_note(cli, "留在发件箱第 %lld 号：可 jixiao outbox retry 或 drop",
	    "it stays in the outbox as number %lld: jixiao outbox retry or drop", (long long)sending->own);
	return status;
}

/* Another deed is made in its place. */
static int
drop(struct cli *cli, const struct sending *sending)
{
	enum jx_err err = JX_OK;

	if (sending->own_state == OUTBOX_REFUSED)
		err = outbox_move(
		    cli->store, sending->own, OUTBOX_DROPPED, (struct bytes){NULL, 0}, local_now_us());
	return err == JX_OK ? CLI_EXIT_OK : local_error(cli, err);
}

/*
 * All of the file is there: its deed goes by the outbox, so that its op id is on
 * the disk before it is sent, and its receipt before it counts as sent.
 * *is_filed false: nothing was to be filed, or chunks are missing after all.
 */
static int
file_it(struct cli *cli, const struct work *work, const struct evidence_file *file,
    const struct evidence_sent *sent, bool *is_filed)
{
	struct filing filing;
	struct outbox_item item;
	struct sending sending = {.only = &item.number, .only_count = 1};
	int status;

	*is_filed = true;
	if (!fill(cli, work, file, &filing))
		return cli_error_memory(cli);
	status = sending_seal(cli, &filing.deed, NULL, 0, &item);
	if (status != CLI_EXIT_OK)
		return status;
	sending.own = item.number;
	link_be_patient(cli->link, !options_has(&cli->options, OPTION_TIMEOUT));
	status = sending_run(cli, &sending);
	link_be_patient(cli->link, false);
	if (status != CLI_EXIT_OK)
		return status;
	if (sending.own_state == OUTBOX_REFUSED &&
	    strcmp(sending.refusal->code == NULL ? "" : sending.refusal->code, err_name(JX_E_INCOMPLETE)) != 0)
		return refused(cli, &sending);
	if (sending.own_state == OUTBOX_WAITING) {
		cli_note(cli, "%s：已全部上传；登记存入发件箱第 %lld 号，待联网后发送",
		    "%s: all of it has arrived; its filing is queued in the outbox as number %lld",
		    cli_shown(cli, file->path), (long long)item.number);
		return sending.stop_status;
	}
	*is_filed = sending.reply != NULL && sending.reply->receipt != NULL;
	if (!*is_filed)
		return drop(cli, &sending);
	for (size_t i = 0; i < sending.reply->n_notes; i++)
		cli_note(cli, "%s", "%s", sending.reply->notes[i]);
	return list_it(cli, work, file, sent, sending.reply->receipt->received_us, sending.receipt_path);
}

static int
send_it(struct cli *cli, const struct work *work, const struct evidence_file *file)
{
	struct evidence_sent sent;
	bool is_filed;
	int status;

	for (int round = 0; round < ROUND_COUNT_MAX; round++) {
		status = evidence_up_send(cli, file, &work->year, work->unit, &sent);
		if (status != CLI_EXIT_OK)
			return status;
		if (sent.was_kept)
			return list_it(cli, work, file, &sent, sent.kept_us, NULL);
		/* Not filed: somebody else of the unit did meanwhile, as the offer will tell; or chunks
		 * that were there are not. */
		status = file_it(cli, work, file, &sent, &is_filed);
		if (status != CLI_EXIT_OK || is_filed)
			return status;
	}
	return cli_error(cli, JX_E_INCOMPLETE, "%s", "%s", cli_shown(cli, file->path));
}

/* No link: the deed is sealed with the file's path, and the file goes up before it. */
static int
queue_it(struct cli *cli, const struct work *work, const struct evidence_file *file)
{
	char path[PATH_MAX];
	struct outbox_item item;
	struct filing filing;
	int status;

	if (realpath(file->path, path) == NULL)
		return cli_error_file(cli, file->path, errno);
	if (!fill(cli, work, file, &filing))
		return cli_error_memory(cli);
	status = sending_seal(cli, &filing.deed, path, 0, &item);
	if (status != CLI_EXIT_OK)
		return status;
	cli_note(cli, "%s：已存入发件箱第 %lld 号，待联网后上传；在此之前请勿改动或移走文件",
	    "%s: queued in the outbox as number %lld, to be uploaded when there is a link; leave the file as it is",
	    cli_shown(cli, file->path), (long long)item.number);
	return CLI_EXIT_OK;
}

/* Is there any use in trying the next file after that? */
static bool
ends_all(int status)
{
	return status == err_exit(JX_E_CONNECTION) || status == err_exit(JX_E_SESSION) ||
	       status == err_exit(JX_E_CANCELLED);
}

static int
find_unit(struct cli *cli, struct work *work)
{
	int status = CLI_EXIT_OK;

	work->unit = cli->options.values[OPTION_UNIT];
	if (work->unit == NULL)
		status = online_own_unit(cli, &work->unit);
	if (status == CLI_EXIT_OK && work->unit == NULL)
		return cli_error(cli, JX_E_USAGE, "缺少 单位（--unit）", "missing: the unit (--unit)");
	return status;
}

/* Whose, which year; *is_queued: there is no link. */
static int
prepare(struct cli *cli, struct work *work, bool *is_queued)
{
	int status;
	enum jx_err err;

	cli->works_offline = true;
	status = online_prepare(cli);
	if (status == CLI_EXIT_OK)
		status = find_unit(cli, work);
	if (status == CLI_EXIT_OK)
		status = online_pick_year(cli, &work->year);
	if (status != CLI_EXIT_OK)
		return status;
	err = keys_try(cli); /* is there a link? */
	(void)err;
	*is_queued = cli->is_cut_off;
	cli->works_offline = *is_queued; /* with a link it does not give up soon */
	return local_open(cli);
}

/* Each of them, up to one after which there is no use in the next; *good: how many. The last failure. */
static int
each_file(struct cli *cli, const struct work *work, bool is_queued, size_t *good)
{
	int status, last = CLI_EXIT_OK;

	for (size_t i = 0; i < cli->options.word_count && !ends_all(last); i++) {
		struct evidence_file file;

		status = evidence_file_open(cli, cli->options.words[i], &file);
		if (status == CLI_EXIT_OK) {
			status = is_queued ? queue_it(cli, work, &file) : send_it(cli, work, &file);
			evidence_file_close(&file);
		}
		*good += status == CLI_EXIT_OK;
		if (status != CLI_EXIT_OK)
			last = status;
	}
	return last;
}

int
cmd_evidence_send(struct cli *cli)
{
	struct work work = {.unit = NULL};
	bool is_queued = false;
	size_t good = 0;
	int status = prepare(cli, &work, &is_queued), last;

	if (status != CLI_EXIT_OK)
		return status;
	work.grid = grid_new(cli, grid_form_of(cli), columns, sizeof columns / sizeof columns[0]);
	if (work.grid == NULL)
		return cli_error_memory(cli);
	last = each_file(cli, &work, is_queued, &good);
	if (is_queued && last == CLI_EXIT_OK)
		return online_fail(cli); /* said last: the status is that of having no link */
	if (good > 0 && !is_queued) {
		status = grid_show(work.grid, false);
		if (status != CLI_EXIT_OK)
			return status;
	}
	if (last == CLI_EXIT_OK || good == 0 || ends_all(last))
		return last;
	return err_exit(JX_E_FAULTS); /* some of them */
}
