/* Pure parts of the core, and its tables. */
#include <criterion/criterion.h>
#include <jx/envelope.pb-c.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/core.h"
#include "core/import.h"
#include "core/life.h"
#include "core/route.h"
#include "core/run.h"
#include "core/throttle.h"
#include "core/token.h"

static char *
read_golden(const char *name)
{
	char path[512], *text = calloc(1, 1 << 16);
	FILE *file;

	snprintf(path, sizeof path, JX_SOURCE_DIR "/tests/golden/%s", name);
	file = fopen(path, "r");
	cr_assert_not_null(file, "%s is missing", path);
	text[fread(text, 1, (1 << 16) - 1, file)] = '\0';
	fclose(file);
	return text;
}

Test(tables, equal_their_golden_files)
{
	char *routes = core_routes_text(), *lives = core_lives_text();
	char *golden_routes = read_golden("routes.txt"), *golden_lives = read_golden("lives.txt");

	cr_expect_str_eq(routes, golden_routes, "rights changed: look at the difference, then update tests/golden/routes.txt");
	cr_expect_str_eq(lives, golden_lives, "a life changed: look at the difference, then update tests/golden/lives.txt");
	free(routes);
	free(lives);
	free(golden_routes);
	free(golden_lives);
}

static bool
has_field(const ProtobufCMessageDescriptor *message, const char *name)
{
	return protobuf_c_message_descriptor_get_field_by_name(message, name) != NULL;
}

Test(routes, name_what_their_messages_hold)
{
	for (unsigned i = 0; i < route_count; i++) {
		const struct route *route = &route_rows[i];
		const ProtobufCFieldDescriptor *body =
		    protobuf_c_message_descriptor_get_field(&jx__envelope__descriptor, route->body);
		const ProtobufCMessageDescriptor *message = body->descriptor;

		cr_expect_str_eq(body->name, route->name);
		cr_expect_not_null(route->handle);
		cr_expect_neq(route->scope, SCOPE_NONE, "%s", route->name);
		cr_expect(route->kind != ROUTE_WRITE || has_field(message, "op_id"), "%s writes without op_id", route->name);
		cr_expect(route->scope != SCOPE_CITY || (has_field(message, "city") && has_field(message, "year")),
		    "%s has no city and year", route->name);
		cr_expect((route->roles == ROLE_NONE) == ((route->states & ~SESSION_READY) != 0 || route->states == 0),
		    "%s: who is not logged in has no role", route->name);
	}
}

Test(routes, answer_every_request_of_the_envelope)
{
	/* What a client may send, and what only the daemon sends: replies, events. */
	for (unsigned i = 0; i < jx__envelope__descriptor.n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &jx__envelope__descriptor.fields[i];
		size_t size = strlen(field->name);
		bool is_answer = (size > 6 && strcmp(field->name + size - 6, "_reply") == 0) ||
		    (size > 5 && strcmp(field->name + size - 5, "_page") == 0) ||
		    strcmp(field->name, "evidence_data") == 0 || strcmp(field->name, "ballot_form") == 0 || strcmp(field->name, "fail") == 0 ||
		    strcmp(field->name, "progress") == 0 || strcmp(field->name, "done") == 0 ||
		    strcmp(field->name, "table") == 0 || strcmp(field->name, "notice") == 0 ||
		    strcmp(field->name, "bye_ack") == 0 || strcmp(field->name, "request_id") == 0;
		bool is_route = false;

		for (unsigned j = 0; j < route_count; j++)
			is_route |= strcmp(route_rows[j].name, field->name) == 0;
		cr_expect_neq(is_answer, is_route, "%s is neither a request nor an answer, or both", field->name);
	}
}

Test(lives, can_end_from_every_state)
{
	static const struct {
		const struct life *life;
		unsigned end;
	} rows[] = {{&life_session, SESSION_CLOSING}, {&life_import, 0}, {&life_run, 0}};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct life *life = rows[i].life;

		for (size_t j = 0; j < life->edge_count; j++) {
			bool has_way_out = life->edges[j].to == rows[i].end;

			for (size_t k = 0; k < life->edge_count; k++) {
				has_way_out |= life->edges[k].from == life->edges[j].to && life->edges[k].to == rows[i].end;
				cr_expect(j == k || life->edges[j].from != life->edges[k].from ||
					life->edges[j].on != life->edges[k].on,
				    "%s: %s %s stands twice", life->name, life->edges[j].state, life->edges[j].event);
			}
			cr_expect(has_way_out, "%s: no way out of %s", life->name, life->edges[j].next);
			cr_expect_eq(life_move(life, life->edges[j].from, life->edges[j].on), life->edges[j].to);
		}
	}
	cr_expect_not(life_may(&life_import, IMPORT_FREE, IMPORT_ON_COMMIT));
}

/* Every state with every event: an edge of the array, or nothing. */
Test(lives, move_along_their_edges_and_no_other_way)
{
	static const struct {
		const struct life *life;
		unsigned states[8], event_count;
	} rows[] = {
	    {&life_session, {SESSION_NEW, SESSION_GREETED, SESSION_READY, SESSION_CLOSING}, SESSION_ON_CLOSE + 1},
	    {&life_import, {IMPORT_FREE, IMPORT_UPLOADING, IMPORT_READING, IMPORT_CHECKING, IMPORT_STORING}, IMPORT_ON_END + 1},
	    {&life_run, {RUN_FREE, RUN_WAITING, RUN_READING, RUN_COMPUTING, RUN_STORING}, RUN_ON_END + 1},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct life *life = rows[i].life;
		size_t walked = 0;

		for (size_t s = 0; s < 8 && (s == 0 || rows[i].states[s] != 0); s++)
			for (unsigned on = 0; on < rows[i].event_count; on++) {
				const struct life_edge *edge = NULL;

				for (size_t j = 0; j < life->edge_count; j++)
					if (life->edges[j].from == rows[i].states[s] && life->edges[j].on == on)
						edge = &life->edges[j];
				cr_expect_eq(life_may(life, rows[i].states[s], on), edge != NULL);
				walked += edge != NULL;
			}
		cr_expect_eq(walked, life->edge_count, "%s: an edge from no state", life->name);
	}
}

Test(throttle, waits_longer_after_each_failure_and_forgets)
{
	static struct throttle_table table;
	uint64_t now = UINT64_C(1000000000);
	uint32_t before = 0;

	for (int i = 0; i < THROTTLE_FREE_COUNT; i++) {
		cr_assert_eq(throttle_wait_ms(&table, 'a', "admin", now), 0u);
		throttle_on_failure(&table, 'a', "admin", now);
	}
	for (int i = 0; i < 10; i++) {
		uint32_t wait = throttle_wait_ms(&table, 'a', "admin", now);

		cr_assert_geq(wait, before);
		cr_assert_leq(wait, THROTTLE_WAIT_MS_MAX);
		cr_assert_gt(wait, 0u);
		before = wait;
		throttle_on_failure(&table, 'a', "admin", now);
	}
	cr_assert_eq(before, THROTTLE_WAIT_MS_MAX);
	cr_assert_eq(throttle_wait_ms(&table, 'h', "admin", now), 0u, "an address is not an account");
	cr_assert_eq(throttle_wait_ms(&table, 'a', "admin", now + THROTTLE_FORGET_US + 1), 0u);
	throttle_on_success(&table, 'a', "admin");
	cr_assert_eq(throttle_wait_ms(&table, 'a', "admin", now), 0u);
}

Test(throttle, stays_bounded_under_a_flood_of_names)
{
	static struct throttle_table table;
	char name[32];

	for (int i = 0; i < 20 * THROTTLE_SLOT_COUNT; i++) {
		snprintf(name, sizeof name, "name%d", i);
		throttle_on_failure(&table, 'a', name, UINT64_C(1000000) + (uint64_t)i);
	}
	for (int i = 0; i < THROTTLE_FREE_COUNT; i++)
		throttle_on_failure(&table, 'a', "victim", UINT64_C(50000000));
	cr_assert_gt(throttle_wait_ms(&table, 'a', "victim", UINT64_C(50000000)), 0u);
}

Test(token, opens_only_as_it_was_sealed)
{
	struct token token = {.account = "绩效办", .version = 7, .until_us = UINT64_C(1234567890123456)}, opened;
	uint8_t nonce[TOKEN_NONCE_SIZE] = {1}, key[32] = {2}, sealed[TOKEN_SIZE];

	token_seal(&token, nonce, key, sealed);
	cr_assert_eq(token_open((struct bytes){sealed, sizeof sealed}, key, &opened), JX_OK);
	cr_assert_str_eq(opened.account, "绩效办");
	cr_assert_eq(opened.version, 7u);
	cr_assert_eq(opened.until_us, token.until_us);
	for (size_t i = 0; i < sizeof sealed; i++) {
		sealed[i] ^= 1;
		cr_assert_eq(token_open((struct bytes){sealed, sizeof sealed}, key, &opened), JX_E_SESSION, "byte %zu", i);
		sealed[i] ^= 1;
	}
	cr_assert_eq(token_open((struct bytes){sealed, sizeof sealed - 1}, key, &opened), JX_E_SESSION);
	key[0] ^= 1;
	cr_assert_eq(token_open((struct bytes){sealed, sizeof sealed}, key, &opened), JX_E_SESSION);
}
