/* What studies say about verdicts. */
#include "core/ledger/charter.h"

#include <string.h>

#include "core/base/str.h"

/* The scheme of what a site or study adds. */
#define PRIVATE_SCHEME "99WETREAD"

/* ---- the file ---- */

static json_t *
loaded(struct stmt *s)
{
	json_t *j = NULL;

	if (stmt_step(s, NULL) == RC_OK)
		j = json_loads(stmt_get_text(s, 0), 0, NULL);
	stmt_done(s);
	return j;
}

/* To be given back; NULL where no study was applied. */
static json_t *
study_of(struct ledger *l, int64_t series)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT v.body FROM series q JOIN exam x ON x.id = q.exam JOIN study_version v ON"
		" v.study = x.trial WHERE q.id = $1 ORDER BY v.id DESC LIMIT 1");

	stmt_int(s, 1, series);
	return loaded(s);
}

static json_t *
study_of_uid(struct ledger *l, const char *series_uid)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT v.body FROM series q JOIN exam x ON x.id = q.exam JOIN study_version v ON"
		" v.study = x.trial WHERE q.series_uid = $1 ORDER BY v.id DESC LIMIT 1");

	stmt_text(s, 1, series_uid);
	return loaded(s);
}

static const char *
text_of(const json_t *o, const char *name)
{
	const char *t = json_string_value(json_object_get(o, name));

	return t != NULL ? t : "";
}

/* ---- reasons ---- */

static void
take_own(struct charter_reason *to, const struct reason *r)
{
	memset(to, 0, sizeof(*to));
	str_copy(to->code, sizeof(to->code), r->code);
	str_copy(to->scheme, sizeof(to->scheme), r->scheme);
	str_copy(to->meaning, sizeof(to->meaning), r->meaning);
	str_copy(to->group, sizeof(to->group), r->group);
	to->action = r->action;
	to->phi = r->phi;
}

static void
take_study(struct charter_reason *to, const json_t *r)
{
	const char *action = text_of(r, "action");

	memset(to, 0, sizeof(*to));
	str_copy(to->code, sizeof(to->code), text_of(r, "code"));
	str_copy(to->scheme, sizeof(to->scheme), PRIVATE_SCHEME);
	str_copy(to->meaning, sizeof(to->meaning), text_of(r, "meaning"));
	str_copy(to->group, sizeof(to->group), text_of(r, "group"));
	to->action = strcmp(action, "reject") == 0 ? REASON_REJECT
		: strcmp(action, "query") == 0     ? REASON_QUERY
						   : REASON_FLAG;
	to->phi = json_is_true(json_object_get(r, "phi"));
}

static bool
find_in(const json_t *study, const char *code, struct charter_reason *out)
{
	const json_t *r;
	size_t i;

	json_array_foreach(
		json_object_get(study, "reasons"), i, r) if (strcmp(text_of(r, "code"), code) == 0)
	{
		take_study(out, r);
		return true;
	}
	return false;
}

bool
charter_find(struct ledger *l, int64_t series, const char *code, struct charter_reason *out)
{
	const struct reason *own = reason_find(code);
	struct stmt *s;
	bool found = false;

	if (own != NULL) {
		take_own(out, own);
		return true;
	}
	s = db_query(ledger_db(l),
		"SELECT v.body FROM series q JOIN exam x ON x.id = q.exam JOIN study_version v ON"
		" v.study = x.trial WHERE q.id = $1 ORDER BY v.id DESC");
	stmt_int(s, 1, series);
	while (!found && stmt_step(s, NULL) == RC_OK) {
		json_t *study = json_loads(stmt_get_text(s, 0), 0, NULL);

		found = find_in(study, code, out);
		json_decref(study);
	}
	stmt_done(s);
	return found;
}

static bool
fits(const json_t *r, const char *modality)
{
	const json_t *list = json_object_get(r, "modalities"), *m;
	size_t i;

	json_array_foreach(list, i, m) if (json_is_string(m) &&
		strcmp(json_string_value(m), modality) == 0) return true;
	return json_array_size(list) == 0;
}

size_t
charter_reasons(struct ledger *l, int64_t series, const char *modality,
	struct charter_reason out[CHARTER_REASONS])
{
	json_t *study = study_of(l, series);
	const json_t *r;
	size_t i, n = 0;

	json_array_foreach(json_object_get(study, "reasons"), i,
		r) if (n < CHARTER_REASONS && fits(r, modality)) take_study(&out[n++], r);
	json_decref(study);
	return n;
}

/* ---- the rest ---- */

double
charter_double_percent(struct ledger *l, const char *series_uid, const char *step)
{
	json_t *study = study_of_uid(l, series_uid);
	const json_t *st, *percent;
	double found = -1;
	size_t i;

	json_array_foreach(json_object_get(study, "steps"), i, st)
	{
		percent = json_object_get(st, "double_read_percent");
		if (strcmp(text_of(st, "id"), step) == 0 && json_is_number(percent))
			found = json_number_value(percent);
	}
	json_decref(study);
	return found;
}

struct charter_terminal
charter_terminal(struct ledger *l, int64_t series)
{
	json_t *study = study_of(l, series);
	const json_t *t = json_object_get(study, "terminal");
	struct charter_terminal out = {
		.columns = (int)json_integer_value(json_object_get(t, "columns")),
		.rows = (int)json_integer_value(json_object_get(t, "rows")),
		.greys = (int)json_integer_value(json_object_get(t, "greys")),
	};

	json_decref(study);
	return out;
}

int64_t
charter_version(struct ledger *l, int64_t series)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT max(v.id) FROM series q JOIN exam x ON x.id = q.exam JOIN study_version v "
		"ON"
		" v.study = x.trial WHERE q.id = $1");
	int64_t id;

	stmt_int(s, 1, series);
	id = stmt_step(s, NULL) == RC_OK ? stmt_get_int(s, 0) : 0;
	stmt_done(s);
	return id;
}
