/*
 * cli/sending_file.h: an item with a file: the file goes up before its deed.
 */
#ifndef JX_CLI_SENDING_FILE_H
#define JX_CLI_SENDING_FILE_H

#include "cli/sending.h"

enum sending_file {
	SENDING_FILE_THERE,   /* the daemon has all of it */
	SENDING_FILE_REFUSED, /* told; fail says why: the daemon's word, or that it is not the file it was */
	SENDING_FILE_WAITS,   /* told: the link, the login, Ctrl-C; *status is the exit status */
};

enum sending_file sending_file_upload(struct cli *cli, const struct outbox_item *item,
    const Jx__Deed *deed, const Jx__Fail **fail, int *status);

#endif
