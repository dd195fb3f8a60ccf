/* core/account.h: accounts: add, list, disable, change one's password. */
#ifndef JX_CORE_ACCOUNT_H
#define JX_CORE_ACCOUNT_H

#include "core/request.h"

enum {
	ACCOUNT_PASSWORD_SIZE_MIN =
	    10, /* bytes; length is what protects, not classes of characters */
	ACCOUNT_PASSWORD_SIZE_MAX = 256,
	ACCOUNT_REASON_SIZE_MAX = 600,
	ACCOUNT_PAGE_COUNT = 200, /* in one answer; one takes at most 300 bytes */
};

void account_handle_passwd(struct core *core, struct request *req);
void account_handle_add(struct core *core, struct request *req);
void account_handle_disable(struct core *core, struct request *req);
void account_handle_list(struct core *core, struct request *req);

#endif
