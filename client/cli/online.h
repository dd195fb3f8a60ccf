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
/*
 * The short try failed and nothing else answers: tries as patiently as other
 * commands, from now on. false: that was all the patience there is.
 */
bool online_be_patient(struct cli *cli);
/*
 * Did the last call fail for want of a link: no connection, no verified server,
 * a daemon too busy for longer than its patience? Then it was not refused.
 */
bool online_is_cut_off(const struct cli *cli);
/* Tells the user why the last call failed; its exit status. */
int online_fail(struct cli *cli);
/* The same; place (may be NULL) is told each of the daemon's faults, to say where the user wrote it. */
struct fault;
typedef void online_place_fn(void *arg, struct fault *fault);
int online_fail_placed(struct cli *cli, online_place_fn *place, void *arg);
/* The same of a refusal kept from an earlier call. */
int online_fail_kept(struct cli *cli, const Jx__Fail *fail, online_place_fn *place, void *arg);
/* Both. */
int online_ask(struct cli *cli, const struct online_call *call, const void **reply);

enum jx_err online_error(const struct cli *cli); /* of the last call */
/* What the daemon said of the last call; NULL: it did not come to that. */
const Jx__Fail *online_refusal(const struct cli *cli);

/* The unit the account belongs to; NULL: none. */
int online_own_unit(struct cli *cli, const char **unit);

/* Keeps in the profile (local.h) who the account is and which years there are; in silence. */
void online_learn(struct cli *cli);

/* --city and --year, or the only ones there are. */
struct online_year {
	const char *city;
	uint32_t year;
};
int online_pick_year(struct cli *cli, struct online_year *out);
/* May the account send that request (of the daemon's map)? */
int online_may(struct cli *cli, const char *request, bool *may);

#endif
