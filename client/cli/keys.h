/*
 * cli/keys.h: the public keys with which servers sign receipts, as they said
 * themselves over a verified connection; kept under keys/ in the state folder,
 * one file a server, so that receipts can be verified offline years later. A
 * key once known is never forgotten.
 *
 * What makes a key trusted is the connection alone: the server's certificate,
 * vouched for by the CA that the user named (JIXIAO_CA). Nothing else adds one:
 * not a receipt that names it, not a stick; --key counts for that one call.
 * After a rotation (jixiaod --rotate-key) the new key comes the same way, with
 * the first receipt that it signed; the former verifies what it signed, offline.
 */
#ifndef JX_CLI_KEYS_H
#define JX_CLI_KEYS_H

#include <protobuf-c/protobuf-c.h>

#include "cli/cli.h"
#include "wire/receipt.h"

/* Asks the server, once a process, and adds what is new to its file. */
int keys_update(struct cli *cli);
/* The same, and once more when that key is not known yet: it was rotated in meanwhile. */
int keys_update_for(struct cli *cli, ProtobufCBinaryData key_id);
/* Only asks, and is not told when that fails: also the way to see that there is a link. */
JX_MUST_USE enum jx_err keys_try(struct cli *cli);
/* Among all servers' kept keys. JX_E_NOT_FOUND. */
JX_MUST_USE enum jx_err keys_find(
    const struct cli *cli, ProtobufCBinaryData key_id, uint8_t key[RECEIPT_PUBLIC_SIZE]);
/* The one that this server named last. JX_E_NOT_FOUND: none is kept. */
JX_MUST_USE enum jx_err keys_newest(const struct cli *cli, uint8_t key[RECEIPT_PUBLIC_SIZE]);
/* From a file that holds the key in hex (the daemon's receipt.pub). */
int keys_read_file(struct cli *cli, const char *path, uint8_t key[RECEIPT_PUBLIC_SIZE]);

#endif
