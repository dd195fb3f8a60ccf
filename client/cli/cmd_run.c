#include <string.h>

#include "cli/commands.h"
#include "cli/fetch.h"
#include "cli/progress.h"
#include "cli/proof.h"
#include "cli/run_list.h"
#include "link/opid.h"

static int
cancel_run(struct cli *cli, const struct online_year *year)
{
	Jx__RunCancel cancel = JX__RUN_CANCEL__INIT;
	const struct online_call call = {
	    JX__ENVELOPE__BODY_RUN_CANCEL, &cancel, JX__ENVELOPE__BODY_DONE};
	const struct proof_of of = {year->city, year->year};
	uint8_t op_id[OPID_SIZE];
	const Jx__Done *done;
	const char *path;
	int status;

	if (options_number(&cli->options, OPTION_CANCEL, &cancel.run) != JX_OK)
		return cli_error(cli, JX_E_USAGE, "--cancel 应为核算编号，而不是 %s",
		    "--cancel takes a run's number, not %s", cli_shown(cli, cli->options.bad));
	opid_make(op_id);
	cancel.has_op_id = cancel.has_year = cancel.has_run = true;
	cancel.op_id = (ProtobufCBinaryData){sizeof op_id, op_id};
	cancel.city = ONLINE_TEXT(year->city);
	cancel.year = year->year;
	status = online_ask(cli, &call, (const void **)&done);
	if (status == CLI_EXIT_OK)
		status = proof_keep(cli, done->receipt, &of, NULL, &path);
	if (status == CLI_EXIT_OK)
		cli_note(cli, "核算 %u 已取消", "run %u is cancelled", cancel.run);
	return status;
}

static int
start_run(struct cli *cli, const struct online_year *year, const Jx__RunReply **reply)
{
	Jx__RunStart start = JX__RUN_START__INIT;
	const struct online_call call = {
	    JX__ENVELOPE__BODY_RUN_START, &start, JX__ENVELOPE__BODY_RUN_REPLY};
	uint8_t op_id[OPID_SIZE];
	int status;

	opid_make(op_id);
	start.has_op_id = start.has_year = start.has_final = true;
	start.op_id = (ProtobufCBinaryData){sizeof op_id, op_id};
	start.city = ONLINE_TEXT(year->city);
	start.year = year->year;
	start.final = options_has(&cli->options, OPTION_FINAL);
	status = online_ask(cli, &call, (const void **)reply);
	if (status != CLI_EXIT_OK)
		return status;
	if ((*reply)->run == NULL)
		return cli_error(cli, JX_E_MALFORMED, "%s", "%s", "run");
	cli_note(cli, "核算 %u 已受理", "run %u is accepted", (*reply)->run->run);
	return CLI_EXIT_OK;
}

static int
watch_run(struct cli *cli, const struct online_year *year, uint32_t run, const Jx__Run **ended)
{
	Jx__RunWatch watch = JX__RUN_WATCH__INIT;
	const struct online_call call = {
	    JX__ENVELOPE__BODY_RUN_WATCH, &watch, JX__ENVELOPE__BODY_RUN_REPLY};
	const Jx__RunReply *reply;
	enum jx_err err;

	watch.city = ONLINE_TEXT(year->city);
	watch.has_year = watch.has_run = true;
	watch.year = year->year;
	watch.run = run;
	progress_show(cli, cli_say(cli, "核算", "computing"), 0, 0);
	err = online_try(cli, &call, (const void **)&reply);
	if (err == JX_E_CANCELLED && *cli->stop != 0)
		return err_exit(err); /* follow_run says what that means */
	if (err != JX_OK)
		return online_fail(cli);
	if (reply->run == NULL || reply->run->state == NULL)
		return cli_error(cli, JX_E_MALFORMED, "%s", "%s", "run");
	*ended = reply->run;
	return CLI_EXIT_OK;
}

static int
show_refused(struct cli *cli, const struct online_year *year, uint32_t run)
{
	struct outcome outcome;
	const Jx__Run *of;
	int status = fetch_outcome(cli, year, run, &of, &outcome);

	return status == CLI_EXIT_OK ? outcome_refuse(cli, &outcome) : status;
}

static int
show_end(struct cli *cli, const struct online_year *year, const Jx__Run *run)
{
	Jx__Run *list[] = {(Jx__Run *)(uintptr_t)run};
	int status;

	if (strcmp(run->state, "refused") == 0)
		return show_refused(cli, year, run->run);
	status = run_list_show(cli, list, 1, true);
	if (status != CLI_EXIT_OK)
		return status;
	if (strcmp(run->state, "cancelled") == 0)
		return cli_error(cli, JX_E_CANCELLED, "核算 %u", "run %u", run->run);
	if (strcmp(run->state, "done") != 0)
		return cli_error(cli, JX_E_INTERNAL, "核算 %u", "run %u", run->run);
	if (run->hole_count > 0)
		cli_note(cli, "缺项 %u 处，均按 0 计；名单见 jixiao results --run %u",
		    "%u inputs missing, each counted 0; listed by jixiao results --run %u",
		    run->hole_count, run->run);
	return CLI_EXIT_OK;
}

/* Accepted; waits for its end and shows it. */
static int
follow_run(
    struct cli *cli, const struct online_year *year, uint32_t run, const Jx__Receipt *receipt)
{
	const struct proof_of of = {year->city, year->year};
	const Jx__Run *ended = NULL;
	const char *path;
	int status = proof_keep(cli, receipt, &of, NULL, &path);

	if (status == CLI_EXIT_OK)
		status = watch_run(cli, year, run, &ended);
	if (status == CLI_EXIT_OK)
		status = show_end(cli, year, ended);
	/* Ctrl-C ended the waiting, not the run. */
	if (*cli->stop != 0)
		cli_note(cli,
		    "核算 %u 仍在服务器上进行。查看：jixiao runs；取消：jixiao run --cancel %u",
		    "run %u goes on at the server. See: jixiao runs; cancel: jixiao run --cancel "
		    "%u",
		    run, run);
	return status;
}

int
cmd_run(struct cli *cli)
{
	const struct options *options = &cli->options;
	struct online_year year;
	const Jx__RunReply *accepted;
	int status;

	if (options_has(options, OPTION_FINAL) + options_has(options, OPTION_PROVISIONAL) +
		options_has(options, OPTION_CANCEL) >
	    1)
		return cli_error(cli, JX_E_USAGE, "--final、--provisional、--cancel 只能取其一",
		    "--final, --provisional or --cancel: one of them");
	status = online_pick_year(cli, &year);
	if (status != CLI_EXIT_OK)
		return status;
	if (options_has(options, OPTION_CANCEL))
		return cancel_run(cli, &year);
	status = start_run(cli, &year, &accepted);
	if (status != CLI_EXIT_OK)
		return status;
	return follow_run(cli, &year, accepted->run->run, accepted->receipt);
}
