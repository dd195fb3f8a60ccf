/*
 * deeds/sheet.h: a leader's sheet (R27): which units he marks, how, and whether
 * it is complete.
 */
#ifndef JX_DEEDS_SHEET_H
#define JX_DEEDS_SHEET_H

#include "deeds/deed.h"

/* Does that leader mark the unit, and how? As the calculation asks (scoring/leaders.c). */
bool sheet_asks(const struct book *book, const char *leader, const char *unit, enum leader_method *method);
/* How many units he marks; how many of that kind he supervises (the n of rank r of n). */
size_t sheet_unit_count(const struct book *book, const char *leader);
uint32_t sheet_portfolio(const struct book *book, const char *leader, int kind);
/* Has it come: sealed, or merged? */
bool sheet_is_received(const struct book *book, const char *leader);
/* A sealed sheet's lines become marks; for session.close. */
enum jx_err sheet_merge(struct deed_ctx *ctx, const char *leader);

#endif
