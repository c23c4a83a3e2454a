/* What leaves the archive and what stays: double entry, quality, tags, headers, queries, rights. */
#include "core/trial/extract.h"
#include "tests/unit/ledger/cheap_make.h"
#include "tests/unit/ledger/desk_make.h"

/* The export of the desk's study by somebody; free it. */
static char *
exported(struct desk *d, enum sitter who, enum extract_format f, struct extract_told *told)
{
	struct extract_want w = { .who = &d->who[who], .study = DESK_STUDY, .format = f };
	char *text = NULL;
	size_t n = 0;
	FILE *to = open_memstream(&text, &n);

	assert_ok(extract_write(d->m->l, &w, to, told, e));
	fclose(to);
	return text;
}

static enum rc
refused(struct desk *d, enum sitter who)
{
	struct extract_want w = { .who = &d->who[who], .study = DESK_STUDY };
	struct extract_told told;
	FILE *to = fopen("/dev/null", "w");
	enum rc rc = extract_write(d->m->l, &w, to, &told, NULL);

	fclose(to);
	return rc;
}

static void
has(const char *text, const char *what)
{
	if (strstr(text, what) == NULL)
		fail_msg("there is no %s in %s", what, text);
}

static void
has_not(const char *text, const char *what)
{
	assert_null(strstr(text, what));
}

static void
enter_own(struct desk *d, enum sitter who, const struct case_at *at, const char *form,
	const struct entry_value *v, size_t n)
{
	struct entry_save r = { .at = *at, .form = form, .pass = 1, .values = v, .n = n };

	assert_ok(entry_save(d->m->l, &d->who[who], &r, 1, NULL, e));
}

/* */
static void
only_coordinators_managers_and_auditors_export(void **state)
{
	struct desk *d = *state;

	assert_int_equal(refused(d, RITA), RC_DENIED);
	assert_int_equal(refused(d, EVA), RC_DENIED);
	assert_int_equal(refused(d, CORA), RC_OK);
	assert_int_equal(refused(d, MONA), RC_OK);
}

/* cora reads by an export what carl entered, or the other way round */
static void
a_form_for_two_stays_behind_until_both_have_signed(void **state)
{
	struct desk *d = *state;
	struct extract_told told;
	struct form_receipt r;
	char *text;

	assert_ok(desk_enter(d, CORA, PASS_FIRST, "volume", "8.0", NULL, e));
	assert_ok(desk_sign(d, CORA, PASS_FIRST, &r, e));
	assert_ok(desk_enter(d, CARL, PASS_SECOND, "volume", "7.5", NULL, e));
	text = exported(d, CARL, EXTRACT_CSV_LONG, &told);
	assert_int_equal(told.held_back, 1);
	assert_int_equal(told.values, 0);
	has_not(text, "8.0");
	free(text);
	text = exported(d, CARL, EXTRACT_ODM, &told);
	has_not(text, "8.0");
	has_not(text, "U.cora");
	free(text);
	assert_ok(desk_sign(d, CARL, PASS_SECOND, &r, e));
	text = exported(d, CARL, EXTRACT_CSV_LONG, &told);
	assert_int_equal(told.held_back, 0);
	has(text, "contrast,volume,Volume,8.0,mL,,1,yes,cora,");
	has(text, "contrast,volume,Volume,7.5,mL,,2,no,carl,");
	free(text);
}

static void
settle(struct desk *d)
{
	struct form_receipt r;

	assert_ok(desk_enter(d, CORA, PASS_FIRST, "volume", "8.0", NULL, e));
	assert_ok(desk_enter(d, CORA, PASS_FIRST, "weight", "80.0", NULL, e));
	assert_ok(desk_sign(d, CORA, PASS_FIRST, &r, e));
	assert_ok(desk_enter(d, CARL, PASS_SECOND, "volume", "7.5", NULL, e));
	assert_ok(desk_sign(d, CARL, PASS_SECOND, &r, e));
	assert_ok(desk_enter(d, EVA, PASS_SETTLED, "volume", "7.6", NULL, e));
	assert_ok(desk_sign(d, EVA, PASS_SETTLED, &r, e));
}

/* R-61 R-66 */
static void
what_was_settled_counts(void **state)
{
	struct desk *d = *state;
	struct extract_told told;
	char *text, *at;

	settle(d);
	text = exported(d, MONA, EXTRACT_CSV_LONG, &told);
	assert_int_equal(told.values, 2);
	has(text, "contrast,volume,Volume,8.0,mL,,1,no,cora,");
	has(text, "contrast,volume,Volume,7.6,mL,,3,yes,eva,");
	has(text, "contrast,weight,Weight,80.0,kg,,1,yes,cora,");
	free(text);
	text = exported(d, MONA, EXTRACT_CSV_WIDE, &told);
	has(text, ",7.6,");
	has_not(text, "8.0,,");
	free(text);
	text = exported(d, MONA, EXTRACT_SNAPSHOT, &told);
	has(text, "ItemOID=\"IT.contrast.volume\" Value=\"7.6\"");
	has_not(text, "Value=\"8.0\"");
	has_not(text, "second entry");
	at = strstr(text, "<Signature>");
	assert_non_null(at);
	assert_true(strstr(at, "U.eva") < strstr(at, "</Signature>"));
	free(text);
}

/* */
static void
a_transactional_file_tells_every_act_in_its_order(void **state)
{
	struct desk *d = *state;
	struct extract_told told;
	char *text;
	const char *first, *second, *settled;

	settle(d);
	text = exported(d, MONA, EXTRACT_ODM, &told);
	first = strstr(text, "IT.contrast.volume\" TransactionType=\"Insert\" Value=\"8.0\"");
	second = strstr(text, "IT.contrast.volume\" TransactionType=\"Insert\" Value=\"7.5\"");
	settled = strstr(text, "IT.contrast.volume\" TransactionType=\"Update\" Value=\"7.6\"");
	assert_true(first != NULL && first < second && second < settled);
	has(text, "FormRepeatKey=\"E-1 second entry\"");
	free(text);
}

/* one rating on the study's scale, artifacts from 0 absent to 3 severe, with where they are */
static void
ratings_and_severities_are_exported_with_their_scale(void **state)
{
	static const struct case_at series = { "series", "1" };
	static const struct entry_value v[] = {
		{ .field = "rating", .value = "RID13" },
		{ .field = "ART-GHOST", .value = "2", .spot = "slice 2; point 100,80" },
	};
	struct desk *d = *state;
	struct extract_told told;
	char *text;

	enter_own(d, RITA, &series, ENTRY_QUALITY, v, 2);
	text = exported(d, CORA, EXTRACT_ODM, &told);
	has(text, "<CodeList OID=\"CL.wr-severity\" Name=\"Severity of an artifact\" DataType=\"integer\">");
	has(text, "<CodeListItem CodedValue=\"3\">");
	has(text, "<TranslatedText>Limited quality</TranslatedText>");
	has(text, "FormOID=\"FO.wr-quality\" FormRepeatKey=\"S-0001\"");
	has(text, "ItemOID=\"IT.wr-quality.rating\" TransactionType=\"Insert\" Value=\"RID13\"");
	has(text, "<Comment>slice 2; point 100,80</Comment>");
	free(text);
	text = exported(d, CORA, EXTRACT_CSV_LONG, &told);
	has(text, ",quality,rating,rating,RID13,,Limited quality,1,yes,rita,");
	has(text, ",quality,ART-GHOST,ART-GHOST,2,,moderate,1,yes,rita,");
	free(text);
}

/* */
static void
what_names_a_person_stays(void **state)
{
	static const struct entry_value v[] = {
		{ .field = "patient_name", .value = "Doe^Jane" },
		{ .field = "birth_date", .value = "19500101" },
		{ .field = "weight", .value = "71" },
	};
	struct desk *d = *state;
	struct extract_told told;

	enter_own(d, CORA, &desk_exam, ENTRY_HEADER, v, 3);
	for (int f = 0; f < EXTRACT_FORMATS; f++) {
		char *text = exported(d, MONA, (enum extract_format)f, &told);

		assert_int_equal(told.left_out, 2);
		assert_int_equal(told.values, 1);
		has_not(text, "Doe");
		has_not(text, "1950");
		has_not(text, "patient_name");
		has(text, "71");
		free(text);
	}
}

/* */
static void
queries_go_with_their_states_in_odm_2(void **state)
{
	struct desk *d = *state;
	struct query_new q = {
		.at = { "series", "2" }, .text = "why so dark?", .type = QUERY_QUERY
	};
	struct query_step s = { .state = QUERY_PROPOSED, .text = "a low dose" };
	struct extract_told told;
	char *text;

	assert_ok(query_open(d->m->l, &d->who[CORA], &q, &s.id, e));
	assert_ok(query_step(d->m->l, &d->who[CARL], &s, e));
	s.state = QUERY_CLOSED;
	assert_ok(query_step(d->m->l, &d->who[CORA], &s, e));
	for (int f = EXTRACT_ODM; f <= EXTRACT_SNAPSHOT; f++) {
		text = exported(d, MONA, (enum extract_format)f, &told);
		assert_int_equal(told.queries, 1);
		has(text, "FormOID=\"FO.wr-questions\" FormRepeatKey=\"S-0002\"");
		has(text, "CodeListOID=\"CL.wr-query-state-odm2\">Open<");
		has(text, "CodeListOID=\"CL.wr-query-state-odm2\">Answered<");
		has(text, "CodeListOID=\"CL.wr-query-state-odm2\">Closed<");
		has(text, "query 1, Carl Coordinator (coordinator): a low dose");
		free(text);
	}
	text = exported(d, MONA, EXTRACT_JSON, &told);
	has(text, "\"type\":\"query\",\"state\":\"closed\",\"odm\":\"Closed\"");
	free(text);
}

static void
tags_go_at_every_level_without_uids(void **state)
{
	struct desk *d = *state;
	struct stmt *s = db_query(
		ledger_db(d->m->l), "SELECT sop_uid FROM image WHERE series = 1 AND place = 2");
	struct entry_value v = { .field = "seen:date", .value = "2026-11-22" };
	char uid[72], *text;
	struct case_at list[] = { { "study", DESK_STUDY }, { "subject", DESK_STUDY "/N-1" },
		{ "exam", "1" }, { "series", "1" }, { "image", uid } };
	struct extract_told told;

	assert_int_equal(stmt_step(s, NULL), RC_OK);
	str_copy(uid, sizeof(uid), stmt_get_text(s, 0));
	stmt_done(s);
	for (size_t i = 0; i < MEM_COUNT(list); i++)
		enter_own(d, CORA, &list[i], ENTRY_TAG, &v, 1);
	text = exported(d, MONA, EXTRACT_ODM, &told);
	assert_int_equal(told.values, 5);
	has(text, "ItemDef OID=\"IT.wr-tag.seen:date\" Name=\"seen:date\" DataType=\"date\"");
	has(text, "SubjectKey=\"(no subject)\"");
	has(text, "FormRepeatKey=\"NEURO-01/N-1\"");
	has(text, "FormRepeatKey=\"S-0001#2\"");
	has_not(text, uid);
	free(text);
}

/* values stay with the version that they were entered under */
static void
each_version_has_its_metadata_and_its_values(void **state)
{
	struct desk *d = *state;
	struct office o = { .password = OFFICER_PASSWORD, .reason = "an amendment" };
	struct session olga = made_login(d->m, "olga", OFFICER_PASSWORD);
	char *body = mem_string(study_example_brain), *at = strstr(body, "\"version\": 1");
	struct study_apply file = { body, strlen(body) };
	struct study_version v;
	struct extract_told told;
	struct mistakes m;
	char *text;
	bool same;

	settle(d);
	at[11] = '2';
	at = strstr(body, "Injection rate");
	memcpy(at, "Speed of inj..", 14);
	o.who = &olga;
	assert_ok(study_apply(d->m->l, &o, &file, &v, &same, &m, e));
	mistakes_free(&m);
	session_close(d->m->l, &olga);
	free(body);
	text = exported(d, MONA, EXTRACT_ODM, &told);
	has(text, "MetaDataVersion OID=\"MDV.1\"");
	has(text, "MetaDataVersion OID=\"MDV.2\"");
	has(text, "Injection rate");
	has(text, "Speed of inj..");
	at = strstr(text, "<ClinicalData StudyOID=\"ST.NEURO-01\" MetaDataVersionOID=\"MDV.2\"/>");
	assert_non_null(at);
	assert_true(strstr(text, "Value=\"7.6\"") < at);
	free(text);
}

/* */
static void
the_same_state_makes_the_same_bytes(void **state)
{
	struct desk *d = *state;
	struct extract_told one, two;

	settle(d);
	for (int f = EXTRACT_CSV_LONG; f < EXTRACT_FORMATS; f++) {
		char *a = exported(d, MONA, (enum extract_format)f, &one),
		     *b = exported(d, MONA, (enum extract_format)f, &two);

		assert_string_equal(a, b);
		assert_string_equal(one.digest, two.digest);
		free(a);
		free(b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		desk_test(only_coordinators_managers_and_auditors_export),
		desk_test(a_form_for_two_stays_behind_until_both_have_signed),
		desk_test(what_was_settled_counts),
		desk_test(a_transactional_file_tells_every_act_in_its_order),
		desk_test(ratings_and_severities_are_exported_with_their_scale),
		desk_test(what_names_a_person_stays),
		desk_test(queries_go_with_their_states_in_odm_2),
		desk_test(tags_go_at_every_level_without_uids),
		desk_test(each_version_has_its_metadata_and_its_values),
		desk_test(the_same_state_makes_the_same_bytes),
	};

	return cmocka_run_group_tests(tests, made_group_setup, made_group_teardown);
}
