-- The kinds of record, declared once: the tables of schema jx_record are made
-- from these rows, and every function that reads or appends records walks them.
-- The names are those of proto/jx/records.proto (held together by a test).

CREATE TABLE jx.kind_column (
	kind text COLLATE "C",
	position integer CHECK (position >= 1),
	name text NOT NULL,
	type text NOT NULL,
	is_key boolean NOT NULL, -- part of the record's identity; these come first
	PRIMARY KEY (kind, position),
	UNIQUE (kind, name)
);

INSERT INTO jx.kind_column (kind, position, name, type, is_key) VALUES
	('units', 1, 'unit', 'jx.code', true),
	('units', 2, 'name', 'jx.name', false),
	('units', 3, 'class', 'jx.code', false),

	('leaders', 1, 'leader', 'jx.code', true),
	('leaders', 2, 'name', 'jx.name', false),
	('leaders', 3, 'rank', 'jx.code', false),

	('supervision', 1, 'leader', 'jx.code', true),
	('supervision', 2, 'unit', 'jx.code', true),

	('goals', 1, 'unit', 'jx.code', true),
	('goals', 2, 'goal', 'jx.code', true),
	('goals', 3, 'title', 'jx.name', false),
	('goals', 4, 'part', 'jx.code', false),
	('goals', 5, 'points', 'jx.points', false),
	('goals', 6, 'duty', 'jx.duty', false),

	('basic', 1, 'unit', 'jx.code', true),
	('basic', 2, 'item', 'jx.code', true),
	('basic', 3, 'points', 'jx.points', false),

	('progress', 1, 'unit', 'jx.code', true),
	('progress', 2, 'round', 'jx.round', true),
	('progress', 3, 'mark', 'jx.mark', false),

	('visits', 1, 'unit', 'jx.code', true),
	('visits', 2, 'visit', 'jx.code', true),
	('visits', 3, 'mark', 'jx.mark', false),

	('self', 1, 'unit', 'jx.code', true),
	('self', 2, 'goal', 'jx.code', true),
	('self', 3, 'points', 'jx.points', false),

	('common', 1, 'unit', 'jx.code', true),
	('common', 2, 'item', 'jx.code', true),
	('common', 3, 'by', 'jx.code', true),
	('common', 4, 'points', 'jx.points', false),

	('ballots', 1, 'unit', 'jx.code', true),
	('ballots', 2, 'group', 'jx.code', true),
	('ballots', 3, 'card', 'jx.code', true),
	('ballots', 4, 'answers', 'jx.answers', false),

	('group', 1, 'unit', 'jx.code', true),
	('group', 2, 'goal', 'jx.code', true),
	('group', 3, 'evaluator', 'jx.code', true),
	('group', 4, 'points', 'jx.points', false),

	('leader_marks', 1, 'leader', 'jx.code', true),
	('leader_marks', 2, 'unit', 'jx.code', true),
	('leader_marks', 3, 'kind', 'jx.mark_kind', false),
	('leader_marks', 4, 'value', 'jx.code', false),

	('bonus', 1, 'unit', 'jx.code', true),
	('bonus', 2, 'kind', 'jx.code', true),
	('bonus', 3, 'status', 'jx.bonus_status', false),

	('vetoes', 1, 'unit', 'jx.code', true),
	('vetoes', 2, 'kind', 'jx.code', true),
	('vetoes', 3, 'status', 'jx.veto_status', false),

	('contributions', 1, 'award', 'jx.code', true),
	('contributions', 2, 'unit', 'jx.code', true),
	('contributions', 3, 'contribution', 'jx.mark', false);

-- A record as it is: per key the row of the greatest version, unless withdrawn.
DO $$
DECLARE
	v_kind text;
	v_columns text;
	v_keys text;
BEGIN
	FOR v_kind, v_columns, v_keys IN
		SELECT kind,
		    string_agg(format('%I %s NOT NULL', name, type), ', ' ORDER BY position),
		    string_agg(quote_ident(name), ', ' ORDER BY position) FILTER (WHERE is_key)
		FROM jx.kind_column GROUP BY kind
	LOOP
		EXECUTE format('CREATE TABLE jx_record.%I ('
		    'city jx.code, year jx.year_number, %s, '
		    'version integer CHECK (version >= 1), batch bigint NOT NULL, withdrawn boolean NOT NULL, '
		    'PRIMARY KEY (city, year, %s, version))', v_kind, v_columns, v_keys);
		CALL jx.make_append_only(format('jx_record.%I', v_kind)::regclass);
	END LOOP;
	CALL jx.make_append_only('jx.kind_column');
END $$;
