/* The thread that imports what came (see receive_in.h). */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/dicom/decoder.h"
#include "core/source/receive_in.h"

struct job *
job_new(void)
{
	struct job *j = mem_zero(1, sizeof(*j));

	j->path = mem_zero(JOB_FILES, sizeof(char *));
	j->kept = mem_zero(JOB_FILES, sizeof(bool));
	return j;
}

void
job_add(struct job *j, const char *path, bool unsure)
{
	if (j->n >= JOB_FILES || (unsure && j->unsure_n >= LINES_MOST))
		return;
	if (unsure)
		j->unsure[j->unsure_n++] = j->n;
	j->path[j->n++] = mem_string(path);
}

void
job_free(struct job *j)
{
	if (j == NULL)
		return;
	for (size_t i = 0; i < j->n; i++)
		free(j->path[i]);
	free(j->path);
	free(j->kept);
	free(j);
}

/* ---- on the thread ---- */

struct importing {
	struct importer_thread *t;
	struct job *j;
};

static void
keep(struct job *j, const char *path)
{
	for (size_t i = 0; i < j->n; i++)
		j->kept[i] |= strcmp(j->path[i], path) == 0;
}

/* The sender was told that we have it, so it is kept, where people can look at it. */
static void
on_rejected(void *ctx, const char *path, const char *reason)
{
	struct importing *im = ctx;
	const char *name = strrchr(path, '/');
	char to[PATH_MAX];
	int n = snprintf(to, sizeof(to), "%s%s", im->t->refused, name != NULL ? name : "/file");

	if (n < 0 || (size_t)n >= sizeof(to) || rename(path, to) != 0)
		keep(im->j, path);
	if (im->j->notes < JOB_NOTES)
		str_copy(im->j->note[im->j->notes++], NOTE_TEXT, reason);
}

static bool
is_whole(struct decoder *d, const char *path)
{
	struct header *h = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	bool whole =
		fd >= 0 && decoder_header(d, fd, &h, NULL) == RC_OK && !(h->flags & HEADER_SHORT);

	if (fd >= 0)
		close(fd);
	header_free(h);
	return whole;
}

/* The file that a killed storescp was writing was not confirmed to its sender, unless it is whole. */
static void
drop_cut(struct job *j)
{
	struct decoder *d = decoder_new(NULL);

	for (size_t i = 0; i < j->unsure_n; i++)
		if (!is_whole(d, j->path[j->unsure[i]]) && unlink(j->path[j->unsure[i]]) == 0)
			j->cut++;
	decoder_free(d);
}

/* Those that are imported go: their transactions are committed. */
static void
remove_imported(struct job *j)
{
	for (size_t i = 0; i < j->n; i++)
		if (!j->kept[i])
			unlink(j->path[i]);
		else
			j->rc = err_set(
				&j->why, RC_FAILED, "a file that was rejected cannot be put aside");
}

void
importer_work(struct importer_thread *t, struct job *j)
{
	struct importing im = { t, j };
	struct import_config ic = { .ledger = t->c->ledger,
		.store = t->c->store,
		.who = t->c->who,
		.rejected = on_rejected,
		.ctx = &im };
	char **paths = mem_zero(j->n + 1, sizeof(char *));
	int n = 0;

	if (j->unsure_n > 0)
		drop_cut(j);
	for (size_t i = 0; i < j->n; i++)
		if (access(j->path[i], F_OK) == 0)
			paths[n++] = j->path[i];
	if (n > 0)
		j->rc = import_run(&ic, paths, n, &j->counts, &j->why);
	if (j->counts.added > 0 && t->c->imported != NULL)
		t->c->imported(t->c->ctx, t->c->ledger);
	if (j->rc == RC_OK)
		remove_imported(j);
	free(paths);
}

static void *
run(void *arg)
{
	struct importer_thread *t = arg;
	uint64_t one = 1;

	pthread_mutex_lock(&t->lock);
	for (;;) {
		while (!t->end && (t->job == NULL || t->done))
			pthread_cond_wait(&t->more, &t->lock);
		if (t->job == NULL || t->done)
			break;
		pthread_mutex_unlock(&t->lock);
		importer_work(t, t->job);
		pthread_mutex_lock(&t->lock);
		t->done = true;
		if (write(t->wake, &one, sizeof(one)) < 0)
			continue; /* it is asked for besides */
	}
	pthread_mutex_unlock(&t->lock);
	return NULL;
}

/* ---- on the receiver's ---- */

void
importer_init(struct importer_thread *t, const struct receive_config *c, const char *refused)
{
	memset(t, 0, sizeof(*t));
	t->c = c;
	t->wake = -1;
	str_copy(t->refused, sizeof(t->refused), refused);
}

enum rc
importer_start(struct importer_thread *t, struct err *e)
{
	t->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_mutex_init(&t->lock, NULL);
	pthread_cond_init(&t->more, NULL);
	if (t->wake < 0 || pthread_create(&t->thread, NULL, run, t) != 0)
		return err_errno(e, RC_FAILED, "starting to import");
	return RC_OK;
}

void
importer_stop(struct importer_thread *t)
{
	pthread_mutex_lock(&t->lock);
	t->end = true;
	pthread_cond_signal(&t->more);
	pthread_mutex_unlock(&t->lock);
	pthread_join(t->thread, NULL);
	job_free(t->job);
	pthread_mutex_destroy(&t->lock);
	pthread_cond_destroy(&t->more);
	close(t->wake);
}

void
importer_give(struct importer_thread *t, struct job *j)
{
	pthread_mutex_lock(&t->lock);
	t->job = j;
	t->done = false;
	pthread_cond_signal(&t->more);
	pthread_mutex_unlock(&t->lock);
}

struct job *
importer_take(struct importer_thread *t)
{
	struct job *j = NULL;
	uint64_t many;

	if (read(t->wake, &many, sizeof(many)) < 0)
		many = 0;
	pthread_mutex_lock(&t->lock);
	if (t->done) {
		j = t->job;
		t->job = NULL;
		t->done = false;
	}
	pthread_mutex_unlock(&t->lock);
	return j;
}
