/* What entries stand at. */
#include "core/ledger/case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"

/* ---- keys ---- */

static size_t
put_part(char *to, size_t size, size_t used, const char *part)
{
	for (; *part != '\0' && used + 4 < size; part++) {
		if (*part == '%' || *part == '/')
			used += (size_t)snprintf(
				to + used, size - used, "%%%02X", (unsigned char)*part);
		else
			to[used++] = *part;
	}
	to[used] = '\0';
	return used;
}

void
case_subject(char key[CASE_KEY], const char *trial, const char *subject)
{
	size_t n = put_part(key, CASE_KEY, 0, trial);

	key[n++] = '/';
	put_part(key, CASE_KEY, n, subject);
}

void
case_visit(char key[CASE_KEY], const char *trial, const char *subject, const char *visit)
{
	size_t n;

	case_subject(key, trial, subject);
	n = strlen(key);
	key[n++] = '/';
	put_part(key, CASE_KEY, n, visit);
}

/* The part that ends at '/' or the end; *at is moved behind it. */
static bool
take_part(const char **at, char to[RIGHTS_PLACE])
{
	size_t n = 0;

	for (; **at != '\0' && **at != '/' && n + 1 < RIGHTS_PLACE; ++*at) {
		unsigned code;

		if (**at == '%' && sscanf(*at + 1, "%2X", &code) == 1 && code != 0) {
			to[n++] = (char)code;
			*at += 2;
		} else {
			to[n++] = **at;
		}
	}
	to[n] = '\0';
	if (n == 0 || (**at != '\0' && **at != '/'))
		return false;
	if (**at == '/')
		++*at;
	return true;
}

/* ---- finding ---- */

static void
fill(struct case_of *out, struct stmt *s)
{
	str_copy(out->trial, sizeof(out->trial), stmt_get_text(s, 0));
	str_copy(out->site, sizeof(out->site), stmt_get_text(s, 1));
	str_copy(out->subject, sizeof(out->subject), stmt_get_text(s, 2));
	str_copy(out->visit, sizeof(out->visit), stmt_get_text(s, 3));
	out->exam = stmt_get_int(s, 4);
	out->series = stmt_get_int(s, 5);
}

static enum rc
found(struct stmt *s, struct case_of *out, struct err *e)
{
	enum rc rc = stmt_step(s, NULL);

	if (rc == RC_OK)
		fill(out, s);
	stmt_done(s);
	return rc == RC_OK ? RC_OK : err_set(e, rc, "there is no such thing in the archive");
}

#define PLACE "x.trial, x.site, x.subject, x.visit, x.id"

static enum rc
find_exam(struct ledger *l, const char *object, struct case_of *out, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l), "SELECT " PLACE ", 0 FROM exam x WHERE x.id = $1");

	stmt_int(s, 1, strtoll(object, NULL, 10));
	return found(s, out, e);
}

static enum rc
find_series(struct ledger *l, const char *object, struct case_of *out, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT " PLACE
		", q.id FROM series q JOIN exam x ON x.id = q.exam WHERE q.id = $1");

	stmt_int(s, 1, strtoll(object, NULL, 10));
	return found(s, out, e);
}

static enum rc
find_image(struct ledger *l, const char *object, struct case_of *out, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT " PLACE
		", q.id FROM image i JOIN series q ON q.id = i.series JOIN exam x ON"
		" x.id = q.exam WHERE i.sop_uid = $1");

	stmt_text(s, 1, object);
	return found(s, out, e);
}

static enum rc
find_study(struct ledger *l, const char *object, struct case_of *out, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT 1 FROM exam WHERE trial = $1 UNION SELECT 1 FROM study_version WHERE study "
		"= "
		"$1");
	enum rc rc;

	stmt_text(s, 1, object);
	rc = stmt_step(s, NULL);
	stmt_done(s);
	str_copy(out->trial, sizeof(out->trial), object);
	return rc == RC_OK ? RC_OK : err_set(e, rc, "there is no study %.60s", object);
}

/* A subject is one that has an exam; a visit may still be missing, its form can be there already. */
static enum rc
find_subject(struct ledger *l, const char *object, struct case_of *out, struct err *e)
{
	char trial[RIGHTS_PLACE], subject[RIGHTS_PLACE];
	struct stmt *s;
	enum rc rc;

	if (!take_part(&object, trial) || !take_part(&object, subject))
		return err_set(e, RC_INVALID, "a subject is named STUDY/SUBJECT");
	s = db_query(ledger_db(l),
		"SELECT x.trial, x.site, x.subject, '', 0, 0 FROM exam x WHERE x.trial = $1 AND"
		" x.subject = $2 ORDER BY x.id LIMIT 1");
	stmt_text(s, 1, trial);
	stmt_text(s, 2, subject);
	rc = found(s, out, e);
	if (rc == RC_OK && *object != '\0')
		take_part(&object, out->visit);
	return rc;
}

static const struct {
	const char *kind;
	enum rc (*find)(struct ledger *l, const char *object, struct case_of *out, struct err *e);
} kinds[] = {
	{ "study", find_study },
	{ "subject", find_subject },
	{ "visit", find_subject },
	{ "exam", find_exam },
	{ "series", find_series },
	{ "image", find_image },
};

static void
find_version(struct ledger *l, struct case_of *out)
{
	struct stmt *s =
		db_query(ledger_db(l), "SELECT max(id) FROM study_version WHERE study = $1");

	stmt_text(s, 1, out->trial);
	out->version = stmt_step(s, NULL) == RC_OK ? stmt_get_int(s, 0) : 0;
	stmt_done(s);
}

enum rc
case_find(struct ledger *l, const struct case_at *at, struct case_of *out, struct err *e)
{
	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < MEM_COUNT(kinds); i++)
		if (strcmp(kinds[i].kind, at->kind) == 0) {
			enum rc rc = kinds[i].find(l, at->object, out, e);

			if (rc == RC_OK)
				find_version(l, out);
			return rc;
		}
	return err_set(e, RC_INVALID, "nothing is entered at a %.20s", at->kind);
}

/* ---- rights ---- */

enum rc
case_role(struct ledger *l, const char *user, const struct case_of *c, const char *const *roles,
	const char *what, char role[RIGHTS_ROLE], struct err *e)
{
	struct rights_place place = { c->trial, c->site };

	for (; *roles != NULL; roles++)
		if (rights_role(l, user, *roles, &place)) {
			str_copy(role, RIGHTS_ROLE, *roles);
			return RC_OK;
		}
	role[0] = '\0';
	return err_set(e, RC_DENIED, "none of your roles may %s here", what);
}
