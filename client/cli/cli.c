#include "cli/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "link/link.h"
#include "outbox/outbox.h"
#include "wire/text.h"

/* A cap against a daemon gone mad, not against use: an export of 2,000,000 records takes a fifth.
 */
static const size_t arena_size_max = (size_t)4 << 30;

enum { SCREEN_WIDTH_PLAIN = 80, SHOWN_SIZE_MAX = 200, WHY_SIZE = 1024 };

enum jx_lang
cli_lang_of(const char *lc_all, const char *lc_messages, const char *lang)
{
	const char *const order[] = {lc_all, lc_messages, lang};

	for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
		if (order[i] != NULL && order[i][0] != '\0')
			return strncmp(order[i], "en", 2) == 0 ? JX_EN : JX_ZH;
	return JX_ZH;
}

static bool
is_colored(void)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	return (no_color == NULL || no_color[0] == '\0') && term != NULL &&
	       strcmp(term, "dumb") != 0;
}

bool
cli_init(struct cli *cli, const volatile sig_atomic_t *stop)
{
	struct winsize size = {0};

	*cli = (struct cli){
	    .lang = cli_lang_of(getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG")),
	    .out_is_terminal = isatty(STDOUT_FILENO) == 1,
	    .err_is_terminal = isatty(STDERR_FILENO) == 1,
	    .screen_width = SCREEN_WIDTH_PLAIN,
	    .arena = arena_new(arena_size_max),
	    .stop = stop,
	};
	cli->is_colored = is_colored();
	if (cli->out_is_terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		cli->screen_width = size.ws_col;
	return cli->arena != NULL;
}

void
cli_clear(struct cli *cli)
{
	link_free(cli->link);
	outbox_close(cli->store);
	arena_free(cli->arena);
}

const char *
cli_say(const struct cli *cli, const char *zh, const char *en)
{
	return cli->lang == JX_EN ? en : zh;
}

static const char *
stderr_color(const struct cli *cli, const char *code)
{
	return cli->is_colored && cli->err_is_terminal ? code : "";
}

static const char *
stdout_color(const struct cli *cli, const char *code)
{
	return cli->is_colored && cli->out_is_terminal ? code : "";
}

const char *
cli_bold(const struct cli *cli)
{
	return stdout_color(cli, "\033[1m");
}

const char *
cli_red(const struct cli *cli)
{
	return stdout_color(cli, "\033[31m");
}

const char *
cli_plain(const struct cli *cli)
{
	return stdout_color(cli, "\033[0m");
}

void
cli_note(const struct cli *cli, const char *zh, const char *en, ...)
{
	va_list arguments;

	fflush(stdout); /* on one terminal, in the order in which it was said */
	va_start(arguments, en);
	if (cli->lang == JX_EN)
		vfprintf(stderr, en, arguments);
	else
		vfprintf(stderr, zh, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

int
cli_error(const struct cli *cli, enum jx_err err, const char *zh, const char *en, ...)
{
	char why[WHY_SIZE];
	va_list arguments;

	va_start(arguments, en);
	if (cli->lang == JX_EN)
		vsnprintf(why, sizeof why, en, arguments);
	else
		vsnprintf(why, sizeof why, zh, arguments);
	va_end(arguments);
	fflush(stdout);
	fprintf(stderr, "%s%s%s%s%s%s · %s [%s]\n", stderr_color(cli, "\033[31m"),
	    cli_say(cli, "错误: ", "error: "), stderr_color(cli, "\033[0m"),
	    err_what(err, cli->lang), why[0] == '\0' ? "" : " · ", why, err_todo(err, cli->lang),
	    err_name(err));
	return err_exit(err);
}

/* Those a clerk meets, in Chinese; the rest in the system's words. */
static const char *
errno_text(const struct cli *cli, int number)
{
	static const struct {
		int number;
		const char *zh;
	} texts[] = {
	    {ENOENT, "不存在"},
	    {EACCES, "没有权限"},
	    {EPERM, "没有权限"},
	    {ENOTDIR, "不是文件夹"},
	    {EISDIR, "是文件夹"},
	    {EEXIST, "已经存在"},
	    {ENOSPC, "磁盘已满"},
	    {EROFS, "磁盘只读"},
	};

	if (cli->lang == JX_ZH)
		for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
			if (texts[i].number == number)
				return texts[i].zh;
	return strerror(number);
}

int
cli_error_file(const struct cli *cli, const char *path, int number)
{
	const char *shown = cli_shown(cli, path), *text = errno_text(cli, number);

	return cli_error(cli, JX_E_FILE, "%s：%s", "%s: %s", shown, text);
}

int
cli_error_memory(const struct cli *cli)
{
	return cli_error(cli, JX_E_MEMORY, "%s", "%s", "");
}

const char *
cli_shown(const struct cli *cli, const char *text)
{
	char *shown = arena_alloc(cli->arena, SHOWN_SIZE_MAX + TEXT_CUT_SIZE);

	if (shown == NULL)
		return "";
	text_printable(text, SHOWN_SIZE_MAX, shown);
	return shown;
}
