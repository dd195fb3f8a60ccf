-- Devices: the keys with which accounts' clients sign what they seal.

-- E_QUOTA: the account has 32 already. The same key again changes nothing.
CREATE FUNCTION jx.apply_device_add(p_body jsonb, p_received_us bigint, p_batch bigint) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	v_account text := jx.need(p_body, 'account');
	v_key_id bytea := decode(jx.need(p_body, 'key_id'), 'hex');
	v_public_key bytea := decode(jx.need(p_body, 'public_key'), 'hex');
	v_known bytea;
BEGIN
	SELECT public_key INTO v_known FROM jx.device WHERE account = v_account AND key_id = v_key_id;
	IF FOUND THEN
		RETURN CASE WHEN v_known = v_public_key THEN 'OK' ELSE 'E_EXISTS' END;
	END IF;
	IF (SELECT count(*) FROM jx.device WHERE account = v_account) >= 32 THEN
		RETURN 'E_QUOTA';
	END IF;
	INSERT INTO jx.device (account, key_id, public_key, since_us, batch)
	VALUES (v_account, v_key_id, v_public_key, p_received_us, p_batch);
	RETURN 'OK';
END $$;

CREATE FUNCTION jx.question_device(p_account text, p_key_id bytea) RETURNS TABLE (o_public_key bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT public_key FROM jx.device WHERE account = p_account AND key_id = p_key_id;
$$;
