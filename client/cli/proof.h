/*
 * cli/proof.h: a receipt as a file: JSON with every field of the message (bytes
 * as hex), and beside them which server, city and year it is of.
 */
#ifndef JX_CLI_PROOF_H
#define JX_CLI_PROOF_H

#include <jansson.h>
#include <jx/receipt.pb-c.h>

#include "cli/cli.h"

/* What the user knows of the operation besides. city NULL: of none. */
struct proof_of {
	const char *city;
	uint32_t year;
};

/* New reference; NULL: memory out. */
json_t *proof_json(struct arena *arena, const Jx__Receipt *receipt);
/* In arena. JX_E_RECEIPT: a field is missing or has a wrong form. */
JX_MUST_USE enum jx_err proof_read(struct arena *arena, const json_t *json, Jx__Receipt *out);

/*
 * Checks the receipt with the server's key (keys.h), that it is for that op and
 * content (either NULL: not known), and writes it to path, or, when path is
 * NULL, to receipts/OPID.json in the state folder; durable when this returns.
 * *path_out: where it is.
 */
int proof_keep(struct cli *cli, const Jx__Receipt *receipt, const struct proof_of *of,
    const char *path, const char **path_out);
/* The first half: with a key that is kept already, no question asked. JX_E_RECEIPT, told. */
int proof_check_kept(const struct cli *cli, const Jx__Receipt *receipt);
/* The second half: the receipt has been checked. */
int proof_store(struct cli *cli, const Jx__Receipt *receipt, const struct proof_of *of,
    const char *path, const char **path_out);
/* Where proof_keep puts the receipt of that op; NULL: there is no home. */
const char *proof_path(const struct cli *cli, const uint8_t *op_id);
/* proof_check_content, then proof_keep: in --receipt's file, when that is given. */
int proof_accept(struct cli *cli, const Jx__Receipt *receipt, const struct proof_of *of,
    const uint8_t *op_id, const uint8_t *content_hash, const char **path_out);
/* JX_E_RECEIPT, told to the user: it is not for that op or not for that content (NULL: any). */
int proof_check_content(const struct cli *cli, const Jx__Receipt *receipt, const uint8_t *op_id,
    const uint8_t *content_hash);

#endif
