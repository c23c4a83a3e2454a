/* What each action of the log has to say. */
#include "core/ledger/action.h"

#include <stdbool.h>
#include <string.h>

struct form {
	const char *action, *kinds, *fields; /* as in action.def */
};

static const struct form forms[] = {
#define X(action_, kinds_, fields_) { .action = (action_), .kinds = (kinds_), .fields = (fields_) },
#include "core/ledger/action.def"
#undef X
};

enum { NAME_MOST = 32 };

struct field {
	char name[NAME_MOST];
	char type;
	bool optional;
};

static const struct {
	char letter;
	json_type type;
	const char *word;
} types[] = {
	{ 's', JSON_STRING, "text" },
	{ 'i', JSON_INTEGER, "an integer" },
	{ 'a', JSON_ARRAY, "an array" },
	{ 'o', JSON_OBJECT, "an object" },
};

/* The next field of a row, and where the one after it begins; NULL at the end. */
static const char *
next_field(const char *at, struct field *f)
{
	size_t n = strcspn(at, ":");

	if (at[n] == '\0' || n >= sizeof(f->name))
		return NULL;
	memcpy(f->name, at, n);
	f->name[n] = '\0';
	f->type = at[n + 1];
	at += n + 2;
	f->optional = *at == '?';
	return at + strspn(at, "? ");
}

static bool
has_field(const struct form *row, const char *name)
{
	struct field f;

	for (const char *at = row->fields; (at = next_field(at, &f)) != NULL;)
		if (strcmp(f.name, name) == 0)
			return true;
	return false;
}

static bool
has_kind(const struct form *row, const char *kind)
{
	size_t n = strlen(kind);

	for (const char *at = row->kinds; *at != '\0'; at += strspn(at, " ")) {
		size_t word = strcspn(at, " ");

		if (word == n && strncmp(at, kind, n) == 0)
			return true;
		at += word;
	}
	return false;
}

static enum rc
check_type(const struct form *row, const struct field *f, const json_t *value, struct err *e)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (types[i].letter != f->type)
			continue;
		return json_typeof(value) == types[i].type
			? RC_OK
			: err_set(e, RC_INVALID, "an event %s: its field %s is to be %s",
				  row->action, f->name, types[i].word);
	}
	return err_set(
		e, RC_INVALID, "an event %s: its field %s has no known type", row->action, f->name);
}

static enum rc
check_there(const struct form *row, const json_t *data, struct err *e)
{
	struct field f;
	enum rc rc = RC_OK;

	for (const char *at = row->fields; rc == RC_OK && (at = next_field(at, &f)) != NULL;) {
		const json_t *value = json_object_get(data, f.name);

		if (value != NULL)
			rc = check_type(row, &f, value, e);
		else if (!f.optional)
			rc = err_set(e, RC_INVALID, "an event %s: its field %s is missing",
				row->action, f.name);
	}
	return rc;
}

static enum rc
check_no_other(const struct form *row, json_t *data, struct err *e)
{
	const char *name;
	json_t *value;

	json_object_foreach(data, name, value)
	{
		if (!has_field(row, name))
			return err_set(
				e, RC_INVALID, "an event %s has no field %.40s", row->action, name);
	}
	return RC_OK;
}

static enum rc
check_form(const struct form *row, const struct event *ev, struct err *e)
{
	enum rc rc;

	if (!has_kind(row, ev->kind))
		return err_set(e, RC_INVALID, "an event %s is not done to an object of kind %.20s",
			row->action, ev->kind);
	if (*row->fields == '\0')
		return ev->data == NULL
			? RC_OK
			: err_set(e, RC_INVALID, "an event %s has no data", row->action);
	if (ev->data != NULL && !json_is_object(ev->data))
		return err_set(e, RC_INVALID, "an event %s: its data is no object", row->action);
	rc = check_there(row, ev->data, e);
	return rc == RC_OK ? check_no_other(row, ev->data, e) : rc;
}

enum rc
action_check(const struct event *ev, struct err *e)
{
	struct err why = { 0 };
	enum rc rc = RC_NOT_FOUND;

	for (size_t i = 0; rc != RC_OK && i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (strcmp(forms[i].action, ev->action) != 0)
			continue;
		err_clear(&why);
		rc = check_form(&forms[i], ev, &why);
	}
	if (rc == RC_NOT_FOUND)
		return err_set(e, RC_INVALID, "there is no action %.40s", ev->action);
	return rc == RC_OK ? RC_OK : err_set(e, rc, "%s", why.text);
}
