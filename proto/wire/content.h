/*
 * wire/content.h: what "the same content" means for a small write: SHA-256 over
 * the request's name (with its NUL) and its packed message. The client knows it
 * before it sends; a receipt names it. Pure.
 */
#ifndef JX_WIRE_CONTENT_H
#define JX_WIRE_CONTENT_H

#include <stdint.h>

#include "wire/bytes.h"

/* request: the field's name in Envelope ("deed"); packed: its message. */
void content_hash(const char *request, struct bytes packed, uint8_t hash[32]);

#endif
