/*
 * link/opid.h: the id of an operation, made by the client: UUIDv7 (RFC 9562).
 * The same operation sent again carries the same id; a new one never does.
 */
#ifndef JX_LINK_OPID_H
#define JX_LINK_OPID_H

#include <stdint.h>

enum { OPID_SIZE = 16, OPID_TEXT_SIZE = 37, OPID_RANDOM_SIZE = 10 };

/* A new one, of now and random. */
void opid_make(uint8_t id[OPID_SIZE]);
/* From its parts. Pure. unix_ms: the low 48 bits count. */
void opid_write(uint64_t unix_ms, const uint8_t random[OPID_RANDOM_SIZE], uint8_t id[OPID_SIZE]);
/* "0193b8c1-…": lower case, with dashes. text: OPID_TEXT_SIZE bytes. */
const char *opid_text(const uint8_t id[OPID_SIZE], char *text);

#endif
