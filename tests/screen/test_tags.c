/* The header of an image: the tree, its search, the picture beside it, what differs from other images. */
#include "core/base/clock.h"
#include "tests/support/desk.h"

/* On 120x40 cells: the row with number, name and path of the element under the cursor, and its value. */
enum { NAME_ROW = 31, VALUE_ROW = 32, TREE_COLUMN = 60 };

static void
view_tags(struct bench *b)
{
	view_first(b);
	assert_true(glass_expect(b->g, "░ 1/5", SOON));
	glass_keys(b->g, "t");
	assert_true(glass_expect(b->g, "line 1 of", SOON));
}

/* Search, and wait for the first match to be under the cursor. */
static void
find(struct bench *b, const char *word, const char *matches)
{
	glass_keys(b->g, "/");
	assert_true(glass_expect(b->g, "line ", SOON)); /* the search before it is over */
	glass_keys(b->g, word);
	glass_keys(b->g, "<Enter>");
	assert_true(glass_expect(b->g, matches, SOON));
}

/* ... or comes there soon: the words of one search may look like those of the one before. */
static bool
cursor_is_on(struct bench *b, const char *name)
{
	int64_t until = clock_mono_us() + (int64_t)SOON * 1000;

	while (strstr(glass_row(b->g, NAME_ROW), name) == NULL) {
		if (clock_mono_us() > until)
			return false;
		glass_wrote(b->g, 0, "never written", 50);
	}
	return true;
}

static void
tags_show_the_header_and_search_it(void **state)
{
	struct bench *b = *state;

	view_tags(b);
	assert_int_equal(strncmp(glass_row(b->g, 0), " Tags", 5), 0);
	assert_true(glass_expect(b->g, "CHEST ALPHA, L02-0001 BL, 5 images", SOON));
	assert_true(glass_expect(b->g, "slice 1 of 5", SOON));
	assert_true(glass_expect(b->g, "SOPClassUID", SOON));
	find(b, "manufac", "match 1 of 1");
	assert_true(cursor_is_on(b, "(0008,0070) LO Manufacturer"));
	assert_true(glass_expect(b->g, "Example Medical", SOON));
	glass_keys(b->g, "<Esc>");
	assert_true(glass_absent(b->g, "match", SOON));
	glass_keys(b->g, "q");
	assert_true(glass_expect(b->g, "Viewer", SOON));
	assert_true(glass_expect(b->g, "slice 1/5", SOON));
}

static void
numbers_names_and_values_are_found_whatever_the_case(void **state)
{
	struct bench *b = *state;

	view_tags(b);
	find(b, "0018,0050", "match 1 of 1");
	assert_true(cursor_is_on(b, "SliceThickness"));
	find(b, "00280010", "match 1 of 1");
	assert_true(cursor_is_on(b, "Rows"));
	find(b, "chest alpha", "match 1 of 1");
	assert_true(cursor_is_on(b, "SeriesDescription"));
	find(b, "patientname", "match 1 of 1");
	assert_true(cursor_is_on(b, "PatientName"));
	find(b, "nosuchtag", "nothing has it");
	assert_true(cursor_is_on(b, "PatientName")); /* it moves only to what was found */
}

static void
n_goes_through_the_matches_and_round(void **state)
{
	struct bench *b = *state;

	view_tags(b);
	find(b, "image", "match 1 of 3"); /* a reference, position, orientation */
	assert_true(cursor_is_on(b, "ReferencedImageSequence"));
	glass_keys(b->g, "n");
	assert_true(glass_expect(b->g, "match 2 of 3", SOON));
	assert_true(cursor_is_on(b, "ImagePositionPatient"));
	glass_keys(b->g, "nn");
	assert_true(glass_expect(b->g, "match 1 of 3", SOON));
	glass_keys(b->g, "N");
	assert_true(glass_expect(b->g, "match 3 of 3", SOON));
	assert_true(cursor_is_on(b, "ImageOrientationPatient"));
}

static void
escape_takes_a_search_back(void **state)
{
	struct bench *b = *state;

	view_tags(b);
	glass_keys(b->g, "j/slicethick");
	assert_true(glass_expect(b->g, "match 1 of 1", SOON));
	assert_true(cursor_is_on(b, "SliceThickness"));
	glass_keys(b->g, "<Esc>");
	assert_true(glass_expect(b->g, "line 2 of", SOON));
	assert_true(cursor_is_on(b, "TransferSyntaxUID"));
}

static void
a_sequence_folds_and_a_search_opens_it(void **state)
{
	struct bench *b = *state;

	view_tags(b);
	assert_true(glass_expect(b->g, "item 1", SOON));
	find(b, "00081140", "match 1 of 1");
	glass_keys(b->g, "<Enter>");
	assert_true(glass_absent(b->g, "item 1", SOON));
	assert_true(glass_absent(b->g, "ReferencedSOPInstanceUID", SOON));
	find(b, "1.2.3.11.99", "match 1 of 1");
	assert_true(cursor_is_on(b, "item 1, (0008,1155) UI ReferencedSOPInstanceUID"));
	assert_true(glass_expect(b->g, "item 1 (1)", SOON));
}

static void
private_elements_are_there_with_their_creator(void **state)
{
	struct bench *b = *state;

	view_tags(b);
	find(b, "example lab", "match 1 of 2");
	assert_true(cursor_is_on(b, "(0009,0010) LO private creator"));
	glass_keys(b->g, "n");
	assert_true(glass_expect(b->g, "match 2 of 2", SOON));
	assert_true(cursor_is_on(b, "(0009,1001) LO [EXAMPLE LAB]"));
	assert_non_null(strstr(glass_row(b->g, VALUE_ROW), "kept by the scanner"));
}

static void
stepping_takes_tree_and_picture_along_and_keeps_the_tag(void **state)
{
	struct bench *b = *state;
	int before, row, column;

	view_tags(b);
	find(b, "instancenumber", "match 1 of 1");
	assert_non_null(strstr(glass_row(b->g, VALUE_ROW), " 1"));
	assert_true(glass_expect(b->g, " slice 1/5", SOON));
	glass_picture_at(b->g, &row, &column);
	assert_true(row == 1 && column < TREE_COLUMN);
	before = glass_picture_count(b->g);
	glass_keys(b->g, "]");
	assert_true(glass_expect(b->g, "slice 2 of 5", SOON));
	assert_true(glass_pictures(b->g, before + 1, SOON));
	assert_true(glass_expect(b->g, " slice 2/5", SOON));
	assert_true(cursor_is_on(b, "InstanceNumber"));
	assert_non_null(strstr(glass_row(b->g, VALUE_ROW), " 2"));
	glass_keys(b->g, "<Right><Left><Left>");
	assert_true(glass_expect(b->g, " slice 1/5", SOON));
	glass_keys(b->g, "[");
	assert_true(glass_expect(b->g, "this is the first slice", SOON));
}

static void
what_is_shown_beside_the_tags_was_not_seen(void **state)
{
	struct bench *b = *state;

	view_tags(b);
	glass_keys(b->g, "]]");
	assert_true(glass_expect(b->g, " slice 3/5", SOON));
	glass_keys(b->g, "q");
	assert_true(glass_expect(b->g, "Viewer", SOON));
	assert_true(glass_expect(b->g, "slice 1/5", SOON));
	assert_true(glass_expect(b->g, "░ 1/5", SOON));
}

static void
d_shows_only_what_differs_from_the_slice_before(void **state)
{
	struct bench *b = *state;

	view_tags(b);
	glass_keys(b->g, "]d");
	assert_true(glass_expect(b->g, "slice 2 of 5, what differs from slice 1", SOON));
	assert_true(glass_expect(b->g, "+ always different (2)", SOON));
	assert_true(glass_expect(b->g, "ImagePositionPatient", SOON));
	assert_true(glass_expect(b->g, "0\\0\\2", SOON));
	assert_true(glass_expect(b->g, "0\\0\\0", SOON));
	assert_true(glass_absent(b->g, "Manufacturer", SOON));
	assert_true(glass_absent(b->g, "SOPInstanceUID", SOON));
	glass_keys(b->g, "G<Enter>");
	assert_true(glass_expect(b->g, "- always different (2)", SOON));
	assert_true(glass_expect(b->g, "SOPInstanceUID", SOON));
	glass_keys(b->g, "d");
	assert_true(glass_expect(b->g, "Manufacturer", SOON));
}

static void
another_series_is_compared_by_its_number(void **state)
{
	struct bench *b = *state;

	view_tags(b);
	glass_keys(b->g, "D");
	assert_true(glass_expect(b->g, ":tags-compare", SOON));
	glass_keys(b->g, "S-0099<Enter>");
	assert_true(glass_expect(b->g, "there is no series S-0099", SOON));
	assert_true(glass_expect(b->g, "Manufacturer", SOON)); /* what was shown stays */
	glass_keys(b->g, "DS-0003<Enter>");
	assert_true(glass_expect(b->g, "what differs from S-0003 slice 1", SOON));
	assert_true(glass_expect(b->g, "+ always different", SOON));
	assert_true(glass_expect(b->g, "CHEST ALPHA", SOON));
	assert_true(glass_expect(b->g, "HEAD GAMMA", SOON));
	assert_true(glass_absent(b->g, "Manufacturer", SOON));
	glass_keys(b->g, "]");
	assert_true(glass_expect(b->g, "slice 2 of 5, what differs from S-0003 slice 2", SOON));
	glass_keys(b->g, "]");
	assert_true(glass_expect(b->g, "slice 3 of 5, what differs from S-0003 slice 3", SOON));
	glass_keys(b->g, "]"); /* it has no fourth */
	assert_true(glass_expect(b->g, "slice 4 of 5, what differs from S-0003 slice 3", SOON));
	glass_keys(b->g, "D");
	assert_true(glass_expect(b->g, "Manufacturer", SOON));
}

/* A long value: the line below the tree shows as much as it has room for, Enter all of it. */
static void
a_long_value_is_opened_line_by_line(void **state)
{
	static const char words[] =
		"one two three four five six seven eight nine ten eleven twelve";
	struct lab_series wordy = { .modality = "CT",
		.description = words,
		.subject = "L02-0005",
		.visit = "BL",
		.slices = 1,
		.number = 15 };
	struct bench *b = *state;

	assert_true(lab_write(&b->lab, "wordy", &wordy));
	assert_true(lab_import(&b->lab, "wordy"));
	start(b, GLASS_SIXEL, 120, 40);
	login(b, "rosa");
	glass_keys(b->g, "/eleven<Enter>");
	assert_true(glass_expect(b->g, "row 1 of 1", SOON));
	open_first(b);
	glass_keys(b->g, "t");
	assert_true(glass_expect(b->g, "line 1 of", SOON));
	find(b, "0008,103e", "match 1 of 1");
	assert_non_null(strstr(glass_row(b->g, VALUE_ROW), words));
	assert_false(glass_has(b->g, "| one two"));
	glass_keys(b->g, "<Enter>");
	assert_true(glass_expect(b->g, "| one two three", SOON));
	glass_keys(b->g, "<Enter>");
	assert_true(glass_absent(b->g, "| one two", SOON));
	find(b, "0018,0050", "match 1 of 1");
	glass_keys(b->g, "<Enter>");
	assert_true(glass_expect(b->g, "there is no more of it to open", SOON));
}

static void
a_narrow_window_has_the_tree_alone(void **state)
{
	struct bench *b = *state;
	int before;

	start(b, GLASS_SIXEL, 90, 40);
	login(b, "rosa");
	open_first(b);
	assert_true(glass_expect(b->g, "slice 1/5", SOON));
	before = glass_picture_count(b->g);
	glass_keys(b->g, "t");
	assert_true(glass_expect(b->g, "line 1 of", SOON));
	assert_int_equal(strncmp(glass_row(b->g, 1), "  (0002,000", 11), 0);
	glass_keys(b->g, "]");
	assert_true(glass_expect(b->g, "slice 2 of 5", SOON));
	assert_int_equal(glass_picture_count(b->g), before);
}

static void
a_resize_moves_the_tree_and_brings_the_picture_back(void **state)
{
	struct bench *b = *state;
	int before;

	view_tags(b);
	assert_true(glass_expect(b->g, " slice 1/5", SOON));
	find(b, "slicethick", "match 1 of 1");
	glass_resize(b->g, 90, 40);
	assert_true(glass_absent(b->g, " slice 1/5", SOON));
	assert_true(glass_expect(b->g, "? help  …", SOON)); /* the last row, cut */
	assert_int_equal(strncmp(glass_row(b->g, 1), "  (0002,000", 11), 0);
	before = glass_picture_count(b->g);
	glass_resize(b->g, 140, 30);
	assert_true(glass_pictures(b->g, before + 1, SOON));
	assert_true(glass_expect(b->g, " slice 1/5", SOON));
	assert_true(glass_expect(b->g, "match 1 of 1", SOON));
	assert_true(glass_expect(
		b->g, "(0018,0050) DS SliceThickness", SOON)); /* still under the cursor */
}

/* Blanks are written over the cells of the picture, whatever ncurses thinks of them. */
static void
leaving_erases_the_picture(void **state)
{
	struct bench *b = *state;
	const char *bytes;
	size_t before, after;
	int count;

	view_tags(b);
	assert_true(glass_expect(b->g, " slice 1/5", SOON));
	count = glass_picture_count(b->g);
	glass_written(b->g, &before);
	glass_keys(b->g, "?");
	assert_true(glass_expect(b->g, "On this screen (Tags)", SOON));
	bytes = glass_written(b->g, &after);
	assert_non_null(memmem(bytes + before, after - before, "\033[2;1H          ", 16));
	assert_int_equal(glass_picture_count(b->g), count);
	glass_keys(b->g, "q");
	assert_true(glass_pictures(b->g, count + 1, SOON));
	assert_true(glass_expect(b->g, " slice 1/5", SOON));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCREEN_TEST(tags_show_the_header_and_search_it),
		SCREEN_TEST(numbers_names_and_values_are_found_whatever_the_case),
		SCREEN_TEST(n_goes_through_the_matches_and_round),
		SCREEN_TEST(escape_takes_a_search_back),
		SCREEN_TEST(a_sequence_folds_and_a_search_opens_it),
		SCREEN_TEST(private_elements_are_there_with_their_creator),
		SCREEN_TEST(stepping_takes_tree_and_picture_along_and_keeps_the_tag),
		SCREEN_TEST(what_is_shown_beside_the_tags_was_not_seen),
		SCREEN_TEST(d_shows_only_what_differs_from_the_slice_before),
		SCREEN_TEST(another_series_is_compared_by_its_number),
		SCREEN_TEST(a_long_value_is_opened_line_by_line),
		SCREEN_TEST(a_narrow_window_has_the_tree_alone),
		SCREEN_TEST(a_resize_moves_the_tree_and_brings_the_picture_back),
		SCREEN_TEST(leaving_erases_the_picture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
