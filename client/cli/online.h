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
/* A watch (link.h), with cli as arg of on_notice: never JX_OK. The caller tells the user. */
JX_MUST_USE enum jx_err online_watch(struct cli *cli, const Jx__Watch *watch,
    void (*on_notice)(void *arg, const Jx__NoticeEvent *event));
/* Tells the user why the last call failed; its exit status. */
int online_fail(struct cli *cli);
/* The same; place (may be NULL) is told each of the daemon's faults, to say where the user wrote it. */
struct fault;
typedef void online_place_fn(void *arg, struct fault *fault);
int online_fail_placed(struct cli *cli, online_place_fn *place, void *arg);
/* Both. */
int online_ask(struct cli *cli, const struct online_call *call, const void **reply);

/* The unit the account belongs to; NULL: none. */
int online_own_unit(struct cli *cli, const char **unit);

/* --city and --year, or the only ones there are. */
struct online_year {
	const char *city;
	uint32_t year;
};
int online_pick_year(struct cli *cli, struct online_year *out);
/* May the account send that request (of the daemon's map)? */
int online_may(struct cli *cli, const char *request, bool *may);

#endif
