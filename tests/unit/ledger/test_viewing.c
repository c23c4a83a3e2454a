/* What a pass asks of the signer's eyes, and what of it is signed. */
#include "core/ledger/viewing.h"
#include "tests/unit/ledger/cheap_make.h"
#include "tests/unit/ledger/ledger_make.h"

struct desk {
	struct made *m;
	struct session rita, dora;
};

static int
desk_setup(void **state)
{
	struct desk *d = mem_zero(1, sizeof(*d));

	made_setup(state);
	d->m = *state;
	d->rita = made_login(d->m, "rita", REVIEWER_PASSWORD);
	d->dora = made_login(d->m, "dora", RADIOLOGIST_PASSWORD);
	*state = d;
	return 0;
}

static int
desk_teardown(void **state)
{
	struct desk *d = *state;

	session_close(d->m->l, &d->rita);
	session_close(d->m->l, &d->dora);
	assert_verified(d->m->folder);
	made_free(d->m);
	free(d);
	return 0;
}

#define desk_test(f) cmocka_unit_test_setup_teardown(f, desk_setup, desk_teardown)

static enum rc
sign(struct desk *d, int64_t series, const char *step, const char *reason, struct err *why)
{
	struct decision_request r = made_verdict(
		series, step, reason != NULL ? "fail" : "pass", reason, REVIEWER_PASSWORD);
	struct decision_receipt receipt;

	return decision_sign(d->m->l, &d->rita, &r, &receipt, why);
}

static int64_t
count(struct desk *d, const char *sql)
{
	return raw_number(d->m->folder, sql);
}

/* A pass of phi is refused with these words, nothing is written, and the step stays open. */
static void
assert_refused(struct desk *d, int64_t series, const char *words)
{
	int64_t events = count(d, "SELECT max(seq) FROM event");
	struct err why = { 0 };

	assert_int_equal(sign(d, series, "phi", NULL, &why), RC_INVALID);
	if (strstr(why.text, words) == NULL)
		fail_msg("\"%s\" is not in: %s", words, why.text);
	assert_int_equal(count(d, "SELECT max(seq) FROM event"), events);
	assert_int_equal(count(d, "SELECT count(*) FROM decision"), 0);
	assert_int_equal(count(d, "SELECT count(*) FROM viewing"), 0);
	assert_int_equal(count(d, "SELECT count(*) FROM task WHERE state <> 'open'"), 0);
}

/* ---- the gate ---- */

/* */
static void
with_nothing_seen_a_pass_of_phi_is_refused(void **state)
{
	struct desk *d = *state;

	assert_refused(d, made_series(d->m, 1, 3),
		"phi can be passed only when every slice was on the glass whole: 0 of 3 were; the "
		"next is slice 1");
}

static void
with_one_slice_missing_it_says_which(void **state)
{
	struct desk *d = *state;
	int64_t series = made_series(d->m, 1, 3);
	struct look last = made_look(2), first = made_look(0);

	made_save_looks(d->m, "rita", series, &last, 1);
	made_save_looks(d->m, "rita", series, &first, 1);
	assert_refused(d, series, "2 of 3 were; the next is slice 2 (x goes there)");
	made_look_at(d->m, "rita", series, 2);
	assert_ok(sign(d, series, "phi", NULL, e));
}

static void
half_of_a_large_film_is_not_all_of_it(void **state)
{
	struct desk *d = *state;
	int64_t series = made_series(d->m, 1, 1);
	struct look left = made_look(0), right;

	left.columns = left.rows = left.height = 4096;
	left.width = 2048;
	right = left;
	right.left = 2048;
	right.picture[0] = 'f';
	left.picture[0] = '0';
	made_save_looks(d->m, "rita", series, &left, 1);
	assert_refused(d, series, "0 of 1 were");
	made_save_looks(d->m, "rita", series, &right, 1);
	assert_ok(sign(d, series, "phi", NULL, e));
}

static void
too_coarse_too_few_greys_and_a_silent_terminal_count_for_nothing(void **state)
{
	struct desk *d = *state;
	int64_t series = made_series(d->m, 1, 1);
	struct look k = made_look(0);

	k.scale = 499;
	made_save_looks(d->m, "rita", series, &k, 1);
	assert_refused(d, series, "0 of 1 were");
	k = made_look(0);
	k.levels = 16;
	made_save_looks(d->m, "rita", series, &k, 1);
	assert_refused(d, series, "0 of 1 were");
	k = made_look(0);
	k.times = 0;
	made_save_looks(d->m, "rita", series, &k, 1);
	assert_refused(d, series, "0 of 1 were");
}

static void
somebody_elses_looks_are_not_the_signers(void **state)
{
	struct desk *d = *state;
	int64_t series = made_series(d->m, 1, 3);

	made_look_at(d->m, "dora", series, 3);
	assert_refused(d, series, "0 of 3 were");
}

static void
looks_at_the_images_of_before_do_not_count(void **state)
{
	struct desk *d = *state;
	int64_t series = made_series(d->m, 1, 2);
	struct picture p;

	made_look_at(d->m, "rita", series, 2);
	picture_ct(&p, 1, 3);
	made_put(d->m, &p);
	assert_refused(d, series, "0 of 3 were");
}

static void
pixels_that_cannot_be_decoded_can_only_be_failed(void **state)
{
	struct desk *d = *state;
	int64_t series = made_series(d->m, 1, 2);
	struct picture p;

	picture_ct(&p, 1, 3);
	p.fault = "the pixel data ends early";
	made_put(d->m, &p);
	made_look_at(d->m, "rita", series, 3);
	assert_refused(d, series,
		"the pixels of slice 3 cannot be decoded, so nobody has seen them; the series can "
		"only be failed");
	assert_ok(sign(d, series, "phi", "PHI-PIX", e));
}

static void
a_series_without_pixels_has_nothing_to_be_seen(void **state)
{
	struct desk *d = *state;
	struct picture p;

	picture_ct(&p, 1, 1);
	p.h.flags = HEADER_PREAMBLE;
	p.h.frames = 0;
	p.pixels[0] = '\0';
	picture_set(&p, ATTR_MODALITY, "SR");
	made_put(d->m, &p);
	assert_ok(sign(d, made_id(d->m, 1), "phi", NULL, e));
}

static void
every_frame_of_an_image_is_a_slice(void **state)
{
	struct desk *d = *state;
	struct picture p;

	picture_ct(&p, 1, 1);
	p.h.frames = 4;
	made_put(d->m, &p);
	made_look_at(d->m, "rita", made_id(d->m, 1), 3);
	assert_refused(d, made_id(d->m, 1), "3 of 4 were; the next is slice 4");
}

static void
a_fail_and_a_step_that_asks_nothing_need_no_look(void **state)
{
	struct desk *d = *state;

	assert_ok(sign(d, made_series(d->m, 1, 3), "phi", "PHI-PIX", e));
	assert_ok(sign(d, made_series(d->m, 2, 3), "quality", NULL, e));
	assert_ok(sign(d, made_series(d->m, 3, 3), "quality", "ART-NOISE", e));
}

static void
a_study_may_ask_for_more(void **state)
{
	struct desk *d = *state;
	int64_t series = made_series(d->m, 1, 1);
	sqlite3 *db = raw_open(d->m->folder);
	struct look lung = made_look(0);

	raw_run(db, "UPDATE step SET least_windows = 2, least_scale = 1000 WHERE name = 'phi'");
	sqlite3_close(db);
	made_look_at(d->m, "rita", series, 1);
	assert_refused(d, series, "whole in 2 windows: 0 of 1 were");
	strcpy(lung.window, "-600/1500");
	lung.picture[0] = 'f';
	made_save_looks(d->m, "rita", series, &lung, 1);
	assert_ok(sign(d, series, "phi", NULL, e));
}

/* ---- the record ---- */

static int64_t
told(const json_t *summary, const char *name)
{
	return json_integer_value(json_object_get(summary, name));
}

/* */
static void
what_was_seen_is_signed_with_the_decision(void **state)
{
	struct desk *d = *state;
	int64_t series = made_series(d->m, 1, 2);
	struct look looks[3] = { made_look(1), made_look(0), made_look(0) };
	char digest[DIGEST_HEX], wanted[1000], *body = NULL;
	struct digest sum;
	json_t *summary = NULL;

	looks[1].scale = 600;
	looks[1].levels = 40;
	looks[2].scale = 100; /* first light: it does not count, it is told */
	looks[2].times = 0;
	looks[2].dwell = 0;
	strcpy(looks[0].window, "lut");
	memset(looks[0].picture, 'a', 64);
	memset(looks[1].picture, 'c', 64);
	memset(looks[2].picture, 'b', 64);
	made_save_looks(d->m, "rita", series, looks, 3);
	assert_ok(sign(d, series, "phi", NULL, e));
	assert_ok(viewing_of_decision(d->m->l, 1, &summary, &body, e));
	snprintf(wanted, sizeof(wanted),
		"1\t%.64s\t40/400\t100\t101\t512\t512\t0\t0\t512\t512\t0\t1790000000000000\t0\n"
		"1\t%.64s\t40/400\t600\t40\t512\t512\t0\t0\t512\t512\t1\t1790000000000000\t1500\n"
		"2\t%.64s\tlut\t1000\t101\t512\t512\t0\t0\t512\t512\t1\t1790000000000001\t1500\n",
		looks[2].picture, looks[1].picture, looks[0].picture);
	assert_string_equal(body, wanted);
	digest_begin(&sum);
	digest_add(&sum, "VIEWING-v1", 11);
	digest_add(&sum, body, strlen(body));
	digest_end(&sum, digest);
	assert_string_equal(json_string_value(json_object_get(summary, "digest")), digest);
	assert_int_equal(told(summary, "slices"), 2);
	assert_int_equal(told(summary, "whole"), 2);
	assert_int_equal(told(summary, "looks"), 3);
	assert_int_equal(told(summary, "windows"), 2);
	assert_int_equal(told(summary, "least_scale"), 600);
	assert_int_equal(told(summary, "least_levels"), 40);
	assert_int_equal(told(summary, "dwell"), 3000);
	assert_int_equal(told(json_object_get(summary, "rule"), "scale"), 500);
	json_decref(summary);
	free(body);
}

static void
a_fail_by_a_command_says_that_nothing_was_seen(void **state)
{
	struct desk *d = *state;
	json_t *summary = NULL;
	char *body = NULL;

	assert_ok(sign(d, made_series(d->m, 1, 2), "phi", "PHI-PIX", e));
	assert_ok(viewing_of_decision(d->m->l, 1, &summary, &body, e));
	assert_string_equal(body, "");
	assert_int_equal(told(summary, "slices"), 2);
	assert_int_equal(told(summary, "whole"), 0);
	assert_int_equal(told(summary, "looks"), 0);
	json_decref(summary);
	assert_int_equal(viewing_of_decision(d->m->l, 2, &summary, NULL, NULL), RC_NOT_FOUND);
	assert_null(summary);
	free(body);
}

static void
a_step_that_asks_nothing_still_tells_what_was_whole(void **state)
{
	struct desk *d = *state;
	int64_t series = made_series(d->m, 1, 3);
	json_t *summary = NULL;

	made_look_at(d->m, "rita", series, 2);
	assert_ok(sign(d, series, "quality", NULL, e));
	assert_ok(viewing_of_decision(d->m->l, 1, &summary, NULL, e));
	assert_int_equal(told(summary, "whole"), 2);
	assert_int_equal(told(json_object_get(summary, "rule"), "scale"), 0);
	json_decref(summary);
}

static void
looks_stay_until_no_step_is_open(void **state)
{
	struct desk *d = *state;
	int64_t series = made_series(d->m, 1, 3);

	made_look_at(d->m, "rita", series, 3);
	made_look_at(d->m, "dora", series, 1);
	assert_ok(sign(d, series, "quality", NULL, e));
	assert_int_equal(count(d, "SELECT count(*) FROM look"), 4);
	assert_ok(sign(d, series, "phi", NULL, e));
	assert_int_equal(count(d, "SELECT count(*) FROM look"), 0);
	assert_int_equal(count(d, "SELECT count(*) FROM seen"), 0);
	assert_int_equal(count(d, "SELECT count(*) FROM viewing WHERE body <> ''"), 2);
}

static void
after_the_last_step_only_a_signer_keeps_looks_to_correct_by(void **state)
{
	struct desk *d = *state;
	int64_t series = made_series(d->m, 1, 3);
	struct look k = made_look(1);
	struct seen here = {
		.revision = made_revision(d->m, series), .slice = 1, .looks = &k, .look_count = 1
	};

	assert_ok(sign(d, series, "phi", "PHI-PIX", e)); /* rejected: the other step is void */
	assert_ok(seen_save(d->m->l, "dora", series, &here, e));
	assert_int_equal(count(d, "SELECT count(*) FROM look"), 0);
	assert_int_equal(count(d, "SELECT slice FROM seen"), 1);
	assert_ok(seen_save(d->m->l, "rita", series, &here, e));
	assert_int_equal(count(d, "SELECT count(*) FROM look"), 1);
}

static void
a_body_is_read_back_or_named_as_broken(void **state)
{
	static const char *const broken[] = { "nonsense",
		"0\tp\tw\t1\t1\t1\t1\t0\t0\t1\t1\t1\t1\t1\n",
		"1\tp\tw\t1\t1\t1\t1\t0\t0\t1\t1\t1\t1\n",
		"1\tp\tw\t1\t1\t1\t1\t0\t0\t1\t1\t1\t1\t1\t1\n",
		"1\tp\tw\t1\t1\t1\t1\t0\t0\t1\t1\t1\t1\t-1\n" };
	struct look *looks;
	struct err why = { 0 };
	size_t n;

	(void)state;
	assert_ok(viewing_parse("", &looks, &n, e));
	assert_int_equal(n, 0);
	free(looks);
	assert_ok(viewing_parse(
		"7\tp\t40/400\t500\t32\t5\t6\t1\t2\t3\t4\t8\t9\t10\n", &looks, &n, e));
	assert_int_equal(n, 1);
	assert_int_equal(looks[0].slice, 6);
	assert_string_equal(looks[0].window, "40/400");
	assert_int_equal(looks[0].height, 4);
	assert_int_equal(looks[0].dwell, 10);
	free(looks);
	for (size_t i = 0; i < MEM_COUNT(broken); i++)
		assert_int_equal(viewing_parse(broken[i], &looks, &n, &why), RC_CORRUPT);
	assert_string_equal(why.text, "line 1 of the viewing cannot be read");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		desk_test(with_nothing_seen_a_pass_of_phi_is_refused),
		desk_test(with_one_slice_missing_it_says_which),
		desk_test(half_of_a_large_film_is_not_all_of_it),
		desk_test(too_coarse_too_few_greys_and_a_silent_terminal_count_for_nothing),
		desk_test(somebody_elses_looks_are_not_the_signers),
		desk_test(looks_at_the_images_of_before_do_not_count),
		desk_test(pixels_that_cannot_be_decoded_can_only_be_failed),
		desk_test(a_series_without_pixels_has_nothing_to_be_seen),
		desk_test(every_frame_of_an_image_is_a_slice),
		desk_test(a_fail_and_a_step_that_asks_nothing_need_no_look),
		desk_test(a_study_may_ask_for_more),
		desk_test(what_was_seen_is_signed_with_the_decision),
		desk_test(a_fail_by_a_command_says_that_nothing_was_seen),
		desk_test(a_step_that_asks_nothing_still_tells_what_was_whole),
		desk_test(looks_stay_until_no_step_is_open),
		desk_test(after_the_last_step_only_a_signer_keeps_looks_to_correct_by),
		cmocka_unit_test(a_body_is_read_back_or_named_as_broken),
	};

	return cmocka_run_group_tests(tests, made_group_setup, made_group_teardown);
}
