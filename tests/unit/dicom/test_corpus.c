/* The corpus of real and broken files, where it lies beside the project: ../shared/corpus/dev. */
#include "tests/unit/dicom/dicom_make.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>

#include "core/base/clock.h"

static const char corpus[] = "../shared/corpus/dev";

static bool
corpus_missing(void)
{
	if (access(corpus, R_OK) == 0)
		return false;
	print_message("no corpus at %s: not run\n", corpus);
	return true;
}

static int
open_file(const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", corpus, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static struct frame *
frame_named(struct decoder *d, const char *name)
{
	struct err e = { 0 };
	struct frame *f;
	int fd = open_file(name);

	if (decoder_frame(d, fd, 0, &f, &e) != RC_OK)
		fail_msg("%s: %s", name, e.text);
	close(fd);
	return f;
}

static void
every_broken_file_gets_an_answer_in_time(void **state)
{
	char folder[512];
	struct dirent *entry;
	DIR *dir;
	size_t count = 0;

	if (corpus_missing())
		skip();
	snprintf(folder, sizeof(folder), "%s/broken", corpus);
	dir = opendir(folder);
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		int fd = openat(dirfd(dir), entry->d_name, O_RDONLY | O_CLOEXEC);
		int64_t start = clock_mono_us();
		struct header *h;
		struct frame *f;

		if (entry->d_name[0] != '.') {
			decoder_header(*state, fd, &h, NULL);
			decoder_check(*state, fd, NULL);
			decoder_frame(*state, fd, 0, &f, NULL);
			header_free(h);
			frame_unref(f);
			assert_true(clock_mono_us() - start < 20000000);
			count++;
		}
		close(fd);
	}
	closedir(dir);
	assert_true(count > 0);
}

/* The n-th column (from 0) of a line of the manifest, into a buffer of its own. */
static void
column(const char *line, unsigned n, char *to, size_t size)
{
	size_t len;

	for (; n > 0 && line != NULL; n--) {
		line = strchr(line, '\t');
		if (line != NULL)
			line++;
	}
	len = line != NULL ? strcspn(line, "\t\n") : 0;
	if (len >= size)
		len = size - 1;
	if (len > 0)
		memcpy(to, line, len);
	to[len] = '\0';
}

static void
every_sound_file_decodes(void **state)
{
	char path[512], line[4096], name[256], pixels[64];
	size_t count = 0;
	FILE *manifest;

	if (corpus_missing())
		skip();
	snprintf(path, sizeof(path), "%s/MANIFEST.tsv", corpus);
	manifest = fopen(path, "r");
	assert_non_null(manifest);
	while (fgets(line, sizeof(line), manifest) != NULL) {
		column(line, 0, name, sizeof(name));
		column(line, 14, pixels, sizeof(pixels));
		if (strncmp(name, "broken/", 7) == 0 || strcmp(pixels, "ok") != 0)
			continue;
		frame_unref(frame_named(*state, name));
		count++;
	}
	fclose(manifest);
	assert_true(count > 0);
}

static void
lossless_copies_of_a_slice_are_identical(void **state)
{
	static const char *const copies[] = { "01", "02", "03", "06", "07", "12", "13", "14" };
	struct frame *first = NULL;

	if (corpus_missing())
		skip();
	first = frame_named(*state, "syntaxes/t11.dcm");
	for (size_t i = 0; i < MEM_COUNT(copies); i++) {
		char name[64];
		struct frame *f;

		snprintf(name, sizeof(name), "syntaxes/t%s.dcm", copies[i]);
		f = frame_named(*state, name);
		assert_int_equal(f->info.kind, first->info.kind);
		assert_int_equal(f->bytes, first->bytes);
		assert_memory_equal(f->pixels, first->pixels, f->bytes);
		frame_unref(f);
	}
	frame_unref(first);
}

/* Lossy and chroma-subsampled copies stray, but by little on average. */
static void
copies_of_the_colour_card_look_the_same(void **state)
{
	struct frame *plain = NULL;

	if (corpus_missing())
		skip();
	plain = frame_named(*state, "syntaxes/t23.dcm");
	for (int i = 16; i < 23; i++) {
		char name[64];
		struct frame *f;
		size_t sum = 0;

		snprintf(name, sizeof(name), "syntaxes/t%d.dcm", i);
		f = frame_named(*state, name);
		for (size_t k = 0; k < f->bytes; k++)
			sum += (size_t)abs(((uint8_t *)f->pixels)[k] - ((uint8_t *)plain->pixels)[k]);
		assert_true(sum < 2 * f->bytes);
		frame_unref(f);
	}
	frame_unref(plain);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_broken_file_gets_an_answer_in_time),
		cmocka_unit_test(every_sound_file_decodes),
		cmocka_unit_test(lossless_copies_of_a_slice_are_identical),
		cmocka_unit_test(copies_of_the_colour_card_look_the_same),
	};

	return cmocka_run_group_tests(tests, decoder_setup, decoder_teardown);
}
