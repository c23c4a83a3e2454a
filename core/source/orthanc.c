/* The driver of Orthanc servers: its own interface, and its DICOMweb plugin where that is better. */
#include "core/source/orthanc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/source/dicomweb.h"
#include "core/source/json.h"
#include "core/source/transfer.h"

enum { LIST_MOST = 100000, SINGLY_MOST = 4, FAR_PARALLEL = 16 };

bool
orthanc_is_id(const char *s)
{
	size_t n = strspn(s, "0123456789abcdef-");

	return n == 44 && s[n] == '\0';
}

enum rc
orthanc_lookup(
	struct web *w, const char *level, const char *uid, char id[REMOTE_ADDRESS], struct err *e)
{
	char body[100];
	json_t *found;
	enum rc rc;

	id[0] = '\0';
	snprintf(body, sizeof(body), "%s", uid);
	rc = json_is_uid(uid) ? web_json(w, "/tools/lookup", body, &found, e)
			      : err_set(e, RC_INVALID, "no proper UID");
	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < json_array_size(found) && id[0] == '\0'; i++) {
		const json_t *row = json_array_get(found, i);
		const char *type = json_string_value(json_object_get(row, "Type"));

		if (type != NULL && strcmp(type, level) == 0)
			json_member(row, "ID", id, REMOTE_ADDRESS);
	}
	json_decref(found);
	return orthanc_is_id(id) ? RC_OK : err_set(e, RC_NOT_FOUND, "the server does not have it");
}

enum rc
orthanc_id(struct web *w, const struct remote_series *s, char id[REMOTE_ADDRESS], struct err *e)
{
	if (orthanc_is_id(s->address)) {
		str_copy(id, REMOTE_ADDRESS, s->address);
		return RC_OK;
	}
	return orthanc_lookup(w, "Series", s->series_uid, id, e);
}

/* ---- one series ---- */

static bool
fill_image(struct remote_image *i, const json_t *row)
{
	const json_t *tags = json_object_get(row, "MainDicomTags");
	const json_t *size = json_object_get(row, "FileSize");
	char number[20];
	long n;

	memset(i, 0, sizeof(*i));
	json_member(row, "ID", i->address, sizeof(i->address));
	json_member(tags, "SOPInstanceUID", i->sop_uid, sizeof(i->sop_uid));
	json_member(tags, "InstanceNumber", number, sizeof(number));
	json_member(tags, "ImagePositionPatient", i->position, sizeof(i->position));
	json_member(tags, "ImageOrientationPatient", i->orientation, sizeof(i->orientation));
	i->has_number = str_int(number, INT32_MIN, INT32_MAX, &i->number);
	json_member(tags, "NumberOfFrames", number, sizeof(number));
	i->frames = str_int(number, 0, INT32_MAX, &n) ? n : 0;
	i->bytes = json_is_integer(size) && json_integer_value(size) > 0 ? json_integer_value(size)
									 : -1;
	return orthanc_is_id(i->address) && json_is_uid(i->sop_uid);
}

/* What all of a series share is told with it, not with its images. */
static void
share_orientation(const json_t *series, struct remote_image *images, size_t n)
{
	char shared[sizeof(images->orientation)];

	json_member(json_object_get(series, "MainDicomTags"), "ImageOrientationPatient", shared,
		sizeof(shared));
	for (size_t i = 0; i < n; i++)
		if (images[i].orientation[0] == '\0')
			str_copy(images[i].orientation, sizeof(images[i].orientation), shared);
}

static enum rc
list(struct driver *d, const struct remote_series *s, struct remote_image **out, size_t *n,
	struct err *e)
{
	struct web *w = (struct web *)d;
	char id[REMOTE_ADDRESS], path[WEB_PATH], rows_path[WEB_PATH];
	json_t *both[2];
	const json_t *rows, *series;
	enum rc rc = orthanc_id(w, s, id, e);

	*out = NULL;
	*n = 0;
	if (rc != RC_OK)
		return rc;
	snprintf(rows_path, sizeof(rows_path), "/series/%s/instances", id);
	snprintf(path, sizeof(path), "/series/%s", id);
	rc = web_json_both(w, (const char *const[]){ rows_path, path }, both, e);
	rows = both[0];
	series = both[1];
	if (rc == RC_OK && json_array_size(rows) > LIST_MOST)
		rc = err_set(e, RC_LIMIT, "a series of more than %d images", LIST_MOST);
	if (rc == RC_OK) {
		*out = mem_zero(json_array_size(rows) + 1, sizeof(**out));
		for (size_t i = 0; i < json_array_size(rows); i++)
			*n += fill_image(&(*out)[*n], json_array_get(rows, i));
		share_orientation(series, *out, *n);
	}
	json_decref(both[0]);
	json_decref(both[1]);
	return rc;
}

/* By its DICOMweb plugin: its own interface tells no value representations. */
static enum rc
header(struct driver *d, struct remote_series *s, struct err *e)
{
	struct web *w = (struct web *)d;
	char id[REMOTE_ADDRESS], path[WEB_PATH], uid[REMOTE_UID];
	struct header *h;
	json_t *series, *image;
	enum rc rc;

	if (w->facts.known && !web_can(w, QUIRK(WADO)))
		return err_set(e, RC_UNSUPPORTED, "the server has no DICOMweb plugin");
	rc = orthanc_id(w, s, id, e);
	if (rc != RC_OK)
		return rc;
	snprintf(path, sizeof(path), "/series/%s", id);
	rc = web_json(w, path, NULL, &series, e);
	if (rc != RC_OK)
		return rc;
	str_copy(id, sizeof(id),
		json_is_string(json_array_get(json_object_get(series, "Instances"), 0))
			? json_string_value(json_array_get(json_object_get(series, "Instances"), 0))
			: "");
	json_decref(series);
	if (!orthanc_is_id(id))
		return err_set(e, RC_NOT_FOUND, "the series has no images");
	snprintf(path, sizeof(path), "/instances/%s", id);
	rc = web_json(w, path, NULL, &image, e);
	if (rc != RC_OK)
		return rc;
	json_member(json_object_get(image, "MainDicomTags"), "SOPInstanceUID", uid, sizeof(uid));
	json_decref(image);
	if (!json_is_uid(uid))
		return err_set(e, RC_CORRUPT, "an image has no proper UID");
	rc = dicomweb_named(s, e);
	if (rc == RC_OK)
		rc = dicomweb_header(w, ORTHANC_WEB, s, uid, &h, e);
	if (rc == RC_OK) {
		header_free(s->header);
		s->header = h;
	}
	return rc;
}

/* ---- images ---- */

static void
file_path(const struct transfer *t, const struct remote_image *image, char path[WEB_PATH])
{
	(void)t;
	snprintf(path, WEB_PATH, "/instances/%s/file", image->address);
}

static void
md5_path(const struct transfer *t, const struct remote_image *image, char path[WEB_PATH])
{
	(void)t;
	snprintf(path, WEB_PATH, "/instances/%s/attachments/dicom/md5", image->address);
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
		.parallel = w->parallel,
		.path = file_path,
		.md5_path = web_can(w, QUIRK(MD5)) ? md5_path : NULL };

	for (size_t i = 0; i < n; i++)
		if (!orthanc_is_id(images[i].address))
			return err_set(e, RC_INVALID, "an image has no name of the server's");
	if (way == REMOTE_SERIES && web_is_far(w)) {
		/* One long answer fills the line; each file by itself waits for it. */
		if (web_can(w, QUIRK(WADO)) && n > SINGLY_MOST && (int64_t)n >= s->images / 4 * 3)
			return dicomweb_series(&t, ORTHANC_WEB, e);
		if (t.parallel < FAR_PARALLEL)
			t.parallel = FAR_PARALLEL;
	}
	return transfer_ones(&t, e);
}

/* ---- opening and closing ---- */

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

const struct driver_ops driver_orthanc = {
	.kind = ADDRESS_ORTHANC,
	.open = open_web,
	.close = close_web,
	.probe = orthanc_probe,
	.sweep = orthanc_sweep,
	.changes = orthanc_changes,
	.header = header,
	.list = list,
	.get = get,
	.put = orthanc_put,
};
