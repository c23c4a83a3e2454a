/* A verdict for an Orthanc: the signed event as an attachment of the series, which decision it is and the word for the state as
 * metadata, a label where there are any, and the rejection note.  Each only where it is not there already; all are read back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/source/json.h"
#include "core/source/orthanc.h"

enum { KOS_MOST = 64 << 20 };

struct giving {
	struct web *w;
	const struct remote_verdict *v;
	char id[REMOTE_ADDRESS];
};

/* ---- one value at the series ---- */

/* What is at a path below the series, and its ETag ("" none).  RC_NOT_FOUND: nothing. */
static enum rc
read_value(const struct giving *g, const char *where, struct buf *out, char etag[130], struct err *e)
{
	char path[WEB_PATH];
	struct http_request r = { .path = path, .most = KOS_MOST };
	enum rc rc;

	snprintf(path, sizeof(path), "/series/%s/%s", g->id, where);
	rc = web_ask(g->w, &r, e);
	str_copy(etag, 130, r.answer.etag);
	buf_clear(out);
	buf_text(out, "");
	if (rc == RC_OK && r.text.len > 0)
		buf_add(out, r.text.data, r.text.len);
	http_request_release(&r);
	return rc;
}

/* `etag`: of what it takes the place of; "" where nothing is there. */
static enum rc
write_value(const struct giving *g, const char *where, const char *text, const char *etag,
	struct err *e)
{
	char path[WEB_PATH], match[150];
	struct http_request r = { .method = "PUT",
		.path = path,
		.headers = { "Content-Type: application/octet-stream" },
		.body = text,
		.n = strlen(text) };
	enum rc rc;

	snprintf(path, sizeof(path), "/series/%s/%s", g->id, where);
	snprintf(match, sizeof(match), "If-Match: %s", etag);
	if (etag[0] != '\0')
		r.headers[1] = match;
	rc = web_ask(g->w, &r, e);
	http_request_release(&r);
	return rc;
}

static bool
is_text(const struct buf *b, const char *text)
{
	return b->len == strlen(text) && memcmp(b->data, text, b->len) == 0;
}

/* Make it `text`, whatever it was, and see that it is. */
static enum rc
settle_value(
	const struct giving *g, const char *put, const char *get, const char *text, struct err *e)
{
	struct buf now = { 0 };
	char etag[130];
	enum rc rc = read_value(g, get, &now, etag, NULL);

	if ((rc == RC_OK && !is_text(&now, text)) || rc == RC_NOT_FOUND) {
		rc = write_value(g, put, text, rc == RC_OK ? etag : "", NULL);
		if (rc == RC_OK || rc == RC_CONFLICT) /* somebody may have put the same there */
			rc = read_value(g, get, &now, etag, e);
	}
	if (rc != RC_OK)
		err_set(e, rc, "the server did not take what belongs to a verdict");
	else if (!is_text(&now, text))
		rc = err_set(e, RC_CONFLICT, "somebody else changed the state at the server");
	buf_release(&now);
	return rc;
}

/* ---- which decision ---- */

/* "NUMBER HASH".  A higher number, or another decision under ours, is somebody else's newer state. */
static enum rc
check_decision(const struct remote_verdict *v, const char *now, struct err *e)
{
	char *end;
	long long number = strtoll(now, &end, 10);

	if (end == now || *end != ' ')
		return err_set(e, RC_CONFLICT, "the server has a state that is not of this program");
	if (number > v->number || (number == v->number && strcmp(end + 1, v->hash) != 0))
		return err_set(e, RC_CONFLICT, "the server has a newer state");
	return RC_OK;
}

/* Claim the series for this decision: the one value that says who is right. */
static enum rc
claim(const struct giving *g, struct err *e)
{
	struct buf now = { 0 };
	char where[40], etag[130], *text;
	enum rc rc;

	snprintf(where, sizeof(where), "metadata/%d", ORTHANC_DECISION);
	rc = read_value(g, where, &now, etag, NULL);
	if (rc == RC_OK)
		rc = check_decision(g->v, now.data, e);
	else if (rc == RC_NOT_FOUND)
		rc = RC_OK;
	else
		err_set(e, rc, "the state at the server cannot be read");
	text = mem_format("%lld %s", (long long)g->v->number, g->v->hash);
	if (rc == RC_OK && !is_text(&now, text)) {
		rc = write_value(g, where, text, etag, NULL);
		if (rc != RC_OK && rc != RC_CONFLICT)
			err_set(e, rc, "the server did not take the state");
		else
			rc = read_value(g, where, &now, etag, e);
		if (rc == RC_OK)
			rc = check_decision(g->v, now.data, e);
		if (rc == RC_OK && !is_text(&now, text))
			rc = err_set(
				e, RC_CONFLICT, "somebody else changed the state at the server");
	}
	free(text);
	buf_release(&now);
	return rc;
}

/* Is it still ours?  Where the server does not check revisions somebody may have written over it meanwhile. */
static enum rc
still_ours(const struct giving *g, struct err *e)
{
	struct buf now = { 0 };
	char where[40], etag[130], *text;
	enum rc rc;

	snprintf(where, sizeof(where), "metadata/%d", ORTHANC_DECISION);
	text = mem_format("%lld %s", (long long)g->v->number, g->v->hash);
	rc = read_value(g, where, &now, etag, e);
	if (rc == RC_OK && !is_text(&now, text))
		rc = err_set(e, RC_CONFLICT, "somebody else changed the state at the server");
	free(text);
	buf_release(&now);
	return rc;
}

/* ---- the rejection note ---- */

/* Is the very object there?  RC_NOT_FOUND, RC_CONFLICT: other bytes. */
static enum rc
check_note(const struct giving *g, struct err *e)
{
	char id[REMOTE_ADDRESS], path[WEB_PATH];
	struct http_request r = { .path = path, .most = KOS_MOST };
	enum rc rc = orthanc_lookup(g->w, "Instance", g->v->kos_uid, id, e);

	if (rc != RC_OK)
		return rc;
	snprintf(path, sizeof(path), "/instances/%s/file", id);
	rc = web_ask(g->w, &r, e);
	if (rc == RC_OK &&
		(r.text.len != g->v->kos_bytes || memcmp(r.text.data, g->v->kos, r.text.len) != 0))
		rc = err_set(e, RC_CONFLICT, "another object has the UID of the note");
	http_request_release(&r);
	return rc;
}

static enum rc
give_note(const struct giving *g, struct err *e)
{
	struct http_request r = { .path = "/instances",
		.headers = { "Content-Type: application/dicom" },
		.body = g->v->kos,
		.n = g->v->kos_bytes };
	enum rc rc = check_note(g, NULL);

	if (rc == RC_OK)
		return RC_OK;
	if (rc != RC_NOT_FOUND)
		return check_note(g, e); /* with its words */
	rc = web_ask(g->w, &r, e);
	http_request_release(&r);
	if (rc == RC_OK)
		rc = check_note(g, e);
	return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

/* ---- labels ---- */

/* "wetread-approved"; those of other states go.  Written after Orthanc 1.12's documentation, not tried against one. */
static enum rc
give_label(const struct giving *g, struct err *e)
{
	char path[WEB_PATH];
	struct http_request r = { .method = "PUT", .path = path, .body = "" };
	const char *name;
	json_t *labels;
	size_t i;
	enum rc rc;

	snprintf(path, sizeof(path), "/series/%s/labels", g->id);
	rc = web_json(g->w, path, NULL, &labels, e);
	for (i = 0; rc == RC_OK && i < json_array_size(labels); i++) {
		name = json_string_value(json_array_get(labels, i));
		if (name == NULL || strncmp(name, "wetread-", 8) != 0 || !web_is_plain(name) ||
			strcmp(name + 8, g->v->state) == 0)
			continue;
		r.method = "DELETE";
		snprintf(path, sizeof(path), "/series/%s/labels/%s", g->id, name);
		rc = web_ask(g->w, &r, e);
	}
	json_decref(labels);
	r.method = "PUT";
	snprintf(path, sizeof(path), "/series/%s/labels/wetread-%s", g->id, g->v->state);
	rc = rc == RC_OK ? web_ask(g->w, &r, e) : rc;
	http_request_release(&r);
	return rc;
}

static enum rc
give_all(const struct giving *g, char how[100], struct err *e)
{
	char put[60], get[60], state[40];
	enum rc rc = claim(g, e);

	snprintf(put, sizeof(put), "attachments/%d", ORTHANC_JSON);
	snprintf(get, sizeof(get), "attachments/%d/data", ORTHANC_JSON);
	snprintf(state, sizeof(state), "metadata/%d", ORTHANC_STATE);
	rc = rc == RC_OK ? settle_value(g, put, get, g->v->json, e) : rc;
	rc = rc == RC_OK ? settle_value(g, state, state, g->v->state, e) : rc;
	if (rc == RC_OK && web_can(g->w, QUIRK(LABELS)))
		rc = give_label(g, e);
	if (rc == RC_OK && g->v->kos != NULL)
		rc = give_note(g, e);
	rc = rc == RC_OK ? still_ours(g, e) : rc;
	if (rc == RC_OK)
		snprintf(how, 100, "attachment %d, metadata %d and %d%s%s", ORTHANC_JSON,
			ORTHANC_STATE, ORTHANC_DECISION,
			web_can(g->w, QUIRK(LABELS)) ? ", label" : "",
			g->v->kos != NULL ? ", key object" : "");
	return rc;
}

enum rc
orthanc_put(struct driver *d, const struct remote_verdict *v, char how[100], struct err *e)
{
	struct giving g = { .w = (struct web *)d, .v = v };
	enum rc rc;

	how[0] = '\0';
	if (!web_is_plain(v->state) || (v->kos != NULL && !json_is_uid(v->kos_uid)))
		return err_set(e, RC_INVALID, "the verdict has no proper state or UID");
	rc = orthanc_id(g.w, v->series, g.id, e);
	return rc == RC_OK ? give_all(&g, how, e) : rc;
}
