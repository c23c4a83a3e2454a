/* What an Orthanc has and what changed there, by its own interface: five times faster than its searches by DICOMweb, and in UTF-8.
 * Series do not tell of their study there, so the studies are read first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/dicom/dictionary.h"
#include "core/source/json.h"
#include "core/source/orthanc.h"
#include "core/source/seen.h"

enum { PAGE = 1000, CHANGES_PAGE = 1000 };

struct keyword {
	const char *text;
	int attr;
};

struct sweep {
	struct keyword keyword[ATTR_COUNT]; /* sorted */
	struct web *w;
	const struct remote_query *q;
	const char *level; /* of the list that is read: "Study", "Series" */
	struct seen_set *seen;
	json_t *studies; /* by Orthanc's name */
	char *query;
	enum rc (*each)(void *ctx, const struct remote_series *s, struct err *e);
	void *ctx;
};

/* ---- rows ---- */

/* Its tags go by the keywords of PS3.6. */
static int
by_keyword(const void *a, const void *b)
{
	return strcmp(((const struct keyword *)a)->text, ((const struct keyword *)b)->text);
}

static void
index_keywords(struct keyword list[ATTR_COUNT])
{
	for (int i = 0; i < ATTR_COUNT; i++) {
		list[i].attr = i;
		list[i].text = dictionary_keyword(
			(uint32_t)attr_table[i].group << 16 | attr_table[i].element);
	}
	qsort(list, ATTR_COUNT, sizeof(*list), by_keyword);
}

static void
fill_header(const struct sweep *s, struct header *h, const json_t *tags)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)tags, name, value)
	{
		struct keyword key = { .text = name };
		const struct keyword *at =
			bsearch(&key, s->keyword, ATTR_COUNT, sizeof(key), by_keyword);
		const char *text = json_string_value(value);

		if (at == NULL || text == NULL || h->value[at->attr] != NULL ||
			(attr_table[at->attr].kind == ATTR_KIND_UID && !json_is_uid(text)))
			continue;
		h->value[at->attr] = mem_string(text);
		str_clean(h->value[at->attr]);
	}
}

static bool
fill_series(const struct sweep *w, struct remote_series *s, const json_t *row, const json_t *study)
{
	fill_header(w, s->header, json_object_get(row, "MainDicomTags"));
	fill_header(w, s->header, json_object_get(study, "MainDicomTags"));
	fill_header(w, s->header, json_object_get(study, "PatientMainDicomTags"));
	s->header->json = mem_string("{}");
	s->images = (int64_t)json_array_size(json_object_get(row, "Instances"));
	json_member(row, "ID", s->address, sizeof(s->address));
	str_copy(s->study_uid, sizeof(s->study_uid), header_text(s->header, ATTR_STUDY_UID));
	str_copy(s->series_uid, sizeof(s->series_uid), header_text(s->header, ATTR_SERIES_UID));
	return orthanc_is_id(s->address) && json_is_uid(s->study_uid) && json_is_uid(s->series_uid);
}

/* The study of a series: known, or asked for where it came after the studies were read.  NULL: gone. */
static enum rc
study_of(struct sweep *s, const json_t *row, json_t **out, struct err *e)
{
	char id[REMOTE_ADDRESS], path[WEB_PATH];
	enum rc rc;

	json_member(row, "ParentStudy", id, sizeof(id));
	*out = json_object_get(s->studies, id);
	if (*out != NULL || !orthanc_is_id(id))
		return RC_OK;
	snprintf(path, sizeof(path), "/studies/%s", id);
	rc = web_json(s->w, path, NULL, out, e);
	if (rc == RC_OK)
		json_object_set_new(s->studies, id, *out);
	return rc;
}

static enum rc
give_series(struct sweep *s, const json_t *row, const json_t *study, struct err *e)
{
	struct remote_series found = { .header = mem_zero(1, sizeof(*found.header)) };
	enum rc rc = RC_OK;

	if (fill_series(s, &found, row, study) && driver_matches(s->q, &found))
		rc = s->each(s->ctx, &found, e);
	header_free(found.header);
	return rc;
}

static enum rc
on_study(void *ctx, const json_t *row, bool *fresh, struct err *e)
{
	struct sweep *s = ctx;
	char id[REMOTE_ADDRESS];
	json_t *kept = json_object();

	(void)e;
	json_member(row, "ID", id, sizeof(id));
	*fresh = seen_add(s->seen, id) != SEEN_NOW;
	json_object_set(kept, "MainDicomTags", json_object_get(row, "MainDicomTags"));
	json_object_set(kept, "PatientMainDicomTags", json_object_get(row, "PatientMainDicomTags"));
	json_object_set_new(s->studies, id, kept);
	return RC_OK;
}

/* Not while pages are read: the line is busy with them.  A series whose study is not known yet waits for the next pass. */
static enum rc
on_series(void *ctx, const json_t *row, bool *fresh, struct err *e)
{
	struct sweep *s = ctx;
	char id[REMOTE_ADDRESS], parent[REMOTE_ADDRESS];
	const json_t *study;
	enum seen was;

	json_member(row, "ID", id, sizeof(id));
	json_member(row, "ParentStudy", parent, sizeof(parent));
	study = json_object_get(s->studies, parent);
	if (study == NULL) {
		*fresh = true;
		return RC_OK;
	}
	was = seen_add(s->seen, id);
	*fresh = was != SEEN_NOW;
	return was == SEEN_NEVER ? give_series(s, row, study, e) : RC_OK;
}

/* ---- pages ---- */

static void
ask_page(void *ctx, size_t from, size_t count, struct http_request *r, char *path)
{
	const struct sweep *s = ctx;
	char *body = mem_format("{\"Level\":\"%s\",\"Expand\":true,\"Since\":%zu,\"Limit\":%zu,%s",
		s->level, from, count, s->query + 1);

	snprintf(path, WEB_PATH, "/tools/find");
	r->headers[0] = "Content-Type: application/json";
	r->body = body;
	r->n = strlen(body);
}

static void
add_key(json_t *o, const char *key, const char *value)
{
	if (value[0] != '\0' && strpbrk(value, "*?\\") == NULL)
		json_object_set_new(o, key, json_string(value));
}

/* The members "Query" and "Labels" of the question.  Series are asked for by what their study is too. */
static char *
query_text(const struct remote_query *q, bool series)
{
	json_t *all = json_object(), *keys = json_object();
	char dates[20], *text;

	json_object_set_new(all, "Query", keys);
	add_key(keys, "PatientID", q->patient);
	add_key(keys, "StudyInstanceUID", q->study_uid);
	if (series) {
		add_key(keys, "Modality", q->modality);
		add_key(keys, "SeriesInstanceUID", q->series_uid);
	}
	snprintf(dates, sizeof(dates), "%s-%s", q->from, q->to);
	if (strlen(dates) > 1)
		add_key(keys, "StudyDate", dates);
	if (series && q->label[0] != '\0')
		json_object_set_new(all, "Labels", json_pack("[s]", q->label));
	text = json_dumps(all, JSON_COMPACT);
	json_decref(all);
	return text != NULL ? text : mem_string("{\"Query\":{}}");
}

/* How far its changes and its series are: the same before and after means that no page moved. */
struct mark {
	json_int_t last, series;
};

static enum rc
take_mark(struct web *w, struct mark *m, struct err *e)
{
	json_t *o;
	enum rc rc = web_json(w, "/changes?last", NULL, &o, e);

	if (rc != RC_OK)
		return rc;
	m->last = json_integer_value(json_object_get(o, "Last"));
	json_decref(o);
	rc = web_json(w, "/statistics", NULL, &o, e);
	if (rc == RC_OK)
		m->series = json_integer_value(json_object_get(o, "CountSeries"));
	json_decref(o);
	return rc;
}

static enum rc
read_list(struct sweep *s, const char *level, bool series, size_t *pages, struct err *e)
{
	struct web_pages p = {
		.ask = ask_page, .each = series ? on_series : on_study, .ctx = s, .count = PAGE
	};
	enum rc rc;

	s->level = level;
	s->query = query_text(s->q, series);
	rc = web_pages(s->w, &p, pages, e);
	free(s->query);
	s->query = NULL;
	return rc;
}

static enum rc
read_studies(struct sweep *s, struct err *e)
{
	struct seen_set *seen = s->seen;
	size_t pages;
	enum rc rc;

	s->seen = seen_new();
	rc = read_list(s, "Study", false, &pages, e);
	seen_free(s->seen);
	s->seen = seen;
	return rc;
}

/* Passes, until nothing moved during one or two of them agree. */
static enum rc
sweep_passes(struct sweep *s, struct err *e)
{
	for (int pass = 0; pass < WEB_PASSES_MOST; pass++) {
		struct mark before = { 0 }, after = { 0 };
		size_t pages;
		enum rc rc = take_mark(s->w, &before, e);

		rc = rc == RC_OK ? read_studies(s, e) : rc;
		rc = rc == RC_OK ? read_list(s, "Series", true, &pages, e) : rc;
		rc = rc == RC_OK ? take_mark(s->w, &after, e) : rc;
		if (rc != RC_OK)
			return rc;
		if ((before.last == after.last && before.series == after.series) ||
			seen_agrees(s->seen))
			return RC_OK;
		seen_pass(s->seen);
	}
	return err_set(e, RC_BUSY, "the list changes faster than it can be read");
}

enum rc
orthanc_sweep(struct driver *d, const struct remote_query *q,
	enum rc (*each)(void *ctx, const struct remote_series *s, struct err *e), void *ctx,
	struct err *e)
{
	struct sweep s = { .w = (struct web *)d, .q = q, .each = each, .ctx = ctx };
	enum rc rc;

	if (q->label[0] != '\0' && !web_can(s.w, QUIRK(LABELS)))
		return err_set(e, RC_UNSUPPORTED, "the server has no labels");
	index_keywords(s.keyword);
	s.seen = seen_new();
	s.studies = json_object();
	rc = sweep_passes(&s, e);
	json_decref(s.studies);
	seen_free(s.seen);
	return rc;
}

/* ---- changes ---- */

/* A series that may have changed, as it is now; one that is gone meanwhile is not told. */
static enum rc
tell_series(struct sweep *s, const char *id, struct err *e)
{
	char path[WEB_PATH];
	json_t *row, *study;
	struct err why = { 0 };
	enum rc rc;

	snprintf(path, sizeof(path), "/series/%s", id);
	rc = web_json(s->w, path, NULL, &row, &why);
	if (rc == RC_OK)
		rc = study_of(s, row, &study, &why);
	if (rc == RC_OK && study != NULL)
		rc = give_series(s, row, study, e);
	else if (rc == RC_NOT_FOUND)
		rc = RC_OK;
	else if (rc != RC_OK)
		err_set(e, rc, "%s", why.text);
	json_decref(row);
	return rc;
}

static enum rc
take_change(struct sweep *s, const json_t *change, struct err *e)
{
	const char *type = json_string_value(json_object_get(change, "ResourceType"));
	char id[REMOTE_ADDRESS];

	json_member(change, "ID", id, sizeof(id));
	if (type == NULL || strcmp(type, "Series") != 0 || !orthanc_is_id(id) ||
		seen_add(s->seen, id) == SEEN_NOW)
		return RC_OK;
	return tell_series(s, id, e);
}

static enum rc
take_changes(struct sweep *s, json_int_t *since, bool *over, struct err *e)
{
	char path[WEB_PATH];
	json_t *o;
	const json_t *list;
	enum rc rc;

	snprintf(path, sizeof(path), "/changes?since=%" JSON_INTEGER_FORMAT "&limit=%d", *since,
		CHANGES_PAGE);
	rc = web_json(s->w, path, NULL, &o, e);
	if (rc != RC_OK)
		return rc;
	list = json_object_get(o, "Changes");
	for (size_t i = 0; i < json_array_size(list) && rc == RC_OK; i++)
		rc = take_change(s, json_array_get(list, i), e);
	*over = json_array_size(list) == 0 || json_is_true(json_object_get(o, "Done"));
	if (json_array_size(list) > 0)
		*since = json_integer_value(json_object_get(o, "Last"));
	json_decref(o);
	return rc;
}

enum rc
orthanc_changes(struct driver *d, char token[REMOTE_TOKEN],
	enum rc (*each)(void *ctx, const struct remote_series *s, struct err *e), void *ctx,
	struct err *e)
{
	static const struct remote_query all;
	struct sweep s = { .w = (struct web *)d, .q = &all, .each = each, .ctx = ctx };
	struct mark now = { 0 };
	json_int_t since = strtoll(token, NULL, 10), was;
	bool over = token[0] == '\0';
	enum rc rc = take_mark(s.w, &now, e);

	if (rc != RC_OK)
		return rc;
	if (over)
		since = now.last;
	else if (since > now.last) {
		token[0] = '\0';
		return err_set(e, RC_NOT_FOUND, "the server's list of changes began anew");
	}
	index_keywords(s.keyword);
	s.seen = seen_new();
	s.studies = json_object();
	do {
		was = since;
		rc = over ? RC_OK : take_changes(&s, &since, &over, e);
	} while (rc == RC_OK && !over && since > was);
	json_decref(s.studies);
	seen_free(s.seen);
	if (rc == RC_OK)
		snprintf(token, REMOTE_TOKEN, "%" JSON_INTEGER_FORMAT, since);
	return rc;
}
