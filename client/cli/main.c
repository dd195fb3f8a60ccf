/* jixiao: the client. */
#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>

#include "cli/commands.h"

/* What Ctrl-C sets; everything that waits looks at it. */
static volatile sig_atomic_t stop;

static void
on_interrupt(int number)
{
	(void)number;
	if (stop != 0)
		_Exit(err_exit(JX_E_CANCELLED)); /* pressed again: at once */
	stop = 1;
}

static void
watch_signals(void)
{
	struct sigaction interrupt = {.sa_handler = on_interrupt};
	struct sigaction ignored = {.sa_handler = SIG_IGN};

	sigemptyset(&interrupt.sa_mask);
	sigemptyset(&ignored.sa_mask);
	sigaction(SIGINT, &interrupt, NULL);
	sigaction(SIGPIPE, &ignored, NULL); /* a lost connection is an error code, not a death */
}

/* A result that did not reach its file is no success. */
static int
close_output(const struct cli *cli, int status)
{
	bool is_failed = ferror(stdout) != 0;

	errno = 0;
	is_failed = fflush(stdout) != 0 || is_failed;
	if (!is_failed || errno == EPIPE) /* whoever reads has read enough */
		return status;
	return cli_error_file(cli, cli_say(cli, "标准输出", "standard output"), errno);
}

int
main(int argc, char **argv)
{
	struct cli cli;
	int status;

	if (sodium_init() == -1 || !cli_init(&cli, &stop))
		return err_exit(JX_E_MEMORY);
	watch_signals();
	status = close_output(&cli, commands_run(&cli, argc, argv));
	cli_clear(&cli);
	return status;
}
