/*
 * core/start.h: before the first login: the key of the receipts is published,
 * the account "admin" exists, open runs are taken up. Repeated until it has
 * succeeded; then core_world.ready.
 */
#ifndef JX_CORE_START_H
#define JX_CORE_START_H

struct core;

void start_on_available(struct core *core);
void start_tick(struct core *core);

#endif
