/* The outbox set going: send, retry, edit. */
#include <string.h>
#include <time.h>

#include "cli/commands.h"
#include "cli/grid.h"
#include "cli/item.h"
#include "cli/rows_file.h"
#include "deeds/deed.h"
#include "link/opid.h"
#include "rows/moment.h"
#include "wire/text.h"

enum { PAUSE_S = 2, PAUSE_S_MAX = 60, SLICE_MS = 100 };

/* ---- Sending. */

static int
show_sum(const struct cli *cli, const struct sending *sum)
{
	if (grid_form_of(cli) == GRID_JSON)
		return grid_put_json(cli,
		    json_pack("{s:I, s:I, s:I}", "sent", (json_int_t)sum->sent, "refused",
			(json_int_t)sum->refused, "waiting", (json_int_t)sum->waiting));
	if (sum->sent + sum->refused + sum->waiting == 0)
		cli_note(cli, "没有待发送的", "nothing waits");
	else
		cli_note(cli, "送达 %zu 件，退回 %zu 件，待发送 %zu 件",
		    "%zu sent, %zu refused, %zu waiting", sum->sent, sum->refused, sum->waiting);
	return CLI_EXIT_OK;
}

static int
status_of(const struct sending *sum)
{
	return sum->stop_status != CLI_EXIT_OK ? sum->stop_status
	       : sum->refused > 0	       ? sum->refused_status
					       : CLI_EXIT_OK;
}

static void
pause_s(const struct cli *cli, uint32_t seconds)
{
	const struct timespec slice = {.tv_nsec = SLICE_MS * 1000000};

	for (uint32_t i = 0; i < seconds * 1000 / SLICE_MS && *cli->stop == 0; i++)
		nanosleep(&slice, NULL);
}

/* Until everything is sent or refused. What is wrong is said once, until it is something else. */
static int
send_for_ever(struct cli *cli, struct sending *sum)
{
	const struct sending what = *sum;
	uint32_t seconds = PAUSE_S;
	int told = CLI_EXIT_OK, status;

	for (;;) {
		size_t sent = sum->sent, refused = sum->refused;
		int refused_status = sum->refused_status;

		*sum = what;
		sum->is_quiet = told == err_exit(JX_E_CONNECTION);
		status = sending_run(cli, sum);
		if (sum->sent > 0)
			seconds = PAUSE_S;
		sum->sent += sent;
		if (refused > 0)
			sum->refused_status = refused_status;
		sum->refused += refused;
		if (status != CLI_EXIT_OK || sum->stop_status != err_exit(JX_E_CONNECTION))
			return status;
		told = sum->stop_status;
		pause_s(cli, seconds);
		if (*cli->stop != 0) {
			sum->stop_status = err_exit(JX_E_CANCELLED);
			return CLI_EXIT_OK;
		}
		seconds = seconds * 2 > PAUSE_S_MAX ? PAUSE_S_MAX : seconds * 2;
	}
}

static int
send_these(struct cli *cli, const int64_t *only, size_t only_count)
{
	struct sending sum = {.last = INT64_MAX, .only = only, .only_count = only_count};
	int status = online_prepare(cli);

	if (status == CLI_EXIT_OK)
		status = options_has(&cli->options, OPTION_FOREVER) ? send_for_ever(cli, &sum)
								    : sending_run(cli, &sum);
	if (status == CLI_EXIT_OK)
		status = show_sum(cli, &sum);
	if (status == CLI_EXIT_OK)
		local_introduce(cli);
	return status == CLI_EXIT_OK ? status_of(&sum) : status;
}

int
cmd_outbox_send(struct cli *cli)
{
	int64_t only[OPTIONS_WORD_COUNT_MAX];
	struct outbox_item item;
	int status = local_open(cli);

	for (size_t i = 0; status == CLI_EXIT_OK && i < cli->options.word_count; i++) {
		status = item_number(cli, i, &only[i]);
		if (status == CLI_EXIT_OK)
			status = item_find(cli, only[i], &item);
		if (status == CLI_EXIT_OK && item.state == OUTBOX_REFUSED)
			status = cli_error(cli, JX_E_LIFE,
			    "第 %lld 号已被退回：jixiao outbox retry %lld",
			    "number %lld was refused: jixiao outbox retry %lld",
			    (long long)only[i], (long long)only[i]);
	}
	return status == CLI_EXIT_OK ? send_these(cli, only, cli->options.word_count) : status;
}

/* ---- The same content anew: another op id. */

/* In its place; then that is sent. */
static int
replace(struct cli *cli, const struct outbox_item *old, Jx__Deed *deed)
{
	uint8_t op_id[OPID_SIZE];
	struct outbox_item item;
	int status;

	if (item_is_in_doubt(old))
		return cli_error(cli, JX_E_LIFE,
		    "第 %lld 号可能已经送达，不能改：先 jixiao outbox send %lld",
		    "number %lld may have arrived already and cannot be changed: jixiao outbox send %lld first",
		    (long long)old->number, (long long)old->number);
	if (old->state != OUTBOX_WAITING && old->state != OUTBOX_REFUSED)
		return cli_error(cli, JX_E_LIFE, "第 %lld 号%s", "number %lld is %s",
		    (long long)old->number, item_state_words(cli, old->state));
	opid_make(op_id);
	deed->op_id = (ProtobufCBinaryData){sizeof op_id, op_id};
	status = sending_seal(cli, deed, old->path, old->number, &item);
	if (status != CLI_EXIT_OK)
		return status;
	cli_note(cli, "第 %lld 号由第 %lld 号代替", "number %lld is replaced by number %lld",
	    (long long)old->number, (long long)item.number);
	cli->works_offline = true;
	return send_these(cli, &item.number, 1);
}

static int
find_word(struct cli *cli, struct outbox_item *item, Jx__Deed **deed)
{
	int64_t number;
	int status = item_number(cli, 0, &number);

	if (status == CLI_EXIT_OK)
		status = local_open(cli);
	if (status == CLI_EXIT_OK)
		status = item_find(cli, number, item);
	if (status != CLI_EXIT_OK)
		return status;
	*deed = sending_deed(cli, item);
	return *deed == NULL ? cli_error_memory(cli) : CLI_EXIT_OK;
}

int
cmd_outbox_retry(struct cli *cli)
{
	struct outbox_item item;
	Jx__Deed *deed = NULL;
	enum jx_err err;
	int status = find_word(cli, &item, &deed);

	if (status != CLI_EXIT_OK)
		return status;
	if (options_has(&cli->options, OPTION_MINE)) { /* over what others wrote meanwhile */
		deed->has_based_on = false;
		return replace(cli, &item, deed);
	}
	err = item.state == OUTBOX_REFUSED
		  ? outbox_move(cli->store, item.number, OUTBOX_WAITING, (struct bytes){NULL, 0}, local_now_us())
	      : item.state == OUTBOX_WAITING || item.state == OUTBOX_SENDING ? JX_OK
									     : JX_E_LIFE;
	if (err == JX_E_LIFE)
		return cli_error(cli, err, "第 %lld 号%s", "number %lld is %s", (long long)item.number,
		    item_state_words(cli, item.state));
	if (err != JX_OK)
		return local_error(cli, err);
	cli->works_offline = true;
	return send_these(cli, &item.number, 1);
}

/* ---- Edit. */

/* Rows from the file; what stands beside them must be what the item says. */
static int
take_rows(struct cli *cli, Jx__Deed *deed, const char *path)
{
	const struct deed *of = deed_find(deed->deed);
	const struct rows_head *head;
	struct rows *rows;
	size_t count = 0;
	int status;

	while (of != NULL && count < DEED_KIND_COUNT_MAX && of->kinds[count] != 0)
		count++;
	if (count == 0)
		return cli_error(cli, JX_E_USAGE, "此办理不收文件：%s", "this deed takes no file: %s",
		    cli_shown(cli, path));
	status = rows_file_read(cli, path, of->kinds, count, &rows);
	if (status != CLI_EXIT_OK)
		return status;
	head = rows_head(rows);
	if ((head->city != NULL && strcmp(head->city, deed->city) != 0) ||
	    (head->year != 0 && head->year != deed->year) ||
	    (head->unit != NULL && deed->unit != NULL && strcmp(head->unit, deed->unit) != 0))
		return cli_error(cli, JX_E_USAGE, "%s 是另一单位或年度的",
		    "%s is of another unit or year", rows_file_name(cli, path));
	if (deed->unit != NULL)
		rows_fill_unit(rows, deed->unit);
	deed->rows = rows_records(rows);
	deed->has_based_on = head->has_based_on;
	deed->based_on = head->based_on;
	return CLI_EXIT_OK;
}

static int
take_options(struct cli *cli, Jx__Deed *deed)
{
	const struct {
		enum option_id option;
		char **text;
	} texts[] = {
	    {OPTION_OBJECT, &deed->object},
	    {OPTION_VALUE, &deed->value},
	    {OPTION_REASON, &deed->reason},
	    {OPTION_DOCUMENT, &deed->document},
	    {OPTION_DATED, &deed->dated},
	};
	const char *file = cli->options.values[OPTION_FILE], *due = cli->options.values[OPTION_DUE];
	const char *version = cli->options.values[OPTION_BASED_ON];
	bool is_any = file != NULL || due != NULL || version != NULL;
	uint32_t whole;
	int status = file == NULL ? CLI_EXIT_OK : take_rows(cli, deed, file);

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (options_has(&cli->options, texts[i].option)) {
			*texts[i].text = ONLINE_TEXT(cli->options.values[texts[i].option]);
			is_any = true;
		}
	if (!is_any)
		return cli_error(cli, JX_E_USAGE, "缺少要改的内容：--file 等",
		    "missing: what is to be changed: --file …");
	if (status == CLI_EXIT_OK && due != NULL) {
		deed->has_due_us = true;
		if (rows_moment_read((struct bytes){(const uint8_t *)due, strlen(due)}, &deed->due_us) != JX_OK)
			return cli_error(cli, JX_E_USAGE, "--due 不是日期或时刻：%s",
			    "--due is no date or moment: %s", cli_shown(cli, due));
	}
	if (status == CLI_EXIT_OK && version != NULL) {
		if (text_whole((struct bytes){(const uint8_t *)version, strlen(version)}, &whole) != JX_OK)
			return cli_error(cli, JX_E_USAGE, "--based-on 应为版本号，而不是 %s",
			    "--based-on is a version, not %s", cli_shown(cli, version));
		deed->has_based_on = true;
		deed->based_on = whole;
	}
	return status;
}

int
cmd_outbox_edit(struct cli *cli)
{
	struct outbox_item item;
	Jx__Deed *deed = NULL;
	int status = find_word(cli, &item, &deed);

	if (status == CLI_EXIT_OK)
		status = take_options(cli, deed);
	return status == CLI_EXIT_OK ? replace(cli, &item, deed) : status;
}
