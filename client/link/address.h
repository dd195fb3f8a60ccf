/*
 * link/address.h: where the daemon is, as a user writes it: "host:port",
 * "10.0.0.5:7143", "[::1]:7143". Pure.
 */
#ifndef JX_LINK_ADDRESS_H
#define JX_LINK_ADDRESS_H

#include <stdbool.h>

#include "wire/err.h"

enum { ADDRESS_HOST_SIZE = 254, ADDRESS_PORT_SIZE = 6 }; /* DNS: 253 characters; 65535 */

struct address {
	char host[ADDRESS_HOST_SIZE];
	char port[ADDRESS_PORT_SIZE];
	bool is_number; /* an IP address, no name: a certificate is held against it as such */
};

/* JX_E_FIELD: it is none; *out is untouched. */
JX_MUST_USE enum jx_err address_read(const char *text, struct address *out);

#endif
