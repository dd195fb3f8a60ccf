-- Evidence: chunks, lists, sealed files. Each put is one transaction, and the
-- same again changes nothing. All puts of one unit wait for each other at its
-- row of unit_bytes; chunks that two units send at once, at the chunk's key.
--
-- Chunks are looked up one by one, by subselects and without scans: a join over
-- tables that have no statistics yet may take minutes, and its plan stays.

-- A block of 4 KiB at least: what a row takes is bounded by the quota too.
CREATE FUNCTION jx.evidence_charge(p_size bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$
	SELECT (p_size + 4095) / 4096 * 4096;
$$;

-- The unit's sum, held until the transaction ends.
CREATE FUNCTION jx.unit_bytes_lock(p_city text, p_year bigint, p_unit text) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	v_bytes bigint;
BEGIN
	SELECT bytes INTO v_bytes FROM jx.unit_bytes
	WHERE city = p_city AND year = p_year AND unit = p_unit FOR UPDATE;
	IF NOT FOUND THEN
		INSERT INTO jx.unit_bytes (city, year, unit, bytes) VALUES (p_city, p_year, p_unit, 0)
		ON CONFLICT DO NOTHING;
		SELECT bytes INTO v_bytes FROM jx.unit_bytes
		WHERE city = p_city AND year = p_year AND unit = p_unit FOR UPDATE;
	END IF;
	RETURN v_bytes;
END $$;

CREATE FUNCTION jx.unit_bytes_add(p_city text, p_year bigint, p_unit text, p_bytes bigint) RETURNS void
LANGUAGE sql AS $$
	UPDATE jx.unit_bytes SET bytes = bytes + p_bytes
	WHERE city = p_city AND year = p_year AND unit = p_unit;
$$;

-- Verdict: OK or E_QUOTA.
CREATE FUNCTION jx.put_chunk(p_city text, p_year bigint, p_unit text, p_hash bytea, p_bytes bytea,
    p_received_us bigint, p_quota bigint) RETURNS TABLE (o_verdict text, o_have bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
	v_bytes bigint;
	v_charge bigint := jx.evidence_charge(octet_length(p_bytes));
BEGIN
	v_bytes := jx.unit_bytes_lock(p_city, p_year, p_unit);
	o_verdict := 'OK';
	IF EXISTS (SELECT FROM jx.unit_chunk WHERE city = p_city AND year = p_year AND unit = p_unit
	    AND hash = p_hash) THEN
		RETURN NEXT;
		RETURN;
	END IF;
	IF v_bytes + v_charge > p_quota THEN
		o_verdict := 'E_QUOTA';
		RETURN NEXT;
		RETURN;
	END IF;
	INSERT INTO jx.chunk (city, hash, bytes) VALUES (p_city, p_hash, p_bytes) ON CONFLICT DO NOTHING;
	INSERT INTO jx.unit_chunk (city, year, unit, hash, size, received_us)
	VALUES (p_city, p_year, p_unit, p_hash, octet_length(p_bytes), p_received_us);
	PERFORM jx.unit_bytes_add(p_city, p_year, p_unit, v_charge);
	RETURN NEXT;
END $$;

-- The hashes of a page, numbered from 0.
CREATE FUNCTION jx.page_hashes(p_hashes bytea) RETURNS TABLE (place integer, hash bytea)
LANGUAGE sql IMMUTABLE AS $$
	SELECT i, substr(p_hashes, i * 32 + 1, 32) FROM generate_series(0, octet_length(p_hashes) / 32 - 1) AS i;
$$;

-- One bit a hash: the unit has sent it.
CREATE FUNCTION jx.page_have(p_city text, p_year bigint, p_unit text, p_hashes bytea) RETURNS bytea
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_have bytea := decode(repeat('00', (octet_length(p_hashes) / 32 + 7) / 8), 'hex');
	v_place integer;
BEGIN
	FOR v_place IN SELECT h.place FROM jx.page_hashes(p_hashes) h
	    WHERE (SELECT c.size FROM jx.unit_chunk c WHERE c.city = p_city AND c.year = p_year
		AND c.unit = p_unit AND c.hash = h.hash) IS NOT NULL LOOP
		v_have := set_bit(v_have, v_place, 1);
	END LOOP;
	RETURN v_have;
END $$;

-- A page of what a client says its file is made of; of a sealed file nothing is said anew.
CREATE FUNCTION jx.put_list(p_city text, p_year bigint, p_unit text, p_file bytea, p_size bigint,
    p_page bigint, p_hashes bytea, p_quota bigint) RETURNS TABLE (o_verdict text, o_have bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
	v_bytes bigint;
	v_before bytea;
	v_charge bigint := jx.evidence_charge(octet_length(p_hashes));
BEGIN
	v_bytes := jx.unit_bytes_lock(p_city, p_year, p_unit);
	o_verdict := 'OK';
	SELECT hashes INTO v_before FROM jx.file_page WHERE city = p_city AND year = p_year
	    AND unit = p_unit AND file = p_file AND size = p_size AND page = p_page;
	IF NOT EXISTS (SELECT FROM jx.file WHERE city = p_city AND year = p_year AND unit = p_unit
	    AND file = p_file) AND v_before IS DISTINCT FROM p_hashes THEN
		v_charge := v_charge - CASE WHEN v_before IS NULL THEN 0
		    ELSE jx.evidence_charge(octet_length(v_before)) END;
		IF v_bytes + v_charge > p_quota THEN
			o_verdict := 'E_QUOTA';
			RETURN NEXT;
			RETURN;
		END IF;
		INSERT INTO jx.file_page (city, year, unit, file, size, page, hashes)
		VALUES (p_city, p_year, p_unit, p_file, p_size, p_page, p_hashes)
		ON CONFLICT (city, year, unit, file, size, page) DO UPDATE SET hashes = excluded.hashes;
		PERFORM jx.unit_bytes_add(p_city, p_year, p_unit, v_charge);
	END IF;
	o_have := jx.page_have(p_city, p_year, p_unit, p_hashes);
	RETURN NEXT;
END $$;

-- All hashes of a file's list as told, in order. What is asked of them is written
-- so that each is looked up in the key (a scalar subquery, LIMIT): a join of two
-- lists that the planner guesses short took 35 s for a file of 200 MB.
CREATE FUNCTION jx.file_hashes(p_city text, p_year bigint, p_unit text, p_file bytea, p_size bigint)
RETURNS TABLE (place bigint, hash bytea)
LANGUAGE sql STABLE AS $$
	SELECT p.page * 1024::bigint + h.place, h.hash
	FROM jx.file_page p CROSS JOIN LATERAL jx.page_hashes(p.hashes) h
	WHERE p.city = p_city AND p.year = p_year AND p.unit = p_unit AND p.file = p_file AND p.size = p_size;
$$;

-- The whole was read and has its hash: from here on its list stands. E_STALE:
-- the list was told anew meanwhile, or the unit has not sent all of it.
CREATE FUNCTION jx.put_seal(p_city text, p_year bigint, p_unit text, p_file bytea, p_size bigint,
    p_list bytea) RETURNS TABLE (o_verdict text, o_have bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
BEGIN
	PERFORM jx.unit_bytes_lock(p_city, p_year, p_unit);
	o_verdict := 'OK';
	IF EXISTS (SELECT FROM jx.file WHERE city = p_city AND year = p_year AND unit = p_unit
	    AND file = p_file AND size = p_size) THEN
		RETURN NEXT;
		RETURN;
	END IF;
	IF p_list IS DISTINCT FROM (SELECT sha256(string_agg(hashes, '' ORDER BY page)) FROM jx.file_page
		WHERE city = p_city AND year = p_year AND unit = p_unit AND file = p_file AND size = p_size)
	    OR EXISTS (SELECT FROM jx.file_hashes(p_city, p_year, p_unit, p_file, p_size) h
		WHERE (SELECT c.size FROM jx.unit_chunk c WHERE c.city = p_city AND c.year = p_year
		    AND c.unit = p_unit AND c.hash = h.hash) IS NULL) THEN
		o_verdict := 'E_STALE';
	ELSE
		INSERT INTO jx.file (city, year, unit, file, size, list)
		VALUES (p_city, p_year, p_unit, p_file, p_size, p_list);
	END IF;
	RETURN NEXT;
END $$;

-- One row, whatever is known of the file.
CREATE FUNCTION jx.question_file(p_city text, p_year bigint, p_unit text, p_file bytea, p_size bigint)
RETURNS TABLE (o_used text, o_sealed text, o_listed text, o_missing text, o_had text, o_newest_us text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
	SELECT coalesce((SELECT bytes FROM jx.unit_bytes
		WHERE city = p_city AND year = p_year AND unit = p_unit), 0)::text,
	    CASE WHEN EXISTS (SELECT FROM jx.file WHERE city = p_city AND year = p_year AND unit = p_unit
		AND file = p_file AND size = p_size) THEN 't' ELSE 'f' END,
	    count(*)::text, count(*) FILTER (WHERE x.size IS NULL)::text,
	    coalesce(sum(x.size), 0)::text, coalesce(max(x.received_us), 0)::text
	FROM (
		SELECT c.size, c.received_us
		FROM jx.file_hashes(p_city, p_year, p_unit, p_file, p_size) h
		LEFT JOIN LATERAL (SELECT u.size, u.received_us FROM jx.unit_chunk u WHERE u.city = p_city
		    AND u.year = p_year AND u.unit = p_unit AND u.hash = h.hash LIMIT 1) c ON true
	) x;
$$;

-- Chunks of a file's list from a place on, in order; bytes "": the unit has not sent it.
CREATE FUNCTION jx.question_file_chunks(p_city text, p_year bigint, p_unit text, p_file bytea,
    p_size bigint, p_first bigint, p_count bigint) RETURNS TABLE (o_hash bytea, o_bytes bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
	SELECT h.hash, coalesce(CASE WHEN (SELECT c.size FROM jx.unit_chunk c WHERE c.city = p_city
		AND c.year = p_year AND c.unit = p_unit AND c.hash = h.hash) IS NOT NULL
	    THEN (SELECT k.bytes FROM jx.chunk k WHERE k.city = p_city AND k.hash = h.hash) END, '')
	FROM (
		SELECT i AS place, substr(p.hashes, (i % 1024 * 32 + 1)::integer, 32) AS hash
		FROM generate_series(p_first, p_first + p_count - 1) AS i
		JOIN jx.file_page p ON p.city = p_city AND p.year = p_year AND p.unit = p_unit
		    AND p.file = p_file AND p.size = p_size AND p.page = i / 1024
		WHERE i % 1024 * 32 < octet_length(p.hashes)
	) h ORDER BY h.place;
$$;
