#include "net/conn.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <string.h>
#include <sys/socket.h>

#include "net/inside.h"

net_handle
conn_handle(const struct conn *conn)
{
	return (net_handle)conn->generation << 32 | conn->slot;
}

static void
conn_free(struct conn *conn)
{
	if (conn->bufferevent != NULL)
		bufferevent_free(conn->bufferevent);
	if (conn->timer != NULL)
		event_free(conn->timer);
	if (conn->again != NULL)
		event_free(conn->again);
	conn->bufferevent = NULL;
	conn->timer = conn->again = NULL;
}

/* From the loop only: the core hears of it. */
static void
conn_over(struct conn *conn, bool clean)
{
	bool was_open = conn->state == CONN_OPEN || conn->state == CONN_CLOSING;

	conn_free(conn);
	net_on_conn_over(conn->net, conn, clean, was_open);
}

/* bufferevent_free sends no close_notify: this does. */
static void
conn_say_end(struct conn *conn)
{
	SSL *ssl = bufferevent_openssl_get_ssl(conn->bufferevent);

	if (ssl != NULL) {
		SSL_set_shutdown(ssl, SSL_RECEIVED_SHUTDOWN);
		(void)SSL_shutdown(ssl);
		ERR_clear_error();
	}
}

/* In the loop's next round: a timer, for what is only activated goes before everybody else's bytes. */
static void
conn_deliver_again(struct conn *conn)
{
	const struct timeval next_round = {0, 0};

	event_add(conn->again, &next_round);
}

/* Shows the core what it has not consumed; once, others wait too. */
static void
conn_deliver(struct conn *conn)
{
	struct evbuffer *input = bufferevent_get_input(conn->bufferevent);
	net_handle handle = conn_handle(conn);

	if (conn->state == CONN_OPEN && !conn->is_paused && evbuffer_get_length(input) > 0) {
		struct bytes bytes = {.size = evbuffer_get_length(input)};
		size_t used;

		bytes.data = evbuffer_pullup(input, -1);
		if (bytes.data == NULL)
			return;
		used = conn->net->events.received(conn->net->events.arg, handle, bytes);
		if (conn_handle(conn) != handle || conn->bufferevent == NULL)
			return;
		evbuffer_drain(input, used);
		if (used > 0 && used < bytes.size)
			conn_deliver_again(conn);
	}
	if (conn->state == CONN_CLOSING)
		evbuffer_drain(input, evbuffer_get_length(input));
}

static void
conn_on_read(struct bufferevent *bufferevent, void *arg)
{
	struct conn *conn = arg;

	(void)bufferevent;
	if (!event_pending(conn->again, EV_TIMEOUT, NULL)) /* its turn comes anyway */
		conn_deliver(conn);
}

static void
conn_on_again(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	conn_deliver(arg);
}

static void
conn_on_written(struct bufferevent *bufferevent, void *arg)
{
	struct conn *conn = arg;

	if (evbuffer_get_length(bufferevent_get_output(bufferevent)) > 0)
		return;
	if (conn->state == CONN_CLOSING) {
		conn_say_end(conn);
		conn_over(conn, true);
	} else if (conn->state == CONN_OPEN) {
		conn->net->events.drained(conn->net->events.arg, conn_handle(conn));
	}
}

/*
 * The client's part of the handshake has come and nothing goes back (no session
 * tickets): without its acknowledgement, a client that lets small writes wait for
 * one would send its first request only when the kernel's delay is over (40 ms).
 */
static void
conn_acknowledge(const struct conn *conn)
{
	const int one = 1;

	setsockopt(bufferevent_getfd(conn->bufferevent), IPPROTO_TCP, TCP_QUICKACK, &one, sizeof one);
}

static void
conn_on_event(struct bufferevent *bufferevent, short what, void *arg)
{
	struct conn *conn = arg;
	struct net *net = conn->net;

	(void)bufferevent;
	if ((what & BEV_EVENT_CONNECTED) != 0) {
		conn->state = CONN_OPEN;
		conn_acknowledge(conn);
		event_del(conn->timer);
		if (!net->events.opened(net->events.arg, conn_handle(conn), conn->address)) {
			conn->state = CONN_HANDSHAKE; /* the core does not know it */
			conn_over(conn, false);
		}
		return;
	}
	ERR_clear_error();
	conn_over(conn, (what & BEV_EVENT_EOF) != 0);
}

static void
conn_on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	conn_over(arg, false);
}

enum jx_err
conn_open(struct conn *conn, evutil_socket_t fd, SSL_CTX *tls, uint32_t handshake_seconds_max,
    size_t received_size_max)
{
	struct timeval limit = {.tv_sec = handshake_seconds_max};
	SSL *ssl = SSL_new(tls);

	conn->state = CONN_HANDSHAKE;
	conn->is_paused = false;
	if (ssl != NULL)
		conn->bufferevent = bufferevent_openssl_socket_new(conn->net->base, fd, ssl,
		    BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
	if (conn->bufferevent == NULL) {
		SSL_free(ssl);
		evutil_closesocket(fd);
		return JX_E_MEMORY;
	}
	conn->timer = event_new(conn->net->base, -1, 0, conn_on_timer, conn);
	conn->again = event_new(conn->net->base, -1, 0, conn_on_again, conn);
	if (conn->timer == NULL || conn->again == NULL) {
		conn_free(conn);
		return JX_E_MEMORY;
	}
	bufferevent_setcb(conn->bufferevent, conn_on_read, conn_on_written, conn_on_event, conn);
	bufferevent_setwatermark(conn->bufferevent, EV_READ, 0, received_size_max);
	bufferevent_enable(conn->bufferevent, EV_READ | EV_WRITE);
	event_add(conn->timer, &limit);
	return JX_OK;
}

void
conn_send(struct conn *conn, struct bytes bytes)
{
	if (conn->state == CONN_OPEN &&
	    bufferevent_write(conn->bufferevent, bytes.data, bytes.size) != 0)
		conn_close(
		    conn); /* memory is out: half an answer must not be followed by another */
}

size_t
conn_pending(const struct conn *conn)
{
	return conn->state != CONN_OPEN
		   ? 0
		   : evbuffer_get_length(bufferevent_get_output(conn->bufferevent));
}

void
conn_pause(struct conn *conn, bool paused)
{
	if (conn->state != CONN_OPEN || conn->is_paused == paused)
		return;
	conn->is_paused = paused;
	if (paused) {
		bufferevent_disable(conn->bufferevent, EV_READ);
	} else {
		bufferevent_enable(conn->bufferevent, EV_READ);
		conn_deliver_again(conn);
	}
}

void
conn_close(struct conn *conn)
{
	struct timeval limit = {.tv_sec = CONN_CLOSE_SECONDS_MAX};

	if (conn->state != CONN_OPEN)
		return;
	conn->state = CONN_CLOSING;
	bufferevent_disable(conn->bufferevent, EV_READ);
	/* Never from inside the call: the write callback, or this timer, ends it from the loop. */
	if (evbuffer_get_length(bufferevent_get_output(conn->bufferevent)) == 0)
		bufferevent_trigger(conn->bufferevent, EV_WRITE,
		    BEV_TRIG_DEFER_CALLBACKS | BEV_TRIG_IGNORE_WATERMARKS);
	event_add(conn->timer, &limit);
}

void
conn_drop(struct conn *conn)
{
	conn_free(conn);
	conn->state = CONN_FREE;
}
