/*
 * cli/prompt.h: what only a person at the terminal knows.
 */
#ifndef JX_CLI_PROMPT_H
#define JX_CLI_PROMPT_H

#include "cli/cli.h"

/* One line, in the arena; is_secret: without echo. Told to the user when there is no terminal. */
int prompt_line(struct cli *cli, const char *question, bool is_secret, const char **line);
/*
 * A line from standard input, a terminal or not, into line (size bytes), which
 * the caller can wipe; blanks at its end are gone. question: asked on stderr;
 * NULL: nothing is. *is_end: nothing comes any more.
 */
int prompt_answer(struct cli *cli, const char *question, char *line, size_t size, bool *is_end);
/* The first line of a password file. */
int prompt_read_file(struct cli *cli, const char *path, const char **line);

#endif
