/*
 * deeds/proof.h: files as proofs (佐证): who may send one, who may read it, and
 * which records name it (R12, R14, R44).
 *
 * A record names files in its field "evidence": 64 lower-case hex digits each,
 * joined by ";". Anything else in there is a plain reference to something that
 * is not kept here. A file is a unit's: naming a hash gives nobody the bytes
 * that another unit has filed.
 *
 * Pure.
 */
#ifndef JX_DEEDS_PROOF_H
#define JX_DEEDS_PROOF_H

#include "deeds/deed.h"

enum { PROOF_HEX_SIZE = 64 };

/* Is it a file's name, as a whole? */
bool proof_is_hash(const char *text);
/* 32 bytes as text, in arena; and back. false: it is none. */
char *proof_hex(struct arena *arena, const uint8_t hash[32]);
bool proof_hash(const char *hex, uint8_t hash[32]);

/*
 * The next file named in an evidence field: hex gets PROOF_HEX_SIZE digits and
 * NUL. *cursor starts at 0. false: no more.
 */
bool proof_next(const char *evidence, size_t *cursor, char hex[PROOF_HEX_SIZE + 1]);
/* The record's field "evidence"; "" when its kind has none. */
const char *proof_field(enum record_kind kind, const ProtobufCMessage *record);
bool proof_names(enum record_kind kind, const ProtobufCMessage *record, const char *hex);

/* Do two evidence fields name one file, or the same reference? */
bool proof_is_shared(const char *one, const char *other);
/* A deed's argument that goes into an evidence field fits it; else a deed_why. */
void proof_check_length(struct deed_ctx *ctx, const char *evidence);

/* As what a file may be called: no path, no special character. */
bool proof_is_name(const char *name);

/* May the actor send files for that unit: its own; the office any; evaluators those of their group. */
bool proof_may_send(const struct book *book, const struct actor *actor, const char *unit);
const Jx__File *proof_find(const struct book *book, const char *unit, const char *hex);
/* May the actor read it: he sees its own row, or a record of the unit that names it. */
bool proof_may_read(const struct book *book, const struct actor *actor, const Jx__File *file);

#endif
