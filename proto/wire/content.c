#include "wire/content.h"

#include <sodium.h>
#include <string.h>

void
content_hash(const char *request, struct bytes packed, uint8_t hash[32])
{
	crypto_hash_sha256_state state;

	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, (const uint8_t *)request, strlen(request) + 1);
	if (packed.size > 0)
		crypto_hash_sha256_update(&state, packed.data, packed.size);
	crypto_hash_sha256_final(&state, hash);
}
