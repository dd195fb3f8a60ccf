-- What the checks need to compute: the hashes of proto/wire/merkle.h and
-- receipt.h once more, and walks over every kind of record.

CREATE FUNCTION jx.hash_text(p_text text) RETURNS bytea
LANGUAGE sql IMMUTABLE AS $$
	SELECT int4send(octet_length(p_text)) || convert_to(p_text, 'UTF8');
$$;

CREATE FUNCTION jx.op_leaf(p_op jx.op) RETURNS bytea
LANGUAGE sql IMMUTABLE AS $$
	SELECT sha256('\x00'::bytea || (p_op).op_id || (p_op).content_hash || jx.hash_text((p_op).actor)
	    || jx.hash_text((p_op).action) || int8send((p_op).received_us));
$$;

CREATE FUNCTION jx.merkle_root(p_leaves bytea[]) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	v_level bytea[] := p_leaves;
	v_above bytea[];
	v_count integer;
BEGIN
	LOOP
		v_count := cardinality(v_level);
		EXIT WHEN coalesce(v_count, 0) <= 1;
		v_above := '{}';
		FOR i IN 1 .. v_count BY 2 LOOP
			v_above := v_above || CASE WHEN i = v_count THEN v_level[i]
			    ELSE sha256('\x01'::bytea || v_level[i] || v_level[i + 1]) END;
		END LOOP;
		v_level := v_above;
	END LOOP;
	RETURN sha256('\x02'::bytea || int4send(cardinality(p_leaves)) || v_level[1]);
END $$;

CREATE FUNCTION jx.batch_hash(p_batch jx.batch) RETURNS bytea
LANGUAGE sql IMMUTABLE AS $$
	SELECT sha256('jixiao-batch-1'::bytea || int8send((p_batch).number) || (p_batch).prev_hash
	    || (p_batch).root || int8send((p_batch).sealed_us));
$$;

-- Per kind: keys whose versions are not 1, 2, … or whose batches do not grow
-- with them; rows of a batch in which their year did not change.
CREATE FUNCTION jx.check_records() RETURNS TABLE (o_rule text, o_where text)
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_kind text;
	v_keys text;
BEGIN
	FOR v_kind, v_keys IN
		SELECT kind, string_agg(quote_ident(name), ', ' ORDER BY position)
		FROM jx.kind_column WHERE is_key GROUP BY kind
	LOOP
		RETURN QUERY EXECUTE format('SELECT ''a record has a gap in its versions'', '
		    'format(''%%s %%s %%s version %%s'', %1$L, city, year, version) FROM ('
		    'SELECT city, year, version, batch, row_number() OVER w AS place, lag(batch) OVER w AS before '
		    'FROM jx_record.%2$I WINDOW w AS (PARTITION BY city, year, %3$s ORDER BY version)) r '
		    'WHERE version <> place OR batch <= before', v_kind, v_kind, v_keys);
		RETURN QUERY EXECUTE format('SELECT DISTINCT ''a record stands outside its year'', '
		    'format(''%%s %%s %%s batch %%s'', %1$L, city, year, batch) FROM jx_record.%2$I r '
		    'WHERE NOT EXISTS (SELECT FROM jx.year_state y '
		    'WHERE y.city = r.city AND y.year = r.year AND y.batch = r.batch)', v_kind, v_kind);
	END LOOP;
END $$;
