/* The record of one archive: opening, transactions. */
#include "core/ledger/ledger.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/account.h"
#include "core/ledger/anchor.h"
#include "core/ledger/ledger_in.h"
#include "core/ledger/schema.h"

enum { ANCHOR_EVERY = 100 /* events, R-06 */ };

static char *
path_in(const char *folder, const char *name)
{
	return mem_format("%s/%s", folder, name);
}

static enum rc
write_file(const char *folder, const char *name, const char *text, mode_t mode, struct err *e)
{
	char *path = path_in(folder, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	size_t n = strlen(text);
	enum rc rc = RC_OK;

	if (fd < 0 || write(fd, text, n) != (ssize_t)n || fsync(fd) != 0)
		rc = err_errno(e, RC_FAILED, "cannot write %s", name);
	if (fd >= 0)
		close(fd);
	free(path);
	return rc;
}

static enum rc
read_line(const char *folder, const char *name, char *to, size_t size, struct err *e)
{
	char *path = path_in(folder, name);
	FILE *f = fopen(path, "re");
	enum rc rc = RC_OK;

	if (f == NULL || fgets(to, (int)size, f) == NULL)
		rc = err_errno(e, RC_NOT_FOUND, "cannot read %s of the archive", name);
	else
		to[strcspn(to, "\n")] = '\0';
	if (f != NULL)
		fclose(f);
	free(path);
	return rc;
}

static void
read_boot_id(struct ledger *l)
{
	if (read_line("/proc/sys/kernel/random", "boot_id", l->boot, sizeof(l->boot), NULL) != RC_OK)
		strcpy(l->boot, "unknown");
}

static struct ledger *
ledger_new(const char *folder, const struct clock *clock)
{
	struct ledger *l = mem_zero(1, sizeof(*l));

	keys_init();
	l->folder = mem_string(folder);
	l->clock = clock;
	read_boot_id(l);
	l->system = (struct signer){
		.key = &l->system_key,
		.user = "system",
		.name = "wetread",
		.role = "",
		.session = "",
		.source = "",
	};
	return l;
}

static enum rc
system_key_make(struct ledger *l, struct err *e)
{
	char hex[KEY_PUBLIC_HEX];
	unsigned char seed[32];
	enum rc rc;

	key_random_hex(hex, 32);
	rc = key_unhex(seed, sizeof(seed), hex) ? key_from_seed(&l->system_key, seed, e)
						: RC_FAILED;
	if (rc == RC_OK)
		rc = write_file(l->folder, "system.key", hex, 0600, e);
	key_wipe(hex, sizeof(hex));
	key_wipe(seed, sizeof(seed));
	return rc;
}

static enum rc
system_key_read(struct ledger *l, struct err *e)
{
	char hex[KEY_PUBLIC_HEX + 1];
	unsigned char seed[32];
	enum rc rc = read_line(l->folder, "system.key", hex, sizeof(hex), e);

	if (rc == RC_OK && !key_unhex(seed, sizeof(seed), hex))
		rc = err_set(e, RC_CORRUPT, "system.key of the archive is damaged");
	if (rc == RC_OK)
		rc = key_from_seed(&l->system_key, seed, e);
	key_wipe(hex, sizeof(hex));
	key_wipe(seed, sizeof(seed));
	return rc;
}

static enum rc
set_meta(struct ledger *l, const char *name, const char *value, struct err *e)
{
	struct stmt *s = db_query(l->db, "INSERT INTO meta VALUES ($1, $2)");

	stmt_text(s, 1, name);
	stmt_text(s, 2, value);
	return stmt_run(s, e);
}

static enum rc
found(struct ledger *l, const struct ledger_founder *f, const struct sign_key *officer,
	struct err *e)
{
	struct signer as_officer = {
		.key = officer,
		.user = f->user,
		.name = f->name,
		.role = "officer",
		.session = "",
		.source = "",
	};
	struct event genesis = {
		.action = "archive-created",
		.kind = "archive",
		.object = l->id,
		.data = json_pack("{s:s, s:s, s:i}", "system_key", l->system_key.kid, "officer_key",
			officer->kid, "schema", SCHEMA_VERSION),
	};
	struct account_enrolment first = {
		.user = f->user,
		.name = f->name,
		.password = f->password,
		.roles = { "officer" },
		.evidence = "founder of the archive",
		.key = officer,
	};
	enum rc rc;

	rc = event_append(l, &l->system, &genesis, NULL, e);
	if (rc == RC_OK)
		rc = account_enrol(l, &as_officer, &first, e);
	return rc;
}

static enum rc
create_tables(struct ledger *l, const struct ledger_founder *f, struct err *e)
{
	struct sign_key officer = { 0 };
	char text[KEY_PUBLIC_HEX + 1];
	enum rc rc = ledger_begin(l, e);

	if (rc != RC_OK)
		return rc;
	rc = schema_create(l->db, e);
	if (rc == RC_OK)
		rc = set_meta(l, "id", l->id, e);
	if (rc == RC_OK)
		rc = key_new(&officer, e);
	if (rc == RC_OK)
		rc = found(l, f, &officer, e);
	snprintf(text, sizeof(text), "%s\n", officer.kid);
	if (rc == RC_OK)
		rc = write_file(l->folder, "anchors/officer.pub", text, 0644, e);
	key_free(&officer);
	return ledger_end(l, rc, e);
}

enum rc
ledger_create(struct ledger **out, const char *folder, const struct ledger_founder *f,
	const struct clock *clock, struct err *e)
{
	struct ledger *l = ledger_new(folder, clock);
	char *path = path_in(folder, "ledger.db"), *anchors = path_in(folder, "anchors");
	enum rc rc;

	*out = NULL;
	key_random_hex(l->id, 16);
	rc = account_check(f->user, f->name, f->password, e);
	if (rc == RC_OK && mkdir(anchors, 0755) != 0)
		rc = err_errno(e, RC_FAILED, "cannot make anchors/");
	if (rc == RC_OK)
		rc = db_open(&l->db, path, DB_CREATE, e);
	if (rc == RC_OK)
		rc = system_key_make(l, e);
	if (rc == RC_OK)
		rc = create_tables(l, f, e);
	free(path);
	free(anchors);
	if (rc != RC_OK) {
		l->unanchored = 0;
		ledger_close(l);
		return rc;
	}
	l->ready = true;
	*out = l;
	return ledger_anchor(l, e);
}

static enum rc
read_id(struct ledger *l, struct err *e)
{
	struct stmt *s = db_query(l->db, "SELECT value FROM meta WHERE name = 'id'");

	if (stmt_step(s, NULL) != RC_OK)
		return err_set(e, RC_CORRUPT, "the ledger has lost its id");
	str_copy(l->id, sizeof(l->id), stmt_get_text(s, 0));
	stmt_done(s);
	return RC_OK;
}

/* Inside the write lock: another process may have done it in between. */
static enum rc
write_forward(struct ledger *l, struct err *e)
{
	struct event ev = { .action = "schema-changed", .kind = "archive", .object = l->id };
	int from;
	enum rc rc = schema_check(l->db, &from, e);

	if (rc != RC_OK || from == SCHEMA_VERSION)
		return rc;
	rc = schema_forward(l->db, from, e);
	if (rc != RC_OK)
		return rc;
	ev.data = json_pack("{s:i, s:i}", "from", from, "to", SCHEMA_VERSION);
	return event_append(l, &l->system, &ev, NULL, e);
}

/* Tables of an older version are carried forward once, by the first who may write. */
static enum rc
carry_forward(struct ledger *l, enum db_mode mode, struct err *e)
{
	enum rc rc;

	if (mode != DB_WRITE)
		return err_set(e, RC_UNSUPPORTED,
			"the archive was made by an earlier wetread: open it once for writing, "
			"with "
			"wetread %s, to carry it forward",
			l->folder);
	rc = ledger_begin(l, e);
	return rc == RC_OK ? ledger_end(l, write_forward(l, e), e) : rc;
}

enum rc
ledger_open(struct ledger **out, const char *folder, enum db_mode mode, const struct clock *clock,
	struct err *e)
{
	struct ledger *l;
	char *path = path_in(folder, "ledger.db");
	struct stat st;
	int version = SCHEMA_VERSION;
	enum rc rc;

	*out = NULL;
	assert(mode != DB_CREATE);
	if (stat(path, &st) != 0) {
		free(path);
		return err_set(e, RC_NOT_FOUND,
			"%s holds no archive; make one with: wetread init DIR", folder);
	}
	l = ledger_new(folder, clock);
	/* first, so that a copy, which has no key, stays byte for byte what its list says */
	rc = mode == DB_WRITE ? system_key_read(l, e) : RC_OK;
	if (rc == RC_OK)
		rc = db_open(&l->db, path, mode, e);
	free(path);
	if (rc == RC_OK)
		rc = schema_check(l->db, &version, e);
	if (rc == RC_OK)
		rc = read_id(l, e);
	if (rc == RC_OK && version < SCHEMA_VERSION)
		rc = carry_forward(l, mode, e);
	if (rc != RC_OK) {
		if (l->db != NULL && db_broken(l->db, e) != RC_OK)
			rc = db_broken(l->db, e);
		l->unanchored = 0;
		ledger_close(l);
		return rc;
	}
	l->ready = true;
	*out = l;
	return RC_OK;
}

void
ledger_close(struct ledger *l)
{
	if (l == NULL)
		return;
	if (l->unanchored > 0)
		ledger_anchor(l, NULL);
	if (l->label_drop != NULL)
		l->label_drop(l->label_ctx);
	stmt_free(l->label_series);
	db_close(l->db);
	rules_free(l->rules);
	key_free(&l->system_key);
	free(l->folder);
	free(l);
}

struct db *
ledger_db(struct ledger *l)
{
	return l->db;
}

const char *
ledger_id(const struct ledger *l)
{
	return l->id;
}

int64_t
ledger_now(const struct ledger *l)
{
	return clock_now(l->clock);
}

const struct clock *
ledger_clock(const struct ledger *l)
{
	return l->clock;
}

const struct signer *
ledger_system(const struct ledger *l)
{
	return &l->system;
}

enum rc
ledger_begin(struct ledger *l, struct err *e)
{
	l->appended = 0;
	return db_begin(l->db, e);
}

enum rc
ledger_end(struct ledger *l, enum rc rc, struct err *e)
{
	if (rc != RC_OK) {
		enum rc broken = db_broken(l->db, e);

		db_rollback(l->db);
		event_clock_behind(l);
		return broken != RC_OK ? broken : rc;
	}
	rc = db_commit(l->db, e);
	if (rc != RC_OK)
		return rc;
	l->unanchored += l->appended;
	l->appended = 0;
	if (l->unanchored >= ANCHOR_EVERY || (l->unanchored > 0 && anchor_due(l)))
		ledger_anchor(l, NULL); /* the next one catches up where this one fails */
	return RC_OK;
}

enum rc
ledger_vouch(struct ledger *l, const char *tag, const void *bytes, size_t n,
	char sig[KEY_SIGNATURE_HEX], char kid[KEY_PUBLIC_HEX], struct err *e)
{
	enum rc rc = l->system_key.secret == NULL ? system_key_read(l, e) : RC_OK;

	if (rc != RC_OK)
		return rc;
	key_sign(&l->system_key, tag, bytes, n, sig);
	strcpy(kid, l->system_key.kid);
	return RC_OK;
}

int64_t
ledger_next(struct ledger *l, const char *literal_select_max)
{
	return db_number(l->db, literal_select_max, 0) + 1;
}
