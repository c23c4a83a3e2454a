/* What happens at sources while people work. */
#include "tui/remote.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/source/fetch.h"
#include "core/source/keeper.h"
#include "core/trial/assign.h"
#include "core/trial/relabel.h"
#include "tui/app.h"

enum {
	ROUND_US = 20000000, /* between rounds over all sources */
	SLOTS = 2            /* the series on the screen, and the next */
};

/* A thread's own: its worker holds the ledger. */
struct errand {
	struct worker *worker;
	struct sources *sources;
};

struct remote {
	struct app *app;
	struct vault *vault;
	struct errand fetcher, keeper;
	struct arrival slot[SLOTS];
	int64_t wanted, ahead; /* series; atomic: jobs ask them */
	int64_t current;       /* the series in the fetcher's hand, 0 none; atomic */
	int leaving;           /* atomic */
	int cancelled;         /* atomic: the round under way is left off */
	uint64_t screen;       /* who hears */
	arrival_fn told;
	bool in_round;
	int64_t round_us; /* when the last round ended, monotonic */
	char words[200], last[200];
};

/* ---- jobs that fetch ---- */

struct fetch_job {
	struct job job;
	struct remote *r;
	int64_t series;
	size_t first;
};

struct arrival_msg {
	struct msg msg;
	int64_t series;
	enum arrival_event what;
	size_t n, place; /* of ARRIVAL_MORE: so many are here */
	int64_t bytes;
	char digest[DIGEST_HEX];
};

static struct arrival *
slot_of(struct remote *r, int64_t series)
{
	for (int i = 0; i < SLOTS; i++)
		if (r->slot[i].series == series && series != 0)
			return &r->slot[i];
	return NULL;
}

static void
tell(struct remote *r, const struct arrival *a, enum arrival_event what, size_t place)
{
	void *state = app_screen_state(r->app, r->screen);

	if (state != NULL && r->told != NULL && a->series == r->wanted)
		r->told(r->app, state, a, what, place);
	app_stale(r->app);
}

static void
arrival_read(struct msg *m, void *reader)
{
	struct arrival_msg *am = (struct arrival_msg *)m;
	struct remote *r = ((struct app *)reader)->remote;
	struct arrival *a = r != NULL ? slot_of(r, am->series) : NULL;

	if (a != NULL && am->what == ARRIVAL_LISTED) {
		free(a->digests);
		a->digests = mem_zero(am->n + 1, sizeof(*a->digests));
		a->n = a->digests_n = am->n;
	}
	if (a != NULL && am->what == ARRIVAL_CAME && am->place < a->digests_n)
		str_copy(a->digests[am->place], DIGEST_HEX, am->digest);
	if (a != NULL && am->what == ARRIVAL_MORE) {
		a->here = am->n;
		a->bytes = am->bytes;
	}
	if (a != NULL)
		tell(r, a, am->what, am->place);
	free(m);
}

static void
arrival_drop(struct msg *m)
{
	free(m);
}

static void
post(struct fetch_job *j, struct arrival_msg what)
{
	struct arrival_msg *m = mem_zero(1, sizeof(*m));

	*m = what;
	m->series = j->series;
	m->msg.deliver = arrival_read;
	m->msg.drop = arrival_drop;
	inbox_post_take(j->r->app->inbox, &m->msg);
}

static void
on_listed(void *ctx, size_t n)
{
	post(ctx, (struct arrival_msg){ .what = ARRIVAL_LISTED, .n = n });
}

static void
on_came(void *ctx, size_t place, const char *digest)
{
	struct arrival_msg m = { .what = ARRIVAL_CAME, .place = place };

	str_copy(m.digest, DIGEST_HEX, digest);
	post(ctx, m);
}

static void
on_progress(void *ctx, size_t here, size_t n, int64_t bytes)
{
	(void)n;
	post(ctx, (struct arrival_msg){ .what = ARRIVAL_MORE, .n = here, .bytes = bytes });
}

static bool
nobody_wants(void *ctx)
{
	const struct fetch_job *j = ctx;

	return __atomic_load_n(&j->r->leaving, __ATOMIC_RELAXED) != 0 ||
		(__atomic_load_n(&j->r->wanted, __ATOMIC_RELAXED) != j->series &&
			__atomic_load_n(&j->r->ahead, __ATOMIC_RELAXED) != j->series);
}

static void
fetch_run(struct job *job, struct ledger *l)
{
	struct fetch_job *j = (struct fetch_job *)job;
	struct fetch_config c = { .ledger = l,
		.store = j->r->app->store,
		.vault = j->r->vault,
		.sources = j->r->fetcher.sources,
		.who = ledger_system(l),
		.told = { .listed = on_listed,
			.came = on_came,
			.progress = on_progress,
			.stopped = nobody_wants,
			.ctx = j },
		.first = j->first };
	struct fetch_counts n;

	__atomic_store_n(&j->r->current, j->series, __ATOMIC_RELAXED);
	if (nobody_wants(j))
		job->rc = RC_CANCELLED;
	else
		job->rc = fetch_series(&c, j->series, &n, &job->err);
}

static struct arrival *fetch(struct remote *r, int64_t series, size_t first);

static void
fetch_done(struct job *job, struct app *app)
{
	struct fetch_job *j = (struct fetch_job *)job;
	struct arrival *a = slot_of(app->remote, j->series);

	if (a == NULL)
		return;
	a->running = false;
	if (job->rc == RC_CANCELLED && app->remote->wanted == j->series) {
		fetch(app->remote, j->series, j->first); /* wanted again before it had left off */
		return;
	}
	a->rc = job->rc;
	str_copy(a->text, sizeof(a->text), job->err.text);
	tell(app->remote, a, ARRIVAL_ENDED, 0);
}

static struct arrival *
free_slot(struct remote *r)
{
	struct arrival *a = &r->slot[0];

	for (int i = 0; i < SLOTS; i++)
		if (r->slot[i].series != r->wanted && r->slot[i].series != r->ahead)
			a = &r->slot[i];
	free(a->digests);
	memset(a, 0, sizeof(*a));
	return a;
}

static struct arrival *
fetch(struct remote *r, int64_t series, size_t first)
{
	struct arrival *a = slot_of(r, series);
	struct fetch_job *j;

	if (a != NULL && a->running)
		return a;
	if (a == NULL)
		a = free_slot(r);
	a->series = series;
	a->running = true;
	a->rc = RC_OK;
	a->text[0] = '\0';
	a->here = 0;
	a->bytes = 0;
	a->began_us = clock_mono_us();
	j = mem_zero(1, sizeof(*j));
	j->job.run = fetch_run;
	j->job.done = fetch_done;
	j->r = r;
	j->series = series;
	j->first = first;
	worker_post_take(r->fetcher.worker, &j->job);
	return a;
}

const struct arrival *
remote_want(struct app *app, int64_t series, size_t first, void *state, arrival_fn fn)
{
	struct remote *r = app->remote;

	if (r == NULL)
		return NULL;
	__atomic_store_n(&r->wanted, series, __ATOMIC_RELAXED);
	if (r->ahead == series)
		__atomic_store_n(&r->ahead, 0, __ATOMIC_RELAXED);
	r->screen = app_screen_id(app, state);
	r->told = fn;
	return fetch(r, series, first);
}

void
remote_unwant(struct app *app, int64_t series)
{
	struct remote *r = app->remote;

	if (r != NULL && r->wanted == series)
		__atomic_store_n(&r->wanted, 0, __ATOMIC_RELAXED);
}

void
remote_ahead(struct app *app, int64_t series)
{
	struct remote *r = app->remote;

	if (r == NULL)
		return;
	__atomic_store_n(&r->ahead, series, __ATOMIC_RELAXED);
	if (series != 0 && series != r->wanted)
		fetch(r, series, 0);
}

/* ---- rounds over all sources ---- */

struct round_job {
	struct job job;
	struct remote *r;
	int64_t fresh;
	char words[200], last[200];
};

static void
on_said(void *ctx, const char *source, const char *text)
{
	struct round_job *j = ctx;

	snprintf(j->last, sizeof(j->last), "%.32s: %.150s", source, text);
}

static bool
is_leaving(void *ctx)
{
	const struct remote *r = ((struct round_job *)ctx)->r;

	return __atomic_load_n(&r->leaving, __ATOMIC_RELAXED) != 0 ||
		__atomic_load_n(&r->cancelled, __ATOMIC_RELAXED) != 0;
}

static void
put_words(struct ledger *l, char words[200])
{
	struct source *s = mem_zero(SOURCES_MOST, sizeof(*s));
	size_t n = 0, used = 0;

	words[0] = '\0';
	if (source_list(l, s, &n, NULL) != RC_OK)
		n = 0;
	for (size_t i = 0; i < n && used < 160; i++)
		used += (size_t)snprintf(words + used, 200 - used, "%s%s %s", i > 0 ? ", " : "",
			s[i].name, source_word(&s[i]));
	free(s);
}

static int64_t
series_count(struct ledger *l)
{
	return db_number(ledger_db(l), "SELECT max(id) FROM series", 0);
}

static void
round_run(struct job *job, struct ledger *l)
{
	struct round_job *j = (struct round_job *)job;
	struct keeper_config c = { .ledger = l,
		.store = j->r->app->store,
		.vault = j->r->vault,
		.sources = j->r->keeper.sources,
		.who = ledger_system(l),
		.folder = j->r->app->archive,
		.said = on_said,
		.stopped = is_leaving,
		.ctx = j };
	int64_t before = series_count(l);
	struct assign_result placed;

	job->rc = keeper_round(&c, &job->err);
	j->fresh = series_count(l) - before;
	if (j->fresh > 0) /* what rules cannot place now is a task for a person, not an error */
		assign_all(l, NULL, &placed, NULL);
	put_words(l, j->words);
}

static void
round_done(struct job *job, struct app *app)
{
	struct round_job *j = (struct round_job *)job;
	struct remote *r = app->remote;

	if (r == NULL)
		return;
	r->in_round = false;
	r->round_us = clock_mono_us();
	__atomic_store_n(&r->cancelled, 0, __ATOMIC_RELAXED);
	str_copy(r->words, sizeof(r->words), j->words);
	if (j->last[0] != '\0')
		str_copy(r->last, sizeof(r->last), j->last);
	if (job->rc != RC_OK && job->rc != RC_CANCELLED)
		str_copy(r->last, sizeof(r->last), job->err.text);
	if (app->depth > 0 && app->stack[app->depth - 1].ops->heard != NULL)
		app->stack[app->depth - 1].ops->heard(
			app, app->stack[app->depth - 1].state, j->fresh > 0);
	app_stale(app);
}

static void
begin_round(struct remote *r)
{
	struct round_job *j = mem_zero(1, sizeof(*j));

	r->in_round = true;
	j->job.run = round_run;
	j->job.done = round_done;
	j->r = r;
	worker_post_take(r->keeper.worker, &j->job);
}

void
remote_look(struct app *app)
{
	if (app->remote != NULL && !app->remote->in_round)
		begin_round(app->remote);
}

int
remote_tick_in(const struct app *app)
{
	const struct remote *r = app->remote;
	int64_t left;

	if (r == NULL || r->in_round || !app->logged_in)
		return -1;
	left = r->round_us + ROUND_US - clock_mono_us();
	return r->round_us == 0 || left <= 0 ? 0 : (int)(left / 1000 + 1);
}

void
remote_tick(struct app *app)
{
	if (remote_tick_in(app) == 0)
		begin_round(app->remote);
}

/* ---- beginning and end ---- */

/* A line that nobody answers on holds up neither the end of the program nor the series that is wanted now. */
static bool
fetcher_leaves_off(void *ctx)
{
	struct remote *r = ctx;
	struct fetch_job now = { .r = r, .series = __atomic_load_n(&r->current, __ATOMIC_RELAXED) };

	return nobody_wants(&now);
}

static bool
keeper_leaves_off(void *ctx)
{
	struct round_job now = { .r = ctx };

	return is_leaving(&now);
}

static bool
errand_begin(struct app *app, struct errand *e, bool (*leaves_off)(void *ctx))
{
	struct sources_config c = {
		.folder = app->archive, .stopped = leaves_off, .ctx = app->remote
	};
	struct ledger *l;

	if (ledger_open(&l, app->archive, DB_WRITE, NULL, NULL) != RC_OK)
		return false;
	relabel_use(l);
	e->worker = worker_new(l, app->inbox);
	e->sources = sources_new(&c);
	return true;
}

void
remote_begin(struct app *app)
{
	struct remote *r;
	struct vault *v;
	struct ledger *l;

	if (ledger_open(&l, app->archive, DB_READ, NULL, NULL) != RC_OK)
		return;
	v = sources_vault(l, app->archive);
	if (v != NULL)
		store_use_vault(app->store, v);
	if (v != NULL && app->read_only[0] == '\0') {
		r = mem_zero(1, sizeof(*r));
		r->app = app;
		r->vault = v;
		app->remote = r;
		put_words(l, r->words);
		if (!errand_begin(app, &r->fetcher, fetcher_leaves_off) ||
			!errand_begin(app, &r->keeper, keeper_leaves_off))
			remote_end(app);
	}
	ledger_close(l);
}

void
remote_end(struct app *app)
{
	struct remote *r = app->remote;

	if (r == NULL)
		return;
	__atomic_store_n(&r->leaving, 1, __ATOMIC_RELAXED);
	worker_free(r->fetcher.worker);
	worker_free(r->keeper.worker);
	sources_free(r->fetcher.sources);
	sources_free(r->keeper.sources);
	store_use_vault(app->store, NULL);
	vault_free(r->vault);
	for (int i = 0; i < SLOTS; i++)
		free(r->slot[i].digests);
	app->remote = NULL;
	free(r);
}

/* ---- what is told of it ---- */

const char *
remote_words(const struct app *app)
{
	return app->remote != NULL ? app->remote->words : "";
}

const char *
remote_last(const struct app *app)
{
	return app->remote != NULL ? app->remote->last : "";
}

bool
remote_busy(const struct app *app)
{
	return app->remote != NULL && app->remote->in_round;
}

const struct arrival *
remote_now(const struct app *app)
{
	const struct remote *r = app->remote;

	for (int i = 0; r != NULL && i < SLOTS; i++)
		if (r->slot[i].running)
			return &r->slot[i];
	return NULL;
}

void
remote_cancel(struct app *app)
{
	struct remote *r = app->remote;

	if (r == NULL)
		return;
	__atomic_store_n(&r->wanted, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&r->ahead, 0, __ATOMIC_RELAXED);
	if (r->in_round)
		__atomic_store_n(&r->cancelled, 1, __ATOMIC_RELAXED);
}

void
remote_progress_text(const struct arrival *a, char *to, size_t size)
{
	double seconds = (double)(clock_mono_us() - a->began_us) / 1e6, rate, left;

	if (a->n == 0) {
		snprintf(to, size, "asking for the list of images");
		return;
	}
	rate = seconds > 0 ? (double)a->bytes / seconds : 0;
	left = a->here > 0 ? seconds * (double)(a->n - a->here) / (double)a->here : 0;
	snprintf(to, size, "%zu of %zu images, %.1f MB/s, %.0f s left", a->here, a->n, rate / 1e6,
		left);
}
