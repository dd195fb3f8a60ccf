#include "cli/progress.h"

#include <stdio.h>
#include <string.h>

enum { BAR_WIDTH = 30 };

void
progress_show(const struct cli *cli, const char *what, uint64_t done, uint64_t total)
{
	char bar[BAR_WIDTH + 1];
	int filled;

	if (!cli->err_is_terminal)
		return;
	if (total == 0) {
		fprintf(stderr, "\r\033[K%s…", what);
		return;
	}
	if (done > total)
		done = total;
	filled = (int)(done * BAR_WIDTH / total);
	memset(bar, '-', BAR_WIDTH);
	memset(bar, '#', (size_t)filled);
	bar[BAR_WIDTH] = '\0';
	fprintf(stderr, "\r\033[K%s [%s] %u%%", what, bar, (unsigned)(done * 100 / total));
}

void
progress_end(const struct cli *cli)
{
	if (cli->err_is_terminal)
		fputs("\r\033[K", stderr);
}

void
progress_on_event(void *arg, const Jx__ProgressEvent *event)
{
	static const struct {
		const char *stage, *zh, *en;
	} stages[] = {
	    {"queued", "排队", "waiting"},
	    {"reading", "读取", "reading"},
	    {"checking", "核对", "checking"},
	    {"computing", "核算", "computing"},
	    {"storing", "入库", "storing"},
	};
	const struct cli *cli = arg;
	const char *what = "";

	for (size_t i = 0; event->stage != NULL && i < sizeof stages / sizeof stages[0]; i++)
		if (strcmp(stages[i].stage, event->stage) == 0)
			what = cli_say(cli, stages[i].zh, stages[i].en);
	progress_show(cli, what, event->done, event->total);
}
