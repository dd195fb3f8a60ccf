-- The year as offices live it: papers (what is filed through the year), deeds
-- (what was done), and accounts that belong to a unit or act in a name.
--
-- A paper's row is JSON: which fields a kind has and what they may hold stands
-- in one table of the daemon (daemon/records/declared.c), which checks every
-- row before it comes here.

CREATE TABLE jx.paper (
	city jx.code,
	year jx.year_number,
	kind jx.code,
	key text COLLATE "C" CHECK (key <> '' AND octet_length(key) <= 600), -- the key fields, joined by "/"
	version integer CHECK (version >= 1),
	batch bigint NOT NULL,
	withdrawn boolean NOT NULL,
	"row" jsonb NOT NULL CHECK (jsonb_typeof("row") = 'object'),
	PRIMARY KEY (city, year, kind, key, version),
	FOREIGN KEY (city, year, batch) REFERENCES jx.year_state
);

-- At most one a year and batch: a deed names the batch it was based on. Who and
-- when stand in jx.op.
CREATE TABLE jx.deed (
	city jx.code,
	year jx.year_number,
	batch bigint,
	deed jx.code NOT NULL, -- "plan.submit" …
	unit text COLLATE "C" NOT NULL,
	object text COLLATE "C" NOT NULL,
	value text COLLATE "C" NOT NULL,
	reason text COLLATE "C" NOT NULL,
	document text COLLATE "C" NOT NULL,
	PRIMARY KEY (city, year, batch),
	FOREIGN KEY (city, year, batch) REFERENCES jx.year_state
);

-- The unit an account belongs to, and in whose name it acts; '': none.
ALTER TABLE jx.account
	ADD COLUMN unit text COLLATE "C" NOT NULL DEFAULT '' CHECK (octet_length(unit) <= 64),
	ADD COLUMN subject text COLLATE "C" NOT NULL DEFAULT '' CHECK (octet_length(subject) <= 64);

CALL jx.make_append_only('jx.paper');
CALL jx.make_append_only('jx.deed');
