/* Files and folders into quarantine: a pool of readers and one writer, the calling thread. */
#include "core/archive/import.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/archive/examine.h"
#include "core/archive/walk.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/catalog.h"

enum {
	BATCH_FILES = 96,
	WORKERS_MOST = 8,
	AHEAD = 96, /* results that may wait for the writer, so that memory and open files stay few */
};
static const int64_t file_most = (int64_t)4 << 30;

/* What a reader found out about one file. */
struct found {
	struct found *next;
	size_t index;       /* into the list of paths */
	struct examined is; /* without a header: rejected, or a DICOMDIR */
	bool skipped;
	struct store_draft draft;
	struct err reason;
};

struct importer {
	const struct import_config *c;
	struct import_counts counts;
	struct walk_list files;

	pthread_mutex_t lock; /* guards the fields below */
	pthread_cond_t room, ready;
	size_t next;         /* file to be read next */
	size_t due;          /* file to be entered next: in their order, whoever reads faster */
	size_t waiting;      /* in the list below */
	struct found *first; /* by index */
	unsigned running;
	bool stop;
};

/* ---- readers ---- */

static enum rc
open_regular(const char *path, int *fd, struct err *e)
{
	struct stat st;

	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (*fd < 0 || fstat(*fd, &st) != 0)
		return err_errno(e, RC_FAILED, "cannot be read");
	if (!S_ISREG(st.st_mode))
		return err_set(e, RC_INVALID, "not a regular file");
	return RC_OK;
}

/* The copy is what is parsed: nobody can change the bytes between the look and the record. */
static enum rc
examine_copy(struct importer *im, struct decoder *d, const char *path, struct found *f)
{
	int fd = -1;
	enum rc rc = open_regular(path, &fd, &f->reason);

	if (rc == RC_OK)
		rc = store_draft(im->c->store, fd, file_most, &f->draft, &f->reason);
	if (fd >= 0)
		close(fd);
	if (rc != RC_OK)
		return rc;
	rc = examine(d, f->draft.fd, &f->is, &f->reason);
	f->skipped = rc == RC_OK && f->is.header == NULL;
	return rc;
}

static void
hand_over(struct importer *im, struct found *f)
{
	struct found **at = &im->first;

	pthread_mutex_lock(&im->lock);
	while (*at != NULL && (*at)->index < f->index)
		at = &(*at)->next;
	f->next = *at;
	*at = f;
	im->waiting++;
	pthread_cond_signal(&im->ready);
	while (im->waiting > AHEAD && !im->stop)
		pthread_cond_wait(&im->room, &im->lock);
	pthread_mutex_unlock(&im->lock);
}

static bool
next_file(struct importer *im, size_t *index)
{
	bool more;

	pthread_mutex_lock(&im->lock);
	more = im->next < im->files.n && !im->stop;
	if (more)
		*index = im->next++;
	pthread_mutex_unlock(&im->lock);
	return more;
}

static void *
reader(void *arg)
{
	struct importer *im = arg;
	struct decoder *d = decoder_new(NULL);
	size_t index;

	while (next_file(im, &index)) {
		struct found *f = mem_zero(1, sizeof(*f));

		f->index = index;
		f->draft.fd = -1;
		if (examine_copy(im, d, im->files.path[index], f) != RC_OK || f->is.header == NULL)
			store_drop(im->c->store, &f->draft);
		hand_over(im, f);
	}
	decoder_free(d);
	pthread_mutex_lock(&im->lock);
	im->running--;
	pthread_cond_signal(&im->ready);
	pthread_mutex_unlock(&im->lock);
	return NULL;
}

/* ---- the writer ---- */

static void
found_free(struct importer *im, struct found *f)
{
	store_drop(im->c->store, &f->draft);
	examined_release(&f->is);
	free(f);
}

static void
reject(struct importer *im, const char *path, const char *reason)
{
	im->counts.rejected++;
	if (im->c->rejected != NULL)
		im->c->rejected(im->c->ctx, path, reason);
}

static void
walk_refused(void *ctx, const char *path, const char *reason)
{
	struct importer *im = ctx;

	im->counts.files++;
	reject(im, path, reason);
}

/* Results that are due, one after the other, from the first on. */
static size_t
in_a_row(const struct importer *im)
{
	size_t n = 0;

	for (const struct found *f = im->first;
		f != NULL && n < BATCH_FILES && f->index == im->due + n; f = f->next)
		n++;
	return n;
}

/* Wait for a batch of the results that are due, fewer where readers wait for room or are done: each batch costs a sync of
 * the disk and a transaction.  NULL when all readers are done.  The order of
 * the files decides which of two conflicting ones came first and how series are numbered, not a race. */
static struct found *
take_batch(struct importer *im)
{
	struct found *list, **end;
	size_t n = 0;

	pthread_mutex_lock(&im->lock);
	while (im->running > 0 &&
		(in_a_row(im) == 0 ||
			(in_a_row(im) < BATCH_FILES && im->waiting <= AHEAD && !im->stop)))
		pthread_cond_wait(&im->ready, &im->lock);
	list = im->first;
	for (end = &im->first; *end != NULL && n < BATCH_FILES && (*end)->index == im->due + n;
		end = &(*end)->next)
		n++;
	im->due += n;
	im->first = *end;
	*end = NULL;
	im->waiting -= n;
	pthread_cond_broadcast(&im->room);
	pthread_mutex_unlock(&im->lock);
	return list;
}

static enum rc
enter_one(struct importer *im, struct catalog_batch *b, struct found *f, struct err *e)
{
	struct catalog_image image = {
		.header = f->is.header,
		.digest = f->draft.digest,
		.pixel_digest = f->is.pixel_digest,
		.bytes = f->draft.bytes,
		.fault = f->is.fault.text,
	};
	enum catalog_outcome outcome;
	enum rc rc = catalog_add(b, &image, &outcome, e);

	if (rc != RC_OK)
		return rc;
	im->counts.instances++;
	im->counts.bytes += f->draft.bytes;
	im->counts.added += outcome == CATALOG_NEW;
	im->counts.duplicates += outcome == CATALOG_DUPLICATE;
	im->counts.conflicts += outcome == CATALOG_CONFLICT;
	im->counts.faulty += outcome == CATALOG_NEW && f->is.fault.rc != RC_OK;
	return RC_OK;
}

/* Bytes first, then the record of them. */
static enum rc
keep_bytes(struct importer *im, struct found *list, struct err *e)
{
	enum rc rc = RC_OK;

	for (struct found *f = list; f != NULL && rc == RC_OK; f = f->next)
		if (f->is.header != NULL)
			rc = store_keep(im->c->store, &f->draft, e);
	return rc == RC_OK ? store_sync(im->c->store, e) : rc;
}

static enum rc
enter_batch(struct importer *im, struct found *list, struct err *e)
{
	struct import_counts before = im->counts;
	struct catalog_batch *b;
	enum rc rc = keep_bytes(im, list, e);

	if (rc == RC_OK)
		rc = catalog_batch_begin(&b, im->c->ledger, im->c->who, e);
	if (rc != RC_OK)
		return rc;
	for (struct found *f = list; f != NULL && rc == RC_OK; f = f->next)
		if (f->is.header != NULL)
			rc = enter_one(im, b, f, e);
	rc = catalog_batch_end(b, rc, e);
	if (rc != RC_OK)
		im->counts = before;
	return rc;
}

static void
tell_and_free(struct importer *im, struct found *list)
{
	struct found *next;

	for (struct found *f = list; f != NULL; f = next) {
		next = f->next;
		im->counts.files++;
		if (f->skipped)
			im->counts.skipped++;
		else if (f->is.header == NULL)
			reject(im, im->files.path[f->index], f->reason.text);
		found_free(im, f);
	}
	if (im->c->progress != NULL)
		im->c->progress(im->c->ctx, &im->counts, (int64_t)im->files.n);
}

static bool
asked_to_stop(const struct importer *im)
{
	return im->c->stop != NULL && *im->c->stop != 0;
}

static void
stop_readers(struct importer *im)
{
	pthread_mutex_lock(&im->lock);
	im->stop = true;
	pthread_cond_broadcast(&im->room);
	pthread_mutex_unlock(&im->lock);
}

static enum rc
write_all(struct importer *im, struct err *e)
{
	struct found *list;
	enum rc rc = RC_OK;

	while ((list = take_batch(im)) != NULL) {
		if (rc == RC_OK)
			rc = enter_batch(im, list, e);
		tell_and_free(im, list);
		if (rc != RC_OK || asked_to_stop(im))
			stop_readers(im);
	}
	if (rc == RC_OK && asked_to_stop(im))
		rc = err_set(e, RC_CANCELLED,
			"stopped; what is entered is whole, run it again for the rest");
	return rc;
}

static unsigned
worker_count(const struct import_config *c)
{
	long cores = c->workers > 0 ? (long)c->workers : sysconf(_SC_NPROCESSORS_ONLN);

	return cores < 1 ? 1 : cores > WORKERS_MOST ? WORKERS_MOST : (unsigned)cores;
}

static enum rc
run_pool(struct importer *im, struct err *e)
{
	pthread_t threads[WORKERS_MOST];
	unsigned n = worker_count(im->c), started = 0;
	enum rc rc;

	im->running = n;
	while (started < n && pthread_create(&threads[started], NULL, reader, im) == 0)
		started++;
	pthread_mutex_lock(&im->lock);
	im->running -= n - started;
	pthread_mutex_unlock(&im->lock);
	if (started == 0)
		return err_set(e, RC_FAILED, "no thread could be started");
	rc = write_all(im, e);
	for (unsigned i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	return rc;
}

static enum rc
settle(struct importer *im, struct err *e)
{
	int64_t count = 0;
	enum rc rc = catalog_settle(im->c->ledger, im->c->who, NULL, NULL, &count, e);

	im->counts.series += count;
	return rc;
}

static enum rc
record_run(struct importer *im, struct err *e)
{
	struct event ev = {
		.action = "import", .kind = "archive", .object = ledger_id(im->c->ledger)
	};
	const struct import_counts *n = &im->counts;
	enum rc rc = ledger_begin(im->c->ledger, e);

	if (rc != RC_OK)
		return rc;
	ev.data = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "files", (json_int_t)n->files, "new",
		(json_int_t)n->added, "duplicates", (json_int_t)n->duplicates, "conflicts",
		(json_int_t)n->conflicts, "rejected", (json_int_t)n->rejected, "series",
		(json_int_t)n->series);
	rc = event_append(im->c->ledger, im->c->who, &ev, NULL, e);
	return ledger_end(im->c->ledger, rc, e);
}

enum rc
import_run(const struct import_config *c, char *const paths[], int n, struct import_counts *out,
	struct err *e)
{
	struct importer im = { .c = c };
	struct err later = { 0 };
	enum rc rc, settled;

	pthread_mutex_init(&im.lock, NULL);
	pthread_cond_init(&im.room, NULL);
	pthread_cond_init(&im.ready, NULL);
	store_sweep(c->store);
	for (int i = 0; i < n; i++)
		walk(&im.files, paths[i], walk_refused, &im);
	rc = run_pool(&im, e);
	/* what was entered gets onto the worklists even where the rest failed or was stopped */
	settled = settle(&im, &later);
	if (settled == RC_OK)
		settled = record_run(&im, &later);
	if (rc == RC_OK && settled != RC_OK)
		rc = err_set(e, settled, "%s", later.text);
	walk_free(&im.files);
	pthread_mutex_destroy(&im.lock);
	pthread_cond_destroy(&im.room);
	pthread_cond_destroy(&im.ready);
	*out = im.counts;
	return rc;
}
