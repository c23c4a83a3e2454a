/* Opening a series in the viewer, and what was seen of it. */
#include "tui/viewer_in.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/dicom/suv.h"
#include "core/ledger/catalog.h"
#include "core/ledger/decision.h"
#include "core/ledger/lease.h"
#include "core/ledger/look.h"
#include "core/ledger/remote.h"
#include "core/ledger/standing.h"
#include "core/source/fetch.h"

/* ---- whose it is ---- */

struct lease_job {
	struct job job;
	struct session session; /* a copy: its key lives until the logout, which is a later job */
	uint64_t screen;
	int64_t task;
	char reason[200];
};

static void
hold(struct app *app, int64_t task)
{
	app->lease_task = task;
	app->lease_us = clock_mono_us();
}

static void
drop_run(struct job *job, struct ledger *l)
{
	struct lease_job *j = (struct lease_job *)job;

	lease_drop(l, &j->session, j->task, NULL);
}

/* At a logout the session's end drops all of them. */
static void
let_go(struct app *app, int64_t task)
{
	struct lease_job *j;

	app->lease_task = 0;
	if (!app->logged_in)
		return;
	j = mem_zero(1, sizeof(*j));
	j->job.run = drop_run;
	j->session = app->session;
	j->task = task;
	app_post_take(app, &j->job);
}

static void
take_run(struct job *job, struct ledger *l)
{
	struct lease_job *j = (struct lease_job *)job;

	job->rc = lease_take_over(l, &j->session, j->task, j->reason, &job->err);
}

static void
take_done(struct job *job, struct app *app)
{
	struct lease_job *j = (struct lease_job *)job;
	struct viewer_state *s = app_screen_state(app, j->screen);

	if (s == NULL || s->f.task != j->task)
		return;
	if (job->rc != RC_OK) {
		app_complain(app, &job->err);
		return;
	}
	s->held[0] = '\0';
	hold(app, s->f.task);
	app_say(app, STYLE_GOOD, "the series is yours");
}

void
viewer_take_over(struct app *app, struct viewer_state *s, const char *reason)
{
	struct lease_job *j = mem_zero(1, sizeof(*j));

	j->job.run = take_run;
	j->job.done = take_done;
	j->screen = app_screen_id(app, s);
	j->session = app->session;
	j->task = s->f.task;
	str_copy(j->reason, sizeof(j->reason), reason);
	app_post_take(app, &j->job);
}

/* ---- opening a series ---- */

struct load_job {
	struct job job;
	uint64_t screen;
	uint64_t serial;
	int64_t task, series;
	char user[ACCOUNT_ID];
	struct session session; /* a copy: its key lives until the logout, which is a later job */
	struct worklist_query queue;
	char queue_step[32], queue_filter[200];
	int step; /* 0: this task; 1, -1: the one after or before it in the queue */

	struct series series_row;
	struct image *images;
	size_t image_count;
	struct seen seen;
	struct mark *marks;
	size_t mark_count;
	char standing[120];
	char held[200]; /* who else has it open, "" nobody */
	char stale[200];
	char disputed[2][200]; /* what two readers said, for who adjudicates */
	int frame_ms;          /* of a multi-frame image, 0 unknown */
	struct worklist_task what;
	struct look_rule rule;
	int64_t place, total;
	double suv;
	char source[33]; /* where it lies; "" it is the archive's own */
	bool here;       /* all of it */
	bool next_here;  /* of what comes next: nothing has to be fetched */
	struct store *store;
	struct charter_reason *reasons; /* that the study added */
	size_t reason_count;
};

static enum rc
find_neighbour(struct load_job *j, struct ledger *l, struct err *e)
{
	struct worklist_row row;
	int64_t n = 0;
	enum rc rc;

	j->queue.offset = j->place + j->step;
	j->queue.limit = 1;
	if (j->queue.offset < 0)
		return err_set(e, RC_NOT_FOUND, "this is the first series of the queue");
	rc = worklist_page(l, &j->queue, &row, &n, e);
	if (rc == RC_OK && n == 0)
		return err_set(e, RC_NOT_FOUND, "this is the last series of the queue");
	if (rc == RC_OK) {
		j->task = row.task;
		j->series = row.series;
		j->place += j->step;
	}
	return rc;
}

/* It is the reviewer's as long as it is open here.  Somebody else's is shown, and nothing can be signed on it. */
static void
take_lease(struct load_job *j, struct ledger *l)
{
	struct err why = { 0 };

	j->held[0] = '\0';
	if (j->what.open && lease_take(l, &j->session, j->task, NULL, &why) == RC_CONFLICT)
		str_copy(j->held, sizeof(j->held), why.text);
}

static void
note_stale(void *ctx, const struct decision *d)
{
	struct load_job *j = ctx;

	if (strcmp(d->state, "stale") == 0 && strcmp(d->step, j->what.step) == 0)
		snprintf(j->stale, sizeof(j->stale), "was %sed (#%lld); since then %.100s",
			d->verdict, (long long)d->number, d->changed);
}

/* Why a series that somebody had judged is here again. */
static void
find_stale(struct load_job *j, struct ledger *l)
{
	j->stale[0] = '\0';
	if (j->what.open)
		decision_each(l, j->series, note_stale, j, NULL);
}

static void
find_disputed(struct load_job *j, struct ledger *l)
{
	struct decision d[2];

	j->disputed[0][0] = '\0';
	if (j->what.reading != READING_ADJUDICATION || !j->what.open ||
		decision_disputed(l, &j->session, j->series, j->what.step, d, NULL) != RC_OK)
		return;
	for (int i = 0; i < 2; i++)
		snprintf(j->disputed[i], sizeof(j->disputed[i]), "%.1s: %.20s %s%s%.100s%s%.60s",
			d[i].account, j->what.step,
			strcmp(d[i].verdict, "pass") == 0 ? "passed" : "failed",
			d[i].reasons[0] != '\0' ? ", " : "", d[i].reasons,
			d[i].note[0] != '\0' ? "; " : "", d[i].note);
}

static double
first_number(const json_t *header, const char *tag)
{
	const json_t *value =
		json_array_get(json_object_get(json_object_get(header, tag), "Value"), 0);
	double n = 0;

	if (json_is_number(value))
		n = json_number_value(value);
	else if (json_is_string(value))
		str_double(json_string_value(value), &n);
	return n;
}

/* PS3.3 C.7.6.5.1.1: milliseconds a frame of a multi-frame image, by Recommended Display Frame Rate, Cine Rate or Frame
 * Time; 0 where it does not say. */
static int
frame_time(struct ledger *l, const struct image *im)
{
	static const char *const rates[] = { "00082144", "00180040" };
	char *text = NULL;
	json_t *header = NULL;
	double ms = 0;

	if (catalog_header(l, im->id, &text, NULL) == RC_OK)
		header = json_loads(text, 0, NULL);
	for (size_t i = 0; i < MEM_COUNT(rates) && ms == 0; i++)
		if (first_number(header, rates[i]) > 0)
			ms = 1000 / first_number(header, rates[i]);
	if (ms == 0)
		ms = first_number(header, "00181063");
	json_decref(header);
	free(text);
	return ms >= 10 && ms <= 5000 ? (int)(ms + 0.5) : 0;
}

/* Of PET images, where the header of the first one allows it. */
static void
find_suv(struct load_job *j, struct ledger *l)
{
	char *header, why_not[160];

	if (strcmp(j->series_row.modality, "PT") != 0 || j->image_count == 0 ||
		catalog_header(l, j->images[0].id, &header, NULL) != RC_OK)
		return;
	suv_factor(header, &j->suv, why_not, sizeof(why_not));
	free(header);
}

/* What came by half is not shown as a series: it is on its way. */
static void
find_source(struct load_job *j, struct ledger *l)
{
	struct remote_row row;

	j->here = fetch_is_here(l, j->store, j->series);
	if (remote_of(l, j->series, &row, NULL) != RC_OK)
		return;
	str_copy(j->source, sizeof(j->source), row.source_name);
	if (!row.whole)
		j->image_count = 0;
}

/* In the queue; a series that was opened by itself is in none. */
static enum rc
find_place(struct load_job *j, struct ledger *l, struct err *e)
{
	enum rc rc;

	j->place = -1;
	if (j->task == 0)
		return j->step == 0 ? RC_OK
				    : err_set(e, RC_NOT_FOUND, "this series was opened by itself");
	rc = worklist_place(l, &j->queue, j->task, &j->place, e);
	if (rc == RC_OK && j->step != 0)
		rc = find_neighbour(j, l, e);
	return rc == RC_OK ? worklist_total(l, &j->queue, &j->total, e) : rc;
}

static void
load_run(struct job *job, struct ledger *l)
{
	struct load_job *j = (struct load_job *)job;

	j->queue.step = j->queue_step;
	j->queue.account = j->user;
	j->queue.filter = j->queue_filter;
	job->rc = find_place(j, l, &job->err);
	if (job->rc == RC_OK)
		job->rc = catalog_series(l, j->series, &j->series_row, &job->err);
	if (job->rc == RC_OK)
		job->rc = catalog_images(l, j->series, &j->images, &j->image_count, &job->err);
	if (job->rc == RC_OK)
		job->rc = worklist_standing(
			l, j->series, j->user, j->standing, sizeof(j->standing), &job->err);
	if (job->rc == RC_OK && j->task != 0)
		job->rc = worklist_task(l, j->task, &j->what, &job->err);
	if (job->rc != RC_OK)
		return;
	j->reasons = mem_zero(CHARTER_REASONS, sizeof(*j->reasons));
	j->reason_count = charter_reasons(l, j->series, j->series_row.modality, j->reasons);
	find_source(j, l);
	take_lease(j, l);
	find_disputed(j, l);
	find_stale(j, l);
	j->rule = look_rule_of(l, j->what.step);
	if (j->image_count > 0 && j->images[0].slices > 1)
		j->frame_ms = frame_time(l, &j->images[0]);
	find_suv(j, l);
	seen_load(l, j->user, j->series, &j->seen, NULL);
	mark_draft_load(
		l, j->user, j->series, j->series_row.revision, &j->marks, &j->mark_count, NULL);
}

static void
load_release(struct job *job)
{
	struct load_job *j = (struct load_job *)job;

	series_release(&j->series_row);
	free(j->images);
	free(j->seen.looks);
	free(j->marks);
	free(j->reasons);
	free(j);
}

/* A line that was lost resumes at the same slice; otherwise the first one not seen yet comes up. */
static uint32_t
first_slice(const struct viewer_state *s, const struct seen *seen)
{
	const struct viewer_facts *f = &s->f;

	if (s->resume >= 0 && s->resume < (int64_t)f->slices)
		return (uint32_t)s->resume;
	if (seen->revision == f->series.revision && seen->slice >= 0 &&
		seen->slice < (int64_t)f->slices)
		return (uint32_t)seen->slice;
	for (uint32_t i = 0; i < f->slices; i++)
		if (f->seen.whole[i] != '1')
			return i;
	return 0;
}

/* ---- the series that comes next ---- */

enum { AHEAD_SLICES = 256 };

static void
ahead_run(struct job *job, struct ledger *l)
{
	struct load_job *j = (struct load_job *)job;

	j->queue.step = j->queue_step;
	j->queue.account = j->user;
	j->queue.filter = j->queue_filter;
	j->place = -1;
	job->rc = worklist_place(l, &j->queue, j->task, &j->place, &job->err);
	if (job->rc == RC_OK)
		job->rc = find_neighbour(j, l, &job->err);
	if (job->rc == RC_OK)
		job->rc = catalog_images(l, j->series, &j->images, &j->image_count, &job->err);
	if (job->rc == RC_OK)
		j->next_here = fetch_is_here(l, j->store, j->series);
}

void
viewer_forget_ahead(struct app *app, struct viewer_state *s)
{
	if (s->ahead == 0 || s->ahead == s->f.series.id)
		return;
	pipeline_forget(app->pipeline, (uint64_t)s->ahead);
	slides_drop(app->slides, (uint64_t)s->ahead);
	s->ahead = 0;
}

/* There may be none: then nothing is told. */
static void
ahead_done(struct job *job, struct app *app)
{
	struct load_job *j = (struct load_job *)job;
	struct viewer_state *s = app_screen_state(app, j->screen);
	uint32_t n;

	if (job->rc != RC_OK || s == NULL || j->serial != s->load_serial ||
		j->series == s->f.series.id)
		return;
	viewer_forget_ahead(app, s);
	if (!j->next_here) {
		remote_ahead(app, j->series); /* bytes first; decoding waits for them */
		return;
	}
	s->ahead = j->series;
	n = slides_set(app->slides, (uint64_t)j->series, j->images, j->image_count);
	pipeline_ahead(app->pipeline, (uint64_t)j->series, n < AHEAD_SLICES ? n : AHEAD_SLICES);
}

static struct load_job *
load_job_new(struct app *app, struct viewer_state *s, int64_t task)
{
	struct load_job *j = mem_zero(1, sizeof(*j));

	j->job.release = load_release;
	j->screen = app_screen_id(app, s);
	j->serial = s->load_serial;
	j->task = task;
	j->queue = s->queue;
	str_copy(j->queue_step, sizeof(j->queue_step), s->queue_step);
	str_copy(j->queue_filter, sizeof(j->queue_filter), s->queue_filter);
	str_copy(j->user, sizeof(j->user), app->session.user);
	j->session = app->session;
	j->store = app->store;
	j->queue.free = true; /* the next one is one that nobody has */
	return j;
}

static void
look_ahead(struct app *app, struct viewer_state *s)
{
	struct load_job *j = load_job_new(app, s, s->f.task);

	j->job.run = ahead_run;
	j->job.done = ahead_done;
	j->step = 1;
	app_post_take(app, &j->job);
}

static void
load_done(struct job *job, struct app *app)
{
	struct load_job *j = (struct load_job *)job;
	struct viewer_state *s = app_screen_state(app, j->screen);
	char key[16];

	if (s == NULL || j->serial != s->load_serial)
		return;
	app_stale(app);
	if (job->rc != RC_OK && s->loaded) {
		app_complain(app, &job->err); /* stay where we are */
		return;
	}
	if (job->rc != RC_OK) {
		s->failed = true;
		str_copy(s->problem, sizeof(s->problem), job->err.text);
		return;
	}
	s->staying = s->loaded && j->task == s->f.task;
	if (!s->staying)
		s->resume = -1;
	if (s->loaded)
		viewer_leave(app, s, false);
	s->staying = false;
	viewer_facts_take(&s->f, &j->series_row, &j->images, j->image_count, &j->rule, &j->seen);
	s->f.task = j->task;
	s->f.suv = j->suv;
	free(s->reasons);
	s->reasons = j->reasons;
	j->reasons = NULL;
	s->reason_count = j->reason_count;
	memset(&s->tool, 0, sizeof(s->tool));
	marks_take(&s->tool.marks, &j->marks, j->mark_count);
	str_copy(s->f.standing, sizeof(s->f.standing), j->standing);
	s->task_open = j->what.open;
	s->decision = j->what.decision;
	str_copy(s->step, sizeof(s->step), j->what.step);
	str_copy(s->held, sizeof(s->held), j->held);
	memcpy(s->disputed, j->disputed, sizeof(s->disputed));
	str_copy(s->stale, sizeof(s->stale), j->stale);
	if (s->held[0] != '\0')
		app_say(app, STYLE_WARN, "%s; %s takes it over with a reason", s->held,
			app_key_of(app, CMD_TAKE_OVER, key));
	else if (s->task_open)
		hold(app, s->f.task);
	s->needs_pixels = j->rule.pixels;
	s->play_ms = j->frame_ms > 0 ? j->frame_ms : VIEWER_PLAY_MS;
	s->place = j->place;
	s->total = j->total;
	s->loaded = true;
	slides_set(app->slides, (uint64_t)s->f.series.id, s->f.images, s->f.image_count);
	viewport_open(&s->port, (uint64_t)s->f.series.id, s->f.slices, s->f.series.modality);
	s->port.want = first_slice(s, &j->seen);
	s->resume = -1;
	viewer_letters(s);
	viewport_show(app, &s->port);
	str_copy(s->source, sizeof(s->source), j->source);
	s->away[0] = '\0';
	if (!j->here)
		viewer_arrive(app, s);
	if (s->ahead != s->f.series.id)
		viewer_forget_ahead(app, s);
	s->ahead = 0;
	if (s->f.task != 0)
		look_ahead(app, s);
	if (s->for_form)
		viewer_form(app, s);
}

void
viewer_load(struct app *app, struct viewer_state *s, int64_t task, int64_t series, int step)
{
	struct load_job *j;

	s->load_serial++;
	j = load_job_new(app, s, task);
	j->job.run = load_run;
	j->job.done = load_done;
	j->series = series;
	j->step = step;
	app_post_take(app, &j->job);
}

/* ---- what was seen ---- */

struct seen_job {
	struct job job;
	char user[ACCOUNT_ID];
	int64_t series;
	struct seen seen;
};

static void
seen_run(struct job *job, struct ledger *l)
{
	struct seen_job *j = (struct seen_job *)job;

	seen_save(l, j->user, j->series, &j->seen, NULL);
}

static void
seen_job_release(struct job *job)
{
	free(((struct seen_job *)job)->seen.looks);
	free(job);
}

/* With `resume_here` the slice on the glass is where a lost line resumes; leaving in good order forgets it. */
void
viewer_save_seen(struct app *app, struct viewer_state *s, bool resume_here)
{
	struct seen_job *j;

	s->unsaved = false;
	if (!s->loaded || s->f.slices == 0 || !app->logged_in)
		return;
	j = mem_zero(1, sizeof(*j));
	j->job.run = seen_run;
	j->job.release = seen_job_release;
	str_copy(j->user, sizeof(j->user), app->session.user);
	j->series = s->f.series.id;
	j->seen.revision = s->f.series.revision;
	j->seen.slice = resume_here ? (int64_t)s->port.glass : -1;
	j->seen.look_count = seen_changed(&s->f.seen, &j->seen.looks);
	app_post_take(app, &j->job);
}

void
viewer_leave(struct app *app, struct viewer_state *s, bool resume_here)
{
	seen_off_glass(&s->f.seen);
	viewer_save_seen(app, s, resume_here);
	remote_unwant(app, s->f.series.id);
	s->arriving = false;
	if (s->task_open && s->held[0] == '\0' && !s->staying)
		let_go(app, s->f.task);
	slides_drop(app->slides, (uint64_t)s->f.series.id);
	pipeline_forget(app->pipeline, (uint64_t)s->f.series.id);
	if (s->port.registers)
		viewport_registers(app, &s->port, false);
	viewer_compare_end(app, s);
	tool_save(app, s);
	marks_release(&s->tool.marks);
	s->tool.on = false;
	viewer_facts_release(&s->f);
	s->modes.mode = VIEW_SLICES;
	s->loaded = false;
	s->playing = s->sweeping = false;
}
