/* What a DICOMweb service really does: it is asked what must match, what must not, and what nobody knows. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/source/dicomweb.h"
#include "core/source/json.h"

struct trial {
	struct web *w;
	const char *root;
	struct server_facts *f;
	char study[REMOTE_UID], series[REMOTE_UID],
		image[REMOTE_UID]; /* one that it has; "" none */
};

/* Ask for rows; how many came and the first one, json_decref(*out).  The request's own failure as it is. */
static enum rc rows(struct trial *t, json_t **out, struct err *e, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static enum rc
rows(struct trial *t, json_t **out, struct err *e, const char *fmt, ...)
{
	char path[WEB_PATH];
	struct http_request r = {
		.path = path, .headers = { "Accept: application/dicom+json" }, .most = 16 << 20
	};
	size_t n = (size_t)snprintf(path, sizeof(path), "%s", t->root);
	va_list ap;
	enum rc rc;

	va_start(ap, fmt);
	vsnprintf(path + n, sizeof(path) - n, fmt, ap);
	va_end(ap);
	*out = NULL;
	rc = web_ask(t->w, &r, e);
	web_facts(&r.answer, t->f);
	if (rc == RC_OK && r.answer.status != 204)
		rc = json_read(out, r.text.data != NULL ? r.text.data : "", r.text.len, e);
	if (rc == RC_OK && *out != NULL && !json_is_array(*out))
		rc = err_set(e, RC_CORRUPT, "what came is no list");
	http_request_release(&r);
	return rc;
}

static void
uid_of(const json_t *list, size_t row, const char *tag, char to[REMOTE_UID])
{
	json_text(json_array_get(list, row), tag, to, REMOTE_UID);
	if (!json_is_uid(to))
		to[0] = '\0';
}

static enum rc
try_search(struct trial *t, struct err *e)
{
	json_t *list;
	enum rc rc = rows(t, &list, e, "/series?limit=1");

	if (rc == RC_OK) {
		t->f->quirks |= QUIRK(QIDO);
		uid_of(list, 0, "0020000D", t->study);
		uid_of(list, 0, "0020000E", t->series);
		if (json_array_size(list) > 1)
			t->f->quirks |= QUIRK(NO_PAGING);
	}
	json_decref(list);
	return rc;
}

/* The second page of one row is not the first. */
static void
try_pages(struct trial *t)
{
	char second[REMOTE_UID];
	json_t *list;

	if (rows(t, &list, NULL, "/series?limit=1&offset=1") == RC_OK) {
		uid_of(list, 0, "0020000E", second);
		if (json_array_size(list) > 1 || strcmp(second, t->series) == 0)
			t->f->quirks |= QUIRK(NO_PAGING);
	}
	json_decref(list);
}

static void
try_keys(struct trial *t)
{
	json_t *list;

	if (rows(t, &list, NULL, "/series?limit=1&00091001=NOBODY") == RC_OK &&
		json_array_size(list) > 0)
		t->f->quirks |= QUIRK(IGNORES_KEYS);
	json_decref(list);
	if (rows(t, &list, NULL, "/series?limit=1&SeriesInstanceUID=%%%02X%s", t->series[0],
		    t->series + 1) != RC_OK ||
		json_array_size(list) == 0)
		t->f->quirks |= QUIRK(NO_PERCENT);
	json_decref(list);
}

static enum rc
enough(struct http_request *r, const void *bytes, size_t n, struct err *e)
{
	(void)r, (void)bytes, (void)n;
	return err_set(e, RC_CANCELLED, "that will do");
}

/* An image begins to come. */
static void
try_image(struct trial *t)
{
	char path[WEB_PATH];
	struct http_request r = { .path = path, .headers = { DICOMWEB_ACCEPT }, .take = enough };
	json_t *list;

	if (rows(t, &list, NULL, "/studies/%s/series/%s/instances?limit=1", t->study, t->series) ==
		RC_OK)
		uid_of(list, 0, "00080018", t->image);
	json_decref(list);
	if (t->image[0] == '\0')
		return;
	snprintf(path, sizeof(path), "%s/studies/%s/series/%s/instances/%s", t->root, t->study,
		t->series, t->image);
	web_ask(t->w, &r, NULL);
	if (r.rc == RC_CANCELLED && r.answer.status == 200)
		t->f->quirks |= QUIRK(WADO);
	http_request_release(&r);
}

/* What no server stores: one that takes objects says that it is the wrong form. */
static void
try_storing(struct trial *t)
{
	char path[WEB_PATH];
	struct http_request r = { .path = path,
		.headers = { "Content-Type: text/plain", "Accept: application/dicom+json" },
		.body = "",
		.n = 0 };

	snprintf(path, sizeof(path), "%s/studies", t->root);
	web_ask(t->w, &r, NULL);
	if (r.answer.status == 415 || r.answer.status == 400)
		t->f->quirks |= QUIRK(STOW);
	http_request_release(&r);
}

enum rc
dicomweb_probe(struct web *w, const char *root, struct server_facts *f, struct err *e)
{
	struct trial t = { .w = w, .root = root, .f = f };
	enum rc rc = try_search(&t, e);

	if (rc != RC_OK)
		return rc;
	if (t.series[0] != '\0') {
		try_pages(&t);
		try_keys(&t);
		try_image(&t);
	}
	try_storing(&t);
	/* dcm4chee's services lie at a path of their own; it rejects what a note names (IOCM). */
	if (strstr(w->address.url, "/dcm4chee-arc/aets/") != NULL) {
		f->quirks |= QUIRK(REJECTS);
		str_copy(f->server, sizeof(f->server), "dcm4chee-arc");
	}
	return RC_OK;
}
