/* The receiver's loop (see receive.h). */
#include "core/source/receive.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/source/receive_in.h"

enum {
	TICK_MS = 200,
	QUIET_US = 1000000,    /* after the last association a series is taken for whole */
	PAUSE_US = 10000000,   /* so long in an open one */
	WAITING_MOST = 2000,   /* files */
	WAITING_US = 60000000, /* so long at most */
	HEALTH_US = 60000000,
	GRACE_US = 10000000, /* for open associations at the end */
	RETRY_LEAST_US = 2000000,
	RETRY_MOST_US = 60000000,
};

const char *const receive_state_names[RECEIVE_STATES] = {
	[RECEIVE_LISTENING] = "listening",
	[RECEIVE_FULL] = "disk full",
	[RECEIVE_FAILING] = "cannot import",
	[RECEIVE_ENDING] = "ending",
};

struct receiver {
	const struct receive_config *c;
	char spool[PATH_MAX], refused[PATH_MAX];
	int listening;
	struct line line[LINES_MOST];
	struct scratch got; /* whole files that wait */
	struct importer_thread importer;
	bool busy; /* a job is in hand */
	struct receive_counts counts;
	int64_t processed, waiting, free;
	int64_t grew, first, health, retry, pause, ending; /* monotonic microseconds; 0 not */
	enum receive_state state, said;
	bool failing, full;
	struct err why; /* of the last import that failed */
};

/* ---- telling ---- */

static void
tell(struct receiver *r, enum receive_what what, const char *ae, const char *text)
{
	char clean[NOTE_TEXT], caller[20];
	struct receive_told t = { .what = what,
		.at = clock_now(NULL),
		.state = r->state,
		.counts = &r->counts,
		.waiting = r->waiting,
		.free = r->free,
		.ae = caller,
		.text = clean };

	str_copy(clean, sizeof(clean), text);
	str_clean(clean);
	str_copy(caller, sizeof(caller), ae);
	str_clean(caller);
	for (int i = 0; i < LINES_MOST; i++)
		t.lines += r->line[i].state == LINE_SERVED;
	r->c->tell(r->c->ctx, &t);
}

static unsigned
served(const struct receiver *r)
{
	unsigned n = 0;

	for (int i = 0; i < LINES_MOST; i++)
		n += r->line[i].state == LINE_SERVED;
	return n;
}

static void
tell_health(struct receiver *r, bool now)
{
	int64_t at = clock_mono_us();

	r->state = r->ending ? RECEIVE_ENDING
		: r->full    ? RECEIVE_FULL
		: r->failing ? RECEIVE_FAILING
			     : RECEIVE_LISTENING;
	r->counts.received = r->processed + r->waiting;
	if (!now && r->state == r->said && at - r->health < HEALTH_US)
		return;
	r->said = r->state;
	r->health = at;
	tell(r, RECEIVE_HEALTH, "", "");
}

/* ---- the spool ---- */

/* Whole files leave the folder of their line: all but the one written last, and that one too when the line is over. */
static void
move_whole(struct receiver *r, struct line *l)
{
	struct scratch_file *files;
	size_t n = scratch_files(&l->spool, &files, JOB_FILES);
	bool all = l->state == LINE_OVER && !l->broken;
	long long newest = n > 0 ? files[n - 1].written : 0;

	for (size_t i = 0; i < n; i++)
		if (all || files[i].written < newest)
			renameat2(l->spool.fd, files[i].name, r->got.fd, files[i].name,
				RENAME_NOREPLACE);
	free(files);
	if (l->state == LINE_OVER && scratch_files(&l->spool, &files, 1) == 0) {
		free(files);
		scratch_close(&l->spool);
		line_close(l);
	} else if (l->state == LINE_OVER) {
		free(files);
	}
}

static void
add_files(struct job *j, const struct scratch *s, bool unsure)
{
	struct scratch_file *files;
	size_t n = scratch_files(s, &files, JOB_FILES);
	char path[PATH_MAX];

	for (size_t i = 0; i < n; i++)
		if (scratch_path(s, files[i].name, path))
			job_add(j, path, unsure && files[i].written == files[n - 1].written);
	free(files);
}

static size_t
count_files(const struct scratch *s)
{
	struct scratch_file *files;
	size_t n = scratch_files(s, &files, JOB_FILES);

	free(files);
	return n;
}

static void
look_through_spool(struct receiver *r)
{
	int64_t before = r->waiting, now = clock_mono_us();

	for (int i = 0; i < LINES_MOST; i++)
		if (r->line[i].state == LINE_SERVED || (r->line[i].state == LINE_OVER && !r->busy))
			move_whole(r, &r->line[i]);
	r->waiting = (int64_t)count_files(&r->got);
	for (int i = 0; i < LINES_MOST; i++)
		if (r->line[i].state == LINE_OVER)
			r->waiting += (int64_t)count_files(&r->line[i].spool);
	if (r->waiting > before)
		r->grew = now;
	if (before == 0)
		r->first = now;
}

/* ---- importing ---- */

static void
take_result(struct receiver *r, struct job *j)
{
	r->counts.imported += j->counts.added;
	r->counts.duplicates += j->counts.duplicates;
	r->counts.conflicts += j->counts.conflicts;
	r->counts.rejected += j->counts.rejected;
	r->counts.cut += j->cut;
	if (j->rc == RC_OK)
		r->processed += j->counts.files;
	for (size_t i = 0; i < j->notes; i++)
		tell(r, RECEIVE_REJECTED, "", j->note[i]);
	if (j->cut > 0)
		tell(r, RECEIVE_CUT, "",
			"a file that came only in part was removed; it was never confirmed");
	r->failing = j->rc != RC_OK;
	r->why = j->why;
	r->pause = !r->failing ? 0 : r->pause == 0 ? RETRY_LEAST_US : r->pause * 2;
	if (r->pause > RETRY_MOST_US)
		r->pause = RETRY_MOST_US;
	r->retry = clock_mono_us() + r->pause;
	if (r->failing)
		tell(r, RECEIVE_PROBLEM, "", j->why.text);
}

/* A series should come onto the worklists once, whole: so not while its images are coming. */
static bool
is_due(const struct receiver *r)
{
	int64_t now = clock_mono_us();

	if (r->busy || r->waiting == 0 || now < r->retry)
		return false;
	return r->ending != 0 || (served(r) == 0 && now - r->grew > QUIET_US) ||
		now - r->grew > PAUSE_US || r->waiting > WAITING_MOST ||
		now - r->first > WAITING_US;
}

static void
import_what_waits(struct receiver *r)
{
	struct job *j = r->busy ? importer_take(&r->importer) : NULL;

	if (j != NULL) {
		take_result(r, j);
		job_free(j);
		r->busy = false;
		look_through_spool(r);
		tell_health(r, true);
	}
	if (!is_due(r))
		return;
	j = job_new();
	add_files(j, &r->got, false);
	for (int i = 0; i < LINES_MOST; i++)
		if (r->line[i].state == LINE_OVER)
			add_files(j, &r->line[i].spool, r->line[i].broken);
	r->busy = true;
	importer_give(&r->importer, j);
}

/* What an earlier receiver left, at once. */
static void
import_left(struct receiver *r, struct scratch *s, bool unsure)
{
	enum rc rc = RC_OK;
	size_t n;

	while (rc == RC_OK && (n = count_files(s)) > 0) {
		struct job *j = job_new();

		add_files(j, s, unsure && n < JOB_FILES);
		importer_work(&r->importer, j);
		take_result(r, j);
		rc = j->rc;
		job_free(j);
	}
	if (rc == RC_OK)
		scratch_close(s);
}

static void
left_whole(void *ctx, struct scratch *s)
{
	import_left(ctx, s, false);
}

static void
left_open(void *ctx, struct scratch *s)
{
	import_left(ctx, s, true);
}

/* ---- lines ---- */

static void
accept_one(struct receiver *r)
{
	int fd = accept4(r->listening, NULL, NULL, SOCK_CLOEXEC);

	for (int i = 0; i < LINES_MOST && fd >= 0; i++)
		if (r->line[i].state == LINE_NONE) {
			line_accept(&r->line[i], fd);
			return;
		}
	if (fd >= 0)
		close(fd);
}

static void
answer_call(struct receiver *r, struct line *l)
{
	struct err e = { 0 };
	enum refusal why;
	char calling[17];
	bool good = line_judge(l, r->c, !r->full && !r->ending, calling, &why);

	if (why == REFUSALS) { /* no DICOM: nothing that it would understand */
		line_close(l);
		return;
	}
	if (good && line_serve(l, r->c, r->spool, &e) == RC_OK)
		return;
	if (good)
		tell(r, RECEIVE_PROBLEM, "", e.text);
	r->counts.refused++;
	tell(r, RECEIVE_REFUSED, calling, refusal_texts[why]);
	line_refuse(l, why);
}

static bool
has_slot(const struct receiver *r)
{
	for (int i = 0; i < LINES_MOST; i++)
		if (r->line[i].state == LINE_NONE)
			return true;
	return false;
}

static void
wait_and_serve(struct receiver *r)
{
	struct pollfd p[LINES_MOST + 2];
	int of[LINES_MOST + 2];
	nfds_t n = 0;

	p[n++] = (struct pollfd){ .fd = r->importer.wake, .events = POLLIN };
	p[n++] = (struct pollfd){ .fd = has_slot(r) ? r->listening : -1, .events = POLLIN };
	for (int i = 0; i < LINES_MOST; i++) {
		const struct line *l = &r->line[i];
		int fd = l->state == LINE_SERVED ? l->child.out : l->fd;

		if (l->state == LINE_NONE || l->state == LINE_OVER || fd < 0)
			continue;
		of[n] = i;
		p[n++] = (struct pollfd){ .fd = fd, .events = POLLIN };
	}
	if (poll(p, n, TICK_MS) <= 0)
		return;
	for (nfds_t i = 2; i < n; i++)
		if (p[i].revents != 0 && r->line[of[i]].state == LINE_CALLING)
			answer_call(r, &r->line[of[i]]);
	if (p[1].revents != 0)
		accept_one(r);
}

static void
guard_disk(struct receiver *r)
{
	struct statvfs v;

	if (statvfs(r->spool, &v) != 0)
		return;
	r->free = (int64_t)v.f_bavail * (int64_t)v.f_frsize;
	r->full = r->free < r->c->least_free;
	for (int i = 0; r->full && i < LINES_MOST; i++)
		if (r->line[i].state == LINE_SERVED)
			line_cut(&r->line[i]);
}

/* ---- begin and end ---- */

static bool
is_loopback(const char *bind)
{
	return bind == NULL || strncmp(bind, "127.", 4) == 0 || strcmp(bind, "::1") == 0;
}

static enum rc
listen_at(struct receiver *r, struct err *e)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV },
			*a = NULL;
	const char *where = r->c->bind != NULL ? r->c->bind : "127.0.0.1";
	char port[12];
	int one = 1;

	if (!is_loopback(r->c->bind) && (r->c->allow == NULL || r->c->allow[0] == NULL))
		return err_set(e, RC_INVALID,
			"who may send has to be named (--allow) where others can reach us");
	snprintf(port, sizeof(port), "%u", r->c->port);
	if (getaddrinfo(where, port, &hints, &a) != 0)
		return err_set(e, RC_INVALID, "not an address to listen at");
	r->listening = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (r->listening >= 0)
		setsockopt(r->listening, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (r->listening < 0 || bind(r->listening, a->ai_addr, a->ai_addrlen) != 0 ||
		listen(r->listening, 64) != 0) {
		freeaddrinfo(a);
		return err_errno(e, RC_FAILED, "cannot listen at port %u", r->c->port);
	}
	freeaddrinfo(a);
	return RC_OK;
}

static enum rc
begin(struct receiver *r, struct err *e)
{
	int n = snprintf(r->spool, sizeof(r->spool), "%s/spool", r->c->archive);
	enum rc rc;

	if (n < 0 || n + NAME_MAX >= PATH_MAX)
		return err_set(e, RC_LIMIT, "the archive's path is too long");
	snprintf(r->refused, sizeof(r->refused), "%.*s/refused", PATH_MAX - 20, r->spool);
	if (!receive_ae_valid(r->c->aet))
		return err_set(e, RC_INVALID, "an AE title has 1 to 16 characters");
	if (!child_installed("storescp"))
		return err_set(
			e, RC_UNSUPPORTED, "receiving needs DCMTK's storescp (package dcmtk)");
	if ((mkdir(r->spool, 0700) != 0 && errno != EEXIST) ||
		(mkdir(r->refused, 0700) != 0 && errno != EEXIST))
		return err_errno(e, RC_FAILED, "the spool of the archive");
	rc = listen_at(r, e);
	if (rc != RC_OK)
		return rc;
	importer_init(&r->importer, r->c, r->refused);
	scratch_sweep(r->spool, "got", left_whole, r);
	scratch_sweep(r->spool, "in", left_open, r);
	rc = scratch_open(&r->got, r->spool, "got", e);
	return rc == RC_OK ? importer_start(&r->importer, e) : rc;
}

/* False once all is done. */
static bool
go_on(struct receiver *r)
{
	int64_t now = clock_mono_us();

	if (r->ending == 0 && *r->c->stop != 0) {
		r->ending = now;
		close(r->listening);
		r->listening = -1;
		r->retry = 0;
	}
	if (r->ending == 0)
		return true;
	for (int i = 0; i < LINES_MOST; i++)
		if (r->line[i].state != LINE_SERVED || now - r->ending > GRACE_US)
			line_cut(&r->line[i]);
	look_through_spool(r); /* what a line left that was cut just now */
	return r->busy || served(r) > 0 || (r->waiting > 0 && !r->failing);
}

static enum rc
end(struct receiver *r, struct err *e)
{
	importer_stop(&r->importer);
	if (count_files(&r->got) == 0)
		scratch_close(&r->got);
	scratch_leave(&r->got);
	for (int i = 0; i < LINES_MOST; i++)
		if (r->line[i].state != LINE_NONE)
			line_close(&r->line[i]);
	return r->failing ? err_set(e, r->why.rc, "%s; what came stays in the spool", r->why.text)
			  : RC_OK;
}

enum rc
receive_run(const struct receive_config *c, struct receive_counts *out, struct err *e)
{
	struct receiver *r = mem_zero(1, sizeof(*r));
	enum rc rc;

	r->c = c;
	r->listening = -1;
	r->got.fd = -1;
	r->said = RECEIVE_STATES;
	for (int i = 0; i < LINES_MOST; i++)
		r->line[i].fd = r->line[i].spool.fd = r->line[i].child.out = -1;
	rc = begin(r, e);
	if (rc == RC_OK) {
		while (go_on(r)) {
			guard_disk(r);
			tell_health(r, false);
			wait_and_serve(r);
			for (int i = 0; i < LINES_MOST; i++)
				line_step(&r->line[i]);
			look_through_spool(r);
			import_what_waits(r);
		}
		tell_health(r, true);
		rc = end(r, e);
	}
	if (r->listening >= 0)
		close(r->listening);
	*out = r->counts;
	free(r);
	return rc;
}
