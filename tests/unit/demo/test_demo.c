/* The demonstration is what its table says: counts, valid files, faults where they are claimed. */
#include <dirent.h>
#include <ftw.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/demo/demo.h"
#include "core/demo/demo_image.h"
#include "core/base/glyphs.h"

struct file {
	unsigned char *bytes;
	size_t n;
};

static struct file
read_path(const char *path)
{
	struct file f = { 0 };
	FILE *in = fopen(path, "rb");

	if (in == NULL)
		return f;
	fseek(in, 0, SEEK_END);
	f.n = (size_t)ftell(in);
	rewind(in);
	f.bytes = mem_alloc(f.n + 1);
	assert_int_equal(fread(f.bytes, 1, f.n, in), f.n);
	fclose(in);
	return f;
}

static struct file
read_slice(const char *folder, const struct demo_series *s, int number)
{
	char *path = mem_format("%s/%s/IM%04d.dcm", folder, s->folder, number);
	struct file f = read_path(path);

	free(path);
	return f;
}

static uint32_t
number(const unsigned char *at, int bytes)
{
	uint32_t v = 0;

	while (bytes-- > 0)
		v = v << 8 | at[bytes];
	return v;
}

/* One element of a file: where its value is and the next element begins. */
struct element {
	uint32_t tag;
	size_t value, length, next;
};

static struct element
element_at(const struct file *f, size_t at)
{
	struct element el = { .tag = number(f->bytes + at, 2) << 16 | number(f->bytes + at + 2, 2) };
	const char *vr = (const char *)f->bytes + at + 4;
	bool wide = !memcmp(vr, "OB", 2) || !memcmp(vr, "OW", 2) || !memcmp(vr, "SQ", 2);

	el.value = at + (wide ? 12 : 8);
	el.length = wide ? number(f->bytes + at + 8, 4) : number(f->bytes + at + 6, 2);
	el.next = el.value + el.length;
	return el;
}

static bool
find(const struct file *f, uint32_t tag, struct element *out)
{
	for (size_t at = 132; at + 8 <= f->n; at = out->next) {
		*out = element_at(f, at);
		if (out->tag == tag)
			return true;
	}
	return false;
}

static char *
text_of(const struct file *f, uint32_t tag)
{
	struct element el = { 0 };
	char *text;

	if (!find(f, tag, &el))
		return mem_string("");
	text = mem_zero(el.length + 1, 1);
	memcpy(text, f->bytes + el.value, el.length);
	return text;
}

static const struct demo_series *
first_with(enum demo_fault fault, const char *modality)
{
	for (size_t i = 0; i < demo_series_count(); i++)
		if (demo_series_at(i)->fault == fault &&
			(modality == NULL || strcmp(demo_series_at(i)->modality, modality) == 0))
			return demo_series_at(i);
	fail_msg("no series with fault %d", (int)fault);
	return NULL;
}

static const struct demo_series *
at_folder(const char *folder)
{
	for (size_t i = 0; i < demo_series_count(); i++)
		if (strcmp(demo_series_at(i)->folder, folder) == 0)
			return demo_series_at(i);
	fail_msg("no series %s", folder);
	return NULL;
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *w)
{
	(void)st;
	(void)flag;
	(void)w;
	return remove(path);
}

static int
make_folder(void **state)
{
	const char *tmp = getenv("TMPDIR");
	char *folder = mem_format("%s/demo-XXXXXX", tmp != NULL ? tmp : "/tmp");

	*state = mkdtemp(folder);
	return *state == NULL;
}

static int
remove_folder(void **state)
{
	nftw(*state, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(*state);
	return 0;
}

/* The different values of a text member of the table. */
static size_t
different(size_t member)
{
	const char *seen[64];
	size_t n = 0;

	for (size_t i = 0; i < demo_series_count(); i++) {
		const char *v = *(const char *const *)((const char *)demo_series_at(i) + member);
		size_t k = 0;

		while (k < n && strcmp(seen[k], v) != 0)
			k++;
		if (k == n)
			seen[n++] = v;
		assert_true(n < 64);
	}
	return n;
}

static void
there_are_two_trials_three_sites_thirteen_subjects_and_sixty_series(void **state)
{
	(void)state;
	assert_int_equal(different(offsetof(struct demo_series, trial)), 2);
	assert_int_equal(different(offsetof(struct demo_series, site)), 3);
	assert_int_equal(different(offsetof(struct demo_series, subject)), 13);
	assert_int_equal(different(offsetof(struct demo_series, visit)), 2);
	assert_int_equal(different(offsetof(struct demo_series, folder)), demo_series_count());
	assert_in_range(demo_series_count(), 55, 65);
}

static void
every_subject_but_one_has_two_visits_and_every_fault_is_somewhere(void **state)
{
	int visits = 0;

	(void)state;
	for (size_t i = 0; i < demo_series_count(); i++) {
		const struct demo_series *s = demo_series_at(i);
		bool first = true;

		for (size_t k = 0; k < i; k++)
			if (strcmp(demo_series_at(k)->subject, s->subject) == 0 &&
				strcmp(demo_series_at(k)->visit, s->visit) == 0)
				first = false;
		visits += first;
	}
	assert_int_equal(visits, 25);
	for (int f = DEMO_FINE; f < DEMO_FAULTS; f++)
		assert_non_null(first_with((enum demo_fault)f, NULL));
}

/* The whole file is elements in ascending order, and its pixels are as long as the header says. */
static void
check_file(const struct file *f)
{
	struct element el = { 0 };
	uint32_t last = 0;
	size_t at = 132;

	assert_true(f->n > 132 && memcmp(f->bytes + 128, "DICM", 4) == 0);
	for (; at + 8 <= f->n; at = el.next) {
		el = element_at(f, at);
		assert_true(el.tag > last);
		assert_int_equal(el.length % 2, 0);
		last = el.tag;
	}
	assert_int_equal(at, f->n);
	assert_int_equal(last, 0x7fe00010);
}

static void
a_file_of_every_kind_is_dicom_with_its_elements_in_order(void **state)
{
	static const char *const folders[] = { "NEURO-01/03/N03-0004/V2/T2",
		"LUNG-02/01/L01-0007/BL/PET", "LUNG-02/01/L01-0008/BL/DX",
		"LUNG-02/03/L03-0010/V2/CR", "LUNG-02/11/L11-0012/BL/US",
		"LUNG-02/01/L01-0007/BL/DOSE", "LUNG-02/11/L11-0012/V2/SCREEN" };

	for (size_t i = 0; i < MEM_COUNT(folders); i++) {
		const struct demo_series *s = at_folder(folders[i]);
		struct err e = { 0 };

		assert_int_equal(demo_write_series(*state, s, &e), RC_OK);
		for (int k = 1, n = 0; n < s->images; k++) {
			struct file f = read_slice(*state, s, k);

			if (f.bytes == NULL)
				continue;
			check_file(&f);
			free(f.bytes);
			n++;
		}
	}
}

/* PS3.3 C.8.9.1.1.2: decay is corrected to the time of a PET series, so its images come later. */
static void
a_pet_image_was_acquired_after_its_series_began(void **state)
{
	const struct demo_series *s = at_folder("LUNG-02/01/L01-0007/BL/PET");
	struct err e = { 0 };
	struct file f;
	char *began, *acquired;

	assert_int_equal(demo_write_series(*state, s, &e), RC_OK);
	f = read_slice(*state, s, 1);
	began = text_of(&f, 0x00080031);
	acquired = text_of(&f, 0x00080032);
	assert_int_equal(strlen(began), 6);
	assert_true(strcmp(began, acquired) <= 0);
	free(began);
	free(acquired);
	free(f.bytes);
}

static void
two_runs_give_the_same_bytes(void **state)
{
	const struct demo_series *s = at_folder("NEURO-01/01/N01-0001/BL/T1");
	char *again = mem_format("%s/again", (char *)*state);

	assert_int_equal(demo_write_series(*state, s, NULL), RC_OK);
	assert_int_equal(demo_write_series(again, s, NULL), RC_OK);
	for (int k = 1; k <= s->images; k++) {
		struct file a = read_slice(*state, s, k), b = read_slice(again, s, k);

		assert_int_equal(a.n, b.n);
		assert_memory_equal(a.bytes, b.bytes, a.n);
		free(a.bytes);
		free(b.bytes);
	}
	free(again);
}

/* ---- text ---- */

/* Which pixels of a box letters cover. */
struct mask {
	const struct demo_series *s;
	int w;
	unsigned char *lit;
};

static void
mark(void *ctx, int x, int y)
{
	struct mask *m = ctx;

	assert_in_range(x, m->s->x0, m->s->x1);
	assert_in_range(y, m->s->y0, m->s->y1);
	m->lit[(y - m->s->y0) * m->w + x - m->s->x0] = 1;
}

static double
stored(const struct picture *p, int x, int y)
{
	size_t at = (size_t)y * (size_t)p->w + (size_t)x;

	if (p->samples == 3)
		return ((const uint8_t *)p->pixels)[3 * at];
	return ((const int16_t *)p->pixels)[at];
}

/* Mean stored value of the letters and of what is between them, in the box. */
static void
text_means(const struct picture *p, double *letters, double *between)
{
	const struct demo_series *s = p->series;
	struct mask m = { s, s->x1 - s->x0 + 1, NULL };
	double sum[2] = { 0 };
	int n[2] = { 0 };

	assert_true(s->x1 < p->w && s->y1 < p->h);
	m.lit = mem_zero((size_t)(m.w * (s->y1 - s->y0 + 1)), 1);
	glyph_draw(s->text, s->x0, s->y0, s->scale, mark, &m);
	for (int y = s->y0; y <= s->y1; y++)
		for (int x = s->x0; x <= s->x1; x++) {
			int lit = m.lit[(y - s->y0) * m.w + x - s->x0];

			sum[lit] += stored(p, x, y);
			n[lit]++;
		}
	free(m.lit);
	*letters = sum[1] / n[1];
	*between = sum[0] / n[0];
}

static void
means_of_slice(const struct demo_series *s, int slice, double *letters, double *between)
{
	struct picture p = picture_draw(s, slice - 1, false);

	text_means(&p, letters, between);
	picture_free(&p);
}

static void
plain_text_stands_out_wherever_the_table_has_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < demo_series_count(); i++) {
		const struct demo_series *s = demo_series_at(i);
		double letters, between;

		if (s->fault != DEMO_TEXT_PLAIN)
			continue;
		means_of_slice(s, 1, &letters, &between);
		assert_true(fabs(letters - between) >
			(s->modality[0] == 'M' || s->modality[0] == 'C' ? 180 : 150));
	}
}

static void
faint_text_is_one_to_two_percent_from_what_is_behind_it(void **state)
{
	double letters, between;

	(void)state;
	means_of_slice(first_with(DEMO_TEXT_FAINT, NULL), 1, &letters, &between);
	assert_true(fabs(letters / between - 1) > 0.01 && fabs(letters / between - 1) < 0.02);
}

static void
text_on_one_slice_is_on_that_slice_only(void **state)
{
	const struct demo_series *s = first_with(DEMO_TEXT_ONE_SLICE, NULL);
	double letters, between;

	(void)state;
	means_of_slice(s, s->first, &letters, &between);
	assert_true(letters - between > 1000);
	means_of_slice(s, s->first - 1, &letters, &between);
	assert_true(fabs(letters - between) < 5);
	means_of_slice(s, s->first + 1, &letters, &between);
	assert_true(fabs(letters - between) < 5);
}

static void
text_in_the_corner_is_black_in_the_default_window(void **state)
{
	double letters, between;

	(void)state;
	means_of_slice(first_with(DEMO_TEXT_CORNER, NULL), 30, &letters, &between);
	assert_true(letters - between > 20 && letters - between < 40);
	assert_true(letters - 1024 < 40 - 80 / 2); /* window 40, 80 */
}

/* ---- faults of series ---- */

static void
slices_of_a_gap_were_not_written(void **state)
{
	const struct demo_series *s = first_with(DEMO_GAP, "MR");
	int there = 0;

	assert_int_equal(demo_write_series(*state, s, NULL), RC_OK);
	for (int k = 1; k <= s->slices; k++) {
		struct file f = read_slice(*state, s, k);

		assert_int_equal(f.bytes == NULL, k >= s->first && k <= s->last);
		there += f.bytes != NULL;
		free(f.bytes);
	}
	assert_int_equal(there, s->images);
	assert_int_equal(s->images, s->slices - (s->last - s->first + 1));
}

static void
a_copy_has_the_pixels_of_its_original_and_other_uids(void **state)
{
	const struct demo_series *s = first_with(DEMO_COPY, NULL), *of = at_folder(s->of);

	assert_int_equal(demo_write_series(*state, s, NULL), RC_OK);
	assert_int_equal(demo_write_series(*state, of, NULL), RC_OK);
	for (int k = 1; k <= s->images; k++) {
		struct file a = read_slice(*state, s, k), b = read_slice(*state, of, k);
		struct element pa = { 0 }, pb = { 0 };
		char *ua = text_of(&a, 0x00080018), *ub = text_of(&b, 0x00080018);

		assert_true(find(&a, 0x7fe00010, &pa) && find(&b, 0x7fe00010, &pb));
		assert_int_equal(pa.length, pb.length);
		assert_memory_equal(a.bytes + pa.value, b.bytes + pb.value, pa.length);
		assert_string_not_equal(ua, ub);
		free(ua);
		free(ub);
		free(a.bytes);
		free(b.bytes);
	}
}

static void
the_resent_file_has_the_same_uid_and_other_pixels(void **state)
{
	const struct demo_series *s = first_with(DEMO_CONFLICT, NULL);
	char *path = mem_format("%s/" DEMO_RESENT, (char *)*state), *ua, *ub;
	struct file a, b;

	assert_int_equal(demo_write_series(*state, s, NULL), RC_OK);
	a = read_slice(*state, s, s->first);
	b = read_path(path);
	assert_non_null(b.bytes);
	check_file(&b);
	ua = text_of(&a, 0x00080018);
	ub = text_of(&b, 0x00080018);
	assert_string_equal(ua, ub);
	assert_true(a.n == b.n && memcmp(a.bytes, b.bytes, a.n) != 0);
	free(ua);
	free(ub);
	free(a.bytes);
	free(b.bytes);
	free(path);
}

static void
a_truncated_file_ends_within_its_pixels(void **state)
{
	const struct demo_series *s = first_with(DEMO_TRUNCATED, NULL);
	struct file whole, cut;
	struct element el = { 0 };

	assert_int_equal(demo_write_series(*state, s, NULL), RC_OK);
	whole = read_slice(*state, s, s->first - 1);
	cut = read_slice(*state, s, s->first);
	check_file(&whole);
	assert_true(find(&cut, 0x7fe00010, &el));
	assert_true(el.value < cut.n && el.next > cut.n);
	free(whole.bytes);
	free(cut.bytes);
}

static void
one_slice_has_a_matrix_of_its_own(void **state)
{
	const struct demo_series *s = first_with(DEMO_MATRIX, NULL);
	struct picture odd = picture_draw(s, s->first - 1, false),
		       even = picture_draw(s, s->first, false);

	(void)state;
	assert_int_equal(even.w, 256);
	assert_int_equal(odd.w, 192);
	picture_free(&odd);
	picture_free(&even);
}

static void
tags_are_missing_where_the_table_says_so(void **state)
{
	static const uint32_t absent[] = { 0x0008103e, 0x00100020, 0x00280030 };
	const struct demo_series *s = first_with(DEMO_TAGS, NULL);
	struct element el = { 0 };
	struct file f;

	assert_int_equal(demo_write_series(*state, s, NULL), RC_OK);
	f = read_slice(*state, s, 1);
	for (size_t i = 0; i < MEM_COUNT(absent); i++)
		assert_false(find(&f, absent[i], &el));
	free(f.bytes);
}

/* Above the head there is air; a ghost lifts it. */
static void
a_ghost_lifts_the_air_beside_the_head(void **state)
{
	const struct demo_series *s = first_with(DEMO_GHOST, NULL);
	struct picture with = picture_draw(s, 12, false),
		       without = picture_draw(at_folder("NEURO-01/03/N03-0003/V2/FLAIR"), 12, false);
	double a = 0, b = 0;

	(void)state;
	for (int y = 0; y < 20; y++)
		for (int x = 78; x < 178; x++) {
			a += stored(&with, x, y);
			b += stored(&without, x, y);
		}
	assert_true(a > 1.5 * b);
	picture_free(&with);
	picture_free(&without);
}

#define IN_FOLDER(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_are_two_trials_three_sites_thirteen_subjects_and_sixty_series),
		cmocka_unit_test(every_subject_but_one_has_two_visits_and_every_fault_is_somewhere),
		IN_FOLDER(a_file_of_every_kind_is_dicom_with_its_elements_in_order),
		IN_FOLDER(a_pet_image_was_acquired_after_its_series_began),
		IN_FOLDER(two_runs_give_the_same_bytes),
		cmocka_unit_test(plain_text_stands_out_wherever_the_table_has_it),
		cmocka_unit_test(faint_text_is_one_to_two_percent_from_what_is_behind_it),
		cmocka_unit_test(text_on_one_slice_is_on_that_slice_only),
		cmocka_unit_test(text_in_the_corner_is_black_in_the_default_window),
		IN_FOLDER(slices_of_a_gap_were_not_written),
		IN_FOLDER(a_copy_has_the_pixels_of_its_original_and_other_uids),
		IN_FOLDER(the_resent_file_has_the_same_uid_and_other_pixels),
		IN_FOLDER(a_truncated_file_ends_within_its_pixels),
		cmocka_unit_test(one_slice_has_a_matrix_of_its_own),
		IN_FOLDER(tags_are_missing_where_the_table_says_so),
		cmocka_unit_test(a_ghost_lifts_the_air_beside_the_head),
	};

	return cmocka_run_group_tests_name("demo", tests, NULL, NULL);
}
