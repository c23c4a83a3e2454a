/* Tampering with what lies beside the tables: anchors, copies of the database, its journal, keys of sessions that are over;
 * and rows that no event tells of. */
#include "tests/unit/ledger/tamper_make.h"

/* ---- through the product, before it is changed ---- */

static void
log_in_and_out(const char *folder)
{
	struct session s;
	struct made m;

	enter(folder, &m);
	s = made_login(&m, "dora", RADIOLOGIST_PASSWORD);
	session_close(m.l, &s);
	made_close(&m);
}

/* ---- lines of the anchors ---- */

enum { LINES = 100 };

/* The lines of anchors.log, NULL behind the last; *text is to be freed after them. */
static int
anchor_lines(const char *folder, char **text, char *line[LINES])
{
	int n = 0;

	*text = made_read(folder, "anchors/anchors.log", NULL);
	for (char *at = *text; *at != '\0' && n < LINES; n++) {
		line[n] = at;
		at = strchr(at, '\n');
		assert_non_null(at);
		*at++ = '\0';
	}
	assert_true(n > 4 && n < LINES);
	return n;
}

static void
write_lines(const char *folder, char *line[LINES], int n)
{
	char *text = mem_string("");

	for (int i = 0; i < n; i++) {
		char *longer =
			line[i] == NULL ? mem_string(text) : mem_format("%s%s\n", text, line[i]);

		free(text);
		text = longer;
	}
	made_write(folder, "anchors/anchors.log", text, strlen(text));
	free(text);
}

/* */
static void
remove_a_middle_anchor(struct attack *a)
{
	char *text, *line[LINES];
	int n = anchor_lines(a->folder, &text, line);

	line[2] = NULL;
	write_lines(a->folder, line, n);
	free(text);
}

static void
remove_the_first_anchor(struct attack *a)
{
	char *text, *line[LINES];
	int n = anchor_lines(a->folder, &text, line);

	line[0] = NULL;
	write_lines(a->folder, line, n);
	free(text);
}

/* */
static void
swap_anchors(struct attack *a)
{
	char *text, *line[LINES], *kept;
	int n = anchor_lines(a->folder, &text, line);

	kept = line[2];
	line[2] = line[3];
	line[3] = kept;
	write_lines(a->folder, line, n);
	free(text);
}

static void
repeat_an_anchor(struct attack *a)
{
	char *text, *line[LINES];
	int n = anchor_lines(a->folder, &text, line);

	line[n] = line[n - 1];
	write_lines(a->folder, line, n + 1);
	free(text);
}

static void
remove_the_last_anchor(struct attack *a)
{
	char *text, *line[LINES];
	int n = anchor_lines(a->folder, &text, line);

	write_lines(a->folder, line, n - 1);
	free(text);
}

static void
renumber_an_anchor(struct attack *a)
{
	char *text, *line[LINES], *number;
	int n = anchor_lines(a->folder, &text, line);

	number = strrchr(line[3], ' ') - 1;
	assert_int_equal(*number, '4');
	*number = '3';
	line[2] = NULL;
	write_lines(a->folder, line, n);
	free(text);
}

static void
make_a_line_too_long(struct attack *a)
{
	char *text, *line[LINES], junk[2000];
	int n = anchor_lines(a->folder, &text, line);

	memset(junk, 'a', sizeof(junk) - 1);
	junk[sizeof(junk) - 1] = '\0';
	line[1] = junk;
	write_lines(a->folder, line, n);
	free(text);
}

/* An anchor as the first form had it, without a number, by the system's key. */
static void
anchor_of_the_first_form(struct attack *a)
{
	struct forger f = system_of(a->folder);
	char *text, *line[LINES], sig[129];
	unsigned char signed_[600] = "ANCHOR-v1", raw[64];
	int n = anchor_lines(a->folder, &text, line);

	*strrchr(line[n - 1], ' ') = '\0';
	*strrchr(line[n - 1], ' ') = '\0';
	strcpy((char *)signed_ + 10, line[n - 1]);
	crypto_sign_detached(raw, NULL, signed_, 10 + strlen(line[n - 1]), f.secret);
	sodium_bin2hex(sig, sizeof(sig), raw, sizeof(raw));
	line[n] = mem_format("%s %s", line[n - 1], sig);
	line[n - 1] = line[n - 2];
	write_lines(a->folder, line, n + 1);
	free(line[n]);
	free(text);
}

/* ---- copies ---- */

/* Both copies go on; their anchors come together where they are kept. */
/* R-05 R-06 */
static void
go_on_with_two_copies(struct attack *a)
{
	char copy[64], *text, *line[LINES], *theirs, *their_line[LINES];
	int n;

	sqlite3_close(a->db);
	made_folder(copy);
	made_copy(a->folder, copy);
	log_in_and_out(a->folder);
	log_in_and_out(copy);
	n = anchor_lines(a->folder, &text, line);
	line[n] = their_line[anchor_lines(copy, &theirs, their_line) - 1];
	write_lines(a->folder, line, n + 1);
	free(theirs);
	free(text);
	made_remove(copy);
	a->db = raw_open(a->folder);
}

/* The database as it is without its journal while the program is open: a machine that went off, and the file deleted. */
static void
lose_journal(struct attack *a, bool anchored)
{
	struct session s;
	struct made m;
	size_t n;
	char *main_file, *anchors;

	sqlite3_close(a->db);
	enter(a->folder, &m);
	m.now = a->scene->m->now + 1000000; /* not so late that an anchor is due */
	s = made_login(&m, "dora", RADIOLOGIST_PASSWORD);
	anchors = made_read(a->folder, "anchors/anchors.log", NULL);
	if (anchored)
		session_close(m.l, &s);
	main_file = made_read(a->folder, "ledger.db", &n);
	if (!anchored)
		session_close(m.l, &s);
	made_close(&m);
	made_write(a->folder, "ledger.db", main_file, n);
	if (!anchored)
		made_write(a->folder, "anchors/anchors.log", anchors, strlen(anchors));
	free(main_file);
	free(anchors);
	a->db = raw_open(a->folder);
}

/* R-05 R-06 */
static void
delete_journal(struct attack *a)
{
	lose_journal(a, true);
}

static void
delete_journal_before_it_was_anchored(struct attack *a)
{
	lose_journal(a, false);
}

/* ---- keys of sessions ---- */

/* */
static void
sign_after_logout(struct attack *a)
{
	struct forger f = { .sign = true };
	char id[40], change[600];
	struct session s;
	struct made m;

	enter(a->folder, &m);
	s = made_login(&m, "rita", REVIEWER_PASSWORD);
	memcpy(f.secret, s.key.secret, sizeof(f.secret));
	strcpy(f.kid, s.key.kid);
	snprintf(id, sizeof(id), "%s", s.id);
	session_close(m.l, &s);
	made_close(&m);
	snprintf(change, sizeof(change),
		"json_set(body, '$.seq', seq + 1, '$.user', 'rita', '$.session', '%s', '$.action',"
		" 'review-later', '$.kind', 'series', '$.object', '2', '$.data', "
		"json('{\"step\":\"phi\"}'))",
		id);
	forge_event(a, &f, change);
}

/* The event of a login once more, number and time made to fit, with the signature that it had. */
/* */
static void
replay_login(struct attack *a)
{
	char body[4000], prev[65], hash[65];
	char *sql;

	raw_value(a->db,
		"SELECT json_set(o.body, '$.seq', h.seq + 1, '$.time', json_extract(h.body, "
		"'$.time')) FROM event o,"
		" event h WHERE o.body LIKE '%\"action\":\"login\"%' AND h.seq = (SELECT max(seq) "
		"FROM event)"
		" ORDER BY o.seq LIMIT 1",
		body, sizeof(body));
	raw_value(a->db, "SELECT hash FROM event ORDER BY seq DESC LIMIT 1", prev, sizeof(prev));
	forged_hash(prev, body, hash);
	sql = sqlite3_mprintf("INSERT INTO event SELECT (SELECT max(seq) + 1 FROM event), %Q, %Q, "
			      "%Q, kid, sig FROM event"
			      " WHERE body LIKE '%%\"action\":\"login\"%%' ORDER BY seq LIMIT 1",
		body, prev, hash);
	raw_run(a->db, sql);
	sqlite3_free(sql);
}

/* ---- rows ---- */

/* */
static void
move_signature_row(struct attack *a)
{
	run(a, "UPDATE signature SET decision = 3 - decision WHERE number IN (1, 2)");
}

/* The whole event of a decision on one series in the place of one on another. */
/* */
static void
transplant_decision(struct attack *a)
{
	run(a,
		"UPDATE event SET (body, sig) = (SELECT body, sig FROM event WHERE seq = (SELECT "
		"event FROM"
		" signature WHERE number = 1)) WHERE seq =" LAST_DECISION);
}

static void
add_signature_row(struct attack *a)
{
	run(a,
		"INSERT INTO signature SELECT 99, 99, account, name, meaning, at, running, event, "
		"hash FROM signature"
		" WHERE number = 1");
}

static void
add_reason_row(struct attack *a)
{
	run(a, "INSERT INTO decision_reason SELECT 99, code, scheme, action FROM decision_reason");
}

static void
add_decision_row(struct attack *a)
{
	run(a,
		"INSERT INTO decision SELECT 99, series, step, verdict, note, account, name, role, "
		"at, revision,"
		" manifest, supersedes, event, reading, readings, correction FROM decision WHERE "
		"id = 1");
}

/* One row for another, so that their number stays. */
static void
exchange_viewing_row(struct attack *a)
{
	run(a, "UPDATE viewing SET decision = 99 WHERE decision = 1");
}

static void
write_behind_the_end(struct attack *a)
{
	run(a,
		"UPDATE event SET body = CAST(CAST(body AS BLOB) || x'00' || CAST('more' AS BLOB) "
		"AS TEXT)"
		" WHERE seq = 7");
}

static void
number_as_text(struct attack *a)
{
	run(a, "UPDATE event SET seq = 'x7' WHERE seq = 7");
}

/* One of a thread's rows is false in the midst of others that are good. */
static void
false_signatures(struct attack *a)
{
	run(a, "UPDATE event SET sig = (SELECT o.sig FROM event o WHERE o.seq = 2) WHERE seq IN (9, 5, 12)");
}

static const struct tamper cases[] = {
	/* */
	{ "an_anchor_taken_out_of_the_middle_is_seen", remove_a_middle_anchor, 1,
		"anchor 3: has the number 4: lines are missing or moved", false },
	{ "the_first_anchor_taken_out_is_seen", remove_the_first_anchor, 1,
		"anchor 1: has the number 2", false },
	{ "swapped_anchors_are_seen", swap_anchors, 1, "anchor 3: has the number 4", false },
	{ "an_anchor_written_twice_is_seen", repeat_an_anchor, 1, "lines are missing or moved",
		false },
	{ "the_last_anchor_taken_off_is_not_seen", remove_the_last_anchor, 0, "good: ", false },
	{ "a_changed_number_of_an_anchor_is_seen", renumber_an_anchor, 1, "anchor 3: bad signature",
		false },
	{ "a_line_too_long_for_an_anchor_is_seen", make_a_line_too_long, 1,
		"anchor 2: not readable", false },
	{ "an_anchor_without_its_number_is_seen", anchor_of_the_first_form, 1, "has no number",
		false },
	{ "two_copies_that_both_went_on_are_seen", go_on_with_two_copies, 1,
		"two copies of the database were written to", false },
	{ "a_deleted_journal_is_seen_by_the_anchors", delete_journal, 1, "the log ends at", false },
	{ "a_journal_deleted_before_it_was_anchored_is_not_seen",
		delete_journal_before_it_was_anchored, 0, "good: ", false },
	/* */
	{ "a_sessions_key_signs_nothing_after_its_logout", sign_after_logout, 1,
		"its session had ended", false },
	{ "a_login_played_again_is_seen", replay_login, 1, "a session key was used before", false },
	{ "a_login_played_again_has_a_bad_signature", replay_login, 1, "bad signature", false },
	{ "a_signature_row_moved_to_another_decision_is_seen", move_signature_row, 1,
		"decision 1: the table differs from its event", false },
	{ "a_decisions_event_put_in_anothers_place_is_seen", transplant_decision, 1,
		"content hash differs", false },
	{ "an_added_signature_row_is_seen", add_signature_row, 1, "signatures: the table has 5",
		false },
	{ "an_added_reason_is_seen", add_reason_row, 1, "reasons: the table has 2", false },
	{ "an_added_decision_row_is_seen", add_decision_row, 1, "decision 99: no event tells of it",
		false },
	{ "a_viewing_under_another_number_is_seen", exchange_viewing_row, 1,
		"viewing of decision 99: no event", false },
	{ "bytes_behind_the_end_of_a_body_are_seen", write_behind_the_end, 1,
		"event 7: content hash differs", false },
	{ "a_number_that_is_none_is_seen", number_as_text, 1, "event 8 follows event 6", false },
	{ "findings_come_in_the_order_of_events", false_signatures, 1,
		"event 5: bad signature\nevent 9: bad signature\nevent 12: bad signature\n", false },
};

int
main(void)
{
	struct CMUnitTest tests[MEM_COUNT(cases)];

	for (size_t i = 0; i < MEM_COUNT(cases); i++)
		tests[i] = (struct CMUnitTest){ .name = cases[i].name,
			.test_func = tampered,
			.initial_state = (void *)&cases[i] };
	return cmocka_run_group_tests(tests, scene_setup, scene_teardown);
}
