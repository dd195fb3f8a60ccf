/*
 * core/device.h: the public key with which an account's client signs what it
 * seals for others to carry (deliver.h): made known while there is a link.
 *
 * An account has at most 32 (E_QUOTA); none is ever forgotten or changed; a
 * lost laptop is answered by disabling its account. The same key again changes
 * nothing.
 */
#ifndef JX_CORE_DEVICE_H
#define JX_CORE_DEVICE_H

#include "core/request.h"

void device_handle_add(struct core *core, struct request *req);

#endif
