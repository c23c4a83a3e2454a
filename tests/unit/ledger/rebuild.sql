-- The tables made anew from the log alone, written from docs/RECORD.md: what each action does to them, for
-- tests/unit/ledger/rebuild.h.  `e` is the event in hand, one row; us, points, draw and setting are functions there.
CREATE TABLE e (seq, at, user, name, role, session, source, action, object, series INTEGER, data, hash, kid);

CREATE TABLE account (id, name, public_key, state, since, failures, signatures, last_signature, event, failed,
	locked_until, seal_event, password_at, temporary);
CREATE TABLE account_role (account, role, study, site, event);
CREATE TABLE password_used (event, account);
CREATE TABLE session (id PRIMARY KEY, account, public_key, source, started, ended, signed);
CREATE TABLE setting (name PRIMARY KEY, value, event);
CREATE TABLE image (sop_uid, digest, pixel_digest, series);
CREATE TABLE conflict (sop_uid, digest, series);
CREATE TABLE series (id INTEGER PRIMARY KEY, series_uid, state, manifest, images, slices, revision);
CREATE TABLE decision (id INTEGER PRIMARY KEY, series, step, verdict, note, account, name, role, at, revision, manifest,
	supersedes, event, reading, readings, correction);
CREATE TABLE decision_reason (decision, code, scheme, action);
CREATE TABLE signature (number, decision, account, name, meaning, at, running, event, hash);
CREATE TABLE viewing (decision, digest);
CREATE TABLE mark (id INTEGER PRIMARY KEY, decision, place, scope, shape, kind, first_slice, last_slice, sop_uid,
	image_columns, image_rows, points);
CREATE TABLE task (id INTEGER PRIMARY KEY, series, step, state, later, queue, reading, owner, opens);
CREATE INDEX task_series ON task (series, step, reading);

CREATE TABLE reason (code PRIMARY KEY, scheme, action);
CREATE TABLE step (place, name);
INSERT INTO step VALUES (1, 'phi'), (2, 'quality');

-- which decision stands on which reading, and how many readings a step has
CREATE TABLE stands (series, step, reading, amounts, account, PRIMARY KEY (series, step, reading));
CREATE TABLE planned (series, step, readings, PRIMARY KEY (series, step));

-- of the event's series: the tasks that its steps should have by what stands, and how
CREATE VIEW reading AS SELECT e.series, s.place, s.name AS step, k.n AS k,
	EXISTS (SELECT 1 FROM stands t WHERE t.series = e.series AND t.step = s.name AND t.reading = k.n) AS has,
	EXISTS (SELECT 1 FROM stands t WHERE t.series = e.series AND t.step = s.name AND t.reading = 1) AS begun,
	(SELECT readings FROM planned p WHERE p.series = e.series AND p.step = s.name) AS readings,
	(SELECT count(DISTINCT amounts) FROM stands t WHERE t.series = e.series AND t.step = s.name AND t.reading < 3) AS
		verdicts,
	(SELECT state FROM series WHERE id = e.series) AS state
	FROM e, step s, (SELECT 1 AS n UNION SELECT 2 UNION SELECT 3) k;
CREATE VIEW wanted AS SELECT *, has OR CASE k WHEN 1 THEN 1 WHEN 2 THEN readings > 1 AND begun ELSE verdicts > 1 END AS
	wanted FROM reading;
CREATE VIEW should AS SELECT *, CASE WHEN k = 2 AND NOT (ifnull(readings, 1) > 1 AND begun) THEN 'void'
	WHEN has THEN 'done' WHEN NOT ifnull(wanted, 0) OR state = 'rejected' THEN 'void' ELSE 'open' END AS should FROM wanted;

-- the repeat that a first reading draws
CREATE VIEW repeats AS SELECT e.series, data->>'step' AS step, user,
	at + setting('repeat-days', 14) * 86400000000 AS opens FROM e
	WHERE data->>'reading' = 1 AND data->>'correction' = '' AND
	draw('REPEAT-v1', setting('plan-seed', 0), data->>'series_uid', data->>'step') < 100 * setting('repeat-percent', 0);

-- event account-enrolled
INSERT INTO account SELECT object, data->>'name', data->>'public_key', 'active', at, 0, 0, '', seq, 0, 0, seq, at, 0 FROM e;
INSERT INTO account_role SELECT object, value, '*', '*', seq FROM e, json_each(data, '$.roles');
INSERT INTO password_used SELECT seq, object FROM e;

-- event password-changed
UPDATE account SET seal_event = e.seq, password_at = e.at, temporary = 0, failures = 0, locked_until = 0 FROM e
	WHERE id = e.object;
INSERT INTO password_used SELECT seq, object FROM e;

-- event account-reset
UPDATE account SET public_key = data->>'public_key', seal_event = e.seq, password_at = e.at,
	temporary = data->>'temporary', failures = 0, locked_until = 0, state = 'active' FROM e WHERE id = e.object;
UPDATE session SET ended = e.at FROM e WHERE account = e.object AND ended = 0;
INSERT INTO password_used SELECT seq, object FROM e;

-- event account-disabled
UPDATE account SET state = 'disabled' FROM e WHERE id = e.object;
UPDATE session SET ended = e.at FROM e WHERE account = e.object AND ended = 0;

-- event account-unlocked
UPDATE account SET failures = 0, locked_until = 0 FROM e WHERE id = e.object;

-- event account-locked
UPDATE account SET locked_until = CASE data->>'until' WHEN 'officer' THEN -1 ELSE us(data->>'until') END FROM e
	WHERE id = e.object;

-- event role-granted
INSERT INTO account_role SELECT object, data->>'role', data->>'study', data->>'site', seq FROM e;

-- event role-revoked
DELETE FROM account_role WHERE (account, role, study, site) =
	(SELECT object, data->>'role', data->>'study', data->>'site' FROM e);

-- event setting-changed
INSERT OR REPLACE INTO setting SELECT data->>'name', data->>'new', seq FROM e;

-- event login
INSERT INTO session SELECT object, user, data->>'session_key', source, at, 0, 0 FROM e;
UPDATE account SET failed = 0 FROM e WHERE id = e.user;

-- event logout
UPDATE session SET ended = e.at FROM e WHERE id = e.session;

-- event login-failed
UPDATE account SET failures = data->>'failures', failed = failed + 1,
	locked_until = CASE data->>'reason' WHEN 'denied' THEN 0 ELSE locked_until END FROM e
	WHERE id = e.object AND data->>'reason' IN ('denied', 'locked');

-- event signature-refused
UPDATE account SET failures = data->>'failures', failed = failed + 1,
	locked_until = CASE data->>'reason' WHEN 'denied' THEN 0 ELSE locked_until END FROM e
	WHERE id = e.user AND data->>'reason' IN ('denied', 'locked');

-- event images-arrived
INSERT INTO image SELECT value->>0, value->>1, value->>2, e.series FROM e, json_each(data, '$.images');

-- event images-conflict
INSERT INTO conflict SELECT value->>0, value->>1, e.series FROM e, json_each(data, '$.images');

-- event series-arrived
INSERT INTO series SELECT e.series, data->>'series_uid', data->>'state', data->>'manifest', data->>'images',
	data->>'slices', data->>'revision' FROM e;
INSERT INTO task SELECT (SELECT ifnull(max(id), 0) FROM task) + place, e.series, s.name, 'open', 0, s.name, 1, '', 0
	FROM e, step s;

-- event series-changed
UPDATE task SET state = CASE reading WHEN 1 THEN 'open' ELSE 'void' END, later = 0 FROM e
	WHERE task.series = e.series AND (SELECT state FROM series WHERE id = e.series) <> 'quarantined';
UPDATE series SET state = data->>'state', manifest = data->>'manifest', images = data->>'images',
	slices = data->>'slices', revision = data->>'revision' FROM e WHERE id = e.series;
DELETE FROM stands WHERE series = (SELECT series FROM e);
DELETE FROM planned WHERE series = (SELECT series FROM e);

-- event decision
INSERT INTO decision SELECT data->>'number', series, data->>'step', data->>'verdict', data->>'note', user, name, role, at,
	data->>'revision', data->>'manifest', data->>'supersedes', seq, data->>'reading', data->>'readings',
	data->>'correction' FROM e;
INSERT INTO decision_reason SELECT data->>'number', r.code, r.scheme, r.action
	FROM e, json_each(data, '$.reasons') j JOIN reason r ON r.code = j.value;
INSERT INTO signature SELECT data->>'number', data->>'number', user, name, data->>'meaning', data->>'when',
	data->>'running', seq, hash FROM e;
INSERT INTO viewing SELECT data->>'number', data->>'$.viewing.digest' FROM e;
INSERT INTO mark SELECT (SELECT ifnull(max(id), 0) FROM mark) + 1 + key, data->>'number', 1 + key, value->>'scope',
	value->>'shape', value->>'kind', value->>'first', value->>'last', value->>'sop_uid', value->>'columns',
	value->>'rows', points(value->>'points') FROM e, json_each(data, '$.marks');
UPDATE account SET signatures = data->>'running', last_signature = e.hash FROM e WHERE id = e.user;
UPDATE session SET signed = signed + 1 FROM e WHERE id = e.session;
UPDATE series SET state = data->>'state' FROM e WHERE id = e.series;
INSERT OR REPLACE INTO stands SELECT series, data->>'step', data->>'reading', data->>'amounts', user FROM e
	WHERE data->>'reading' <= 3;
INSERT OR REPLACE INTO planned SELECT series, data->>'step', data->>'readings' FROM e WHERE data->>'reading' = 1;
UPDATE task SET state = w.should, later = 0 FROM should w WHERE task.series = w.series AND task.step = w.step AND
	task.reading = w.k AND task.state <> w.should;
INSERT INTO task SELECT (SELECT ifnull(max(id), 0) FROM task) + row_number() OVER (ORDER BY w.place, w.k), w.series,
	w.step, w.should, 0, CASE w.k WHEN 3 THEN 'adjudication' ELSE w.step END, w.k, '', 0 FROM should w
	WHERE w.wanted AND NOT EXISTS (SELECT 1 FROM task t WHERE t.series = w.series AND t.step = w.step AND t.reading = w.k);
UPDATE task SET state = 'done' FROM e WHERE task.series = e.series AND task.step = data->>'step' AND
	task.reading = data->>'reading' AND data->>'correction' = '';
UPDATE task SET state = 'open', later = 0, owner = r.user, opens = r.opens FROM repeats r
	WHERE task.series = r.series AND task.step = r.step AND task.reading = 4 AND task.state = 'void';
INSERT INTO task SELECT (SELECT ifnull(max(id), 0) FROM task) + 1, series, step, 'open', 0, step, 4, user, opens
	FROM repeats r WHERE NOT EXISTS (SELECT 1 FROM task t WHERE t.series = r.series AND t.step = r.step AND t.reading = 4);

-- event review-later
UPDATE task SET later = 1 WHERE id = (SELECT t.id FROM task t, e WHERE t.series = e.series AND t.step = data->>'step' AND
	t.state = 'open' AND t.opens <= e.at AND CASE t.reading WHEN 4 THEN t.owner = e.user ELSE NOT EXISTS
	(SELECT 1 FROM stands s WHERE s.series = t.series AND s.step = t.step AND s.account = e.user) END
	ORDER BY t.reading LIMIT 1);
