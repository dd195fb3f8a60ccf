/*
 * core/evidence.h: files of evidence in chunks (R12, R14, R44): what is known of
 * one, its list, its chunks, and ranges of a kept one. It is kept by a deed
 * (evidence.keep, photo.keep: core/whole.h reads it first).
 *
 * Memory: one frame a request under way, as route.c bounds them; no file is ever
 * held whole. Whose file it may be, and who may read it: deeds/proof.h.
 */
#ifndef JX_CORE_EVIDENCE_H
#define JX_CORE_EVIDENCE_H

#include "core/request.h"

enum {
	EVIDENCE_READING_US = 60 * 1000000, /* a right to read is looked for anew after it */
};

void evidence_handle_offer(struct core *core, struct request *req);
void evidence_handle_list(struct core *core, struct request *req);
void evidence_handle_chunk(struct core *core, struct request *req);
void evidence_handle_read(struct core *core, struct request *req);

#endif
