/*
 * net/net.h: port/net.h over libevent and OpenSSL: a listener, TLS 1.3
 * connections in slots, certificates of the daemon's own making.
 *
 * One thread: the loop's. Events are never raised from inside a call.
 */
#ifndef JX_NET_NET_H
#define JX_NET_NET_H

#include "port/log.h"
#include "port/net.h"

struct event_base;
struct net;

struct net_config {
	const char *listen;  /* "127.0.0.1:7443", "[::1]:0"; port 0: any free one */
	const char *tls_dir; /* DIR/tls: see net/certificate.h */
	uint32_t connection_count_max, connection_count_max_address;
	uint32_t handshake_seconds_max;
	size_t received_size_max; /* unread bytes of one connection; a whole frame must fit */
};

/* Makes or reads the certificates and binds; does not accept yet. Errors are logged. */
JX_MUST_USE enum jx_err net_open(struct event_base *base, const struct net_config *config,
    const struct log_port *log, struct net **out);
/* Accepts from now on. events is copied. */
void net_start(struct net *net, const struct net_events *events);
/* No new connections. */
void net_stop(struct net *net);
/* Drops every connection without a word, frees all. */
void net_close(struct net *net);

struct net_port net_port(struct net *net);
/* "127.0.0.1:43211": the port that was bound. */
const char *net_address(const struct net *net);

#endif
