/* Looks: what counts as seen, and what is kept of it. */
#include "tests/unit/ledger/ledger_make.h"

static const struct look_rule phi = { .pixels = true, .scale = 500, .levels = 32, .windows = 1 };

static struct look
view(uint32_t columns, uint32_t rows, uint32_t left, uint32_t top, uint32_t width, uint32_t height)
{
	struct look k = made_look(0);

	k.columns = columns;
	k.rows = rows;
	k.left = left;
	k.top = top;
	k.width = width;
	k.height = height;
	return k;
}

static bool
whole(const struct look *k)
{
	return look_slice_whole(k, 1, k->slice, &phi);
}

/* ---- pure ---- */

static void
a_whole_picture_is_seen_whole(void **state)
{
	struct look k = made_look(0);

	(void)state;
	assert_true(whole(&k));
	assert_false(look_slice_whole(&k, 1, 1, &phi));
	assert_false(look_slice_whole(NULL, 0, 0, &phi));
}

static void
too_coarse_too_few_greys_or_never_acknowledged_is_not_seen(void **state)
{
	struct look coarse = made_look(0), few = made_look(0), late = made_look(0),
		    colour = made_look(0);

	(void)state;
	coarse.scale = 499;
	few.levels = 31;
	late.times = 0;
	colour.levels = 0;
	assert_false(whole(&coarse));
	assert_false(whole(&few));
	assert_false(whole(&late));
	assert_true(whole(&colour));
	coarse.scale = 500;
	few.levels = 32;
	assert_true(whole(&coarse));
	assert_true(whole(&few));
}

static void
one_column_of_pixels_out_of_view_is_missing(void **state)
{
	struct look k = view(2048, 2500, 0, 0, 2047, 2500);
	struct look_cover c = { 0 };
	uint32_t left, top, width, height;

	(void)state;
	assert_false(whole(&k));
	look_cover_add(&c, &k, &phi);
	assert_true(look_cover_missing(&c, 2048, 2500, &left, &top, &width, &height));
	assert_int_equal(left, 1920);
	assert_int_equal(top, 0);
	assert_int_equal(width, 128);
	assert_int_equal(height, 156); /* 2500 / 16 = 156.25 */
}

static void
views_of_parts_make_a_whole_and_a_gap_between_them_shows(void **state)
{
	struct look halves[2] = { view(3000, 2000, 0, 0, 1500, 2000),
		view(3000, 2000, 1500, 0, 1500, 2000) };
	struct look gap[2] = { view(3000, 2000, 0, 0, 1490, 2000),
		view(3000, 2000, 1500, 0, 1500, 2000) };

	(void)state;
	assert_true(look_slice_whole(halves, 2, 0, &phi));
	assert_false(look_slice_whole(halves, 1, 0, &phi));
	assert_false(look_slice_whole(gap, 2, 0, &phi));
}

static void
images_smaller_than_the_grid_have_parts_without_pixels(void **state)
{
	struct look all = view(5, 3, 0, 0, 5, 3), most = view(5, 3, 0, 0, 4, 3),
		    one = view(1, 1, 0, 0, 1, 1);
	struct look none = view(5, 3, 0, 0, 0, 0), empty = view(0, 0, 0, 0, 0, 0);
	struct look_cover c = { 0 };
	uint32_t left, top, width, height;

	(void)state;
	assert_true(whole(&all));
	assert_true(whole(&one));
	assert_false(whole(&most));
	assert_false(whole(&none));
	assert_false(whole(&empty));
	assert_true(look_cover_missing(&c, 1, 1, &left, &top, &width, &height));
	assert_int_equal(width, 1);
	look_cover_add(&c, &most, &phi);
	assert_true(look_cover_missing(&c, 5, 3, &left, &top, &width, &height));
	assert_int_equal(left, 4);
	assert_int_equal(width, 1);
	look_cover_add(&c, &all, &phi);
	assert_true(look_cover_whole(&c));
	assert_false(look_cover_missing(&c, 5, 3, &left, &top, &width, &height));
}

static void
numbers_that_overflow_cover_nothing_more_than_they_say(void **state)
{
	struct look far =
		view(UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX);
	struct look all = view(UINT32_MAX, UINT32_MAX, 0, 0, UINT32_MAX, UINT32_MAX);

	(void)state;
	assert_false(whole(&far));
	assert_true(whole(&all));
}

static void
a_rule_of_two_windows_wants_the_slice_whole_in_each(void **state)
{
	struct look_rule two = phi;
	struct look looks[3] = { made_look(0), view(512, 512, 0, 0, 256, 512),
		view(512, 512, 256, 0, 256, 512) };

	(void)state;
	two.windows = 2;
	assert_false(look_slice_whole(looks, 3, 0, &two));
	strcpy(looks[1].window, "lut");
	assert_false(look_slice_whole(looks, 3, 0, &two));
	strcpy(looks[2].window, "lut");
	assert_true(look_slice_whole(looks, 3, 0, &two));
	looks[2].times = 0;
	assert_false(look_slice_whole(looks, 3, 0, &two));
}

static void
where_nothing_is_asked_nothing_is_missing(void **state)
{
	struct look_rule none = { 0 };

	(void)state;
	assert_true(look_slice_whole(NULL, 0, 7, &none));
}

/* ---- kept ---- */

static void
the_rule_of_a_step_is_its_row(void **state)
{
	struct made *m = *state;
	struct look_rule r = look_rule_of(m->l, "phi");

	assert_true(r.pixels);
	assert_int_equal(r.scale, 500);
	assert_int_equal(r.levels, 32);
	assert_int_equal(r.windows, 1);
	assert_false(look_rule_of(m->l, "quality").pixels);
	assert_false(look_rule_of(m->l, "nosuch").pixels);
}

static void
what_was_seen_comes_back_for_each_person(void **state)
{
	struct made *m = *state;
	int64_t series = made_series(m, 1, 3);
	struct look k = made_look(2), again = made_look(2);
	struct seen first = {
		.revision = made_revision(m, series), .slice = 1, .looks = &k, .look_count = 1
	};
	struct seen later = { .revision = first.revision,
		.slice = 2,
		.looks = &again,
		.look_count = 1 },
		    got;

	again.times = 4;
	again.dwell = 9000;
	assert_ok(seen_save(m->l, "rita", series, &first, e));
	assert_ok(seen_save(m->l, "rita", series, &later, e));
	assert_int_equal(seen_load(m->l, "dora", series, &got, NULL), RC_NOT_FOUND);
	assert_ok(seen_load(m->l, "rita", series, &got, e));
	assert_int_equal(got.slice, 2);
	assert_int_equal(got.look_count, 1);
	assert_string_equal(got.looks[0].picture, again.picture);
	assert_string_equal(got.looks[0].window, "40/400");
	assert_int_equal(got.looks[0].slice, 2);
	assert_int_equal(got.looks[0].width, 512);
	assert_int_equal(got.looks[0].first, again.first);
	assert_int_equal(got.looks[0].times, 4);
	assert_int_equal(got.looks[0].dwell, 9000);
	free(got.looks);
}

static void
looks_come_back_in_the_order_of_slices_and_others_stay(void **state)
{
	struct made *m = *state;
	int64_t series = made_series(m, 1, 3);
	struct look two = made_look(2);
	struct seen got;

	made_save_looks(m, "rita", series, &two, 1);
	made_look_at(m, "rita", series, 2);
	assert_ok(seen_load(m->l, "rita", series, &got, e));
	assert_int_equal(got.look_count, 3);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(got.looks[i].slice, i);
	free(got.looks);
}

static void
a_changed_series_is_new_to_everybody(void **state)
{
	struct made *m = *state;
	int64_t series = made_series(m, 1, 3), before = made_revision(m, series);
	struct look k = made_look(0);
	struct seen old = { .revision = before, .looks = &k, .look_count = 1 }, got;
	struct picture p;

	made_look_at(m, "rita", series, 3);
	picture_ct(&p, 1, 4);
	made_put(m, &p);
	assert_int_equal(seen_load(m->l, "rita", series, &got, NULL), RC_NOT_FOUND);
	made_look_at(m, "rita", series, 1);
	assert_ok(seen_load(m->l, "rita", series, &got, e));
	assert_int_equal(got.look_count, 1);
	free(got.looks);
	/* a terminal that still shows the images of before */
	assert_ok(seen_save(m->l, "rita", series, &old, e));
	assert_int_equal(raw_number(m->folder, "SELECT count(*) FROM look"), 1);
	assert_true(raw_number(m->folder, "SELECT revision FROM look") > before);
}

static void
of_very_many_looks_those_stay_that_show_the_slice_whole(void **state)
{
	struct made *m = *state;
	int64_t series = made_series(m, 1, 1);
	struct look *looks = mem_zero(200, sizeof(*looks));
	struct seen got;

	/* the halves of a large film come among much smaller views, and late */
	for (uint32_t i = 0; i < 200; i++) {
		looks[i] = i == 150 ? view(4096, 4096, 0, 0, 2048, 4096)
			: i == 190  ? view(4096, 4096, 2048, 0, 2048, 4096)
				    : view(4096, 4096, i, 0, 200 + i % 3, 300);
		looks[i].picture[0] = (char)('a' + i % 26);
		looks[i].picture[1] = (char)('a' + i / 26);
		looks[i].first += i;
	}
	for (uint32_t i = 0; i < 200; i += 50)
		made_save_looks(m, "rita", series, looks + i, 50);
	assert_ok(seen_load(m->l, "rita", series, &got, e));
	assert_int_equal(got.look_count, LOOK_MOST);
	assert_true(look_slice_whole(got.looks, got.look_count, 0, &phi));
	free(got.looks);
	free(looks);
}

static void
a_window_with_a_tab_cannot_make_two_fields(void **state)
{
	struct made *m = *state;
	int64_t series = made_series(m, 1, 1);
	struct look k = made_look(0);
	struct seen got;

	strcpy(k.window, "40\t400\n");
	made_save_looks(m, "rita", series, &k, 1);
	assert_ok(seen_load(m->l, "rita", series, &got, e));
	assert_string_equal(got.looks[0].window, "40 400 ");
	free(got.looks);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_picture_is_seen_whole),
		cmocka_unit_test(too_coarse_too_few_greys_or_never_acknowledged_is_not_seen),
		cmocka_unit_test(one_column_of_pixels_out_of_view_is_missing),
		cmocka_unit_test(views_of_parts_make_a_whole_and_a_gap_between_them_shows),
		cmocka_unit_test(images_smaller_than_the_grid_have_parts_without_pixels),
		cmocka_unit_test(numbers_that_overflow_cover_nothing_more_than_they_say),
		cmocka_unit_test(a_rule_of_two_windows_wants_the_slice_whole_in_each),
		cmocka_unit_test(where_nothing_is_asked_nothing_is_missing),
		made_test(the_rule_of_a_step_is_its_row),
		made_test(what_was_seen_comes_back_for_each_person),
		made_test(looks_come_back_in_the_order_of_slices_and_others_stay),
		made_test(a_changed_series_is_new_to_everybody),
		made_test(of_very_many_looks_those_stay_that_show_the_slice_whole),
		made_test(a_window_with_a_tab_cannot_make_two_fields),
	};

	return cmocka_run_group_tests(tests, made_group_setup, made_group_teardown);
}
