/* Reading the catalog. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/blind.h"
#include "core/ledger/catalog.h"

void
series_release(struct series *s)
{
	for (int a = 0; a < ATTR_COUNT; a++)
		free(s->value[a]);
	memset(s, 0, sizeof(*s));
}

void
catalog_series_name(int64_t id, char name[24])
{
	snprintf(name, 24, "S-%04lld", (long long)id);
}

enum rc
catalog_series_id(struct ledger *l, const char *text, int64_t *id, struct err *e)
{
	const char *number =
		strncmp(text, "S-", 2) == 0 || strncmp(text, "s-", 2) == 0 ? text + 2 : text;
	struct stmt *s;
	long v;

	if (str_int(number, 1, 0x7fffffffffffL, &v)) {
		s = db_query(ledger_db(l), "SELECT id FROM series WHERE id = $1");
		stmt_int(s, 1, v);
	} else {
		s = db_query(ledger_db(l), "SELECT id FROM series WHERE series_uid = $1");
		stmt_text(s, 1, text);
	}
	if (stmt_step(s, NULL) != RC_OK)
		return err_set(e, RC_NOT_FOUND, "there is no series %.80s", text);
	*id = stmt_get_int(s, 0);
	stmt_done(s);
	return RC_OK;
}

static void
mask_series(struct ledger *l, struct series *out)
{
	blind_text(out->site, sizeof(out->site), blind_place(l, BLIND_SITE));
	blind_text(out->subject, sizeof(out->subject), blind_place(l, BLIND_SUBJECT));
	blind_text(out->visit, sizeof(out->visit), blind_place(l, BLIND_VISIT));
	for (int a = 0; a < ATTR_COUNT; a++)
		if (blind_attr(l, (enum attr)a) && out->value[a] != NULL) {
			free(out->value[a]);
			out->value[a] = mem_string(BLIND_MASK);
		}
}

static void
fill_series(struct series *out, struct stmt *s)
{
	int i = 0;

	out->id = stmt_get_int(s, i++);
	out->revision = stmt_get_int(s, i++);
	str_copy(out->state, sizeof(out->state), stmt_get_text(s, i++));
	str_copy(out->trial, sizeof(out->trial), stmt_get_text(s, i++));
	str_copy(out->site, sizeof(out->site), stmt_get_text(s, i++));
	str_copy(out->subject, sizeof(out->subject), stmt_get_text(s, i++));
	str_copy(out->visit, sizeof(out->visit), stmt_get_text(s, i++));
	out->why = (uint64_t)stmt_get_int(s, i++);
	out->images = stmt_get_int(s, i++);
	out->slices = stmt_get_int(s, i++);
	str_copy(out->gap, sizeof(out->gap), stmt_get_text(s, i++));
	str_copy(out->missing, sizeof(out->missing), stmt_get_text(s, i++));
	str_copy(out->spacing, sizeof(out->spacing), stmt_get_text(s, i++));
	str_copy(out->manifest, sizeof(out->manifest), stmt_get_text(s, i++));
	out->arrived = stmt_get_int(s, i++);
	for (int a = 0; a < ATTR_COUNT; a++)
		if (attr_table[a].level != ATTR_LEVEL_IMAGE) {
			out->value[a] = stmt_is_null(s, i) ? NULL : mem_string(stmt_get_text(s, i));
			i++;
		}
}

static void
copy_value(char *to, size_t size, const struct series *s, enum attr a)
{
	str_copy(to, size, s->value[a] != NULL ? s->value[a] : "");
}

enum rc
catalog_series(struct ledger *l, int64_t id, struct series *out, struct err *e)
{
	struct buf sql = { 0 };
	struct stmt *s;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	buf_text(&sql,
		"SELECT series.id, revision, state, trial, site, subject, visit, why, images,"
		" slices, gap, missing, spacing, manifest, series.arrived");
	for (int a = 0; a < ATTR_COUNT; a++)
		if (attr_table[a].level != ATTR_LEVEL_IMAGE)
			buf_format(&sql, ", %s", attr_table[a].column);
	buf_text(&sql, " FROM series JOIN exam ON exam.id = series.exam WHERE series.id = $1");
	s = db_query_once(ledger_db(l), sql.data);
	buf_release(&sql);
	stmt_int(s, 1, id);
	rc = stmt_step(s, e);
	if (rc == RC_OK)
		fill_series(out, s);
	mask_series(l, out);
	stmt_free(s);
	if (rc == RC_NOT_FOUND)
		return err_set(e, rc, "there is no series S-%04lld", (long long)id);
	copy_value(out->uid, sizeof(out->uid), out, ATTR_SERIES_UID);
	copy_value(out->exam_uid, sizeof(out->exam_uid), out, ATTR_STUDY_UID);
	copy_value(out->patient_name, sizeof(out->patient_name), out, ATTR_PATIENT_NAME);
	copy_value(out->patient_id, sizeof(out->patient_id), out, ATTR_PATIENT_ID);
	copy_value(out->modality, sizeof(out->modality), out, ATTR_MODALITY);
	copy_value(out->description, sizeof(out->description), out, ATTR_SERIES_DESC);
	return rc;
}

static void
fill_image(struct image *im, struct stmt *s)
{
	memset(im, 0, sizeof(*im));
	im->id = stmt_get_int(s, 0);
	str_copy(im->sop_uid, sizeof(im->sop_uid), stmt_get_text(s, 1));
	str_copy(im->digest, sizeof(im->digest), stmt_get_text(s, 2));
	im->slices = stmt_get_int(s, 3);
	str_copy(im->fault, sizeof(im->fault), stmt_get_text(s, 4));
	str_copy(im->position, sizeof(im->position), stmt_get_text(s, 5));
	str_copy(im->orientation, sizeof(im->orientation), stmt_get_text(s, 6));
	str_copy(im->patient_orientation, sizeof(im->patient_orientation), stmt_get_text(s, 7));
	str_int(stmt_get_text(s, 8), -2147483647L, 2147483647L, &im->number);
	str_copy(im->pixel_spacing, sizeof(im->pixel_spacing), stmt_get_text(s, 9));
	str_copy(im->detector_spacing, sizeof(im->detector_spacing), stmt_get_text(s, 10));
}

enum rc
catalog_images(struct ledger *l, int64_t series, struct image **out, size_t *n, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT id, sop_uid, digest, slices, fault, image_position, image_orientation,"
		" patient_orientation, instance_number, pixel_spacing, imager_pixel_spacing"
		" FROM image WHERE series = $1 ORDER BY place, id");
	struct image *list = NULL;
	size_t count = 0, room = 0;
	enum rc rc;

	*out = NULL;
	*n = 0;
	stmt_int(s, 1, series);
	while ((rc = stmt_step(s, e)) == RC_OK) {
		if (count == room) {
			room = room > 0 ? 2 * room : 64;
			list = mem_grow(list, room, sizeof(*list));
		}
		fill_image(&list[count++], s);
	}
	if (rc != RC_NOT_FOUND) {
		free(list);
		return rc;
	}
	*out = list;
	*n = count;
	return RC_OK;
}

enum rc
catalog_alike(
	struct ledger *l, int64_t series, const struct catalog_kin *kin, size_t *n, struct err *e)
{
	static const char alike[] =
		"SELECT other.id FROM series this JOIN exam mine ON mine.id = this.exam"
		" JOIN exam theirs ON theirs.trial = mine.trial AND theirs.subject = mine.subject"
		" JOIN series other ON other.exam = theirs.id"
		" WHERE this.id = $1 AND mine.subject <> '' AND other.id <> this.id"
		" AND other.slices >= $2"
		" ORDER BY CASE WHEN other.modality = this.modality THEN 0 ELSE 1 END,"
		" CASE WHEN other.series_description = this.series_description THEN 0 ELSE 1 END,"
		" CASE WHEN other.id < this.id THEN 0 ELSE 1 END,"
		" CASE WHEN other.id < this.id THEN this.id - other.id ELSE other.id END";
	struct stmt *s;
	enum rc rc;

	*n = 0;
	/* which series are of one subject, and which came first, is what is blinded */
	if (blind_place(l, BLIND_SUBJECT) || blind_place(l, BLIND_VISIT))
		return RC_OK;
	s = db_query(ledger_db(l), alike);
	stmt_int(s, 1, series);
	stmt_int(s, 2, kin->pictures ? 1 : 0);
	while ((rc = stmt_step(s, e)) == RC_OK && *n < kin->most)
		kin->out[(*n)++] = stmt_get_int(s, 0);
	stmt_done(s);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc
catalog_header(struct ledger *l, int64_t image, char **json, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l), "SELECT json FROM header WHERE image = $1");
	enum rc rc;

	stmt_int(s, 1, image);
	rc = stmt_step(s, e);
	if (rc == RC_OK)
		*json = blind_header(l, mem_string(stmt_get_text(s, 0)));
	stmt_done(s);
	return rc == RC_NOT_FOUND ? err_set(e, rc, "there is no such image") : rc;
}

enum rc
catalog_image_attr(
	struct ledger *l, int64_t image, enum attr a, char *to, size_t size, struct err *e)
{
	char *sql = mem_format("SELECT %s FROM image WHERE id = $1", attr_table[a].column);
	struct stmt *s = db_query_once(ledger_db(l), sql);
	enum rc rc;

	stmt_int(s, 1, image);
	rc = stmt_step(s, e);
	str_copy(to, size, rc == RC_OK ? stmt_get_text(s, 0) : "");
	stmt_free(s);
	free(sql);
	return rc == RC_NOT_FOUND ? err_set(e, rc, "there is no such image") : rc;
}

enum rc
catalog_digest(struct ledger *l, const char *sop_uid, char digest[DIGEST_HEX], struct err *e)
{
	struct stmt *s = db_query(ledger_db(l), "SELECT digest FROM image WHERE sop_uid = $1");
	enum rc rc;

	stmt_text(s, 1, sop_uid);
	rc = stmt_step(s, e);
	if (rc == RC_OK)
		str_copy(digest, DIGEST_HEX, stmt_get_text(s, 0));
	stmt_done(s);
	return rc == RC_NOT_FOUND ? err_set(e, rc, "no image has that SOP Instance UID") : rc;
}
