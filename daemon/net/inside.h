/* net/inside.h: what the files of net/ share. */
#ifndef JX_NET_INSIDE_H
#define JX_NET_INSIDE_H

#include <event2/event.h>

#include "net/conn.h"

struct net {
	struct event_base *base;
	struct net_config config;
	struct log_port log;
	struct net_events events;
	SSL_CTX *tls;
	struct evconnlistener *listener;
	struct event *resume; /* accepts again, after descriptors ran out */
	char address[80];
	struct conn *conns; /* config.connection_count_max slots */
	uint32_t conn_count;
	uint32_t refused_count; /* not told one by one: see net_tell_refused */
	uint64_t refused_told_us;
};

/* The connection is over: the core is told if it knew of it, the slot is free. */
void net_on_conn_over(struct net *net, struct conn *conn, bool clean, bool was_open);

#endif
