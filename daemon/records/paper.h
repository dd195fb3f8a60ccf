/* records/paper.h: one paper, or one row of a deed, looked at alone. */
#ifndef JX_RECORDS_PAPER_H
#define JX_RECORDS_PAPER_H

#include "records/kinds.h"

/* -1: every field is as its row in declared.c says (empty optional text becomes absent); else the first bad one. */
int paper_check(enum record_kind kind, ProtobufCMessage *record);
/* The key fields joined by "/"; NULL: memory out. */
char *paper_key(struct arena *arena, enum record_kind kind, const ProtobufCMessage *record);

#endif
