/* Notices as they come, until Ctrl-C. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/grid.h"
#include "cli/online.h"
#include "rows/moment.h"

static void
put_json(const Jx__NoticeEvent *event)
{
	json_t *json = json_pack("{s:s?, s:s?, s:I}", "notice", event->notice, "text", event->text,
	    "at_us", (json_int_t)event->at_us);
	char *text = json == NULL ? NULL : json_dumps(json, JSON_COMPACT);

	if (text != NULL)
		puts(text);
	free(text);
	json_decref(json);
}

/* Nothing of it goes into cli's arena: a watch may last for days. */
static void
on_notice(void *arg, const Jx__NoticeEvent *event)
{
	const struct cli *cli = arg;
	const char *notice = event->notice == NULL ? "" : event->notice;
	const char *text = event->text == NULL ? "" : event->text;
	char moment[ROWS_MOMENT_SIZE];

	switch (grid_form_of(cli)) {
	case GRID_JSON: /* one a line */
		put_json(event);
		break;
	case GRID_SCREEN:
		printf("%s%s%s  %s\n", cli_bold(cli), rows_moment_shown(event->at_us, moment),
		    cli_plain(cli), text);
		break;
	case GRID_TSV:
	case GRID_CSV:
		printf("%s\t%s\t%s\n", rows_moment_shown(event->at_us, moment), notice, text);
		break;
	}
	fflush(stdout);
}

int
cmd_watch(struct cli *cli)
{
	Jx__Watch watch = JX__WATCH__INIT;
	struct online_year year;
	enum jx_err err;
	int status = online_pick_year(cli, &year);

	if (status == CLI_EXIT_OK && cli->link == NULL)
		status = online_prepare(cli);
	if (status != CLI_EXIT_OK)
		return status;
	watch.city = ONLINE_TEXT(year.city);
	watch.has_year = true;
	watch.year = year.year;
	if (cli->out_is_terminal)
		cli_note(cli, "等候通知；按 Ctrl-C 结束", "waiting for notices; Ctrl-C ends it");
	err = online_watch(cli, &watch, on_notice);
	/* Ctrl-C is how it ends; there is nothing to tell. */
	return err == JX_E_CANCELLED && *cli->stop != 0 ? err_exit(err) : online_fail(cli);
}
