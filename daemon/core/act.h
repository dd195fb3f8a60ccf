/*
 * core/act.h: a deed on its way (deeds/deed.h): its run's results read, its
 * turn in the year, gate and act, into the intake, and after the commit into
 * the book.
 */
#ifndef JX_CORE_ACT_H
#define JX_CORE_ACT_H

#include "core/request.h"

enum {
	ACT_CHANGE_COUNT_MAX = 200, /* changes shown in an answer */
	ACT_SHOWN_SIZE_MAX = 24 << 10, /* of each list of an answer, packed: all of them fit a frame */
	ACT_TRIES_MAX = 5,
};

void act_handle(struct core *core, struct request *req);

#endif
