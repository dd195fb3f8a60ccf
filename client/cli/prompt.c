#include "cli/prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cli/files.h"

enum { LINE_SIZE_MAX = 1024, SLICE_MS = 100 };

/* Up to the end of the line, or Ctrl-C. line: size_max bytes. JX_E_NOT_FOUND: nothing comes any more. */
static enum jx_err
read_line(const struct cli *cli, int fd, char *line, size_t size_max)
{
	size_t size = 0;
	ssize_t got;

	while (*cli->stop == 0) {
		struct pollfd ready = {.fd = fd, .events = POLLIN};
		char byte;

		/* In slices: a signal may come between looking at stop and waiting. */
		if (poll(&ready, 1, SLICE_MS) <= 0)
			continue;
		got = read(fd, &byte, 1);
		if (got == -1)
			return JX_E_FILE;
		if (got == 0 && size == 0)
			return JX_E_NOT_FOUND;
		if (got == 0 || byte == '\n') {
			line[size] = '\0';
			return JX_OK;
		}
		if (size + 1 == size_max)
			return JX_E_TOO_BIG;
		line[size++] = byte;
	}
	return JX_E_CANCELLED;
}

static void
ask(const struct cli *cli, const char *question)
{
	fprintf(stderr, "%s%s", question, cli_say(cli, "：", ": "));
}

static enum jx_err
read_answer(const struct cli *cli, int fd, const char *question, bool is_secret, char *line)
{
	struct termios old, quiet;
	enum jx_err err;

	if (!is_secret) {
		ask(cli, question);
		return read_line(cli, fd, line, LINE_SIZE_MAX);
	}
	if (tcgetattr(fd, &old) == -1)
		return JX_E_FILE;
	quiet = old;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	if (tcsetattr(fd, TCSAFLUSH, &quiet) == -1)
		return JX_E_FILE;
	ask(cli, question); /* only now: what answers it is not shown */
	err = read_line(cli, fd, line, LINE_SIZE_MAX);
	if (tcsetattr(fd, TCSAFLUSH, &old) == -1 && err == JX_OK)
		err = JX_E_FILE;
	fputc('\n', stderr);
	return err;
}

int
prompt_line(struct cli *cli, const char *question, bool is_secret, const char **line)
{
	char *answer = arena_alloc(cli->arena, LINE_SIZE_MAX);
	enum jx_err err;
	int fd;

	if (answer == NULL)
		return cli_error_memory(cli);
	fd = isatty(STDIN_FILENO) == 1 ? open("/dev/tty", O_RDWR | O_CLOEXEC) : -1;
	if (fd == -1)
		return cli_error(cli, JX_E_USAGE,
		    "没有终端可以输入“%s”：请设置 JIXIAO_USER 与 JIXIAO_PASSWORD_FILE",
		    "no terminal to ask for \"%s\": set JIXIAO_USER and JIXIAO_PASSWORD_FILE",
		    question);
	err = read_answer(cli, fd, question, is_secret, answer);
	close(fd);
	if (err == JX_E_NOT_FOUND)
		err = JX_E_FILE; /* the terminal is gone */
	if (err != JX_OK)
		return cli_error(cli, err, "%s", "%s", question);
	*line = answer;
	return CLI_EXIT_OK;
}

int
prompt_answer(struct cli *cli, const char *question, char *line, size_t size, bool *is_end)
{
	enum jx_err err;
	size_t length;

	fflush(stdout);
	if (question != NULL)
		ask(cli, question);
	err = read_line(cli, STDIN_FILENO, line, size);
	*is_end = err == JX_E_NOT_FOUND;
	if (*is_end) {
		line[0] = '\0';
		return CLI_EXIT_OK;
	}
	if (err != JX_OK)
		return cli_error(cli, err, "%s", "%s", question == NULL ? "" : question);
	length = strlen(line);
	while (length > 0 && (line[length - 1] == '\r' || line[length - 1] == ' '))
		line[--length] = '\0';
	return CLI_EXIT_OK;
}

int
prompt_read_file(struct cli *cli, const char *path, const char **line)
{
	struct bytes text;
	char *copy;

	errno = 0;
	if (files_read(cli->arena, path, LINE_SIZE_MAX, &text) != JX_OK)
		return cli_error_file(cli, path, errno);
	copy = arena_strdup(cli->arena, (const char *)text.data);
	if (copy == NULL)
		return cli_error_memory(cli);
	copy[strcspn(copy, "\r\n")] = '\0';
	*line = copy;
	return CLI_EXIT_OK;
}
