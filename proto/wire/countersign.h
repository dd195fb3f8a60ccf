/*
 * wire/countersign.h: the visited unit's word on a mark, given on the spot and
 * without a link (现场会签): its representative types the code that was given to
 * the unit, reads the mark, agrees or objects, and the evaluator's client signs
 * in his name. Pure.
 *
 * The code (wire/code.h, CODE_SHORT_BITS) is a secret of the unit's; of it
 * follows an Ed25519 key pair, whose public half the unit makes known
 * (signer.set). 90 random bits: they are not searched. City, year and unit go
 * into the key: a code used twice gives two keys.
 */
#ifndef JX_WIRE_COUNTERSIGN_H
#define JX_WIRE_COUNTERSIGN_H

#include <stdint.h>

#include "wire/bytes.h"
#include "wire/code.h"

enum { COUNTERSIGN_PUBLIC_SIZE = 32, COUNTERSIGN_SECRET_SIZE = 64, COUNTERSIGN_SIZE = 64 };

/*
 * Seed of the pair: BLAKE2b-256 (crypto_generichash, no key) over
 * "jixiao-countersign-1", NUL, city, year, unit, the code's 12 bytes as
 * code_read gives them; texts as their size (4 bytes, big-endian) and bytes,
 * the year as 4 bytes.
 */
void countersign_key(const uint8_t code[CODE_SHORT_SIZE], const char *city, uint32_t year, const char *unit,
    uint8_t public_key[COUNTERSIGN_PUBLIC_SIZE], uint8_t secret_key[COUNTERSIGN_SECRET_SIZE]);

/* None NULL: what is absent is "". */
struct countersign {
	const char *city, *unit;
	uint32_t year;
	const char *object;  /* goal, or visit */
	const char *by;      /* the account that marks */
	const char *content; /* deed_content of the mark that was seen: 32 hex digits */
	const char *name;    /* of the representative */
	const char *verdict; /* "agree", "object" */
	const char *text;
};

/*
 * What is signed: "jixiao-countersign-1", NUL, city, year, unit, object, by,
 * content, name, verdict, text, written as above. In arena; data NULL: memory
 * out.
 */
struct bytes countersign_bytes(struct arena *arena, const struct countersign *sign);
/* signature: COUNTERSIGN_SIZE bytes. JX_E_MEMORY. */
JX_MUST_USE enum jx_err countersign_make(struct arena *arena, const struct countersign *sign,
    const uint8_t secret_key[COUNTERSIGN_SECRET_SIZE], uint8_t signature[COUNTERSIGN_SIZE]);
/* JX_E_FIELD: it is not the signature of that by that key. JX_E_MEMORY. */
JX_MUST_USE enum jx_err countersign_check(struct arena *arena, const struct countersign *sign,
    const uint8_t public_key[COUNTERSIGN_PUBLIC_SIZE], const uint8_t signature[COUNTERSIGN_SIZE]);

#endif
