-- Keys and accounts.

CREATE FUNCTION jx.apply_key_add(p_body jsonb, p_received_us bigint, p_batch bigint) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	v_key_id bytea := decode(jx.need(p_body, 'key_id'), 'hex');
	v_public_key bytea := decode(jx.need(p_body, 'public_key'), 'hex');
	v_known bytea;
BEGIN
	SELECT public_key INTO v_known FROM jx.key WHERE key_id = v_key_id;
	IF NOT FOUND THEN
		INSERT INTO jx.key (key_id, public_key, since_us, batch)
		VALUES (v_key_id, v_public_key, p_received_us, p_batch);
	ELSIF v_known <> v_public_key THEN
		RAISE EXCEPTION 'another key of that id' USING ERRCODE = 'JX003';
	END IF;
	RETURN 'OK';
END $$;

CREATE FUNCTION jx.account_now(p_account text) RETURNS SETOF jx.account
LANGUAGE sql STABLE AS $$
	SELECT * FROM jx.account WHERE account = p_account ORDER BY version DESC LIMIT 1;
$$;

CREATE FUNCTION jx.apply_account_add(p_body jsonb, p_received_us bigint, p_batch bigint) RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (SELECT FROM jx.account WHERE account = jx.need(p_body, 'account')) THEN
		RETURN 'E_EXISTS';
	END IF;
	INSERT INTO jx.account (account, version, role, city, password_hash, disabled, reason, since_us,
	    batch, unit, subject)
	VALUES (jx.need(p_body, 'account'), 1, jx.need(p_body, 'role'), jx.need(p_body, 'city'),
	    jx.need(p_body, 'password_hash'), false, '', p_received_us, p_batch,
	    coalesce(p_body ->> 'unit', ''), coalesce(p_body ->> 'subject', ''));
	RETURN 'OK';
END $$;

CREATE FUNCTION jx.apply_account_disable(p_body jsonb, p_batch bigint) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	v_account jx.account;
BEGIN
	SELECT * INTO v_account FROM jx.account_now(jx.need(p_body, 'account'));
	IF NOT FOUND THEN
		RETURN 'E_NOT_FOUND';
	END IF;
	IF NOT v_account.disabled THEN
		v_account.version := v_account.version + 1;
		v_account.disabled := true;
		v_account.reason := jx.need(p_body, 'reason');
		v_account.batch := p_batch;
		INSERT INTO jx.account SELECT v_account.*;
	END IF;
	RETURN 'OK';
END $$;

CREATE FUNCTION jx.apply_passwd(p_body jsonb, p_batch bigint) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	v_account jx.account;
BEGIN
	SELECT * INTO v_account FROM jx.account_now(jx.need(p_body, 'account'));
	IF NOT FOUND THEN
		RETURN 'E_NOT_FOUND';
	END IF;
	IF v_account.version <> jx.need(p_body, 'version')::bigint THEN
		RETURN 'E_STALE';
	END IF;
	v_account.version := v_account.version + 1;
	v_account.password_hash := jx.need(p_body, 'password_hash');
	v_account.batch := p_batch;
	INSERT INTO jx.account SELECT v_account.*;
	RETURN 'OK';
END $$;

CREATE FUNCTION jx.question_account(p_account text)
RETURNS TABLE (o_account text, o_role text, o_city text, o_disabled text, o_since_us text,
    o_password_hash text, o_version text, o_unit text, o_subject text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT account, role, city, CASE WHEN disabled THEN 't' ELSE 'f' END, since_us::text,
	    password_hash, version::text, unit, subject
	FROM jx.account_now(p_account);
$$;

CREATE FUNCTION jx.question_accounts()
RETURNS TABLE (o_account text, o_role text, o_city text, o_disabled text, o_since_us text,
    o_unit text, o_subject text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT DISTINCT ON (account) account, role, city, CASE WHEN disabled THEN 't' ELSE 'f' END,
	    since_us::text, unit, subject
	FROM jx.account ORDER BY account, version DESC;
$$;

CREATE FUNCTION jx.question_keys()
RETURNS TABLE (o_key_id bytea, o_public_key bytea, o_since_us text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT key_id, public_key, since_us::text FROM jx.key ORDER BY key.since_us, key_id;
$$;

CREATE FUNCTION jx.question_head() RETURNS TABLE (o_number text, o_hash bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT number::text, hash FROM jx.batch ORDER BY batch.number DESC LIMIT 1;
$$;

CREATE FUNCTION jx.question_op(p_op_id bytea)
RETURNS TABLE (o_content_hash bytea, o_receipt bytea, o_value text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT content_hash, receipt, value::text FROM jx.op WHERE op_id = p_op_id;
$$;
