#include "net/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/bufferevent_ssl.h>
#include <event2/listener.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "net/certificate.h"
#include "net/inside.h"

enum { NET_BACKLOG = 1024, NET_TELL_US = 10000000, NET_RESUME_SECONDS = 1 };

/* At most a line in ten seconds: a flood must not fill the disk. */
static void
net_tell_refused(struct net *net, const char *why)
{
	struct timeval now;
	uint64_t now_us;

	event_base_gettimeofday_cached(net->base, &now);
	now_us = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_usec;
	net->refused_count++;
	if (now_us - net->refused_told_us < NET_TELL_US)
		return;
	log_say(&net->log, LOG_LEVEL_WARNING, "conn_refused", "%u connections, last because %s",
	    net->refused_count, why);
	net->refused_count = 0;
	net->refused_told_us = now_us;
}

void
net_on_conn_over(struct net *net, struct conn *conn, bool clean, bool was_open)
{
	net_handle handle = conn_handle(conn);

	conn->state = CONN_FREE;
	net->conn_count--;
	if (was_open)
		net->events.closed(net->events.arg, handle, clean);
}

static bool
net_read_address(const struct sockaddr *peer, char *address, size_t size)
{
	if (peer->sa_family == AF_INET)
		return inet_ntop(AF_INET,
			   &((const struct sockaddr_in *)(const void *)peer)->sin_addr, address,
			   (socklen_t)size) != NULL;
	if (peer->sa_family == AF_INET6)
		return inet_ntop(AF_INET6,
			   &((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr, address,
			   (socklen_t)size) != NULL;
	return false;
}

/* A free slot for that address, or NULL. */
static struct conn *
net_find_slot(struct net *net, const char *address)
{
	struct conn *free_slot = NULL;
	uint32_t same = 0;

	for (uint32_t i = 0; i < net->config.connection_count_max; i++) {
		struct conn *conn = &net->conns[i];

		if (conn->state == CONN_FREE) {
			if (free_slot == NULL)
				free_slot = conn;
			if (net->conn_count == 0)
				break;
		} else if (strcmp(conn->address, address) == 0) {
			same++;
		}
	}
	return same >= net->config.connection_count_max_address ? NULL : free_slot;
}

static void
net_on_accept(
    struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *peer, int size, void *arg)
{
	struct net *net = arg;
	char address[CONN_ADDRESS_SIZE];
	struct conn *conn = NULL;
	int one = 1;

	(void)listener;
	(void)size;
	if (net_read_address(peer, address, sizeof address))
		conn = net_find_slot(net, address);
	if (conn == NULL) {
		evutil_closesocket(fd);
		net_tell_refused(net, "of the limit of connections");
		return;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
	conn->generation = conn->generation == UINT32_MAX ? 1 : conn->generation + 1;
	memcpy(conn->address, address, sizeof address);
	if (conn_open(conn, fd, net->tls, net->config.handshake_seconds_max,
		net->config.received_size_max) != JX_OK) {
		conn->state = CONN_FREE;
		net_tell_refused(net, "memory is out");
		return;
	}
	net->conn_count++;
}

/* Out of descriptors: accept() would spin; it rests for a second instead. */
static void
net_on_accept_error(struct evconnlistener *listener, void *arg)
{
	struct net *net = arg;
	struct timeval pause = {.tv_sec = NET_RESUME_SECONDS};

	net_tell_refused(net, strerror(EVUTIL_SOCKET_ERROR()));
	evconnlistener_disable(listener);
	event_add(net->resume, &pause);
}

static void
net_on_resume(evutil_socket_t fd, short what, void *arg)
{
	struct net *net = arg;

	(void)fd;
	(void)what;
	if (net->listener != NULL)
		evconnlistener_enable(net->listener);
}

/* Only jixiao/1 is spoken here. */
static int
net_select_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_size,
    const unsigned char *in, unsigned in_size, void *arg)
{
	static const unsigned char ours[] = "\x08jixiao/1";
	unsigned char *selected;

	(void)ssl;
	(void)arg;
	if (SSL_select_next_proto(&selected, out_size, ours, sizeof ours - 1, in, in_size) !=
	    OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*out = selected;
	return SSL_TLSEXT_ERR_OK;
}

/* A client that offers no ALPN at all never meets net_select_alpn. */
static int
net_require_alpn(SSL *ssl, int *alert, void *arg)
{
	const unsigned char *extension;
	size_t size;

	(void)arg;
	if (SSL_client_hello_get0_ext(
		ssl, TLSEXT_TYPE_application_layer_protocol_negotiation, &extension, &size) == 1)
		return SSL_CLIENT_HELLO_SUCCESS;
	*alert = SSL_AD_NO_APPLICATION_PROTOCOL;
	return SSL_CLIENT_HELLO_ERROR;
}

static enum jx_err
net_make_tls(struct net *net)
{
	static const unsigned char context_id[] = "jixiaod";
	char certificate[512], key[512];

	snprintf(certificate, sizeof certificate, "%s/server.pem", net->config.tls_dir);
	snprintf(key, sizeof key, "%s/server.key", net->config.tls_dir);
	net->tls = SSL_CTX_new(TLS_server_method());
	if (net->tls == NULL || SSL_CTX_set_min_proto_version(net->tls, TLS1_3_VERSION) != 1 ||
	    SSL_CTX_use_certificate_chain_file(net->tls, certificate) != 1 ||
	    SSL_CTX_use_PrivateKey_file(net->tls, key, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_check_private_key(net->tls) != 1) {
		log_say(&net->log, LOG_LEVEL_ERROR, "tls_failed", "cannot use %s and %s",
		    certificate, key);
		return JX_E_FILE;
	}
	SSL_CTX_set_options(net->tls, SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_mode(net->tls, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_id_context(net->tls, context_id, sizeof context_id - 1);
	/* Every connection on its own: a ticket would tie a card's holder to an earlier or later connection (G8). */
	SSL_CTX_set_options(net->tls, SSL_OP_NO_TICKET);
	SSL_CTX_set_num_tickets(net->tls, 0);
	SSL_CTX_set_session_cache_mode(net->tls, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_max_early_data(net->tls, 0);
	SSL_CTX_set_alpn_select_cb(net->tls, net_select_alpn, NULL);
	SSL_CTX_set_client_hello_cb(net->tls, net_require_alpn, NULL);
	return JX_OK;
}

/* libevent's parser knows every form of an address, but no port 0. */
static bool
net_parse_listen(const char *listen, struct sockaddr_storage *address, int *size)
{
	const char *colon = strrchr(listen, ':');
	char host_with_port[128];
	char *end = NULL;
	unsigned long port = colon == NULL ? 0 : strtoul(colon + 1, &end, 10);

	if (colon == NULL || end == colon + 1 || *end != '\0' || port > UINT16_MAX)
		return false;
	snprintf(host_with_port, sizeof host_with_port, "%.*s:1", (int)(colon - listen), listen);
	if (evutil_parse_sockaddr_port(host_with_port, (struct sockaddr *)address, size) != 0)
		return false;
	if (address->ss_family == AF_INET6)
		((struct sockaddr_in6 *)address)->sin6_port = htons((uint16_t)port);
	else
		((struct sockaddr_in *)address)->sin_port = htons((uint16_t)port);
	return true;
}

static enum jx_err
net_bind(struct net *net)
{
	struct sockaddr_storage address = {0}, bound = {0};
	int size = sizeof address;
	socklen_t bound_size = sizeof bound;
	char host[CONN_ADDRESS_SIZE] = "";
	uint16_t port;

	if (!net_parse_listen(net->config.listen, &address, &size)) {
		log_say(&net->log, LOG_LEVEL_ERROR, "listen_failed",
		    "not an address with a port: %s", net->config.listen);
		return JX_E_USAGE;
	}
	net->listener = evconnlistener_new_bind(net->base, net_on_accept, net,
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE | LEV_OPT_DISABLED,
	    NET_BACKLOG, (struct sockaddr *)&address, size);
	if (net->listener == NULL || getsockname(evconnlistener_get_fd(net->listener),
					 (struct sockaddr *)&bound, &bound_size) != 0) {
		log_say(&net->log, LOG_LEVEL_ERROR, "listen_failed", "%s: %s", net->config.listen,
		    strerror(errno));
		return JX_E_FILE;
	}
	evconnlistener_set_error_cb(net->listener, net_on_accept_error);
	net_read_address((struct sockaddr *)&bound, host, sizeof host);
	port = bound.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&bound)->sin6_port
					   : ((struct sockaddr_in *)&bound)->sin_port;
	snprintf(net->address, sizeof net->address,
	    bound.ss_family == AF_INET6 ? "[%s]:%u" : "%s:%u", host, ntohs(port));
	return JX_OK;
}

enum jx_err
net_open(struct event_base *base, const struct net_config *config, const struct log_port *log,
    struct net **out)
{
	struct net *net = calloc(1, sizeof *net);
	enum jx_err err = JX_E_MEMORY;

	if (net == NULL)
		return JX_E_MEMORY;
	net->base = base;
	net->config = *config;
	net->log = *log;
	net->conns = calloc(config->connection_count_max, sizeof *net->conns);
	net->resume = event_new(base, -1, 0, net_on_resume, net);
	for (uint32_t i = 0; net->conns != NULL && i < config->connection_count_max; i++) {
		net->conns[i].net = net;
		net->conns[i].slot = i;
	}
	if (net->conns != NULL && net->resume != NULL)
		err = certificate_prepare(config->tls_dir, config->listen, log);
	if (err == JX_OK)
		err = net_make_tls(net);
	if (err == JX_OK)
		err = net_bind(net);
	if (err != JX_OK) {
		net_close(net);
		return err;
	}
	*out = net;
	return JX_OK;
}

void
net_start(struct net *net, const struct net_events *events)
{
	net->events = *events;
	evconnlistener_enable(net->listener);
}

void
net_stop(struct net *net)
{
	if (net->listener != NULL)
		evconnlistener_free(net->listener);
	net->listener = NULL;
}

void
net_close(struct net *net)
{
	if (net == NULL)
		return;
	net_stop(net);
	for (uint32_t i = 0; net->conns != NULL && i < net->config.connection_count_max; i++)
		if (net->conns[i].state != CONN_FREE)
			conn_drop(&net->conns[i]);
	if (net->resume != NULL)
		event_free(net->resume);
	SSL_CTX_free(net->tls);
	free(net->conns);
	free(net);
}

/* The connection of a handle, NULL when it is gone. */
static struct conn *
net_find(struct net *net, net_handle handle)
{
	uint32_t slot = (uint32_t)handle;
	struct conn *conn;

	if (slot >= net->config.connection_count_max)
		return NULL;
	conn = &net->conns[slot];
	return conn->state != CONN_FREE && conn_handle(conn) == handle ? conn : NULL;
}

static void
net_send(void *arg, net_handle handle, struct bytes bytes)
{
	struct conn *conn = net_find(arg, handle);

	if (conn != NULL)
		conn_send(conn, bytes);
}

static size_t
net_pending(void *arg, net_handle handle)
{
	const struct conn *conn = net_find(arg, handle);

	return conn == NULL ? 0 : conn_pending(conn);
}

static void
net_pause(void *arg, net_handle handle, bool paused)
{
	struct conn *conn = net_find(arg, handle);

	if (conn != NULL)
		conn_pause(conn, paused);
}

static void
net_close_conn(void *arg, net_handle handle)
{
	struct conn *conn = net_find(arg, handle);

	if (conn != NULL)
		conn_close(conn);
}

struct net_port
net_port(struct net *net)
{
	return (struct net_port){net, net_send, net_pending, net_pause, net_close_conn};
}

const char *
net_address(const struct net *net)
{
	return net->address;
}
