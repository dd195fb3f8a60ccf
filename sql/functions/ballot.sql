-- Polls by card code: what a deed does to them, a vote, and what is asked.
--
-- No statement here may end in a duplicate key, a missing reference or a failed
-- check of a card's row: the server would write the card into its log. So it is
-- looked for first, and conflicts do nothing.

CREATE FUNCTION jx.poll_votes(p_city text, p_year bigint, p_poll text) RETURNS bigint
LANGUAGE sql STABLE AS $$
	SELECT count(*) FROM jx.card c
	WHERE c.city = p_city AND c.year = p_year AND c.poll = p_poll
	AND EXISTS (SELECT FROM jx.card_vote v WHERE v.card = c.card);
$$;

CREATE FUNCTION jx.poll_is_ended(p_city text, p_year bigint, p_poll text) RETURNS boolean
LANGUAGE sql STABLE AS $$
	SELECT EXISTS (SELECT FROM jx.poll_end e WHERE e.city = p_city AND e.year = p_year AND e.poll = p_poll);
$$;

-- A slot of the vault holds the key of one open poll at a time.
CREATE FUNCTION jx.poll_open(p_paper jsonb, p_city text, p_year bigint, p_batch bigint) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	v_slot integer := jx.need(p_paper, 'slot')::integer;
BEGIN
	IF EXISTS (SELECT FROM jx.poll p WHERE p.slot = v_slot AND NOT jx.poll_is_ended(p.city, p.year, p.poll)) THEN
		RETURN 'E_STALE';
	END IF;
	INSERT INTO jx.poll (city, year, poll, slot, print, batch)
	VALUES (p_city, p_year, jx.need(p_paper, 'poll'), v_slot, jx.need(p_paper, 'print'), p_batch);
	RETURN 'OK';
END $$;

-- The ballots stand for all the votes there are: one cast meanwhile makes them stale.
CREATE FUNCTION jx.poll_close(p_body jsonb, p_poll text, p_city text, p_year bigint, p_batch bigint) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	v_votes bigint := jx.need(p_body, 'votes')::bigint;
BEGIN
	IF jx.poll_votes(p_city, p_year, p_poll) <> v_votes THEN
		RETURN 'E_STALE';
	END IF;
	PERFORM jx.records_append('ballots', p_city, p_year, p_batch, coalesce(p_body -> 'ballots', '[]'));
	PERFORM jx.papers_append(p_city, p_year, p_batch, coalesce(p_body -> 'remarks', '[]'));
	INSERT INTO jx.poll_end (city, year, poll, votes, batch) VALUES (p_city, p_year, p_poll, v_votes, p_batch);
	RETURN 'OK';
END $$;

-- In the order of the hashes, whatever the order on the sheets.
CREATE FUNCTION jx.cards_append(p_cards jsonb, p_city text, p_year bigint, p_batch bigint) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	v_poll text := jx.need(p_cards, 'poll');
	v_bytes bytea := decode(jx.need(p_cards, 'hashes'), 'hex');
	v_count bigint;
BEGIN
	IF octet_length(v_bytes) % 32 <> 0
	    OR NOT EXISTS (SELECT FROM jx.poll p WHERE p.city = p_city AND p.year = p_year AND p.poll = v_poll)
	    OR jx.poll_is_ended(p_city, p_year, v_poll) THEN
		RAISE EXCEPTION 'no cards of an open poll' USING ERRCODE = 'JX003';
	END IF;
	INSERT INTO jx.card (city, year, poll, card, batch)
	SELECT p_city, p_year, v_poll, x.card, p_batch
	FROM (SELECT substr(v_bytes, i, 32) AS card FROM generate_series(1, octet_length(v_bytes), 32) i) x
	ORDER BY x.card
	ON CONFLICT DO NOTHING;
	GET DIAGNOSTICS v_count = ROW_COUNT;
	RETURN CASE WHEN v_count * 32 = octet_length(v_bytes) THEN 'OK' ELSE 'E_EXISTS' END;
END $$;

-- What a deed's papers and cards mean for the polls.
CREATE FUNCTION jx.polls_append(p_body jsonb, p_city text, p_year bigint, p_batch bigint) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	v_paper jsonb;
	v_poll text;
	v_state text;
	v_verdict text := 'OK';
BEGIN
	FOR v_paper IN SELECT x -> 'row' FROM jsonb_array_elements(coalesce(p_body -> 'papers', '[]')) x
	    WHERE x ->> 'kind' = 'polls' AND NOT coalesce((x ->> 'withdrawn')::boolean, false) LOOP
		v_poll := jx.need(v_paper, 'poll');
		v_state := jx.need(v_paper, 'state');
		IF v_state = 'open' AND NOT EXISTS (SELECT FROM jx.poll p
		    WHERE p.city = p_city AND p.year = p_year AND p.poll = v_poll) THEN
			v_verdict := jx.poll_open(v_paper, p_city, p_year, p_batch);
		ELSIF v_state = 'closed' AND NOT jx.poll_is_ended(p_city, p_year, v_poll) THEN
			v_verdict := jx.poll_close(p_body, v_poll, p_city, p_year, p_batch);
		END IF;
		IF v_verdict <> 'OK' THEN
			RETURN v_verdict;
		END IF;
	END LOOP;
	IF p_body -> 'cards' IS NOT NULL THEN
		RETURN jx.cards_append(p_body -> 'cards', p_city, p_year, p_batch);
	END IF;
	RETURN 'OK';
END $$;

CREATE FUNCTION jx.apply_ballot(p_body jsonb, p_city text, p_year bigint, p_batch bigint, p_blobs bytea[])
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	v_card bytea := decode(jx.need(p_body, 'card'), 'hex');
	v_poll text := jx.need(p_body, 'poll');
BEGIN
	IF NOT EXISTS (SELECT FROM jx.card c
	    WHERE c.card = v_card AND c.city = p_city AND c.year = p_year AND c.poll = v_poll) THEN
		RETURN 'E_CARD';
	END IF;
	IF jx.poll_is_ended(p_city, p_year, v_poll) THEN
		RETURN 'E_PHASE';
	END IF;
	IF cardinality(p_blobs) <> 1 OR octet_length(p_blobs[1]) <> 3112 THEN
		RAISE EXCEPTION 'no vote' USING ERRCODE = 'JX003';
	END IF;
	INSERT INTO jx.card_vote (card, sealed, batch) VALUES (v_card, p_blobs[1], p_batch) ON CONFLICT DO NOTHING;
	RETURN CASE WHEN FOUND THEN 'OK' ELSE 'E_CONFLICT' END;
END $$;

CREATE FUNCTION jx.question_card(p_card bytea)
RETURNS TABLE (o_city text, o_year text, o_poll text, o_cast text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT c.city, c.year::text, c.poll,
	    CASE WHEN EXISTS (SELECT FROM jx.card_vote v WHERE v.card = c.card) THEN 't' ELSE 'f' END
	FROM jx.card c WHERE c.card = p_card;
$$;

CREATE FUNCTION jx.question_polls()
RETURNS TABLE (o_city text, o_year text, o_poll text, o_slot text, o_print text, o_ended text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT p.city, p.year::text, p.poll, p.slot::text, p.print,
	    CASE WHEN jx.poll_is_ended(p.city, p.year, p.poll) THEN 't' ELSE 'f' END
	FROM jx.poll p ORDER BY p.city, p.year, p.poll;
$$;

CREATE FUNCTION jx.question_casts(p_city text, p_year bigint)
RETURNS TABLE (o_poll text, o_count text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT p.poll, jx.poll_votes(p.city, p.year, p.poll)::text
	FROM jx.poll p WHERE p.city = p_city AND p.year = p_year ORDER BY p.poll;
$$;

-- A page walks the index of cards: no sort, no hash of all votes, whatever the statistics say.
CREATE FUNCTION jx.question_votes(p_city text, p_year bigint, p_poll text, p_after text, p_limit bigint)
RETURNS TABLE (o_card bytea, o_sealed bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_sort = off AS $$
	SELECT c.card, v.sealed FROM jx.card c JOIN jx.card_vote v ON v.card = c.card
	WHERE c.city = p_city AND c.year = p_year AND c.poll = p_poll AND c.card > decode(p_after, 'hex')
	ORDER BY c.city, c.year, c.poll, c.card LIMIT p_limit;
$$;
