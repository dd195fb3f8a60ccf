/*
 * core/token.h: a kept login as a sealed token (libsodium secretbox): account,
 * its version and an end. The daemon stores nothing; a changed password or a
 * disabled account has a new version, which voids every token of the old one.
 */
#ifndef JX_CORE_TOKEN_H
#define JX_CORE_TOKEN_H

#include <stdint.h>

#include "wire/bytes.h"

enum { TOKEN_SIZE = 24 + 16 + 80, TOKEN_NONCE_SIZE = 24 };

struct token {
	char account[65];
	uint32_t version;
	uint64_t until_us; /* wall */
};

void token_seal(const struct token *token, const uint8_t nonce[TOKEN_NONCE_SIZE],
    const uint8_t key[32], uint8_t out[TOKEN_SIZE]);
/* JX_E_SESSION: not ours. The end is not looked at. */
JX_MUST_USE enum jx_err token_open(struct bytes sealed, const uint8_t key[32], struct token *out);

#endif
