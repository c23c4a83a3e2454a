/* Claims about the frame cache and the worker pool.  Loads are held at a gate where a claim
 * depends on their order; nothing sleeps. */
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/base/str.h"
#include "render/cache.h"
#include "render/pipeline.h"

enum { DEADLINE_MS = 20000, SIDE = 32, SLICES = 500, FAILS_AT = 13 };

static struct frame *
frame_of_size(uint32_t side)
{
	struct frame_info info = {
		.kind = FRAME_U16, .width = side, .height = side, .aspect = 1, .slope = 1
	};

	return frame_new(&info);
}

/* ---- cache --------------------------------------------------------------------------------- */

static void
cache_drops_the_least_recently_used(void **state)
{
	struct frame *f = frame_of_size(16);
	struct cache *c = cache_new(3 * f->bytes);

	(void)state;
	for (uint32_t i = 0; i < 3; i++)
		cache_put(c, 1, i, f);
	frame_unref(cache_get(c, 1, 0));
	cache_put(c, 1, 3, f);
	assert_int_equal(cache_has(c, 1, 0), f->bytes);
	assert_int_equal(cache_has(c, 1, 1), 0);
	assert_null(cache_get(c, 1, 1));
	assert_int_equal(cache_has(c, 1, 3), f->bytes);
	cache_free(c);
	assert_int_equal(f->refs, 1);
	frame_unref(f);
}

static void
cache_keeps_within_its_bytes_and_refuses_giants(void **state)
{
	struct frame *small = frame_of_size(8), *giant = frame_of_size(100);
	struct cache *c = cache_new(10 * small->bytes);
	size_t held = 0;

	(void)state;
	for (uint32_t i = 0; i < 2000; i++)
		cache_put(c, i % 7, i, small);
	cache_put(c, 1, 9999, giant);
	assert_int_equal(cache_has(c, 1, 9999), 0);
	for (uint32_t i = 0; i < 2000; i++)
		held += cache_has(c, i % 7, i);
	assert_int_equal(held, 10 * small->bytes);
	cache_free(c);
	frame_unref(small);
	frame_unref(giant);
}

static void
cache_forgets_one_series_only(void **state)
{
	struct frame *f = frame_of_size(8);
	struct cache *c = cache_new(1 << 20);

	(void)state;
	for (uint32_t i = 0; i < 50; i++)
		cache_put(c, i % 2, i, f);
	cache_forget(c, 0);
	for (uint32_t i = 0; i < 50; i++)
		assert_int_equal(cache_has(c, i % 2, i) > 0, i % 2);
	cache_free(c);
	frame_unref(f);
}

/* ---- a source that counts, fails where asked, and can be held ------------------------------ */

struct lab {
	struct inbox *inbox;
	struct pipeline *pipe;
	pthread_mutex_t lock; /* guards what the workers touch: down to `same_twice` */
	pthread_cond_t changed;
	bool held; /* loads wait */
	int waiting, begun, finished;
	int loads[SLICES];
	bool busy_worker[8], busy_slice[SLICES];
	bool worker_twice, same_twice;

	unsigned answers; /* reader's */
	uint64_t last_serial;
	uint32_t last_index;
	enum rc last_rc;
	bool rising;
	bool had_frame;
	char text[64];
	double decode_ms;
	struct window window;
	size_t bytes;
	bool delta;
	char digest[PIPELINE_DIGEST];
	struct raster *raster;   /* of the last answer; one reference */
	struct drawing *drawing; /* shown with it */
	struct picture_place place;
};

static enum rc
lab_load(void *ctx, unsigned worker, uint64_t series, uint32_t index, struct frame **out,
	struct err *e)
{
	struct lab *l = ctx;

	(void)series;
	pthread_mutex_lock(&l->lock);
	l->worker_twice |= l->busy_worker[worker];
	l->same_twice |= l->busy_slice[index];
	l->busy_worker[worker] = l->busy_slice[index] = true;
	l->loads[index]++;
	l->begun++;
	l->waiting++;
	pthread_cond_broadcast(&l->changed);
	while (l->held)
		pthread_cond_wait(&l->changed, &l->lock);
	l->waiting--;
	pthread_mutex_unlock(&l->lock);
	*out = index == FAILS_AT ? NULL : frame_of_size(SIDE);
	if (*out != NULL)
		((uint16_t *)(*out)->pixels)[0] = (uint16_t)index;
	pthread_mutex_lock(&l->lock);
	l->busy_worker[worker] = l->busy_slice[index] = false;
	l->finished++;
	pthread_cond_broadcast(&l->changed);
	pthread_mutex_unlock(&l->lock);
	return index == FAILS_AT ? err_set(e, RC_CORRUPT, "slice %u is broken", (unsigned)index)
				 : RC_OK;
}

static void
lab_hold(struct lab *l, bool held)
{
	pthread_mutex_lock(&l->lock);
	l->held = held;
	pthread_cond_broadcast(&l->changed);
	pthread_mutex_unlock(&l->lock);
}

/* Until *counter, one of the lab's, is at least n. */
static void
lab_wait(struct lab *l, const int *counter, int n)
{
	struct timespec end;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += DEADLINE_MS / 1000;
	pthread_mutex_lock(&l->lock);
	while (*counter < n)
		assert_int_equal(pthread_cond_timedwait(&l->changed, &l->lock, &end), 0);
	pthread_mutex_unlock(&l->lock);
}

static int
lab_loads(struct lab *l, uint32_t index)
{
	int n;

	pthread_mutex_lock(&l->lock);
	n = l->loads[index];
	pthread_mutex_unlock(&l->lock);
	return n;
}

static void
lab_picture(void *reader, struct pipeline_picture *p)
{
	struct lab *l = reader;

	l->answers++;
	l->rising &= p->serial > l->last_serial;
	l->last_serial = p->serial;
	l->last_index = p->index;
	l->last_rc = p->rc;
	l->decode_ms = p->decode_ms;
	l->window = p->window;
	l->bytes = p->bytes.len;
	l->had_frame = p->frame != NULL;
	if (p->frame != NULL)
		assert_int_equal(((const uint16_t *)p->frame->pixels)[0], p->index);
	str_copy(l->text, sizeof(l->text), p->err.text);
	l->delta = p->delta;
	str_copy(l->digest, sizeof(l->digest), p->digest);
	raster_free(l->raster);
	l->raster = raster_ref(p->raster);
	drawing_unref(l->drawing);
	l->drawing = drawing_ref(p->drawing);
	l->place = p->place;
}

/* No hash: enough to see that it is made of the pixels as sent. */
static void
lab_digest(const struct raster *r, char hex[PIPELINE_DIGEST])
{
	snprintf(hex, PIPELINE_DIGEST, "%ux%u", (unsigned)r->width, (unsigned)r->height);
}

static struct lab *
lab_open(unsigned workers, size_t cache_frames)
{
	struct lab *l = calloc(1, sizeof(*l));
	struct pipeline_config config = { .workers = workers,
		.picture = lab_picture,
		.digest = lab_digest,
		.cache_bytes = cache_frames * SIDE * SIDE * 2,
		.source = { lab_load, l } };

	pthread_mutex_init(&l->lock, NULL);
	pthread_cond_init(&l->changed, NULL);
	l->rising = true;
	l->inbox = config.inbox = inbox_new();
	l->pipe = pipeline_new(&config);
	return l;
}

static void
lab_close(struct lab *l)
{
	pipeline_free(l->pipe);
	inbox_free(l->inbox);
	raster_free(l->raster);
	drawing_unref(l->drawing);
	assert_false(l->worker_twice);
	assert_false(l->same_twice);
	assert_true(l->rising);
	pthread_cond_destroy(&l->changed);
	pthread_mutex_destroy(&l->lock);
	free(l);
}

/* Ask for `index` and `ahead` slices after it. */
static uint64_t
lab_show(struct lab *l, uint32_t index, unsigned ahead)
{
	static const struct picture_view v = { .width = 64,
		.height = 64,
		.device_aspect = 1,
		.zoom = 1,
		.centre_x = 0.5,
		.centre_y = 0.5,
		.window = { .centre = 100, .width = 200 } };
	static const struct picture_encoding enc = { .protocol = PICTURE_SIXEL };
	struct pipeline_want wants[SLICES];

	for (unsigned i = 0; i <= ahead; i++)
		wants[i] = (struct pipeline_want){ 5, index + i };
	return pipeline_show(l->pipe, wants, ahead + 1, &v, &enc, "CT", index % 2);
}

static void
lab_answer(struct lab *l, uint64_t serial)
{
	int64_t end = clock_mono_us() + DEADLINE_MS * 1000;

	while (l->last_serial < serial) {
		struct pollfd fd = { .fd = inbox_fd(l->inbox), .events = POLLIN };

		assert_true(clock_mono_us() < end);
		poll(&fd, 1, 100);
		inbox_deliver(l->inbox, l);
	}
	assert_int_equal(l->last_serial, serial);
}

/* ---- claims -------------------------------------------------------------------------------- */

static void
a_picture_is_posted_with_its_frame(void **state)
{
	struct lab *l = lab_open(1, 10);

	(void)state;
	lab_answer(l, lab_show(l, 4, 0));
	assert_int_equal(l->last_rc, RC_OK);
	assert_int_equal(l->last_index, 4);
	assert_true(l->had_frame && l->bytes > 50);
	assert_true(l->window.centre == 100);
	lab_answer(l, lab_show(l, 3, 0));
	assert_true(
		l->window.centre == 40 && l->window.width == 400); /* auto: a CT without windows */
	lab_close(l);
}

static void
what_was_prefetched_is_not_loaded_again(void **state)
{
	struct lab *l = lab_open(2, 100);

	(void)state;
	lab_answer(l, lab_show(l, 100, 5));
	lab_wait(l, &l->finished, 6);
	for (uint32_t i = 101; i <= 105; i++) {
		lab_answer(l, lab_show(l, i, 0));
		assert_int_equal(lab_loads(l, i), 1);
	}
	assert_true(l->decode_ms == 0);
	lab_close(l);
}

static void
the_newest_want_set_wins(void **state)
{
	struct lab *l = lab_open(1, 100);
	uint64_t last = 0;

	(void)state;
	lab_hold(l, true);
	lab_show(l, 20, 3);
	lab_wait(l, &l->begun, 1);
	for (uint32_t i = 30; i < 40; i++)
		last = lab_show(l, i, 3);
	lab_hold(l, false);
	lab_answer(l, last);
	assert_int_equal(l->last_index, 39);
	assert_int_equal(l->answers, 2); /* what was in hand, and the last */
	for (uint32_t i = 30; i < 39; i++)
		assert_int_equal(lab_loads(l, i), 0);
	assert_int_equal(lab_loads(l, 21), 0);
	lab_close(l);
}

static void
the_first_want_comes_before_the_prefetch(void **state)
{
	struct lab *l = lab_open(1, 100);
	uint64_t serial;

	(void)state;
	lab_hold(l, true);
	lab_show(l, 50, 100);
	lab_wait(l, &l->begun, 1);
	serial = lab_show(l, 300, 100);
	lab_hold(l, false);
	lab_answer(l, serial);
	assert_int_equal(lab_loads(l, 51), 0);
	lab_close(l);
}

/* The slice asked for is just being prefetched: wait for that load rather than start another. */
static void
a_load_in_hand_is_shared(void **state)
{
	struct lab *l = lab_open(3, 100);
	uint64_t serial;

	(void)state;
	lab_hold(l, true);
	lab_show(l, 60, 1);
	lab_wait(l, &l->waiting, 2);
	serial = lab_show(l, 61, 0);
	lab_hold(l, false);
	lab_answer(l, serial);
	assert_int_equal(lab_loads(l, 61), 1);
	lab_close(l);
}

static void
a_failing_slice_is_answered_and_not_cached(void **state)
{
	struct lab *l = lab_open(1, 100);

	(void)state;
	for (int i = 0; i < 2; i++) {
		lab_answer(l, lab_show(l, FAILS_AT, 0));
		assert_int_equal(l->last_rc, RC_CORRUPT);
		assert_string_equal(l->text, "slice 13 is broken");
		assert_false(l->had_frame);
	}
	assert_int_equal(lab_loads(l, FAILS_AT), 2);
	lab_close(l);
}

static void
a_failing_prefetch_is_silent_and_tried_once(void **state)
{
	struct lab *l = lab_open(1, 100);

	(void)state;
	lab_answer(l, lab_show(l, FAILS_AT - 2, 6));
	lab_wait(l, &l->finished, 7);
	assert_int_equal(inbox_deliver(l->inbox, l), 0);
	assert_int_equal(lab_loads(l, FAILS_AT), 1);
	assert_int_equal(l->last_rc, RC_OK);
	lab_close(l);
}

static void
prefetch_stops_when_the_cache_is_full(void **state)
{
	struct lab *l = lab_open(1, 4);

	(void)state;
	lab_answer(l, lab_show(l, 200, 50));
	lab_wait(l, &l->finished, 4);
	lab_answer(l, lab_show(l, 200, 3)); /* still there, first of all */
	assert_int_equal(lab_loads(l, 200), 1);
	assert_int_equal(lab_loads(l, 204), 0);
	lab_close(l);
}

static void
a_forgotten_series_is_loaded_anew(void **state)
{
	struct lab *l = lab_open(1, 100);

	(void)state;
	lab_answer(l, lab_show(l, 80, 0));
	pipeline_forget(l->pipe, 6);
	lab_answer(l, lab_show(l, 80, 0));
	assert_int_equal(lab_loads(l, 80), 1);
	pipeline_forget(l->pipe, 5);
	lab_answer(l, lab_show(l, 80, 0));
	assert_int_equal(lab_loads(l, 80), 2);
	lab_close(l);
}

static void
a_load_in_hand_of_a_forgotten_series_is_not_kept(void **state)
{
	struct lab *l = lab_open(1, 100);

	(void)state;
	lab_hold(l, true);
	lab_show(l, 80, 0);
	lab_wait(l, &l->begun, 1);
	pipeline_forget(l->pipe, 5);
	lab_hold(l, false);
	lab_answer(l, lab_show(l, 80, 0));
	assert_int_equal(lab_loads(l, 80), 2);
	lab_close(l);
}

static void
nothing_is_wanted_is_quiet(void **state)
{
	struct lab *l = lab_open(1, 100);

	(void)state;
	lab_hold(l, true);
	lab_show(l, 90, 5);
	lab_wait(l, &l->begun, 1);
	pipeline_show(l->pipe, NULL, 0, NULL, NULL, NULL, 0);
	lab_hold(l, false);
	lab_answer(l, 1);
	pipeline_forget(l->pipe, 5);
	assert_int_equal(lab_loads(l, 91), 0);
	lab_close(l);
}

static void
freeing_while_busy_waits_and_leaks_nothing(void **state)
{
	(void)state;
	pipeline_free(NULL);
	for (int i = 0; i < 20; i++) {
		struct lab *l = lab_open(3, 10);

		for (uint32_t k = 0; k < 5; k++)
			lab_show(l, k * 20, 15);
		lab_close(l);
	}
}

/* A held key: many calls from one thread, answers read between, series closed at times. */
static void
a_storm_of_keys_loses_nothing(void **state)
{
	struct lab *l = lab_open(4, 40);
	uint64_t serial = 0;
	uint32_t index = 0;

	(void)state;
	for (uint32_t i = 0; i < 3000; i++) {
		index = (i * 7 + i / 50) % (SLICES - 20);
		serial = lab_show(l, index, i % 16);
		if (i % 3 == 0)
			inbox_deliver(l->inbox, l);
		if (i % 97 == 0) {
			lab_answer(l, serial);
			pipeline_forget(l->pipe, 5);
		}
	}
	lab_answer(l, serial);
	assert_int_equal(l->last_index, index);
	lab_close(l);
}

/* ---- what lies over a picture -------------------------------------------------------------- */

static struct drawing *
cross_at(double x, double y)
{
	struct drawing *o = drawing_new();

	drawing_cross(o, INK_CURSOR, (struct drawing_point){ x, y });
	return o;
}

static uint64_t
lab_lay_over(struct lab *l, struct drawing *before, struct drawing *after)
{
	struct pipeline_delta d = { .series = 5,
		.index = l->last_index,
		.base = l->raster,
		.place = l->place,
		.enc = { .protocol = PICTURE_SIXEL, .levels = 101 },
		.before = before,
		.after = after };

	return pipeline_lay_over(l->pipe, &d);
}

static void
a_picture_brings_its_raster_and_digest(void **state)
{
	struct lab *l = lab_open(1, 10);

	(void)state;
	lab_answer(l, lab_show(l, 4, 0));
	assert_non_null(l->raster);
	assert_int_equal(l->raster->width, 64);
	assert_string_equal(l->digest, "64x64");
	assert_null(l->drawing);
	lab_close(l);
}

static void
a_delta_is_small_and_counted(void **state)
{
	struct lab *l = lab_open(1, 10);
	struct drawing *o = cross_at(16, 16);
	size_t whole;

	(void)state;
	lab_answer(l, lab_show(l, 4, 0));
	whole = l->bytes;
	lab_answer(l, lab_lay_over(l, NULL, o));
	assert_true(l->delta);
	assert_int_equal(l->last_index, 4);
	assert_ptr_equal(l->drawing, o);
	assert_true(l->bytes > 20 && l->bytes < whole + 400);
	lab_answer(l, lab_lay_over(l, o, o));
	assert_int_equal(l->bytes, 0);
	drawing_unref(o);
	lab_close(l);
}

static void
a_new_picture_drops_a_waiting_delta(void **state)
{
	struct lab *l = lab_open(1, 10);
	struct drawing *o = cross_at(3, 3);
	uint64_t serial;
	int before;

	(void)state;
	lab_answer(l, lab_show(l, 4, 0));
	before = l->answers;
	lab_hold(l, true);
	lab_show(l, 20, 0);
	lab_wait(l, &l->begun, 2); /* the only worker is busy now */
	lab_lay_over(l, NULL, o);
	serial = lab_show(l, 21, 0);
	lab_hold(l, false);
	lab_answer(l, serial);
	assert_int_equal(l->answers, before + 2);
	assert_int_equal(l->last_index, 21);
	lab_lay_over(l, NULL, o); /* still waiting, or in hand, when all ends */
	drawing_unref(o);
	lab_close(l);
}

static void
the_series_that_comes_next_is_decoded_when_nothing_else_is_wanted(void **state)
{
	struct lab *l = lab_open(1, 8);

	(void)state;
	pipeline_ahead(l->pipe, 9, 6);
	lab_answer(l, lab_show(l, 100, 3)); /* 100..103 */
	lab_wait(l, &l->finished, 8);       /* and four more fit beside them */
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(lab_loads(l, i), 1);
	lab_answer(l, lab_show(l, 101, 0));
	assert_int_equal(lab_loads(l, 101), 1); /* it was not pushed out */
	assert_true(l->decode_ms == 0);
	pipeline_forget(l->pipe, 9);
	lab_answer(l, lab_show(l, 102, 0));
	lab_close(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cache_drops_the_least_recently_used),
		cmocka_unit_test(cache_keeps_within_its_bytes_and_refuses_giants),
		cmocka_unit_test(cache_forgets_one_series_only),
		cmocka_unit_test(a_picture_is_posted_with_its_frame),
		cmocka_unit_test(what_was_prefetched_is_not_loaded_again),
		cmocka_unit_test(the_newest_want_set_wins),
		cmocka_unit_test(the_first_want_comes_before_the_prefetch),
		cmocka_unit_test(a_load_in_hand_is_shared),
		cmocka_unit_test(a_failing_slice_is_answered_and_not_cached),
		cmocka_unit_test(a_failing_prefetch_is_silent_and_tried_once),
		cmocka_unit_test(prefetch_stops_when_the_cache_is_full),
		cmocka_unit_test(a_forgotten_series_is_loaded_anew),
		cmocka_unit_test(a_load_in_hand_of_a_forgotten_series_is_not_kept),
		cmocka_unit_test(nothing_is_wanted_is_quiet),
		cmocka_unit_test(freeing_while_busy_waits_and_leaks_nothing),
		cmocka_unit_test(a_storm_of_keys_loses_nothing),
		cmocka_unit_test(a_picture_brings_its_raster_and_digest),
		cmocka_unit_test(a_delta_is_small_and_counted),
		cmocka_unit_test(a_new_picture_drops_a_waiting_delta),
		cmocka_unit_test(the_series_that_comes_next_is_decoded_when_nothing_else_is_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
