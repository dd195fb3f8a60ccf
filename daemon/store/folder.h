/*
 * store/folder.h: the folder of the embedded PostgreSQL.
 *
 *   DIR/pg            the data, of user postgres when we are root
 *   DIR/run           its socket (or a private folder elsewhere, when the path
 *                     would be too long for a socket)
 *   DIR/postgres.log  its log; the one before it: postgres.log.1
 *   DIR/pg.lock       held while a daemon uses DIR
 */
#ifndef JX_STORE_FOLDER_H
#define JX_STORE_FOLDER_H

#include <limits.h>

#include "port/log.h"
#include "store/child.h"
#include "wire/err.h"

struct folder {
	const struct log_port *log;
	char dir[PATH_MAX - 64]; /* absolute, without symbolic links */
	char data[PATH_MAX];
	char socket[PATH_MAX];
	char bin[PATH_MAX]; /* PostgreSQL's programs, of the version of the data */
	struct child_user user;
	int lock_fd, log_fd;
};

/*
 * Makes what is missing, the data too (initdb, a second or so), and takes the
 * lock. JX_E_UNAVAILABLE: the log says why. close in any case.
 */
JX_MUST_USE enum jx_err folder_open(
    struct folder *folder, const char *dir, const struct log_port *log);
void folder_close(struct folder *folder);

/* The server that runs on the data now, per its pid file, whoever started it; 0: none. *is_ready:
 * it serves. */
pid_t folder_find_server(const struct folder *folder, bool *is_ready);

#endif
