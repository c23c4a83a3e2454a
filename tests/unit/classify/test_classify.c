/* What series are, by the rules that wetread brings along, and by tables that somebody else wrote. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/classify/classify_make.h"

/* A series for each rule that no earlier rule of its axis takes. */
static const struct {
	const char *rule, *line;
	enum lie how;
} wins[] = {
	{ "class.10", "modality=MR;image_type=ORIGINAL\\PRIMARY\\LOCALIZER", THREE },
	{ "class.11", "modality=OT;series_description=Dose Report", FLAT },
	{ "class.20", "sop_class=1.2.840.10008.5.1.4.1.1.7", FLAT },
	{ "class.30", "modality=SEG", FLAT },
	{ "class.31", "modality=SR", FLAT },
	{ "class.35", "modality=MR;series_description=AAHead_Scout", AXIAL },
	{ "class.36", "modality=MR;series_description=plan", THREE },
	{ "class.40", "modality=CT;image_type=DERIVED\\SECONDARY\\MPR", CORONAL },
	{ "class.41", "modality=MR;image_type=DERIVED\\PRIMARY\\M", AXIAL },
	{ "class.99", "modality=MR", AXIAL },
	{ "base.2", "modality=CT;series_description=CTA head", AXIAL },
	{ "base.3", "modality=CT;series_description=T1 to T12", AXIAL },
	{ "base.4", "modality=PT", AXIAL },
	{ "base.5", "modality=NM", FLAT },
	{ "base.6", "modality=US", FLAT },
	{ "base.7", "modality=DX", FLAT },
	{ "base.8", "modality=ECG", FLAT },
	{ "base.10", "modality=MR;series_description=gre_field_mapping;echo_time=2.46", AXIAL },
	{ "base.20", "modality=MR;series_description=ep2d_diff_ADC", AXIAL },
	{ "base.21", "modality=MR;series_description=ep2d_diff_FA", AXIAL },
	{ "base.22", "modality=MR;b_value=1000;scanning_sequence=EP", AXIAL },
	{ "base.30", "modality=MR;image_type=DERIVED\\PRIMARY\\CBV", AXIAL },
	{ "base.31", "modality=MR;series_description=3D PCASL", AXIAL },
	{ "base.32", "modality=MR;series_description=ep2d_perf;scanning_sequence=EP", AXIAL },
	{ "base.33", "modality=MR;series_description=DSC", AXIAL },
	{ "base.34", "modality=MR;series_description=dynamic liver", VOLUMES },
	{ "base.40", "modality=MR;series_description=rfMRI_REST_AP", AXIAL },
	{ "base.41", "modality=MR;scanning_sequence=EP;b_value=0", AXIAL },
	{ "base.50", "modality=MR;series_description=SWI_Images", AXIAL },
	{ "base.51", "modality=MR;series_description=TOF_3D", AXIAL },
	{ "base.60", "modality=MR;series_description=AX T1 FLAIR;echo_time=24", AXIAL },
	{ "base.61", "modality=MR;inversion_time=2500;echo_time=120", AXIAL },
	{ "base.62", "modality=MR;series_description=AX FLAIR", AXIAL },
	{ "base.63", "modality=MR;inversion_time=160;scanning_sequence=SE\\IR", AXIAL },
	{ "base.70", "modality=MR;series_description=AX T2* GRE", AXIAL },
	{ "base.71", "modality=MR;series_description=t1_mprage_sag", SAGITTAL },
	{ "base.72", "modality=MR;series_description=pd_tse_fs", SAGITTAL },
	{ "base.73", "modality=MR;series_description=t2_tse_tra", AXIAL },
	{ "base.80", "modality=MR;inversion_time=900;scanning_sequence=GR\\IR", SAGITTAL },
	{ "base.81", "modality=MR;scanning_sequence=SE;repetition_time=600;echo_time=10", AXIAL },
	{ "base.82", "modality=MR;scanning_sequence=SE;repetition_time=3000;echo_time=15", AXIAL },
	{ "base.83", "modality=MR;scanning_sequence=SE;repetition_time=4500;echo_time=98", AXIAL },
	{ "base.84", "modality=MR;scanning_sequence=GR;echo_time=25", AXIAL },
	{ "base.85", "modality=MR;series_description=AX FSE", AXIAL },
	{ "base.86", "modality=MR;scanning_sequence=GR;echo_time=4", AXIAL },
	{ "base.99", "modality=MR", AXIAL },
	{ "contrast.10", "modality=MR;series_description=T1 pre Gd", AXIAL },
	{ "contrast.20", "modality=CT;contrast_agent=Iomeron 350", AXIAL },
	{ "contrast.21", "modality=MR;series_description=T1+C", AXIAL },
	{ "contrast.30", "modality=MR;image_type=DERIVED\\PRIMARY\\POST_CONTRAST", AXIAL },
	{ "contrast.90", "modality=MR;series_description=T1", AXIAL },
	{ "contrast.99", "modality=MR;series_description=T2", AXIAL },
	{ "plane.5", "modality=MR", THREE },
	{ "plane.10", "modality=MR", AXIAL },
	{ "plane.11", "modality=MR", CORONAL },
	{ "plane.12", "modality=MR", SAGITTAL },
	{ "plane.13", "modality=MR", OBLIQUE },
	{ "plane.99", "modality=MR", FLAT },
	{ "dim.5", "modality=MR;acquisition_type=2D", VOLUMES },
	{ "dim.10", "modality=MR;acquisition_type=3D", AXIAL },
	{ "dim.20", "modality=MR;acquisition_type=2D", AXIAL },
	{ "dim.99", "modality=CT", AXIAL },
	{ "fatsat.10", "modality=MR;scan_options=FS\\PFP", AXIAL },
	{ "fatsat.99", "modality=MR", AXIAL },
};

static void
rule_name(const struct rules *r, size_t i, char to[40])
{
	snprintf(to, 40, "%s.%ld", axis_names[rules_at(r, i).axis], rules_at(r, i).number);
}

/* */
static void
every_rule_wins_for_some_series(void **state)
{
	struct rules *r = own_rules();

	(void)state;
	for (size_t i = 0; i < rules_count(r); i++) {
		char name[40];
		size_t w = 0;
		struct label label;

		rule_name(r, i, name);
		while (w < MEM_COUNT(wins) && strcmp(wins[w].rule, name) != 0)
			w++;
		if (w == MEM_COUNT(wins))
			fail_msg("no series for %s", name);
		label = label_of(r, wins[w].line, wins[w].how);
		if (label.winner[rules_at(r, i).axis] != i)
			fail_msg("%s: \"%s\" by %s", name, label.text, label.rules);
	}
	rules_free(r);
}

/* */
static void
a_label_is_the_words_of_its_axes_and_names_a_rule_for_each(void **state)
{
	struct rules *r = own_rules();
	struct label l = label_of(r,
		"modality=MR;series_description=t1_mprage_fs;contrast_agent=Gadovist;"
		"acquisition_type=3D;image_type=ORIGINAL\\PRIMARY\\M;scan_options=FS",
		AXIAL);

	(void)state;
	assert_string_equal(l.text, "AX T1 POST 3D FS");
	assert_string_equal(l.rules, "class.99 base.71 contrast.20 plane.10 dim.10 fatsat.10");
	assert_int_equal(l.confidence, 70);
	l = label_of(r, "modality=OT;series_description=T1 scan list", AXIAL);
	assert_string_equal(l.text, "SCREEN");
	assert_int_equal(l.confidence, 90);
	rules_free(r);
}

/* */
static void
what_is_doubtful_is_for_a_person(void **state)
{
	struct rules *r = own_rules();

	(void)state;
	assert_true(label_of(r, "modality=MR", AXIAL).confidence < LABEL_PERSON);
	assert_true(
		label_of(r, "modality=MR;series_description=T1", AXIAL).confidence < LABEL_PERSON);
	assert_true(label_of(r, "modality=MR;series_description=T1 pre", AXIAL).confidence >=
		LABEL_PERSON);
	rules_free(r);
}

/* an enhanced MR has no echo time at its top level, nor a scanning sequence; its values are those of its functional groups, which the
 * header parser puts into the same columns. */
static void
the_effective_echo_time_of_enhanced_objects_counts(void **state)
{
	struct rules *r = own_rules();
	struct label l = label_of(r,
		"modality=MR;series_description=flair_tra;effective_echo_time=390;"
		"sop_class=1.2.840.10008.5.1.4.1.1.4.1",
		AXIAL);

	(void)state;
	assert_string_equal(l.text, "AX FLAIR");
	assert_non_null(strstr(l.rules, "base.61"));
	l = label_of(r, "modality=MR;series_description=x;b_value=800\\0", AXIAL);
	assert_string_equal(l.text, "AX DWI");
	rules_free(r);
}

static void
hostile_values_are_text_like_any_other(void **state)
{
	struct rules *r = own_rules();
	char line[6000] = "modality=MR;series_description=", *end = line + strlen(line);
	static const char *const bad[] = {
		"echo_time=nan;scanning_sequence=GR",
		"echo_time=1e999;scanning_sequence=GR",
		"echo_time=-5\\x;inversion_time=inf;repetition_time=",
		"image_type=\\\\\\\\\\;scan_options=\\",
		"image_orientation=9\\9\\9\\9\\9\\9;modality= ",
		"series_description=\xff\xfe\x80+++***____;protocol_name=%s%n",
	};

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(bad); i++)
		assert_string_not_equal(label_of(r, bad[i], AXIAL).text, "");
	memset(end, '+', 5000);
	memcpy(end + 5000, " t1", 4);
	assert_int_equal(label_of(r, line, AXIAL).confidence, 20); /* the end is out of reach */
	rules_free(r);
}

static void
a_word_in_another_is_not_it(void **state)
{
	struct rules *r = own_rules();

	(void)state;
	assert_string_equal(
		label_of(r, "modality=MR;series_description=AT12", AXIAL).text, "AX UNKNOWN");
	assert_string_equal(
		label_of(r, "modality=MR;series_description=posterior fossa T2", AXIAL).text,
		"AX T2");
	rules_free(r);
}

/* ---- tables that somebody wrote ---- */

static const char ends[] =
	"base\t99\tUNKNOWN\t20\totherwise\t-\ncontrast\t99\tNA\t80\totherwise\t-\n"
	"plane\t99\tNA\t80\totherwise\t-\ndim\t99\tNA\t80\totherwise\t-\n"
	"fatsat\t99\tNONE\t80\totherwise\t-\nclass\t99\tACQ\t80\totherwise\t-\n";

static enum rc
parse(const char *first, struct rules **out, struct err *e)
{
	char text[4000];

	snprintf(text, sizeof(text), "# ours\n%s\n%s", first, ends);
	memset(e, 0, sizeof(*e));
	return rules_parse(text, strlen(text), "ours.tsv", out, e);
}

static void
a_bad_line_is_refused_by_its_number(void **state)
{
	static const struct {
		const char *line, *why;
	} bad[] = {
		{ "base\t1\tT1\t50\tmodality = MR", "tabs between" },
		{ "base\t1\tT1\t50\tmodality = MR\t-\tmore", "tabs between" },
		{ "shape\t1\tT1\t50\tmodality = MR\t-", "no axis" },
		{ "base\tx\tT1\t50\tmodality = MR\t-", "number of a rule" },
		{ "base\t1\tt1\t50\tmodality = MR\t-", "a label is" },
		{ "base\t1\tT1\t101\tmodality = MR\t-", "confidence" },
		{ "base\t1\tT1\t50\tmodality = \t-", "cut short" },
		{ "base\t1\tT1\t50\tmodality == MR\t-", "no operator" },
		{ "base\t1\tT1\t50\tmodality = MR with x = 1\t-", "and or or" },
		{ "base\t1\tT1\t50\tmodality = MR and\t-", "cut short" },
		{ "base\t1\tT1\t50\tpatient_name ~ x\t-", "no fact" },
		{ "base\t1\tT1\t50\tpatient_id = 7\t-", "no fact" },
		{ "base\t1\tT1\t50\tburned_in = YES\t-", "no fact" },
		{ "base\t1\tT1\t50\tte ~ 4\t-", "is a number" },
		{ "base\t1\tT1\t50\ttext < 4\t-", "no number" },
		{ "base\t1\tT1\t50\tte < four\t-", "no number" },
		{ "base\t1\tT1\t50\tte < nan\t-", "no number" },
		{ "base\t1\tT1\t50\ttext ~ a||b\t-", "empty value" },
		{ "base\t1\tT1\t50\tplane = AX\t-", "not told before" },
		{ "base\t1\tACQ2\t50\tmodality = MR\t-\nbase\t1\tT2\t50\tmodality = CT\t-",
			"twice" },
		{ "base\t1\tPRE\t50\tmodality = MR\t-\ncontrast\t1\tPRE\t50\tmodality = CT\t-",
			"label of" },
		{ "base\t1\tT1\t50\ttext ~ \033[2J\t-", "plain ASCII" },
	};
	struct rules *r = NULL;
	struct err e;

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(bad); i++) {
		int line = strchr(bad[i].line, '\n') != NULL ? 3 : 2;
		char where[20];

		snprintf(where, sizeof(where), "ours.tsv:%d: ", line);
		assert_int_equal(parse(bad[i].line, &r, &e), RC_INVALID);
		if (strncmp(e.text, where, strlen(where)) != 0 || strstr(e.text, bad[i].why) == NULL)
			fail_msg("%s: %s", bad[i].line, e.text);
	}
	assert_int_equal(parse("base\t1\tT1\t50\tmodality = MR\t-", &r, &e), RC_OK);
	rules_free(r);
}

static void
an_axis_that_may_give_no_label_is_refused(void **state)
{
	struct rules *r = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(rules_parse("", 0, "none", &r, &e), RC_INVALID);
	assert_int_equal(rules_parse(ends, strlen(ends) - 30, "cut", &r, &e), RC_INVALID);
	assert_int_equal(parse("base\t100\tT1\t50\tmodality = MR\t-", &r, &e), RC_INVALID);
	assert_non_null(strstr(e.text, "after otherwise"));
}

/* */
static void
a_table_of_a_study_gives_its_own_labels(void **state)
{
	struct rules *r = NULL;
	struct err e;

	(void)state;
	assert_int_equal(
		parse("base\t1\tT1-SPACE\t95\tprotocol_name = our_protocol\t-", &r, &e), RC_OK);
	assert_string_equal(
		label_of(r, "modality=MR;protocol_name=OUR PROTOCOL", AXIAL).text, "T1-SPACE");
	rules_free(r);
}

/* */
static void
a_person_says_it_in_any_order(void **state)
{
	struct rules *r = own_rules();
	struct err e = { 0 };
	char to[LABEL_TEXT];

	(void)state;
	assert_int_equal(label_normal(r, "post  t1 Ax 3d", to, &e), RC_OK);
	assert_string_equal(to, "AX T1 POST 3D");
	assert_int_equal(label_normal(r, "localizer", to, &e), RC_OK);
	assert_string_equal(to, "LOCALIZER");
	assert_int_equal(label_normal(r, "t1 t2", to, &e), RC_INVALID);
	assert_int_equal(label_normal(r, "ax post", to, &e), RC_INVALID);
	assert_int_equal(label_normal(r, "", to, &e), RC_INVALID);
	assert_int_equal(label_normal(r, "t1 fine", to, &e), RC_INVALID);
	assert_int_equal(label_normal(r, "acq", to, &e), RC_INVALID);
	rules_free(r);
}

static size_t terms, held;

static void
count_term(void *ctx, const struct term_result *t)
{
	(void)ctx;
	terms++;
	held += t->held;
	if (strcmp(t->fact, "te") == 0)
		assert_string_equal(t->met, "98");
}

/* */
static void
a_rule_tells_what_of_it_held(void **state)
{
	struct rules *r = own_rules();
	struct made m;
	struct label l;

	(void)state;
	made_begin(&m, "modality=MR;scanning_sequence=SE;repetition_time=4500;echo_time=98", AXIAL);
	classify(r, &m.facts, &l);
	assert_true(classify_try(r, l.winner[AXIS_BASE], &m.facts, &l, count_term, NULL));
	assert_int_equal(terms, 3);
	assert_int_equal(held, 3);
	made_end(&m);
	rules_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_rule_wins_for_some_series),
		cmocka_unit_test(a_label_is_the_words_of_its_axes_and_names_a_rule_for_each),
		cmocka_unit_test(what_is_doubtful_is_for_a_person),
		cmocka_unit_test(the_effective_echo_time_of_enhanced_objects_counts),
		cmocka_unit_test(hostile_values_are_text_like_any_other),
		cmocka_unit_test(a_word_in_another_is_not_it),
		cmocka_unit_test(a_bad_line_is_refused_by_its_number),
		cmocka_unit_test(an_axis_that_may_give_no_label_is_refused),
		cmocka_unit_test(a_table_of_a_study_gives_its_own_labels),
		cmocka_unit_test(a_person_says_it_in_any_order),
		cmocka_unit_test(a_rule_tells_what_of_it_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
