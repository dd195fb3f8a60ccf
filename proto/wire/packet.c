#include "wire/packet.h"

#include <sodium.h>
#include <string.h>

struct bytes
packet_signed_bytes(struct arena *arena, const char *account, struct bytes deed)
{
	static const char what[] = "jixiao-packet-1";
	size_t account_size = strlen(account), size = sizeof what + 4 + account_size + deed.size;
	uint8_t *bytes = arena_alloc(arena, size), *at = bytes;

	if (bytes == NULL)
		return (struct bytes){NULL, 0};
	memcpy(at, what, sizeof what);
	at += sizeof what;
	for (int shift = 24; shift >= 0; shift -= 8)
		*at++ = (uint8_t)(account_size >> shift);
	memcpy(at, account, account_size);
	if (deed.size > 0)
		memcpy(at + account_size, deed.data, deed.size);
	return (struct bytes){bytes, size};
}

void
packet_key_id(const uint8_t public_key[32], uint8_t id[8])
{
	uint8_t hash[32];

	crypto_hash_sha256(hash, public_key, 32);
	memcpy(id, hash, 8);
}
