#include "cli/progress.h"

#include <stdio.h>
#include <string.h>

#include "link/stream.h"
#include "wire/text.h"

enum { BAR_WIDTH = 30, BAR_SHORT_WIDTH = 16, SHOW_MS = 200 };

/* "[####----] 42%" */
static void
put_bar(const char *what, int width, uint64_t done, uint64_t total)
{
	char bar[BAR_WIDTH + 1];
	int filled;

	if (done > total)
		done = total;
	filled = (int)(done * (uint64_t)width / total);
	memset(bar, '-', (size_t)width);
	memset(bar, '#', (size_t)filled);
	bar[width] = '\0';
	fprintf(stderr, "\r\033[K%s [%s] %u%%", what, bar, (unsigned)(done * 100 / total));
}

void
progress_show(const struct cli *cli, const char *what, uint64_t done, uint64_t total)
{
	if (!cli->err_is_terminal)
		return;
	if (total == 0) {
		fprintf(stderr, "\r\033[K%s…", what);
		return;
	}
	put_bar(what, BAR_WIDTH, done, total);
}

uint64_t
progress_rate(struct progress_pace *pace, uint64_t now_ms, uint64_t done)
{
	uint64_t took_ms, more;

	if (pace->count == 0 ||
	    now_ms - pace->samples[pace->count - 1].at_ms >= PROGRESS_SAMPLE_MS) {
		if (pace->count == PROGRESS_SAMPLE_COUNT)
			memmove(&pace->samples[0], &pace->samples[1],
			    --pace->count * sizeof pace->samples[0]);
		pace->samples[pace->count].at_ms = now_ms;
		pace->samples[pace->count++].done = done;
	}
	took_ms = now_ms - pace->samples[0].at_ms;
	more = done > pace->samples[0].done ? done - pace->samples[0].done : 0;
	return took_ms < PROGRESS_SAMPLE_MS ? 0 : more * 1000 / took_ms;
}

const char *
progress_size(uint64_t bytes, char *text)
{
	static const char *const units[] = {"kB", "MB", "GB"};
	uint64_t unit = 1000;
	size_t i = 0;

	while (i < 2 && bytes / unit >= 1000) {
		unit *= 1000;
		i++;
	}
	snprintf(text, PROGRESS_SIZE_TEXT, "%llu.%llu %s", (unsigned long long)(bytes / unit),
	    (unsigned long long)(bytes % unit * 10 / unit), units[i]);
	return text;
}

const char *
progress_name(const struct cli *cli, const char *name)
{
	enum { NAME_SIZE_MAX = 24 };
	char *shown = arena_alloc(cli->arena, NAME_SIZE_MAX + TEXT_CUT_SIZE);

	if (shown == NULL)
		return "";
	text_printable(name, NAME_SIZE_MAX, shown);
	return shown;
}

void
progress_bytes(const struct cli *cli, struct progress_pace *pace, const char *what, uint64_t done,
    uint64_t total)
{
	uint64_t now_ms = stream_now_ms(), rate, left_s;
	char size[PROGRESS_SIZE_TEXT], speed[PROGRESS_SIZE_TEXT];

	if (!cli->err_is_terminal || total == 0)
		return;
	rate = progress_rate(pace, now_ms, done);
	if (now_ms - pace->shown_ms < SHOW_MS)
		return;
	pace->shown_ms = now_ms;
	put_bar(what, BAR_SHORT_WIDTH, done, total);
	if (rate == 0)
		return;
	left_s = (total > done ? total - done : 0) / rate;
	fprintf(stderr, "  %s  %s/s  %s %llu:%02llu", progress_size(total, size),
	    progress_size(rate, speed), cli_say(cli, "剩余", "left"), (unsigned long long)(left_s / 60),
	    (unsigned long long)(left_s % 60));
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
