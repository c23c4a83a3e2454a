/* Owns the worker threads between the viewer and the decoder, the want-set and the frame cache.
 *
 * One lock guards everything in struct pipeline that changes; it is held to choose work and to
 * note results, never while loading, making or encoding. */
#include "render/pipeline.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "render/cache.h"
#include "render/pipeline_in.h"

enum { WORKERS_MAX = 64 };

static const size_t default_cache = (size_t)256 << 20;

struct want {
	struct pipeline_want key;
	bool tried; /* as a prefetch, in this want-set */
};

struct worker {
	struct pipeline *pipe;
	unsigned number;
	pthread_t thread;
	bool loading;   /* `key` is being loaded */
	bool forgotten; /* its series was closed meanwhile */
	struct pipeline_want key;
};

struct pipeline {
	struct pipeline_config config;
	unsigned workers;
	struct worker *worker;

	pthread_mutex_t lock; /* guards all down to post_lock, and the workers' loading and forgotten */
	pthread_cond_t work; /* something may be there to do */
	bool stop;
	uint64_t serial;
	struct want *want;
	unsigned wants;
	bool first_pending;         /* nobody has begun want[0]'s picture */
	struct order order;         /* its drawing is one reference */
	struct pipeline_want ahead; /* index: the next to be tried */
	uint32_t ahead_most;
	bool delta_pending;
	uint64_t delta_serial;
	struct pipeline_delta delta; /* references, while pending */
	struct cache *cache;
	size_t cache_limit;
	size_t frame_bytes; /* of the frame loaded last: what the next will probably take */

	pthread_mutex_t post_lock; /* guards `posted`; keeps answers in rising order */
	uint64_t posted;
};

enum work { WORK_LOAD, WORK_PICTURE, WORK_DELTA };

struct job {
	enum work work;
	struct pipeline_want key;
	struct frame *frame; /* from the cache, or NULL: load it */
	struct order order;  /* of WORK_PICTURE; its drawing is one reference */
	uint64_t serial;     /* of WORK_DELTA, as the next */
	struct pipeline_delta delta;
};

/* ---- choosing work; all with the lock held ------------------------------------------------- */

static bool
same_key(const struct pipeline_want *a, const struct pipeline_want *b)
{
	return a->series == b->series && a->index == b->index;
}

static bool
is_loading(const struct pipeline *p, const struct pipeline_want *key)
{
	for (unsigned i = 0; i < p->workers; i++) {
		if (p->worker[i].loading && same_key(&p->worker[i].key, key))
			return true;
	}
	return false;
}

/* The first want, unless somebody loads it just now as a prefetch: that will end with a
 * broadcast. */
static bool
choose_first(struct pipeline *p, struct job *job)
{
	if (!p->first_pending || is_loading(p, &p->want[0].key))
		return false;
	p->first_pending = false;
	job->work = WORK_PICTURE;
	job->key = p->want[0].key;
	job->order = p->order;
	drawing_ref(job->order.view.drawing);
	job->frame = cache_get(p->cache, job->key.series, job->key.index);
	return true;
}

static void
choose_load(struct job *job, struct pipeline_want key)
{
	job->work = WORK_LOAD;
	job->key = key;
	job->frame = NULL;
}

/* Slices of the series that comes next; `held` bytes are wanted now. */
static bool
choose_ahead(struct pipeline *p, struct job *job, size_t held)
{
	for (uint32_t i = 0; i < p->ahead.index; i++)
		held += cache_has(p->cache, p->ahead.series, i);
	for (; p->ahead.index < p->ahead_most; p->ahead.index++) {
		size_t bytes = cache_has(p->cache, p->ahead.series, p->ahead.index);

		held += bytes > 0 ? bytes : p->frame_bytes;
		if (held > p->cache_limit)
			return false;
		if (bytes > 0 || is_loading(p, &p->ahead))
			continue;
		choose_load(job, p->ahead);
		p->ahead.index++;
		return true;
	}
	return false;
}

/* The first of the others that is not there yet, as long as the cache holds what comes before it:
 * more would push out what is wanted sooner. */
static bool
choose_prefetch(struct pipeline *p, struct job *job)
{
	size_t held = 0;

	for (unsigned i = 0; i < p->wants; i++) {
		struct want *w = &p->want[i];
		size_t bytes = cache_has(p->cache, w->key.series, w->key.index);

		held += bytes > 0 ? bytes : i == 0 || is_loading(p, &w->key) ? p->frame_bytes : 0;
		if (i == 0 || bytes > 0 || w->tried || is_loading(p, &w->key))
			continue;
		if (held + p->frame_bytes > p->cache_limit)
			return false;
		w->tried = true;
		choose_load(job, w->key);
		return true;
	}
	return choose_ahead(p, job, held);
}

/* The references go from the pipeline to the job. */
static bool
choose_delta(struct pipeline *p, struct job *job)
{
	if (!p->delta_pending)
		return false;
	p->delta_pending = false;
	job->work = WORK_DELTA;
	job->delta = p->delta;
	job->serial = p->delta_serial;
	return true;
}

static bool
choose(struct pipeline *p, struct job *job)
{
	memset(job, 0, sizeof(*job));
	return choose_first(p, job) || choose_delta(p, job) || choose_prefetch(p, job);
}

/* ---- doing it; without the lock ------------------------------------------------------------ */

static void
result_free(struct msg *m)
{
	struct pipeline_picture *r = (struct pipeline_picture *)m;

	frame_unref(r->frame);
	raster_free(r->raster);
	drawing_unref(r->drawing);
	buf_release(&r->bytes);
	free(r);
}

static void
result_deliver(struct msg *m, void *reader)
{
	struct pipeline_picture *r = (struct pipeline_picture *)m;

	r->picture(reader, r);
	result_free(m);
}

/* A late answer to an earlier call is dropped: the viewer would step back. */
static void
post(struct pipeline *p, struct pipeline_picture *r)
{
	pthread_mutex_lock(&p->post_lock);
	if (r->serial > p->posted) {
		p->posted = r->serial;
		inbox_post_take(
			p->config.inbox, &r->msg); /* under the lock: the order is the point */
		r = NULL;
	}
	pthread_mutex_unlock(&p->post_lock);
	if (r != NULL)
		result_free(&r->msg);
}

/* Load job->key; *out has one reference, or is NULL on failure. */
static enum rc
load(struct worker *w, const struct job *job, struct frame **out, struct err *e)
{
	const struct pipeline_source *s = &w->pipe->config.source;
	enum rc rc = s->load(s->ctx, w->number, job->key.series, job->key.index, out, e);

	assert(rc != RC_OK || *out != NULL);
	if (rc != RC_OK) {
		frame_unref(*out);
		*out = NULL;
	}
	return rc;
}

static void
note_begin(struct worker *w, const struct job *job)
{
	w->loading = job->work != WORK_DELTA && job->frame == NULL;
	w->forgotten = false;
	w->key = job->key;
}

/* Under the lock for a moment, so that others find the frame before its picture is made. */
static void
note_loaded(struct worker *w, struct frame *f)
{
	struct pipeline *p = w->pipe;

	pthread_mutex_lock(&p->lock);
	if (f != NULL && !w->forgotten) {
		cache_put(p->cache, w->key.series, w->key.index, f);
		p->frame_bytes = f->bytes;
	}
	w->loading = false;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
}

static struct pipeline_picture *
result_new(const struct pipeline *p, uint64_t series, uint32_t index, uint64_t serial)
{
	struct pipeline_picture *r = mem_zero(1, sizeof(*r));

	r->msg.deliver = result_deliver;
	r->msg.drop = result_free;
	r->picture = p->config.picture;
	r->series = series;
	r->index = index;
	r->serial = serial;
	return r;
}

static void
do_picture(struct worker *w, struct job *job)
{
	struct pipeline_picture *r =
		result_new(w->pipe, job->key.series, job->key.index, job->order.serial);
	int64_t start = clock_mono_us();

	r->frame = job->frame;
	if (r->frame == NULL) {
		r->rc = load(w, job, &r->frame, &r->err);
		r->decode_ms = (double)(clock_mono_us() - start) / 1000;
		note_loaded(w, r->frame);
	}
	if (r->frame != NULL)
		pipeline_make(&job->order, &w->pipe->config, r);
	drawing_unref(job->order.view.drawing);
	post(w->pipe, r);
}

static void
delta_release(struct pipeline_delta *d)
{
	raster_free(d->base);
	drawing_unref(d->before);
	drawing_unref(d->after);
}

static void
do_delta(struct worker *w, struct job *job)
{
	struct pipeline_picture *r =
		result_new(w->pipe, job->delta.series, job->delta.index, job->serial);

	pipeline_make_delta(&job->delta, r);
	delta_release(&job->delta);
	post(w->pipe, r);
}

static void
do_prefetch(struct worker *w, const struct job *job)
{
	struct frame *f = NULL;
	struct err ignored = { 0 };

	load(w, job, &f, &ignored);
	note_loaded(w, f);
	frame_unref(f);
}

static void *
worker_main(void *arg)
{
	struct worker *w = arg;
	struct pipeline *p = w->pipe;
	struct job job;

	pthread_mutex_lock(&p->lock);
	while (!p->stop) {
		if (!choose(p, &job)) {
			pthread_cond_wait(&p->work, &p->lock);
			continue;
		}
		note_begin(w, &job);
		pthread_mutex_unlock(&p->lock);
		if (job.work == WORK_PICTURE)
			do_picture(w, &job);
		else if (job.work == WORK_DELTA)
			do_delta(w, &job);
		else
			do_prefetch(w, &job);
		pthread_mutex_lock(&p->lock);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

/* ---- the viewer's side --------------------------------------------------------------------- */

static unsigned
worker_count(unsigned asked)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned n = asked > 0 ? asked : cores > 1 ? (unsigned)cores - 1 : 1;

	return n < WORKERS_MAX ? n : WORKERS_MAX;
}

struct pipeline *
pipeline_new(const struct pipeline_config *config)
{
	struct pipeline *p = mem_zero(1, sizeof(*p));

	p->config = *config;
	p->workers = worker_count(config->workers);
	p->cache_limit = config->cache_bytes > 0 ? config->cache_bytes : default_cache;
	p->cache = cache_new(p->cache_limit);
	pthread_mutex_init(&p->lock, NULL);
	pthread_mutex_init(&p->post_lock, NULL);
	pthread_cond_init(&p->work, NULL);
	p->worker = mem_zero(p->workers, sizeof(*p->worker));
	for (unsigned i = 0; i < p->workers; i++) {
		p->worker[i].pipe = p;
		p->worker[i].number = i;
	}
	for (unsigned i = 0; i < p->workers; i++) {
		if (pthread_create(&p->worker[i].thread, NULL, worker_main, &p->worker[i]) != 0)
			abort(); /* no thread at start-up: nothing could work */
	}
	return p;
}

/* With the lock held, or all threads ended. */
static void
drop_delta(struct pipeline *p)
{
	if (p->delta_pending)
		delta_release(&p->delta);
	p->delta_pending = false;
}

void
pipeline_free(struct pipeline *p)
{
	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	p->stop = true;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
	for (unsigned i = 0; i < p->workers; i++)
		pthread_join(p->worker[i].thread, NULL);
	drop_delta(p);
	drawing_unref(p->order.view.drawing);
	cache_free(p->cache);
	pthread_cond_destroy(&p->work);
	pthread_mutex_destroy(&p->lock);
	pthread_mutex_destroy(&p->post_lock);
	free(p->want);
	free(p->worker);
	free(p);
}

/* From the last to the first, so that the first is the last to leave. */
static void
touch_wanted(struct pipeline *p)
{
	for (unsigned i = p->wants; i > 0; i--)
		frame_unref(
			cache_get(p->cache, p->want[i - 1].key.series, p->want[i - 1].key.index));
}

uint64_t
pipeline_show(struct pipeline *p, const struct pipeline_want *wants, unsigned n,
	const struct picture_view *v, const struct picture_encoding *enc, const char *modality,
	int auto_window)
{
	struct want *old, *list = mem_zero(n, sizeof(*list));
	struct order order = { .auto_window = auto_window != 0 };
	uint64_t serial;

	for (unsigned i = 0; i < n; i++)
		list[i].key = wants[i];
	if (n > 0) {
		order.view = *v;
		drawing_ref(order.view.drawing);
		order.enc = *enc;
		str_copy(order.modality, sizeof(order.modality), modality != NULL ? modality : "");
	}
	pthread_mutex_lock(&p->lock);
	serial = order.serial = ++p->serial;
	old = p->want;
	p->want = list;
	p->wants = n;
	p->first_pending = n > 0;
	drawing_unref(p->order.view.drawing);
	p->order = order;
	drop_delta(p); /* what it lies over is about to go */
	touch_wanted(p);
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
	free(old);
	return serial;
}

uint64_t
pipeline_lay_over(struct pipeline *p, const struct pipeline_delta *d)
{
	uint64_t serial;

	pthread_mutex_lock(&p->lock);
	drop_delta(p);
	p->delta = *d;
	raster_ref(d->base);
	drawing_ref(d->before);
	drawing_ref(d->after);
	p->delta_pending = true;
	serial = p->delta_serial = ++p->serial;
	pthread_cond_signal(&p->work);
	pthread_mutex_unlock(&p->lock);
	return serial;
}

void
pipeline_ahead(struct pipeline *p, uint64_t series, uint32_t n)
{
	pthread_mutex_lock(&p->lock);
	p->ahead = (struct pipeline_want){ series, 0 };
	p->ahead_most = n;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
}

struct frame *
pipeline_cached(struct pipeline *p, uint64_t series, uint32_t index)
{
	struct frame *f;

	pthread_mutex_lock(&p->lock);
	f = cache_get(p->cache, series, index);
	pthread_mutex_unlock(&p->lock);
	return f;
}

/* With the lock held. */
static void
drop_wants(struct pipeline *p, uint64_t series)
{
	unsigned kept = 0;

	if (p->wants == 0)
		return;
	if (p->want[0].key.series ==
		series) { /* what was wanted around it makes no sense without it */
		p->wants = 0;
		p->first_pending = false;
		return;
	}
	for (unsigned i = 0; i < p->wants; i++) {
		if (p->want[i].key.series != series)
			p->want[kept++] = p->want[i];
	}
	p->wants = kept;
}

void
pipeline_forget(struct pipeline *p, uint64_t series)
{
	pthread_mutex_lock(&p->lock);
	drop_wants(p, series);
	for (unsigned i = 0; i < p->workers; i++)
		p->worker[i].forgotten |= p->worker[i].loading && p->worker[i].key.series == series;
	cache_forget(p->cache, series);
	if (p->ahead.series == series)
		p->ahead_most = 0;
	pthread_mutex_unlock(&p->lock);
}
