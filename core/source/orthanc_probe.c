/* What an Orthanc is and has. */
#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/source/dicomweb.h"
#include "core/source/json.h"
#include "core/source/orthanc.h"

enum { LABELS_SINCE = 20 }; /* ApiVersion; older ones ignore the word and answer everything */

static enum rc
ask_system(struct web *w, struct server_facts *f, json_t **out, struct err *e)
{
	struct http_request r = { .path = "/system", .most = 1 << 20 };
	enum rc rc;

	for (int i = 0; i < 3; i++) { /* the quickest of the later ones is the round trip */
		rc = web_ask(w, &r, e);
		if (rc != RC_OK)
			break;
		web_facts(&r.answer, f);
	}
	*out = NULL;
	if (rc == RC_OK)
		rc = json_read(out, r.text.data != NULL ? r.text.data : "", r.text.len, e);
	if (rc == RC_OK && !json_is_integer(json_object_get(*out, "ApiVersion")))
		rc = err_set(e, RC_CORRUPT, "the server is no Orthanc");
	http_request_release(&r);
	return rc;
}

static void
find_plugins(struct web *w, const char *version, struct server_facts *f)
{
	char path[WEB_PATH], web[60] = "", text[60];
	json_t *o;

	snprintf(path, sizeof(path), "/plugins/dicom-web");
	if (web_json(w, path, NULL, &o, NULL) == RC_OK) {
		json_member(o, "Version", text, sizeof(text));
		snprintf(web, sizeof(web), ", DICOMweb %.30s", text);
		dicomweb_probe(w, ORTHANC_WEB, f, NULL);
	}
	json_decref(o);
	snprintf(f->server, sizeof(f->server), "Orthanc %.40s%s", version, web);
}

/* Does a file's MD5 come, and with revisions an ETag? */
static void
try_one(struct web *w, struct server_facts *f)
{
	char path[WEB_PATH], id[REMOTE_ADDRESS];
	struct http_request r = { .path = path, .most = 1000 };
	json_t *o;

	if (web_json(w, "/instances?limit=1&since=0", NULL, &o, NULL) != RC_OK)
		return;
	str_copy(id, sizeof(id),
		json_is_string(json_array_get(o, 0)) ? json_string_value(json_array_get(o, 0)) : "");
	json_decref(o);
	if (!orthanc_is_id(id))
		return;
	snprintf(path, sizeof(path), "/instances/%s/attachments/dicom/md5", id);
	if (web_ask(w, &r, NULL) == RC_OK && r.text.len == 32)
		f->quirks |= QUIRK(MD5);
	http_request_release(&r);
}

enum rc
orthanc_probe(struct driver *d, struct server_facts *out, struct err *e)
{
	struct web *w = (struct web *)d;
	char version[60];
	json_t *o;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = ask_system(w, out, &o, e);
	if (rc != RC_OK)
		return rc;
	out->quirks |= QUIRK(REST) | QUIRK(CHANGES) | QUIRK(ATTACHMENTS);
	if (json_integer_value(json_object_get(o, "ApiVersion")) >= LABELS_SINCE)
		out->quirks |= QUIRK(LABELS);
	if (json_is_true(json_object_get(o, "CheckRevisions"))) {
		out->quirks |= QUIRK(REVISIONS);
		/* Its own SQLite index takes the digest of the content for a revision. */
		if (json_is_null(json_object_get(o, "DatabaseBackendPlugin")))
			out->quirks |= QUIRK(CONTENT_REVISIONS);
	}
	json_member(o, "Version", version, sizeof(version));
	json_decref(o);
	find_plugins(w, version, out);
	try_one(w, out);
	out->known = true;
	w->facts = *out;
	return RC_OK;
}
