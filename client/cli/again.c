#include "cli/again.h"

#include <time.h>

#include "cli/grid.h"
#include "link/opid.h"

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

int
again_send(struct cli *cli, const int64_t *only, size_t only_count)
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

/* ---- The same content anew: another op id. */

/* In its place; then that is sent. */
int
again_replace(struct cli *cli, const struct outbox_item *old, Jx__Deed *deed)
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
	return again_send(cli, &item.number, 1);
}

int
again_find(struct cli *cli, struct outbox_item *item, Jx__Deed **deed)
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
