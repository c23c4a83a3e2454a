/* Searches by findscu.  Its answers are DICOM files, so the sandboxed decoder reads them. */
#include <fcntl.h>
#include <jansson.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/source/dimse_in.h"
#include "core/source/json.h"

/* Up to so many studies are asked for their series one by one, as every archive allows; beyond that all series are asked for at
 * once (a relational query), and one by one only those studies that it told nothing of. */
enum { STUDIES_SINGLY = 20, STUDIES_MOST = 100000, FIND_S = 3600 };

/* ---- one search ---- */

/* A value of the answer that has no column, as text; "" where it is not there. */
static void
json_word(const struct header *h, const char *tag, char *to, size_t size)
{
	json_t *o = h->json != NULL ? json_loads(h->json, 0, NULL) : NULL;
	json_t *v = json_array_get(json_object_get(json_object_get(o, tag), "Value"), 0);

	to[0] = '\0';
	if (json_is_string(v))
		str_copy(to, size, json_string_value(v));
	else if (json_is_integer(v))
		snprintf(to, size, "%lld", (long long)json_integer_value(v));
	json_decref(o);
}

/* findscu gives each answer a SOP Instance UID of its own in the file meta information: not the server's. */
static void
drop_invented(struct header *h)
{
	char own[REMOTE_UID];

	json_word(h, "00080018", own, sizeof(own));
	if (json_is_uid(own))
		return;
	free(h->value[ATTR_SOP_UID]);
	h->value[ATTR_SOP_UID] = NULL;
}

static enum rc
read_answer(struct dimse *d, const struct scratch *s, const char *name, struct header **out,
	struct err *e)
{
	struct err why = { 0 };
	char path[PATH_MAX];
	enum rc rc;
	int fd;

	if (!scratch_path(s, name, path))
		return err_set(e, RC_LIMIT, "the path of an answer is too long");
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return err_errno(e, RC_FAILED, "an answer of the server");
	rc = decoder_header(d->decoder, fd, out, &why);
	close(fd);
	if (rc != RC_OK)
		return err_set(
			e, RC_CORRUPT, "an answer of the server cannot be read: %s", why.text);
	drop_invented(*out);
	return RC_OK;
}

struct finding {
	struct dimse *d;
	struct scratch scratch;
	enum rc (*each)(void *ctx, struct header *h, struct err *e);
	void *ctx;
	size_t answers;
	struct err why; /* why it was ended by us; rc RC_OK: it was not */
};

static enum rc
take_answer(struct finding *f, const char *name, struct err *e)
{
	struct header *h = NULL;
	enum rc rc;

	if (++f->answers > DIMSE_ANSWERS_MOST)
		return err_set(
			e, RC_LIMIT, "more than %d answers to one search", DIMSE_ANSWERS_MOST);
	if (f->d->stopped != NULL && f->d->stopped(f->d->ctx))
		return err_set(e, RC_CANCELLED, "stopped");
	rc = read_answer(f->d, &f->scratch, name, &h, e);
	if (rc == RC_OK)
		rc = f->each(f->ctx, h, e);
	header_free(h);
	unlinkat(f->scratch.fd, name, 0);
	return rc;
}

/* findscu numbers its files from 1: one is whole when the next is there. */
static enum rc
take_whole(struct finding *f, struct err *e)
{
	char name[40], next[40];
	enum rc rc = RC_OK;

	while (rc == RC_OK) {
		snprintf(name, sizeof(name), "rsp%04zu.dcm", f->answers + 1);
		snprintf(next, sizeof(next), "rsp%04zu.dcm", f->answers + 2);
		if (faccessat(f->scratch.fd, next, F_OK, 0) != 0)
			break;
		rc = take_answer(f, name, e);
	}
	return rc;
}

static enum rc
take_rest(struct finding *f, struct err *e)
{
	struct scratch_file *files;
	size_t n = scratch_files(&f->scratch, &files, DIMSE_ANSWERS_MOST + 1);
	enum rc rc = RC_OK;

	for (size_t i = 0; i < n && rc == RC_OK; i++)
		rc = take_answer(f, files[i].name, e);
	free(files);
	return rc;
}

/* While the server answers, what it has answered is read already. */
static bool
is_over(void *ctx)
{
	struct finding *f = ctx;

	if (f->d->stopped != NULL && f->d->stopped(f->d->ctx))
		err_set(&f->why, RC_CANCELLED, "stopped");
	else
		f->why.rc = take_whole(f, &f->why);
	return f->why.rc != RC_OK;
}

enum rc
dimse_find(struct dimse *d, const char *level, const struct dimse_key *keys,
	enum rc (*each)(void *ctx, struct header *h, struct err *e), void *ctx, struct err *e)
{
	static const char *const words[] = { "-S", "-v", "-X", NULL };
	struct finding f = { .d = d, .each = each, .ctx = ctx };
	struct child_limits limits = { .seconds = FIND_S, .stopped = is_over, .ctx = &f };
	struct child told = { .out = -1 };
	struct dimse_command c;
	struct err why = { 0 };
	enum rc rc = scratch_open(&f.scratch, d->answers, "wetread-find", e);

	if (rc != RC_OK)
		return rc;
	dimse_begin(&c, d, "findscu", words);
	dimse_word(&c, "-od");
	dimse_word(&c, f.scratch.path);
	dimse_key(&c, "QueryRetrieveLevel", level);
	for (; keys->name != NULL; keys++)
		dimse_key(&c, keys->name, keys->value);
	dimse_peer(&c, d);
	rc = dimse_run(d, &c, &told, &limits, &why);
	if (f.why.rc != RC_OK)
		rc = err_set(e, f.why.rc, "%s", f.why.text);
	else if (rc != RC_OK)
		err_set(e, rc, "%s", why.text);
	else if (!child_says(&told, "Received Final Find Response (Success"))
		rc = err_set(e, RC_CORRUPT, "the server could not answer a search for %s", level);
	child_end(&told);
	dimse_free(&c);
	if (rc == RC_OK)
		rc = take_rest(&f, e);
	scratch_close(&f.scratch);
	return rc;
}

/* ---- a sweep ---- */

struct study {
	char uid[REMOTE_UID];
	struct header *header;
	bool told; /* at least one series of it */
};

struct sweep {
	struct dimse *d;
	const struct remote_query *q;
	enum rc (*each)(void *ctx, const struct remote_series *s, struct err *e);
	void *ctx;
	struct study *studies; /* sorted by UID once all are there */
	size_t n, room;
	const char *study; /* that is being asked for; NULL all at once */
	void *seen;        /* series UIDs, a tree of tsearch */
	enum rc theirs;    /* what `each` ended the sweep with */
};

static int
by_uid(const void *a, const void *b)
{
	return strcmp(((const struct study *)a)->uid, ((const struct study *)b)->uid);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void
move_values(struct header *to, struct header *from, enum attr_level level)
{
	for (int i = 0; i < ATTR_COUNT; i++)
		if (attr_table[i].level == level && to->value[i] == NULL) {
			to->value[i] = from->value[i];
			from->value[i] = NULL;
		}
}

static enum rc
take_study(void *ctx, struct header *h, struct err *e)
{
	struct sweep *w = ctx;
	const char *uid = header_text(h, ATTR_STUDY_UID);

	if (!json_is_uid(uid))
		return RC_OK;
	if (w->n >= STUDIES_MOST)
		return err_set(e, RC_LIMIT, "more than %d studies", STUDIES_MOST);
	if (w->n == w->room) {
		w->room = w->room > 0 ? w->room * 2 : 256;
		w->studies = mem_grow(w->studies, w->room, sizeof(*w->studies));
	}
	memset(&w->studies[w->n], 0, sizeof(w->studies[w->n]));
	str_copy(w->studies[w->n].uid, REMOTE_UID, uid);
	w->studies[w->n].header = mem_zero(1, sizeof(struct header));
	move_values(w->studies[w->n].header, h, ATTR_LEVEL_STUDY);
	w->n++;
	return RC_OK;
}

static struct study *
study_of(const struct sweep *w, const char *uid)
{
	struct study key;

	str_copy(key.uid, sizeof(key.uid), uid);
	return w->n > 0 ? bsearch(&key, w->studies, w->n, sizeof(*w->studies), by_uid) : NULL;
}

static bool
asked_for(const struct remote_query *q, const struct remote_series *s)
{
	const char *date = header_text(s->header, ATTR_STUDY_DATE);
	const struct {
		const char *wanted, *is;
	} same[] = { { q->modality, header_text(s->header, ATTR_MODALITY) },
		{ q->patient, header_text(s->header, ATTR_PATIENT_ID) },
		{ q->study_uid, s->study_uid }, { q->series_uid, s->series_uid } };

	for (size_t i = 0; i < MEM_COUNT(same); i++)
		if (same[i].wanted[0] != '\0' && strcmp(same[i].wanted, same[i].is) != 0)
			return false;
	return (q->from[0] == '\0' || strcmp(date, q->from) >= 0) &&
		(q->to[0] == '\0' || (date[0] != '\0' && strcmp(date, q->to) <= 0));
}

/* False where it was told before. */
static bool
is_new(struct sweep *w, const char *uid)
{
	char *kept = mem_string(uid);
	void *at = tsearch(kept, &w->seen, by_text);

	if (at != NULL && *(char **)at == kept)
		return true;
	free(kept);
	return false;
}

static void
copy_values(struct header *to, const struct header *from)
{
	for (int i = 0; i < ATTR_COUNT; i++)
		if (to->value[i] == NULL)
			to->value[i] = mem_string(from->value[i]);
}

static enum rc
take_series(void *ctx, struct header *h, struct err *e)
{
	struct sweep *w = ctx;
	struct remote_series s = { .images = -1, .header = h };
	const char *uid = header_text(h, ATTR_STUDY_UID);
	struct study *study;
	char images[20];
	long number;

	if (uid[0] == '\0' && w->study != NULL)
		uid = w->study; /* some archives do not repeat it */
	study = study_of(w, uid);
	if (study == NULL || !json_is_uid(header_text(h, ATTR_SERIES_UID)))
		return RC_OK; /* of a study that came since, or that was not asked for */
	study->told = true;
	str_copy(s.study_uid, sizeof(s.study_uid), study->uid);
	str_copy(s.series_uid, sizeof(s.series_uid), header_text(h, ATTR_SERIES_UID));
	json_word(h, "00201209", images, sizeof(images));
	if (str_int(images, 0, 10000000, &number))
		s.images = number;
	copy_values(h, study->header);
	free(h->json); /* the answer, not a header */
	h->json = NULL;
	h->flags = 0;
	if (asked_for(w->q, &s) && is_new(w, s.series_uid))
		w->theirs = w->each(w->ctx, &s, e);
	return w->theirs;
}

static enum rc
find_studies(struct sweep *w, struct err *e)
{
	char days[20] = "";
	const struct dimse_key keys[] = { { "StudyInstanceUID", w->q->study_uid },
		{ "PatientID", w->q->patient }, { "StudyDate", days }, { "PatientName", NULL },
		{ "PatientBirthDate", NULL }, { "PatientSex", NULL }, { "StudyTime", NULL },
		{ "StudyID", NULL }, { "StudyDescription", NULL }, { "AccessionNumber", NULL },
		{ "ClinicalTrialProtocolID", NULL }, { "ClinicalTrialSiteID", NULL },
		{ "ClinicalTrialSubjectID", NULL }, { "ClinicalTrialTimePointID", NULL },
		{ "PatientIdentityRemoved", NULL }, { NULL, NULL } };
	enum rc rc;

	if (w->q->from[0] != '\0' || w->q->to[0] != '\0')
		snprintf(days, sizeof(days), "%s-%s", w->q->from, w->q->to);
	rc = dimse_find(w->d, "STUDY", keys, take_study, w, e);
	if (w->n > 0)
		qsort(w->studies, w->n, sizeof(*w->studies), by_uid);
	return rc;
}

static enum rc
find_series(struct sweep *w, const char *study, struct err *e)
{
	const struct dimse_key keys[] = { { "StudyInstanceUID", study },
		{ "SeriesInstanceUID", w->q->series_uid },
		{ "Modality", study != NULL ? w->q->modality : NULL }, { "SeriesNumber", NULL },
		{ "SeriesDescription", NULL }, { "SeriesDate", NULL }, { "SeriesTime", NULL },
		{ "BodyPartExamined", NULL }, { "ProtocolName", NULL }, { "Manufacturer", NULL },
		{ "StationName", NULL }, { "NumberOfSeriesRelatedInstances", NULL },
		{ NULL, NULL } };

	w->study = study;
	return dimse_find(w->d, "SERIES", keys, take_series, w, e);
}

/* Not every archive answers a relational query, and some answer it in part: whatever it leaves out is asked for. */
static enum rc
find_all_series(struct sweep *w, struct err *e)
{
	struct err refused = { 0 };
	enum rc rc = RC_OK;

	if (w->n > STUDIES_SINGLY) {
		rc = find_series(w, NULL, &refused);
		if (w->theirs != RC_OK || (rc != RC_OK && rc != RC_CORRUPT && rc != RC_UNSUPPORTED))
			return err_set(e, rc, "%s", refused.text);
		rc = RC_OK;
	}
	for (size_t i = 0; i < w->n && rc == RC_OK; i++)
		if (!w->studies[i].told)
			rc = find_series(w, w->studies[i].uid, e);
	return rc;
}

enum rc
dimse_sweep(struct driver *driver, const struct remote_query *q,
	enum rc (*each)(void *ctx, const struct remote_series *s, struct err *e), void *ctx,
	struct err *e)
{
	struct sweep w = { .d = (struct dimse *)driver, .q = q, .each = each, .ctx = ctx };
	enum rc rc;

	if (q->label[0] != '\0')
		return err_set(e, RC_UNSUPPORTED, "DIMSE knows no labels");
	rc = find_studies(&w, e);
	if (rc == RC_OK)
		rc = find_all_series(&w, e);
	for (size_t i = 0; i < w.n; i++)
		header_free(w.studies[i].header);
	free(w.studies);
	tdestroy(w.seen, free);
	return rc;
}

/* ---- the images of a series ---- */

struct listing {
	struct remote_image *images;
	size_t n, room;
};

static enum rc
take_image(void *ctx, struct header *h, struct err *e)
{
	struct listing *l = ctx;
	struct remote_image *im;
	long frames;

	if (!json_is_uid(h->value[ATTR_SOP_UID]))
		return RC_OK;
	if (l->n >= DIMSE_ANSWERS_MOST)
		return err_set(e, RC_LIMIT, "more than %d images in a series", DIMSE_ANSWERS_MOST);
	if (l->n == l->room) {
		l->room = l->room > 0 ? l->room * 2 : 128;
		l->images = mem_grow(l->images, l->room, sizeof(*l->images));
	}
	im = &l->images[l->n++];
	*im = (struct remote_image){ .bytes = -1 };
	str_copy(im->sop_uid, sizeof(im->sop_uid), h->value[ATTR_SOP_UID]);
	im->has_number =
		str_int(header_text(h, ATTR_INSTANCE_NUMBER), -2147483647, 2147483647, &im->number);
	if (str_int(header_text(h, ATTR_FRAMES), 1, 1000000, &frames))
		im->frames = frames;
	return RC_OK;
}

static int
by_sop(const void *a, const void *b)
{
	return strcmp(((const struct remote_image *)a)->sop_uid,
		((const struct remote_image *)b)->sop_uid);
}

/* In the order of their numbers. */
static int
by_number(const void *a, const void *b)
{
	const struct remote_image *x = a, *y = b;

	return x->number != y->number ? (x->number < y->number ? -1 : 1) : by_sop(a, b);
}

static size_t
each_once(struct remote_image *images, size_t n)
{
	size_t kept = 0;

	if (n > 0)
		qsort(images, n, sizeof(*images), by_sop);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || strcmp(images[kept - 1].sop_uid, images[i].sop_uid) != 0)
			images[kept++] = images[i];
	if (kept > 0)
		qsort(images, kept, sizeof(*images), by_number);
	return kept;
}

enum rc
dimse_list(struct driver *driver, const struct remote_series *s, struct remote_image **out,
	size_t *n, struct err *e)
{
	const struct dimse_key keys[] = { { "StudyInstanceUID", s->study_uid },
		{ "SeriesInstanceUID", s->series_uid }, { "SOPInstanceUID", NULL },
		{ "InstanceNumber", NULL }, { "NumberOfFrames", NULL }, { NULL, NULL } };
	struct listing l = { 0 };
	enum rc rc = dimse_find((struct dimse *)driver, "IMAGE", keys, take_image, &l, e);

	*out = NULL;
	*n = 0;
	if (rc == RC_OK && l.n == 0)
		rc = err_set(e, RC_NOT_FOUND, "the server has no such series any more");
	if (rc != RC_OK) {
		free(l.images);
		return rc;
	}
	*n = each_once(l.images, l.n);
	*out = l.images;
	return RC_OK;
}
