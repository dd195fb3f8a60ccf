#include "core/token.h"

#include <sodium.h>
#include <string.h>

/* Inside: account (64, zero-padded), version (4), end (8), zeros (4); little-endian. */
enum { TOKEN_PLAIN_SIZE = 80 };
_Static_assert(TOKEN_SIZE == TOKEN_NONCE_SIZE + crypto_secretbox_MACBYTES + TOKEN_PLAIN_SIZE,
    "sizes of libsodium");

void
token_seal(const struct token *token, const uint8_t nonce[TOKEN_NONCE_SIZE], const uint8_t key[32],
    uint8_t out[TOKEN_SIZE])
{
	uint8_t plain[TOKEN_PLAIN_SIZE] = {0};

	memcpy(plain, token->account, strnlen(token->account, 64));
	for (int i = 0; i < 4; i++)
		plain[64 + i] = (uint8_t)(token->version >> 8 * i);
	for (int i = 0; i < 8; i++)
		plain[68 + i] = (uint8_t)(token->until_us >> 8 * i);
	memcpy(out, nonce, TOKEN_NONCE_SIZE);
	crypto_secretbox_easy(out + TOKEN_NONCE_SIZE, plain, sizeof plain, nonce, key);
}

enum jx_err
token_open(struct bytes sealed, const uint8_t key[32], struct token *out)
{
	uint8_t plain[TOKEN_PLAIN_SIZE];
	struct token token = {0};

	if (sealed.size != TOKEN_SIZE ||
	    crypto_secretbox_open_easy(plain, sealed.data + TOKEN_NONCE_SIZE,
		sealed.size - TOKEN_NONCE_SIZE, sealed.data, key) != 0)
		return JX_E_SESSION;
	memcpy(token.account, plain, 64);
	for (int i = 0; i < 4; i++)
		token.version |= (uint32_t)plain[64 + i] << 8 * i;
	for (int i = 0; i < 8; i++)
		token.until_us |= (uint64_t)plain[68 + i] << 8 * i;
	*out = token;
	return JX_OK;
}
