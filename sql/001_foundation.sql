-- Kinds of value, the chain of batches, accounts, years, runs.
--
-- Every table is append-only: a correction is a new row (G10). (city, year)
-- lead every primary key of a year's data, so that it can be partitioned or
-- distributed by city. Text compares by bytes (COLLATE "C"): the canonical
-- order of records, whatever the database's own locale.

CREATE SCHEMA jx_record;

CREATE DOMAIN jx.code AS text COLLATE "C" CHECK (value <> '' AND octet_length(value) <= 64);
CREATE DOMAIN jx.name AS text COLLATE "C" CHECK (value <> '' AND octet_length(value) <= 600);
CREATE DOMAIN jx.year_number AS integer CHECK (value BETWEEN 1 AND 9999);
CREATE DOMAIN jx.points AS bigint CHECK (value >= 0);
CREATE DOMAIN jx.mark AS bigint CHECK (value BETWEEN 0 AND 10000);
CREATE DOMAIN jx.round AS integer CHECK (value >= 1);
CREATE DOMAIN jx.answers AS text[] CHECK (cardinality(value) > 0 AND array_position(value, NULL) IS NULL);
CREATE DOMAIN jx.duty AS text COLLATE "C" CHECK (value IN ('lead', 'coordinate'));
CREATE DOMAIN jx.mark_kind AS text COLLATE "C" CHECK (value IN ('tier', 'mark', 'rank'));
CREATE DOMAIN jx.bonus_status AS text COLLATE "C" CHECK (value IN ('claimed', 'refused', 'granted'));
CREATE DOMAIN jx.veto_status AS text COLLATE "C" CHECK (value IN ('alleged', 'dismissed', 'confirmed'));
CREATE DOMAIN jx.op_id AS bytea CHECK (octet_length(value) = 16);
CREATE DOMAIN jx.digest AS bytea CHECK (octet_length(value) = 32);
CREATE DOMAIN jx.moment AS bigint CHECK (value >= 0); -- UTC microseconds since 1970

-- Binds the owner too, and replication's apply; only taking the trigger away
-- would let a change through, and the chain of batches would show it.
CREATE FUNCTION jx.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'table %.% is append-only: % refused', tg_table_schema, tg_table_name, tg_op
	    USING ERRCODE = 'JX004';
END $$;

CREATE PROCEDURE jx.make_append_only(p_table regclass) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s'
	    ' FOR EACH STATEMENT EXECUTE FUNCTION jx.refuse_change()', p_table);
	EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER append_only', p_table);
END $$;

CREATE TABLE jx.batch (
	number bigint PRIMARY KEY CHECK (number >= 1),
	prev_hash jx.digest NOT NULL,
	root jx.digest NOT NULL,
	hash jx.digest NOT NULL,
	signature bytea NOT NULL CHECK (octet_length(signature) = 64),
	key_id bytea NOT NULL CHECK (octet_length(key_id) = 8),
	sealed_us jx.moment NOT NULL,
	item_count integer NOT NULL CHECK (item_count >= 1)
);

CREATE TABLE jx.op (
	op_id jx.op_id PRIMARY KEY,
	batch bigint NOT NULL REFERENCES jx.batch,
	index integer NOT NULL CHECK (index >= 0), -- the leaf in the batch's tree
	action text COLLATE "C" NOT NULL,
	actor jx.code NOT NULL,
	city jx.code NOT NULL, -- '*': not of one year
	year integer NOT NULL, -- 0 likewise
	content_hash jx.digest NOT NULL,
	received_us jx.moment NOT NULL,
	value bigint NOT NULL,
	receipt bytea NOT NULL,
	UNIQUE (batch, index)
);

CREATE TABLE jx.key (
	key_id bytea PRIMARY KEY CHECK (octet_length(key_id) = 8),
	public_key bytea NOT NULL CHECK (octet_length(public_key) = 32),
	since_us jx.moment NOT NULL,
	batch bigint NOT NULL REFERENCES jx.batch
);

-- The account as it is: the row of the greatest version.
CREATE TABLE jx.account (
	account jx.code,
	version integer CHECK (version >= 1),
	role jx.code NOT NULL,
	city jx.code NOT NULL, -- '*': all
	password_hash text NOT NULL CHECK (password_hash <> ''),
	disabled boolean NOT NULL,
	reason text NOT NULL, -- why it was disabled
	since_us jx.moment NOT NULL, -- of the account, not of the version
	batch bigint NOT NULL REFERENCES jx.batch,
	PRIMARY KEY (account, version)
);

-- The states of a city's year: one row a batch that changed it.
CREATE TABLE jx.year_state (
	city jx.code,
	year jx.year_number,
	batch bigint REFERENCES jx.batch,
	PRIMARY KEY (city, year, batch)
);

CREATE TABLE jx.scheme (
	city jx.code,
	year jx.year_number,
	batch bigint,
	city_name jx.name NOT NULL,
	text text NOT NULL CHECK (text <> ''),
	PRIMARY KEY (city, year, batch),
	FOREIGN KEY (city, year, batch) REFERENCES jx.year_state
);

CREATE TABLE jx.run (
	city jx.code,
	year jx.year_number,
	run bigint CHECK (run >= 1),
	kind text NOT NULL CHECK (kind IN ('provisional', 'final')),
	asked_by jx.code NOT NULL,
	asked_us jx.moment NOT NULL,
	batch bigint NOT NULL, -- the state of the year on which it stands
	asked_batch bigint NOT NULL REFERENCES jx.batch,
	PRIMARY KEY (city, year, run),
	FOREIGN KEY (city, year, batch) REFERENCES jx.year_state
);

CREATE TABLE jx.run_end (
	city jx.code,
	year jx.year_number,
	run bigint,
	state text NOT NULL CHECK (state IN ('done', 'refused', 'failed', 'cancelled')),
	finished_us jx.moment NOT NULL,
	scheme_digest jx.digest,
	input_digest jx.digest,
	engine text,
	result_digest jx.digest,
	unit_count bigint CHECK (unit_count >= 0),
	hole_count bigint CHECK (hole_count >= 0),
	digits integer CHECK (digits >= 0),
	batch bigint NOT NULL REFERENCES jx.batch,
	PRIMARY KEY (city, year, run),
	FOREIGN KEY (city, year, run) REFERENCES jx.run,
	CHECK (state <> 'done' OR (scheme_digest IS NOT NULL AND input_digest IS NOT NULL
	    AND engine IS NOT NULL AND result_digest IS NOT NULL AND unit_count IS NOT NULL
	    AND hole_count IS NOT NULL AND digits IS NOT NULL))
);

CREATE TABLE jx.run_page (
	city jx.code,
	year jx.year_number,
	run bigint,
	section text COLLATE "C" CHECK (section <> ''),
	page integer CHECK (page >= 0),
	bytes bytea NOT NULL,
	PRIMARY KEY (city, year, run, section, page),
	FOREIGN KEY (city, year, run) REFERENCES jx.run_end
);
-- Packed messages are dense already; trying to compress them only costs time.
ALTER TABLE jx.run_page ALTER COLUMN bytes SET STORAGE EXTERNAL;

DO $$
DECLARE
	v_table regclass;
BEGIN
	FOR v_table IN SELECT oid FROM pg_class
	    WHERE relnamespace = 'jx'::regnamespace AND relkind = 'r'
	LOOP
		CALL jx.make_append_only(v_table);
	END LOOP;
END $$;
