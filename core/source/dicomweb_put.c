/* A rejection for a DICOMweb server: a Key Object Selection by STOW-RS, believed when it was read back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/source/dicomweb.h"
#include "core/source/json.h"

#define KOS_CLASS "1.2.840.10008.5.1.4.1.1.88.59"
#define BOUNDARY  "wetread-6c1f2f0a-7f5b-4a63-9d0e-4b1d1a1f2c3e"

struct storing {
	struct web *w;
	const char *root;
	const struct remote_verdict *v;
};

/* Is an object with the note's UID there, and is it the note?  RC_NOT_FOUND, RC_CONFLICT. */
static enum rc
check_there(const struct storing *s, struct err *e)
{
	struct remote_series where = { .images = -1 };
	char path[WEB_PATH], uid[REMOTE_UID], title[70];
	struct header *h;
	const json_t *row;
	json_t *rows, *whole;
	enum rc rc;

	snprintf(path, sizeof(path), "%s/studies/%s/instances?SOPInstanceUID=%s&limit=2", s->root,
		s->v->series->study_uid, s->v->kos_uid);
	rc = web_json(s->w, path, NULL, &rows, e);
	if (rc != RC_OK)
		return rc;
	row = json_array_get(rows, 0);
	json_text(row, "00080018", uid, sizeof(uid));
	json_text(row, "0020000E", where.series_uid, sizeof(where.series_uid));
	str_copy(where.study_uid, sizeof(where.study_uid), s->v->series->study_uid);
	json_decref(rows);
	if (strcmp(uid, s->v->kos_uid) != 0 || dicomweb_named(&where, NULL) != RC_OK)
		return err_set(e, RC_NOT_FOUND, "the note is not there");
	rc = dicomweb_header(s->w, s->root, &where, uid, &h, e);
	if (rc != RC_OK)
		return rc;
	title[0] = '\0';
	if (json_read(&whole, h->json, strlen(h->json), NULL) == RC_OK)
		json_text(json_array_get(
				  json_object_get(json_object_get(whole, "0040A043"), "Value"), 0),
			"00080100", title, sizeof(title));
	json_decref(whole);
	if (strcmp(header_text(h, ATTR_SOP_CLASS), KOS_CLASS) != 0 ||
		strcmp(title, s->v->kos_title) != 0)
		rc = err_set(e, RC_CONFLICT, "another object has the UID of the note");
	header_free(h);
	return rc;
}

/* The answer to a STOW: what it stored is in (0008,1199), what not in (0008,1198). */
static enum rc
judge_stored(const json_t *answer, const char *uid, struct err *e)
{
	const json_t *failed = json_object_get(json_object_get(answer, "00081198"), "Value");
	const json_t *stored = json_object_get(json_object_get(answer, "00081199"), "Value");
	char said[REMOTE_UID];

	if (json_array_size(failed) > 0) {
		json_text(json_array_get(failed, 0), "00081197", said, sizeof(said));
		return err_set(
			e, RC_CORRUPT, "the server did not store the note (reason %.20s)", said);
	}
	for (size_t i = 0; i < json_array_size(stored); i++) {
		json_text(json_array_get(stored, i), "00081155", said, sizeof(said));
		if (strcmp(said, uid) == 0)
			return RC_OK;
	}
	return err_set(e, RC_CORRUPT, "the server does not say that it stored the note");
}

static enum rc
store(const struct storing *s, struct err *e)
{
	char path[WEB_PATH];
	struct buf b = { 0 };
	struct http_request r = { .path = path,
		.headers = { "Content-Type: multipart/related; type=\"application/dicom\"; "
			     "boundary=" BOUNDARY,
			"Accept: application/dicom+json" } };
	json_t *answer = NULL;
	enum rc rc;

	snprintf(path, sizeof(path), "%s/studies/%s", s->root, s->v->series->study_uid);
	buf_format(&b,
		"--" BOUNDARY "\r\nContent-Type: application/dicom\r\nContent-Length: %zu\r\n\r\n",
		s->v->kos_bytes);
	buf_add(&b, s->v->kos, s->v->kos_bytes);
	buf_text(&b, "\r\n--" BOUNDARY "--\r\n");
	r.body = b.data;
	r.n = b.len;
	rc = web_ask(s->w, &r, e);
	if (rc == RC_OK)
		rc = json_read(&answer, r.text.data != NULL ? r.text.data : "", r.text.len, e);
	if (rc == RC_OK)
		rc = judge_stored(answer, s->v->kos_uid, e);
	json_decref(answer);
	http_request_release(&r);
	buf_release(&b);
	return rc;
}

/* dcm4chee hides what a note names by itself; where the series is still seen it is asked to.  Written after its documentation,
 * not tried against one. */
static enum rc
reject(const struct storing *s, struct err *e)
{
	char path[WEB_PATH];
	struct http_request r = { .path = path, .method = "POST", .body = "" };
	json_t *rows;
	bool seen;
	enum rc rc;

	snprintf(path, sizeof(path), "%s/studies/%s/series?SeriesInstanceUID=%s", s->root,
		s->v->series->study_uid, s->v->series->series_uid);
	rc = web_json(s->w, path, NULL, &rows, e);
	seen = json_array_size(rows) > 0;
	json_decref(rows);
	if (rc != RC_OK || !seen)
		return rc;
	snprintf(path, sizeof(path), "%s/studies/%s/series/%s/reject/%s%%5EDCM", s->root,
		s->v->series->study_uid, s->v->series->series_uid, s->v->kos_title);
	rc = web_ask(s->w, &r, e);
	http_request_release(&r);
	return rc;
}

enum rc
dicomweb_put(struct web *w, const char *root, const struct remote_verdict *v, struct err *e)
{
	struct storing s = { .w = w, .root = root, .v = v };
	enum rc rc = dicomweb_named(v->series, e);

	if (rc == RC_OK && (!json_is_uid(v->kos_uid) || !web_is_plain(v->kos_title)))
		rc = err_set(e, RC_INVALID, "the note has no proper UID or title");
	if (rc != RC_OK)
		return rc;
	rc = check_there(&s, NULL);
	if (rc == RC_NOT_FOUND) {
		rc = store(&s, e);
		if (rc == RC_OK)
			rc = check_there(&s, e);
	} else if (rc != RC_OK) {
		rc = check_there(&s, e); /* with its words */
	}
	if (rc == RC_NOT_FOUND)
		rc = RC_CORRUPT;
	if (rc == RC_OK && web_can(w, QUIRK(REJECTS)))
		rc = reject(&s, e);
	return rc;
}
