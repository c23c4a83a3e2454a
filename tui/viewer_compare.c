/* Another series of the same subject beside the open one: the visit before, most often. */
#include "tui/viewer_in.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/catalog.h"

struct compare_job {
	struct job job;
	uint64_t screen;
	int64_t series; /* the open one */
	struct viewer_pair pair;
	struct image *images;
	size_t image_count;
};

static enum rc
read_other(struct compare_job *j, struct ledger *l, struct err *e)
{
	struct viewer_pair *p = &j->pair;
	struct series other = { .id = 0 };
	enum rc rc;

	if (p->candidates == 0)
		return err_set(e, RC_NOT_FOUND, "there is no other series of this subject");
	p->series = p->candidate[p->at % p->candidates];
	rc = catalog_series(l, p->series, &other, e);
	if (rc == RC_OK)
		rc = catalog_images(l, p->series, &j->images, &j->image_count, e);
	if (rc == RC_OK)
		snprintf(p->name, sizeof(p->name), "S-%04lld %.24s %.48s", (long long)other.id,
			other.visit, other.description);
	series_release(&other);
	return rc;
}

static void
compare_run(struct job *job, struct ledger *l)
{
	struct compare_job *j = (struct compare_job *)job;

	job->rc = catalog_alike(l, j->series,
		&(struct catalog_kin){ true, j->pair.candidate, PAIR_CANDIDATES },
		&j->pair.candidates, &job->err);
	if (job->rc == RC_OK)
		job->rc = read_other(j, l, &job->err);
}

static void
compare_release(struct job *job)
{
	free(((struct compare_job *)job)->images);
	free(job);
}

static void
compare_done(struct job *job, struct app *app)
{
	struct compare_job *j = (struct compare_job *)job;
	struct viewer_state *s = app_screen_state(app, j->screen);

	if (s == NULL || !s->loaded || s->f.series.id != j->series)
		return;
	if (job->rc != RC_OK) {
		app_complain(app, &job->err);
		return;
	}
	if (s->modes.pair.series != 0 && s->modes.pair.series != s->ahead)
		slides_drop(app->slides, (uint64_t)s->modes.pair.series);
	s->modes.pair = j->pair;
	s->modes.pair.slices =
		slides_set(app->slides, (uint64_t)j->pair.series, j->images, j->image_count);
	modes_pair(app, &s->modes, &s->port);
	app_stale(app);
}

void
viewer_compare(struct app *app, struct viewer_state *s)
{
	struct compare_job *j = mem_zero(1, sizeof(*j));

	viewer_end_sweep(app, s);
	s->playing = false;
	j->job.run = compare_run;
	j->job.done = compare_done;
	j->job.release = compare_release;
	j->screen = app_screen_id(app, s);
	j->series = s->f.series.id;
	j->pair.at = s->modes.mode == VIEW_PAIR ? s->modes.pair.at + 1 : 0;
	app_post_take(app, &j->job);
}

void
viewer_compare_end(struct app *app, struct viewer_state *s)
{
	int64_t other = s->modes.pair.series;

	if (other == 0)
		return;
	pipeline_forget(app->pipeline, (uint64_t)s->f.series.id | SLIDES_PAIR);
	if (other != s->ahead) {
		pipeline_forget(app->pipeline, (uint64_t)other);
		slides_drop(app->slides, (uint64_t)other);
	}
	s->modes.pair.series = 0;
}
