/* What a folder made by `wetread copy` says of itself: the list of its files, signed by the archive, and the file copy.json
 * that the list names.  Only what is signed, of this archive and of this very log may say that originals were left out. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/verify/digest.h"
#include "core/verify/verify.h"

enum {
	LINE = 512,        /* of the list: a digest and a short path */
	SCOPE_MOST = 4096, /* bytes of copy.json */
};

struct list {
	unsigned char sum[32];      /* of the list itself */
	char scope[65], ledger[65]; /* what it says of copy.json and ledger.db; "" nothing */
};

static FILE *
open_in(const struct verify *v, const char *name)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", v->folder, name);
	return fopen(path, "re");
}

/* ---- the list ---- */

/* DIGEST, two blanks, PATH.  False: no such line. */
static bool
take_line(struct list *l, char *line)
{
	char *end = strchr(line, '\n');

	if (end == NULL || strcspn(line, " ") != 64 || line[65] != ' ')
		return false;
	*end = line[64] = '\0';
	if (strcmp(line + 66, "copy.json") == 0)
		snprintf(l->scope, sizeof(l->scope), "%.64s", line);
	if (strcmp(line + 66, "ledger.db") == 0)
		snprintf(l->ledger, sizeof(l->ledger), "%.64s", line);
	return true;
}

/* What is hashed is what is read, so the file may change meanwhile. */
static bool
read_list(struct verify *v, FILE *f, struct list *l)
{
	char line[LINE];
	struct digest d;
	int64_t n = 0;
	bool good = true;

	digest_begin(&d);
	while (good && fgets(line, sizeof(line), f) != NULL) {
		digest_add(&d, line, strlen(line));
		n++;
		good = take_line(l, line);
	}
	digest_end(&d, l->sum);
	if (!good)
		verify_altered(v, "MANIFEST.sha256, line %lld: is no line of a list", (long long)n);
	else if (ferror(f))
		verify_unsure(v, "MANIFEST.sha256 cannot be read");
	return good && !ferror(f);
}

/* Two lines and no more: the public key, the signature. */
static bool
list_signed(struct verify *v, const struct list *l)
{
	FILE *f = open_in(v, "MANIFEST.sha256.sig");
	char kid[80] = "", sig[160] = "";
	bool two = f != NULL && fgets(kid, sizeof(kid), f) != NULL &&
		fgets(sig, sizeof(sig), f) != NULL && fgetc(f) == EOF;

	if (f != NULL)
		fclose(f);
	kid[strcspn(kid, "\n")] = sig[strcspn(sig, "\n")] = '\0';
	if (!two)
		verify_altered(v, "MANIFEST.sha256.sig is missing, or is no key and signature");
	else if (*v->system_key == '\0' || strcmp(kid, v->system_key) != 0)
		verify_altered(v, "MANIFEST.sha256.sig: is by another key than this archive's");
	else if (!verify_signature(kid, sig, "MANIFEST-v1", l->sum, sizeof(l->sum)))
		verify_altered(v, "MANIFEST.sha256: is not the list that was signed");
	else
		return true;
	return false;
}

/* Which study a series is of stands in the tables: these must be the ones that were copied. */
static bool
ledger_listed(struct verify *v, const struct list *l)
{
	char path[4096], hex[65];

	snprintf(path, sizeof(path), "%s/ledger.db", v->folder);
	if (!digest_file(path, hex))
		verify_unsure(v, "ledger.db cannot be read");
	else if (strcmp(hex, l->ledger) != 0)
		verify_altered(v, "ledger.db is not the one that the copy's list names");
	else
		return true;
	return false;
}

/* ---- what it is a copy of ---- */

static json_t *
read_scope(struct verify *v, const char *listed)
{
	FILE *f = open_in(v, "copy.json");
	char text[SCOPE_MOST], hex[65] = "";
	size_t n = f != NULL ? fread(text, 1, sizeof(text), f) : 0;
	struct digest d;

	if (f != NULL)
		fclose(f);
	digest_begin(&d);
	digest_add(&d, text, n);
	digest_end_hex(&d, hex);
	return strcmp(hex, listed) == 0 ? json_loadb(text, n, JSON_REJECT_DUPLICATES, NULL) : NULL;
}

static bool
has_images(struct verify *v, const char *study)
{
	sqlite3_stmt *s = verify_query(v,
		"SELECT 1 FROM exam x JOIN series s ON s.exam = x.id WHERE x.trial = ?1 AND"
		" (EXISTS (SELECT 1 FROM image i WHERE i.series = s.id) OR"
		" EXISTS (SELECT 1 FROM conflict k WHERE k.series = s.id)) LIMIT 1");
	bool has;

	sqlite3_bind_text(s, 1, study, -1, SQLITE_STATIC);
	has = sqlite3_step(s) == SQLITE_ROW;
	sqlite3_finalize(s);
	return has;
}

static bool
scope_fits(struct verify *v, const json_t *scope)
{
	const char *study = verify_text(scope, "study");

	if (!json_is_string(json_object_get(scope, "study")))
		verify_altered(v, "copy.json is not the one that the copy's list names");
	else if (strcmp(verify_text(scope, "archive"), v->id) != 0)
		verify_altered(v, "copy.json: is of another archive");
	else if (strcmp(verify_text(scope, "head"), v->head) != 0 ||
		verify_number(scope, "seq") != v->events)
		verify_altered(v, "copy.json: is of another copy: this log has another head");
	else if (*study != '\0' && !has_images(v, study))
		verify_altered(v, "copy.json: names a study of which there are no images");
	else
		return true;
	return false;
}

void
verify_copy(struct verify *v)
{
	FILE *f = open_in(v, "MANIFEST.sha256");
	struct list l = { 0 };
	json_t *scope = NULL;
	bool good;

	if (f == NULL) {
		if (errno != ENOENT)
			verify_unsure(v, "MANIFEST.sha256 cannot be read");
		return;
	}
	good = read_list(v, f, &l);
	fclose(f);
	if (!good || !list_signed(v, &l) || !ledger_listed(v, &l) || *l.scope == '\0')
		return; /* copies of before there was a copy.json hold everything or say nothing */
	scope = read_scope(v, l.scope);
	if (scope_fits(v, scope))
		v->copy = json_incref(scope);
	json_decref(scope);
}

bool
verify_left_out(const struct verify *v, const char *study)
{
	const char *only = verify_text(v->copy, "study");

	return *only != '\0' && strcmp(only, study) != 0;
}
