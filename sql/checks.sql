-- Invariants. Every row that comes back is a breach: the rule, and where (never
-- a mark, a ballot or a password). One statement; run by the owner.

-- The chain.
SELECT 'a batch number is missing', format('batch %s', number)
FROM (SELECT number, row_number() OVER (ORDER BY number) AS place FROM jx.batch) b WHERE number <> place
UNION ALL
SELECT 'a batch does not name the hash of the one before', format('batch %s', number)
FROM (SELECT number, prev_hash, coalesce(lag(hash) OVER (ORDER BY number),
	decode(repeat('00', 32), 'hex')) AS before FROM jx.batch) b WHERE prev_hash <> before
UNION ALL
SELECT 'a batch has another hash than its content', format('batch %s', number)
FROM jx.batch b WHERE hash <> jx.batch_hash(b)
UNION ALL
SELECT 'a batch has not as many ops as it says', format('batch %s', b.number)
FROM jx.batch b WHERE item_count <> (SELECT count(*) FROM jx.op o WHERE o.batch = b.number)
	OR EXISTS (SELECT FROM jx.op o WHERE o.batch = b.number AND o.index >= b.item_count)
UNION ALL
SELECT 'an op is not the one that was signed', format('batch %s', b.number)
FROM jx.batch b WHERE root <> jx.merkle_root(ARRAY(
	SELECT jx.op_leaf(o) FROM jx.op o WHERE o.batch = b.number ORDER BY o.index))
UNION ALL
SELECT 'an op is of no batch', format('batch %s index %s', o.batch, o.index)
FROM jx.op o WHERE NOT EXISTS (SELECT FROM jx.batch b WHERE b.number = o.batch)

-- Accounts.
UNION ALL
SELECT 'an account has a gap in its versions', format('account %s version %s', account, version)
FROM (SELECT account, version, row_number() OVER (PARTITION BY account ORDER BY version) AS place
	FROM jx.account) a WHERE version <> place
UNION ALL
SELECT 'a device has no op', format('account %s batch %s', d.account, d.batch)
FROM jx.device d WHERE NOT EXISTS (SELECT FROM jx.op o WHERE o.batch = d.batch
	AND o.action = 'device_add' AND o.actor = d.account)

-- Years and records.
UNION ALL
SELECT 'a year changed without an import or a deed', format('%s %s batch %s', y.city, y.year, y.batch)
FROM jx.year_state y WHERE NOT EXISTS (SELECT FROM jx.op o WHERE o.batch = y.batch
	AND o.action IN ('import', 'deed') AND o.city = y.city AND o.year = y.year)
UNION ALL
SELECT 'a year began without a scheme', format('%s %s', y.city, y.year)
FROM (SELECT city, year, min(batch) AS batch FROM jx.year_state GROUP BY city, year) y
WHERE NOT EXISTS (SELECT FROM jx.scheme s WHERE s.city = y.city AND s.year = y.year AND s.batch = y.batch)
UNION ALL
SELECT 'a scheme stands outside its year', format('%s %s batch %s', s.city, s.year, s.batch)
FROM jx.scheme s WHERE NOT EXISTS (SELECT FROM jx.year_state y
	WHERE y.city = s.city AND y.year = s.year AND y.batch = s.batch)
UNION ALL
SELECT o_rule, o_where FROM jx.check_records()

-- Papers and deeds.
UNION ALL
SELECT 'a paper has a gap in its versions', format('%s %s %s version %s', kind, city, year, version)
FROM (SELECT city, year, kind, version, batch, row_number() OVER w AS place, lag(batch) OVER w AS before
	FROM jx.paper WINDOW w AS (PARTITION BY city, year, kind, key ORDER BY version)) p
WHERE version <> place OR batch <= before
UNION ALL
SELECT DISTINCT 'a paper stands outside its year', format('%s %s %s batch %s', p.kind, p.city, p.year, p.batch)
FROM jx.paper p WHERE NOT EXISTS (SELECT FROM jx.year_state y
	WHERE y.city = p.city AND y.year = p.year AND y.batch = p.batch)
UNION ALL
SELECT 'a deed has no op', format('%s %s batch %s', d.city, d.year, d.batch)
FROM jx.deed d WHERE NOT EXISTS (SELECT FROM jx.op o WHERE o.batch = d.batch
	AND o.action = 'deed' AND o.city = d.city AND o.year = d.year)
UNION ALL
SELECT 'an op of a deed has none', format('batch %s index %s', o.batch, o.index)
FROM jx.op o WHERE o.action = 'deed' AND NOT EXISTS (SELECT FROM jx.deed d
	WHERE d.batch = o.batch AND d.city = o.city AND d.year = o.year)

-- Runs.
UNION ALL
SELECT 'a run number is missing', format('%s %s run %s', city, year, run)
FROM (SELECT city, year, run, row_number() OVER (PARTITION BY city, year ORDER BY run) AS place
	FROM jx.run) r WHERE run <> place
UNION ALL
SELECT 'a run has no op', format('%s %s run %s', r.city, r.year, r.run)
FROM jx.run r WHERE NOT EXISTS (SELECT FROM jx.op o WHERE o.batch = r.asked_batch
	AND o.action = 'run_start' AND o.city = r.city AND o.year = r.year AND o.value = r.run)
UNION ALL
SELECT 'a run stands on no state of its year', format('%s %s run %s', r.city, r.year, r.run)
FROM jx.run r WHERE NOT EXISTS (SELECT FROM jx.year_state y
	WHERE y.city = r.city AND y.year = r.year AND y.batch = r.batch)
UNION ALL
SELECT 'a run ended that never began', format('%s %s run %s', e.city, e.year, e.run)
FROM jx.run_end e WHERE NOT EXISTS (SELECT FROM jx.run r
	WHERE r.city = e.city AND r.year = e.year AND r.run = e.run)
UNION ALL
SELECT DISTINCT 'pages of a run that has not ended', format('%s %s run %s', p.city, p.year, p.run)
FROM jx.run_page p WHERE NOT EXISTS (SELECT FROM jx.run_end e
	WHERE e.city = p.city AND e.year = p.year AND e.run = p.run)

-- Evidence. (That a chunk has its hash, its table says itself.)
UNION ALL
SELECT 'a file is kept that was never found whole', format('%s %s %s', p.city, p.year, p.key)
FROM jx.paper p WHERE p.kind = 'files' AND NOT EXISTS (SELECT FROM jx.file f WHERE f.city = p.city
	AND f.year = p.year AND f.unit = p."row" ->> 'unit' AND encode(f.file, 'hex') = p."row" ->> 'file'
	AND f.size = (p."row" ->> 'size')::bigint)
UNION ALL
SELECT 'a whole file lacks chunks of its unit', format('%s %s %s %s', f.city, f.year, f.unit, encode(f.file, 'hex'))
FROM jx.file f WHERE EXISTS (SELECT FROM jx.file_hashes(f.city, f.year, f.unit, f.file, f.size) h
	WHERE (SELECT count(*) FROM jx.unit_chunk c WHERE c.city = f.city AND c.year = f.year
	AND c.unit = f.unit AND c.hash = h.hash) = 0)
UNION ALL
SELECT 'a whole file has another list than was read', format('%s %s %s %s', f.city, f.year, f.unit, encode(f.file, 'hex'))
FROM jx.file f WHERE f.list IS DISTINCT FROM (SELECT sha256(string_agg(p.hashes, '' ORDER BY p.page))
	FROM jx.file_page p WHERE p.city = f.city AND p.year = f.year AND p.unit = f.unit AND p.file = f.file
	AND p.size = f.size)
UNION ALL
SELECT 'a whole file has not its size', format('%s %s %s %s', f.city, f.year, f.unit, encode(f.file, 'hex'))
FROM jx.file f WHERE f.size IS DISTINCT FROM (SELECT sum((SELECT c.size FROM jx.unit_chunk c
	WHERE c.city = f.city AND c.year = f.year AND c.unit = f.unit AND c.hash = h.hash))
	FROM jx.file_hashes(f.city, f.year, f.unit, f.file, f.size) h)
UNION ALL
SELECT 'a unit has sent a chunk that is not there', format('%s %s %s', c.city, c.year, c.unit)
FROM jx.unit_chunk c WHERE NOT EXISTS (SELECT FROM jx.chunk k WHERE k.city = c.city AND k.hash = c.hash
	AND octet_length(k.bytes) = c.size)
UNION ALL
SELECT 'a chunk is there that no unit has sent', format('%s %s', k.city, encode(k.hash, 'hex'))
FROM jx.chunk k WHERE NOT EXISTS (SELECT FROM jx.unit_chunk c WHERE c.city = k.city AND c.hash = k.hash)
UNION ALL
SELECT 'the bytes of a unit are not their sum', format('%s %s %s', city, year, unit)
FROM jx.unit_bytes u WHERE bytes <> (SELECT coalesce(sum(jx.evidence_charge(size)), 0) FROM jx.unit_chunk c
	WHERE c.city = u.city AND c.year = u.year AND c.unit = u.unit)
	+ (SELECT coalesce(sum(jx.evidence_charge(octet_length(hashes))), 0) FROM jx.file_page p
	WHERE p.city = u.city AND p.year = u.year AND p.unit = u.unit)
-- Polls by card code. No row here names a card.
UNION ALL
SELECT 'a batch has not as many votes as ops say', format('batch %s', coalesce(v.batch, o.batch))
FROM (SELECT batch, count(*) AS votes FROM jx.card_vote GROUP BY batch) v
FULL JOIN (SELECT batch, count(*) AS ops FROM jx.op WHERE action = 'ballot' GROUP BY batch) o ON o.batch = v.batch
WHERE v.votes IS DISTINCT FROM o.ops
UNION ALL
SELECT 'a ballot was received at a time of its own', format('batch %s index %s', o.batch, o.index)
FROM jx.op o WHERE o.action = 'ballot' AND NOT EXISTS (SELECT FROM jx.paper p
	WHERE p.city = o.city AND p.year = o.year AND p.kind = 'polls'
	AND coalesce((p."row" ->> 'opened_us')::bigint, 0) = o.received_us)
UNION ALL
SELECT 'two open polls share a slot', format('slot %s', p.slot)
FROM jx.poll p WHERE NOT jx.poll_is_ended(p.city, p.year, p.poll) GROUP BY p.slot HAVING count(*) > 1
UNION ALL
SELECT 'a poll is not in the state that its paper says', format('%s %s %s', p.city, p.year, p.poll)
FROM jx.poll p WHERE (SELECT x."row" ->> 'state' FROM jx.paper x WHERE x.city = p.city AND x.year = p.year
	AND x.kind = 'polls' AND x.key = p.poll ORDER BY x.version DESC LIMIT 1)
	IS DISTINCT FROM CASE WHEN jx.poll_is_ended(p.city, p.year, p.poll) THEN 'closed' ELSE 'open' END
UNION ALL
SELECT 'a poll ended without some of its votes', format('%s %s %s', e.city, e.year, e.poll)
FROM jx.poll_end e WHERE e.votes <> jx.poll_votes(e.city, e.year, e.poll)
	OR EXISTS (SELECT FROM jx.card c JOIN jx.card_vote v ON v.card = c.card
	WHERE c.city = e.city AND c.year = e.year AND c.poll = e.poll AND v.batch >= e.batch)
UNION ALL
SELECT 'a unit has not as many ballots of a poll as its count says', format('%s %s %s', p.city, p.year, p.key)
FROM jx.paper p WHERE p.kind = 'stacks' AND p."row" ->> 'state' = 'polled'
AND (p."row" ->> 'valid')::bigint <> (SELECT count(*) FROM jx_record.ballots b
	WHERE b.city = p.city AND b.year = p.year AND b.batch = p.batch
	AND b.unit = p."row" ->> 'unit' AND b."group" = p."row" ->> 'group')
ORDER BY 1, 2;
