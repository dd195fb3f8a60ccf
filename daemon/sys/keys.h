/*
 * sys/keys.h: what the daemon keeps secret, made at the first start:
 *   DIR/keys/signing.key   Ed25519 seed, 32 bytes (receipts are signed with it)
 *   DIR/keys/token.key     32 bytes (logins that are kept are sealed with it)
 *   DIR/keys/vault         keys of open polls (job/vault.h)
 *   DIR/admin.password     of account "admin", a line; for its first login
 *   DIR/receipt.pub        the public key in hex, a line: for everybody
 * The first three may be read by their owner only.
 */
#ifndef JX_SYS_KEYS_H
#define JX_SYS_KEYS_H

#include <stdint.h>

#include "port/log.h"
#include "wire/err.h"

enum { KEYS_PASSWORD_SIZE_MAX = 256 };

struct keys {
	uint8_t signing_secret[64], signing_public[32], token_key[32];
	char admin_password[KEYS_PASSWORD_SIZE_MAX + 1];
};

/* Reads or makes them; DIR must exist. JX_E_FILE: the log says which and why. */
JX_MUST_USE enum jx_err keys_read(const char *dir, const struct log_port *log, struct keys *keys);
void keys_clear(struct keys *keys); /* wipes */

#endif
