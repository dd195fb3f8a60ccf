/*
 * net/conn.h: one TLS connection: handshake under a time limit, bytes in with
 * back-pressure, bytes out, an end with close_notify.
 */
#ifndef JX_NET_CONN_H
#define JX_NET_CONN_H

#include <event2/util.h>
#include <openssl/ssl.h>

#include "net/net.h"

enum { CONN_ADDRESS_SIZE = 64, CONN_CLOSE_SECONDS_MAX = 5 };

enum conn_state {
	CONN_FREE = 0,
	CONN_HANDSHAKE, /* the core does not know it yet */
	CONN_OPEN,
	CONN_CLOSING, /* the last bytes go out */
};

struct conn {
	struct net *net;
	uint32_t slot, generation;
	enum conn_state state;
	char address[CONN_ADDRESS_SIZE];
	struct bufferevent *bufferevent;
	struct event *timer; /* handshake's limit, then closing's */
	struct event *again; /* its next turn: what was not consumed is shown again */
	bool is_paused, was_drained;
};

/* fd is taken, also on failure. */
JX_MUST_USE enum jx_err conn_open(struct conn *conn, evutil_socket_t fd, SSL_CTX *tls,
    uint32_t handshake_seconds_max, size_t received_size_max);
void conn_send(struct conn *conn, struct bytes bytes);
size_t conn_pending(const struct conn *conn);
void conn_pause(struct conn *conn, bool paused);
void conn_close(struct conn *conn);
/* Now, without a word. */
void conn_drop(struct conn *conn);
net_handle conn_handle(const struct conn *conn);

#endif
