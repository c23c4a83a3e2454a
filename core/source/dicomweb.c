/* The driver of servers that speak DICOMweb: searches by QIDO-RS, images and headers by WADO-RS. */
#include "core/source/dicomweb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/source/json.h"
#include "core/source/seen.h"
#include "core/source/transfer.h"

enum { PAGE = 500, SINGLY_MOST = 4, FAR_PARALLEL = 16 };

/* What is asked for besides what every server tells of a series and its study; nothing that makes Orthanc open files. */
static const char fields[] =
	"&includefield=00081030,00080021,00180015,00181030,00080080,00080070,00080020,00201209";
static const char image_fields[] = "includefield=00200013,00200032,00200037,00280008";

enum rc
dicomweb_named(const struct remote_series *s, struct err *e)
{
	if (json_is_uid(s->study_uid) && json_is_uid(s->series_uid))
		return RC_OK;
	return err_set(e, RC_INVALID, "the series has no proper UIDs");
}

/* ---- searches ---- */

/* A key, where the server understands its value; what it does not is left to our own filter. */
static void
add_key(const struct web *w, struct buf *b, const char *key, const char *value)
{
	bool decodes = w->facts.known && !web_can(w, QUIRK(NO_PERCENT));
	char text[300];

	if (value[0] == '\0' || (!decodes && !web_is_plain(value)) ||
		strpbrk(value, "*?\\,") != NULL)
		return;
	web_escape(text, sizeof(text), value);
	buf_format(b, "&%s=%s", key, text);
}

static void
add_query(const struct web *w, struct buf *b, const struct remote_query *q)
{
	char dates[20];

	add_key(w, b, "Modality", q->modality);
	add_key(w, b, "PatientID", q->patient);
	add_key(w, b, "StudyInstanceUID", q->study_uid);
	add_key(w, b, "SeriesInstanceUID", q->series_uid);
	snprintf(dates, sizeof(dates), "%s-%s", q->from, q->to);
	if (strlen(dates) > 1)
		add_key(w, b, "StudyDate", dates);
}

struct sweep {
	struct web *w;
	const struct remote_query *q;
	struct seen_set *seen;
	char *query;
	enum rc (*each)(void *ctx, const struct remote_series *s, struct err *e);
	void *ctx;
};

static void
ask_series(void *ctx, size_t from, size_t count, struct http_request *r, char *path)
{
	const struct sweep *s = ctx;
	size_t n;

	r->headers[0] = "Accept: application/dicom+json";
	if (web_can(s->w, QUIRK(NO_PAGING)))
		n = (size_t)snprintf(path, WEB_PATH, "/series?");
	else
		n = (size_t)snprintf(path, WEB_PATH, "/series?limit=%zu&offset=%zu", count, from);
	snprintf(path + n, WEB_PATH - n, "%s%s", fields + (path[n - 1] == '?'), s->query);
}

static enum rc
on_series(void *ctx, const json_t *row, bool *fresh, struct err *e)
{
	struct sweep *s = ctx;
	struct remote_series found = { .images = -1 };
	char images[20];
	long n;
	enum seen was;
	enum rc rc;

	rc = json_to_header(&found.header, row, e);
	if (rc != RC_OK)
		return rc;
	str_copy(found.study_uid, sizeof(found.study_uid),
		header_text(found.header, ATTR_STUDY_UID));
	str_copy(found.series_uid, sizeof(found.series_uid),
		header_text(found.header, ATTR_SERIES_UID));
	if (dicomweb_named(&found, NULL) == RC_OK) {
		was = seen_add(s->seen, found.series_uid);
		*fresh = was != SEEN_NOW;
		json_text(row, "00201209", images, sizeof(images));
		if (str_int(images, 0, INT32_MAX, &n))
			found.images = n;
		if (was == SEEN_NEVER && driver_matches(s->q, &found))
			rc = s->each(s->ctx, &found, e);
	}
	header_free(found.header);
	return rc;
}

/* Rows in an order of the server's own: what comes or goes while pages are read moves others over an edge.  So a list in pages is
 * read until everything of one pass is met in the next. */
static enum rc
sweep_passes(struct sweep *s, struct err *e)
{
	struct web_pages p = { .ask = ask_series, .each = on_series, .ctx = s, .count = PAGE };

	for (int pass = 0; pass < WEB_PASSES_MOST; pass++) {
		size_t pages;
		enum rc rc = web_pages(s->w, &p, &pages, e);

		if (rc != RC_OK)
			return rc;
		if (pages <= 1 || seen_agrees(s->seen))
			return RC_OK;
		seen_pass(s->seen);
	}
	return err_set(e, RC_BUSY, "the list changes faster than it can be read");
}

static enum rc
sweep(struct driver *d, const struct remote_query *q,
	enum rc (*each)(void *ctx, const struct remote_series *s, struct err *e), void *ctx,
	struct err *e)
{
	struct sweep s = { .w = (struct web *)d, .q = q, .each = each, .ctx = ctx };
	struct buf b = { 0 };
	enum rc rc;

	if (q->label[0] != '\0')
		return err_set(e, RC_UNSUPPORTED, "DICOMweb has no labels");
	add_query(s.w, &b, q);
	s.query = buf_take(&b);
	s.seen = seen_new();
	rc = sweep_passes(&s, e);
	seen_free(s.seen);
	free(s.query);
	return rc;
}

/* ---- one series ---- */

struct listing {
	struct web *w;
	const struct remote_series *s;
	struct seen_set *seen;
	struct remote_image *rows;
	size_t n, room;
};

static void
ask_images(void *ctx, size_t from, size_t count, struct http_request *r, char *path)
{
	const struct listing *l = ctx;
	size_t n = (size_t)snprintf(path, WEB_PATH, "/studies/%s/series/%s/instances?%s",
		l->s->study_uid, l->s->series_uid, image_fields);

	r->headers[0] = "Accept: application/dicom+json";
	if (!web_can(l->w, QUIRK(NO_PAGING)))
		snprintf(path + n, WEB_PATH - n, "&limit=%zu&offset=%zu", count, from);
}

static void
fill_image(struct remote_image *i, const struct header *h)
{
	i->bytes = -1;
	str_copy(i->sop_uid, sizeof(i->sop_uid), header_text(h, ATTR_SOP_UID));
	i->has_number =
		str_int(header_text(h, ATTR_INSTANCE_NUMBER), INT32_MIN, INT32_MAX, &i->number);
	if (!str_copy(i->position, sizeof(i->position), header_text(h, ATTR_IMAGE_POSITION)))
		i->position[0] = '\0';
	if (!str_copy(
		    i->orientation, sizeof(i->orientation), header_text(h, ATTR_IMAGE_ORIENTATION)))
		i->orientation[0] = '\0';
	i->frames = strtol(header_text(h, ATTR_FRAMES), NULL, 10);
	i->frames = i->frames < 0 || i->frames > INT32_MAX ? 0 : i->frames;
}

static enum rc
on_image(void *ctx, const json_t *row, bool *fresh, struct err *e)
{
	struct listing *l = ctx;
	struct header *h;
	const char *series;
	enum rc rc = json_to_header(&h, row, e);

	if (rc != RC_OK)
		return rc;
	series = header_text(h, ATTR_SERIES_UID);
	if (json_is_uid(header_text(h, ATTR_SOP_UID)) &&
		(series[0] == '\0' || strcmp(series, l->s->series_uid) == 0)) {
		enum seen was = seen_add(l->seen, header_text(h, ATTR_SOP_UID));

		*fresh = was != SEEN_NOW;
		if (was == SEEN_NEVER) {
			if (l->n == l->room) {
				l->room = l->room > 0 ? l->room * 2 : 64;
				l->rows = mem_grow(l->rows, l->room, sizeof(*l->rows));
			}
			memset(&l->rows[l->n], 0, sizeof(*l->rows));
			fill_image(&l->rows[l->n++], h);
		}
	}
	header_free(h);
	return RC_OK;
}

static enum rc
list_passes(struct listing *l, struct err *e)
{
	struct web_pages p = { .ask = ask_images, .each = on_image, .ctx = l, .count = 2 * PAGE };

	for (int pass = 0; pass < WEB_PASSES_MOST; pass++) {
		size_t pages;
		enum rc rc = web_pages(l->w, &p, &pages, e);

		if (rc != RC_OK)
			return rc;
		if (pages <= 1 || seen_agrees(l->seen))
			return l->n > 0
				? RC_OK
				: err_set(e, RC_NOT_FOUND, "the server does not have the series");
		seen_pass(l->seen);
	}
	return err_set(e, RC_BUSY, "the list changes faster than it can be read");
}

static enum rc
list(struct driver *d, const struct remote_series *s, struct remote_image **out, size_t *n,
	struct err *e)
{
	struct listing l = { .w = (struct web *)d, .s = s };
	enum rc rc = dicomweb_named(s, e);

	*out = NULL;
	*n = 0;
	if (rc != RC_OK)
		return rc;
	l.seen = seen_new();
	rc = list_passes(&l, e);
	seen_free(l.seen);
	if (rc != RC_OK) {
		free(l.rows);
		return rc;
	}
	*out = l.rows;
	*n = l.n;
	return RC_OK;
}

enum rc
dicomweb_header(struct web *w, const char *root, const struct remote_series *s, const char *sop_uid,
	struct header **out, struct err *e)
{
	char path[WEB_PATH];
	json_t *answer;
	enum rc rc;

	*out = NULL;
	snprintf(path, sizeof(path), "%s/studies/%s/series/%s/instances/%s/metadata", root,
		s->study_uid, s->series_uid, sop_uid);
	rc = web_json(w, path, NULL, &answer, e);
	if (rc == RC_OK)
		rc = json_to_header(out, json_array_get(answer, 0), e);
	json_decref(answer);
	if (rc == RC_OK && strcmp(header_text(*out, ATTR_SERIES_UID), s->series_uid) != 0) {
		header_free(*out);
		*out = NULL;
		return err_set(e, RC_CORRUPT, "the header is of another series");
	}
	return rc;
}

/* Of any one image: the first that the server lists. */
static enum rc
header(struct driver *d, struct remote_series *s, struct err *e)
{
	struct web *w = (struct web *)d;
	char path[WEB_PATH], uid[REMOTE_UID];
	struct header *h;
	json_t *rows;
	enum rc rc = dicomweb_named(s, e);

	if (rc != RC_OK)
		return rc;
	snprintf(path, sizeof(path), "/studies/%s/series/%s/instances?limit=1", s->study_uid,
		s->series_uid);
	rc = web_json(w, path, NULL, &rows, e);
	if (rc != RC_OK)
		return rc;
	json_text(json_array_get(rows, 0), "00080018", uid, sizeof(uid));
	json_decref(rows);
	if (!json_is_uid(uid))
		return err_set(e, RC_NOT_FOUND, "the server does not have the series");
	rc = dicomweb_header(w, "", s, uid, &h, e);
	if (rc == RC_OK) {
		header_free(s->header);
		s->header = h;
	}
	return rc;
}

/* ---- images ---- */

static void
image_path(const struct transfer *t, const struct remote_image *image, char path[WEB_PATH])
{
	snprintf(path, WEB_PATH, "%s/studies/%s/series/%s/instances/%s", t->root,
		t->series->study_uid, t->series->series_uid, image->sop_uid);
}

enum rc
dicomweb_series(const struct transfer *t, const char *root, struct err *e)
{
	struct transfer whole = *t;
	const struct remote_series *s = t->series;
	size_t least = t->n;
	char path[WEB_PATH];
	enum rc rc = dicomweb_named(s, e);

	if (rc != RC_OK)
		return rc;
	/* Parts without names are counted: what the series is said to have, not only what is wanted of it. */
	if (t->md5_path == NULL && s->images > (int64_t)least)
		least = (size_t)s->images;
	whole.accept = DICOMWEB_ACCEPT;
	snprintf(path, sizeof(path), "%s/studies/%s/series/%s", root, s->study_uid, s->series_uid);
	return transfer_series(&whole, path, least, e);
}

static enum rc
get(struct driver *d, const struct remote_series *s, const struct remote_image *images, size_t n,
	enum remote_way way, const struct remote_sink *sink, struct err *e)
{
	struct web *w = (struct web *)d;
	struct transfer t = { .web = w,
		.series = s,
		.images = images,
		.n = n,
		.sink = sink,
		.accept = DICOMWEB_ACCEPT,
		.parallel = w->parallel,
		.path = image_path,
		.root = "" };
	enum rc rc = dicomweb_named(s, e);

	for (size_t i = 0; i < n && rc == RC_OK; i++)
		if (!json_is_uid(images[i].sop_uid))
			rc = err_set(e, RC_INVALID, "an image has no proper UID");
	if (rc != RC_OK)
		return rc;
	/* A whole series costs the server far less than each image by itself, unless most of it is here already. */
	if (way == REMOTE_SERIES && n > SINGLY_MOST && (int64_t)n >= s->images / 4 * 3)
		return dicomweb_series(&t, "", e);
	if (way == REMOTE_SERIES && web_is_far(w) && t.parallel < FAR_PARALLEL)
		t.parallel = FAR_PARALLEL;
	return transfer_ones(&t, e);
}

/* ---- the rest ---- */

static enum rc
open_web(struct driver **out, const struct driver_config *c, struct err *e)
{
	struct web *w = mem_zero(1, sizeof(*w));
	enum rc rc = web_open(w, c, e);

	*out = &w->common;
	if (rc != RC_OK) {
		free(w);
		*out = NULL;
	}
	return rc;
}

static void
close_web(struct driver *d)
{
	if (d == NULL)
		return;
	web_close((struct web *)d);
	free(d);
}

static enum rc
probe(struct driver *d, struct server_facts *out, struct err *e)
{
	struct web *w = (struct web *)d;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = dicomweb_probe(w, "", out, e);
	if (rc == RC_OK) {
		out->known = true;
		w->facts = *out;
	}
	return rc;
}

static enum rc
put(struct driver *d, const struct remote_verdict *v, char how[100], struct err *e)
{
	enum rc rc;

	how[0] = '\0';
	if (v->kos == NULL)
		return err_set(e, RC_UNSUPPORTED, "DICOMweb has a form for rejections only");
	rc = dicomweb_put((struct web *)d, "", v, e);
	if (rc == RC_OK)
		str_copy(how, 100, "key object");
	return rc;
}

const struct driver_ops driver_dicomweb = {
	.kind = ADDRESS_DICOMWEB,
	.open = open_web,
	.close = close_web,
	.probe = probe,
	.sweep = sweep,
	.header = header,
	.list = list,
	.get = get,
	.put = put,
};
