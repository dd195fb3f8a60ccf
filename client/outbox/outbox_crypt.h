/*
 * outbox/outbox_crypt.h: the box around what a row holds (XChaCha20-Poly1305,
 * random nonces), and the key behind the password (Argon2id).
 *
 * A box names its place (what it is, and of which row): one that was moved to
 * another row or column does not open.
 */
#ifndef JX_OUTBOX_OUTBOX_CRYPT_H
#define JX_OUTBOX_OUTBOX_CRYPT_H

#include <stdint.h>

#include "wire/bytes.h"

enum {
	OUTBOX_CRYPT_KEY_SIZE = 32,
	OUTBOX_CRYPT_NAME_SIZE = 32,
	OUTBOX_CRYPT_SALT_SIZE = 16,
	OUTBOX_CRYPT_BOX_EXTRA = 24 + 16, /* nonce and tag */
};

/*
 * Argon2id with 19 MiB and 2 passes (OWASP's least for a login): about 25 ms
 * here, as it is paid by every command. Enough, because what an attacker gets
 * for a guessed password is what the server would show him for it too, and the
 * server's own rules of passwords hold for it; 128 bits of salt make each file
 * a search of its own.
 */
enum { OUTBOX_CRYPT_PASSES = 2, OUTBOX_CRYPT_MEMORY_SIZE = 19 << 20 };

enum outbox_box {
	OUTBOX_BOX_KEY = 1, /* the file's key, under the password's */
	OUTBOX_BOX_HEAD,
	OUTBOX_BOX_SEALED,
	OUTBOX_BOX_STATE,
	OUTBOX_BOX_LABEL,
	OUTBOX_BOX_CONTENT,
};

struct outbox_place {
	enum outbox_box box;
	struct bytes row; /* what names the row; borrowed */
};

/* Made from the file's key. */
struct outbox_keys {
	uint8_t boxes[OUTBOX_CRYPT_KEY_SIZE], names[OUTBOX_CRYPT_KEY_SIZE];
};

void outbox_crypt_keys(const uint8_t key[OUTBOX_CRYPT_KEY_SIZE], struct outbox_keys *keys);
/* box: plain.size + OUTBOX_CRYPT_BOX_EXTRA bytes. */
void outbox_crypt_shut(const uint8_t key[OUTBOX_CRYPT_KEY_SIZE], struct outbox_place place,
    struct bytes plain, uint8_t *box);
/* plain: box.size - OUTBOX_CRYPT_BOX_EXTRA bytes. False: it is not that box, or was changed. */
bool outbox_crypt_open(const uint8_t key[OUTBOX_CRYPT_KEY_SIZE], struct outbox_place place,
    struct bytes box, uint8_t *plain);
/* The keyed hash by which something is looked up; space keeps the kinds of names apart. */
void outbox_crypt_name(const struct outbox_keys *keys, uint8_t space, struct bytes name,
    uint8_t out[OUTBOX_CRYPT_NAME_SIZE]);
/* 25 ms. JX_E_MEMORY. */
JX_MUST_USE enum jx_err outbox_crypt_password(const char *password,
    const uint8_t salt[OUTBOX_CRYPT_SALT_SIZE], uint8_t key[OUTBOX_CRYPT_KEY_SIZE]);

#endif
