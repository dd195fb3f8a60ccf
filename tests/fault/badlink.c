/*
 * badlink: a bad line between client and daemon, in user space (must-show 1 of
 * the field: loss, delay, narrow bandwidth, cuts, half-open connections).
 *
 * usage: badlink LISTEN-PORT TO-ADDRESS TO-PORT [KEY=VALUE ...]
 *
 * Listens on 127.0.0.1 (port 0: any free one), says "badlink PORT", then takes
 * commands from stdin, one a line, and answers each with one line; ends when
 * stdin does. Settings, also as "set KEY VALUE", for what comes from then on:
 *   seed             of the dice (at the start only)
 *   delay_up delay_down   ms one way; "delay": both
 *   rate_up rate_down     bytes a second, shared by all connections; 0: no limit; "rate": both
 *   queue            bytes that wait before the narrow part; when full, nothing more is read
 *   window           bytes of one connection and direction under way
 *   loss             per cent of the segments; each comes `rto` later (again lost: twice that …)
 *                    and holds up what follows on its connection, as TCP shows it
 *   rto              ms; 0: 200 or twice the round trip, whichever is more
 *   cut_every        ms; all connections are reset then; 0: never
 * Commands:
 *   plan up|down N rst|fin|vanish   of the next connection that comes: after exactly N bytes in
 *                    that direction were handed on it is cut; of N 0, before the first
 *   cut rst|fin|vanish   all connections, now. vanish: half-open: nothing passes, nothing is told
 *   dark on|off      nothing passes on any connection, new ones too; with "off" what waited comes
 *   stat             JSON: connections open cut bytes_up bytes_down lost
 */
#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { UP, DOWN, WAYS };
enum cut { CUT_NONE, CUT_RST, CUT_FIN, CUT_VANISH, CUT_COUNT };
enum {
	SEGMENT_SIZE = 1460,
	SOCKET_BUFFER_SIZE = 64 << 10, /* little: what hides in the kernel is not on the line */
	SYN_RTO_MS = 1000,             /* Linux' own for a lost SYN */
	LINGER_MS = 5000,              /* how long an ended connection waits for its peers' ends */
	LOSS_ROW_MAX = 5,              /* the same segment is not lost more often: a test must end */
};

static const char *const cut_names[CUT_COUNT] = {"", "rst", "fin", "vanish"};

enum setting {
	SEED,
	DELAY_UP,
	DELAY_DOWN,
	RATE_UP,
	RATE_DOWN,
	QUEUE,
	WINDOW,
	LOSS,
	RTO,
	CUT_EVERY,
	SETTING_COUNT
};

static const char *const setting_names[SETTING_COUNT] = {"seed", "delay_up", "delay_down",
    "rate_up", "rate_down", "queue", "window", "loss", "rto", "cut_every"};

struct segment {
	STAILQ_ENTRY(segment) next;
	uint64_t due_us;
	size_t size, sent;
	uint8_t data[];
};

/* One direction of one connection. */
struct way {
	struct conn *conn;
	int from, to;
	struct event *readable, *writable, *timer;
	STAILQ_HEAD(, segment) segments;
	TAILQ_ENTRY(way) next_waiting;
	bool is_waiting; /* for room in the queue */
	size_t queued;
	uint64_t due_us;    /* of the last segment: what follows comes not before it */
	uint64_t passed;    /* bytes handed on */
	bool is_ended;      /* the sender's FIN was read; it follows the last segment */
	bool is_fin_passed; /* … and was handed on */
};

struct plan {
	STAILQ_ENTRY(plan) next;
	enum cut cut;
	int way;
	uint64_t bytes;
};

struct conn {
	TAILQ_ENTRY(conn) next;
	struct way ways[WAYS];
	struct plan *plan; /* NULL: none */
	struct event *linger;
	enum cut cut; /* done to it already */
};

/* The narrow part of the line, one a direction. */
struct lane {
	uint64_t free_us;
	TAILQ_HEAD(, way) waiting; /* what would enter, in turn */
	struct event *wake;        /* room in the queue again */
};

static struct {
	struct event_base *base;
	struct sockaddr_in to;
	uint64_t settings[SETTING_COUNT];
	uint64_t dice;
	struct lane lanes[WAYS];
	TAILQ_HEAD(, conn) conns;
	STAILQ_HEAD(, plan) plans;
	struct event *cut_timer;
	bool is_dark;
	uint64_t connections, open, cut, bytes[WAYS], lost;
} link_;

static uint64_t
now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* splitmix64 */
static uint64_t
roll(void)
{
	uint64_t z = link_.dice += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static bool
is_lost(void)
{
	bool lost = roll() % 100 < link_.settings[LOSS];

	link_.lost += lost;
	return lost;
}

static struct timeval
after_us(uint64_t us)
{
	return (struct timeval){(time_t)(us / 1000000), (suseconds_t)(us % 1000000)};
}

static uint64_t
round_trip_us(void)
{
	return (link_.settings[DELAY_UP] + link_.settings[DELAY_DOWN]) * 1000;
}

/* What the loss of one segment costs, in time. */
static uint64_t
loss_us(uint64_t rto_us)
{
	uint64_t all = 0;

	for (int i = 0; i < LOSS_ROW_MAX && is_lost(); i++, rto_us *= 2)
		all += rto_us;
	return all;
}

/* When a segment that enters the line now comes out. */
static uint64_t
travel(struct way *way, size_t size)
{
	int number = (int)(way - way->conn->ways);
	struct lane *lane = &link_.lanes[number];
	uint64_t rate = link_.settings[RATE_UP + number], now = now_us();
	uint64_t rto_us = link_.settings[RTO] * 1000, due;

	if (rto_us == 0)
		rto_us = round_trip_us() > 100000 ? 2 * round_trip_us() : 200000;
	if (lane->free_us < now)
		lane->free_us = now;
	if (rate != 0)
		lane->free_us += size * 1000000 / rate;
	due = lane->free_us + link_.settings[DELAY_UP + number] * 1000 + loss_us(rto_us);
	if (due > way->due_us)
		way->due_us = due;
	return way->due_us;
}

static bool
is_full(int number)
{
	uint64_t rate = link_.settings[RATE_UP + number], now = now_us();

	return rate != 0 && link_.lanes[number].free_us > now &&
	       (link_.lanes[number].free_us - now) * rate / 1000000 >= link_.settings[QUEUE];
}

/* ---- Ends. */

static void
conn_free(struct conn *conn)
{
	for (int i = 0; i < WAYS; i++) {
		struct way *way = &conn->ways[i];

		while (!STAILQ_EMPTY(&way->segments)) {
			struct segment *segment = STAILQ_FIRST(&way->segments);

			STAILQ_REMOVE_HEAD(&way->segments, next);
			free(segment);
		}
		if (way->is_waiting)
			TAILQ_REMOVE(&link_.lanes[i].waiting, way, next_waiting);
		event_free(way->readable);
		event_free(way->writable);
		event_free(way->timer);
	}
	event_free(conn->linger);
	close(conn->ways[UP].from);
	close(conn->ways[DOWN].from);
	TAILQ_REMOVE(&link_.conns, conn, next);
	link_.open--;
	free(conn->plan);
	free(conn);
}

static void
conn_reset(struct conn *conn)
{
	const struct linger hard = {.l_onoff = 1};

	for (int i = 0; i < WAYS; i++)
		setsockopt(conn->ways[i].from, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
	conn_free(conn);
}

/* False: the connection is no more. */
static bool
conn_cut(struct conn *conn, enum cut cut)
{
	const struct timeval limit = {.tv_sec = LINGER_MS / 1000};
	int unsent = 0;

	if (conn->cut != CUT_NONE && cut != CUT_RST)
		return true;
	link_.cut += conn->cut == CUT_NONE;
	conn->cut = cut;
	for (int i = 0; i < WAYS; i++) {
		event_del(conn->ways[i].timer);
		event_del(conn->ways[i].writable);
		event_add(conn->ways[i].readable, NULL);
	}
	if (cut == CUT_RST) {
		/* A reset throws away what the kernel has not yet sent; that was handed on already. */
		for (int i = 0; i < WAYS; i++)
			for (int try = 0; try < 100 && ioctl(conn->ways[i].to, SIOCOUTQNSD, &unsent) == 0 && unsent > 0; try++)
				usleep(200);
		conn_reset(conn);
		return false;
	}
	for (int i = 0; i < WAYS && cut == CUT_FIN; i++)
		shutdown(conn->ways[i].to, SHUT_WR);
	if (cut == CUT_FIN)
		event_add(conn->linger, &limit);
	return true;
}

static void
on_linger(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	conn_reset(arg);
}

/* ---- Bytes out. */

/* How many bytes of this way may pass before its plan ends the connection. */
static uint64_t
way_allowance(const struct way *way)
{
	const struct plan *plan = way->conn->plan;

	return plan == NULL || &way->conn->ways[plan->way] != way ? UINT64_MAX : plan->bytes - way->passed;
}

static void
way_wait(struct way *way)
{
	const struct segment *first = STAILQ_FIRST(&way->segments);
	uint64_t now = now_us(), due = first != NULL ? first->due_us : way->due_us;
	struct timeval delay = after_us(due > now ? due - now : 0);

	if (first != NULL || (way->is_ended && !way->is_fin_passed))
		event_add(way->timer, &delay);
	if (!way->is_ended && !way->is_waiting && way->queued < link_.settings[WINDOW])
		event_add(way->readable, NULL);
}

/* 1 sent whole, 0 the socket is full, -1 the connection is no more. */
static int
way_pass(struct way *way, struct segment *segment)
{
	struct conn *conn = way->conn;
	uint64_t allowed = way_allowance(way);
	size_t size = segment->size - segment->sent;
	ssize_t sent = 0;

	if (size > allowed)
		size = (size_t)allowed;
	if (size > 0)
		sent = send(way->to, segment->data + segment->sent, size, MSG_NOSIGNAL);
	if (sent < 0 && errno == EAGAIN) {
		event_add(way->writable, NULL);
		return 0;
	}
	if (sent < 0) {
		conn_reset(conn);
		return -1;
	}
	segment->sent += (size_t)sent;
	way->queued -= (size_t)sent;
	way->passed += (uint64_t)sent;
	link_.bytes[way - conn->ways] += (uint64_t)sent;
	if (way_allowance(way) == 0)
		return conn_cut(conn, conn->plan->cut) ? 0 : -1;
	if (segment->sent < segment->size) {
		event_add(way->writable, NULL);
		return 0;
	}
	return 1;
}

static void
way_deliver(struct way *way)
{
	struct conn *conn = way->conn;

	if (conn->cut != CUT_NONE || link_.is_dark)
		return;
	while (!STAILQ_EMPTY(&way->segments) && STAILQ_FIRST(&way->segments)->due_us <= now_us()) {
		struct segment *segment = STAILQ_FIRST(&way->segments);
		int passed = way_pass(way, segment);

		if (passed <= 0)
			return;
		STAILQ_REMOVE_HEAD(&way->segments, next);
		free(segment);
	}
	if (way->is_ended && STAILQ_EMPTY(&way->segments) && way->due_us <= now_us() && !way->is_fin_passed) {
		way->is_fin_passed = true;
		shutdown(way->to, SHUT_WR);
		if (conn->ways[UP].is_fin_passed && conn->ways[DOWN].is_fin_passed) {
			conn_free(conn);
			return;
		}
	}
	way_wait(way);
}

static void
on_due(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	way_deliver(arg);
}

/* ---- Bytes in. */

/* A connection that is cut still takes bytes; they go nowhere. */
static void
way_swallow(struct way *way, ssize_t got)
{
	struct conn *conn = way->conn;

	if (got > 0 || (got < 0 && errno == EAGAIN)) {
		event_add(way->readable, NULL);
		return;
	}
	way->is_ended = true;
	if (conn->ways[UP].is_ended && conn->ways[DOWN].is_ended)
		conn_free(conn);
}

static void
way_take(struct way *way, const uint8_t *data, size_t size)
{
	for (size_t used = 0; used < size;) {
		size_t part = size - used < SEGMENT_SIZE ? size - used : SEGMENT_SIZE;
		struct segment *segment = malloc(sizeof *segment + part);

		if (segment == NULL)
			abort();
		segment->size = part;
		segment->sent = 0;
		segment->due_us = travel(way, part);
		memcpy(segment->data, data + used, part);
		STAILQ_INSERT_TAIL(&way->segments, segment, next);
		way->queued += part;
		used += part;
	}
}

/* One turn: of a narrow line everybody gets two segments. */
static void
way_read(struct way *way)
{
	int number = (int)(way - way->conn->ways);
	uint8_t data[8 * SEGMENT_SIZE];
	size_t size = link_.settings[RATE_UP + number] != 0 ? 2 * SEGMENT_SIZE : sizeof data;
	ssize_t got = recv(way->from, data, size, 0);
	uint64_t arrival_us = now_us() + link_.settings[DELAY_UP + number] * 1000;

	if (way->conn->cut != CUT_NONE) {
		way_swallow(way, got);
		return;
	}
	if (got > 0) {
		way_take(way, data, (size_t)got);
	} else if (got == 0) {
		way->is_ended = true;
		if (way->due_us < arrival_us)
			way->due_us = arrival_us;
	} else if (errno != EAGAIN) {
		conn_reset(way->conn);
		return;
	}
	way_deliver(way);
}

static void
lane_wake_soon(struct lane *lane)
{
	uint64_t rate = link_.settings[RATE_UP + (lane - link_.lanes)];
	struct timeval soon = after_us(rate == 0 ? 0 : UINT64_C(1000000) * 2 * SEGMENT_SIZE / rate + 500);

	if (!event_pending(lane->wake, EV_TIMEOUT, NULL))
		event_add(lane->wake, &soon);
}

static void
on_wake(evutil_socket_t fd, short what, void *arg)
{
	struct lane *lane = arg;

	(void)fd, (void)what;
	while (!TAILQ_EMPTY(&lane->waiting) && !is_full((int)(lane - link_.lanes))) {
		struct way *way = TAILQ_FIRST(&lane->waiting);

		TAILQ_REMOVE(&lane->waiting, way, next_waiting);
		way->is_waiting = false;
		way_read(way);
	}
	if (!TAILQ_EMPTY(&lane->waiting))
		lane_wake_soon(lane);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct way *way = arg;
	int number = (int)(way - way->conn->ways);
	struct lane *lane = &link_.lanes[number];

	(void)fd, (void)what;
	if (way->conn->cut != CUT_NONE || (!is_full(number) && TAILQ_EMPTY(&lane->waiting))) {
		way_read(way);
	} else if (!way->is_waiting) {
		way->is_waiting = true;
		TAILQ_INSERT_TAIL(&lane->waiting, way, next_waiting);
		lane_wake_soon(lane);
	}
}

/* ---- Connections. */

static void
way_open(struct conn *conn, int number, int from, int to)
{
	struct way *way = &conn->ways[number];
	int size = SOCKET_BUFFER_SIZE, one = 1;

	*way = (struct way){.conn = conn, .from = from, .to = to};
	STAILQ_INIT(&way->segments);
	evutil_make_socket_nonblocking(from);
	setsockopt(from, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
	setsockopt(from, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	way->readable = event_new(link_.base, from, EV_READ, on_readable, way);
	way->writable = event_new(link_.base, to, EV_WRITE, on_due, way);
	way->timer = evtimer_new(link_.base, on_due, way);
	if (way->readable == NULL || way->writable == NULL || way->timer == NULL)
		abort();
	/* The three-way handshake has taken its time, too. */
	way->due_us = now_us() + round_trip_us() + link_.settings[DELAY_UP + number] * 1000;
	event_add(way->readable, NULL);
}

static void
on_accept(evutil_socket_t fd, short what, void *arg)
{
	int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC), size = SOCKET_BUFFER_SIZE, daemon;
	struct conn *conn;
	uint64_t lost_us;

	(void)what, (void)arg;
	if (client < 0)
		return;
	link_.connections++;
	daemon = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(daemon, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
	if (connect(daemon, (struct sockaddr *)&link_.to, sizeof link_.to) != 0) {
		const struct linger hard = {.l_onoff = 1};

		setsockopt(client, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
		close(client);
		close(daemon);
		return;
	}
	conn = calloc(1, sizeof *conn);
	if (conn == NULL || (conn->linger = evtimer_new(link_.base, on_linger, conn)) == NULL)
		abort();
	way_open(conn, UP, client, daemon);
	way_open(conn, DOWN, daemon, client);
	lost_us = loss_us(SYN_RTO_MS * 1000);
	conn->ways[UP].due_us += lost_us;
	conn->ways[DOWN].due_us += lost_us;
	conn->plan = STAILQ_FIRST(&link_.plans);
	if (conn->plan != NULL)
		STAILQ_REMOVE_HEAD(&link_.plans, next);
	TAILQ_INSERT_TAIL(&link_.conns, conn, next);
	link_.open++;
}

static void
cut_all(enum cut cut)
{
	struct conn *conn, *next;

	for (conn = TAILQ_FIRST(&link_.conns); conn != NULL; conn = next) {
		next = TAILQ_NEXT(conn, next);
		(void)conn_cut(conn, cut);
	}
}

static void
on_cut_timer(evutil_socket_t fd, short what, void *arg)
{
	struct timeval every = after_us(link_.settings[CUT_EVERY] * 1000);

	(void)fd, (void)what, (void)arg;
	cut_all(CUT_RST);
	event_add(link_.cut_timer, &every);
}

/* ---- Commands. */

static bool
set_one(const char *name, uint64_t value)
{
	struct timeval every;

	for (int i = 0; i < SETTING_COUNT; i++) {
		size_t length = strlen(name);
		const char *way = setting_names[i] + length;

		/* "delay" is delay_up and delay_down. */
		if (strncmp(setting_names[i], name, length) != 0 ||
		    (*way != '\0' && strcmp(way, "_up") != 0 && strcmp(way, "_down") != 0))
			continue;
		link_.settings[i] = value;
		if (i == SEED)
			link_.dice = value;
		if (i == CUT_EVERY) {
			every = after_us(value * 1000);
			event_del(link_.cut_timer);
			if (value != 0)
				event_add(link_.cut_timer, &every);
		}
		if (*way == '\0' || strcmp(way, "_down") == 0)
			return true;
	}
	return false;
}

static enum cut
cut_of(const char *name)
{
	for (int i = 1; i < CUT_COUNT; i++)
		if (strcmp(name, cut_names[i]) == 0)
			return (enum cut)i;
	return CUT_NONE;
}

static bool
make_plan(const char *way, uint64_t bytes, const char *cut)
{
	struct plan *plan = calloc(1, sizeof *plan);

	if (plan == NULL)
		abort();
	*plan = (struct plan){.cut = cut_of(cut), .way = strcmp(way, "down") == 0 ? DOWN : UP, .bytes = bytes};
	if (plan->cut == CUT_NONE) {
		free(plan);
		return false;
	}
	STAILQ_INSERT_TAIL(&link_.plans, plan, next);
	return true;
}

static void
go_dark(bool is_dark)
{
	struct conn *conn;

	link_.is_dark = is_dark;
	TAILQ_FOREACH (conn, &link_.conns, next)
		for (int i = 0; !is_dark && i < WAYS; i++)
			event_active(conn->ways[i].timer, EV_TIMEOUT, 0);
}

static bool
obey(const char *line)
{
	char word[3][32] = {"", "", ""};
	uint64_t value;

	if (sscanf(line, "set %31s %" SCNu64, word[0], &value) == 2)
		return set_one(word[0], value);
	if (sscanf(line, "plan %31s %" SCNu64 " %31s", word[0], &value, word[1]) == 3)
		return make_plan(word[0], value, word[1]);
	if (sscanf(line, "cut %31s", word[0]) == 1 && cut_of(word[0]) != CUT_NONE) {
		cut_all(cut_of(word[0]));
		return true;
	}
	if (sscanf(line, "dark %31s", word[0]) == 1) {
		go_dark(strcmp(word[0], "on") == 0);
		return true;
	}
	return false;
}

static void
on_line(const char *line)
{
	if (strcmp(line, "stat") == 0)
		printf("{\"connections\": %" PRIu64 ", \"open\": %" PRIu64 ", \"cut\": %" PRIu64
		       ", \"bytes_up\": %" PRIu64 ", \"bytes_down\": %" PRIu64 ", \"lost\": %" PRIu64 "}\n",
		    link_.connections, link_.open, link_.cut, link_.bytes[UP], link_.bytes[DOWN], link_.lost);
	else
		puts(obey(line) ? "ok" : "error");
	fflush(stdout);
}

static void
on_stdin(evutil_socket_t fd, short what, void *arg)
{
	static char text[4096];
	static size_t used;
	ssize_t got = read(fd, text + used, sizeof text - 1 - used);
	char *end;

	(void)what, (void)arg;
	if (got <= 0) {
		event_base_loopbreak(link_.base);
		return;
	}
	used += (size_t)got;
	text[used] = '\0';
	while ((end = memchr(text, '\n', used)) != NULL) {
		*end = '\0';
		on_line(text);
		used -= (size_t)(end + 1 - text);
		memmove(text, end + 1, used + 1);
	}
}

static int
listen_on(uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
	socklen_t size = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), one = 1;
	int buffer = SOCKET_BUFFER_SIZE;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer); /* accepted ones inherit it */
	if (bind(fd, (struct sockaddr *)&address, size) != 0 || listen(fd, 512) != 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
		perror("badlink: listen");
		exit(2);
	}
	printf("badlink %u\n", ntohs(address.sin_port));
	fflush(stdout);
	return fd;
}

static bool
read_arguments(int count, char **arguments)
{
	char name[32];
	uint64_t value;

	link_.settings[QUEUE] = 64 << 10;
	link_.settings[WINDOW] = 4 << 20;
	link_.to = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[2]))};
	if (inet_pton(AF_INET, arguments[1], &link_.to.sin_addr) != 1)
		return false;
	for (int i = 3; i < count; i++)
		if (sscanf(arguments[i], "%31[a-z_]=%" SCNu64, name, &value) != 2 || !set_one(name, value))
			return false;
	return true;
}

int
main(int argc, char **argv)
{
	struct event_config *config = event_config_new();
	struct event *in, *listener;

	signal(SIGPIPE, SIG_IGN);
	TAILQ_INIT(&link_.conns);
	STAILQ_INIT(&link_.plans);
	event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
	link_.base = event_base_new_with_config(config);
	event_config_free(config);
	link_.cut_timer = evtimer_new(link_.base, on_cut_timer, NULL);
	for (int i = 0; i < WAYS; i++)
		TAILQ_INIT(&link_.lanes[i].waiting);
	for (int i = 0; i < WAYS; i++)
		link_.lanes[i].wake = evtimer_new(link_.base, on_wake, &link_.lanes[i]);
	if (argc < 4 || !read_arguments(argc - 1, argv + 1)) {
		fputs("usage: badlink LISTEN-PORT TO-ADDRESS TO-PORT [KEY=VALUE ...]\n", stderr);
		return 2;
	}
	listener = event_new(link_.base, listen_on((uint16_t)atoi(argv[1])), EV_READ | EV_PERSIST, on_accept, NULL);
	in = event_new(link_.base, STDIN_FILENO, EV_READ | EV_PERSIST, on_stdin, NULL);
	event_add(listener, NULL);
	event_add(in, NULL);
	event_base_dispatch(link_.base);
	return 0;
}
