-- Deeds and papers: what was done in a year, and what it left.

-- Appends a version for each paper of the array.
CREATE FUNCTION jx.papers_append(p_city text, p_year bigint, p_batch bigint, p_papers jsonb)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (SELECT FROM jsonb_to_recordset(p_papers) AS n(kind text)
	    WHERE n.kind IN (SELECT k.kind FROM jx.kind_column k)) THEN
		RAISE EXCEPTION 'a record is no paper' USING ERRCODE = 'JX003';
	END IF;
	-- A withdrawn one need not say what it was: the version before does.
	INSERT INTO jx.paper (city, year, kind, key, version, batch, withdrawn, "row")
	SELECT p_city, p_year, n.kind, n.key, 1 + coalesce((SELECT max(o.version) FROM jx.paper o
		WHERE o.city = p_city AND o.year = p_year AND o.kind = n.kind AND o.key = n.key), 0),
	    p_batch, coalesce(n.withdrawn, false),
	    CASE WHEN n.withdrawn THEN coalesce(n."row", '{}') ELSE n."row" END
	FROM jsonb_to_recordset(p_papers) AS n(kind text, key text, withdrawn boolean, "row" jsonb);
END $$;

CREATE FUNCTION jx.apply_deed(p_body jsonb, p_city text, p_year bigint, p_batch bigint) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	v_base bigint := jx.need(p_body, 'base_batch')::bigint;
	v_state bigint := jx.year_batch(p_city, p_year, 0);
	v_kind text;
	v_rows jsonb;
BEGIN
	IF v_state IS NULL THEN
		RETURN 'E_NOT_FOUND';
	END IF;
	IF v_state <> v_base THEN
		RETURN 'E_STALE';
	END IF;
	INSERT INTO jx.year_state (city, year, batch) VALUES (p_city, p_year, p_batch);
	FOR v_kind, v_rows IN SELECT key, value FROM jsonb_each(coalesce(p_body -> 'changes', '{}')) LOOP
		PERFORM jx.records_append(v_kind, p_city, p_year, p_batch, v_rows);
	END LOOP;
	PERFORM jx.papers_append(p_city, p_year, p_batch, coalesce(p_body -> 'papers', '[]'));
	INSERT INTO jx.deed (city, year, batch, deed, unit, object, value, reason, document)
	VALUES (p_city, p_year, p_batch, jx.need(p_body, 'deed'), coalesce(p_body ->> 'unit', ''),
	    coalesce(p_body ->> 'object', ''), coalesce(p_body ->> 'value', ''),
	    coalesce(p_body ->> 'reason', ''), coalesce(p_body ->> 'document', ''));
	RETURN jx.polls_append(p_body, p_city, p_year, p_batch);
END $$;

-- A kind's records as they are now, each with its version and batch.
CREATE FUNCTION jx.records_now(p_kind text, p_city text, p_year bigint) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_columns text;
	v_keys text;
	v_same text;
	v_json text;
BEGIN
	SELECT string_agg(format('r.%I', name), ', ' ORDER BY position),
	    string_agg(format('r.%I', name), ', ' ORDER BY position) FILTER (WHERE is_key),
	    string_agg(format('n.%1$I = r.%1$I', name), ' AND ' ORDER BY position) FILTER (WHERE is_key)
	INTO v_columns, v_keys, v_same
	FROM jx.kind_column WHERE kind = p_kind;
	EXECUTE format('SELECT json_agg(x)::text FROM (SELECT %2$s, r.version, r.batch FROM jx_record.%1$I r '
	    'WHERE r.city = $1 AND r.year = $2 AND NOT r.withdrawn '
	    'AND (SELECT n.version FROM jx_record.%1$I n WHERE n.city = $1 AND n.year = $2 AND %3$s '
	    'AND n.version = r.version + 1) IS NULL ORDER BY %4$s) x', p_kind, v_columns, v_same, v_keys)
	INTO v_json USING p_city, p_year;
	RETURN v_json;
END $$;

-- That a unit's voter group has an answer, never a card nor an answer (G8).
CREATE FUNCTION jx.ballots_now(p_city text, p_year bigint) RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT json_agg(x)::text FROM (
		SELECT r.unit, r."group", '' AS card, ARRAY['x'] AS answers, 1 AS version, max(r.batch) AS batch
		FROM jx_record.ballots r
		WHERE r.city = p_city AND r.year = p_year AND NOT r.withdrawn
		AND (SELECT n.version FROM jx_record.ballots n WHERE n.city = p_city AND n.year = p_year
		    AND n.unit = r.unit AND n."group" = r."group" AND n.card = r.card
		    AND n.version = r.version + 1) IS NULL
		GROUP BY r.unit, r."group" HAVING bool_or('' <> ANY (r.answers))
		ORDER BY r.unit, r."group"
	) x;
$$;

CREATE FUNCTION jx.papers_now(p_kind text, p_city text, p_year bigint) RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT json_agg(p."row" || jsonb_build_object('version', p.version, 'batch', p.batch)
	    ORDER BY p.key)::text
	FROM jx.paper p
	WHERE p.city = p_city AND p.year = p_year AND p.kind = p_kind AND NOT p.withdrawn
	AND (SELECT n.version FROM jx.paper n WHERE n.city = p_city AND n.year = p_year
	    AND n.kind = p_kind AND n.key = p.key AND n.version = p.version + 1) IS NULL;
$$;

-- The greatest batch of a kind's records, withdrawn ones too; NULL: never any.
CREATE FUNCTION jx.records_changed(p_kind text, p_city text, p_year bigint) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_batch bigint;
BEGIN
	EXECUTE format('SELECT max(batch) FROM jx_record.%I WHERE city = $1 AND year = $2', p_kind)
	INTO v_batch USING p_city, p_year;
	RETURN v_batch;
END $$;

CREATE FUNCTION jx.kinds_changed(p_city text, p_year bigint)
RETURNS TABLE (o_kind text, o_is_paper boolean, o_batch bigint)
LANGUAGE sql STABLE AS $$
	SELECT kind, false, batch FROM (
		SELECT k.kind, jx.records_changed(k.kind, p_city, p_year) AS batch
		FROM (SELECT DISTINCT kind FROM jx.kind_column) k
	) r WHERE batch IS NOT NULL
	UNION ALL
	SELECT kind, true, max(batch) FROM jx.paper WHERE city = p_city AND year = p_year GROUP BY kind;
$$;

-- One statement, one snapshot: the state of the year, and all that stands in it.
CREATE FUNCTION jx.question_papers(p_city text, p_year bigint)
RETURNS TABLE (o_kind text, o_json text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	WITH state AS (SELECT jx.year_batch(p_city, p_year, 0) AS batch),
	changed AS MATERIALIZED (
		SELECT c.* FROM state, jx.kinds_changed(p_city, p_year) c WHERE state.batch IS NOT NULL
	)
	SELECT kind, json FROM (
		SELECT 1 AS place, '' AS kind, batch::text AS json FROM state
		UNION ALL
		SELECT 2, 'changed', coalesce(json_object_agg(o_kind, o_batch)::text, '{}')
		FROM changed HAVING (SELECT batch FROM state) IS NOT NULL
		UNION ALL
		SELECT 3, o_kind, CASE WHEN o_is_paper THEN jx.papers_now(o_kind, p_city, p_year)
		    WHEN o_kind = 'ballots' THEN jx.ballots_now(p_city, p_year)
		    ELSE jx.records_now(o_kind, p_city, p_year) END
		FROM changed
	) x WHERE json IS NOT NULL ORDER BY place, kind;
$$;

-- ---- History.

-- Every version of one record or paper. Ballots and leaders' marks have none to show (G7, G8).
CREATE FUNCTION jx.versions(p_city text, p_year bigint, p_kind text, p_key text)
RETURNS TABLE (o_version integer, o_batch bigint, o_withdrawn boolean, o_json text)
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_columns text;
	v_key text;
BEGIN
	IF p_kind IN ('ballots', 'leader_marks') THEN
		RETURN;
	END IF;
	SELECT string_agg(format('r.%I', name), ', ' ORDER BY position),
	    string_agg(format('r.%I::text', name), ' || ''/'' || ' ORDER BY position) FILTER (WHERE is_key)
	INTO v_columns, v_key
	FROM jx.kind_column WHERE kind = p_kind;
	IF v_columns IS NULL THEN
		RETURN QUERY SELECT p.version, p.batch, p.withdrawn, p."row"::text FROM jx.paper p
		WHERE p.city = p_city AND p.year = p_year AND p.kind = p_kind AND p.key = p_key;
		RETURN;
	END IF;
	RETURN QUERY EXECUTE format('SELECT r.version, r.batch, r.withdrawn, '
	    '(SELECT row_to_json(x)::text FROM (SELECT %2$s) x) FROM jx_record.%1$I r '
	    'WHERE r.city = $1 AND r.year = $2 AND %3$s = $3', p_kind, v_columns, v_key)
	USING p_city, p_year, p_key;
END $$;

CREATE FUNCTION jx.question_history(p_city text, p_year bigint, p_kind text, p_key text)
RETURNS TABLE (o_version text, o_batch text, o_actor text, o_at_us text, o_deed text, o_reason text,
    o_document text, o_withdrawn text, o_json text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT v.o_version::text, v.o_batch::text, coalesce(o.actor, ''), coalesce(o.received_us::text, ''),
	    coalesce(d.deed, 'import'), coalesce(d.reason, ''), coalesce(d.document, ''),
	    CASE WHEN v.o_withdrawn THEN 't' ELSE 'f' END, v.o_json
	FROM (
		SELECT * FROM jx.versions(p_city, p_year, p_kind, p_key) ORDER BY o_version DESC LIMIT 500
	) v
	LEFT JOIN jx.op o ON o.batch = v.o_batch AND o.city = p_city AND o.year = p_year
	    AND o.action IN ('deed', 'import')
	LEFT JOIN jx.deed d ON d.city = p_city AND d.year = p_year AND d.batch = v.o_batch
	ORDER BY v.o_version;
$$;
