/* Stored files that are not what was imported. */
#include "core/ledger/damage.h"

#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/ledger/catalog.h"

/* In the column that says why an image's pixels cannot be shown. */
static const char *const faults[] = {
	[DAMAGE_NONE] = "",
	[DAMAGE_MISSING] = "the stored file is missing",
	[DAMAGE_CHANGED] = "the stored file was changed",
};

struct noting {
	struct ledger *l;
	json_t *damaged, *restored; /* arrays of [SOP Instance UID, digest, what] */
};

static enum rc
set_fault(struct ledger *l, int64_t image, enum damage d, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l), "UPDATE image SET fault = $1 WHERE id = $2");

	stmt_text(s, 1, faults[d]);
	stmt_int(s, 2, image);
	return stmt_run(s, e);
}

static enum damage
known_damage(const char *fault)
{
	for (size_t i = DAMAGE_MISSING; i < MEM_COUNT(faults); i++)
		if (strcmp(fault, faults[i]) == 0)
			return (enum damage)i;
	return DAMAGE_NONE;
}

static enum rc
note_one(struct noting *t, const struct damage_found *f, struct err *e)
{
	struct stmt *s =
		db_query(ledger_db(t->l), "SELECT sop_uid, digest, fault FROM image WHERE id = $1");
	static const char *const words[] = { "", "missing", "changed" };
	enum damage known;
	enum rc rc;

	stmt_int(s, 1, f->image);
	rc = stmt_step(s, e);
	if (rc != RC_OK)
		return rc;
	known = known_damage(stmt_get_text(s, 2));
	if (known != f->damage)
		json_array_append_new(f->damage != DAMAGE_NONE ? t->damaged : t->restored,
			json_pack("[s, s, s]", stmt_get_text(s, 0), stmt_get_text(s, 1),
				words[f->damage]));
	stmt_done(s);
	return known != f->damage ? set_fault(t->l, f->image, f->damage, e) : RC_OK;
}

static enum rc
write_event(struct noting *t, const struct signer *who, int64_t series, const char *action,
	json_t *images, struct err *e)
{
	char object[24];
	struct event ev = { .action = action, .kind = "series", .object = object };

	if (json_array_size(images) == 0)
		return RC_OK;
	snprintf(object, sizeof(object), "%lld", (long long)series);
	ev.data = json_pack("{s:O}", "images", images);
	return event_append(t->l, who, &ev, NULL, e);
}

static enum rc
note_all(struct noting *t, const struct signer *who, int64_t series,
	const struct damage_found *found, size_t n, struct err *e)
{
	struct stmt *s;
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < n; i++)
		rc = note_one(t, &found[i], e);
	if (rc == RC_OK)
		rc = write_event(t, who, series, "images-damaged", t->damaged, e);
	if (rc == RC_OK)
		rc = write_event(t, who, series, "images-restored", t->restored, e);
	if (rc != RC_OK || json_array_size(t->damaged) + json_array_size(t->restored) == 0)
		return rc;
	s = db_query(ledger_db(t->l),
		"UPDATE series SET settled = 0, revision = revision + 1 WHERE id = $1");
	stmt_int(s, 1, series);
	return stmt_run(s, e);
}

enum rc
damage_note(struct ledger *l, const struct signer *who, int64_t series,
	const struct damage_found *found, size_t n, bool *noted, struct err *e)
{
	struct noting t = { .l = l, .damaged = json_array(), .restored = json_array() };
	int64_t settled;
	enum rc rc = ledger_begin(l, e);

	if (rc == RC_OK)
		rc = ledger_end(l, note_all(&t, who, series, found, n, e), e);
	*noted = rc == RC_OK && json_array_size(t.damaged) + json_array_size(t.restored) > 0;
	json_decref(t.damaged);
	json_decref(t.restored);
	return *noted ? catalog_settle(l, who, NULL, NULL, &settled, e) : rc;
}

enum rc
damage_images(struct ledger *l, int64_t series,
	bool (*each)(void *ctx, int64_t series, int64_t image, const char *digest), void *ctx,
	struct err *e)
{
	struct stmt *s = db_query(ledger_db(l),
		"SELECT series, id, digest FROM image WHERE $1 = 0 OR series = $1 ORDER BY series, "
		"id");
	enum rc rc;
	bool on = true;

	stmt_int(s, 1, series);
	while (on && (rc = stmt_step(s, e)) == RC_OK)
		on = each(ctx, stmt_get_int(s, 0), stmt_get_int(s, 1), stmt_get_text(s, 2));
	stmt_done(s);
	return !on || rc == RC_NOT_FOUND ? RC_OK : rc;
}
