#include "outbox/outbox_crypt.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

enum { NONCE_SIZE = 24, PLACE_SIZE_MAX = 64 };

_Static_assert(NONCE_SIZE == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "nonce");
_Static_assert(
    OUTBOX_CRYPT_BOX_EXTRA == NONCE_SIZE + crypto_aead_xchacha20poly1305_ietf_ABYTES, "box");
_Static_assert(
    (int)OUTBOX_CRYPT_KEY_SIZE == (int)crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "key");
_Static_assert((int)OUTBOX_CRYPT_SALT_SIZE == (int)crypto_pwhash_SALTBYTES, "salt");

void
outbox_crypt_keys(const uint8_t key[OUTBOX_CRYPT_KEY_SIZE], struct outbox_keys *keys)
{
	static const char context[crypto_kdf_CONTEXTBYTES] = "jxoutbox";

	crypto_kdf_derive_from_key(keys->boxes, sizeof keys->boxes, 1, context, key);
	crypto_kdf_derive_from_key(keys->names, sizeof keys->names, 2, context, key);
}

static size_t
place_bytes(struct outbox_place place, uint8_t bytes[PLACE_SIZE_MAX])
{
	assert(place.row.size < PLACE_SIZE_MAX);
	bytes[0] = (uint8_t)place.box;
	memcpy(bytes + 1, place.row.data, place.row.size);
	return 1 + place.row.size;
}

void
outbox_crypt_shut(const uint8_t key[OUTBOX_CRYPT_KEY_SIZE], struct outbox_place place,
    struct bytes plain, uint8_t *box)
{
	uint8_t where[PLACE_SIZE_MAX];
	size_t where_size = place_bytes(place, where);

	randombytes_buf(box, NONCE_SIZE);
	crypto_aead_xchacha20poly1305_ietf_encrypt(
	    box + NONCE_SIZE, NULL, plain.data, plain.size, where, where_size, NULL, box, key);
}

bool
outbox_crypt_open(const uint8_t key[OUTBOX_CRYPT_KEY_SIZE], struct outbox_place place,
    struct bytes box, uint8_t *plain)
{
	uint8_t where[PLACE_SIZE_MAX];
	size_t where_size = place_bytes(place, where);

	return box.size >= OUTBOX_CRYPT_BOX_EXTRA &&
	       crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, box.data + NONCE_SIZE,
		   box.size - NONCE_SIZE, where, where_size, box.data, key) == 0;
}

void
outbox_crypt_name(const struct outbox_keys *keys, uint8_t space, struct bytes name,
    uint8_t out[OUTBOX_CRYPT_NAME_SIZE])
{
	crypto_generichash_state state;

	crypto_generichash_init(&state, keys->names, sizeof keys->names, OUTBOX_CRYPT_NAME_SIZE);
	crypto_generichash_update(&state, &space, 1);
	crypto_generichash_update(&state, name.data, name.size);
	crypto_generichash_final(&state, out, OUTBOX_CRYPT_NAME_SIZE);
}

enum jx_err
outbox_crypt_password(const char *password, const uint8_t salt[OUTBOX_CRYPT_SALT_SIZE],
    uint8_t key[OUTBOX_CRYPT_KEY_SIZE])
{
	if (crypto_pwhash(key, OUTBOX_CRYPT_KEY_SIZE, password, strlen(password), salt,
		OUTBOX_CRYPT_PASSES, OUTBOX_CRYPT_MEMORY_SIZE, crypto_pwhash_ALG_ARGON2ID13) != 0)
		return JX_E_MEMORY;
	return JX_OK;
}
