-- Submissions that travel by hand (离线报送包): the keys with which accounts' clients sign what they seal.

-- A device's public key, as long as the account lives; a lost one's account is disabled.
CREATE TABLE jx.device (
	account jx.code,
	key_id bytea CHECK (octet_length(key_id) = 8), -- the first bytes of SHA-256 of the public key
	public_key bytea NOT NULL CHECK (octet_length(public_key) = 32),
	since_us jx.moment NOT NULL,
	batch bigint NOT NULL REFERENCES jx.batch,
	PRIMARY KEY (account, key_id)
);

CALL jx.make_append_only('jx.device');
