-- A batch: one call, one transaction, all of its items or nothing.

-- One item: a replay, a conflict, or the action. Any error of the item's own
-- is its verdict; what is the world's (disk, memory, shutdown, lost locks)
-- ends the whole transaction instead, so that the same batch can come again.
CREATE FUNCTION jx.item_commit(p_batch bigint, p_index integer, p_op_id bytea, p_content_hash bytea,
    p_action text, p_actor text, p_city text, p_year bigint, p_received_us bigint, p_body text,
    p_blobs bytea[], p_receipt bytea,
    OUT o_verdict text, OUT o_replayed boolean, OUT o_value bigint, OUT o_receipt bytea)
LANGUAGE plpgsql AS $$
DECLARE
	v_op jx.op;
	v_state text;
	v_table text;
	v_constraint text;
BEGIN
	o_verdict := 'OK';
	o_replayed := false;
	o_value := 0;
	SELECT * INTO v_op FROM jx.op WHERE op_id = p_op_id;
	IF FOUND THEN
		IF v_op.batch = p_batch THEN
			RAISE EXCEPTION 'one op_id twice in a batch' USING ERRCODE = 'JX003';
		END IF;
		IF v_op.content_hash = p_content_hash AND v_op.action = p_action AND v_op.actor = p_actor THEN
			o_replayed := true;
			o_value := v_op.value;
			o_receipt := v_op.receipt;
		ELSE
			o_verdict := 'E_CONFLICT';
		END IF;
		RETURN;
	END IF;
	SELECT a.o_verdict, a.o_value INTO o_verdict, o_value
	FROM jx.item_apply(p_action, p_body::jsonb, p_actor, p_city, p_year, p_received_us, p_batch, p_blobs) a;
	IF o_verdict <> 'OK' THEN
		o_value := 0;
	ELSE
		INSERT INTO jx.op (op_id, batch, index, action, actor, city, year, content_hash,
		    received_us, value, receipt)
		VALUES (p_op_id, p_batch, p_index, p_action, p_actor, p_city, p_year, p_content_hash,
		    p_received_us, o_value, p_receipt);
	END IF;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS v_state = RETURNED_SQLSTATE, v_table = TABLE_NAME,
	    v_constraint = CONSTRAINT_NAME;
	IF left(v_state, 2) IN ('08', '25', '40', '53', '55', '57', '58') OR v_state IN ('XX001', 'XX002') THEN
		RAISE;
	END IF;
	-- Never the message: it may quote a mark or a ballot.
	RAISE LOG 'jixiao: batch % item % (%) refused: sqlstate % table "%" constraint "%"',
	    p_batch, p_index, p_action, v_state, v_table, v_constraint;
	o_verdict := 'E_INTERNAL';
	o_replayed := false;
	o_value := 0;
	o_receipt := NULL;
END $$;

CREATE FUNCTION jx.item_apply(p_action text, p_body jsonb, p_actor text, p_city text, p_year bigint,
    p_received_us bigint, p_batch bigint, p_blobs bytea[], OUT o_verdict text, OUT o_value bigint)
LANGUAGE plpgsql AS $$
BEGIN
	o_value := 0;
	CASE p_action
	WHEN 'key_add' THEN
		o_verdict := jx.apply_key_add(p_body, p_received_us, p_batch);
	WHEN 'account_add' THEN
		o_verdict := jx.apply_account_add(p_body, p_received_us, p_batch);
	WHEN 'account_disable' THEN
		o_verdict := jx.apply_account_disable(p_body, p_batch);
	WHEN 'passwd' THEN
		o_verdict := jx.apply_passwd(p_body, p_batch);
	WHEN 'device_add' THEN
		o_verdict := jx.apply_device_add(p_body, p_received_us, p_batch);
	WHEN 'import' THEN
		o_verdict := jx.apply_import(p_body, p_city, p_year, p_batch);
	WHEN 'deed' THEN
		o_value := p_batch;
		o_verdict := jx.apply_deed(p_body, p_city, p_year, p_batch);
	WHEN 'ballot' THEN
		o_verdict := jx.apply_ballot(p_body, p_city, p_year, p_batch, p_blobs);
	WHEN 'run_start' THEN
		SELECT a.o_verdict, a.o_value INTO o_verdict, o_value
		FROM jx.apply_run_start(p_body, p_actor, p_city, p_year, p_received_us, p_batch) a;
	WHEN 'run_finish' THEN
		o_value := jx.need(p_body, 'run')::bigint;
		o_verdict := jx.apply_run_finish(p_body, p_city, p_year, p_received_us, p_batch, p_blobs);
	WHEN 'run_cancel' THEN
		o_value := jx.need(p_body, 'run')::bigint;
		o_verdict := jx.apply_run_cancel(p_body, p_city, p_year, p_received_us, p_batch);
	ELSE
		RAISE EXCEPTION 'unknown action' USING ERRCODE = 'JX003';
	END CASE;
END $$;

-- A member that must be there.
CREATE FUNCTION jx.need(p_body jsonb, p_name text) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	IF p_body ->> p_name IS NULL THEN
		RAISE EXCEPTION 'member "%" is missing', p_name USING ERRCODE = 'JX003';
	END IF;
	RETURN p_body ->> p_name;
END $$;

-- Rows: index, verdict (the name of an error, or OK), replayed t/f, value,
-- receipt. One row BEHIND: another batch of that number exists, or the chain
-- ends elsewhere. Unless every row is OK and none replayed, nothing was applied.
CREATE FUNCTION jx.batch_commit(p_number bigint, p_prev_hash bytea, p_root bytea, p_hash bytea,
    p_signature bytea, p_key_id bytea, p_sealed_us bigint, p_actions text[], p_actors text[],
    p_cities text[], p_years bigint[], p_op_ids bytea[], p_content_hashes bytea[],
    p_received_us bigint[], p_bodies text[], p_blobs bytea[], p_blob_counts integer[],
    p_receipts bytea[])
RETURNS TABLE (o_index text, o_verdict text, o_replayed text, o_value text, o_receipt bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	v_last record;
	v_item record;
	v_verdicts text[];
	v_replayed boolean[];
	v_values bigint[];
	v_receipts bytea[];
	v_blob integer := 1;
BEGIN
	SELECT number, hash INTO v_last FROM jx.batch ORDER BY number DESC LIMIT 1;
	IF coalesce(v_last.number, 0) + 1 <> p_number
	    OR coalesce(v_last.hash, decode(repeat('00', 32), 'hex')) <> p_prev_hash THEN
		RETURN QUERY SELECT '0', 'BEHIND', 'f', '0', NULL::bytea;
		RETURN;
	END IF;
	BEGIN
		-- A second daemon with the same number waits here until the first has ended.
		INSERT INTO jx.batch (number, prev_hash, root, hash, signature, key_id, sealed_us, item_count)
		VALUES (p_number, p_prev_hash, p_root, p_hash, p_signature, p_key_id, p_sealed_us,
		    cardinality(p_op_ids))
		ON CONFLICT (number) DO NOTHING;
		IF NOT FOUND THEN
			RETURN QUERY SELECT '0', 'BEHIND', 'f', '0', NULL::bytea;
			RETURN;
		END IF;
		FOR i IN 1 .. cardinality(p_op_ids) LOOP
			v_item := jx.item_commit(p_number, i - 1, p_op_ids[i], p_content_hashes[i], p_actions[i],
			    p_actors[i], p_cities[i], p_years[i], p_received_us[i], p_bodies[i],
			    p_blobs[v_blob : v_blob + p_blob_counts[i] - 1], p_receipts[i]);
			v_blob := v_blob + p_blob_counts[i];
			v_verdicts[i] := v_item.o_verdict;
			v_replayed[i] := v_item.o_replayed;
			v_values[i] := v_item.o_value;
			v_receipts[i] := v_item.o_receipt;
		END LOOP;
		IF true = ANY (v_replayed) OR 'OK' <> ANY (v_verdicts) THEN
			RAISE EXCEPTION 'not all applied' USING ERRCODE = 'JX002';
		END IF;
	EXCEPTION WHEN SQLSTATE 'JX002' THEN
		NULL; -- the block's changes are gone, the verdicts stay
	END;
	RETURN QUERY SELECT (i - 1)::text, v_verdicts[i], CASE WHEN v_replayed[i] THEN 't' ELSE 'f' END,
	    v_values[i]::text, v_receipts[i]
	FROM generate_series(1, cardinality(v_verdicts)) AS i ORDER BY i;
END $$;
