-- A city's year: its states, its scheme, its records.
--
-- The state as of batch b: per key the row of the greatest version with
-- batch <= b, unless it is withdrawn. Versions have no gaps, so a row is the
-- last one when the next version is not there yet: no sort, a page starts at
-- once.

-- The year's last state as of that batch (0: now); NULL: there is no such year.
CREATE FUNCTION jx.year_batch(p_city text, p_year bigint, p_batch bigint) RETURNS bigint
LANGUAGE sql STABLE AS $$
	SELECT max(batch) FROM jx.year_state
	WHERE city = p_city AND year = p_year AND (p_batch = 0 OR batch <= p_batch);
$$;

-- Appends a version for each object of the array: one statement for every kind.
CREATE FUNCTION jx.records_append(p_kind text, p_city text, p_year bigint, p_batch bigint, p_rows jsonb)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	v_columns text;
	v_values text;
	v_same text;
BEGIN
	SELECT string_agg(quote_ident(name), ', ' ORDER BY position),
	    string_agg(format('n.%I', name), ', ' ORDER BY position),
	    string_agg(format('o.%1$I = n.%1$I', name), ' AND ' ORDER BY position) FILTER (WHERE is_key)
	INTO v_columns, v_values, v_same
	FROM jx.kind_column WHERE kind = p_kind;
	IF v_columns IS NULL THEN
		RAISE EXCEPTION 'unknown kind' USING ERRCODE = 'JX003';
	END IF;
	EXECUTE format('INSERT INTO jx_record.%1$I (city, year, version, batch, withdrawn, %2$s) '
	    'SELECT $1, $2, 1 + coalesce((SELECT max(o.version) FROM jx_record.%1$I o '
	    'WHERE o.city = $1 AND o.year = $2 AND %3$s), 0), $3, coalesce(n.withdrawn, false), %4$s '
	    'FROM jsonb_populate_recordset(NULL::jx_record.%1$I, $4) n', p_kind, v_columns, v_same, v_values)
	USING p_city, p_year::integer, p_batch, p_rows;
END $$;

CREATE FUNCTION jx.apply_import(p_body jsonb, p_city text, p_year bigint, p_batch bigint) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	v_base bigint := jx.need(p_body, 'base_batch')::bigint;
	v_kind text;
	v_rows jsonb;
BEGIN
	IF coalesce(jx.year_batch(p_city, p_year, 0), 0) <> v_base THEN
		RETURN 'E_STALE';
	END IF;
	INSERT INTO jx.year_state (city, year, batch) VALUES (p_city, p_year, p_batch);
	IF v_base = 0 OR p_body ->> 'scheme' IS NOT NULL THEN
		INSERT INTO jx.scheme (city, year, batch, city_name, text)
		VALUES (p_city, p_year, p_batch, jx.need(p_body, 'city_name'), jx.need(p_body, 'scheme'));
	END IF;
	IF jsonb_typeof(p_body -> 'changes') IS DISTINCT FROM 'object' THEN
		RAISE EXCEPTION 'no changes' USING ERRCODE = 'JX003';
	END IF;
	FOR v_kind, v_rows IN SELECT key, value FROM jsonb_each(p_body -> 'changes') LOOP
		PERFORM jx.records_append(v_kind, p_city, p_year, p_batch, v_rows);
	END LOOP;
	RETURN 'OK';
END $$;

-- Records of a kind as of a batch, as a JSON array in canonical order.
CREATE FUNCTION jx.records_json(p_kind text, p_city text, p_year bigint, p_batch bigint,
    p_offset bigint, p_limit bigint) RETURNS text
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
	-- A subselect, not NOT EXISTS: that becomes a join, and while a new table has
	-- no statistics yet, a join that takes minutes.
	EXECUTE format('SELECT coalesce(json_agg(x), ''[]'')::text FROM (SELECT %2$s FROM jx_record.%1$I r '
	    'WHERE r.city = $1 AND r.year = $2 AND r.batch <= $3 AND NOT r.withdrawn '
	    'AND (SELECT n.version FROM jx_record.%1$I n WHERE n.city = $1 AND n.year = $2 AND %3$s '
	    'AND n.version = r.version + 1 AND n.batch <= $3) IS NULL '
	    'ORDER BY %4$s OFFSET $4 LIMIT $5) x', p_kind, v_columns, v_same, v_keys)
	INTO v_json USING p_city, p_year, p_batch, p_offset, p_limit;
	RETURN v_json;
END $$;

CREATE FUNCTION jx.question_records(p_city text, p_year bigint, p_batch bigint)
RETURNS TABLE (o_kind text, o_json text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT kind, json FROM (
		SELECT k.kind, jx.records_json(k.kind, p_city, p_year,
		    jx.year_batch(p_city, p_year, p_batch), 0, NULL) AS json
		FROM (SELECT DISTINCT kind FROM jx.kind_column) k
	) r WHERE json <> '[]' ORDER BY kind;
$$;

CREATE FUNCTION jx.question_records_page(p_city text, p_year bigint, p_batch bigint, p_kind text,
    p_offset bigint, p_limit bigint) RETURNS TABLE (o_json text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT jx.records_json(k.kind, p_city, p_year, jx.year_batch(p_city, p_year, p_batch),
	    p_offset, p_limit)
	FROM (SELECT DISTINCT kind FROM jx.kind_column) k WHERE kind = p_kind;
$$;

CREATE FUNCTION jx.question_scheme(p_city text, p_year bigint, p_batch bigint)
RETURNS TABLE (o_text text, o_batch text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT s.text, b.batch::text
	FROM (SELECT jx.year_batch(p_city, p_year, p_batch) AS batch) b
	JOIN jx.scheme s ON s.city = p_city AND s.year = p_year AND s.batch <= b.batch
	ORDER BY s.batch DESC LIMIT 1;
$$;

CREATE FUNCTION jx.question_years()
RETURNS TABLE (o_city text, o_year text, o_city_name text, o_batch text, o_units text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT y.city, y.year::text,
	    (SELECT s.city_name FROM jx.scheme s WHERE s.city = y.city AND s.year = y.year
		ORDER BY s.batch DESC LIMIT 1),
	    max(y.batch)::text,
	    (SELECT count(*) FROM jx_record.units u
		WHERE u.city = y.city AND u.year = y.year AND NOT u.withdrawn
		AND (SELECT n.version FROM jx_record.units n WHERE n.city = u.city AND n.year = u.year
		    AND n.unit = u.unit AND n.version = u.version + 1) IS NULL)::text
	FROM jx.year_state y GROUP BY y.city, y.year ORDER BY y.city, y.year;
$$;
