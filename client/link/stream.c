#include "link/stream.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	SLICE_MS = 200, /* how soon a signal that came between looking and waiting is seen */
	/* A dead peer is noticed within half a minute, also where waiting has no limit. */
	KEEPALIVE_IDLE_S = 10,
	KEEPALIVE_INTERVAL_S = 5,
	KEEPALIVE_COUNT = 4,
};

static const unsigned char alpn[] = "\x08jixiao/1";

struct stream {
	struct stream_config config;
	SSL_CTX *context;
	SSL *ssl;
	int fd;
};

uint64_t
stream_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint64_t
stream_now_ms(void)
{
	return stream_now_us() / 1000;
}

static enum jx_err
stream_wait(const struct stream *stream, short events, uint64_t deadline_ms, char *why)
{
	for (;;) {
		struct pollfd ready = {.fd = stream->fd, .events = events};
		uint64_t now = stream_now_ms();
		uint64_t left = deadline_ms > now ? deadline_ms - now : 0;

		if (stream->config.stop != NULL && *stream->config.stop != 0)
			return JX_E_CANCELLED;
		if (left == 0) {
			snprintf(why, STREAM_WHY_SIZE, "timeout");
			return JX_E_CONNECTION;
		}
		if (poll(&ready, 1, left < SLICE_MS ? (int)left : SLICE_MS) > 0)
			return JX_OK;
	}
}

/* What an OpenSSL call that did not succeed means: JX_AGAIN when it is to be called again. */
static enum jx_err
stream_on_result(const struct stream *stream, int result, uint64_t deadline_ms, char *why)
{
	int system = errno;
	int reason = SSL_get_error(stream->ssl, result);
	unsigned long code;
	long verdict;
	enum jx_err err;

	switch (reason) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		err = stream_wait(
		    stream, reason == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, deadline_ms, why);
		return err == JX_OK ? JX_AGAIN : err;
	case SSL_ERROR_SSL:
		verdict = SSL_get_verify_result(stream->ssl);
		code = ERR_peek_last_error();
		snprintf(why, STREAM_WHY_SIZE, "%s",
		    verdict != X509_V_OK ? X509_verify_cert_error_string(verdict)
					 : ERR_reason_error_string(code));
		return ERR_GET_REASON(code) == SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL
			   ? JX_E_VERSION
			   : JX_E_TLS;
	case SSL_ERROR_SYSCALL:
		snprintf(
		    why, STREAM_WHY_SIZE, "%s", system != 0 ? strerror(system) : "connection lost");
		return JX_E_CONNECTION;
	default:
		snprintf(why, STREAM_WHY_SIZE, "connection closed");
		return JX_E_CONNECTION;
	}
}

static void
stream_keep_alive(int fd)
{
	/* clang-format off */
	static const struct { int level, name, value; } settings[] = {
		{SOL_SOCKET,  SO_KEEPALIVE,  1},
		{IPPROTO_TCP, TCP_KEEPIDLE,  KEEPALIVE_IDLE_S},
		{IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL_S},
		{IPPROTO_TCP, TCP_KEEPCNT,   KEEPALIVE_COUNT},
		{IPPROTO_TCP, TCP_NODELAY,   1},
	};
	/* clang-format on */

	/* A kernel that refuses one leaves the connection as good as without it. */
	for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
		(void)setsockopt(fd, settings[i].level, settings[i].name, &settings[i].value,
		    sizeof settings[i].value);
}

static enum jx_err
stream_connect_to(
    struct stream *stream, const struct addrinfo *info, uint64_t deadline_ms, char *why)
{
	int failure = 0;
	socklen_t size = sizeof failure;
	enum jx_err err;

	stream->fd = socket(
	    info->ai_family, info->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, info->ai_protocol);
	if (stream->fd == -1) {
		snprintf(why, STREAM_WHY_SIZE, "%s", strerror(errno));
		return JX_E_CONNECTION;
	}
	if (connect(stream->fd, info->ai_addr, info->ai_addrlen) == 0)
		return JX_OK;
	if (errno != EINPROGRESS && errno != EINTR) {
		snprintf(why, STREAM_WHY_SIZE, "%s", strerror(errno));
		return JX_E_CONNECTION;
	}
	err = stream_wait(stream, POLLOUT, deadline_ms, why);
	if (err != JX_OK)
		return err;
	if (getsockopt(stream->fd, SOL_SOCKET, SO_ERROR, &failure, &size) == -1)
		failure = errno;
	if (failure == 0)
		return JX_OK;
	snprintf(why, STREAM_WHY_SIZE, "%s", strerror(failure));
	return JX_E_CONNECTION;
}

static enum jx_err
stream_connect(struct stream *stream, uint64_t deadline_ms, char *why)
{
	const struct addrinfo wanted = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
	struct addrinfo *list = NULL;
	enum jx_err err = JX_E_CONNECTION;
	int status;

	status = getaddrinfo(stream->config.address.host, stream->config.address.port,
	    stream->config.address.is_number ? NULL : &wanted, &list);
	if (status != 0) {
		snprintf(why, STREAM_WHY_SIZE, "%s", gai_strerror(status));
		return JX_E_CONNECTION;
	}
	for (const struct addrinfo *info = list; info != NULL; info = info->ai_next) {
		if (info->ai_socktype != SOCK_STREAM)
			continue;
		err = stream_connect_to(stream, info, deadline_ms, why);
		if (err == JX_OK || err == JX_E_CANCELLED)
			break;
		if (stream->fd != -1)
			close(stream->fd);
		stream->fd = -1;
	}
	freeaddrinfo(list);
	if (err == JX_OK)
		stream_keep_alive(stream->fd);
	return err;
}

static enum jx_err
stream_prepare(struct stream *stream, char *why)
{
	const struct address *address = &stream->config.address;
	const char *ca = stream->config.ca;
	X509_VERIFY_PARAM *verify;

	stream->context = SSL_CTX_new(TLS_client_method());
	if (stream->context == NULL ||
	    SSL_CTX_set_min_proto_version(stream->context, TLS1_3_VERSION) != 1)
		return JX_E_MEMORY;
	SSL_CTX_set_verify(stream->context, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_options(stream->context, SSL_OP_IGNORE_UNEXPECTED_EOF);
	if (ca == NULL && SSL_CTX_set_default_verify_paths(stream->context) != 1)
		return JX_E_MEMORY;
	if (ca != NULL && SSL_CTX_load_verify_file(stream->context, ca) != 1) {
		snprintf(
		    why, STREAM_WHY_SIZE, "%s: %s", ca, ERR_reason_error_string(ERR_peek_error()));
		return JX_E_FILE;
	}
	stream->ssl = SSL_new(stream->context);
	if (stream->ssl == NULL || SSL_set_alpn_protos(stream->ssl, alpn, sizeof alpn - 1) != 0)
		return JX_E_MEMORY;
	verify = SSL_get0_param(stream->ssl);
	if (address->is_number ? X509_VERIFY_PARAM_set1_ip_asc(verify, address->host) != 1
			       : SSL_set1_host(stream->ssl, address->host) != 1 ||
				     SSL_set_tlsext_host_name(stream->ssl, address->host) != 1)
		return JX_E_MEMORY;
	return JX_OK;
}

static enum jx_err
stream_handshake(struct stream *stream, uint64_t deadline_ms, char *why)
{
	const unsigned char *chosen;
	unsigned int size;
	enum jx_err err;
	int result;

	if (SSL_set_fd(stream->ssl, stream->fd) != 1)
		return JX_E_MEMORY;
	for (;;) {
		ERR_clear_error();
		errno = 0;
		result = SSL_connect(stream->ssl);
		if (result == 1)
			break;
		err = stream_on_result(stream, result, deadline_ms, why);
		if (err != JX_AGAIN)
			return err;
	}
	SSL_get0_alpn_selected(stream->ssl, &chosen, &size);
	if (size == sizeof alpn - 2 && memcmp(chosen, alpn + 1, size) == 0)
		return JX_OK;
	snprintf(why, STREAM_WHY_SIZE, "ALPN jixiao/1");
	return JX_E_VERSION;
}

enum jx_err
stream_open(const struct stream_config *config, char *why, struct stream **out)
{
	struct stream *stream = calloc(1, sizeof *stream);
	uint64_t now_ms = stream_now_ms(), deadline_ms = now_ms + STREAM_CONNECT_MS;
	enum jx_err err;

	if (stream == NULL)
		return JX_E_MEMORY;
	stream->config = *config;
	stream->fd = -1;
	why[0] = '\0';
	ERR_clear_error();
	err = stream_prepare(stream, why);
	if (err == JX_OK)
		err = stream_connect(stream,
		    config->reach_ms == 0 ? deadline_ms : now_ms + config->reach_ms, why);
	if (err == JX_OK)
		err = stream_handshake(stream, deadline_ms, why);
	if (err == JX_OK)
		*out = stream;
	else
		stream_close(stream);
	return err;
}

void
stream_close(struct stream *stream)
{
	if (stream == NULL)
		return;
	if (stream->ssl != NULL && SSL_is_init_finished(stream->ssl))
		(void)SSL_shutdown(stream->ssl); /* one try: the peer may be gone */
	SSL_free(stream->ssl);
	SSL_CTX_free(stream->context);
	if (stream->fd != -1)
		close(stream->fd);
	free(stream);
}

enum jx_err
stream_write(
    struct stream *stream, const uint8_t *data, size_t size, uint64_t deadline_ms, char *why)
{
	size_t written;
	enum jx_err err;

	while (size > 0) {
		int result;

		ERR_clear_error();
		errno = 0;
		result = SSL_write_ex(stream->ssl, data, size, &written);
		if (result == 1) {
			data += written;
			size -= written;
			continue;
		}
		err = stream_on_result(stream, result, deadline_ms, why);
		if (err != JX_AGAIN)
			return err == JX_E_TLS ? JX_E_CONNECTION : err;
	}
	return JX_OK;
}

enum jx_err
stream_read(
    struct stream *stream, uint8_t *data, size_t size, uint64_t deadline_ms, char *why, size_t *got)
{
	enum jx_err err;

	for (;;) {
		int result;

		ERR_clear_error();
		errno = 0;
		result = SSL_read_ex(stream->ssl, data, size, got);
		if (result == 1)
			return JX_OK;
		err = stream_on_result(stream, result, deadline_ms, why);
		/* After the handshake the peer's identity stands: whatever breaks now is the line.
		 */
		if (err != JX_AGAIN)
			return err == JX_E_TLS ? JX_E_CONNECTION : err;
	}
}
