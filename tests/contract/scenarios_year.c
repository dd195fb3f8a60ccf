#include "contract/scenarios_year.h"

#include <string.h>

/* 31 bytes: two digits in front make a digest of their own. */
#define HEX32 "00000000000000000000000000000000000000000000000000000000000000"

static const char first_import[] =
    "{\"base_batch\":0,\"scheme\":\"scheme one\",\"city_name\":\"松原市\",\"changes\":{"
    "\"units\":[{\"unit\":\"X2\",\"name\":\"长岭县\",\"class\":\"county\"},"
    "{\"unit\":\"X1\",\"name\":\"前郭县\",\"class\":\"county\"}],"
    "\"progress\":[{\"unit\":\"X1\",\"round\":10,\"mark\":9783},{\"unit\":\"X1\",\"round\":9,"
    "\"mark\":0}],"
    "\"ballots\":[{\"unit\":\"X1\",\"group\":\"g\",\"card\":\"1\",\"answers\":[\"A\",\"\",\"C\"]}],"
    "\"supervision\":[{\"leader\":\"L1\",\"unit\":\"X1\"}]}}";
static const char second_import[] =
    "{\"base_batch\":1,\"changes\":{"
    "\"units\":[{\"unit\":\"X2\",\"name\":\"长岭\",\"class\":\"county\"},"
    "{\"unit\":\"X1\",\"name\":\"前郭县\",\"class\":\"county\",\"withdrawn\":true}],"
    "\"goals\":[{\"unit\":\"X2\",\"goal\":\"G1\",\"title\":\"重点\",\"part\":\"main\",\"points\":"
    "2100,\"duty\":\"lead\"}]}}";

/* JSON's blanks are free: they count for nothing here. */
static bool
cell_is_json(const struct contract_rows *rows, size_t row, size_t column, const char *json)
{
	char squeezed[4096];
	const char *cell = contract_cell(rows, row, column);
	size_t size = 0;

	for (; *cell != '\0' && size + 1 < sizeof squeezed; cell++)
		if (*cell != ' ' && *cell != '\n')
			squeezed[size++] = *cell;
	squeezed[size] = '\0';
	if (strcmp(squeezed, json) != 0)
		fprintf(stderr, "%s\nis not\n%s\n", squeezed, json);
	return strcmp(squeezed, json) == 0;
}

void
an_import_is_there_whole_and_every_state_stays(struct contract *contract)
{
	struct contract_item item = {.action = "import",
	    .city = "sy",
	    .year = 2026,
	    .op = 1,
	    .content = 1,
	    .body = first_import};
	const struct contract_rows *rows;

	contract_must(contract, &item);
	item.op = 2;
	contract_must_not(contract, &item, JX_E_STALE); /* base 0: the year is there by now */
	item.body = second_import;
	contract_must(contract, &item);
	item.op = 3;
	contract_must_not(contract, &item, JX_E_STALE); /* base 1: it is at 2 */

	rows = contract_ask(contract, QUESTION_YEARS, NULL);
	REQUIRE(
	    rows->row_count == 1 && rows->column_count == 5 && contract_cell_is(rows, 0, 0, "sy"));
	REQUIRE(contract_cell_is(rows, 0, 1, "2026") && contract_cell_is(rows, 0, 2, "松原市"));
	REQUIRE(contract_cell_is(rows, 0, 3, "2") && contract_cell_is(rows, 0, 4, "1"));

	rows = contract_ask(contract, QUESTION_SCHEME, "sy", "2026", "0", NULL);
	REQUIRE(contract_cell_is(rows, 0, 0, "scheme one") && contract_cell_is(rows, 0, 1, "2"));
	rows = contract_ask(contract, QUESTION_SCHEME, "sy", "2026", "1", NULL);
	REQUIRE(contract_cell_is(rows, 0, 0, "scheme one") && contract_cell_is(rows, 0, 1, "1"));
	REQUIRE(contract_ask(contract, QUESTION_SCHEME, "sy", "2025", "0", NULL)->row_count == 0);
	REQUIRE(contract_ask(contract, QUESTION_SCHEME, "by", "2026", "0", NULL)->row_count == 0);

	rows = contract_ask(contract, QUESTION_RECORDS, "sy", "2026", "1", NULL);
	REQUIRE(rows->row_count == 4 && rows->column_count == 2);
	for (size_t i = 0; i < 4; i++) {
		if (strcmp(contract_cell(rows, i, 0), "units") == 0)
			REQUIRE(cell_is_json(rows, i, 1,
			    "[{\"unit\":\"X1\",\"name\":\"前郭县\",\"class\":\"county\"},"
			    "{\"unit\":\"X2\",\"name\":\"长岭县\",\"class\":\"county\"}]"));
		else if (strcmp(contract_cell(rows, i, 0), "progress") ==
			 0) /* by value, not as text */
			REQUIRE(cell_is_json(rows, i, 1,
			    "[{\"unit\":\"X1\",\"round\":9,\"mark\":0},{\"unit\":\"X1\",\"round\":"
			    "10,\"mark\":9783}]"));
		else if (strcmp(contract_cell(rows, i, 0), "ballots") == 0)
			REQUIRE(cell_is_json(rows, i, 1,
			    "[{\"unit\":\"X1\",\"group\":\"g\",\"card\":\"1\",\"answers\":[\"A\","
			    "\"\",\"C\"]}]"));
		else
			REQUIRE(cell_is_json(rows, i, 1, "[{\"leader\":\"L1\",\"unit\":\"X1\"}]"));
	}
	REQUIRE(contract_ask(contract, QUESTION_RECORDS, "sy", "2026", "0", NULL)->row_count == 5);
	REQUIRE(contract_ask(contract, QUESTION_RECORDS, "sy", "2025", "0", NULL)->row_count == 0);

	rows = contract_ask(
	    contract, QUESTION_RECORDS_PAGE, "sy", "2026", "1", "units", "1", "5", NULL);
	REQUIRE(cell_is_json(
	    rows, 0, 0, "[{\"unit\":\"X2\",\"name\":\"长岭县\",\"class\":\"county\"}]"));
	rows = contract_ask(
	    contract, QUESTION_RECORDS_PAGE, "sy", "2026", "0", "units", "0", "5", NULL);
	REQUIRE(
	    cell_is_json(rows, 0, 0, "[{\"unit\":\"X2\",\"name\":\"长岭\",\"class\":\"county\"}]"));
	rows = contract_ask(
	    contract, QUESTION_RECORDS_PAGE, "sy", "2026", "0", "units", "1", "5", NULL);
	REQUIRE(cell_is_json(rows, 0, 0, "[]"));
	rows = contract_ask(
	    contract, QUESTION_RECORDS_PAGE, "sy", "2026", "2", "group", "0", "5", NULL);
	REQUIRE(cell_is_json(rows, 0, 0, "[]"));
}

void
a_record_withdrawn_can_come_back(struct contract *contract)
{
	struct contract_item item = {.action = "import",
	    .city = "sy",
	    .year = 2026,
	    .op = 1,
	    .content = 1,
	    .body = first_import};

	contract_must(contract, &item);
	item.op = 2;
	item.body = second_import;
	contract_must(contract, &item);
	item.op = 3;
	item.body = "{\"base_batch\":2,\"scheme\":\"scheme "
		    "two\",\"city_name\":\"新名\",\"changes\":{\"units\":["
		    "{\"unit\":\"X1\",\"name\":\"又\",\"class\":\"c\"}]}}";
	contract_must(contract, &item);
	REQUIRE(cell_is_json(contract_ask(contract, QUESTION_RECORDS_PAGE, "sy", "2026", "0",
				 "units", "0", "1", NULL),
	    0, 0, "[{\"unit\":\"X1\",\"name\":\"又\",\"class\":\"c\"}]"));
	REQUIRE(cell_is_json(contract_ask(contract, QUESTION_RECORDS_PAGE, "sy", "2026", "2",
				 "units", "0", "1", NULL),
	    0, 0, "[{\"unit\":\"X2\",\"name\":\"长岭\",\"class\":\"county\"}]"));
	REQUIRE(contract_cell_is(
	    contract_ask(contract, QUESTION_SCHEME, "sy", "2026", "2", NULL), 0, 0, "scheme one"));
	REQUIRE(contract_cell_is(
	    contract_ask(contract, QUESTION_SCHEME, "sy", "2026", "9999999999999999999999", NULL),
	    0, 0, "scheme two"));
	REQUIRE(contract_cell_is(contract_ask(contract, QUESTION_YEARS, NULL), 0, 2, "新名"));
}

#define FINISH                                                                                     \
	"\"scheme_digest\":\"01" HEX32 "\",\"input_digest\":\"02" HEX32                            \
	"\",\"engine\":\"e1\",\"result_digest\":\"03" HEX32                                        \
	"\",\"unit_count\":46,\"hole_count\":2,\"digits\":2"

void
a_run_lives_from_start_to_end(struct contract *contract)
{
	const struct bytes pages[] = {{(const uint8_t *)"\0page\0", 6}, {NULL, 0}};
	struct contract_item item = {.action = "import",
	    .city = "sy",
	    .year = 2026,
	    .op = 1,
	    .content = 1,
	    .body = first_import};
	const struct contract_rows *rows;

	contract_must(contract, &item);
	item = (struct contract_item){.action = "run_start",
	    .city = "sy",
	    .year = 2025,
	    .op = 2,
	    .content = 1,
	    .body = "{\"final\":false}"};
	contract_must_not(contract, &item, JX_E_NOT_FOUND);
	item.year = 2026;
	REQUIRE(contract_must(contract, &item) == 1);
	item.op = 3;
	item.body = "{\"final\":true}";
	item.actor = "wang";
	REQUIRE(contract_must(contract, &item) == 2);
	rows = contract_ask(contract, QUESTION_RUNS_OPEN, NULL);
	REQUIRE(rows->row_count == 2 && rows->column_count == 16);
	REQUIRE(contract_cell_is(rows, 0, 0, "1") && contract_cell_is(rows, 1, 0, "2"));

	item = (struct contract_item){
	    .action = "run_finish", .city = "sy", .year = 2026, .op = 4, .content = 1};
	item.blobs = pages;
	item.blob_count = 2;
	item.body =
	    "{\"run\":3,\"state\":\"done\"," FINISH ",\"pages\":[[\"results\",0],[\"unit:X1\",7]]}";
	contract_must_not(contract, &item, JX_E_NOT_FOUND);
	item.body =
	    "{\"run\":2,\"state\":\"done\"," FINISH ",\"pages\":[[\"results\",0],[\"unit:X1\",7]]}";
	REQUIRE(contract_must(contract, &item) == 2);
	item.op = 5;
	contract_must_not(contract, &item, JX_E_STALE);
	item = (struct contract_item){
	    .action = "run_cancel", .city = "sy", .year = 2026, .op = 5, .content = 1};
	item.body = "{\"run\":2}";
	contract_must_not(contract, &item, JX_E_STALE);
	item.body = "{\"run\":9}";
	contract_must_not(contract, &item, JX_E_NOT_FOUND);
	item.body = "{\"run\":1}";
	REQUIRE(contract_must(contract, &item) == 1);
	REQUIRE(contract_ask(contract, QUESTION_RUNS_OPEN, NULL)->row_count == 0);

	rows = contract_ask(contract, QUESTION_RUNS, "sy", "2026", NULL);
	REQUIRE(rows->row_count == 2 && contract_cell_is(rows, 0, 0, "2") &&
		contract_cell_is(rows, 1, 4, "cancelled"));
	REQUIRE(contract_cell_is(rows, 1, 9, "") && contract_cell_is(rows, 1, 13, ""));
	rows = contract_ask(contract, QUESTION_RUN, "sy", "2026", "0", NULL);
	REQUIRE(rows->row_count == 1 && contract_cell_is(rows, 0, 0, "2") &&
		contract_cell_is(rows, 0, 3, "final"));
	REQUIRE(contract_cell_is(rows, 0, 1, "sy") && contract_cell_is(rows, 0, 2, "2026"));
	REQUIRE(contract_cell_is(rows, 0, 4, "done") && contract_cell_is(rows, 0, 5, "wang"));
	REQUIRE(contract_cell_is(rows, 0, 6, "1700000000000003") &&
		contract_cell_is(rows, 0, 7, "1700000000000004"));
	REQUIRE(contract_cell_is(rows, 0, 8, "1") && contract_cell_is(rows, 0, 11, "e1"));
	REQUIRE(rows->cells[9].size == 32 && rows->cells[9].data[0] == 1);
	REQUIRE(rows->cells[10].data[0] == 2 && rows->cells[12].data[0] == 3);
	REQUIRE(contract_cell_is(rows, 0, 13, "46") && contract_cell_is(rows, 0, 14, "2") &&
		contract_cell_is(rows, 0, 15, "2"));

	rows = contract_ask(contract, QUESTION_RUN_PAGE, "sy", "2026", "2", "results", "0", NULL);
	REQUIRE(rows->row_count == 1 && rows->cells[0].size == 6 &&
		memcmp(rows->cells[0].data, "\0page\0", 6) == 0);
	rows = contract_ask(contract, QUESTION_RUN_PAGE, "sy", "2026", "2", "unit:X1", "7", NULL);
	REQUIRE(rows->row_count == 1 && rows->cells[0].size == 0);
	REQUIRE(contract_ask(contract, QUESTION_RUN_PAGE, "sy", "2026", "2", "results", "1", NULL)
		    ->row_count == 0);
	REQUIRE(contract_ask(contract, QUESTION_RUN, "sy", "2026", "5", NULL)->row_count == 0);
}

void
a_failed_run_needs_no_digests(struct contract *contract)
{
	struct contract_item item = {.action = "import",
	    .city = "sy",
	    .year = 2026,
	    .op = 1,
	    .content = 1,
	    .body = first_import};

	contract_must(contract, &item);
	item = (struct contract_item){.action = "run_start",
	    .city = "sy",
	    .year = 2026,
	    .op = 2,
	    .content = 1,
	    .body = "{\"final\":false}"};
	contract_must(contract, &item);
	item.action = "run_finish";
	item.op = 3;
	item.body = "{\"run\":1,\"state\":\"failed\",\"pages\":[]}";
	REQUIRE(contract_must(contract, &item) == 1);
	REQUIRE(contract_cell_is(
	    contract_ask(contract, QUESTION_RUN, "sy", "2026", "1", NULL), 0, 4, "failed"));
	REQUIRE(contract_ask(contract, QUESTION_RUN, "sy", "2026", "0", NULL)->row_count ==
		0); /* none is done */
}

void
a_large_import_goes_in_and_comes_out(struct contract *contract)
{
	enum { BALLOTS = 20000, PAGE = 1000 };
	size_t size = 256 + BALLOTS * 80, used;
	char *body = malloc(size), offset[16];
	struct contract_item item = {
	    .action = "import", .city = "sy", .year = 2026, .op = 1, .content = 1, .body = body};
	unsigned found = 0;

	REQUIRE(body != NULL);
	used = (size_t)snprintf(body, size,
	    "{\"base_batch\":0,\"scheme\":\"s\",\"city_name\":\"c\",\"changes\":{\"ballots\":[");
	for (unsigned i = 0; i < BALLOTS; i++)
		used += (size_t)snprintf(body + used, size - used,
		    "%s{\"unit\":\"X%03u\",\"group\":\"g\",\"card\":\"%05u\",\"answers\":[\"A\","
		    "\"B\",\"\"]}",
		    i == 0 ? "" : ",", i / 100, i % 100);
	snprintf(body + used, size - used, "]}}");
	contract_must(contract, &item);
	for (unsigned i = 0; i < BALLOTS; i += PAGE) {
		const struct contract_rows *rows;

		snprintf(offset, sizeof offset, "%u", i);
		rows = contract_ask(contract, QUESTION_RECORDS_PAGE, "sy", "2026", "1", "ballots",
		    offset, "1000", NULL);
		for (const char *c = contract_cell(rows, 0, 0); (c = strstr(c, "\"card\"")) != NULL;
		     c++)
			found++;
	}
	REQUIRE(found == BALLOTS);
	REQUIRE(contract_ask(contract, QUESTION_RECORDS, "sy", "2026", "0", NULL)->row_count == 1);
	/* All these ballots are one row a unit among the papers, soon found. */
	REQUIRE(strlen(contract_cell(contract_ask(contract, QUESTION_PAPERS, "sy", "2026", NULL), 2,
		    1)) < (size_t)BALLOTS);
	free(body);
}
