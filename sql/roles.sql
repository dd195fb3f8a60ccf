-- What the daemon's connections may do: call the functions below, nothing else.
-- No table can be read, changed or dropped by this role, whatever SQL is sent.
-- Run at every start, by the owner.

DO $$
BEGIN
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'jixiao_daemon') THEN
		CREATE ROLE jixiao_daemon LOGIN;
		EXECUTE format('GRANT jixiao_daemon TO %I', current_user);
	END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
	NULL; -- another database of this server was quicker
END $$;

DO $$
DECLARE
	v_function regprocedure;
BEGIN
	EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
	EXECUTE format('GRANT CONNECT ON DATABASE %I TO jixiao_daemon', current_database());
	REVOKE ALL ON ALL ROUTINES IN SCHEMA jx FROM PUBLIC;
	REVOKE ALL ON ALL ROUTINES IN SCHEMA jx FROM jixiao_daemon;
	GRANT USAGE ON SCHEMA jx TO jixiao_daemon;
	FOR v_function IN SELECT oid FROM pg_proc
	    WHERE pronamespace = 'jx'::regnamespace
	    AND (proname = 'batch_commit' OR starts_with(proname, 'question_') OR starts_with(proname, 'put_'))
	LOOP
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO jixiao_daemon', v_function);
	END LOOP;
END $$;
