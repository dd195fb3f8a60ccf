-- Runs of the year-end calculation. A run is running until it has its run_end.

CREATE FUNCTION jx.apply_run_start(p_body jsonb, p_actor text, p_city text, p_year bigint,
    p_received_us bigint, p_batch bigint, OUT o_verdict text, OUT o_value bigint)
LANGUAGE plpgsql AS $$
DECLARE
	v_kind text := CASE WHEN jx.need(p_body, 'final')::boolean THEN 'final' ELSE 'provisional' END;
	v_state bigint := jx.year_batch(p_city, p_year, 0);
BEGIN
	o_verdict := 'E_NOT_FOUND';
	o_value := 0;
	IF v_state IS NULL THEN
		RETURN;
	END IF;
	o_verdict := 'OK';
	o_value := 1 + coalesce((SELECT max(run) FROM jx.run WHERE city = p_city AND year = p_year), 0);
	INSERT INTO jx.run (city, year, run, kind, asked_by, asked_us, batch, asked_batch)
	VALUES (p_city, p_year, o_value, v_kind, p_actor, p_received_us, v_state, p_batch);
END $$;

-- OK: that run is running.
CREATE FUNCTION jx.run_may_end(p_city text, p_year bigint, p_run bigint) RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT CASE
	    WHEN NOT EXISTS (SELECT FROM jx.run WHERE city = p_city AND year = p_year AND run = p_run)
	    THEN 'E_NOT_FOUND'
	    WHEN EXISTS (SELECT FROM jx.run_end WHERE city = p_city AND year = p_year AND run = p_run)
	    THEN 'E_STALE'
	    ELSE 'OK' END;
$$;

CREATE FUNCTION jx.apply_run_finish(p_body jsonb, p_city text, p_year bigint, p_received_us bigint,
    p_batch bigint, p_blobs bytea[]) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	v_run bigint := jx.need(p_body, 'run')::bigint;
	v_state text := jx.need(p_body, 'state');
	v_pages jsonb := CASE WHEN jsonb_typeof(p_body -> 'pages') = 'array' THEN p_body -> 'pages' ELSE '[]' END;
	v_verdict text := jx.run_may_end(p_city, p_year, v_run);
BEGIN
	IF v_state NOT IN ('done', 'refused', 'failed')
	    OR jsonb_array_length(v_pages) <> coalesce(cardinality(p_blobs), 0) THEN
		RAISE EXCEPTION 'not a finish' USING ERRCODE = 'JX003';
	END IF;
	IF v_verdict <> 'OK' THEN
		RETURN v_verdict;
	END IF;
	INSERT INTO jx.run_end (city, year, run, state, finished_us, scheme_digest, input_digest, engine,
	    result_digest, unit_count, hole_count, digits, batch)
	VALUES (p_city, p_year, v_run, v_state, p_received_us,
	    decode(nullif(p_body ->> 'scheme_digest', ''), 'hex'),
	    decode(nullif(p_body ->> 'input_digest', ''), 'hex'), nullif(p_body ->> 'engine', ''),
	    decode(nullif(p_body ->> 'result_digest', ''), 'hex'), (p_body ->> 'unit_count')::bigint,
	    (p_body ->> 'hole_count')::bigint, (p_body ->> 'digits')::integer, p_batch);
	INSERT INTO jx.run_page (city, year, run, section, page, bytes)
	SELECT p_city, p_year, v_run, p.name ->> 0, (p.name ->> 1)::integer, b.bytes
	FROM jsonb_array_elements(v_pages) WITH ORDINALITY AS p(name, place)
	JOIN unnest(p_blobs) WITH ORDINALITY AS b(bytes, place) USING (place);
	RETURN 'OK';
END $$;

CREATE FUNCTION jx.apply_run_cancel(p_body jsonb, p_city text, p_year bigint, p_received_us bigint,
    p_batch bigint) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	v_run bigint := jx.need(p_body, 'run')::bigint;
	v_verdict text := jx.run_may_end(p_city, p_year, v_run);
BEGIN
	IF v_verdict = 'OK' THEN
		INSERT INTO jx.run_end (city, year, run, state, finished_us, batch)
		VALUES (p_city, p_year, v_run, 'cancelled', p_received_us, p_batch);
	END IF;
	RETURN v_verdict;
END $$;

CREATE FUNCTION jx.run_rows(p_city text, p_year bigint, p_run bigint)
RETURNS TABLE (o_run text, o_city text, o_year text, o_kind text, o_state text, o_asked_by text,
    o_asked_us text, o_finished_us text, o_batch text, o_scheme_digest bytea, o_input_digest bytea,
    o_engine text, o_result_digest bytea, o_unit_count text, o_hole_count text, o_digits text)
LANGUAGE sql STABLE AS $$
	SELECT r.run::text, r.city, r.year::text, r.kind, coalesce(e.state, 'running'), r.asked_by,
	    r.asked_us::text, coalesce(e.finished_us::text, ''), r.batch::text,
	    coalesce(e.scheme_digest, ''), coalesce(e.input_digest, ''), coalesce(e.engine, ''),
	    coalesce(e.result_digest, ''), coalesce(e.unit_count::text, ''),
	    coalesce(e.hole_count::text, ''), coalesce(e.digits::text, '')
	FROM jx.run r LEFT JOIN jx.run_end e USING (city, year, run)
	WHERE r.city = p_city AND r.year = p_year AND r.run = p_run;
$$;

CREATE FUNCTION jx.question_runs(p_city text, p_year bigint)
RETURNS TABLE (o_run text, o_city text, o_year text, o_kind text, o_state text, o_asked_by text,
    o_asked_us text, o_finished_us text, o_batch text, o_scheme_digest bytea, o_input_digest bytea,
    o_engine text, o_result_digest bytea, o_unit_count text, o_hole_count text, o_digits text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT x.* FROM (
		SELECT city, year, run FROM jx.run WHERE city = p_city AND year = p_year
		ORDER BY run DESC LIMIT 100
	) r, LATERAL jx.run_rows(r.city, r.year, r.run) x ORDER BY r.run DESC;
$$;

CREATE FUNCTION jx.question_run(p_city text, p_year bigint, p_run bigint)
RETURNS TABLE (o_run text, o_city text, o_year text, o_kind text, o_state text, o_asked_by text,
    o_asked_us text, o_finished_us text, o_batch text, o_scheme_digest bytea, o_input_digest bytea,
    o_engine text, o_result_digest bytea, o_unit_count text, o_hole_count text, o_digits text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT * FROM jx.run_rows(p_city, p_year, CASE WHEN p_run <> 0 THEN p_run ELSE (
		SELECT max(run) FROM jx.run_end WHERE city = p_city AND year = p_year AND state = 'done'
	) END);
$$;

CREATE FUNCTION jx.question_runs_open()
RETURNS TABLE (o_run text, o_city text, o_year text, o_kind text, o_state text, o_asked_by text,
    o_asked_us text, o_finished_us text, o_batch text, o_scheme_digest bytea, o_input_digest bytea,
    o_engine text, o_result_digest bytea, o_unit_count text, o_hole_count text, o_digits text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT x.* FROM (
		SELECT city, year, run, asked_batch, asked_us FROM jx.run r
		WHERE NOT EXISTS (SELECT FROM jx.run_end e
		    WHERE e.city = r.city AND e.year = r.year AND e.run = r.run)
	) r, LATERAL jx.run_rows(r.city, r.year, r.run) x
	ORDER BY r.asked_batch, r.asked_us, r.city, r.year, r.run;
$$;

CREATE FUNCTION jx.question_run_page(p_city text, p_year bigint, p_run bigint, p_section text, p_page bigint)
RETURNS TABLE (o_bytes bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT bytes FROM jx.run_page
	WHERE city = p_city AND year = p_year AND run = p_run AND section = p_section AND page = p_page;
$$;
