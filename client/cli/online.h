/*
 * cli/online.h: a command's talk with the daemon. Connects and logs in with the
 * first call: as JIXIAO_USER with its password file, else with the kept login.
 */
#ifndef JX_CLI_ONLINE_H
#define JX_CLI_ONLINE_H

#include <jx/envelope.pb-c.h>

#include "cli/cli.h"

/* A daemon's text in a request: protobuf-c's fields are not const, and are not written to. */
#define ONLINE_TEXT(text) ((char *)(uintptr_t)(text))

/* One request: its body case and message, and the body case of the reply. */
struct online_call {
	Jx__Envelope__BodyCase body;
	const void *message;
	Jx__Envelope__BodyCase reply;
};

/*
 * Prepares the connection, as whom to log in included. online_ask does it by
 * itself; only login and passwd, which bring a password of their own, call
 * online_prepare_stranger and go on from there.
 */
int online_prepare(struct cli *cli);
int online_prepare_stranger(struct cli *cli); /* knows the server, logs in as nobody */

/* The reply's message, in the arena. The caller tells the user (online_fail) or goes on. */
JX_MUST_USE enum jx_err online_try(
    struct cli *cli, const struct online_call *call, const void **reply);
/* Tells the user why the last call failed; its exit status. */
int online_fail(struct cli *cli);
/* Both. */
int online_ask(struct cli *cli, const struct online_call *call, const void **reply);

/* --city and --year, or the only ones there are. */
struct online_year {
	const char *city;
	uint32_t year;
};
int online_pick_year(struct cli *cli, struct online_year *out);

#endif
