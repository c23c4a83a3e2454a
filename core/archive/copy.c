/* A complete copy of an archive. */
#include "core/archive/copy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/archive/export.h"
#include "core/base/outfile.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/blind.h"
#include "core/ledger/catalog.h"
#include "core/ledger/decision.h"

enum { CHUNK = 1 << 17, PATH_SHORT = 80 /* within the copy */ };

struct line {
	char path[PATH_SHORT], digest[DIGEST_HEX];
};

struct copying {
	const struct copy_request *r;
	const char *folder;
	struct ledger *copy; /* the copied ledger, to read */
	struct copy_told *told;
	struct line *lines;
	size_t n;
	int64_t of; /* bytes of all objects */
};

static char *
inside(const struct copying *c, const char *path)
{
	return mem_format("%s/%s", c->folder, path);
}

static void
list(struct copying *c, const char *path, const char *digest)
{
	c->lines = mem_grow(c->lines, c->n + 1, sizeof(*c->lines));
	snprintf(c->lines[c->n].path, PATH_SHORT, "%s", path);
	snprintf(c->lines[c->n++].digest, DIGEST_HEX, "%s", digest);
}

/* ---- the folder ---- */

static enum rc
make_folder(const char *folder, struct err *e)
{
	DIR *d;
	struct dirent *entry;
	bool empty = true;

	if (mkdir(folder, 0700) == 0)
		return RC_OK;
	d = errno == EEXIST ? opendir(folder) : NULL;
	if (d == NULL)
		return err_errno(e, RC_FAILED, "%.200s", folder);
	while ((entry = readdir(d)) != NULL)
		empty &= strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
	closedir(d);
	return empty ? RC_OK
		     : err_set(e, RC_CONFLICT, "%.200s is not empty: a copy goes into a new folder",
			       folder);
}

static enum rc
make_below(const struct copying *c, const char *name, struct err *e)
{
	char *path = inside(c, name);
	enum rc rc = RC_OK;

	if (mkdir(path, 0755) != 0 && errno != EEXIST)
		rc = err_errno(e, RC_FAILED, "%.200s", path);
	free(path);
	return rc;
}

/* ---- bytes ---- */

/* Everything from `from` to a new file of the copy, or only hashed where `to` is negative. */
static enum rc
pour(int from, int to, char digest[DIGEST_HEX], int64_t *bytes, struct err *e)
{
	char *chunk = mem_alloc(CHUNK);
	struct digest sum;
	enum rc rc = RC_OK;
	ssize_t n = 0;

	digest_begin(&sum);
	while (rc == RC_OK && (n = read(from, chunk, CHUNK)) > 0) {
		digest_add(&sum, chunk, (size_t)n);
		*bytes += n;
		if (to >= 0 && write(to, chunk, (size_t)n) != n)
			rc = err_errno(e, RC_FAILED, "the copy cannot be written");
	}
	if (n < 0)
		rc = err_errno(e, RC_FAILED, "cannot be read");
	digest_end(&sum, digest);
	free(chunk);
	return rc;
}

static enum rc
pour_new(const struct copying *c, int from, const char *name, char digest[DIGEST_HEX], struct err *e)
{
	char *path = inside(c, name);
	int to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	int64_t bytes = 0;
	enum rc rc;

	if (to < 0)
		rc = err_errno(e, RC_FAILED, "%.200s", path);
	else
		rc = pour(from, to, digest, &bytes, e);
	if (to >= 0 && close(to) != 0 && rc == RC_OK)
		rc = err_errno(e, RC_FAILED, "%.200s", path);
	free(path);
	c->told->bytes += bytes;
	return rc;
}

/* A file of the copy that something else wrote. */
static enum rc
list_written(struct copying *c, const char *name, struct err *e)
{
	char *path = inside(c, name), digest[DIGEST_HEX];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum rc rc;

	if (fd < 0)
		rc = err_errno(e, RC_FAILED, "%.200s", path);
	else
		rc = pour(fd, -1, digest, &c->told->bytes, e);
	if (fd >= 0)
		close(fd);
	if (rc == RC_OK)
		list(c, name, digest);
	free(path);
	return rc;
}

/* ---- anchors, then the ledger: each anchor that is copied names an event that is ---- */

static enum rc
copy_anchor(struct copying *c, const char *name, struct err *e)
{
	char *path = mem_format("%s/%s", c->r->archive, name), digest[DIGEST_HEX];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum rc rc;

	if (fd < 0 || flock(fd, LOCK_SH) != 0) /* not in the middle of a line */
		rc = err_errno(e, RC_FAILED, "cannot read %s of the archive", name);
	else
		rc = pour_new(c, fd, name, digest, e);
	if (fd >= 0)
		close(fd);
	if (rc == RC_OK)
		list(c, name, digest);
	free(path);
	return rc;
}

static enum rc
copy_ledger(struct copying *c, struct err *e)
{
	char *path = inside(c, "ledger.db");
	enum rc rc = make_below(c, "anchors", e);

	if (rc == RC_OK)
		rc = copy_anchor(c, "anchors/officer.pub", e);
	if (rc == RC_OK)
		rc = copy_anchor(c, "anchors/anchors.log", e);
	if (rc == RC_OK)
		rc = db_copy(ledger_db(c->r->ledger), path, e);
	if (rc == RC_OK)
		rc = ledger_open(&c->copy, c->folder, DB_READ, NULL, e);
	if (rc == RC_OK)
		rc = event_head(c->copy, &c->told->events, c->told->head, e);
	free(path);
	return rc == RC_OK ? list_written(c, "ledger.db", e) : rc;
}

/* ---- objects ---- */

static enum rc
copy_object(struct copying *c, const char *digest, struct err *e)
{
	char path[PATH_SHORT], folder[16], got[DIGEST_HEX];
	enum rc rc;
	int fd;

	snprintf(folder, sizeof(folder), "objects/%.2s", digest);
	snprintf(path, sizeof(path), "%s/%s", folder, digest + 2);
	rc = make_below(c, folder, e);
	if (rc == RC_OK)
		rc = store_get(c->r->store, digest, 0, &fd, e);
	if (rc != RC_OK)
		return rc;
	rc = pour_new(c, fd, path, got, e);
	close(fd);
	if (rc == RC_OK && strcmp(got, digest) != 0)
		rc = err_set(e, RC_CORRUPT,
			"object %.16s of the archive was changed: wetread-verify --objects", digest);
	if (rc == RC_OK)
		list(c, path, digest);
	c->told->objects++;
	return rc;
}

/* $1: a study, or '' for all. */
static struct stmt *
objects(struct copying *c)
{
	struct stmt *s = db_query(ledger_db(c->copy),
		"SELECT i.digest, i.bytes FROM image i JOIN series s ON s.id = i.series JOIN exam x"
		" ON x.id = s.exam WHERE $1 = '' OR x.trial = $1 UNION"
		" SELECT k.digest, k.bytes FROM conflict k JOIN series s ON s.id = k.series JOIN "
		"exam x"
		" ON x.id = s.exam WHERE $1 = '' OR x.trial = $1");

	stmt_text(s, 1, c->r->study != NULL ? c->r->study : "");
	return s;
}

static enum rc
measure(struct copying *c, struct err *e)
{
	struct stmt *s = objects(c);
	bool some = false;
	size_t away = 0;
	enum rc rc;

	while ((rc = stmt_step(s, e)) == RC_OK) {
		c->of += stmt_get_int(s, 1);
		away += !store_has(c->r->store, stmt_get_text(s, 0));
		some = true;
	}
	if (rc != RC_NOT_FOUND)
		return rc;
	if (away > 0)
		return err_set(e, RC_NOT_FOUND,
			"%zu of the images are not here: those that lie at sources are fetched "
			"first (wetread fetch)",
			away);
	return some || c->r->study == NULL
		? RC_OK
		: err_set(e, RC_NOT_FOUND, "there are no images of a study %.60s", c->r->study);
}

static enum rc
copy_objects(struct copying *c, struct err *e)
{
	struct stmt *s = objects(c);
	enum rc rc = make_below(c, "objects", e), step = RC_OK;

	while (rc == RC_OK && (step = stmt_step(s, e)) == RC_OK) {
		rc = copy_object(c, stmt_get_text(s, 0), e);
		if (c->r->progress != NULL)
			c->r->progress(c->r->ctx, c->told->bytes, c->of);
		if (c->r->stop != NULL && *c->r->stop)
			rc = err_set(e, RC_CANCELLED, "stopped: the copy is not whole, remove it");
	}
	stmt_done(s);
	return rc != RC_OK || step == RC_NOT_FOUND ? rc : step;
}

/* ---- what can be read without wetread ---- */

static enum rc
write_events(struct copying *c, FILE *to, struct err *e)
{
	struct export x = { .format = EXPORT_JSONL };
	enum rc rc;

	verifier_run(c->folder, NULL, &x.verified);
	c->told->verified = x.verified;
	rc = export_rows(&x, c->copy, to, e);
	return rc == RC_OK ? export_end(&x, c->copy, to, e) : rc;
}

static void
csv_line(FILE *to, const char *const *fields, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			putc(',', to);
		export_csv_field(to, fields[i]);
	}
	fputs("\r\n", to);
}

static enum rc
write_decision(struct copying *c, int64_t number, FILE *to, struct err *e)
{
	struct decision *d = mem_zero(1, sizeof(*d));
	char text[24], series[24];
	int64_t id = 0;
	enum rc rc = decision_get(c->copy, number, d, &id, e);

	snprintf(text, sizeof(text), "%lld", (long long)number);
	catalog_series_name(id, series);
	if (rc == RC_OK)
		csv_line(to,
			(const char *const[]){ text, series, d->step, d->verdict, d->state,
				d->reasons, d->note, d->account, d->name, d->role, d->when,
				d->meaning, d->hash },
			13);
	free(d);
	return rc;
}

static enum rc
write_decisions(struct copying *c, FILE *to, struct err *e)
{
	struct stmt *s = db_query(ledger_db(c->copy), "SELECT id FROM decision ORDER BY id");
	enum rc rc = RC_OK, step = RC_OK;

	fputs("number,series,step,verdict,state,reasons,note,user,name,role,time,meaning,hash\r\n",
		to);
	while (rc == RC_OK && (step = stmt_step(s, e)) == RC_OK)
		rc = write_decision(c, stmt_get_int(s, 0), to, e);
	stmt_done(s);
	return rc != RC_OK || step == RC_NOT_FOUND ? rc : step;
}

/* Which event names a key, where, and whose it is. */
static const struct {
	const char *action, *member, *of,
		*owner; /* owner: a member of the body, or "" the system */
} key_names[] = {
	{ "archive-created", "system_key", "system", "" },
	{ "account-enrolled", "public_key", "user", "object" },
	{ "account-reset", "public_key", "user", "object" },
	{ "login", "session_key", "session", "user" },
};

static bool
write_key(void *ctx, const struct history_event *ev)
{
	json_t *j = json_loads(ev->body, 0, NULL);
	const char *action = json_string_value(json_object_get(j, "action"));
	char seq[24];

	snprintf(seq, sizeof(seq), "%lld", (long long)ev->seq);
	for (size_t i = 0; action != NULL && i < MEM_COUNT(key_names); i++) {
		const char *key = json_string_value(
			json_object_get(json_object_get(j, "data"), key_names[i].member));
		const char *owner = json_string_value(json_object_get(j, key_names[i].owner));

		if (strcmp(key_names[i].action, action) == 0 && key != NULL)
			csv_line(ctx,
				(const char *const[]){ key, key_names[i].of,
					owner != NULL ? owner : "system", seq },
				4);
	}
	json_decref(j);
	return true;
}

static enum rc
write_keys(struct copying *c, FILE *to, struct err *e)
{
	enum rc rc = RC_OK;

	fputs("key,of,account,event\r\n", to);
	for (size_t i = 0; rc == RC_OK && i < MEM_COUNT(key_names); i++) {
		struct history_query q = { 0 };

		snprintf(q.filter.action, sizeof(q.filter.action), "%s", key_names[i].action);
		rc = history_read(c->copy, NULL, &q, write_key, to, NULL, e);
	}
	return rc;
}

static enum rc
write_readme(struct copying *c, FILE *to, struct err *e)
{
	(void)e;
	fputs(copy_readme, to);
	if (c->r->study != NULL) {
		/* the only text in it that is not ours */
		char study[200];

		snprintf(study, sizeof(study), "%s", c->r->study);
		str_clean(study);
		fprintf(to, copy_readme_study, study);
	}
	return RC_OK;
}

static enum rc
write_record_page(struct copying *c, FILE *to, struct err *e)
{
	(void)c, (void)e;
	fputs(copy_record_page, to);
	return RC_OK;
}

/* For wetread-verify, which takes it at its word only where the signed list does. */
static enum rc
write_scope(struct copying *c, FILE *to, struct err *e)
{
	json_t *j = json_pack("{s:s, s:s, s:I, s:s}", "archive", ledger_id(c->copy), "study",
		c->r->study != NULL ? c->r->study : "", "seq", (json_int_t)c->told->events, "head",
		c->told->head);
	bool ok = j != NULL && json_dumpf(j, to, JSON_COMPACT | JSON_SORT_KEYS) == 0 &&
		putc('\n', to) != EOF;

	json_decref(j);
	return ok ? RC_OK : err_set(e, RC_FAILED, "copy.json cannot be written");
}

static const struct {
	const char *name;
	enum rc (*write)(struct copying *c, FILE *to, struct err *e);
} texts[] = {
	{ "events.jsonl", write_events },
	{ "decisions.csv", write_decisions },
	{ "keys.csv", write_keys },
	{ "README.txt", write_readme },
	{ "RECORD.md", write_record_page },
	{ "copy.json", write_scope },
};

static enum rc
write_texts(struct copying *c, struct err *e)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < MEM_COUNT(texts); i++) {
		char *path = inside(c, texts[i].name);
		struct outfile o;

		rc = outfile_open(&o, path, e);
		if (rc == RC_OK) {
			rc = texts[i].write(c, o.f, e);
			if (rc == RC_OK)
				rc = outfile_keep(&o, e);
			else
				outfile_drop(&o);
		}
		free(path);
		if (rc == RC_OK)
			rc = list_written(c, texts[i].name, e);
	}
	return rc;
}

/* ---- the list ---- */

static int
by_path(const void *a, const void *b)
{
	return strcmp(((const struct line *)a)->path, ((const struct line *)b)->path);
}

static enum rc
write_manifest(struct copying *c, FILE *to)
{
	struct digest sum;

	qsort(c->lines, c->n, sizeof(*c->lines), by_path);
	digest_begin(&sum);
	for (size_t i = 0; i < c->n; i++) {
		char line[DIGEST_HEX + PATH_SHORT + 4];
		int n = snprintf(
			line, sizeof(line), "%s  %s\n", c->lines[i].digest, c->lines[i].path);

		digest_add(&sum, line, (size_t)n);
		fputs(line, to);
	}
	digest_end(&sum, c->told->manifest);
	c->told->files = (int64_t)c->n;
	return RC_OK;
}

static enum rc
write_signature(struct copying *c, struct err *e)
{
	char *path = inside(c, "MANIFEST.sha256.sig"), sig[KEY_SIGNATURE_HEX], kid[KEY_PUBLIC_HEX];
	unsigned char raw[32];
	struct outfile o;
	enum rc rc = outfile_open(&o, path, e);

	free(path);
	if (rc != RC_OK)
		return rc;
	key_unhex(raw, sizeof(raw), c->told->manifest);
	rc = ledger_vouch(c->r->ledger, "MANIFEST-v1", raw, sizeof(raw), sig, kid, e);
	if (rc != RC_OK) {
		outfile_drop(&o);
		return rc;
	}
	fprintf(o.f, "%s\n%s\n", kid, sig);
	return outfile_keep(&o, e);
}

static enum rc
sync_all(const struct copying *c, struct err *e)
{
	int fd = open(c->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum rc rc = RC_OK;

	if (fd < 0 || syncfs(fd) != 0)
		rc = err_errno(e, RC_FAILED, "the copy could not be brought to the disk");
	if (fd >= 0)
		close(fd);
	return rc;
}

static enum rc
tell(struct copying *c, struct err *e)
{
	const struct copy_told *t = c->told;
	const char *study = c->r->study != NULL ? c->r->study : "";

	return history_told(c->r->ledger, c->r->who, c->r->source, "copied",
		json_pack("{s:s, s:I, s:I, s:I, s:I, s:s, s:s, s:s}", "study", study, "files",
			(json_int_t)t->files, "objects", (json_int_t)t->objects, "bytes",
			(json_int_t)t->bytes, "seq", (json_int_t)t->events, "head", t->head,
			"manifest", t->manifest, "verify", t->verified.result),
		e);
}

static enum rc
finish(struct copying *c, struct err *e)
{
	char *path = inside(c, "MANIFEST.sha256");
	struct outfile o;
	enum rc rc = outfile_open(&o, path, e);

	free(path);
	if (rc != RC_OK)
		return rc;
	rc = write_manifest(c, o.f);
	if (rc == RC_OK)
		rc = write_signature(c, e);
	if (rc == RC_OK)
		rc = sync_all(c, e);
	if (rc == RC_OK)
		rc = tell(c, e);
	if (rc == RC_OK)
		return outfile_keep(&o, e);
	outfile_drop(&o);
	return rc;
}

enum rc
copy_run(const struct copy_request *r, const char *folder, struct copy_told *out, struct err *e)
{
	struct copying c = { .r = r, .folder = folder, .told = out };
	enum rc rc = blind_any(r->ledger) ? err_set(e, RC_DENIED,
						    "this account is blinded: a copy would tell it "
						    "everything")
					  : make_folder(folder, e);

	memset(out, 0, sizeof(*out));
	if (rc == RC_OK)
		rc = copy_ledger(&c, e);
	if (rc == RC_OK)
		rc = measure(&c, e);
	if (rc == RC_OK)
		rc = copy_objects(&c, e);
	if (rc == RC_OK)
		rc = write_texts(&c, e);
	ledger_close(c.copy);
	if (rc == RC_OK)
		rc = finish(&c, e);
	free(c.lines);
	return rc;
}
