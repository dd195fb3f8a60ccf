/*
 * link/stream.h: bytes to and from the daemon: TCP and TLS 1.3, blocking, with
 * a time limit on everything.
 *
 * The peer is verified against the CA file given (that one only; without one,
 * against the system's) and the host name or IP address; it must speak ALPN
 * "jixiao/1". One thread.
 */
#ifndef JX_LINK_STREAM_H
#define JX_LINK_STREAM_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>

#include "link/address.h"

enum {
	STREAM_CONNECT_MS = 10000, /* TCP and TLS together */
	STREAM_WHY_SIZE = 256,
};

struct stream_config {
	struct address address;
	const char *ca;                    /* PEM file; NULL: the system's */
	const volatile sig_atomic_t *stop; /* set by a signal: everything ends with JX_E_CANCELLED;
					      NULL: never */
	uint32_t reach_ms; /* of that, until TCP stands; 0: all of it */
};

struct stream;

/*
 * JX_E_CONNECTION no connection, or none in time; JX_E_TLS not who it should
 * be; JX_E_VERSION no jixiao daemon; JX_E_FILE the CA file cannot be read;
 * JX_E_CANCELLED; JX_E_MEMORY. why: STREAM_WHY_SIZE bytes, the cause in words.
 */
JX_MUST_USE enum jx_err stream_open(
    const struct stream_config *config, char *why, struct stream **out);
void stream_close(struct stream *stream); /* NULL is fine */
/* All of it. deadline_ms: of stream_now_ms. JX_E_CONNECTION, JX_E_CANCELLED. */
JX_MUST_USE enum jx_err stream_write(
    struct stream *stream, const uint8_t *data, size_t size, uint64_t deadline_ms, char *why);
/* At least one byte, at most size. As above; the peer's end of the connection is JX_E_CONNECTION.
 */
JX_MUST_USE enum jx_err stream_read(struct stream *stream, uint8_t *data, size_t size,
    uint64_t deadline_ms, char *why, size_t *got);

/* Monotonic milliseconds; UINT64_MAX as a deadline means none. */
uint64_t stream_now_ms(void);
uint64_t stream_now_us(void);

#endif
