/*
 * core/login.h: Hello and Bye, logging in by password or token, who am I.
 *
 * An unknown account takes the same way and the same time as a wrong password
 * and gets the same answer. Failures are throttled (throttle.h).
 */
#ifndef JX_CORE_LOGIN_H
#define JX_CORE_LOGIN_H

#include "core/request.h"

void login_handle_hello(struct core *core, struct request *req);
void login_handle_bye(struct core *core, struct request *req);
void login_handle_keys(struct core *core, struct request *req);
void login_handle_login(struct core *core, struct request *req);
void login_handle_resume(struct core *core, struct request *req);
void login_handle_whoami(struct core *core, struct request *req);

#endif
