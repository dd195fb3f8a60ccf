-- Evidence (佐证材料): files in chunks named by their content (R12, R14, R44).
--
-- What is true for good is append-only: a chunk is its hash, a unit has sent it
-- or has not, a sealed file is what it is. Two tables are work under way, and
-- change: the pages of a list are what a client says its file is made of (until
-- the whole was found to have the hash it is named by, it may say it anew), and
-- unit_bytes is a sum over the others, kept so that a quota costs no count.

-- Stored once a city, whoever sends it.
CREATE TABLE jx.chunk (
	city jx.code,
	hash jx.digest,
	bytes bytea NOT NULL CHECK (octet_length(bytes) BETWEEN 1 AND 49152), -- LIMIT_CHUNK_SIZE
	PRIMARY KEY (city, hash),
	CHECK (hash = sha256(bytes))
);
-- Photos and archives are dense already; trying to compress them only costs time.
ALTER TABLE jx.chunk ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- Which chunks a unit has sent itself: knowing a hash gives nobody the bytes.
CREATE TABLE jx.unit_chunk (
	city jx.code,
	year jx.year_number,
	unit jx.code,
	hash jx.digest,
	size integer NOT NULL CHECK (size BETWEEN 1 AND 49152),
	received_us jx.moment NOT NULL,
	PRIMARY KEY (city, year, unit, hash),
	FOREIGN KEY (city, hash) REFERENCES jx.chunk
);

-- The hashes of a file's chunks, 32 bytes each, 1024 a page, as last told.
CREATE TABLE jx.file_page (
	city jx.code,
	year jx.year_number,
	unit jx.code,
	file jx.digest,
	size bigint CHECK (size >= 1),
	page integer CHECK (page >= 0),
	hashes bytea NOT NULL CHECK (octet_length(hashes) BETWEEN 32 AND 32768 AND octet_length(hashes) % 32 = 0),
	PRIMARY KEY (city, year, unit, file, size, page)
);
ALTER TABLE jx.file_page ALTER COLUMN hashes SET STORAGE EXTERNAL;

-- Files of which every chunk was there and the whole had the hash: their list stands.
CREATE TABLE jx.file (
	city jx.code,
	year jx.year_number,
	unit jx.code,
	file jx.digest,
	size bigint NOT NULL CHECK (size >= 1),
	list jx.digest NOT NULL, -- SHA-256 over all hashes of its list, in order
	PRIMARY KEY (city, year, unit, file)
);

-- What a unit's chunks and pages take, in blocks (jx.evidence_charge).
CREATE TABLE jx.unit_bytes (
	city jx.code,
	year jx.year_number,
	unit jx.code,
	bytes bigint NOT NULL CHECK (bytes >= 0),
	PRIMARY KEY (city, year, unit)
);

-- A sealed file's list is not told anew, whatever asks for it.
CREATE FUNCTION jx.refuse_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (SELECT FROM jx.file f WHERE f.city = old.city AND f.year = old.year
	    AND f.unit = old.unit AND f.file = old.file AND f.size = old.size) THEN
		RAISE EXCEPTION 'the list of a file that is kept: % refused', tg_op USING ERRCODE = 'JX004';
	END IF;
	RETURN new;
END $$;
CREATE TRIGGER sealed BEFORE UPDATE ON jx.file_page FOR EACH ROW EXECUTE FUNCTION jx.refuse_sealed();
ALTER TABLE jx.file_page ENABLE ALWAYS TRIGGER sealed;

-- And neither of the two loses a row.
DO $$
DECLARE
	v_table regclass;
BEGIN
	FOREACH v_table IN ARRAY ARRAY['jx.file_page', 'jx.unit_bytes']::regclass[] LOOP
		EXECUTE format('CREATE TRIGGER no_removal BEFORE DELETE OR TRUNCATE ON %s'
		    ' FOR EACH STATEMENT EXECUTE FUNCTION jx.refuse_change()', v_table);
		EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER no_removal', v_table);
	END LOOP;
END $$;

CALL jx.make_append_only('jx.chunk');
CALL jx.make_append_only('jx.unit_chunk');
CALL jx.make_append_only('jx.file');
