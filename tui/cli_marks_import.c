/* wetread marks import FILE: marks from elsewhere, to look at and sign. */
#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/catalog.h"
#include "core/ledger/ctp.h"
#include "core/ledger/mark.h"
#include "tui/cli_marks.h"

enum { FILE_MOST = 4 << 20 };

struct import {
	struct series series;
	struct image *images;
	size_t image_count;
	struct mark *marks; /* of the file */
	size_t n;
};

static enum rc
read_file(const char *path, char **text, struct err *e)
{
	FILE *f = fopen(path, "re");
	char *bytes;
	size_t n;

	if (f == NULL)
		return err_set(e, RC_NOT_FOUND, "%s", strerror(errno));
	bytes = mem_alloc(FILE_MOST + 2);
	n = fread(bytes, 1, FILE_MOST + 1, f);
	bytes[n] = '\0';
	fclose(f);
	if (n <= FILE_MOST && strlen(bytes) == n) {
		*text = bytes;
		return RC_OK;
	}
	free(bytes);
	return n > FILE_MOST ? err_set(e, RC_LIMIT, "larger than %d MiB", FILE_MOST >> 20)
			     : err_set(e, RC_INVALID, "this is no text");
}

/* A script's brace is followed by the name of an element, that of JSON by a quotation mark. */
static bool
is_json(const char *text)
{
	text += strspn(text, " \t\r\n");
	if (*text != '{')
		return *text == '[';
	text++;
	text += strspn(text, " \t\r\n");
	return *text == '"' || *text == '}';
}

/* ---- the series ---- */

static enum rc
image_size(struct cli *c, const struct image *im, uint32_t *columns, uint32_t *rows, struct err *e)
{
	char text[2][16];
	long v[2] = { 0, 0 };
	enum rc rc =
		catalog_image_attr(c->ledger, im->id, ATTR_COLUMNS, text[0], sizeof(text[0]), e);

	if (rc == RC_OK)
		rc = catalog_image_attr(c->ledger, im->id, ATTR_ROWS, text[1], sizeof(text[1]), e);
	for (int i = 0; rc == RC_OK && i < 2; i++)
		str_int(text[i], 1, 65535, &v[i]);
	*columns = (uint32_t)v[0];
	*rows = (uint32_t)v[1];
	return rc;
}

static enum rc
read_series(struct cli *c, struct import *im, struct err *e)
{
	static const char *const over[] = { "approved", "rejected", "released", "void" };
	int64_t id;
	enum rc rc = catalog_series_id(c->ledger, c->opt.series, &id, e);

	if (rc == RC_OK)
		rc = catalog_series(c->ledger, id, &im->series, e);
	if (rc == RC_OK)
		rc = catalog_images(c->ledger, id, &im->images, &im->image_count, e);
	for (size_t i = 0; rc == RC_OK && i < MEM_COUNT(over); i++)
		if (strcmp(im->series.state, over[i]) == 0)
			rc = err_set(e, RC_CONFLICT,
				"the series is %s: nothing is left to be marked", over[i]);
	return rc;
}

static const struct image *
first_with_pixels(const struct import *im)
{
	for (size_t i = 0; i < im->image_count; i++)
		if (im->images[i].slices > 0)
			return &im->images[i];
	return NULL;
}

/* ---- a script ---- */

static enum rc
take_ctp(struct cli *c, const char *text, struct import *im, struct err *e)
{
	const struct image *first = first_with_pixels(im);
	struct ctp_image image = { 0 };
	char *header = NULL;
	json_t *j = NULL;
	enum rc rc;

	if (first == NULL)
		return err_set(e, RC_CONFLICT, "the series has no pixels");
	rc = image_size(c, first, &image.columns, &image.rows, e);
	if (rc == RC_OK)
		rc = catalog_header(c->ledger, first->id, &header, e);
	if (rc == RC_OK) {
		image.header = j = json_loads(header, 0, NULL);
		rc = ctp_read(text, &image, c->opt.force, &im->marks, &im->n, e);
	}
	json_decref(j);
	free(header);
	return rc;
}

/* ---- JSON ---- */

/* Is some image of the series of the size the mark was drawn on?  One of another series has not its images' UIDs. */
static enum rc
fit_mark(struct cli *c, const struct import *im, struct mark *m, size_t number, struct err *e)
{
	bool here = false, fits = false;
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < im->image_count && !(here && fits); i++) {
		uint32_t columns = 0, rows = 0;

		here = here || strcmp(im->images[i].sop_uid, m->sop_uid) == 0;
		if (fits)
			continue;
		rc = image_size(c, &im->images[i], &columns, &rows, e);
		fits = columns == m->columns && rows == m->rows;
	}
	if (!here)
		m->sop_uid[0] = '\0';
	if (rc == RC_OK && !fits)
		rc = err_set(e, RC_CONFLICT, "mark %zu: the series has no image of %ux%u pixels",
			number, m->columns, m->rows);
	return rc;
}

static enum rc
take_json(struct cli *c, const char *text, struct import *im, struct err *e)
{
	json_error_t where;
	json_t *j = json_loads(text, JSON_REJECT_DUPLICATES, &where);
	const json_t *list = json_is_object(j) ? json_object_get(j, "marks") : j;
	enum rc rc;

	if (j == NULL)
		return err_set(e, RC_INVALID, "line %d: %s", where.line, where.text);
	rc = mark_from_json(list, &im->marks, &im->n, e);
	for (size_t i = 0; rc == RC_OK && i < im->n; i++)
		rc = fit_mark(c, im, &im->marks[i], i + 1, e);
	json_decref(j);
	return rc;
}

/* ---- into the drafts ---- */

static enum rc
add_drafts(struct cli *c, const struct session *who, const struct import *im, size_t *all,
	struct err *e)
{
	struct mark *drafts = NULL;
	size_t n = 0;
	enum rc rc = mark_draft_load(
		c->ledger, who->user, im->series.id, im->series.revision, &drafts, &n, e);

	if (rc == RC_OK || rc == RC_NOT_FOUND) {
		drafts = mem_grow(drafts, n + im->n + 1, sizeof(*drafts));
		memcpy(drafts + n, im->marks, im->n * sizeof(*drafts));
		*all = n + im->n;
		rc = mark_draft_save(
			c->ledger, who->user, im->series.id, im->series.revision, drafts, *all, e);
	}
	free(drafts);
	return rc;
}

static enum rc
log_in_and_add(struct cli *c, const struct import *im, bool *denied, struct err *e)
{
	struct session session;
	char password[1024], name[24];
	size_t all = 0;
	enum rc rc;

	*denied = !cli_login(c, &session, password, sizeof(password));
	if (*denied)
		return RC_DENIED;
	key_wipe(password, sizeof(password));
	rc = add_drafts(c, &session, im, &all, e);
	catalog_series_name(im->series.id, name);
	if (rc == RC_OK && c->json)
		printf("{\"imported\":%zu,\"drafts\":%zu,\"series\":\"%s\"}\n", im->n, all, name);
	else if (rc == RC_OK)
		printf("%zu mark%s for %s; %zu wait there for %s to look and sign\n", im->n,
			im->n == 1 ? "" : "s", name, all, session.user);
	session_close(c->ledger, &session);
	return rc;
}

int
cli_marks_import(struct cli *c, const char *path)
{
	struct import im = { 0 };
	struct err e = { 0 }, told = { 0 };
	char *text = NULL;
	bool denied = false;
	enum rc rc = read_series(c, &im, &e);

	if (rc != RC_OK) {
		told = e;
	} else if ((rc = read_file(path, &text, &e)) == RC_OK) {
		rc = (is_json(text) ? take_json : take_ctp)(c, text, &im, &e);
		if (rc == RC_OK)
			rc = mark_check_series(
				c->ledger, im.series.id, im.series.slices, im.marks, im.n, &e);
	}
	if (rc != RC_OK && told.rc == RC_OK)
		err_set(&told, rc, "%.200s: %s", path, e.text);
	if (rc == RC_OK)
		rc = log_in_and_add(c, &im, &denied, &told);
	series_release(&im.series);
	free(im.images);
	free(im.marks);
	free(text);
	if (denied)
		return EXIT_REFUSED;
	return rc == RC_OK ? EXIT_DONE : cli_error(&told);
}
