/* What no client should send: noise, the wrong order, half a request, far too many at once. */
#include <stdlib.h>
#include <string.h>

#include "sim_client.h"
#include "wire/envelope.h"

enum { RUDE_FLOOD = 50 };

/* Bytes that are no frame, or a frame that was good until some bits fell over. */
void
sim_rude_send_garbage(struct sim_client *client)
{
	struct sim *sim = client->sim;
	struct arena *arena = arena_new(64 << 10);
	Jx__Envelope envelope = JX__ENVELOPE__INIT;
	Jx__Runs runs = JX__RUNS__INIT;
	uint8_t noise[64];
	struct bytes bytes = {noise, 1 + sim_below(sim, sizeof noise)};

	if (sim_below(sim, 2) == 0) {
		for (size_t i = 0; i < bytes.size; i++)
			noise[i] = (uint8_t)sim_random(sim);
	} else {
		envelope.has_request_id = runs.has_year = true;
		envelope.request_id = 1000000;
		envelope.body_case = JX__ENVELOPE__BODY_RUNS;
		envelope.runs = &runs;
		runs.city = (char *)(uintptr_t)sim->scheme->city;
		runs.year = sim->scheme->year;
		if (envelope_write(arena, &envelope, &bytes) != JX_OK)
			abort();
		memcpy(noise, bytes.data, bytes.size);
		noise[sim_below(sim, bytes.size)] ^= (uint8_t)(1u << sim_below(sim, 8));
		bytes.data = noise;
	}
	sim_net_write(sim->net, client->conn, bytes);
	arena_free(arena);
	/* Nobody knows what it is worth: the connection is left as it is, for the daemon to end. */
	client->conn = 0;
	client->step = STEP_DIAL;
	sim_client_next(client);
}

/* More than may be under way, without reading an answer in between. */
void
sim_rude_send_flood(struct sim_client *client)
{
	static const Jx__Whoami whoami = JX__WHOAMI__INIT;
	static const Jx__Keys keys = JX__KEYS__INIT;

	client->chunks_waited = 0;
	for (int i = 0; i < RUDE_FLOOD; i++) {
		if (i % 2 == 0)
			sim_client_send(client, JX__ENVELOPE__BODY_WHOAMI, &whoami, ASK_ASIDE);
		else
			sim_client_send(client, JX__ENVELOPE__BODY_KEYS, &keys, ASK_ASIDE);
	}
	sim_client_send(client, JX__ENVELOPE__BODY_WHOAMI, &whoami, ASK_MAIN);
}

void
sim_rude_on_flood(struct sim_client *client, const Jx__Envelope *envelope)
{
	(void)envelope;
	sim_client_next(client);
}

/* Would an empty message of it be refused in this state, whoever sends it? */
static bool
rude_is_refused(const struct sim_client *client, const struct route *route)
{
	unsigned state = client->step == STEP_WORK    ? SESSION_READY
			 : client->step == STEP_LOGIN ? SESSION_GREETED
						      : SESSION_NEW;

	return (route->states & state) == 0 || route->scope == SCOPE_CITY ||
	       route->kind != ROUTE_READ || strcmp(route->name, "resume") == 0;
}

void
sim_rude_aside(struct sim_client *client)
{
	unsigned index = (unsigned)sim_below(client->sim, route_count + 1);
	const struct route *route = &route_rows[index];
	const ProtobufCFieldDescriptor *field;
	ProtobufCMessage *message;
	static const Jx__Done done = JX__DONE__INIT;

	if (index == route_count) { /* what only the daemon says */
		sim_client_send(client, JX__ENVELOPE__BODY_DONE, &done, ASK_ASIDE);
		return;
	}
	if (!rude_is_refused(client, route))
		return;
	field = protobuf_c_message_descriptor_get_field(&jx__envelope__descriptor, route->body);
	message =
	    calloc(1, ((const ProtobufCMessageDescriptor *)field->descriptor)->sizeof_message);
	protobuf_c_message_init(field->descriptor, message);
	sim_client_send(client, route->body, message, ASK_ASIDE);
	free(message);
}
