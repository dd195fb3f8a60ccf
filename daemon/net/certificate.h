/*
 * net/certificate.h: the daemon's own CA and server certificate, in DIR/tls:
 *   ca.pem, ca.key          EC P-256, 10 years; clients are given ca.pem
 *   server.pem, server.key  2 years; renewed when fewer than 30 days remain, or
 *                           the address listened on is not in it
 * Keys are 0600; each file is written aside, synced and renamed.
 */
#ifndef JX_NET_CERTIFICATE_H
#define JX_NET_CERTIFICATE_H

#include "port/log.h"
#include "wire/err.h"

/* listen: "ADDR:PORT". Files that are there and good are left alone, whoever made them. Errors are
 * logged. */
JX_MUST_USE enum jx_err certificate_prepare(
    const char *dir, const char *listen, const struct log_port *log);

#endif
