/* Copies of verdicts to sources. */
#include "core/source/deliver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/catalog.h"
#include "core/ledger/charter.h"
#include "core/ledger/decision.h"
#include "core/ledger/history.h"
#include "core/ledger/outbox.h"
#include "core/ledger/remote.h"
#include "core/source/kos.h"

enum {
	HOLD_S = 120,      /* longer than any try takes */
	HELD_BACK_S = 300, /* until a verdict that others may not hear yet is looked at again */
};

/* A verdict in hand and what is told of it. */
struct letter {
	struct ledger *l;
	struct decision d;
	struct series series;
	struct image *images;
	size_t image_count;
	struct remote_series at;
	struct kos_document kos;
	char *json;
	struct charter_reason reason[DECISION_REASONS]; /* and as a document takes them */
	struct reason lent[DECISION_REASONS];
};

/* ---- the signed event ---- */

static bool
take_event(void *ctx, const struct history_event *ev)
{
	struct letter *t = ctx;
	json_t *o = json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:s}", "wetread", 1, "archive",
		ledger_id(t->l), "body", ev->body, "prev", ev->prev, "hash", ev->hash, "kid",
		ev->kid, "signature", ev->sig);

	t->json = json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(o);
	return false;
}

static enum rc
read_event(struct letter *t, int64_t number, struct err *e)
{
	struct stmt *s = db_query(ledger_db(t->l), "SELECT event FROM decision WHERE id = $1");
	int64_t event = 0;

	stmt_int(s, 1, number);
	if (stmt_step(s, NULL) == RC_OK)
		event = stmt_get_int(s, 0);
	stmt_done(s);
	return history_one(t->l, NULL, event, take_event, t, e);
}

/* ---- the rejection as an object ---- */

static size_t
read_reasons(struct letter *t, const struct reason *out[DECISION_REASONS])
{
	struct stmt *s = db_query(ledger_db(t->l),
		"SELECT code FROM decision_reason WHERE decision = $1 ORDER BY code");
	size_t n = 0;

	stmt_int(s, 1, t->d.number);
	while (n < DECISION_REASONS && stmt_step(s, NULL) == RC_OK) {
		struct charter_reason *own = &t->reason[n];

		if (!charter_find(t->l, t->series.id, stmt_get_text(s, 0), own))
			continue;
		t->lent[n] = (struct reason){ own->code, own->scheme, own->meaning, own->group, "*",
			"S", own->action, own->phi };
		out[n] = &t->lent[n];
		n++;
	}
	stmt_done(s);
	return n;
}

static enum rc
make_kos(struct letter *t, struct err *e)
{
	const struct reason *reasons[DECISION_REASONS] = { NULL };
	struct header study = { .json = NULL };
	struct kos_image *images = mem_zero(t->image_count + 1, sizeof(*images));
	struct kos_verdict v = { .archive = ledger_id(t->l),
		.number = t->d.number,
		.hash = t->d.hash,
		.signer = t->d.name,
		.at = t->d.at,
		.reasons = reasons,
		.reason_count = read_reasons(t, reasons),
		.study = &study,
		.study_uid = t->at.study_uid,
		.series_uid = t->at.series_uid,
		.images = images,
		.image_count = t->image_count };
	enum rc rc;

	memcpy(study.value, t->series.value, sizeof(study.value));
	for (size_t i = 0; i < t->image_count; i++)
		images[i] = (struct kos_image){ header_text(&study, ATTR_SOP_CLASS),
			t->images[i].sop_uid };
	rc = kos_make(&t->kos, &v, e);
	free(images);
	return rc;
}

/* ---- one of them ---- */

static enum rc
read_letter(struct letter *t, const struct outbox_row *r, struct err *e)
{
	struct remote_row at;
	int64_t series;
	enum rc rc = decision_get(t->l, r->decision, &t->d, &series, e);

	if (rc == RC_OK)
		rc = catalog_series(t->l, r->series, &t->series, e);
	if (rc == RC_OK)
		rc = catalog_images(t->l, r->series, &t->images, &t->image_count, e);
	if (rc == RC_OK)
		rc = remote_of(t->l, r->series, &at, e);
	if (rc != RC_OK)
		return rc;
	str_copy(t->at.study_uid, REMOTE_UID, t->series.exam_uid);
	str_copy(t->at.series_uid, REMOTE_UID, t->series.uid);
	str_copy(t->at.address, REMOTE_ADDRESS, at.address);
	rc = read_event(t, r->decision, e);
	if (rc == RC_OK && strcmp(t->series.state, "rejected") == 0 &&
		strcmp(t->d.verdict, "fail") == 0)
		rc = make_kos(t, e);
	return rc;
}

static void
letter_release(struct letter *t)
{
	series_release(&t->series);
	free(t->images);
	free(t->json);
	kos_release(&t->kos);
}

static enum rc
put(const struct letter *t, const struct source_use *u, char how[100], struct err *e)
{
	bool kos = t->kos.bytes.len > 0;
	struct remote_verdict v = { .series = &t->at,
		.number = t->d.number,
		.state = t->series.state,
		.verdict = t->d.verdict,
		.json = t->json,
		.hash = t->d.hash,
		.kos = kos ? t->kos.bytes.data : NULL,
		.kos_bytes = t->kos.bytes.len,
		.kos_uid = kos ? t->kos.uid : "",
		.kos_title = kos ? kos_titles[t->kos.title].value : "" };

	if (u->ops->put == NULL)
		return err_set(e, RC_UNSUPPORTED, "this kind of source takes no verdicts");
	return u->ops->put(u->driver, &v, how, e);
}

/* What comes of a try: confirmed, later, or not without a person. */
static enum rc
settle(const struct deliver_config *c, const struct outbox_row *r, const struct source_use *u,
	enum rc rc, const char *how, const struct err *why, struct deliver_counts *n)
{
	if (rc == RC_OK) {
		n->confirmed++;
		return outbox_confirm(c->ledger, c->who, r, how, NULL);
	}
	if (rc == RC_UNSUPPORTED)
		return outbox_no_form(c->ledger, r, why->text, NULL);
	if (rc == RC_CONFLICT || rc == RC_INVALID || rc == RC_NOT_FOUND) {
		n->refused++;
		return outbox_refused(c->ledger, r, why->text, NULL);
	}
	n->failed++;
	return outbox_failed(c->ledger, r, why->text, driver_patience(u->driver), NULL);
}

static enum rc
deliver_one(const struct deliver_config *c, const struct outbox_row *r, const struct source_use *u,
	struct deliver_counts *n, struct err *e)
{
	struct letter t = { .l = c->ledger };
	struct err why = { 0 };
	char how[100] = "";
	enum rc rc = read_letter(&t, r, &why);

	if (rc == RC_OK && t.d.held_back) {
		letter_release(&t);
		return outbox_failed(c->ledger, r,
			"held back until the step has an outcome: others still read it",
			HELD_BACK_S, e);
	}
	if (rc == RC_OK)
		rc = put(&t, u, how, &why);
	letter_release(&t);
	settle(c, r, u, rc, how, &why, n);
	sources_note(c->ledger, r->source, rc, &why);
	return rc == RC_OFFLINE || rc == RC_BUSY || rc == RC_DENIED || rc == RC_CANCELLED
		? err_set(e, rc, "%s", why.text)
		: RC_OK;
}

enum rc
deliver_due(
	const struct deliver_config *c, int64_t source, struct deliver_counts *out, struct err *e)
{
	struct source_use u;
	struct outbox_row r;
	struct err why = { 0 };
	enum rc rc = RC_OK;

	memset(out, 0, sizeof(*out));
	if (!outbox_due(c->ledger, source))
		return RC_OK;
	rc = sources_use(c->sources, c->ledger, source, &u, &why);
	if (rc != RC_OK) {
		/* each try counts, so that what waits tells since when and why */
		if (outbox_claim(c->ledger, source, HOLD_S, &r, NULL) == RC_OK)
			outbox_failed(c->ledger, &r, why.text, 0, NULL);
		sources_note(c->ledger, source, rc, &why);
		out->failed++;
		return err_set(e, rc, "%s", why.text);
	}
	while (rc == RC_OK && (c->stopped == NULL || !c->stopped(c->ctx)) &&
		outbox_claim(c->ledger, source, HOLD_S, &r, NULL) == RC_OK)
		rc = deliver_one(c, &r, &u, out, e);
	return rc;
}
