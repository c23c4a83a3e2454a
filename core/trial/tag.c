/* Tags. */
#include "core/trial/tag.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/blind.h"
#include "core/study/typed.h"

const char *const tag_types[TAG_TYPES] = { "text", "integer", "float", "date", "boolean" };

static const enum study_type study_type_of[TAG_TYPES] = { STUDY_TEXT, STUDY_INTEGER, STUDY_FLOAT,
	STUDY_DATE, STUDY_BOOLEAN };

/* ---- names ---- */

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.";

static enum rc
read_type(const char *word, struct tag_name *out, struct err *e)
{
	for (int i = 0; i < TAG_TYPES; i++)
		if (strcmp(tag_types[i], word) == 0) {
			out->type = (enum tag_type)i;
			out->typed = true;
			return RC_OK;
		}
	return err_set(e, RC_INVALID,
		"the type of a tag is text, integer, float, date or boolean, not %.40s", word);
}

enum rc
tag_name_read(const char *word, struct tag_name *out, struct err *e)
{
	size_t n = strspn(word, letters);

	memset(out, 0, sizeof(*out));
	if (n == 0 || n >= TAG_KEY || !isalpha((unsigned char)word[0]) ||
		(word[n] != '\0' && word[n] != ':'))
		return err_set(e, RC_INVALID,
			"the key of a tag is letters, digits and _ - . and begins with a letter");
	memcpy(out->key, word, n);
	return word[n] == ':' ? read_type(word + n + 1, out, e) : RC_OK;
}

static void
field_of(const struct tag_name *t, char to[ENTRY_FIELD])
{
	snprintf(to, ENTRY_FIELD, "%s%s%s", t->key, t->type != TAG_TEXT ? ":" : "",
		t->type != TAG_TEXT ? tag_types[t->type] : "");
}

/* ---- one type a key ---- */

struct known {
	struct ledger *l;
	const struct tag_name *wanted;
	const char *trial;
	bool there;
	enum tag_type type;
};

static bool
is_of(struct ledger *l, const char *kind, const char *object, const char *trial)
{
	struct case_of of;

	return case_find(l, &(struct case_at){ kind, object }, &of, NULL) == RC_OK &&
		strcmp(of.trial, trial) == 0;
}

/* The fields of a key in the order of places; a tag that was taken away keeps its type. */
static enum rc
find_type(struct known *k, struct err *e)
{
	struct stmt *s = db_query_once(ledger_db(k->l),
		"SELECT DISTINCT field, kind, object FROM entry WHERE form = 'tag' AND (field = $1 "
		"OR"
		" field LIKE $2) ORDER BY kind, object");
	char like[2 * TAG_KEY];
	struct tag_name t;
	enum rc rc = RC_OK;

	snprintf(like, sizeof(like), "%s:%%", k->wanted->key);
	stmt_text(s, 1, k->wanted->key);
	stmt_text(s, 2, like);
	while (!k->there && (rc = stmt_step(s, e)) == RC_OK) {
		/* LIKE takes '_' for any letter, and capitals for others */
		if (tag_name_read(stmt_get_text(s, 0), &t, NULL) != RC_OK ||
			strcmp(t.key, k->wanted->key) != 0 ||
			!is_of(k->l, stmt_get_text(s, 1), stmt_get_text(s, 2), k->trial))
			continue;
		k->there = true;
		k->type = t.type;
	}
	stmt_free(s);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc
settle_type(struct ledger *l, const char *trial, struct tag_name *t, struct err *e)
{
	struct known k = { .l = l, .wanted = t, .trial = trial };
	enum rc rc = find_type(&k, e);

	if (rc != RC_OK || !k.there)
		return rc;
	if (t->typed && t->type != k.type)
		return err_set(e, RC_INVALID, "tag %s is of type %s in this study", t->key,
			tag_types[k.type]);
	t->type = k.type;
	return RC_OK;
}

/* ---- setting ---- */

/* As it is kept: numbers and dates in one way.  Free it; NULL where it is none of the type. */
static char *
value_of(const struct tag_name *t, const char *value, struct err *e)
{
	struct study_field f = { .id = t->key, .type = study_type_of[t->type], .digits = -1 };
	struct typed typed;
	char *kept = NULL;

	typed_read(&typed, &f, value);
	if (typed.fault == TYPED_FINE)
		kept = mem_string(typed.text);
	else
		err_set(e, RC_INVALID, "%s: %s", t->key, typed.why);
	typed_free(&typed);
	return kept;
}

static enum rc
save(struct ledger *l, const struct session *who, const struct case_at *at,
	const struct case_of *of, const struct entry_value *v, int64_t *saved, struct err *e)
{
	struct entry_save r = { .at = *at,
		.form = ENTRY_TAG,
		.pass = PASS_FIRST,
		.version = of->version,
		.values = v,
		.n = 1 };

	return entry_save(l, who, &r, 1, saved, e);
}

enum rc
tag_set(struct ledger *l, const struct session *who, const struct tag_set *t, int64_t *saved,
	struct err *e)
{
	struct tag_name name;
	struct case_of of;
	char field[ENTRY_FIELD], *value;
	enum rc rc = tag_name_read(t->name, &name, e);

	if (rc == RC_OK)
		rc = case_find(l, &t->at, &of, e);
	if (rc == RC_OK)
		rc = settle_type(l, of.trial, &name, e);
	if (rc != RC_OK)
		return rc;
	value = value_of(&name, t->value, e);
	if (value == NULL)
		return RC_INVALID;
	field_of(&name, field);
	rc = save(l, who, &t->at, &of, &(struct entry_value){ .field = field, .value = value },
		saved, e);
	free(value);
	return rc;
}

/* ---- telling ---- */

struct telling {
	void (*each)(void *ctx, const struct tag *t);
	void *ctx;
	const struct case_at *at;
};

static void
tell_one(void *ctx, const struct entry *v)
{
	const struct telling *w = ctx;
	struct tag t = { .entry = v, .kind = w->at->kind, .object = w->at->object };

	if (v->value[0] != '\0' && tag_name_read(v->field, &t.name, NULL) == RC_OK)
		w->each(w->ctx, &t);
}

enum rc
tag_each(struct ledger *l, const struct case_at *at, void (*each)(void *ctx, const struct tag *t),
	void *ctx, struct err *e)
{
	struct telling w = { each, ctx, at };

	return entry_each(l, at, ENTRY_TAG, PASS_FIRST, tell_one, &w, e);
}

/* ---- searching ---- */

static const struct {
	const char *sign;
	enum comparator cmp;
} signs[] = { /* the longer ones first */
	{ "!=", CMP_NE }, { "<=", CMP_LE }, { ">=", CMP_GE }, { "=", CMP_EQ }, { "<", CMP_LT },
	{ ">", CMP_GT }
};

struct search {
	struct ledger *l;
	const struct tag_search *q;
	struct tag_name name;
	bool compares;
	enum comparator cmp;
	const char *value; /* lent by q */
	void (*each)(void *ctx, const struct tag *t);
	void *ctx;
	/* what holds is kept, and told when the statement is done: who hears it may ask the ledger */
	struct hit {
		struct tag tag;
		struct entry entry;
		char *kind, *object;
	} * hit;
	size_t hits;
};

static enum rc
read_search(struct search *s, struct err *e)
{
	size_t n = strcspn(s->q->words, "=!<>");
	char key[TAG_KEY + 20];
	bool found = s->q->words[n] == '\0';

	if (n >= sizeof(key))
		return err_set(e, RC_INVALID, "the key of a tag is shorter");
	memcpy(key, s->q->words, n);
	key[n] = '\0';
	for (size_t i = 0; !found && i < MEM_COUNT(signs); i++)
		if (strncmp(s->q->words + n, signs[i].sign, strlen(signs[i].sign)) == 0) {
			found = s->compares = true;
			s->cmp = signs[i].cmp;
			s->value = s->q->words + n + strlen(signs[i].sign);
		}
	return found ? tag_name_read(key, &s->name, e)
		     : err_set(e, RC_INVALID, "tags are compared by = != < <= > and >=");
}

static bool
holds(const struct search *s, const struct tag *t)
{
	enum value_type type = study_value_type(study_type_of[t->name.type]);
	struct value a, b;

	if (!s->compares)
		return true;
	return value_read(type, t->entry->value, &a) && value_read(type, s->value, &b) &&
		value_compare(s->cmp, a, b) == TRUTH_TRUE;
}

static void
take_found(void *ctx, const struct entry_place *p, const struct entry *v)
{
	struct search *s = ctx;
	struct tag t = { .entry = v };
	struct hit *h;

	if (v->value[0] == '\0' || tag_name_read(v->field, &t.name, NULL) != RC_OK ||
		strcmp(t.name.key, s->name.key) != 0 || !holds(s, &t))
		return;
	if (s->hits % 64 == 0)
		s->hit = mem_grow(s->hit, s->hits + 64, sizeof(*s->hit));
	h = &s->hit[s->hits++];
	*h = (struct hit){ t, *v, mem_string(p->kind), mem_string(p->object) };
}

static const char *const roles[] = { "coordinator", "reviewer", "radiologist", "expert", "manager",
	"auditor", NULL };

static bool
may_see(const struct search *s, const struct case_at *at)
{
	char role[RIGHTS_ROLE];
	struct case_of of;

	if (case_find(s->l, at, &of, NULL) != RC_OK)
		return false;
	if (s->q->trial != NULL && strcmp(s->q->trial, of.trial) != 0)
		return false;
	return s->q->account == NULL ||
		case_role(s->l, s->q->account, &of, roles, "see this", role, NULL) == RC_OK;
}

static void
tell_hits(struct search *s)
{
	for (size_t i = 0; i < s->hits; i++) {
		struct hit *h = &s->hit[i];

		h->tag.entry = &h->entry;
		h->tag.kind = h->kind;
		h->tag.object = h->object;
		if (may_see(s, &(struct case_at){ h->kind, h->object }))
			s->each(s->ctx, &h->tag);
		free(h->kind);
		free(h->object);
	}
	free(s->hit);
}

enum rc
tag_find(struct ledger *l, const struct tag_search *q, void (*each)(void *ctx, const struct tag *t),
	void *ctx, struct err *e)
{
	struct search s = { .l = l, .q = q, .each = each, .ctx = ctx };
	enum rc rc = read_search(&s, e);

	if (rc == RC_OK && blind_any(l))
		rc = err_set(e, RC_DENIED, "tags tell what is blinded for you");
	if (rc == RC_OK)
		rc = entry_all(l, ENTRY_TAG, take_found, &s, e);
	tell_hits(&s);
	return rc;
}
