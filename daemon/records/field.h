/*
 * records/field.h: one field of a record, read and set by its place in the
 * kind's row, through protobuf-c's descriptors.
 *
 * Text that is set is borrowed: it must live as long as the record. Pure.
 */
#ifndef JX_RECORDS_FIELD_H
#define JX_RECORDS_FIELD_H

#include "records/kinds.h"

/* FIELD_CODE, _NAME, _CHOICE, _VALUE, _TEXT, _DATE. NULL: absent. */
const char *field_text(const ProtobufCMessage *record, enum record_kind kind, size_t field);
/* Is it one of FIELD_POINTS, _WHOLE, _MOMENT, _COUNT? */
bool field_is_number(enum field_type type);
/* Of such a field. false: absent, *number untouched. */
bool field_number(
    const ProtobufCMessage *record, enum record_kind kind, size_t field, int64_t *number);
/* FIELD_ANSWERS. */
char *const *field_answers(
    const ProtobufCMessage *record, enum record_kind kind, size_t field, size_t *count);

void field_set_text(ProtobufCMessage *record, enum record_kind kind, size_t field, char *text);
/* FIELD_WHOLE and FIELD_COUNT take 0..UINT32_MAX. */
void field_set_number(
    ProtobufCMessage *record, enum record_kind kind, size_t field, int64_t number);
void field_set_answers(
    ProtobufCMessage *record, enum record_kind kind, size_t field, char **answers, size_t count);

/* The field of that name in the kind's row, or -1. */
int field_find(enum record_kind kind, const char *name);

#endif
