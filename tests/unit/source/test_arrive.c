/* Files on their way in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/source/arrive.h"

enum { FILES = 40 };

struct desk {
	struct remote_sink sink;
	struct arrivals *all;
	size_t given, refuse_after;
	size_t image[FILES];
	char digest[FILES][DIGEST_HEX];
	int64_t progress;
};

static enum rc
on_whole(void *ctx, size_t image, struct remote_file *f, struct err *e)
{
	struct desk *d = ctx;

	assert_int_equal(lseek(f->fd, 0, SEEK_CUR), 0);
	assert_int_equal(lseek(f->fd, 0, SEEK_END), f->bytes);
	close(f->fd);
	if (d->refuse_after > 0 && d->given == d->refuse_after)
		return err_set(e, RC_BUSY, "enough");
	assert_true(d->given < FILES);
	d->image[d->given] = image;
	memcpy(d->digest[d->given++], f->digest, DIGEST_HEX);
	return RC_OK;
}

static void
on_progress(void *ctx, int64_t bytes)
{
	((struct desk *)ctx)->progress += bytes;
}

static int
setup(void **state)
{
	struct desk *d = mem_zero(1, sizeof(*d));

	d->sink = (struct remote_sink){ .whole = on_whole, .progress = on_progress, .ctx = d };
	d->all = arrivals_new(&d->sink);
	*state = d;
	return 0;
}

static int
teardown(void **state)
{
	struct desk *d = *state;

	arrivals_free(d->all);
	free(d);
	return 0;
}

/* The bytes of a made file: as long as its number says, no two alike. */
static void
make(size_t n, struct buf *b, char digest[DIGEST_HEX], char md5[33])
{
	struct digest sha;
	struct digest_md5 d;

	buf_clear(b);
	for (size_t i = 0; i < 1000 + n * 4099; i++)
		buf_char(b, (char)(i * (n + 3) >> 3));
	digest_begin(&sha);
	digest_add(&sha, b->data, b->len);
	digest_end(&sha, digest);
	digest_md5_begin(&d);
	digest_md5_add(&d, b->data, b->len);
	digest_md5_end(&d, md5);
}

static struct arrival *
come(struct desk *d, size_t n, const struct buf *b)
{
	struct arrival *a = arrival_new(d->all, n, (int64_t)b->len, NULL);

	assert_non_null(a);
	for (size_t at = 0; at < b->len; at += 50000) {
		size_t piece = b->len - at < 50000 ? b->len - at : 50000;

		assert_int_equal(arrival_add(a, b->data + at, piece, NULL), RC_OK);
	}
	return a;
}

static void
expect_given(const struct desk *d, size_t n)
{
	struct buf b = { 0 };

	assert_int_equal(d->given, n);
	for (size_t i = 0; i < n; i++) {
		char digest[DIGEST_HEX], md5[33];

		make(d->image[i], &b, digest, md5);
		assert_string_equal(d->digest[i], digest);
	}
	buf_release(&b);
}

static void
files_come_with_their_digests(void **state)
{
	struct desk *d = *state;
	struct buf b = { 0 };

	for (size_t i = 0; i < FILES;
		i++) { /* some with MD5, hashed in lanes or alone, some without */
		char digest[DIGEST_HEX], md5[33];

		make(i, &b, digest, md5);
		assert_int_equal(arrival_take(come(d, i, &b), i % 5 == 4 ? "" : md5, NULL), RC_OK);
	}
	assert_int_equal(arrivals_give(d->all, true, NULL), RC_OK);
	expect_given(d, FILES);
	assert_true(d->progress > FILES * 1000);
	buf_release(&b);
}

static void
another_md5_is_not_given(void **state)
{
	struct desk *d = *state;
	struct err e = { 0 };
	struct buf b = { 0 };

	for (size_t i = 0; i < 10; i++) {
		char digest[DIGEST_HEX], md5[33];

		make(i, &b, digest, md5);
		md5[3] = i == 6 ? (md5[3] == 'a' ? 'b' : 'a') : md5[3];
		assert_int_equal(arrival_take(come(d, i, &b), md5, NULL), RC_OK);
	}
	assert_int_equal(arrivals_give(d->all, true, &e), RC_CORRUPT);
	expect_given(d, 9);
	for (size_t i = 0; i < 9; i++)
		assert_int_not_equal(d->image[i], 6);
	buf_release(&b);
}

static void
a_wrong_length_is_not_taken(void **state)
{
	struct desk *d = *state;
	struct arrival *a = arrival_new(d->all, 0, 5, NULL);

	assert_int_equal(arrival_add(a, "four", 4, NULL), RC_OK);
	assert_int_equal(arrival_take(a, "", NULL), RC_CORRUPT);
	a = arrival_new(d->all, 0, -1, NULL);
	assert_int_equal(arrival_take(a, "", NULL), RC_CORRUPT); /* nothing is no file */
	assert_int_equal(arrivals_give(d->all, true, NULL), RC_OK);
	expect_given(d, 0);
}

static void
caps_are_kept(void **state)
{
	struct desk *d = *state;
	struct remote_sink small = d->sink;
	struct arrivals *all;
	struct arrival *a;
	char kilo[1000] = "";

	small.file_most = 2500;
	small.total_most = 4000;
	all = arrivals_new(&small);
	assert_null(arrival_new(all, 0, 2501, NULL));
	a = arrival_new(all, 0, -1, NULL);
	assert_int_equal(arrival_add(a, kilo, 1000, NULL), RC_OK);
	assert_int_equal(arrival_add(a, kilo, 1000, NULL), RC_OK);
	assert_int_equal(arrival_add(a, kilo, 1000, NULL), RC_LIMIT);
	arrival_drop(a);
	a = arrival_new(all, 0, -1, NULL);
	assert_int_equal(arrival_add(a, kilo, 1000, NULL), RC_OK);
	assert_int_equal(arrival_add(a, kilo, 1000, NULL), RC_LIMIT);
	arrival_drop(a);
	arrivals_free(all);
}

static void
a_sink_that_refuses_gets_no_more(void **state)
{
	struct desk *d = *state;
	struct buf b = { 0 };

	d->refuse_after = 2;
	for (size_t i = 0; i < 6; i++) {
		char digest[DIGEST_HEX], md5[33];

		make(i, &b, digest, md5);
		assert_int_equal(arrival_take(come(d, i, &b), "", NULL), RC_OK);
	}
	assert_int_equal(arrivals_give(d->all, true, NULL), RC_BUSY);
	assert_int_equal(arrivals_give(d->all, true, NULL), RC_BUSY);
	expect_given(d, 2);
	buf_release(&b);
}

/* ---- files without names ---- */

struct names {
	char md5[FILES][33];
	size_t known;
};

static bool
resolve(void *ctx, const char *md5, size_t *image)
{
	const struct names *n = ctx;

	for (size_t i = 0; i < n->known; i++) {
		if (strcmp(n->md5[i], md5) == 0) {
			*image = i;
			return true;
		}
	}
	return false;
}

static void
a_file_without_a_name_is_the_image_with_its_md5(void **state)
{
	struct desk *d = *state;
	struct names names = { .known = 0 };
	struct buf b = { 0 };
	char digest[DIGEST_HEX], other[33];

	arrivals_match(d->all, resolve, &names);
	for (size_t i = 0; i < 10; i++) {
		make(i, &b, digest, names.md5[i]);
		assert_int_equal(arrival_take(come(d, SIZE_MAX, &b), "", NULL), RC_OK);
	}
	make(30, &b, digest, other); /* one that nobody asked for */
	assert_int_equal(arrival_take(come(d, SIZE_MAX, &b), "", NULL), RC_OK);
	names.known = 4; /* the others' MD5s come later */
	assert_int_equal(arrivals_give(d->all, true, NULL), RC_OK);
	expect_given(d, 4);
	names.known = 10;
	assert_int_equal(arrivals_give(d->all, true, NULL), RC_OK);
	expect_given(d, 10);
	assert_int_equal(arrivals_given(d->all), 10);
	buf_release(&b);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(files_come_with_their_digests, setup, teardown),
		cmocka_unit_test_setup_teardown(another_md5_is_not_given, setup, teardown),
		cmocka_unit_test_setup_teardown(a_wrong_length_is_not_taken, setup, teardown),
		cmocka_unit_test_setup_teardown(caps_are_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(a_sink_that_refuses_gets_no_more, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_file_without_a_name_is_the_image_with_its_md5, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
