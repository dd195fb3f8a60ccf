/* The network: bytes in order, in pieces and with delays, until somebody cuts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

enum {
	NET_NOBODY = UINT32_MAX, /* a squatter's connection */
	NET_DELAY_US = 5000,
	NET_SLOW_US = 300000, /* a reader that takes its time */
};

struct sim_pipe {
	uint8_t *data;
	size_t size;
};

struct sim_conn {
	bool is_used, is_known; /* to the core */
	bool is_paused, is_closing, is_slow;
	uint32_t generation, client;
	struct sim_pipe up;   /* sent by the client, not yet arrived */
	struct sim_pipe seen; /* arrived, not consumed by the core */
	struct sim_pipe down; /* sent by the core, not yet arrived */
	bool up_scheduled, down_scheduled;
};

struct sim_net {
	struct sim *sim;
	struct net_events events;
	struct sim_conn conns[SIM_CONN_COUNT_MAX];
};

static void
pipe_add(struct sim_pipe *pipe, struct bytes bytes)
{
	pipe->data = realloc(pipe->data, pipe->size + bytes.size + 1);
	memcpy(pipe->data + pipe->size, bytes.data, bytes.size);
	pipe->size += bytes.size;
}

static void
pipe_drop(struct sim_pipe *pipe, size_t size)
{
	memmove(pipe->data, pipe->data + size, pipe->size - size);
	pipe->size -= size;
}

static net_handle
conn_handle(const struct sim_net *net, const struct sim_conn *conn)
{
	return (net_handle)conn->generation << 32 | (net_handle)(conn - net->conns);
}

static struct sim_conn *
conn_find(struct sim_net *net, net_handle handle)
{
	uint32_t slot = (uint32_t)handle;

	if (slot >= SIM_CONN_COUNT_MAX)
		return NULL;
	return net->conns[slot].is_used && conn_handle(net, &net->conns[slot]) == handle
		   ? &net->conns[slot]
		   : NULL;
}

/* Both sides lose it; what was on its way is gone. */
static void
conn_end(struct sim_net *net, struct sim_conn *conn, bool clean)
{
	net_handle handle = conn_handle(net, conn);
	uint32_t client = conn->client;
	bool was_known = conn->is_known;

	free(conn->up.data);
	free(conn->seen.data);
	free(conn->down.data);
	*conn = (struct sim_conn){.generation = conn->generation};
	if (was_known && net->events.closed != NULL)
		net->events.closed(net->events.arg, handle, clean);
	if (client != NET_NOBODY)
		sim_client_on_lost(net->sim->clients[client], handle);
}

static void conn_schedule(struct sim_net *net, struct sim_conn *conn);

static void
conn_show(struct sim_net *net, struct sim_conn *conn)
{
	net_handle handle = conn_handle(net, conn);
	size_t used = 1;

	while (used > 0 && conn->seen.size > 0 && !conn->is_paused && !conn->is_closing) {
		used = net->events.received(
		    net->events.arg, handle, (struct bytes){conn->seen.data, conn->seen.size});
		if (conn_find(net, handle) == NULL)
			return;
		pipe_drop(&conn->seen, used);
	}
}

static void
on_up(struct sim *sim, uint64_t handle, uint64_t unused)
{
	struct sim_conn *conn = conn_find(sim->net, handle);
	size_t size;

	(void)unused;
	if (conn == NULL)
		return;
	conn->up_scheduled = false;
	if (!conn->is_known) {
		char address[32];

		/* Some share one, so that its share can be used up. */
		snprintf(address, sizeof address, "10.0.0.%u", conn->client % 3);
		conn->is_known = true;
		if (!sim->net->events.opened(sim->net->events.arg, handle, address)) {
			conn->is_known = false;
			conn_end(sim->net, conn, false);
			return;
		}
	}
	size = conn->up.size == 0    ? 0
	       : sim_chance(sim, 60) ? 1 + sim_below(sim, conn->up.size)
				     : conn->up.size;
	if (size > 0) {
		pipe_add(&conn->seen, (struct bytes){conn->up.data, size});
		pipe_drop(&conn->up, size);
	}
	conn_show(sim->net, conn);
	conn = conn_find(sim->net, handle);
	if (conn != NULL)
		conn_schedule(sim->net, conn);
}

static void
on_down(struct sim *sim, uint64_t handle, uint64_t unused)
{
	struct sim_conn *conn = conn_find(sim->net, handle);
	size_t size;
	uint8_t *piece;

	(void)unused;
	if (conn == NULL)
		return;
	conn->down_scheduled = false;
	size = conn->down.size == 0  ? 0
	       : sim_chance(sim, 40) ? 1 + sim_below(sim, conn->down.size)
				     : conn->down.size;
	piece = malloc(size + 1);
	if (size > 0) {
		memcpy(piece, conn->down.data, size);
		pipe_drop(&conn->down, size);
		if (conn->client != NET_NOBODY)
			sim_client_on_bytes(
			    sim->clients[conn->client], handle, (struct bytes){piece, size});
	}
	free(piece);
	conn = conn_find(sim->net, handle);
	if (conn == NULL)
		return;
	if (conn->down.size == 0 && conn->is_closing) {
		conn_end(sim->net, conn, true);
		return;
	}
	if (conn->down.size == 0 && conn->is_known)
		sim->net->events.drained(sim->net->events.arg, handle);
	conn = conn_find(sim->net, handle);
	if (conn != NULL)
		conn_schedule(sim->net, conn);
}

static void
conn_schedule(struct sim_net *net, struct sim_conn *conn)
{
	struct sim *sim = net->sim;

	if (!conn->up_scheduled && conn->up.size > 0) {
		conn->up_scheduled = true;
		sim_after(sim, 100 + sim_below(sim, NET_DELAY_US), on_up, conn_handle(net, conn), 0,
		    true);
	}
	if (!conn->down_scheduled && (conn->down.size > 0 || conn->is_closing)) {
		conn->down_scheduled = true;
		sim_after(sim, 100 + sim_below(sim, conn->is_slow ? NET_SLOW_US : NET_DELAY_US),
		    on_down, conn_handle(net, conn), 0, true);
	}
}

net_handle
sim_net_dial(struct sim_net *net, uint32_t client)
{
	if (!net->sim->is_ready || sim_chance(net->sim, 3))
		return 0;
	for (size_t i = 0; i < SIM_CONN_COUNT_MAX; i++) {
		struct sim_conn *conn = &net->conns[i];

		if (conn->is_used)
			continue;
		*conn = (struct sim_conn){.is_used = true,
		    .generation = conn->generation + 1,
		    .client = client,
		    .is_slow = sim_chance(net->sim, 8),
		    .up_scheduled = true};
		sim_after(net->sim, 100 + sim_below(net->sim, 3000), on_up, conn_handle(net, conn),
		    0, true);
		return conn_handle(net, conn);
	}
	return 0;
}

void
sim_net_squat(struct sim_net *net)
{
	net_handle handle = sim_net_dial(net, NET_NOBODY);
	/* A frame is announced that never comes, or nothing is said at all. */
	uint8_t bytes[8] = {0, 0, 0, (uint8_t)(8 + sim_below(net->sim, 200))};

	if (handle != 0 && sim_below(net->sim, 2) == 0)
		sim_net_write(net, handle, (struct bytes){bytes, 1 + sim_below(net->sim, 7)});
}

void
sim_net_write(struct sim_net *net, net_handle handle, struct bytes bytes)
{
	struct sim_conn *conn = conn_find(net, handle);

	if (conn == NULL)
		return;
	pipe_add(&conn->up, bytes);
	conn_schedule(net, conn);
}

void
sim_net_hang_up(struct sim_net *net, net_handle handle)
{
	struct sim_conn *conn = conn_find(net, handle);

	if (conn != NULL)
		conn_end(net, conn, false);
}

void
sim_net_cut_one(struct sim_net *net)
{
	size_t first = sim_below(net->sim, SIM_CONN_COUNT_MAX);

	for (size_t i = 0; i < SIM_CONN_COUNT_MAX; i++) {
		struct sim_conn *conn = &net->conns[(first + i) % SIM_CONN_COUNT_MAX];

		if (conn->is_used) {
			conn_end(net, conn, false);
			return;
		}
	}
}

void
sim_net_cut_all(struct sim_net *net)
{
	net->events = (struct net_events){NULL, NULL, NULL, NULL, NULL};
	for (size_t i = 0; i < SIM_CONN_COUNT_MAX; i++)
		if (net->conns[i].is_used)
			conn_end(net, &net->conns[i], false);
}

static void
net_send(void *arg, net_handle handle, struct bytes bytes)
{
	struct sim_net *net = arg;
	struct sim_conn *conn = conn_find(net, handle);

	if (conn == NULL || conn->is_closing)
		return;
	pipe_add(&conn->down, bytes);
	conn_schedule(net, conn);
}

static size_t
net_pending(void *arg, net_handle handle)
{
	const struct sim_conn *conn = conn_find(arg, handle);

	return conn == NULL ? 0 : conn->down.size;
}

static void
net_pause(void *arg, net_handle handle, bool paused)
{
	struct sim_net *net = arg;
	struct sim_conn *conn = conn_find(net, handle);

	if (conn == NULL)
		return;
	conn->is_paused = paused;
	if (!paused && !conn->up_scheduled) {
		conn->up_scheduled = true;
		sim_after(net->sim, 10, on_up, handle, 0, true);
	}
}

static void
net_close(void *arg, net_handle handle)
{
	struct sim_net *net = arg;
	struct sim_conn *conn = conn_find(net, handle);

	if (conn == NULL)
		return;
	conn->is_closing = true;
	conn_schedule(net, conn);
}

struct net_port
sim_net_port(struct sim_net *net)
{
	return (struct net_port){net, net_send, net_pending, net_pause, net_close};
}

void
sim_net_connect(struct sim_net *net, const struct net_events *events)
{
	net->events = *events;
}

struct sim_net *
sim_net_new(struct sim *sim)
{
	struct sim_net *net = calloc(1, sizeof *net);

	net->sim = sim;
	return net;
}

void
sim_net_free(struct sim_net *net)
{
	for (size_t i = 0; i < SIM_CONN_COUNT_MAX; i++) {
		free(net->conns[i].up.data);
		free(net->conns[i].seen.data);
		free(net->conns[i].down.data);
	}
	free(net);
}
