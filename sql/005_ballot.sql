-- Polls by card code (R21, R22; G8): cards as hashes, votes as sealed bytes.
--
-- A vote is sealed by the daemon, all of one length, under a key that is never
-- in the database and is destroyed when the poll ends. What can be read here
-- for ever says that a card was used, not how.

CREATE TABLE jx.poll (
	city jx.code,
	year jx.year_number,
	poll jx.code,
	slot integer NOT NULL CHECK (slot >= 0), -- of the daemon's vault
	print text COLLATE "C" NOT NULL CHECK (print <> ''), -- of the key that lay in it
	batch bigint NOT NULL,
	PRIMARY KEY (city, year, poll),
	FOREIGN KEY (city, year, batch) REFERENCES jx.year_state
);

CREATE TABLE jx.card (
	city jx.code,
	year jx.year_number,
	poll jx.code,
	card jx.digest UNIQUE, -- hash of the token (proto/wire/card.h): all that a card's holder names
	batch bigint NOT NULL,
	PRIMARY KEY (city, year, poll, card),
	FOREIGN KEY (city, year, poll) REFERENCES jx.poll,
	FOREIGN KEY (city, year, batch) REFERENCES jx.year_state
);

-- No time, no address, no account: the batch alone.
CREATE TABLE jx.card_vote (
	card jx.digest PRIMARY KEY REFERENCES jx.card (card),
	sealed bytea NOT NULL CHECK (octet_length(sealed) = 3112),
	batch bigint NOT NULL REFERENCES jx.batch
);
-- Sealed bytes do not compress.
ALTER TABLE jx.card_vote ALTER COLUMN sealed SET STORAGE EXTERNAL;

CREATE TABLE jx.poll_end (
	city jx.code,
	year jx.year_number,
	poll jx.code,
	votes bigint NOT NULL CHECK (votes >= 0),
	batch bigint NOT NULL,
	PRIMARY KEY (city, year, poll),
	FOREIGN KEY (city, year, poll) REFERENCES jx.poll,
	FOREIGN KEY (city, year, batch) REFERENCES jx.year_state
);

CALL jx.make_append_only('jx.poll');
CALL jx.make_append_only('jx.card');
CALL jx.make_append_only('jx.card_vote');
CALL jx.make_append_only('jx.poll_end');
