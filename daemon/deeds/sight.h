/*
 * deeds/sight.h: who sees which records (R42, G7), as one table: kind × role.
 */
#ifndef JX_DEEDS_SIGHT_H
#define JX_DEEDS_SIGHT_H

#include "deeds/deed.h"

/* May the actor see this record? */
bool sight_may(const struct book *book, const struct actor *actor, enum record_kind kind, const ProtobufCMessage *record);
/* Is the notice meant for the actor? What it leaves open fits everybody. */
bool sight_is_addressed(const struct actor *actor, const Jx__Notice *notice);
/* May the actor see any record of that kind at all? */
bool sight_any(const struct actor *actor, enum record_kind kind);

#endif
