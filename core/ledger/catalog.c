/* Adding images to the catalog: a batch is one transaction with its events. */
#include "core/ledger/catalog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/catalog_in.h"

/* What a new row says beyond the attributes of its level. */
struct extra {
	const char *name;
	const char *text; /* NULL: number */
	int64_t number;
};

static const char *const level_tables[] = {
	[ATTR_LEVEL_STUDY] = "exam",
	[ATTR_LEVEL_SERIES] = "series",
	[ATTR_LEVEL_IMAGE] = "image",
};

enum { EXTRAS_MOST = 16 };

static struct stmt *
insert_statement(struct catalog_batch *b, enum attr_level level, const struct extra *extra, size_t n)
{
	struct buf names = { 0 }, values = { 0 }, sql = { 0 };
	int at = 1;

	if (b->insert[level] != NULL)
		return b->insert[level];
	buf_text(&names, "id");
	buf_text(&values, "$1");
	for (int a = 0; a < ATTR_COUNT; a++) {
		if (attr_table[a].level != level)
			continue;
		buf_format(&names, ", %s", attr_table[a].column);
		buf_format(&values, ", $%d", ++at);
	}
	for (size_t i = 0; i < n; i++) {
		buf_format(&names, ", %s", extra[i].name);
		buf_format(&values, ", $%d", ++at);
	}
	buf_format(&sql, "INSERT INTO %s (%s) VALUES (%s)", level_tables[level], names.data,
		values.data);
	b->insert[level] = db_query_once(ledger_db(b->l), sql.data);
	buf_release(&names);
	buf_release(&values);
	buf_release(&sql);
	return b->insert[level];
}

static enum rc
insert_level(struct catalog_batch *b, enum attr_level level, int64_t id, const struct header *h,
	const char *uid, const struct extra *extra, size_t n, struct err *e)
{
	struct stmt *s = insert_statement(b, level, extra, n);
	int at = 1;

	stmt_done(s);
	stmt_int(s, 1, id);
	for (int a = 0; a < ATTR_COUNT; a++) {
		bool key = a == ATTR_STUDY_UID || a == ATTR_SERIES_UID || a == ATTR_SOP_UID;

		if (attr_table[a].level == level)
			stmt_text(s, ++at, key ? uid : h->value[a]);
	}
	for (size_t i = 0; i < n; i++) {
		if (extra[i].text != NULL)
			stmt_text(s, ++at, extra[i].text);
		else
			stmt_int(s, ++at, extra[i].number);
	}
	return stmt_run(s, e);
}

enum rc
catalog_batch_begin(
	struct catalog_batch **out, struct ledger *l, const struct signer *who, struct err *e)
{
	struct catalog_batch *b;
	enum rc rc = ledger_begin(l, e);

	if (rc != RC_OK)
		return rc;
	b = mem_zero(1, sizeof(*b));
	b->l = l;
	b->who = who;
	b->arrived = json_object();
	b->conflicts = json_object();
	*out = b;
	return RC_OK;
}

static int64_t
find_uid(struct stmt *s, const char *uid)
{
	int64_t id = 0;

	stmt_text(s, 1, uid);
	if (stmt_step(s, NULL) == RC_OK)
		id = stmt_get_int(s, 0);
	stmt_done(s);
	return id;
}

/* An object without a Study or Series Instance UID is kept, in a group of its own, and flagged. */
static void
group_uid(const struct header *h, enum attr a, const char *digest, char uid[72])
{
	if (!str_empty(header_text(h, a)))
		str_copy(uid, 72, header_text(h, a));
	else
		snprintf(uid, 72, "none.%.32s", digest);
}

static const char *
first_of(const struct header *h, enum attr a, enum attr b)
{
	const char *v = header_text(h, a);

	return str_empty(v) ? header_text(h, b) : v;
}

static enum rc
need_exam(struct catalog_batch *b, const struct catalog_image *im, int64_t *id, struct err *e)
{
	const struct header *h = im->header;
	struct extra extra[] = {
		{ .name = "trial", .text = header_text(h, ATTR_TRIAL_PROTOCOL) },
		{ .name = "site", .text = header_text(h, ATTR_TRIAL_SITE) },
		{ .name = "subject", .text = first_of(h, ATTR_TRIAL_SUBJECT, ATTR_PATIENT_ID) },
		{ .name = "visit", .text = header_text(h, ATTR_TRIAL_VISIT) },
	};
	char uid[72];

	group_uid(h, ATTR_STUDY_UID, im->digest, uid);
	*id = find_uid(db_query(ledger_db(b->l), "SELECT id FROM exam WHERE study_uid = $1"), uid);
	if (*id != 0)
		return RC_OK;
	*id = ledger_next(b->l, "SELECT max(id) FROM exam");
	return insert_level(b, ATTR_LEVEL_STUDY, *id, h, uid, extra, MEM_COUNT(extra), e);
}

enum rc
catalog_need_series(
	struct catalog_batch *b, const struct catalog_image *im, int64_t *id, struct err *e)
{
	int64_t exam = 0;
	struct extra extra[] = {
		{ .name = "exam" },
		{ .name = "state", .text = "quarantined" },
		{ .name = "revision" },
		{ .name = "settled" },
		{ .name = "why" },
		{ .name = "images" },
		{ .name = "slices" },
		{ .name = "gap", .text = "" },
		{ .name = "missing", .text = "" },
		{ .name = "spacing", .text = "" },
		{ .name = "manifest", .text = "" },
		{ .name = "pixels", .text = "" },
		{ .name = "arrived", .number = ledger_now(b->l) },
	};
	char uid[72];
	enum rc rc;

	group_uid(im->header, ATTR_SERIES_UID, im->digest, uid);
	*id = find_uid(
		db_query(ledger_db(b->l), "SELECT id FROM series WHERE series_uid = $1"), uid);
	if (*id != 0)
		return RC_OK;
	rc = need_exam(b, im, &exam, e);
	if (rc != RC_OK)
		return rc;
	extra[0].number = exam;
	*id = ledger_next(b->l, "SELECT max(id) FROM series");
	return insert_level(b, ATTR_LEVEL_SERIES, *id, im->header, uid, extra, MEM_COUNT(extra), e);
}

static enum rc
insert_image(struct catalog_batch *b, const struct catalog_image *im, int64_t series, struct err *e)
{
	struct extra extra[] = {
		{ .name = "series", .number = series },
		{ .name = "place" },
		{ .name = "digest", .text = im->digest },
		{ .name = "bytes", .number = im->bytes },
		{ .name = "pixel_digest", .text = im->pixel_digest },
		{ .name = "flags", .number = im->header->flags },
		{ .name = "slices", .number = im->header->frames },
		{ .name = "fault", .text = im->fault },
		{ .name = "arrived", .number = ledger_now(b->l) },
	};
	int64_t id = ledger_next(b->l, "SELECT max(id) FROM image");
	struct stmt *s;
	enum rc rc;

	rc = insert_level(b, ATTR_LEVEL_IMAGE, id, im->header,
		header_text(im->header, ATTR_SOP_UID), extra, MEM_COUNT(extra), e);
	if (rc != RC_OK)
		return rc;
	s = db_query(ledger_db(b->l), "INSERT INTO header VALUES ($1, $2)");
	stmt_int(s, 1, id);
	stmt_text(s, 2, im->header->json);
	return stmt_run(s, e);
}

static enum rc
unsettle(struct catalog_batch *b, int64_t series, struct err *e)
{
	struct stmt *s = db_query(ledger_db(b->l),
		"UPDATE series SET settled = 0, revision = revision + 1 WHERE id = $1");

	stmt_int(s, 1, series);
	return stmt_run(s, e);
}

static void
note(json_t *by_series, int64_t series, const struct catalog_image *im)
{
	char key[24], header[DIGEST_HEX];
	struct digest sum;
	json_t *list;

	digest_begin(&sum);
	digest_add(&sum, im->header->json, strlen(im->header->json));
	digest_end(&sum, header);
	snprintf(key, sizeof(key), "%lld", (long long)series);
	list = json_object_get(by_series, key);
	if (list == NULL) {
		list = json_array();
		json_object_set_new(by_series, key, list);
	}
	json_array_append_new(list,
		json_pack("[s, s, s, s]", header_text(im->header, ATTR_SOP_UID), im->digest,
			im->pixel_digest, header));
}

/* The image is there with other bytes: both stay, the series is flagged. */
static enum rc
add_conflict(struct catalog_batch *b, const struct catalog_image *im, int64_t image, int64_t series,
	enum catalog_outcome *outcome, struct err *e)
{
	struct stmt *s = db_query(
		ledger_db(b->l), "SELECT id FROM conflict WHERE sop_uid = $1 AND digest = $2");
	bool known;
	enum rc rc;

	stmt_text(s, 1, header_text(im->header, ATTR_SOP_UID));
	stmt_text(s, 2, im->digest);
	known = stmt_step(s, NULL) == RC_OK;
	stmt_done(s);
	*outcome = known ? CATALOG_DUPLICATE : CATALOG_CONFLICT;
	if (known)
		return RC_OK;

	s = db_query(ledger_db(b->l), "INSERT INTO conflict VALUES ($1, $2, $3, $4, $5, $6, $7)");
	stmt_int(s, 1, ledger_next(b->l, "SELECT max(id) FROM conflict"));
	stmt_text(s, 2, header_text(im->header, ATTR_SOP_UID));
	stmt_text(s, 3, im->digest);
	stmt_int(s, 4, im->bytes);
	stmt_int(s, 5, image);
	stmt_int(s, 6, series);
	stmt_int(s, 7, ledger_now(b->l));
	rc = stmt_run(s, e);
	if (rc == RC_OK)
		rc = unsettle(b, series, e);
	note(b->conflicts, series, im);
	return rc;
}

enum rc
catalog_add(struct catalog_batch *b, const struct catalog_image *im, enum catalog_outcome *outcome,
	struct err *e)
{
	struct stmt *s = db_query(
		ledger_db(b->l), "SELECT id, series, digest FROM image WHERE sop_uid = $1");
	int64_t image = 0, series = 0;
	bool same = false;
	enum rc rc;

	stmt_text(s, 1, header_text(im->header, ATTR_SOP_UID));
	if (stmt_step(s, NULL) == RC_OK) {
		image = stmt_get_int(s, 0);
		series = stmt_get_int(s, 1);
		same = strcmp(stmt_get_text(s, 2), im->digest) == 0;
	}
	stmt_done(s);
	*outcome = CATALOG_DUPLICATE;
	if (same)
		return RC_OK;
	if (image != 0)
		return add_conflict(b, im, image, series, outcome, e);

	*outcome = CATALOG_NEW;
	rc = catalog_need_series(b, im, &series, e);
	if (rc == RC_OK)
		rc = known_fill(b, series, im->header, e);
	if (rc == RC_OK)
		rc = insert_image(b, im, series, e);
	if (rc == RC_OK)
		rc = unsettle(b, series, e);
	note(b->arrived, series, im);
	return rc;
}

static enum rc
write_events(struct catalog_batch *b, json_t *by_series, const char *action, struct err *e)
{
	const char *key;
	json_t *list;
	enum rc rc = RC_OK;

	json_object_foreach(by_series, key, list)
	{
		struct event ev = { .action = action, .kind = "series", .object = key };

		ev.data = json_pack("{s:O}", "images", list);
		rc = event_append(b->l, b->who, &ev, NULL, e);
		if (rc != RC_OK)
			break;
	}
	return rc;
}

enum rc
catalog_batch_end(struct catalog_batch *b, enum rc rc, struct err *e)
{
	if (rc == RC_OK)
		rc = write_events(b, b->arrived, "images-arrived", e);
	if (rc == RC_OK)
		rc = write_events(b, b->conflicts, "images-conflict", e);
	for (size_t i = 0; i < MEM_COUNT(b->insert); i++)
		stmt_free(b->insert[i]);
	rc = ledger_end(b->l, rc, e);
	json_decref(b->arrived);
	json_decref(b->conflicts);
	free(b);
	return rc;
}
