/*
 * port/net.h: connections, as the core sees them: bytes in order, by handle.
 *
 * The core never gets a callback from inside a call; every event below comes
 * from the loop. A handle of a closed connection is simply unknown: calls with
 * it do nothing.
 */
#ifndef JX_PORT_NET_H
#define JX_PORT_NET_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/bytes.h"

typedef uint64_t net_handle; /* low 32 bits: slot, below the connections' cap; high: generation,
				never 0; 0 is none */

struct net_port {
	void *arg;
	/* Queues bytes (copied) for sending. What is queued is told by event drained. */
	void (*send)(void *arg, net_handle conn, struct bytes bytes);
	/* Bytes queued and not yet taken by the peer's TCP. */
	size_t (*pending)(void *arg, net_handle conn);
	/* Back-pressure: no event received while paused. After un-pausing, what was not consumed is
	 * delivered again, from the loop, also when nothing more comes. */
	void (*pause)(void *arg, net_handle conn, bool paused);
	/* Closes after what is queued has been sent (TLS close_notify first), at the latest after 5
	 * s. Event closed still follows. */
	void (*close)(void *arg, net_handle conn);
};

/* What the world tells the core. now: the turn's one reading of the clock. */
struct net_events {
	void *arg;
	/* address: the peer's, without port, numeric; borrowed. false: refused (the listener closes
	 * it). */
	bool (*opened)(void *arg, net_handle conn, const char *address);
	/* All bytes received and not yet consumed. Returns how many were consumed; the rest comes
	 * again with more, or, when something was consumed, without more, after other connections
	 * have had their turn. */
	size_t (*received)(void *arg, net_handle conn, struct bytes bytes);
	/* pending fell to 0. */
	void (*drained)(void *arg, net_handle conn);
	/* The connection is gone; the handle is dead afterwards. clean: the peer ended TLS
	 * properly. */
	void (*closed)(void *arg, net_handle conn, bool clean);
};

#endif
