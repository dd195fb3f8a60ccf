/* Deeds: records and papers that change together, and what can be asked of them. */
#include <jansson.h>
#include <string.h>

#include "contract/scenarios_year.h"

static const char first_import[] =
    "{\"base_batch\":0,\"scheme\":\"scheme one\",\"city_name\":\"松原市\",\"changes\":{"
    "\"units\":[{\"unit\":\"X2\",\"name\":\"长岭县\",\"class\":\"county\"},"
    "{\"unit\":\"X1\",\"name\":\"前郭县\",\"class\":\"county\"}],"
    "\"progress\":[{\"unit\":\"X1\",\"round\":10,\"mark\":9783},{\"unit\":\"X1\",\"round\":9,"
    "\"mark\":0}],"
    "\"leader_marks\":[{\"leader\":\"L1\",\"unit\":\"X1\",\"kind\":\"mark\",\"value\":\"90\"}],"
    "\"ballots\":[{\"unit\":\"X1\",\"group\":\"g\",\"card\":\"1\",\"answers\":[\"\",\"C\"]},"
    "{\"unit\":\"X1\",\"group\":\"g\",\"card\":\"2\",\"answers\":[\"A\",\"\"]},"
    "{\"unit\":\"X1\",\"group\":\"h\",\"card\":\"1\",\"answers\":[\"\",\"\"]},"
    "{\"unit\":\"X2\",\"group\":\"g\",\"card\":\"1\",\"answers\":[\"B\",\"B\"]}]}}";

static const struct contract_item import_item = {
    .action = "import", .city = "sy", .year = 2026, .op = 1, .content = 1, .body = first_import};

/* Members of an object may come in any order. */
static bool
cell_is(const struct contract_rows *rows, size_t row, size_t column, const char *text)
{
	json_t *left = json_loads(contract_cell(rows, row, column), 0, NULL);
	json_t *right = json_loads(text, 0, NULL);
	bool is_same = left != NULL && json_equal(left, right) != 0;

	REQUIRE(right != NULL);
	if (!is_same)
		fprintf(stderr, "%s\nis not\n%s\n", contract_cell(rows, row, column), text);
	json_decref(left);
	json_decref(right);
	return is_same;
}

/* The row of QUESTION_PAPERS of that kind. */
static size_t
row_of(const struct contract_rows *rows, const char *kind)
{
	size_t row = 0;

	while (row < rows->row_count && strcmp(contract_cell(rows, row, 0), kind) != 0)
		row++;
	return row;
}

static bool
papers_are(const struct contract_rows *rows, const char *kind, const char *text)
{
	return cell_is(rows, row_of(rows, kind), 1, text);
}

static struct contract_item
deed(uint64_t op, const char *body)
{
	return (struct contract_item){.action = "deed",
	    .city = "sy",
	    .year = 2026,
	    .op = op,
	    .content = op,
	    .body = body,
	    .actor = "wang"};
}

static const char plan_submit[] =
    "{\"base_batch\":1,\"deed\":\"plan.submit\",\"unit\":\"X1\",\"reason\":\"起草完毕\","
    "\"changes\":{\"goals\":[{\"unit\":\"X1\",\"goal\":\"G1\",\"title\":\"重点\",\"part\":\"main\","
    "\"points\":2100,\"duty\":\"lead\"}],"
    "\"progress\":[{\"unit\":\"X1\",\"round\":9,\"mark\":0,\"withdrawn\":true}]},"
    "\"papers\":[{\"kind\":\"plans\",\"key\":\"X1\",\"withdrawn\":false,\"row\":{\"unit\":\"X1\","
    "\"state\":\"submitted\",\"at_us\":1700000000000002}},"
    "{\"kind\":\"reviewers\",\"key\":\"X1/B\",\"row\":{\"unit\":\"X1\",\"by\":\"B\"}},"
    "{\"kind\":\"reviewers\",\"key\":\"X1/A\",\"row\":{\"unit\":\"X1\",\"by\":\"A\"}}]}";
static const char plan_return[] =
    "{\"base_batch\":2,\"deed\":\"plan.return\",\"unit\":\"X1\",\"object\":\"\",\"value\":\"\","
    "\"reason\":\"补充\",\"document\":\"松绩〔2026〕1号\",\"papers\":["
    "{\"kind\":\"plans\",\"key\":\"X1\",\"row\":{\"unit\":\"X1\",\"state\":\"returned\"}},"
    "{\"kind\":\"reviewers\",\"key\":\"X1/A\",\"withdrawn\":true}]}";

void
a_deed_changes_records_and_papers_together(struct contract *contract)
{
	struct contract_item item = deed(2, plan_submit);
	const struct contract_rows *rows;

	contract_must_not(contract, &item, JX_E_NOT_FOUND);
	REQUIRE(contract_ask(contract, QUESTION_PAPERS, "sy", "2026", NULL)->row_count == 0);
	contract_must(contract, &import_item);
	item.year = 2025;
	contract_must_not(contract, &item, JX_E_NOT_FOUND);
	item.year = 2026;
	REQUIRE(contract_must(contract, &item) == 2);
	item.op = 3;
	contract_must_not(contract, &item, JX_E_STALE); /* base 1: it is at 2 */

	/* The same once more: the first receipt, and nothing changes. */
	item.op = 2;
	REQUIRE(contract_commit(contract, &item, 1) == STORE_REFUSED);
	REQUIRE(contract->verdicts[0].err == JX_OK && contract->verdicts[0].replayed &&
		contract->verdicts[0].value == 2);
	item.content = 9;
	contract_must_not(contract, &item, JX_E_CONFLICT);

	REQUIRE(contract_cell_is(contract_ask(contract, QUESTION_YEARS, NULL), 0, 3, "2"));
	REQUIRE(contract_cell_is(
	    contract_ask(contract, QUESTION_SCHEME, "sy", "2026", "0", NULL), 0, 0, "scheme one"));
	rows = contract_ask(
	    contract, QUESTION_RECORDS_PAGE, "sy", "2026", "0", "progress", "0", "9", NULL);
	REQUIRE(cell_is(rows, 0, 0, "[{\"unit\":\"X1\",\"round\":10,\"mark\":9783}]"));
	rows = contract_ask(
	    contract, QUESTION_RECORDS_PAGE, "sy", "2026", "1", "goals", "0", "9", NULL);
	REQUIRE(cell_is(rows, 0, 0, "[]"));

	/* A deed that changes nothing is one all the same; an import sees where it is. */
	item = deed(4, "{\"base_batch\":2,\"deed\":\"plan.look\"}");
	REQUIRE(contract_must(contract, &item) == 3);
	item = (struct contract_item){.action = "import",
	    .city = "sy",
	    .year = 2026,
	    .op = 5,
	    .content = 1,
	    .body = "{\"base_batch\":2,\"changes\":{}}"};
	contract_must_not(contract, &item, JX_E_STALE);
	item.body = "{\"base_batch\":3,\"changes\":{}}";
	contract_must(contract, &item);
	rows = contract_ask(contract, QUESTION_PAPERS, "sy", "2026", NULL);
	REQUIRE(contract_cell_is(rows, 0, 0, "") && contract_cell_is(rows, 0, 1, "4"));
}

void
papers_are_asked_for_whole_with_versions(struct contract *contract)
{
	struct contract_item item = deed(2, plan_submit);
	const struct contract_rows *rows;

	contract_must(contract, &import_item);
	contract_must(contract, &item);
	item = deed(3, plan_return);
	contract_must(contract, &item);
	rows = contract_ask(contract, QUESTION_PAPERS, "sy", "2026", NULL);
	REQUIRE(rows->column_count == 2 && rows->row_count == 9);
	REQUIRE(contract_cell_is(rows, 0, 0, "") && contract_cell_is(rows, 0, 1, "3"));
	REQUIRE(contract_cell_is(rows, 1, 0, "changed"));
	REQUIRE(papers_are(rows, "changed",
	    "{\"units\":1,\"progress\":2,\"leader_marks\":1,\"ballots\":1,\"goals\":2,\"plans\":3,"
	    "\"reviewers\":3}"));
	REQUIRE(papers_are(rows, "units",
	    "[{\"unit\":\"X1\",\"name\":\"前郭县\",\"class\":\"county\",\"version\":1,\"batch\":1},"
	    "{\"unit\":\"X2\",\"name\":\"长岭县\",\"class\":\"county\",\"version\":1,"
	    "\"batch\":1}]"));
	REQUIRE(papers_are(rows, "progress",
	    "[{\"unit\":\"X1\",\"round\":10,\"mark\":9783,\"version\":1,\"batch\":1}]"));
	REQUIRE(papers_are(rows, "goals",
	    "[{\"unit\":\"X1\",\"goal\":\"G1\",\"title\":\"重点\",\"part\":\"main\",\"points\":"
	    "2100,"
	    "\"duty\":\"lead\",\"version\":1,\"batch\":2}]"));
	REQUIRE(papers_are(
	    rows, "plans", "[{\"unit\":\"X1\",\"state\":\"returned\",\"version\":2,\"batch\":3}]"));
	REQUIRE(papers_are(
	    rows, "reviewers", "[{\"unit\":\"X1\",\"by\":\"B\",\"version\":1,\"batch\":2}]"));
	/* Of ballots: that a group has answered, never what, nor on which card. */
	REQUIRE(papers_are(rows, "ballots",
	    "[{\"unit\":\"X1\",\"group\":\"g\",\"card\":\"\",\"answers\":[\"x\"],\"version\":1,"
	    "\"batch\":1},{\"unit\":\"X2\",\"group\":\"g\",\"card\":\"\",\"answers\":[\"x\"],"
	    "\"version\":1,\"batch\":1}]"));

	item = deed(4, "{\"base_batch\":3,\"deed\":\"cards\",\"changes\":{\"ballots\":["
		       "{\"unit\":\"X1\",\"group\":\"g\",\"card\":\"2\",\"answers\":[\"\",\"\"]},"
		       "{\"unit\":\"X2\",\"group\":\"g\",\"card\":\"1\",\"answers\":[\"B\",\"B\"],"
		       "\"withdrawn\":true}]},\"papers\":[{\"kind\":\"reviewers\",\"key\":\"X1/A\","
		       "\"row\":{\"unit\":\"X1\",\"by\":\"A\"}},{\"kind\":\"plans\",\"key\":\"X1\","
		       "\"withdrawn\":true,\"row\":{\"unit\":\"X1\",\"state\":\"returned\"}}]}");
	contract_must(contract, &item);
	rows = contract_ask(contract, QUESTION_PAPERS, "sy", "2026", NULL);
	REQUIRE(rows->row_count == 8 && row_of(rows, "plans") == rows->row_count);
	REQUIRE(papers_are(rows, "ballots",
	    "[{\"unit\":\"X1\",\"group\":\"g\",\"card\":\"\",\"answers\":[\"x\"],\"version\":1,"
	    "\"batch\":4}]"));
	REQUIRE(papers_are(rows, "reviewers",
	    "[{\"unit\":\"X1\",\"by\":\"A\",\"version\":3,\"batch\":4},"
	    "{\"unit\":\"X1\",\"by\":\"B\",\"version\":1,\"batch\":2}]"));
	REQUIRE(papers_are(rows, "changed",
	    "{\"units\":1,\"progress\":2,\"leader_marks\":1,\"ballots\":4,\"goals\":2,\"plans\":4,"
	    "\"reviewers\":4}"));
	REQUIRE(contract_ask(contract, QUESTION_PAPERS, "by", "2026", NULL)->row_count == 0);
	REQUIRE(contract_ask(contract, QUESTION_PAPERS, "sy", "2025", NULL)->row_count == 0);
}

static void
history_row_is(
    const struct contract_rows *rows, size_t row, const char *const expected[8], const char *json)
{
	for (size_t i = 0; i < 8; i++) {
		if (!contract_cell_is(rows, row, i, expected[i]))
			fprintf(stderr, "column %zu: %s is not %s\n", i,
			    contract_cell(rows, row, i), expected[i]);
		REQUIRE(contract_cell_is(rows, row, i, expected[i]));
	}
	REQUIRE(cell_is(rows, row, 8, json));
}
#define ROW(...) ((const char *const[8]){__VA_ARGS__})

void
every_version_stays_in_the_history(struct contract *contract)
{
	struct contract_item item = deed(2, plan_submit);
	const struct contract_rows *rows;

	contract_must(contract, &import_item);
	contract_must(contract, &item);
	item = deed(3, plan_return);
	contract_must(contract, &item);
	item = deed(4, "{\"base_batch\":3,\"deed\":\"r\",\"changes\":{\"progress\":["
		       "{\"unit\":\"X1\",\"round\":9,\"mark\":5}]}}");
	contract_must(contract, &item);

	rows = contract_ask(contract, QUESTION_HISTORY, "sy", "2026", "plans", "X1", NULL);
	REQUIRE(rows->row_count == 2 && rows->column_count == 9);
	history_row_is(rows, 0,
	    ROW("1", "2", "wang", "1700000000000002", "plan.submit", "起草完毕", "", "f"),
	    "{\"unit\":\"X1\",\"state\":\"submitted\",\"at_us\":1700000000000002}");
	history_row_is(rows, 1,
	    ROW("2", "3", "wang", "1700000000000003", "plan.return", "补充", "松绩〔2026〕1号",
		"f"),
	    "{\"unit\":\"X1\",\"state\":\"returned\"}");
	rows = contract_ask(contract, QUESTION_HISTORY, "sy", "2026", "reviewers", "X1/A", NULL);
	REQUIRE(
	    rows->row_count == 2 && contract_cell_is(rows, 1, 7, "t") && cell_is(rows, 1, 8, "{}"));

	rows = contract_ask(contract, QUESTION_HISTORY, "sy", "2026", "progress", "X1/9", NULL);
	REQUIRE(rows->row_count == 3);
	history_row_is(rows, 0, ROW("1", "1", "office", "1700000000000001", "import", "", "", "f"),
	    "{\"unit\":\"X1\",\"round\":9,\"mark\":0}");
	history_row_is(rows, 1,
	    ROW("2", "2", "wang", "1700000000000002", "plan.submit", "起草完毕", "", "t"),
	    "{\"unit\":\"X1\",\"round\":9,\"mark\":0}");
	history_row_is(rows, 2, ROW("3", "4", "wang", "1700000000000004", "r", "", "", "f"),
	    "{\"unit\":\"X1\",\"round\":9,\"mark\":5}");

	/* Nobody's single marks and ballots (G7, G8), no other year's, no such key or kind. */
	REQUIRE(
	    contract_ask(contract, QUESTION_HISTORY, "sy", "2026", "leader_marks", "L1/X1", NULL)
		->row_count == 0);
	REQUIRE(contract_ask(contract, QUESTION_HISTORY, "sy", "2026", "ballots", "X1/g/1", NULL)
		    ->row_count == 0);
	REQUIRE(contract_ask(contract, QUESTION_HISTORY, "sy", "2025", "plans", "X1", NULL)
		    ->row_count == 0);
	REQUIRE(contract_ask(contract, QUESTION_HISTORY, "by", "2026", "progress", "X1/9", NULL)
		    ->row_count == 0);
	REQUIRE(contract_ask(contract, QUESTION_HISTORY, "sy", "2026", "progress", "X1/8", NULL)
		    ->row_count == 0);
	REQUIRE(contract_ask(contract, QUESTION_HISTORY, "sy", "2026", "nothing", "X1", NULL)
		    ->row_count == 0);
}

void
a_long_history_shows_its_end(struct contract *contract)
{
	enum { DEEDS = 502 };
	const struct contract_rows *rows;
	char body[256];

	contract_must(contract, &import_item);
	for (unsigned i = 0; i < DEEDS; i++) {
		struct contract_item item = deed(2 + i, body);

		snprintf(body, sizeof body,
		    "{\"base_batch\":%u,\"deed\":\"d\",\"papers\":[{\"kind\":\"plans\",\"key\":"
		    "\"X1\",\"row\":{\"unit\":\"X1\",\"state\":\"draft\"}}]}",
		    i + 1);
		contract_send(contract, &item, 1);
		REQUIRE(contract_wait_commit(contract) == STORE_COMMITTED);
		contract_follow(contract);
	}
	rows = contract_ask(contract, QUESTION_HISTORY, "sy", "2026", "plans", "X1", NULL);
	REQUIRE(rows->row_count == 500);
	REQUIRE(contract_cell_is(rows, 0, 0, "3") && contract_cell_is(rows, 499, 0, "502"));
}

#define PAPER(kind, key, row) "{\"kind\":\"" kind "\",\"key\":\"" key "\",\"row\":" row "}"
#define DEED(rest)            "{\"base_batch\":1,\"deed\":\"d\"," rest "}"

void
a_deed_that_is_malformed_leaves_nothing(struct contract *contract)
{
	static const char *const bodies[] = {
	    "{\"base_batch\":1}",
	    "{\"base_batch\":1,\"deed\":\"\"}",
	    "{\"deed\":\"d\"}",
	    DEED("\"changes\":[]"),
	    DEED("\"papers\":{}"),
	    DEED("\"changes\":{\"plans\":[]}"),
	    DEED("\"changes\":{\"units\":[{\"unit\":\"X1\"}]}"),
	    DEED("\"papers\":[" PAPER("units", "X1", "{}") "]"),
	    DEED("\"papers\":[" PAPER("plans", "", "{}") "]"),
	    DEED("\"papers\":[" PAPER("plans", "X1", "[]") "]"),
	    DEED("\"papers\":[" PAPER("plans", "X1", "{}") "," PAPER("plans", "X1", "{}") "]"),
	    DEED("\"papers\":[{\"kind\":\"plans\",\"key\":\"X1\"}]"),
	    DEED("\"papers\":[{\"kind\":\"plans\",\"row\":{}}]"),
	    DEED("\"papers\":[{\"key\":\"X1\",\"row\":{}}]"),
	};

	contract_must(contract, &import_item);
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		struct contract_item item = deed(100 + i, bodies[i]);

		if (contract_commit(contract, &item, 1) != STORE_REFUSED ||
		    contract->verdicts[0].err != JX_E_INTERNAL)
			fprintf(stderr, "taken: %s\n", bodies[i]);
		REQUIRE(contract->outcome == STORE_REFUSED);
		REQUIRE(contract->verdicts[0].err == JX_E_INTERNAL);
	}
	REQUIRE(contract_cell_is(contract_ask(contract, QUESTION_YEARS, NULL), 0, 3, "1"));
	REQUIRE(contract_ask(contract, QUESTION_HISTORY, "sy", "2026", "plans", "X1", NULL)
		    ->row_count == 0);
}
