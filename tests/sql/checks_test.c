/* sql/checks.sql: each invariant fires on a planted breach; the tables refuse rows that break the
 * rules. */
#include <sodium.h>
#include <string.h>

#include "contract/real_store.h"
#include "store/asset.h"

static const char *
asset_text(const char *name)
{
	for (size_t i = 0; i < asset_count; i++)
		if (strcmp(asset_list[i].name, name) == 0)
			return asset_list[i].text;
	abort();
}

/* A file of one chunk, "x", found whole and kept. */
#define FILE_X "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"

static void
put_evidence(struct contract *contract)
{
	static const uint8_t byte = 'x';
	static uint8_t hash[32], list[32];
	struct store_put puts[] = {
	    {.kind = STORE_PUT_LIST, .bytes = {hash, sizeof hash}, .size = 1},
	    {.kind = STORE_PUT_CHUNK, .bytes = {&byte, 1}, .received_us = 1},
	    {.kind = STORE_PUT_SEAL, .bytes = {list, sizeof list}, .size = 1},
	};

	crypto_hash_sha256(hash, &byte, 1);
	crypto_hash_sha256(list, hash, sizeof hash);
	for (size_t i = 0; i < sizeof puts / sizeof *puts; i++) {
		enum jx_err err;

		puts[i].city = "sy";
		puts[i].year = 2026;
		puts[i].unit = "X1";
		puts[i].quota = 1 << 20;
		memcpy(puts[i].hash, hash, sizeof hash);
		do
			err = contract_put(contract, &puts[i])->err;
		while (err == JX_E_UNAVAILABLE); /* its connections may come later */
		REQUIRE(err == JX_OK);
	}
}

/* A bit of everything: what the plants break. */
static void
fill(struct contract *contract)
{
	static const char account[] =
	    "{\"account\":\"li\",\"role\":\"office\",\"city\":\"*\",\"password_hash\":\"h\"}";
	static const char first[] =
	    "{\"base_batch\":0,\"scheme\":\"s\",\"city_name\":\"c\",\"changes\":{"
	    "\"units\":[{\"unit\":\"X1\",\"name\":\"n\",\"class\":\"c\"}],"
	    "\"ballots\":[{\"unit\":\"X1\",\"group\":\"g\",\"card\":\"1\",\"answers\":[\"A\"]}]}}";
	static const char second[] =
	    "{\"base_batch\":2,\"changes\":{"
	    "\"units\":[{\"unit\":\"X1\",\"name\":\"m\",\"class\":\"c\"}]}}";
	static const char plan[] =
	    "{\"base_batch\":3,\"deed\":\"d\",\"papers\":["
	    "{\"kind\":\"plans\",\"key\":\"X1\",\"row\":{\"unit\":\"X1\"}}]}";
	static const char plan_again[] =
	    "{\"base_batch\":7,\"deed\":\"d\",\"papers\":["
	    "{\"kind\":\"plans\",\"key\":\"X1\",\"row\":{\"unit\":\"X1\"}}]}";
	static const char device[] =
	    "{\"account\":\"li\",\"key_id\":\"0102030405060708\",\"public_key\":"
	    "\"0000000000000000000000000000000000000000000000000000000000000009\"}";
	static const char kept[] = "{\"base_batch\":8,\"deed\":\"d\",\"papers\":["
				   "{\"kind\":\"files\",\"key\":\"X1/" FILE_X
				   "\",\"row\":{\"unit\":\"X1\",\"file\":\"" FILE_X "\",\"size\":1}}]}";
	static const char finish[] =
	    "{\"run\":1,\"state\":\"refused\",\"pages\":[[\"results\",0]]}";
	static const struct bytes page = {(const uint8_t *)"page", 4};
#define CARD "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	static const char poll_open[] =
	    "{\"base_batch\":10,\"deed\":\"poll.open\",\"papers\":[{\"kind\":\"polls\",\"key\":\"P1\",\"row\":"
	    "{\"poll\":\"P1\",\"state\":\"open\",\"slot\":0,\"print\":\"p\",\"opened_us\":1700000000000012}}],"
	    "\"cards\":{\"poll\":\"P1\",\"hashes\":\"" CARD "\"}}";
	static const char ballot[] = "{\"card\":\"" CARD "\",\"poll\":\"P1\"}";
	static const char poll_close[] =
	    "{\"base_batch\":11,\"deed\":\"poll.close\",\"papers\":[{\"kind\":\"polls\",\"key\":\"P1\",\"row\":"
	    "{\"poll\":\"P1\",\"state\":\"closed\"}},{\"kind\":\"stacks\",\"key\":\"P1-X1\",\"row\":"
	    "{\"stack\":\"P1-X1\",\"unit\":\"X1\",\"group\":\"g\",\"state\":\"polled\",\"valid\":1}}],\"votes\":1,"
	    "\"ballots\":[{\"unit\":\"X1\",\"group\":\"g\",\"card\":\"P1-k\",\"answers\":[\"A\"]}]}";
	static const uint8_t sealed[3112];
	static const struct bytes vote = {sealed, sizeof sealed};
	const struct contract_item items[] = {
	    {.action = "account_add", .op = 1, .content = 1, .body = account},
	    {.action = "import", .city = "sy", .year = 2026, .op = 2, .content = 2, .body = first},
	    {.action = "import", .city = "sy", .year = 2026, .op = 3, .content = 3, .body = second},
	    {.action = "run_start",
		.city = "sy",
		.year = 2026,
		.op = 4,
		.content = 4,
		.body = "{\"final\":true}"},
	    {.action = "run_finish",
		.city = "sy",
		.year = 2026,
		.op = 5,
		.content = 5,
		.body = finish,
		.blobs = &page,
		.blob_count = 1},
	    {.action = "account_disable",
		.op = 6,
		.content = 6,
		.body = "{\"account\":\"li\",\"reason\":\"r\"}"},
	    {.action = "deed", .city = "sy", .year = 2026, .op = 7, .content = 7, .body = plan},
	    {.action = "deed",
		.city = "sy",
		.year = 2026,
		.op = 8,
		.content = 8,
		.body = plan_again},
	    {.action = "device_add", .actor = "li", .op = 9, .content = 9, .body = device},
	    {.action = "deed", .city = "sy", .year = 2026, .op = 10, .content = 10, .body = kept},
	    {.action = "deed", .city = "sy", .year = 2026, .op = 11, .content = 11, .body = poll_open},
	    {.action = "ballot",
		.city = "sy",
		.year = 2026,
		.op = 12,
		.content = 12,
		.body = ballot,
		.blobs = &vote,
		.blob_count = 1},
	    {.action = "deed", .city = "sy", .year = 2026, .op = 13, .content = 13, .body = poll_close},
	};

	put_evidence(contract);
	for (size_t i = 0; i < sizeof items / sizeof *items; i++)
		contract_must(contract, &items[i]);
}

static const struct {
	const char *rule, *sql;
} plants[] = {
    {"a batch number is missing", "DELETE FROM jx.batch WHERE number = 2"},
    {"a batch does not name the hash of the one before",
	"UPDATE jx.batch SET prev_hash = root WHERE number = 3"},
    {"a batch has another hash than its content",
	"UPDATE jx.batch SET sealed_us = sealed_us + 1 WHERE number = 2"},
    {"a batch has not as many ops as it says",
	"UPDATE jx.batch SET item_count = 2 WHERE number = 2"},
    {"an op is not the one that was signed",
	"UPDATE jx.op SET received_us = received_us + 1 WHERE batch = 2"},
    {"an op is of no batch", "UPDATE jx.op SET batch = 99 WHERE batch = 1"},
    {"an account has a gap in its versions", "UPDATE jx.account SET version = 3 WHERE version = 2"},
    {"a device has no op", "UPDATE jx.device SET account = 'wang'"},
    {"a year changed without an import or a deed",
	"INSERT INTO jx.year_state VALUES ('sy', 2026, 1)"},
    {"a year began without a scheme", "DELETE FROM jx.scheme"},
    {"a scheme stands outside its year", "UPDATE jx.scheme SET year = 2025"},
    {"a record has a gap in its versions",
	"UPDATE jx_record.units SET version = 3 WHERE version = 2"},
    {"a record has a gap in its versions",
	"UPDATE jx_record.units SET batch = 2 WHERE version = 2"},
    {"a record stands outside its year", "UPDATE jx_record.ballots SET year = 2025"},
    {"a paper has a gap in its versions", "UPDATE jx.paper SET version = 3 WHERE version = 2"},
    {"a paper has a gap in its versions", "UPDATE jx.paper SET batch = 7 WHERE version = 2"},
    {"a paper stands outside its year", "UPDATE jx.paper SET year = 2025"},
    {"a deed has no op", "UPDATE jx.deed SET batch = 3 WHERE batch = 7"},
    {"an op of a deed has none", "DELETE FROM jx.deed"},
    {"a run number is missing", "UPDATE jx.run SET run = 2"},
    {"a run has no op", "UPDATE jx.op SET value = 2 WHERE action = 'run_start'"},
    {"a run stands on no state of its year", "UPDATE jx.run SET batch = 1"},
    {"a run ended that never began", "DELETE FROM jx.run"},
    {"pages of a run that has not ended", "DELETE FROM jx.run_end"},
    {"a file is kept that was never found whole", "DELETE FROM jx.file"},
    {"a file is kept that was never found whole", "UPDATE jx.file SET unit = 'X2'"},
    {"a whole file lacks chunks of its unit", "DELETE FROM jx.unit_chunk"},
    {"a whole file has another list than was read", "UPDATE jx.file SET list = file"},
    {"a whole file has another list than was read",
	"ALTER TABLE jx.file_page DISABLE TRIGGER no_removal; DELETE FROM jx.file_page"},
    {"a whole file has not its size", "UPDATE jx.unit_chunk SET size = 2"},
    {"a unit has sent a chunk that is not there", "DELETE FROM jx.chunk"},
    {"a chunk is there that no unit has sent", "UPDATE jx.unit_chunk SET city = 'sz'"},
    {"the bytes of a unit are not their sum", "UPDATE jx.unit_bytes SET bytes = bytes + 1"},
    {"a batch has not as many votes as ops say", "DELETE FROM jx.card_vote"},
    {"a batch has not as many votes as ops say", "UPDATE jx.op SET action = 'vote' WHERE action = 'ballot'"},
    {"a ballot was received at a time of its own",
	"UPDATE jx.paper SET \"row\" = jsonb_set(\"row\", '{opened_us}', '7') WHERE kind = 'polls'"},
    {"two open polls share a slot",
	"DELETE FROM jx.poll_end; INSERT INTO jx.poll SELECT city, year, 'P2', slot, print, batch FROM jx.poll"},
    {"a poll is not in the state that its paper says", "DELETE FROM jx.poll_end"},
    {"a poll ended without some of its votes", "UPDATE jx.poll_end SET votes = 2"},
    {"a poll ended without some of its votes", "UPDATE jx.card_vote SET batch = 13"},
    {"a unit has not as many ballots of a poll as its count says",
	"DELETE FROM jx_record.ballots WHERE card = 'P1-k'"},
};
enum { PLANT_COUNT = sizeof plants / sizeof *plants };

static void
must_sql(PGconn *pg, const char *sql)
{
	PGresult *result = PQexec(pg, sql);
	ExecStatusType status = PQresultStatus(result);

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		fprintf(stderr, "%s: %s", sql, PQerrorMessage(pg));
	REQUIRE(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK);
	PQclear(result);
}

static void
every_invariant_fires_on_a_planted_breach(struct real *real, struct contract *contract)
{
	PGconn *pg;

	fill(contract);
	pg = real_connect(real->admin_url);
	for (size_t i = 0; i < PLANT_COUNT; i++) {
		PGresult *breaches;
		bool is_found = false;

		must_sql(pg,
		    "BEGIN; SET LOCAL session_replication_role = replica; DO $$ DECLARE t "
		    "regclass; BEGIN "
		    "FOR t IN SELECT tgrelid FROM pg_trigger WHERE tgname = 'append_only' LOOP "
		    "EXECUTE format('ALTER TABLE %s DISABLE TRIGGER append_only', t); END LOOP; "
		    "END $$");
		must_sql(pg, plants[i].sql);
		breaches = PQexec(pg, asset_text("checks.sql"));
		REQUIRE(PQresultStatus(breaches) == PGRES_TUPLES_OK);
		for (int row = 0; row < PQntuples(breaches); row++)
			is_found =
			    is_found || strcmp(PQgetvalue(breaches, row, 0), plants[i].rule) == 0;
		if (!is_found)
			fprintf(stderr, "no breach of \"%s\" after %s\n", plants[i].rule,
			    plants[i].sql);
		REQUIRE(is_found);
		PQclear(breaches);
		must_sql(pg, "ROLLBACK");
	}
	PQfinish(pg);
}

/* Every rule stands in the table above, so that none is left untried. */
static void
every_rule_has_a_plant(struct real *real, struct contract *contract)
{
	const char *texts[] = {asset_text("checks.sql"), asset_text("functions/check.sql")};
	const char *const starts[] = {
	    "\nSELECT '", "\nSELECT DISTINCT '", "'SELECT ''", "'SELECT DISTINCT ''"};
	unsigned rules = 0;

	(void)real;
	(void)contract;
	for (size_t i = 0; i < 2; i++) {
		for (size_t k = 0; k < 4; k++) {
			for (const char *c = texts[i]; (c = strstr(c, starts[k])) != NULL; c++) {
				const char *rule = c + strlen(starts[k]);
				bool is_planted = false;

				for (size_t p = 0; p < PLANT_COUNT; p++)
					is_planted = is_planted || strncmp(rule, plants[p].rule,
								       strlen(plants[p].rule)) == 0;
				if (!is_planted)
					fprintf(stderr, "no plant for: %.60s\n", rule);
				REQUIRE(is_planted);
				rules++;
			}
		}
	}
	REQUIRE(rules == 35);
}

static void
rows_that_break_the_rules_are_refused(struct real *real, struct contract *contract)
{
	static const char *const rows[] = {
	    "basic VALUES ('sy', 2026, 'X1', 'i', -1, 1, 2, false)",
	    "basic VALUES ('sy', 2026, '', 'i', 1, 1, 2, false)",
	    "basic VALUES ('', 2026, 'X1', 'i', 1, 1, 2, false)",
	    "basic VALUES ('sy', 0, 'X1', 'i', 1, 1, 2, false)",
	    "basic VALUES ('sy', 2026, 'X1', 'i', 1, 0, 2, false)",
	    "basic VALUES ('sy', 2026, 'X1', 'i', NULL, 1, 2, false)",
	    "basic VALUES ('sy', 2026, repeat('x', 65), 'i', 1, 1, 2, false)",
	    "progress VALUES ('sy', 2026, 'X1', 1, 10001, 1, 2, false)",
	    "progress VALUES ('sy', 2026, 'X1', 0, 1, 1, 2, false)",
	    "visits VALUES ('sy', 2026, 'X1', 'v', -1, 1, 2, false)",
	    "contributions VALUES ('sy', 2026, 'a', 'X1', 10001, 1, 2, false)",
	    "goals VALUES ('sy', 2026, 'X1', 'g', 't', 'p', 1, 'follow', 1, 2, false)",
	    "goals VALUES ('sy', 2026, 'X1', 'g', '', 'p', 1, 'lead', 1, 2, false)",
	    "leader_marks VALUES ('sy', 2026, 'L', 'X1', 'guess', '1', 1, 2, false)",
	    "leader_marks VALUES ('sy', 2026, 'L', 'X1', 'mark', '', 1, 2, false)",
	    "bonus VALUES ('sy', 2026, 'X1', 'k', 'alleged', 1, 2, false)",
	    "vetoes VALUES ('sy', 2026, 'X1', 'k', 'granted', 1, 2, false)",
	    "ballots VALUES ('sy', 2026, 'X1', 'g', '2', '{}', 1, 2, false)",
	    "ballots VALUES ('sy', 2026, 'X1', 'g', '2', '{A,NULL}', 1, 2, false)",
	};
	char sql[256];

	fill(contract);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *state;

		snprintf(sql, sizeof sql, "INSERT INTO jx_record.%s", rows[i]);
		state = real_sql(real->owner_url, sql);
		if (strcmp(state, "23514") != 0 && strcmp(state, "23502") != 0)
			fprintf(stderr, "%s: \"%s\"\n", rows[i], state);
		REQUIRE(strcmp(state, "23514") == 0 || strcmp(state, "23502") == 0);
	}
	/* The same form with good values goes in: the rows above failed for what they say. */
	REQUIRE(*real_sql(real->owner_url,
		    "BEGIN; INSERT INTO jx_record.basic VALUES "
		    "('sy', 2026, 'X1', 'i', 1, 1, 2, false); ROLLBACK") == '\0');
}

#define CHECK(test)                                                                                \
	{                                                                                          \
		.name = #test, .run = test                                                         \
	}

int
main(int argc, char **argv)
{
	static const struct real_test tests[] = {
	    CHECK(every_invariant_fires_on_a_planted_breach),
	    CHECK(every_rule_has_a_plant),
	    CHECK(rows_that_break_the_rules_are_refused),
	};

	return real_run(tests, sizeof tests / sizeof *tests, argc > 1 ? argv[1] : NULL);
}
