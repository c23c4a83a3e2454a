/* Blinding. */
#include "core/ledger/blind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/ledger_in.h"

enum { SECRETS = 64, SECRET_LEAST = 3 /* characters: less is in half of all texts */ };

/* One thing under several names: with one of them all are blinded. */
static const struct {
	enum blind_place place;
	const char *name;
	enum attr attr[4]; /* ATTR_COUNT at the end */
} places[BLIND_PLACES] = {
	[BLIND_SITE] = { BLIND_SITE, "site", { ATTR_TRIAL_SITE, ATTR_INSTITUTION, ATTR_COUNT } },
	[BLIND_SUBJECT] = { BLIND_SUBJECT, "subject",
		{ ATTR_TRIAL_SUBJECT, ATTR_PATIENT_ID, ATTR_PATIENT_NAME, ATTR_COUNT } },
	[BLIND_VISIT] = { BLIND_VISIT, "visit", { ATTR_TRIAL_VISIT, ATTR_COUNT } },
};

static bool
may_be_blinded(const struct attr_info *a)
{
	return a->level != ATTR_LEVEL_IMAGE && a->kind != ATTR_KIND_UID;
}

static enum attr
find_attr(const char *field)
{
	int a = 0;

	while (a < ATTR_COUNT &&
		(strcmp(attr_table[a].column, field) != 0 || !may_be_blinded(&attr_table[a])))
		a++;
	return (enum attr)a;
}

bool
blind_field_known(const char *field)
{
	for (int p = 0; p < BLIND_PLACES; p++)
		if (strcmp(places[p].name, field) == 0)
			return true;
	return find_attr(field) != ATTR_COUNT;
}

static void
add_place(struct blind *b, int p)
{
	b->place[p] = true;
	for (int i = 0; places[p].attr[i] != ATTR_COUNT; i++)
		b->attr[places[p].attr[i]] = true;
}

/* What a place shows is the value of an attribute: both or neither. */
static void
add_field(struct blind *b, const char *field)
{
	enum attr a = find_attr(field);

	b->any = true;
	if (a != ATTR_COUNT)
		b->attr[a] = true;
	for (int p = 0; p < BLIND_PLACES; p++) {
		bool with = strcmp(places[p].name, field) == 0;

		for (int i = 0; places[p].attr[i] != ATTR_COUNT; i++)
			with |= places[p].attr[i] == a;
		if (with)
			add_place(b, p);
	}
}

static void
read_fields(struct ledger *l, const char *user, struct blind *out)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT DISTINCT b.field FROM blind b JOIN account_role r ON r.role = b.role"
		" WHERE r.account = $1");

	memset(out, 0, sizeof(*out));
	stmt_text(s, 1, user);
	while (stmt_step(s, NULL) == RC_OK)
		add_field(out, stmt_get_text(s, 0));
	stmt_done(s);
}

void
blind_for(struct ledger *l, const char *user)
{
	read_fields(l, user, &l->blind);
}

bool
blind_account(struct ledger *l, const char *user)
{
	struct blind b;

	read_fields(l, user, &b);
	return b.any;
}

bool
blind_any(const struct ledger *l)
{
	return l->blind.any;
}

bool
blind_attr(const struct ledger *l, enum attr a)
{
	return l->blind.attr[a];
}

bool
blind_place(const struct ledger *l, enum blind_place p)
{
	return l->blind.place[p];
}

void
blind_text(char *text, size_t size, bool blinded)
{
	if (blinded && *text != '\0')
		str_copy(text, size, BLIND_MASK);
}

/* ---- headers ---- */

struct secrets {
	const struct ledger *l;
	char *word[SECRETS]; /* folded */
	size_t n;
};

static bool
is_blind_tag(const struct ledger *l, const char *tag)
{
	char ours[9];

	for (int a = 0; a < ATTR_COUNT; a++) {
		if (!l->blind.attr[a])
			continue;
		snprintf(ours, sizeof(ours), "%04X%04X", attr_table[a].group, attr_table[a].element);
		if (strcasecmp(ours, tag) == 0)
			return true;
	}
	return false;
}

static char *
folded(const char *text)
{
	size_t size = strlen(text) * 3 + 1;
	char *out = mem_zero(size, 1);

	str_fold(out, size, text);
	return out;
}

static void
add_secret(struct secrets *s, const char *text)
{
	if (strlen(text) >= SECRET_LEAST && s->n < SECRETS)
		s->word[s->n++] = folded(text);
}

/* Every text below, into s. */
static void
collect_texts(struct secrets *s, const json_t *j)
{
	const char *name;
	json_t *below;
	size_t i;

	if (json_is_string(j))
		add_secret(s, json_string_value(j));
	json_array_foreach(j, i, below) collect_texts(s, below);
	json_object_foreach((json_t *)j, name, below) if (strcmp(name, "vr") != 0)
		collect_texts(s, below);
}

static void
collect(struct secrets *s, json_t *j)
{
	const char *name;
	json_t *below;
	size_t i;

	json_array_foreach(j, i, below) collect(s, below);
	json_object_foreach(j, name, below)
	{
		if (is_blind_tag(s->l, name))
			collect_texts(s, below);
		else
			collect(s, below);
	}
}

static bool
holds_secret(const struct secrets *s, const char *text)
{
	char *f = folded(text);
	bool holds = false;

	for (size_t i = 0; i < s->n; i++)
		holds |= strstr(f, s->word[i]) != NULL;
	free(f);
	return holds;
}

static json_t *masked(const struct secrets *s, json_t *j);

static void
mask_below(const struct secrets *s, json_t *j)
{
	const char *name;
	json_t *below;
	size_t i;
	void *next;

	json_array_foreach(j, i, below) json_array_set_new(j, i, masked(s, json_incref(below)));
	json_object_foreach_safe(j, next, name, below)
	{
		json_t *instead = is_blind_tag(s->l, name)
			? json_pack("{s:s, s:[s]}", "vr", "LO", "Value", BLIND_MASK)
			: masked(s, json_incref(below));

		json_object_set_new(j, name, instead);
	}
}

/* Swallows j. */
static json_t *
masked(const struct secrets *s, json_t *j)
{
	if (json_is_string(j) && holds_secret(s, json_string_value(j))) {
		json_decref(j);
		return json_string(BLIND_MASK);
	}
	mask_below(s, j);
	return j;
}

char *
blind_header(const struct ledger *l, char *json)
{
	struct secrets s = { .l = l };
	json_t *j;

	if (!l->blind.any)
		return json;
	j = json_loads(json, 0, NULL);
	free(json);
	if (j == NULL)
		return mem_string("{}"); /* what cannot be read cannot be masked */
	collect(&s, j);
	j = masked(&s, j);
	json = json_dumps(j, JSON_COMPACT);
	json_decref(j);
	for (size_t i = 0; i < s.n; i++)
		free(s.word[i]);
	return json;
}

/* ---- the table ---- */

enum rc
blind_put(struct ledger *l, const char *role, const char *field, int64_t event, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l), "INSERT INTO blind VALUES ($1, $2, $3)");
	enum rc rc;

	stmt_text(s, 1, role);
	stmt_text(s, 2, field);
	stmt_int(s, 3, event);
	rc = stmt_run(s, NULL);
	return rc == RC_CONFLICT ? err_set(e, rc, "%s is blinded for %s already", field, role)
		: rc == RC_OK    ? rc
				 : err_set(e, rc, "the blinding could not be written");
}

enum rc
blind_drop(struct ledger *l, const char *role, const char *field, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l), "DELETE FROM blind WHERE role = $1 AND field = $2");
	enum rc rc;

	stmt_text(s, 1, role);
	stmt_text(s, 2, field);
	rc = stmt_run(s, e);
	return rc == RC_OK && db_changes(ledger_db(l)) == 0
		? err_set(e, RC_NOT_FOUND, "%s is not blinded for %s", field, role)
		: rc;
}

void
blind_each(struct ledger *l, void (*each)(void *ctx, const char *role, const char *field), void *ctx)
{
	struct stmt *s =
		db_query(ledger_db(l), "SELECT role, field FROM blind ORDER BY role, field");

	while (stmt_step(s, NULL) == RC_OK)
		each(ctx, stmt_get_text(s, 0), stmt_get_text(s, 1));
	stmt_done(s);
}
