/* Order, gaps and letters of a series. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/dicom/series.h"

static const double axial[6] = { 1, 0, 0, 0, 1, 0 };

static struct series_image
slice(double z, long number, uint32_t id)
{
	struct series_image s = { .has_plane = true,
		.position = { 0, 0, z },
		.has_number = true,
		.number = number,
		.frames = 1,
		.rows = 8,
		.columns = 8,
		.id = id };

	for (int i = 0; i < 6; i++)
		s.orientation[i] = axial[i];
	return s;
}

static void
slices_are_ordered_along_the_normal(void **state)
{
	struct series_image s[] = { slice(10, 1, 0), slice(0, 2, 1), slice(5, 3, 2) };
	struct series_geometry g;

	(void)state;
	series_order(s, 3, &g);
	assert_true(g.stacked);
	assert_int_equal(s[0].id, 1);
	assert_int_equal(s[1].id, 2);
	assert_int_equal(s[2].id, 0);
	assert_true(g.spacing == 5);
	assert_int_equal(g.gaps, 0);
}

static void
a_gap_is_counted_and_placed(void **state)
{
	struct series_image s[] = { slice(0, 1, 0), slice(1, 2, 1), slice(2, 3, 2), slice(6, 7, 3),
		slice(7, 8, 4) };
	struct series_geometry g;

	(void)state;
	series_order(s, 5, &g);
	assert_int_equal(g.gaps, 3);
	assert_int_equal(g.gap_after, 3);
	assert_int_equal(g.gap_slices, 3);
}

static void
the_same_plane_twice_is_a_repeat(void **state)
{
	struct series_image s[] = { slice(0, 1, 0), slice(1, 2, 1), slice(1.0001, 3, 2),
		slice(2, 4, 3) };
	struct series_geometry g;

	(void)state;
	series_order(s, 4, &g);
	assert_int_equal(g.repeats, 1);
	assert_int_equal(g.gaps, 0);
}

static void
times_come_one_after_the_other(void **state)
{
	struct series_image s[4] = { slice(0, 1, 0), slice(1, 2, 1), slice(0, 3, 2), slice(1, 4, 3) };
	struct series_geometry g;

	(void)state;
	s[0].temporal = s[1].temporal = 2;
	s[2].temporal = s[3].temporal = 1;
	series_order(s, 4, &g);
	assert_int_equal(s[0].id, 2);
	assert_int_equal(s[1].id, 3);
	assert_int_equal(s[2].id, 0);
	assert_int_equal(s[3].id, 1);
	assert_int_equal(g.repeats, 0);
	assert_int_equal(g.gaps, 0);
}

static void
an_acquisition_for_each_slice_does_not_order_them(void **state)
{
	struct series_image s[] = { slice(2, 1, 0), slice(1, 2, 1), slice(0, 3, 2) };
	struct series_geometry g;

	(void)state;
	for (int i = 0; i < 3; i++)
		s[i].acquisition = i;
	series_order(s, 3, &g);
	assert_int_equal(s[0].id, 2);
}

static void
without_planes_the_numbers_order_and_their_gaps_count(void **state)
{
	struct series_image s[] = { slice(0, 7, 0), slice(0, 3, 1), slice(0, 4, 2) };
	struct series_geometry g;

	(void)state;
	s[1].has_plane = false;
	series_order(s, 3, &g);
	assert_false(g.stacked);
	assert_int_equal(s[0].id, 1);
	assert_int_equal(g.number_gaps, 2);
}

static void
mixed_orientation_and_matrix_are_told(void **state)
{
	struct series_image s[] = { slice(0, 1, 0), slice(1, 2, 1) };
	struct series_geometry g;

	(void)state;
	s[1].rows = 9;
	s[1].orientation[4] = 0;
	s[1].orientation[5] = -1;
	series_order(s, 2, &g);
	assert_true(g.mixed_matrix);
	assert_true(g.mixed_orientation);
	assert_false(g.stacked);
}

static void
one_slice_and_none_are_fine(void **state)
{
	struct series_image s = slice(3, 1, 0);
	struct series_geometry g;

	(void)state;
	series_order(&s, 1, &g);
	assert_true(g.stacked);
	assert_true(g.spacing == 0);
	series_order(&s, 0, &g);
	assert_false(g.stacked);
}

static void
only_sane_planes_are_read(void **state)
{
	static const struct {
		const char *position, *orientation;
		bool good;
	} cases[] = {
		{ "1\\2\\3", "1\\0\\0\\0\\1\\0", true },
		{ "1\\2\\-3.5e1", "0.7071\\0.7071\\0\\0\\0\\-1", true },
		{ "1\\2", "1\\0\\0\\0\\1\\0", false },
		{ "1\\2\\3\\4", "1\\0\\0\\0\\1\\0", false },
		{ "1\\2\\x", "1\\0\\0\\0\\1\\0", false },
		{ "1\\2\\3", "1\\0\\0\\1\\0\\0", false },
		{ "1\\2\\3", "2\\0\\0\\0\\1\\0", false },
		{ "1\\2\\nan", "1\\0\\0\\0\\1\\0", false },
		{ "", "", false },
	};

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(cases); i++) {
		struct series_image s = { 0 };

		assert_int_equal(
			series_plane(cases[i].position, cases[i].orientation, &s), cases[i].good);
		assert_int_equal(s.has_plane, cases[i].good);
	}
}

static void
letters_follow_the_directions(void **state)
{
	static const double coronal[6] = { 1, 0, 0, 0, 0, -1 };
	static const double oblique[6] = { 0.8, 0.6, 0, 0, 0, -1 };
	struct series_letters l;

	(void)state;
	series_letters_of(axial, &l);
	assert_string_equal(l.left, "R");
	assert_string_equal(l.right, "L");
	assert_string_equal(l.top, "A");
	assert_string_equal(l.bottom, "P");
	series_letters_of(coronal, &l);
	assert_string_equal(l.top, "H");
	assert_string_equal(l.bottom, "F");
	series_letters_of(oblique, &l);
	assert_string_equal(l.right, "LP");
	assert_string_equal(l.left, "RA");
}

static void
letters_of_a_projection_come_from_its_own_words(void **state)
{
	struct series_letters l;

	(void)state;
	series_letters_from("L\\F", &l);
	assert_string_equal(l.right, "L");
	assert_string_equal(l.left, "R");
	assert_string_equal(l.bottom, "F");
	assert_string_equal(l.top, "H");
	series_letters_from("PR\\H", &l);
	assert_string_equal(l.right, "PR");
	assert_string_equal(l.left, "AL");
	series_letters_from("X\\F", &l);
	assert_string_equal(l.right, "");
	assert_string_equal(l.bottom, "");
	series_letters_from("", &l);
	assert_string_equal(l.left, "");
}

static void
the_place_along_the_normal_is_in_millimetres(void **state)
{
	struct series_image s = slice(12.5, 1, 0);

	(void)state;
	assert_true(series_along(&s) == 12.5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slices_are_ordered_along_the_normal),
		cmocka_unit_test(a_gap_is_counted_and_placed),
		cmocka_unit_test(the_same_plane_twice_is_a_repeat),
		cmocka_unit_test(times_come_one_after_the_other),
		cmocka_unit_test(an_acquisition_for_each_slice_does_not_order_them),
		cmocka_unit_test(without_planes_the_numbers_order_and_their_gaps_count),
		cmocka_unit_test(mixed_orientation_and_matrix_are_told),
		cmocka_unit_test(one_slice_and_none_are_fine),
		cmocka_unit_test(only_sane_planes_are_read),
		cmocka_unit_test(letters_follow_the_directions),
		cmocka_unit_test(letters_of_a_projection_come_from_its_own_words),
		cmocka_unit_test(the_place_along_the_normal_is_in_millimetres),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
