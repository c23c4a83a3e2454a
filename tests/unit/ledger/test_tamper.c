/* The tamper matrix (STANDARDS 1.6): a good archive, changed behind the product's back, and what wetread-verify says. */
#include "tests/unit/ledger/tamper_make.h"

static void
nothing(struct attack *a)
{
	(void)a;
}

static void
replace_row(struct attack *a)
{
	char sql[2000];

	raw_value(a->db, "SELECT sql FROM sqlite_master WHERE name = 'event_next'", sql, sizeof(sql));
	raw_run(a->db, "DROP TRIGGER event_next");
	raw_run(a->db,
		"INSERT OR REPLACE INTO event SELECT seq, replace(body, '\"pass\"', '\"fail\"'),"
		" prev, hash, kid, sig FROM event WHERE seq =" LAST_DECISION);
	raw_run(a->db, sql);
}

static void
edit_body(struct attack *a)
{
	run(a,
		"UPDATE event SET body = replace(body, '\"pass\"', '\"fail\"')"
		" WHERE seq =" LAST_DECISION);
}

static void
delete_middle(struct attack *a)
{
	run(a, "DELETE FROM event WHERE seq = 7");
}

static void
delete_middle_and_renumber(struct attack *a)
{
	run(a,
		"DELETE FROM event WHERE seq = 7;"
		"UPDATE event SET seq = -(seq - 1) WHERE seq > 7;"
		"UPDATE event SET seq = -seq WHERE seq < 0");
}

static void
swap_rows(struct attack *a)
{
	run(a,
		"UPDATE event SET seq = -seq WHERE seq IN (7, 8);"
		"UPDATE event SET seq = 15 + seq WHERE seq < 0");
}

/* The last login, decision and logout, with everything that the tables made of them. */
/* */
static void
cut_tail(struct attack *a)
{
	char sql[2000];

	snprintf(sql, sizeof(sql),
		"UPDATE task SET state = 'open' WHERE series = 3 AND step = 'phi';"
		"UPDATE series SET state = 'quarantined' WHERE id = 3;"
		"DELETE FROM session WHERE started > (SELECT at FROM decision WHERE id = 3);"
		"UPDATE account SET signatures = signatures - 1,"
		" last_signature = (SELECT hash FROM signature WHERE number = 3) WHERE id = 'rita';"
		"DELETE FROM viewing WHERE decision > 3;"
		"DELETE FROM signature WHERE event > %lld; DELETE FROM decision WHERE event > %lld;"
		"DELETE FROM event_object WHERE seq > %lld; DELETE FROM event WHERE seq > %lld",
		(long long)a->scene->old_head, (long long)a->scene->old_head,
		(long long)a->scene->old_head, (long long)a->scene->old_head);
	run(a, sql);
}

static void
cut_tail_before_it_was_anchored(struct attack *a)
{
	cut_tail(a);
	made_write(a->folder, "anchors/anchors.log", a->scene->old_anchors,
		strlen(a->scene->old_anchors));
}

static void
change_decision(struct attack *a)
{
	run(a, "UPDATE decision SET verdict = 'fail' WHERE id = 1");
}

static void
delete_decision(struct attack *a)
{
	run(a, "DELETE FROM decision WHERE id = 1");
}

static void
edit_and_hash_again(struct attack *a)
{
	struct forger f = { .sign = false };
	char *guards[GUARDS];

	edit_body(a);
	guards_off(a->db, guards);
	forge_chain(a->db, &f);
	guards_on(a->db, guards);
}

static void
sign_all_again(struct attack *a)
{
	struct forger f = attacker();
	char *guards[GUARDS];

	edit_body(a);
	guards_off(a->db, guards);
	forge_chain(a->db, &f);
	guards_on(a->db, guards);
}

/* As above, and the log's own beginning made to name the attacker's key as the officer's and the system's. */
static void
found_again(struct attack *a)
{
	struct forger f = attacker();
	char *guards[GUARDS];
	char sql[500], system_key[65], officer[65];

	raw_value(a->db, "SELECT kid FROM event WHERE seq = 1", system_key, sizeof(system_key));
	raw_value(a->db, "SELECT kid FROM event WHERE seq = 2", officer, sizeof(officer));
	guards_off(a->db, guards);
	snprintf(sql, sizeof(sql),
		"UPDATE event SET body = replace(replace(body, '%s', '%s'), '%s', '%s')",
		system_key, f.kid, officer, f.kid);
	raw_run(a->db, sql);
	forge_chain(a->db, &f);
	guards_on(a->db, guards);
}

/* */
static void
enrol_by_the_system(struct attack *a)
{
	struct forger f = system_of(a->folder), mine = attacker();
	char change[1000];

	snprintf(change, sizeof(change),
		"json_set(body, '$.seq', seq + 1, '$.user', 'system', '$.session', '',"
		" '$.action', 'account-enrolled', '$.kind', 'account', '$.object', 'rita', "
		"'$.data',"
		" json('{\"name\":\"Rita "
		"Reviewer\",\"public_key\":\"%s\",\"roles\":[\"reviewer\"]}'))",
		mine.kid);
	forge_event(a, &f, change);
}

static void
decide_by_the_system(struct attack *a)
{
	struct forger f = system_of(a->folder);

	forge_event(a, &f,
		"(SELECT json_set(d.body, '$.seq', event.seq + 1, '$.time',"
		" json_extract(event.body, '$.time'), '$.data.number', 5, '$.data.running', 4,"
		" '$.data.previous', d.hash) FROM event d WHERE d.seq =" LAST_DECISION ")");
}

/* All that a verdict holds; only whose it is speaks against it. */
static json_t *
verdict_data(void)
{
	static const char *const texts[] = { "previous", "meaning", "components", "when", "step",
		"verdict", "reason_list", "note", "series_uid", "manifest", "seen", "correction",
		"amounts", "outcome" };
	json_t *o = json_pack("{s:i, s:i, s:s, s:i, s:i, s:i, s:i, s:i, s:[], s:{}, s:[]}",
		"number", 5, "running", 4, "state", "approved", "revision", 1, "supersedes", 0,
		"reading", 1, "readings", 1, "study_version", 0, "reasons", "viewing", "marks");

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		json_object_set_new(o, texts[i], json_string(""));
	return o;
}

/* Through the product: the key of Rita's open session signs a verdict. */
static void
decide_by_session(struct attack *a)
{
	struct made m = { .now = INT64_C(1791000000000000), .clock = { .now = made_now } };
	struct event ev = { .action = "decision", .kind = "series", .object = "3" };
	struct session rita;
	struct signer who;

	m.clock.ctx = &m;
	strcpy(m.folder, a->folder);
	made_open(&m);
	rita = made_login(&m, "rita", REVIEWER_PASSWORD);
	who = session_signer(&rita, "reviewer");
	ev.data = verdict_data();
	assert_ok(ledger_begin(m.l, e));
	assert_ok(ledger_end(m.l, event_append(m.l, &who, &ev, NULL, e), e));
	session_close(m.l, &rita);
	made_close(&m);
}

/* */
static void
set_clock_back(struct attack *a)
{
	struct forger f = system_of(a->folder);

	forge_event(a, &f,
		"json_set(body, '$.seq', seq + 1, '$.user', 'system', '$.session', '',"
		" '$.action', 'import', '$.time', '2020-01-01T00:00:00.000000Z')");
}

static void
put_back_older_copy(struct attack *a)
{
	sqlite3_close(a->db);
	made_write(a->folder, "ledger.db", a->scene->old_ledger, a->scene->old_ledger_size);
	a->db = raw_open(a->folder);
}

static void
put_in_another_database(struct attack *a)
{
	sqlite3_close(a->db);
	made_copy_file(a->scene->other->folder, a->folder, "ledger.db");
	a->db = raw_open(a->folder);
}

static void
put_in_another_database_and_key(struct attack *a)
{
	put_in_another_database(a);
	made_copy_file(a->scene->other->folder, a->folder, "system.key");
}

static void
transplant_signature(struct attack *a)
{
	run(a, "UPDATE event SET sig = (SELECT o.sig FROM event o WHERE o.seq = 2) WHERE seq = 3");
}

static void
edit_anchor(struct attack *a)
{
	char *text = made_read(a->folder, "anchors/anchors.log", NULL);
	char *hash = strchr(strchr(text, ' ') + 1, ' ') + 1;

	*hash = *hash == '0' ? '1' : '0';
	made_write(a->folder, "anchors/anchors.log", text, strlen(text));
	free(text);
}

static void
remove_file(struct attack *a, const char *name)
{
	char *path = made_path(a->folder, name);

	assert_int_equal(unlink(path), 0);
	free(path);
}

static void
remove_anchors(struct attack *a)
{
	remove_file(a, "anchors/anchors.log");
}

static void
empty_anchors(struct attack *a)
{
	made_write(a->folder, "anchors/anchors.log", "", 0);
}

static void
remove_pin(struct attack *a)
{
	remove_file(a, "anchors/officer.pub");
}

static void
remove_guard(struct attack *a)
{
	raw_run(a->db, "DROP TRIGGER event_no_delete");
}

static void
hollow_guard(struct attack *a)
{
	raw_run(a->db,
		"DROP TRIGGER event_no_delete; CREATE TRIGGER event_no_delete BEFORE DELETE ON"
		" event BEGIN SELECT 1; END");
}

static void
grant_role(struct attack *a)
{
	run(a, "INSERT INTO account_role VALUES ('rita', 'officer', '*', '*', 3)");
}

static void
swap_role(struct attack *a)
{
	run(a, "UPDATE account_role SET role = 'officer' WHERE account = 'rita'");
}

static void
swap_key_row(struct attack *a)
{
	run(a,
		"UPDATE account SET (public_key, sealed, nonce, salt) ="
		" (SELECT public_key, sealed, nonce, salt FROM account WHERE id = 'dora')"
		" WHERE id = 'rita'");
}

static void
approve_in_table(struct attack *a)
{
	run(a, "UPDATE series SET state = 'approved' WHERE id = 2");
}

static void
change_manifest(struct attack *a)
{
	run(a, "UPDATE series SET manifest = (SELECT manifest FROM series WHERE id = 1) WHERE id = 2");
}

static void
change_image(struct attack *a)
{
	run(a, "UPDATE image SET digest = (SELECT digest FROM image WHERE id = 1) WHERE id = 4");
}

static void
change_pixels(struct attack *a)
{
	run(a, "UPDATE image SET pixel_digest = '' WHERE id = 4");
}

static void
change_subject(struct attack *a)
{
	run(a, "UPDATE exam SET subject = 'X-0009' WHERE id = (SELECT exam FROM series WHERE id = 2)");
}

static void
change_series_uid(struct attack *a)
{
	run(a, "UPDATE series SET series_uid = '1.2.3.999' WHERE id = 2");
}

static void
change_header(struct attack *a)
{
	run(a, "UPDATE header SET json = '{\"00100020\":{}}' WHERE image = (SELECT min(id) FROM image WHERE series = 2)");
}

static void
date_back(struct attack *a)
{
	run(a, "UPDATE decision SET at = at - 86400000000 WHERE id = 1");
}

static void
delete_image(struct attack *a)
{
	run(a, "DELETE FROM image WHERE id = 4");
}

static void
change_reason(struct attack *a)
{
	run(a, "UPDATE decision_reason SET code = 'ART-RING'");
}

static void
change_signature(struct attack *a)
{
	run(a, "UPDATE signature SET name = 'Somebody Else' WHERE number = 1");
}

static void
reset_count(struct attack *a)
{
	run(a, "UPDATE account SET signatures = 0 WHERE id = 'rita'");
}

static void
finish_task(struct attack *a)
{
	run(a, "UPDATE task SET state = 'done' WHERE series = 3 AND step = 'quality'");
}

static void
delete_task(struct attack *a)
{
	run(a, "DELETE FROM task WHERE series = 3 AND step = 'quality'");
}

static void
reopen_task(struct attack *a)
{
	run(a, "UPDATE task SET state = 'open' WHERE series = 1 AND step = 'phi'");
}

static void
edit_viewing(struct attack *a)
{
	run(a, "UPDATE viewing SET body = replace(body, '40/400', 'lut') WHERE decision = 1");
}

/* More looks than there were, and a digest that some decision signed. */
static void
swap_viewing(struct attack *a)
{
	run(a,
		"UPDATE viewing SET body = (SELECT body FROM viewing WHERE decision = 3) || body, digest ="
		" (SELECT digest FROM viewing WHERE decision = 3) WHERE decision = 1");
}

static void
edit_viewing_digest(struct attack *a)
{
	run(a, "UPDATE viewing SET digest = '00' WHERE decision = 3");
}

static void
delete_viewing(struct attack *a)
{
	run(a, "DELETE FROM viewing WHERE decision = 3");
}

static void
add_viewing(struct attack *a)
{
	run(a, "INSERT INTO viewing SELECT 99, body, digest FROM viewing WHERE decision = 1");
}

static void
move_mark(struct attack *a)
{
	run(a, "UPDATE mark SET points = '8,10 9,11' WHERE place = 2");
}

static void
narrow_mark(struct attack *a)
{
	run(a, "UPDATE mark SET last_slice = 1, first_slice = 1 WHERE place = 2");
}

static void
rename_mark(struct attack *a)
{
	run(a, "UPDATE mark SET kind = 'other' WHERE place = 1");
}

static void
add_mark(struct attack *a)
{
	run(a,
		"INSERT INTO mark SELECT max(id) + 1, decision, 3, scope, shape, kind, first_slice,"
		" last_slice, sop_uid, image_columns, image_rows, points FROM mark");
}

static void
delete_mark(struct attack *a)
{
	run(a, "DELETE FROM mark WHERE place = 2");
}

static void
lose_mark_table(struct attack *a)
{
	char *guards[GUARDS];

	guards_off(a->db, guards);
	raw_run(a->db, "ALTER TABLE mark RENAME TO marks");
	for (int i = 0; i < GUARDS; i++)
		free(guards[i]);
}

/* Through the product: a session says that the tables are others now. */
static void
change_schema_by_session(struct attack *a)
{
	struct made m = { .now = INT64_C(1791000000000000), .clock = { .now = made_now } };
	struct event ev = { .action = "schema-changed", .kind = "archive", .object = "x" };
	struct session rita;
	struct signer who;

	m.clock.ctx = &m;
	strcpy(m.folder, a->folder);
	made_open(&m);
	rita = made_login(&m, "rita", REVIEWER_PASSWORD);
	who = session_signer(&rita, "reviewer");
	ev.data = json_pack("{s:i, s:i}", "from", 3, "to", 4);
	assert_ok(ledger_begin(m.l, e));
	assert_ok(ledger_end(m.l, event_append(m.l, &who, &ev, NULL, e), e));
	session_close(m.l, &rita);
	made_close(&m);
}

/* What version 2 checks, gone by a step back to version 1. */
static void
change_schema_back(struct attack *a)
{
	struct forger f = system_of(a->folder);

	forge_event(a, &f,
		"json_set(body, '$.seq', seq + 1, '$.user', 'system', '$.session', '', '$.action',"
		" 'schema-changed', '$.data', json('{\"from\":3,\"to\":2}'))");
}

static void
flip_object(struct attack *a)
{
	struct picture p;
	char name[100];

	picture_ct(&p, 2, 2);
	snprintf(name, sizeof(name), "objects/%.2s/%.62s", p.digest, p.digest + 2);
	p.sop[0] ^= 1;
	made_write(a->folder, name, p.sop, strlen(p.sop));
}

static void
lose_object(struct attack *a)
{
	struct picture p;
	char name[100];

	picture_ct(&p, 2, 2);
	snprintf(name, sizeof(name), "objects/%.2s/%.62s", p.digest, p.digest + 2);
	remove_file(a, name);
}

static const struct tamper cases[] = {
	/* */
	{ "A0_an_untouched_archive_is_good", nothing, 0, "good: ", true },
	/* */
	{ "A2_a_row_replaced_past_its_guard_is_seen", replace_row, 1, "content hash differs", false },
	/* */
	{ "A3_an_edited_body_is_seen", edit_body, 1, "content hash differs", false },
	/* */
	{ "A4_a_deleted_row_leaves_a_gap", delete_middle, 1, "event 8 follows event 6", false },
	/* */
	{ "A5_renumbering_does_not_hide_it", delete_middle_and_renumber, 1,
		"event 7: the number inside it differs", false },
	/* */
	{ "A6_swapped_rows_are_seen", swap_rows, 1, "event 7: does not follow", false },
	/* */
	{ "A7_a_tail_cut_past_an_anchor_is_seen", cut_tail, 1, "the log ends at", false },
	/* */
	{ "A8_a_tail_cut_before_it_was_anchored_is_not_seen", cut_tail_before_it_was_anchored, 0,
		"good: ", false },
	/* */
	{ "A9_a_changed_decision_row_is_seen", change_decision, 1,
		"decision 1: the table differs from its event", false },
	/* */
	{ "A10_a_deleted_decision_row_is_seen", delete_decision, 1, "decisions are missing", false },
	/* */
	{ "A11_hashes_made_to_fit_have_bad_signatures", edit_and_hash_again, 1, "bad signature", false },
	/* */
	{ "A12_an_attackers_key_is_unknown", sign_all_again, 1, "event 1: unknown key", false },
	/* */
	{ "A12_a_new_beginning_is_not_the_pinned_officers", found_again, 1,
		"event 1: the first officer's key is not the pinned one", false },
	/* */
	{ "A13_the_system_enrols_nobody", enrol_by_the_system, 1, "enrolment not by an officer", false },
	/* */
	{ "A14_the_system_decides_for_nobody", decide_by_the_system, 1, "actor and key differ", false },
	/* */
	{ "A15_a_session_key_decides_nothing", decide_by_session, 1,
		"decision was not signed by a user's own key", false },
	/* */
	{ "A16_a_clock_set_back_is_seen", set_clock_back, 1, "time went back", false },
	/* */
	{ "A17_an_older_copy_is_seen", put_back_older_copy, 1, "the log ends at", false },
	/* */
	{ "A18_another_installations_database_is_seen", put_in_another_database, 1,
		"belongs to another database", false },
	/* */
	{ "A18_its_key_does_not_help", put_in_another_database_and_key, 1,
		"the first officer's key is not the pinned one", false },
	/* */
	{ "a_transplanted_signature_is_seen", transplant_signature, 1, "event 3: bad signature", false },
	{ "an_edited_anchor_is_seen", edit_anchor, 1, "anchor 1: bad signature", false },
	{ "without_anchors_it_cannot_tell", remove_anchors, 2, "cannot be seen", false },
	{ "with_empty_anchors_it_cannot_tell", empty_anchors, 2, "is empty", false },
	{ "without_the_pin_it_cannot_tell", remove_pin, 2, "nothing vouches", false },
	{ "a_guard_taken_off_is_seen", remove_guard, 1, "event_no_delete", false },
	{ "a_hollow_guard_is_seen", hollow_guard, 1, "event_no_delete", false },
	{ "a_role_nobody_granted_is_seen", grant_role, 1, "account rita: no event gives it the role officer", false },
	{ "a_role_exchanged_is_seen", swap_role, 1, "no event gives it the role officer", false },
	{ "a_key_row_swapped_is_seen", swap_key_row, 1, "account rita: not the one", false },
	{ "an_approval_in_the_table_alone_is_seen", approve_in_table, 1,
		"series 2: is approved, the events say rejected", false },
	{ "a_changed_manifest_is_seen", change_manifest, 1, "series 2: its manifest", false },
	{ "a_changed_image_row_is_seen", change_image, 1, "an image of series 2", false },
	{ "a_changed_pixel_digest_is_seen", change_pixels, 1, "an image of series 2", false },
	{ "a_series_given_to_another_subject_is_seen", change_subject, 1, "series 2: its subject", false },
	{ "a_changed_series_uid_is_seen", change_series_uid, 1, "series 2: its series_uid", false },
	{ "a_changed_header_is_seen", change_header, 1, "the header of an image of series 2", false },
	/* */
	{ "a_decision_dated_back_is_seen", date_back, 1, "decision 1: the table differs", false },
	{ "a_deleted_image_row_is_seen", delete_image, 1, "images: the table has 8", false },
	{ "a_changed_reason_is_seen", change_reason, 1, "decision 3: the table differs", false },
	{ "a_changed_signature_row_is_seen", change_signature, 1, "decision 1: the table", false },
	{ "a_count_of_signatures_set_back_is_seen", reset_count, 1, "its count of signatures", false },
	{ "a_task_taken_off_the_list_is_seen", finish_task, 1, "series 3: its step quality", false },
	{ "a_deleted_task_is_seen", delete_task, 1, "series 3: its step quality", false },
	{ "a_task_put_back_on_the_list_is_seen", reopen_task, 1, "series 1: its step phi", false },
	/* */
	{ "an_edited_viewing_is_seen", edit_viewing, 1, "viewing of decision 1: it is not the one", false },
	{ "a_viewing_put_in_anothers_place_is_seen", swap_viewing, 1,
		"viewing of decision 1: it is not the one", false },
	{ "an_edited_digest_of_a_viewing_is_seen", edit_viewing_digest, 1,
		"viewing of decision 3: it is not the one", false },
	{ "a_deleted_viewing_is_seen", delete_viewing, 1, "viewings: the table has 3", false },
	{ "an_added_viewing_is_seen", add_viewing, 1, "viewing of decision 99: no event", false },
	{ "a_moved_mark_is_seen", move_mark, 1, "mark 2 of decision 3 differs", false },
	{ "a_mark_put_on_another_slice_is_seen", narrow_mark, 1, "mark 2 of decision 3 differs", false },
	{ "a_mark_of_another_kind_is_seen", rename_mark, 1, "mark 1 of decision 3 differs", false },
	{ "an_added_mark_is_seen", add_mark, 1, "mark 3 of decision 3: no event", false },
	{ "a_deleted_mark_is_seen", delete_mark, 1, "marks: the table has 1", false },
	{ "a_lost_table_of_marks_is_seen", lose_mark_table, 1, "a table cannot be read", false },
	{ "a_session_changes_no_tables", change_schema_by_session, 1,
		"the tables were not changed by the program", false },
	{ "tables_do_not_go_back_a_version", change_schema_back, 1,
		"the tables cannot go from version 3 to 2", false },
	{ "a_flipped_file_is_seen", flip_object, 1, "its bytes were changed", true },
	{ "a_lost_file_is_seen", lose_object, 1, "is missing", true },
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
