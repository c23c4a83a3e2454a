/* What tests of tampering share: a good archive, ways to change it behind the product's back, forged events, and the run
 * of wetread-verify.  Guards that a case takes off are put back afterwards, as somebody who hides his tracks would. */
#ifndef TESTS_UNIT_LEDGER_TAMPER_MAKE_H
#define TESTS_UNIT_LEDGER_TAMPER_MAKE_H

#include <sodium.h>

#include "tests/unit/ledger/ledger_make.h"

enum { GUARDS = 39 };

/* The good archive, and an older copy of its files from before the last decision. */
struct scene {
	struct made *m;
	struct made *other; /* another installation */
	char *old_ledger, *old_anchors;
	size_t old_ledger_size;
	int64_t old_head;
};

struct attack {
	const char *folder;
	const struct scene *scene;
	sqlite3 *db;
};

struct tamper {
	const char *name;
	void (*change)(struct attack *a);
	int status;
	const char *finding;
	bool objects;
};

static struct scene scene;

/* ---- the scene ---- */

static inline void
store_objects(struct made *m, int series, int images)
{
	char *folder = made_path(m->folder, "objects");
	struct picture p;

	mkdir(folder, 0755);
	free(folder);
	for (int i = 1; i <= images; i++) {
		char name[100];

		picture_ct(&p, series, i);
		snprintf(name, sizeof(name), "objects/%.2s", p.digest);
		folder = made_path(m->folder, name);
		mkdir(folder, 0755);
		free(folder);
		snprintf(name, sizeof(name), "objects/%.2s/%.62s", p.digest, p.digest + 2);
		made_write(m->folder, name, p.sop, strlen(p.sop));
	}
}

static inline void
decide(struct made *m, const char *user, const char *password, int64_t series, const char *step,
	const char *reason)
{
	struct session s = made_login(m, user, password);
	struct decision_request r =
		made_verdict(series, step, reason != NULL ? "fail" : "pass", reason, password);
	struct decision_receipt receipt;
	struct mark marks[2] = { made_mark(0), made_mark(2) };

	r.marks = marks;
	r.mark_count = reason != NULL ? 2 : 0;
	made_look_at(m, user, series, 3);
	assert_ok(decision_sign(m->l, &s, &r, &receipt, e));
	session_close(m->l, &s);
}

static inline void
keep_older_copy(struct scene *s)
{
	char hash[DIGEST_HEX];

	assert_ok(event_head(s->m->l, &s->old_head, hash, e));
	made_close(s->m);
	s->old_ledger = made_read(s->m->folder, "ledger.db", &s->old_ledger_size);
	s->old_anchors = made_read(s->m->folder, "anchors/anchors.log", NULL);
	made_open(s->m);
}

static inline int
scene_setup(void **state)
{
	struct made *m = scene.m = made_new();

	(void)state;
	scene.other = made_new();
	made_close(scene.other);
	for (int s = 1; s <= 3; s++) {
		made_series(m, s, 3);
		store_objects(m, s, 3);
	}
	decide(m, "rita", REVIEWER_PASSWORD, 1, "phi", NULL);
	decide(m, "dora", RADIOLOGIST_PASSWORD, 1, "quality", NULL);
	decide(m, "rita", REVIEWER_PASSWORD, 2, "phi", "PHI-PIX");
	keep_older_copy(&scene);
	decide(m, "rita", REVIEWER_PASSWORD, 3, "phi", NULL);
	made_close(m);
	return 0;
}

static inline int
scene_teardown(void **state)
{
	(void)state;
	free(scene.old_ledger);
	free(scene.old_anchors);
	made_free(scene.m);
	made_free(scene.other);
	return 0;
}

/* ---- guards ---- */

static inline void
guards_off(sqlite3 *db, char *sql[GUARDS])
{
	sqlite3_stmt *s = NULL;
	char drop[8000] = "";
	int n = 0;

	sqlite3_prepare_v2(
		db, "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'", -1, &s, NULL);
	while (sqlite3_step(s) == SQLITE_ROW) {
		assert_true(n < GUARDS);
		sql[n++] = mem_string((const char *)sqlite3_column_text(s, 1));
		strcat(strcat(strcat(drop, "DROP TRIGGER "),
			       (const char *)sqlite3_column_text(s, 0)),
			";");
	}
	sqlite3_finalize(s);
	assert_int_equal(n, GUARDS);
	raw_run(db, drop);
}

static inline void
guards_on(sqlite3 *db, char *sql[GUARDS])
{
	for (int i = 0; i < GUARDS; i++) {
		raw_run(db, sql[i]);
		free(sql[i]);
	}
}

static inline void
run(struct attack *a, const char *sql)
{
	char *guards[GUARDS];

	guards_off(a->db, guards);
	raw_run(a->db, sql);
	guards_on(a->db, guards);
}

/* A copy of the archive through the product, before it is changed. */
static inline void
enter(const char *folder, struct made *m)
{
	memset(m, 0, sizeof(*m));
	m->now = INT64_C(1791000000000000);
	m->clock = (struct clock){ .now = made_now, .ctx = m };
	strcpy(m->folder, folder);
	made_open(m);
}

/* ---- forging the log ---- */

struct forger {
	unsigned char secret[64];
	char kid[65];
	bool sign; /* replace key and signature too */
};

static inline void
forged_hash(const char *prev, const char *body, char hash[65])
{
	crypto_hash_sha256_state st;
	unsigned char raw[32] = { 0 }, len[8] = { 0 };
	uint64_t n = strlen(body);

	sodium_hex2bin(raw, 32, prev, strlen(prev), NULL, NULL, NULL);
	for (int i = 0; i < 8; i++)
		len[i] = (unsigned char)(n >> (56 - 8 * i));
	crypto_hash_sha256_init(&st);
	crypto_hash_sha256_update(&st, (const unsigned char *)"AUDIT-v1", 9);
	crypto_hash_sha256_update(&st, raw, 32);
	crypto_hash_sha256_update(&st, len, 8);
	crypto_hash_sha256_update(&st, (const unsigned char *)body, n);
	crypto_hash_sha256_final(&st, raw);
	sodium_bin2hex(hash, 65, raw, 32);
}

static inline void
forged_signature(const struct forger *f, const char *hash, char sig[129])
{
	unsigned char text[10 + 32], raw[64];

	memcpy(text, "AUDSIG-v1", 10);
	sodium_hex2bin(text + 10, 32, hash, 64, NULL, NULL, NULL);
	crypto_sign_detached(raw, NULL, text, sizeof(text), f->secret);
	sodium_bin2hex(sig, 129, raw, 64);
}

static inline void
write_row(sqlite3 *db, const struct forger *f, const char *seq, const char *prev, const char *hash)
{
	char sig[129] = "";
	char *sql;

	if (f->sign)
		forged_signature(f, hash, sig);
	sql = f->sign
		? mem_format("UPDATE event SET prev = '%s', hash = '%s', kid = '%s', sig = '%s'"
			     " WHERE seq = %s",
			  prev, hash, f->kid, sig, seq)
		: mem_format("UPDATE event SET prev = '%s', hash = '%s' WHERE seq = %s", prev, hash,
			  seq);
	raw_run(db, sql);
	free(sql);
}

/* Every hash of the log made to fit again, and with f->sign every signature too. */
static inline void
forge_chain(sqlite3 *db, const struct forger *f)
{
	sqlite3_stmt *s = NULL;
	char prev[65] = "", hash[65];

	sqlite3_prepare_v2(db, "SELECT seq, body FROM event ORDER BY seq", -1, &s, NULL);
	while (sqlite3_step(s) == SQLITE_ROW) {
		forged_hash(prev, (const char *)sqlite3_column_text(s, 1), hash);
		write_row(db, f, (const char *)sqlite3_column_text(s, 0), prev, hash);
		strcpy(prev, hash);
	}
	sqlite3_finalize(s);
	raw_run(db, "UPDATE signature SET hash = (SELECT hash FROM event WHERE seq = event)");
}

static inline struct forger
attacker(void)
{
	struct forger f = { .sign = true };
	unsigned char public[32];

	crypto_sign_keypair(public, f.secret);
	sodium_bin2hex(f.kid, sizeof(f.kid), public, 32);
	return f;
}

/* The system's key lies in the archive's folder: whoever can change the files has it. */
static inline struct forger
system_of(const char *folder)
{
	struct forger f = { .sign = true };
	unsigned char seed[32], public[32];
	char *hex = made_read(folder, "system.key", NULL);

	sodium_hex2bin(seed, 32, hex, 64, NULL, NULL, NULL);
	crypto_sign_seed_keypair(public, f.secret, seed);
	sodium_bin2hex(f.kid, sizeof(f.kid), public, 32);
	free(hex);
	return f;
}

/* One more event, made of the last one with some texts replaced, signed by f. */
static inline void
forge_event(struct attack *a, const struct forger *f, const char *change)
{
	char body[8000], prev[65], hash[65], sig[129];
	char *sql =
		mem_format("SELECT %s FROM event WHERE seq = (SELECT max(seq) FROM event)", change);

	raw_value(a->db, sql, body, sizeof(body));
	free(sql);
	assert_true(body[0] == '{');
	raw_value(a->db, "SELECT hash FROM event ORDER BY seq DESC LIMIT 1", prev, sizeof(prev));
	forged_hash(prev, body, hash);
	forged_signature(f, hash, sig);
	sql = sqlite3_mprintf(
		"INSERT INTO event SELECT max(seq) + 1, %Q, %Q, %Q, %Q, %Q FROM event", body, prev,
		hash, f->kid, sig);
	raw_run(a->db, sql);
	sqlite3_free(sql);
}

#define LAST_DECISION " (SELECT event FROM signature ORDER BY number DESC LIMIT 1)"

/* ---- running them ---- */

static inline void
copy_objects(const struct scene *s, const char *to)
{
	char *folder = made_path(to, "objects");

	mkdir(folder, 0755);
	free(folder);
	for (int series = 1; series <= 3; series++) {
		struct made m = { 0 };

		snprintf(m.folder, sizeof(m.folder), "%s", to);
		store_objects(&m, series, 3);
	}
	(void)s;
}

static inline void
tampered(void **state)
{
	const struct tamper *t = *state;
	struct attack a = { .scene = &scene };
	char folder[64], text[8192];
	int status;

	made_folder(folder);
	made_copy(scene.m->folder, folder);
	copy_objects(&scene, folder);
	a.folder = folder;
	a.db = raw_open(folder);
	t->change(&a);
	sqlite3_close(a.db);
	status = made_verify(folder, t->objects, text);
	made_remove(folder);
	if (status != t->status || strstr(text, t->finding) == NULL)
		fail_msg("exit %d instead of %d, \"%s\" wanted:\n%s", status, t->status, t->finding,
			text);
}

#endif
