/* Versions of study files: rows and their event. */
#include "core/study/version.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"

static void
digest_of(const char *text, size_t n, char hex[DIGEST_HEX])
{
	struct digest d;

	digest_begin(&d);
	digest_add(&d, text, n);
	digest_end(&d, hex);
}

#define VERSION_COLUMNS "SELECT id, study, version, digest, at, event"

static void
read_row(struct stmt *s, struct study_version *out)
{
	memset(out, 0, sizeof(*out));
	out->id = stmt_get_int(s, 0);
	str_copy(out->study, sizeof(out->study), stmt_get_text(s, 1));
	out->version = stmt_get_int(s, 2);
	str_copy(out->digest, sizeof(out->digest), stmt_get_text(s, 3));
	out->at = stmt_get_int(s, 4);
	out->event = stmt_get_int(s, 5);
}

/* ---- reading ---- */

enum rc
study_versions(struct ledger *l, bool (*each)(void *ctx, const struct study_version *v), void *ctx,
	struct err *e)
{
	struct stmt *s = db_query(ledger_db(l), VERSION_COLUMNS " FROM study_version ORDER BY id");
	struct study_version v;
	enum rc rc;

	while ((rc = stmt_step(s, e)) == RC_OK) {
		read_row(s, &v);
		if (!each(ctx, &v))
			break;
	}
	stmt_done(s);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* The only study there is. */
static enum rc
only_study(struct ledger *l, char study[STUDY_ID], struct err *e)
{
	struct stmt *s = db_query(
		ledger_db(l), "SELECT min(study), count(DISTINCT study) FROM study_version");
	enum rc rc = stmt_step(s, e);
	int64_t n = 0;

	if (rc == RC_OK) {
		n = stmt_get_int(s, 1);
		if (n == 1)
			str_copy(study, STUDY_ID, stmt_get_text(s, 0));
	}
	stmt_done(s);
	if (rc != RC_OK)
		return rc;
	if (n == 0)
		return err_set(e, RC_NOT_FOUND, "no study was applied");
	return n == 1 ? RC_OK
		      : err_set(e, RC_INVALID, "there are %lld studies: which one?", (long long)n);
}

static enum rc
check_body(const struct study_version *v, const char *body, struct err *e)
{
	char digest[DIGEST_HEX];

	digest_of(body, strlen(body), digest);
	return strcmp(digest, v->digest) == 0
		? RC_OK
		: err_set(e, RC_CORRUPT, "version %lld is not the file that was applied",
			  (long long)v->version);
}

static enum rc
read_version(struct ledger *l, const char *study, int64_t version, struct study_version *out,
	char **body, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		VERSION_COLUMNS
		", body FROM study_version WHERE study = $1 AND (version = $2 OR $2 = 0)"
		" ORDER BY version DESC LIMIT 1");
	enum rc rc;

	stmt_text(s, 1, study);
	stmt_int(s, 2, version);
	rc = stmt_step(s, NULL);
	if (rc == RC_OK) {
		read_row(s, out);
		if (body != NULL)
			*body = mem_string(stmt_get_text(s, 6));
	}
	stmt_done(s);
	if (rc == RC_NOT_FOUND)
		return err_set(e, rc, "there is no such version of a study");
	if (rc != RC_OK)
		return err_set(e, rc, "the versions of the study cannot be read");
	if (body == NULL || check_body(out, *body, e) == RC_OK)
		return RC_OK;
	free(*body);
	*body = NULL;
	return RC_CORRUPT;
}

enum rc
study_version_read(struct ledger *l, const char *study, int64_t version, struct study_version *out,
	char **body, struct err *e)
{
	char only[STUDY_ID];
	enum rc rc = RC_OK;

	if (study == NULL)
		rc = only_study(l, only, e);
	return rc == RC_OK ? read_version(l, study != NULL ? study : only, version, out, body, e)
			   : rc;
}

/* ---- applying ---- */

struct apply {
	const struct study *study;
	const struct study_apply *file;
	struct study_version *out;
};

/* What a code said once it says for ever: records hold the code. */
static enum rc
same_meaning(const struct study *now, const struct study *before, struct err *e)
{
	for (size_t i = 0; i < now->reasons; i++)
		for (size_t j = 0; j < before->reasons; j++) {
			const struct study_reason *a = &now->reason[i], *b = &before->reason[j];

			if (strcmp(a->code, b->code) == 0 &&
				(strcmp(a->meaning, b->meaning) != 0 || a->action != b->action ||
					a->phi != b->phi))
				return err_set(e, RC_INVALID,
					"reason %s had another meaning in version %d: a code keeps "
					"what it says, give the new one a new code",
					a->code, before->version);
		}
	return RC_OK;
}

static enum rc
check_meanings(struct ledger *l, const struct study *now, struct err *e)
{
	struct stmt *s;
	enum rc rc = RC_OK, step;

	if (now->reasons == 0)
		return RC_OK;
	s = db_query(ledger_db(l), "SELECT body FROM study_version ORDER BY id");
	while (rc == RC_OK && (step = stmt_step(s, e)) != RC_NOT_FOUND) {
		const char *body = step == RC_OK ? stmt_get_text(s, 0) : "";
		struct study *before = NULL;
		struct mistakes m;

		rc = step;
		/* what a later program finds wrong with an old file does not count here */
		if (rc == RC_OK && study_read(&before, body, strlen(body), &m) == RC_OK)
			rc = same_meaning(now, before, e);
		if (step == RC_OK)
			mistakes_free(&m);
		study_free(before);
	}
	stmt_done(s);
	return rc;
}

static enum rc
check_rises(const struct study *now, const struct study_version *last, struct err *e)
{
	return now->version > last->version
		? RC_OK
		: err_set(e, RC_CONFLICT,
			  "the file says version %d, and %lld was applied already: raise it",
			  now->version, (long long)last->version);
}

static enum rc
write_version(struct ledger *l, int64_t event, const void *ctx, struct err *e)
{
	const struct apply *a = ctx;
	struct study_version last = { 0 }, *v = a->out;
	struct stmt *s;
	enum rc rc = read_version(l, v->study, 0, &last, NULL, NULL);

	if (rc != RC_OK && rc != RC_NOT_FOUND)
		return err_set(e, rc, "the versions of the study cannot be read");
	rc = check_rises(a->study, &last, e); /* still */
	if (rc != RC_OK)
		return rc;
	v->id = ledger_next(l, "SELECT max(id) FROM study_version");
	v->event = event;
	s = db_query(ledger_db(l), "INSERT INTO study_version VALUES ($1, $2, $3, $4, $5, $6, $7)");
	stmt_int(s, 1, v->id);
	stmt_text(s, 2, v->study);
	stmt_int(s, 3, v->version);
	stmt_text(s, 4, v->digest);
	stmt_text(s, 5, a->file->text);
	stmt_int(s, 6, v->at);
	stmt_int(s, 7, event);
	return stmt_run(s, e);
}

static enum rc
apply(struct ledger *l, const struct office *o, struct apply *a, struct err *e)
{
	struct study_version *v = a->out;
	struct office_act act = { .action = "study-applied",
		.kind = "study",
		.object = v->study,
		.write = write_version,
		.ctx = a,
		.at = &v->at };

	act.data = json_pack("{s:s, s:I, s:s, s:s}", "study", v->study, "version",
		(json_int_t)v->version, "digest", v->digest, "reason", o->reason);
	return office_act(l, o, &act, e);
}

enum rc
study_apply(struct ledger *l, const struct office *o, const struct study_apply *file,
	struct study_version *out, bool *same, struct mistakes *m, struct err *e)
{
	struct study_version last = { 0 };
	struct study *s;
	struct apply a = { .file = file, .out = out };
	enum rc rc = study_read(&s, file->text, file->n, m);

	*same = false;
	memset(out, 0, sizeof(*out));
	if (rc != RC_OK)
		return err_set(e, rc, "the study file has mistakes");
	a.study = s;
	out->version = s->version;
	str_copy(out->study, sizeof(out->study), s->id);
	digest_of(file->text, file->n, out->digest);
	rc = read_version(l, out->study, 0, &last, NULL, NULL);
	if (rc == RC_OK && strcmp(last.digest, out->digest) == 0) {
		*out = last;
		*same = true;
	} else if (rc == RC_OK || rc == RC_NOT_FOUND) {
		rc = check_rises(s, &last, e);
		if (rc == RC_OK)
			rc = check_meanings(l, s, e);
		if (rc == RC_OK)
			rc = apply(l, o, &a, e);
	}
	study_free(s);
	return rc;
}
