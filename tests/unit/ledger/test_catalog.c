/* What images there are: duplicates, conflicts, groups, order and flags. */
#include "core/ledger/why.h"
#include "tests/unit/ledger/ledger_make.h"

static struct series
read_series(struct made *m, int64_t id)
{
	struct series s;

	assert_ok(catalog_series(m->l, id, &s, e));
	return s;
}

/* The flags of a series and its gap text. */
static uint64_t
why_of(struct made *m, int64_t id)
{
	struct series s = read_series(m, id);
	uint64_t why = s.why;

	series_release(&s);
	return why;
}

static void
the_same_bytes_are_a_duplicate(void **state)
{
	struct made *m = *state;
	struct picture p;

	made_series(m, 1, 3);
	picture_ct(&p, 1, 2);
	assert_int_equal(made_put(m, &p), CATALOG_DUPLICATE);
	assert_int_equal(raw_number(m->folder, "SELECT count(*) FROM image"), 3);
	assert_verified(m->folder);
}

static void
other_bytes_under_the_same_uid_are_kept_and_flagged(void **state)
{
	struct made *m = *state;
	int64_t id = made_series(m, 1, 3);
	struct picture p;
	char digest[DIGEST_HEX];

	picture_ct(&p, 1, 2);
	made_digest("other bytes", p.digest);
	assert_int_equal(made_put(m, &p), CATALOG_CONFLICT);
	assert_true(why_of(m, id) & WHY(CONFLICT));
	assert_int_equal(raw_number(m->folder, "SELECT count(*) FROM image"), 3);
	assert_ok(catalog_digest(m->l, p.sop, digest, e));
	assert_string_not_equal(digest, p.digest);
	assert_int_equal(made_put(m, &p), CATALOG_DUPLICATE);
	assert_verified(m->folder);
}

static void
images_without_group_uids_stay_apart(void **state)
{
	struct made *m = *state;
	struct picture p;

	for (int i = 1; i <= 2; i++) {
		picture_ct(&p, 1, i);
		picture_set(&p, ATTR_STUDY_UID, NULL);
		picture_set(&p, ATTR_SERIES_UID, i == 1 ? NULL : "");
		assert_int_equal(made_put(m, &p), CATALOG_NEW);
	}
	assert_int_equal(raw_number(m->folder, "SELECT count(*) FROM series"), 2);
	assert_int_equal(raw_number(m->folder, "SELECT count(*) FROM exam"), 2);
	assert_true(why_of(m, 1) & WHY(TAGS));
	assert_verified(m->folder);
}

static void
missing_attributes_are_named(void **state)
{
	struct made *m = *state;
	struct picture p;
	struct series s;

	picture_ct(&p, 1, 1);
	picture_set(&p, ATTR_KVP, NULL);
	picture_set(&p, ATTR_SERIES_UID, NULL);
	picture_set(&p, ATTR_PIXEL_SPACING, "");
	made_put(m, &p);
	s = read_series(m, 1);
	assert_string_equal(s.missing, "SeriesInstanceUID PixelSpacing KVP");
	series_release(&s);
}

static void
a_series_without_faults_has_no_flags(void **state)
{
	struct made *m = *state;
	int64_t id = made_series(m, 1, 5);
	struct series s = read_series(m, id);

	assert_true(s.why == 0);
	assert_string_equal(s.gap, "");
	assert_string_equal(s.missing, "");
	assert_string_equal(s.spacing, "1.00");
	assert_string_equal(s.state, "quarantined");
	assert_string_equal(s.subject, "SUBJ-001");
	assert_int_equal(s.images, 5);
	assert_int_equal(s.slices, 5);
	series_release(&s);
}

static void
images_are_put_in_order_whatever_order_they_came_in(void **state)
{
	static const int order[] = { 3, 1, 5, 2, 4 };
	struct made *m = *state;
	struct catalog_batch *b;
	struct picture p;
	struct image *images;
	size_t n;

	made_begin(m, &b);
	for (size_t i = 0; i < MEM_COUNT(order); i++) {
		picture_ct(&p, 1, order[i]);
		made_add(b, &p);
	}
	assert_ok(catalog_batch_end(b, RC_OK, e));
	made_settle(m, 1);
	assert_ok(catalog_images(m->l, 1, &images, &n, e));
	assert_int_equal(n, 5);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(images[i].number, (long)i + 1);
	free(images);
}

static void
missing_slices_are_counted_and_placed(void **state)
{
	struct made *m = *state;
	struct catalog_batch *b;
	struct picture p;
	struct series s;

	made_begin(m, &b);
	for (int i = 1; i <= 20; i++) {
		picture_ct(&p, 1, i);
		if (i < 8 || i > 10)
			made_add(b, &p);
	}
	assert_ok(catalog_batch_end(b, RC_OK, e));
	made_settle(m, 1);
	s = read_series(m, 1);
	assert_string_equal(s.gap, "3 slices missing, first after 7");
	assert_true(s.why == WHY(GAP));
	series_release(&s);
}

/* One change to an otherwise good slice, and the flag that it brings. */
struct odd {
	enum attr attr;
	const char *value;
	uint32_t flags; /* more of the header's */
	uint64_t why;
};

static void
each_oddity_has_its_flag(void **state)
{
	static const struct odd odds[] = {
		{ ATTR_BURNED_IN, "YES", 0, WHY(BURNED) },
		{ ATTR_BURNED_IN, NULL, 0, WHY(UNSAID) },
		{ ATTR_BURNED_IN, "MAYBE", 0, WHY(UNSAID) },
		{ ATTR_SOP_CLASS, "1.2.840.10008.5.1.4.1.1.7", 0, WHY(SC) },
		{ ATTR_SOP_CLASS, "1.2.840.10008.5.1.4.1.1.7.4", 0, WHY(SC) },
		{ ATTR_SOP_CLASS, "1.2.840.10008.5.1.4.1.1.77.1.6", 0, 0 },
		{ ATTR_SERIES_DESC, "Dose Report", 0, WHY(SCREEN) },
		{ ATTR_IMAGE_TYPE, "DERIVED\\SECONDARY\\SCREEN SAVE", 0, WHY(SCREEN) },
		{ ATTR_MODALITY, "US", 0, WHY(US) },
		{ ATTR_MODALITY, "OT", 0, WHY(OT) },
		{ ATTR_MODALITY, NULL, 0, WHY(OT) | WHY(TAGS) },
		{ ATTR_PATIENT_ID, "", 0, WHY(TAGS) },
		{ ATTR_ROWS, "480", 0, WHY(OUTLIER) },
		{ ATTR_SEX, "M", HEADER_OVERLAY, WHY(OVERLAY) },
		{ ATTR_SEX, "M", HEADER_CHARSET, WHY(CHARSET) },
		{ ATTR_SEX, "M", HEADER_CLEANED, WHY(CONTROL) },
		{ ATTR_SEX, "M", HEADER_SHORT, WHY(SHORT) },
		{ ATTR_SEX, "M", HEADER_ICON, WHY(ICON) },
	};
	struct made *m = *state;
	struct picture p;

	for (size_t i = 0; i < MEM_COUNT(odds); i++) {
		picture_ct(&p, (int)i + 1, 1);
		picture_set(&p, odds[i].attr, odds[i].value);
		p.h.flags |= odds[i].flags;
		made_put(m, &p);
		if (why_of(m, made_id(m, (int)i + 1)) != odds[i].why)
			fail_msg("row %zu", i);
	}
	assert_verified(m->folder);
}

static void
a_mixed_matrix_and_a_repeated_slice_are_flagged(void **state)
{
	struct made *m = *state;
	struct picture p;

	made_series(m, 1, 3);
	picture_ct(&p, 1, 4);
	picture_set(&p, ATTR_ROWS, "1024");
	made_put(m, &p);
	picture_ct(&p, 1, 5);
	picture_set(&p, ATTR_IMAGE_POSITION, "0\\0\\2");
	made_put(m, &p);
	assert_true(why_of(m, 1) == (WHY(MATRIX) | WHY(REPEAT)));
}

static void
objects_without_pixels_and_broken_ones_are_flagged(void **state)
{
	struct made *m = *state;
	struct picture p;

	picture_ct(&p, 1, 1);
	p.h.flags &= ~(uint32_t)HEADER_PIXELS;
	p.h.frames = 0;
	p.pixels[0] = '\0';
	made_put(m, &p);
	picture_ct(&p, 2, 1);
	p.fault = "the JPEG stream ends early";
	made_put(m, &p);
	assert_true(why_of(m, made_id(m, 1)) == WHY(NOIMAGE));
	assert_true(why_of(m, made_id(m, 2)) == WHY(DECODE));
}

static void
the_same_pixels_under_new_uids_are_a_copy(void **state)
{
	struct made *m = *state;
	struct picture first, p;

	made_series(m, 1, 1);
	picture_ct(&first, 1, 1);
	picture_ct(&p, 2, 1);
	strcpy(p.pixels, first.pixels);
	made_put(m, &p);
	assert_true(why_of(m, made_id(m, 2)) == WHY(COPY));
}

static void
a_series_left_by_a_killed_import_is_settled_by_the_next(void **state)
{
	struct made *m = *state;
	struct catalog_batch *b;
	struct picture p;

	made_begin(m, &b);
	picture_ct(&p, 1, 1);
	made_add(b, &p);
	assert_ok(catalog_batch_end(b, RC_OK, e));
	made_close(m); /* killed here */
	assert_verified(m->folder);
	made_open(m);
	assert_int_equal(raw_number(m->folder, "SELECT count(*) FROM task"), 0);
	made_begin(m, &b);
	picture_ct(&p, 2, 1);
	made_add(b, &p);
	assert_ok(catalog_batch_end(b, RC_OK, e));
	made_settle(m, 2);
	assert_int_equal(raw_number(m->folder, "SELECT count(*) FROM task"), 4);
	assert_verified(m->folder);
}

static void
an_undone_batch_leaves_nothing(void **state)
{
	struct made *m = *state;
	struct catalog_batch *b;
	struct picture p;

	made_begin(m, &b);
	picture_ct(&p, 1, 1);
	made_add(b, &p);
	assert_int_equal(catalog_batch_end(b, RC_FAILED, NULL), RC_FAILED);
	assert_int_equal(raw_number(m->folder, "SELECT count(*) FROM image"), 0);
	assert_int_equal(raw_number(m->folder, "SELECT count(*) FROM series"), 0);
	assert_verified(m->folder);
}

static void
the_manifest_does_not_depend_on_the_order_of_arrival(void **state)
{
	struct made *m = *state;
	struct made *other = made_new();
	char one[DIGEST_HEX], two[DIGEST_HEX];
	struct picture p;

	made_series(m, 1, 3);
	for (int i = 3; i >= 1; i--) {
		picture_ct(&p, 1, i);
		made_put(other, &p);
	}
	raw_text(m->folder, "SELECT manifest FROM series", one, sizeof(one));
	raw_text(other->folder, "SELECT manifest FROM series", two, sizeof(two));
	assert_int_equal(strlen(one), 64);
	assert_string_equal(one, two);
	made_free(other);
}

static void
series_are_found_by_name_number_and_uid(void **state)
{
	static const char *const names[] = { "S-0002", "s-2", "2", "1.2.3.7.1" };
	struct made *m = *state;
	int64_t id;

	made_series(m, 1, 1);
	made_series(m, 7, 1);
	for (size_t i = 0; i < MEM_COUNT(names); i++) {
		assert_ok(catalog_series_id(m->l, names[i], &id, e));
		assert_int_equal(id, 2);
	}
	assert_int_equal(catalog_series_id(m->l, "S-0003", &id, NULL), RC_NOT_FOUND);
	assert_int_equal(catalog_series_id(m->l, "' OR 1=1 --", &id, NULL), RC_NOT_FOUND);
}

static void
headers_are_kept_as_they_came(void **state)
{
	struct made *m = *state;
	char *json, rows[16];

	made_series(m, 1, 1);
	assert_ok(catalog_header(m->l, 1, &json, e));
	assert_string_equal(json, "{}");
	assert_ok(catalog_image_attr(m->l, 1, ATTR_ROWS, rows, sizeof(rows), e));
	assert_string_equal(rows, "512");
	assert_ok(catalog_image_attr(m->l, 1, ATTR_LOSSY, rows, sizeof(rows), e));
	assert_string_equal(rows, "");
	free(json);
}

static int64_t
series_of(struct made *m, int series, const char *patient, const char *modality,
	const char *description)
{
	struct picture p;

	picture_ct(&p, series, 1);
	picture_set(&p, ATTR_PATIENT_ID, patient);
	picture_set(&p, ATTR_MODALITY, modality);
	picture_set(&p, ATTR_SERIES_DESC, description);
	assert_int_equal(made_put(m, &p), CATALOG_NEW);
	return made_id(m, series);
}

static int64_t
kin_of(struct ledger *l, int64_t series)
{
	int64_t kin = 0;
	size_t n;

	assert_int_equal(
		catalog_alike(l, series, &(struct catalog_kin){ false, &kin, 1 }, &n, NULL), RC_OK);
	return kin;
}

static void
the_series_to_compare_with_is_the_subjects_own_and_most_alike(void **state)
{
	struct made *m = *state;
	int64_t lung = series_of(m, 1, "A", "CT", "Lung");
	int64_t soft = series_of(m, 2, "A", "CT", "Soft");
	int64_t other = series_of(m, 3, "B", "CT", "Lung");
	int64_t mr = series_of(m, 4, "A", "MR", "Lung");
	int64_t lung2 = series_of(m, 5, "A", "CT", "Lung");
	int64_t lung3 = series_of(m, 6, "A", "CT", "Lung");

	assert_int_equal(kin_of(m->l, lung3), lung2); /* the last before it */
	assert_int_equal(kin_of(m->l, lung2), lung);
	assert_int_equal(kin_of(m->l, lung), lung2); /* none before it: the next */
	assert_int_equal(kin_of(m->l, soft), lung);
	assert_int_equal(kin_of(m->l, mr), lung);
	assert_int_equal(kin_of(m->l, other), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		made_test(the_same_bytes_are_a_duplicate),
		made_test(other_bytes_under_the_same_uid_are_kept_and_flagged),
		made_test(images_without_group_uids_stay_apart),
		made_test(missing_attributes_are_named),
		made_test(a_series_without_faults_has_no_flags),
		made_test(images_are_put_in_order_whatever_order_they_came_in),
		made_test(missing_slices_are_counted_and_placed),
		made_test(each_oddity_has_its_flag),
		made_test(a_mixed_matrix_and_a_repeated_slice_are_flagged),
		made_test(objects_without_pixels_and_broken_ones_are_flagged),
		made_test(the_same_pixels_under_new_uids_are_a_copy),
		made_test(a_series_left_by_a_killed_import_is_settled_by_the_next),
		made_test(an_undone_batch_leaves_nothing),
		made_test(the_manifest_does_not_depend_on_the_order_of_arrival),
		made_test(series_are_found_by_name_number_and_uid),
		made_test(headers_are_kept_as_they_came),
		made_test(the_series_to_compare_with_is_the_subjects_own_and_most_alike),
	};

	return cmocka_run_group_tests(tests, made_group_setup, made_group_teardown);
}
