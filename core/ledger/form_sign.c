/* Forms signed by who filled them. */
#include <string.h>

#include "core/base/str.h"
#include "core/ledger/account_in.h"
#include "core/ledger/entry.h"
#include "core/ledger/form_in.h"
#include "core/ledger/signing.h"

#define MEANING "authorship"

/* What was typed, and the key that it opened. */
struct hand {
	const struct session *who;
	const struct sign_key *key;
	const char *user; /* typed id, NULL none */
};

static enum rc
check_ground(struct ledger *l, const struct hand *h, const struct form_to_sign *f, struct err *e)
{
	struct form_state now;
	const struct form_pass *p = &now.pass[f->pass];
	enum rc rc = form_state_read(l, &f->at, f->form, &now, e);

	if (rc != RC_OK)
		return rc;
	if (now.frozen.is || now.locked.is)
		return err_set(e, RC_CONFLICT, "it is locked");
	if (!p->entered)
		return err_set(e, RC_CONFLICT, "nothing is entered yet");
	if (p->signed_)
		return err_set(e, RC_CONFLICT, "%s signed it already", p->name);
	return strcmp(p->account, h->who->user) == 0
		? RC_OK
		: err_set(e, RC_DENIED, "%s entered this and signs it", p->account);
}

static enum rc
write_signed(struct ledger *l, const struct hand *h, struct form_step *st, const char *role,
	struct form_receipt *out, struct err *e)
{
	struct event ev = { .action = "form-signed", .kind = st->at.kind, .object = st->at.object };
	struct signer author = session_signer(h->who, role);
	struct signing_chain chain;
	struct event_receipt receipt;
	enum rc rc;

	signing_read(l, h->who->user, &chain);
	author.key = h->key;
	st->running = chain.running;
	ev.data = json_pack("{s:s, s:i, s:s, s:s, s:s, s:I, s:s, s:s}", "form", st->form, "pass",
		st->pass, "digest", st->digest, "meaning", MEANING, "when", chain.when, "running",
		(json_int_t)chain.running, "previous", chain.previous, "components",
		h->user != NULL ? "id password" : "password");
	rc = event_append(l, &author, &ev, &receipt, e);
	if (rc == RC_OK)
		rc = form_step_write(l, &author, st, &receipt, e);
	if (rc == RC_OK)
		rc = signing_write(l, h->who, &chain, receipt.hash, e);
	if (rc != RC_OK)
		return rc;
	out->running = chain.running;
	out->at = receipt.at;
	out->event = receipt.seq;
	str_copy(out->hash, sizeof(out->hash), receipt.hash);
	return RC_OK;
}

static enum rc
sign_inside(struct ledger *l, const struct hand *h, const struct form_to_sign *f,
	struct form_receipt *out, struct err *e)
{
	static const char *const roles[] = { "coordinator", "expert", "radiologist", NULL };
	char role[RIGHTS_ROLE], digest[DIGEST_HEX];
	struct form_step st = { f->at, f->form, "signed", "", digest, f->pass, 0 };
	struct case_of c;
	enum rc rc = signing_check_components(l, h->who, h->user, e);

	if (rc == RC_OK && (f->pass < PASS_FIRST || f->pass > PASS_SETTLED))
		rc = err_set(e, RC_INVALID, "a form is filled once, twice, and settled");
	if (rc == RC_OK)
		rc = case_find(l, &f->at, &c, e);
	if (rc == RC_OK)
		rc = case_role(l, h->who->user, &c, roles, "sign this", role, e);
	if (rc == RC_OK)
		rc = signing_check_meaning(l, MEANING, role, e);
	if (rc == RC_OK)
		rc = check_ground(l, h, f, e);
	if (rc == RC_OK)
		rc = form_digest(l, &f->at, f->form, f->pass, digest, e);
	return rc == RC_OK ? write_signed(l, h, &st, role, out, e) : rc;
}

static enum rc
sign_one(struct ledger *l, const struct hand *h, const struct form_to_sign *f,
	struct form_receipt *out, struct err *e)
{
	enum rc rc = ledger_begin(l, e);

	if (rc == RC_OK)
		rc = ledger_end(l, sign_inside(l, h, f, out, e), e);
	if (rc != RC_OK)
		memset(out, 0, sizeof(*out));
	return rc;
}

enum rc
form_sign(struct ledger *l, const struct session *who, const struct form_signing *r,
	struct form_receipt *receipts, struct err *errs, struct err *e)
{
	struct sign_key key = { 0 };
	struct hand h = { who, &key, r->user };
	struct session_act act = { .step = "form" };
	size_t done = 0;
	enum rc rc;

	memset(receipts, 0, r->n * sizeof(*receipts));
	memset(errs, 0, r->n * sizeof(*errs));
	if (r->n == 0 || r->n > FORM_BATCH)
		return err_set(e, RC_LIMIT, "one signing covers 1 to %d forms", FORM_BATCH);
	act.kind = r->list[0].at.kind;
	act.object = r->list[0].at.object;
	/* the slow part, Argon2id, before the write lock is taken */
	rc = session_unlock(l, who, &act, r->password, &key, e);
	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < r->n; i++) {
		errs[i].rc = sign_one(l, &h, &r->list[i], &receipts[i], &errs[i]);
		done += errs[i].rc == RC_OK;
	}
	key_free(&key);
	return done == r->n ? RC_OK : err_set(e, RC_CONFLICT, "%zu of %zu were signed", done, r->n);
}
