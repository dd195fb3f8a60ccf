/*
 * cli/upload.h: a bundle's way to the daemon: begun, sent in chunks, committed;
 * taken up where it stopped after a lost connection, and begun again, as the
 * same operation, when the daemon has forgotten it.
 */
#ifndef JX_CLI_UPLOAD_H
#define JX_CLI_UPLOAD_H

#include "bundle/bundle.h"
#include "cli/online.h"

struct upload {
	struct bundle *bundle; /* borrowed */
	bool is_dry_run;
	uint8_t op_id[16];
	uint8_t digest[32]; /* records_digest */
	/* What is sent, cut into chunks: made by upload_init. */
	Jx__ImportChunk *chunks;
	uint32_t chunk_count;
	uint64_t size;
};

/* A new operation. JX_E_MEMORY. The upload lives in arena. */
JX_MUST_USE enum jx_err upload_init(
    struct upload *upload, struct bundle *bundle, bool is_dry_run, struct arena *arena);
/* All of it; the user is told when it fails. */
int upload_send(struct cli *cli, struct upload *upload, const Jx__ImportReply **reply);

#endif
