/* Writing the demonstration: folders, files and the threads that draw them (see demo.h). */
#include "core/demo/demo.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/mem.h"
#include "core/demo/demo_image.h"

enum { WORKERS_MAX = 32 };

/* Make every folder of `path`. */
static enum rc
make_folders(const char *path, struct err *e)
{
	char *copy = mem_string(path);
	enum rc rc = RC_OK;

	for (char *at = copy; rc == RC_OK && at != NULL;) {
		at = strchr(at + 1, '/');
		if (at != NULL)
			*at = '\0';
		if (mkdir(copy, 0755) != 0 && errno != EEXIST)
			rc = err_errno(e, RC_FAILED, "cannot make a folder for the demonstration");
		if (at != NULL)
			*at = '/';
	}
	free(copy);
	return rc;
}

static enum rc
write_picture(const struct demo_series *s, int slice, bool resent, const char *path, struct err *e)
{
	struct picture p = picture_draw(s, slice, resent);
	struct dicom_out *o = mem_zero(1, sizeof(*o));
	bool cut = s->fault == DEMO_TRUNCATED && slice + 1 == s->first;
	enum rc rc;

	header_write(o, &p);
	rc = dicom_out_write(o, path, cut ? p.bytes / 2 : 0, e);
	dicom_out_release(o);
	free(o);
	picture_free(&p);
	return rc;
}

static enum rc
write_resent(const char *folder, const struct demo_series *s, struct err *e)
{
	char *path = mem_format("%s/" DEMO_RESENT, folder), *end = strrchr(path, '/');
	enum rc rc;

	*end = '\0';
	rc = make_folders(path, e);
	*end = '/';
	if (rc == RC_OK)
		rc = write_picture(s, s->first - 1, true, path, e);
	free(path);
	return rc;
}

enum rc
demo_write_series(const char *folder, const struct demo_series *s, struct err *e)
{
	char *below = mem_format("%s/%s", folder, s->folder);
	bool several = strcmp(s->modality, "US") != 0;
	enum rc rc = make_folders(below, e);

	for (int i = 0; rc == RC_OK && i < (several ? s->slices : 1); i++) {
		char *path;

		if (s->fault == DEMO_GAP && i + 1 >= s->first && i + 1 <= s->last)
			continue;
		path = mem_format("%s/IM%04d.dcm", below, i + 1);
		rc = write_picture(s, i, false, path, e);
		free(path);
	}
	if (rc == RC_OK && s->fault == DEMO_CONFLICT)
		rc = write_resent(folder, s, e);
	free(below);
	return rc;
}

/* What the drawing threads and the caller share; everything below `lock` under it. */
struct work {
	const char *folder;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool *taken;
	size_t done, running;
	enum rc rc;
	struct err err;
};

/* The costliest series that nobody has begun, so that the threads end together; NULL when there
 * is none. */
static const struct demo_series *
take(struct work *w)
{
	size_t best = demo_series_count();
	long most = -1;

	for (size_t i = 0; i < demo_series_count(); i++) {
		const struct demo_series *s = demo_series_at(i);
		long cost = strcmp(s->modality, "CT") == 0 ? 4L * s->images : s->slices;

		if (!w->taken[i] && cost > most) {
			most = cost;
			best = i;
		}
	}
	if (best == demo_series_count() || w->rc != RC_OK)
		return NULL;
	w->taken[best] = true;
	return demo_series_at(best);
}

static void *
draw_thread(void *ctx)
{
	struct work *w = ctx;
	const struct demo_series *s;

	pthread_mutex_lock(&w->lock);
	while ((s = take(w)) != NULL) {
		struct err e = { 0 };
		enum rc rc;

		pthread_mutex_unlock(&w->lock);
		rc = demo_write_series(w->folder, s, &e);
		pthread_mutex_lock(&w->lock);
		w->done++;
		if (rc != RC_OK && w->rc == RC_OK) {
			w->rc = rc;
			w->err = e;
		}
		pthread_cond_signal(&w->changed);
	}
	w->running--;
	pthread_cond_signal(&w->changed);
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

/* Until every thread has ended; progress is told without the lock. */
static void
watch(struct work *w, void (*progress)(void *ctx, int done, int total), void *ctx)
{
	size_t told = 0;
	bool ended = false;

	while (!ended) {
		size_t done;

		pthread_mutex_lock(&w->lock);
		while (w->done == told && w->running > 0)
			pthread_cond_wait(&w->changed, &w->lock);
		done = w->done;
		ended = w->running == 0;
		pthread_mutex_unlock(&w->lock);
		if (done != told && progress != NULL)
			progress(ctx, (int)done, (int)demo_series_count());
		told = done;
	}
}

enum rc
demo_write(const char *folder, unsigned workers, void (*progress)(void *ctx, int done, int total),
	void *ctx, struct err *e)
{
	struct work w = { .folder = folder,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER };
	pthread_t threads[WORKERS_MAX];
	unsigned started = 0,
		 wanted = workers == 0  ? 1
		: workers > WORKERS_MAX ? WORKERS_MAX
					: workers;
	enum rc rc = make_folders(folder, e);

	if (rc != RC_OK)
		return rc;
	w.taken = mem_zero(demo_series_count(), sizeof(bool));
	w.running = wanted;
	while (started < wanted && pthread_create(&threads[started], NULL, draw_thread, &w) == 0)
		started++;
	pthread_mutex_lock(&w.lock);
	w.running -= wanted - started;
	pthread_mutex_unlock(&w.lock);
	if (started > 0)
		watch(&w, progress, ctx);
	else
		w.rc = err_set(&w.err, RC_FAILED, "cannot start a thread to draw the demonstration");
	for (unsigned i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	free(w.taken);
	pthread_cond_destroy(&w.changed);
	pthread_mutex_destroy(&w.lock);
	return w.rc == RC_OK ? RC_OK : err_set(e, w.rc, "%s", w.err.text);
}
