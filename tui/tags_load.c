/* Reading headers for the tags screen: on the ledger's thread, rows and differences too. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/catalog.h"
#include "core/ledger/keys.h"
#include "tui/tags_in.h"

struct tags_job {
	struct job job;
	uint64_t screen, serial;
	enum tags_mode mode;
	int64_t series, image;
	uint32_t at;
	char typed[80]; /* the other series as the user named it; "" other_series */
	int64_t other_series;
	int64_t other_image; /* 0: there is none */

	struct header_rows rows;
	char other_name[40];
	bool one_file;
	int64_t kin;
};

/* ---- the ledger's thread ---- */

static void
digest_of(const void *bytes, size_t n, char hex[HEADER_DIGEST])
{
	struct digest d;

	digest_begin(&d);
	digest_add(&d, bytes, n);
	digest_end(&d, hex);
}

static json_t *
read_header(struct tags_job *j, struct ledger *l, int64_t image)
{
	char *text = NULL;
	json_t *header;

	j->job.rc = catalog_header(l, image, &text, &j->job.err);
	if (j->job.rc != RC_OK)
		return NULL;
	header = json_loads(text, 0, NULL);
	free(text);
	if (header == NULL)
		j->job.rc = err_set(&j->job.err, RC_CORRUPT, "the stored header is not readable");
	return header;
}

/* Which image of the list step `at` is of; *at is brought within the list. */
static const struct image *
image_at(const struct image *images, size_t n, uint32_t *at)
{
	int64_t left = *at, slices = 0;

	for (size_t i = 0; i < n; i++) {
		if (left < images[i].slices)
			return &images[i];
		left -= images[i].slices;
		slices += images[i].slices;
	}
	if (n == 0)
		return NULL;
	if (slices == 0) { /* no pictures: a step is an image */
		*at = *at < n ? *at : (uint32_t)n - 1;
		return &images[*at];
	}
	*at = (uint32_t)slices - 1;
	return image_at(images, n, at);
}

const struct image *
tags_image(const struct tags_state *s, uint32_t step)
{
	return image_at(s->images, s->image_count, &step);
}

const char *
tags_step_name(const struct tags_state *s)
{
	return s->pictures ? "slice" : "image";
}

/* The slice at the same place of the other series, or its last one. */
static enum rc
find_other(struct tags_job *j, struct ledger *l, struct err *e)
{
	struct image *images = NULL;
	const struct image *im;
	uint32_t at = j->at;
	size_t n = 0;
	char name[24];
	enum rc rc = RC_OK;

	if (j->typed[0] != '\0')
		rc = catalog_series_id(l, j->typed, &j->other_series, e);
	if (rc == RC_OK)
		rc = catalog_images(l, j->other_series, &images, &n, e);
	if (rc != RC_OK)
		return rc;
	im = image_at(images, n, &at);
	catalog_series_name(j->other_series, name);
	if (im != NULL) {
		j->other_image = im->id;
		snprintf(j->other_name, sizeof(j->other_name), "%s slice %u", name, at + 1);
	} else {
		rc = err_set(e, RC_NOT_FOUND, "%s has no images", name);
	}
	free(images);
	return rc;
}

static void
tags_run(struct job *job, struct ledger *l)
{
	struct tags_job *j = (struct tags_job *)job;
	struct header_how how = { .digest = digest_of,
		.kinship = j->mode == TAGS_SERIES ? HEADER_SERIES : HEADER_SLICES };
	json_t *header, *other = NULL;
	size_t found;

	catalog_alike(l, j->series, &(struct catalog_kin){ false, &j->kin, 1 }, &found, NULL);
	if (j->mode == TAGS_SERIES)
		job->rc = find_other(j, l, &job->err);
	if (job->rc != RC_OK)
		return;
	header = read_header(j, l, j->image);
	if (header != NULL && j->mode != TAGS_ALL)
		other = read_header(j, l, j->other_image);
	if (job->rc == RC_OK && other != NULL)
		header_rows_compare(header, other, &how, &j->rows);
	else if (job->rc == RC_OK)
		header_rows_all(header, &how, &j->rows);
	json_decref(header);
	json_decref(other);
}

static void
tags_job_release(struct job *job)
{
	header_rows_release(&((struct tags_job *)job)->rows);
	free(job);
}

/* ---- the UI thread ---- */

static void
tags_done(struct job *job, struct app *app)
{
	struct tags_job *j = (struct tags_job *)job;
	struct tags_state *s = app_screen_state(app, j->screen);

	if (s == NULL || j->serial != s->load_serial)
		return;
	app_stale(app);
	s->kin = j->kin;
	if (job->rc != RC_OK && s->loaded) {
		app_complain(app, &job->err); /* what is shown stays */
		return;
	}
	s->loaded = true;
	str_copy(s->problem, sizeof(s->problem), job->rc == RC_OK ? "" : job->err.text);
	s->mode = j->mode;
	s->told = j->at;
	s->other_series = j->other_series;
	s->one_file = j->one_file;
	str_copy(s->other_name, sizeof(s->other_name), j->other_name);
	tags_tree_take(&s->tree, &j->rows, j->mode != TAGS_ALL);
}

/* The slice before it, or after the first. */
static void
set_other_slice(struct tags_job *j, const struct tags_state *s)
{
	uint32_t other = s->at > 0 ? s->at - 1 : 1;

	j->other_image = tags_image(s, other)->id;
	snprintf(j->other_name, sizeof(j->other_name), "%s %u", tags_step_name(s), other + 1);
	j->one_file = j->other_image == j->image;
}

void
tags_load(struct app *app, struct tags_state *s, enum tags_mode mode, const char *series)
{
	const struct image *im = tags_image(s, s->at);
	struct tags_job *j;

	if (im == NULL)
		return;
	j = mem_zero(1, sizeof(*j));
	j->job.run = tags_run;
	j->job.done = tags_done;
	j->job.release = tags_job_release;
	j->screen = app_screen_id(app, s);
	j->serial = ++s->load_serial;
	j->mode = mode;
	j->series = s->series;
	j->image = im->id;
	j->at = s->at;
	j->other_series = s->other_series;
	str_copy(j->typed, sizeof(j->typed), series != NULL ? series : "");
	if (mode == TAGS_SLICES)
		set_other_slice(j, s);
	app_post_take(app, &j->job);
}
