/* The SQL tables of the records against the kinds of daemon/records: two sources, one truth. */
#include <string.h>

#include "contract/real_store.h"
#include "records/kinds.h"

/* The type a column must have in PostgreSQL, under its domain. */
static const char *
base_type(enum field_type type)
{
	switch (type) {
	case FIELD_CODE:
	case FIELD_NAME:
	case FIELD_CHOICE:
	case FIELD_VALUE:
	case FIELD_TEXT:
	case FIELD_DATE:
		return "text";
	case FIELD_POINTS:
	case FIELD_MOMENT:
		return "bigint";
	case FIELD_WHOLE:
	case FIELD_COUNT:
		return "integer";
	case FIELD_ANSWERS:
		return "text[]";
	}
	abort();
}

static PGresult *
ask(PGconn *pg, const char *sql, const char *table)
{
	const char *values[] = {table};
	PGresult *result =
	    PQexecParams(pg, sql, table == NULL ? 0 : 1, NULL, values, NULL, NULL, 0);

	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		fprintf(stderr, "%s", PQerrorMessage(pg));
	REQUIRE(PQresultStatus(result) == PGRES_TUPLES_OK);
	return result;
}

static const char sql_columns[] =
    "SELECT a.attname, format_type(coalesce(nullif(t.typbasetype, 0), t.oid), NULL), a.attnotnull "
    "FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid "
    "WHERE a.attrelid = ('jx_record.' || quote_ident($1))::regclass AND a.attnum > 0 AND NOT "
    "a.attisdropped "
    "ORDER BY a.attnum";
static const char sql_key[] =
    "SELECT a.attname FROM pg_index i, unnest(i.indkey) WITH ORDINALITY k(attnum, place), "
    "pg_attribute a "
    "WHERE i.indrelid = ('jx_record.' || quote_ident($1))::regclass AND i.indisprimary "
    "AND a.attrelid = i.indrelid AND a.attnum = k.attnum ORDER BY k.place";

static void
compare_columns(PGconn *pg, const struct record_row *row)
{
	static const char *const before[] = {"city", "year"}, *const after[] = {
								  "version", "batch", "withdrawn"};
	PGresult *columns = ask(pg, sql_columns, row->name);

	REQUIRE((size_t)PQntuples(columns) == 2 + row->field_count + 3);
	for (int i = 0; i < PQntuples(columns); i++) {
		const char *name = PQgetvalue(columns, i, 0), *type = PQgetvalue(columns, i, 1);
		size_t field = (size_t)i - 2;

		REQUIRE(strcmp(PQgetvalue(columns, i, 2), "t") == 0);
		if (i < 2) {
			REQUIRE(strcmp(name, before[i]) == 0);
		} else if (field >= row->field_count) {
			REQUIRE(strcmp(name, after[field - row->field_count]) == 0);
		} else {
			if (strcmp(name, row->fields[field].name) != 0 ||
			    strcmp(type, base_type(row->fields[field].type)) != 0)
				fprintf(stderr, "%s.%s %s is not %s %s\n", row->name, name, type,
				    row->fields[field].name, base_type(row->fields[field].type));
			REQUIRE(strcmp(name, row->fields[field].name) == 0);
			REQUIRE(strcmp(type, base_type(row->fields[field].type)) == 0);
		}
	}
	PQclear(columns);
}

/* (city, year), the key fields, version. */
static void
compare_key(PGconn *pg, const struct record_row *row)
{
	PGresult *key = ask(pg, sql_key, row->name);
	int count = PQntuples(key), place = 2;

	REQUIRE(count > 3 && strcmp(PQgetvalue(key, 0, 0), "city") == 0 &&
		strcmp(PQgetvalue(key, 1, 0), "year") == 0);
	for (size_t i = 0; i < row->field_count; i++) {
		if (!row->fields[i].key)
			continue;
		REQUIRE(place < count - 1 &&
			strcmp(PQgetvalue(key, place, 0), row->fields[i].name) == 0);
		place++;
	}
	REQUIRE(place == count - 1 && strcmp(PQgetvalue(key, place, 0), "version") == 0);
	PQclear(key);
}

static void
the_tables_are_the_kinds(struct real *real, struct contract *contract)
{
	PGconn *pg = real_connect(real->owner_url);
	PGresult *tables =
	    ask(pg, "SELECT tablename FROM pg_tables WHERE schemaname = 'jx_record'", NULL);

	(void)contract;
	REQUIRE(PQntuples(tables) == RECORD_KIND_COUNT);
	for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
		compare_columns(pg, &record_kinds[kind]);
		compare_key(pg, &record_kinds[kind]);
	}
	PQclear(tables);
	PQfinish(pg);
}

/* Year data can be spread by city: every table with a city and a year leads its key with them. */
static void
city_and_year_lead_every_key_of_year_data(struct real *real, struct contract *contract)
{
	(void)contract;
	/* jx.op is the journal of all cities: its key is the client's op id. */
	REQUIRE(strcmp(real_value(real->owner_url,
			   "SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid "
			   "JOIN pg_namespace n ON n.oid = c.relnamespace "
			   "WHERE n.nspname IN ('jx', 'jx_record') AND i.indisprimary AND c.oid <> "
			   "'jx.op'::regclass "
			   "AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND "
			   "a.attname = 'year') "
			   "AND ARRAY(SELECT a.attname::text FROM unnest(i.indkey[0:1]) k(n) "
			   "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.n) <> "
			   "'{city,year}'"),
		    "0") == 0);
}

#define COLUMNS(test)                                                                              \
	{                                                                                          \
		.name = #test, .run = test                                                         \
	}

int
main(int argc, char **argv)
{
	static const struct real_test tests[] = {
	    COLUMNS(the_tables_are_the_kinds),
	    COLUMNS(city_and_year_lead_every_key_of_year_data),
	};

	return real_run(tests, sizeof tests / sizeof *tests, argc > 1 ? argv[1] : NULL);
}
