/* Labels of files: from bytes through the decoder to what the rules say.  Enhanced objects, and the corpus where it lies
 * beside the project. */
#include "tests/unit/dicom/dicom_make.h"

#include <fcntl.h>
#include <stdlib.h>

#include "core/classify/rules.h"

static const char corpus[] = "../shared/corpus/dev";

/* Of one file alone. */
static struct label
label_of_header(const struct header *h)
{
	struct fact_image im = {
		.type = header_text(h, ATTR_IMAGE_TYPE),
		.position = header_text(h, ATTR_IMAGE_POSITION),
		.orientation = header_text(h, ATTR_IMAGE_ORIENTATION),
		.temporal = header_text(h, ATTR_TEMPORAL_POSITION),
		.frames = (long)h->frames,
	};
	struct rules *r = NULL;
	struct err e = { 0 };
	struct facts f;
	struct label out;

	if (rules_parse(classify_rules, strlen(classify_rules), "rules.tsv", &r, &e) != RC_OK)
		fail_msg("%s", e.text);
	facts_begin(&f, (const char *const *)h->value);
	facts_image(&f, &im);
	classify(r, &f, &out);
	rules_free(r);
	return out;
}

/* ---- enhanced MR, made ---- */

/* 8 bytes of FD, least significant first. */
static void
add_double(struct maker *m, uint32_t tag, double v)
{
	make_head(m, tag, "FD", sizeof(v));
	buf_add(&m->b, &v, sizeof(v));
}

/* (5200,92xx) > item > macro > item > what `inner` holds, which is swallowed. */
static void
add_group(struct maker *m, uint32_t group, uint32_t macro, struct maker *inner)
{
	make_open(m, group);
	make_item(m);
	make_open(m, macro);
	make_item(m);
	buf_add(&m->b, inner->b.data, inner->b.len);
	make_item_end(m);
	make_close(m);
	make_item_end(m);
	make_close(m);
	buf_release(&inner->b);
}

static void
enhanced_begin(struct maker *m)
{
	make_start(m, EXPLICIT_LE);
	make_text(m, 0x00080008, "CS", "ORIGINAL\\PRIMARY\\M\\NONE");
	make_text(m, 0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.4.1");
	make_text(m, 0x00080018, "UI", "1.2.3.4");
	make_text(m, 0x00080060, "CS", "MR");
	make_text(m, 0x00180023, "CS", "3D");
}

/* nothing but the functional groups says what it is. */
static void
echo_and_inversion_time_in_functional_groups_make_a_flair(void **state)
{
	struct maker m, echo = { 0 }, modifier = { 0 }, plane = { 0 };
	struct label l;
	struct header *h;

	enhanced_begin(&m);
	add_double(&modifier, 0x00189079, 2050);
	add_group(&m, 0x52009229, 0x00189115, &modifier);
	add_double(&echo, 0x00189082, 118);
	make_text(&plane, 0x00200037, "DS", "0\\1\\0\\0\\0\\-1");
	/* a group of its own for each frame: the first counts */
	make_open(&m, 0x52009230);
	make_item(&m);
	make_open(&m, 0x00189114);
	make_item(&m);
	buf_add(&m.b, echo.b.data, echo.b.len);
	make_item_end(&m);
	make_close(&m);
	make_open(&m, 0x00209116);
	make_item(&m);
	buf_add(&m.b, plane.b.data, plane.b.len);
	make_item_end(&m);
	make_close(&m);
	make_item_end(&m);
	make_close(&m);
	buf_release(&echo.b);
	buf_release(&plane.b);
	h = good_header(*state, &m);
	assert_string_equal(header_text(h, ATTR_TI), "2050");
	l = label_of_header(h);
	assert_string_equal(l.text, "SAG FLAIR 3D");
	assert_non_null(strstr(l.rules, "base.61"));
	header_free(h);
}

/* */
static void
a_b_value_in_functional_groups_makes_a_dwi(void **state)
{
	struct maker m, diffusion = { 0 };
	struct header *h;

	enhanced_begin(&m);
	add_double(&diffusion, 0x00189087, 800);
	add_group(&m, 0x52009230, 0x00189117, &diffusion);
	h = good_header(*state, &m);
	assert_string_equal(label_of_header(h).text, "DWI 3D");
	header_free(h);
}

/* ---- the corpus ---- */

static const struct {
	const char *file, *label;
} files[] = {
	{ "series/s01/0001.dcm", "AX T2" },
	{ "series/s02/0001", "AX CT" },
	{ "series/s03/0001.dcm", "AX CT" },
	{ "series/s04/0001.dcm", "DERIVED AX T1" },
	{ "series/s06/0001.dcm", "AX BOLD" },
	{ "series/s07/0001.dcm", "SAG T1 3D" },
	{ "odd/o15.dcm", "XR" },
	{ "odd/o16.dcm", "US" },
	{ "odd/o18.dcm", "REPORT" },
	{ "odd/o20.dcm", "SAG T1 3D" }, /* enhanced */
	{ "odd/o21.dcm", "DERIVED AX DTI-FA" },
	{ "odd/o28.dcm", "SCREEN" },
	{ "segmentation/mrbrain/0001.dcm", "AX T1 POST" },
	{ "segmentation/mrbrain_seg/g01.dcm", "SEG" },
	{ "segmentation/rtct_rs/0001.dcm", "SEG" },
};

/* */
static void
real_files_have_the_label_that_a_person_gives_them(void **state)
{
	if (access(corpus, R_OK) != 0) {
		print_message("no corpus at %s: not run\n", corpus);
		skip();
	}
	for (size_t i = 0; i < MEM_COUNT(files); i++) {
		char path[512];
		struct err e = { 0 };
		struct header *h;
		struct label l;
		int fd;

		snprintf(path, sizeof(path), "%s/%s", corpus, files[i].file);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (decoder_header(*state, fd, &h, &e) != RC_OK)
			fail_msg("%s: %s", files[i].file, e.text);
		close(fd);
		l = label_of_header(h);
		header_free(h);
		if (strcmp(l.text, files[i].label) != 0)
			fail_msg("%s: %s by %s", files[i].file, l.text, l.rules);
	}
}

/* an enhanced file of a real scanner, which has no echo time at its top level. */
static void
an_enhanced_file_of_a_scanner_tells_its_times(void **state)
{
	char path[512];
	struct err e = { 0 };
	struct header *h;
	int fd;

	snprintf(path, sizeof(path), "%s/odd/o20.dcm", corpus);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		skip();
	assert_int_equal(decoder_header(*state, fd, &h, &e), RC_OK);
	close(fd);
	assert_string_equal(header_text(h, ATTR_TE), "");
	assert_string_equal(header_text(h, ATTR_TE_EFFECTIVE), "2.41");
	assert_string_equal(header_text(h, ATTR_TR), "1800");
	assert_string_equal(header_text(h, ATTR_TI), "900");
	header_free(h);
}

static int
setup(void **state)
{
	*state = decoder_new(NULL);
	return 0;
}

static int
teardown(void **state)
{
	decoder_free(*state);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(echo_and_inversion_time_in_functional_groups_make_a_flair),
		cmocka_unit_test(a_b_value_in_functional_groups_makes_a_dwi),
		cmocka_unit_test(real_files_have_the_label_that_a_person_gives_them),
		cmocka_unit_test(an_enhanced_file_of_a_scanner_tells_its_times),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
