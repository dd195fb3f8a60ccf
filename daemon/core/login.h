/*
 * core/login.h: Hello and Bye, logging in by password or token, who am I.
 *
 * An unknown account takes the same way and the same time as a wrong password
 * and gets the same answer. Failures are throttled (throttle.h).
 */
#ifndef JX_CORE_LOGIN_H
#define JX_CORE_LOGIN_H

#include "core/request.h"
#include "port/store.h"

/* An account row (QUESTION_ACCOUNT). */
struct login_account {
	char *account, *role, *city, *hash, *unit, *subject;
	bool is_disabled;
	uint32_t version;
};

/* Into arena. false: there is none, or memory is out. */
bool login_read_account(struct arena *arena, const struct store_rows *rows, struct login_account *out);
/* Who acts when that account acts. */
void login_actor(const struct login_account *account, struct actor *actor);

void login_handle_hello(struct core *core, struct request *req);
void login_handle_bye(struct core *core, struct request *req);
void login_handle_keys(struct core *core, struct request *req);
void login_handle_login(struct core *core, struct request *req);
void login_handle_resume(struct core *core, struct request *req);
void login_handle_whoami(struct core *core, struct request *req);

#endif
