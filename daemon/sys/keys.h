/*
 * sys/keys.h: what the daemon keeps secret, made at the first start:
 *   DIR/keys/signing.key   Ed25519 seed, 32 bytes (receipts are signed with it)
 *   DIR/keys/signing-KEYID.key  one that was rotated out: opens packets that
 *                          were sealed to it; may be deleted when none is on its way
 *   DIR/keys/token.key     32 bytes (logins that are kept are sealed with it)
 *   DIR/keys/vault         keys of open polls (job/vault.h)
 *   DIR/admin.password     of account "admin", a line; for its first login
 *   DIR/receipt.pub        the public key in hex, a line: for everybody
 * All but the last may be read by their owner only.
 *
 * Receipts of a former key stay good: the store lists every public key there
 * ever was (Keys), and clients keep them by key id.
 */
#ifndef JX_SYS_KEYS_H
#define JX_SYS_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "port/log.h"
#include "wire/err.h"

enum { KEYS_PASSWORD_SIZE_MAX = 256, KEYS_FORMER_COUNT_MAX = 16 };

struct keys {
	uint8_t signing_secret[64], signing_public[32], token_key[32];
	char admin_password[KEYS_PASSWORD_SIZE_MAX + 1];
	uint8_t former_secret[KEYS_FORMER_COUNT_MAX][64];
	size_t former_count;
};

/* Reads or makes them; DIR must exist. JX_E_FILE: the log says which and why. */
JX_MUST_USE enum jx_err keys_read(const char *dir, const struct log_port *log, struct keys *keys);
/*
 * Puts a new signing key in the place of the present one, which is kept beside
 * it first: whenever this is cut short, one of them signs and both are there.
 * The caller holds the folder's lock. JX_E_FILE, JX_E_TOO_BIG (there are
 * KEYS_FORMER_COUNT_MAX already): in the log, in words.
 */
JX_MUST_USE enum jx_err keys_rotate(const char *dir, const struct log_port *log);
void keys_clear(struct keys *keys); /* wipes */

#endif
