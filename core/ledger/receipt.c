/* Receipts of signed decisions. */
#include "core/ledger/receipt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/catalog.h"
#include "core/ledger/decision.h"
#include "core/ledger/history.h"

enum { WIDTH = 100, LABEL = 13 };

static const char begins[] = "-----BEGIN WETREAD RECEIPT-----\n";
static const char signs[] = "-----SIGNATURE-----\n";
static const char unsigned_[] =
	"-----NOT SIGNED: the archive's system key cannot be read here-----\n";
static const char ends[] = "-----END WETREAD RECEIPT-----\n";
static const char tag[] = "RECEIPT-v1";

/* "label        text", long text going on below itself; nothing for an empty one. */
static void
add(struct buf *b, const char *label, const char *text)
{
	char *clean = mem_string(text);
	const char *p = clean;

	str_clean(clean);
	while (*p != '\0') {
		size_t n = str_fit(p, WIDTH - LABEL);

		buf_format(b, "%-*s%.*s\n", LABEL, p == clean ? label : "", (int)n, p);
		p += n;
	}
	free(clean);
}

static void
add_format(struct buf *b, const char *label, char *text)
{
	add(b, label, text);
	free(text);
}

/* ---- making ---- */

struct facts {
	struct decision d;
	int64_t series, event, head_event;
	char head[DIGEST_HEX], hash[DIGEST_HEX], kid[KEY_PUBLIC_HEX], sig[KEY_SIGNATURE_HEX];
	json_t *body;
};

static bool
take_event(void *ctx, const struct history_event *ev)
{
	struct facts *f = ctx;

	f->body = json_loads(ev->body, 0, NULL);
	str_copy(f->hash, sizeof(f->hash), ev->hash);
	str_copy(f->kid, sizeof(f->kid), ev->kid);
	str_copy(f->sig, sizeof(f->sig), ev->sig);
	return false;
}

static enum rc
read_facts(struct ledger *l, int64_t number, struct facts *f, struct err *e)
{
	struct stmt *s = db_query(ledger_db(l), "SELECT event FROM decision WHERE id = $1");
	enum rc rc = decision_get(l, number, &f->d, &f->series, e);

	if (rc != RC_OK)
		return rc;
	stmt_int(s, 1, number);
	if (stmt_step(s, NULL) == RC_OK)
		f->event = stmt_get_int(s, 0);
	stmt_done(s);
	if (history_one(l, NULL, f->event, take_event, f, NULL) != RC_OK || f->body == NULL ||
		strcmp(f->hash, f->d.hash) != 0)
		return err_set(e, RC_CORRUPT,
			"the event of decision #%lld is not there: wetread-verify",
			(long long)number);
	return event_head(l, &f->head_event, f->head, e);
}

static const char *
data_text(const struct facts *f, const char *name)
{
	const char *s = json_string_value(json_object_get(json_object_get(f->body, "data"), name));

	return s != NULL ? s : "";
}

static void
write_body(struct ledger *l, const struct facts *f, struct buf *b)
{
	const struct decision *d = &f->d;
	char series[24], at[CLOCK_TEXT];
	long long running =
		json_integer_value(json_object_get(json_object_get(f->body, "data"), "running"));

	catalog_series_name(f->series, series);
	clock_format(ledger_now(l), at);
	add(b, "archive", ledger_id(l));
	add_format(b, "series", mem_format("%s %s", series, data_text(f, "series_uid")));
	add(b, "manifest", data_text(f, "manifest"));
	add_format(b, "decision", mem_format("#%lld", (long long)d->number));
	add(b, "step", d->step);
	add(b, "verdict", d->verdict);
	add(b, "reasons", d->reasons);
	add(b, "note", d->note);
	add_format(b, "signed by", mem_format("%s (%s, %s)", d->name, d->account, d->role));
	add(b, "time", d->when);
	add(b, "meaning", d->meaning);
	add_format(b, "running", mem_format("signature no. %lld of %s", running, d->account));
	add(b, "state", d->state);
	add_format(b, "event", mem_format("%lld", (long long)f->event));
	add(b, "hash", f->hash);
	add(b, "key", f->kid);
	add(b, "signature", f->sig);
	add_format(b, "head", mem_format("%lld %s", (long long)f->head_event, f->head));
	add(b, "printed", at);
}

enum rc
receipt_make(struct ledger *l, int64_t number, struct receipt *out, struct err *e)
{
	struct facts *f = mem_zero(1, sizeof(*f));
	char sig[KEY_SIGNATURE_HEX], kid[KEY_PUBLIC_HEX];
	struct buf body = { 0 };
	enum rc rc = read_facts(l, number, f, e);

	memset(out, 0, sizeof(*out));
	if (rc == RC_OK) {
		write_body(l, f, &body);
		out->is_signed = ledger_vouch(l, tag, body.data, body.len, sig, kid, NULL) == RC_OK;
		buf_text(&out->text, begins);
		buf_text(&out->text, body.data);
		if (out->is_signed)
			buf_format(&out->text, "%s%s\n%.64s\n%s\n", signs, kid, sig, sig + 64);
		else
			buf_text(&out->text, unsigned_);
		buf_text(&out->text, ends);
	}
	buf_release(&body);
	json_decref(f->body);
	free(f);
	return rc;
}

/* ---- checking ---- */

/* The text behind the label where a line begins with it. */
static void
line_of(const char *body, size_t n, const char *label, char *to, size_t size)
{
	size_t length = strlen(label);

	to[0] = '\0';
	for (const char *p = body; p < body + n; p += strcspn(p, "\n") + 1)
		if (strncmp(p, label, length) == 0 && p[length] == ' ') {
			p += LABEL;
			snprintf(to, size, "%.*s", (int)strcspn(p, "\n"), p);
			return;
		}
}

/* 64 digits and a line feed, nothing else. */
static bool
take_line(const char **at, char to[65])
{
	if (strspn(*at, "0123456789abcdef") != 64 || (*at)[64] != '\n')
		return false;
	memcpy(to, *at, 64);
	to[64] = '\0';
	*at += 65;
	return true;
}

static bool
take_signature(const char *at, struct receipt_facts *out, char sig[KEY_SIGNATURE_HEX])
{
	char first[65], second[65];

	if (!take_line(&at, out->key) || !take_line(&at, first) || !take_line(&at, second))
		return false;
	snprintf(sig, KEY_SIGNATURE_HEX, "%s%s", first, second);
	return strncmp(at, ends, strlen(ends)) == 0;
}

static void
read_names(const char *body, size_t n, struct receipt_facts *out)
{
	char text[DIGEST_HEX + 24];
	long v = 0;

	line_of(body, n, "archive", out->db, sizeof(out->db));
	line_of(body, n, "hash", out->hash, sizeof(out->hash));
	line_of(body, n, "event", text, sizeof(text));
	if (str_int(text, 1, 0x7fffffffffffL, &v))
		out->event = v;
	line_of(body, n, "head", text, sizeof(text));
	if (strchr(text, ' ') != NULL) {
		str_copy(out->head, sizeof(out->head), strchr(text, ' ') + 1);
		*strchr(text, ' ') = '\0';
	}
	if (str_int(text, 1, 0x7fffffffffffL, &v))
		out->head_event = v;
}

enum rc
receipt_read(const char *text, struct receipt_facts *out, struct err *e)
{
	const char *body = strstr(text, begins), *end;
	char sig[KEY_SIGNATURE_HEX];

	memset(out, 0, sizeof(*out));
	if (body == NULL)
		return err_set(e, RC_INVALID, "this is no receipt of wetread");
	body += strlen(begins);
	end = strstr(body, signs);
	if (end == NULL && strstr(body, unsigned_) != NULL)
		return err_set(e, RC_INVALID, "the receipt is not signed: it shows nothing");
	if (end == NULL || !take_signature(end + strlen(signs), out, sig))
		return err_set(e, RC_INVALID, "the receipt is not whole");
	if (!key_verify(out->key, sig, tag, body, (size_t)(end - body)))
		return err_set(e, RC_CORRUPT, "the receipt was altered: its signature does not fit");
	read_names(body, (size_t)(end - body), out);
	return RC_OK;
}

static bool
holds(struct ledger *l, int64_t seq, const char *hash)
{
	struct stmt *s = db_query(ledger_db(l), "SELECT hash FROM event WHERE seq = $1");
	bool same;

	stmt_int(s, 1, seq);
	same = stmt_step(s, NULL) == RC_OK && strcmp(stmt_get_text(s, 0), hash) == 0;
	stmt_done(s);
	return same;
}

enum rc
receipt_compare(struct ledger *l, const struct receipt_facts *f, struct err *e)
{
	struct facts *first = mem_zero(1, sizeof(*first));
	bool its_key;

	history_one(l, NULL, 1, take_event, first, NULL);
	its_key = strcmp(data_text(first, "system_key"), f->key) == 0;
	json_decref(first->body);
	free(first);
	if (strcmp(f->db, ledger_id(l)) != 0 || !its_key)
		return err_set(e, RC_CONFLICT, "the receipt is of another archive");
	if (!holds(l, f->event, f->hash))
		return err_set(e, RC_CONFLICT,
			"event %lld of the receipt is not in the log: the record was altered",
			(long long)f->event);
	if (!holds(l, f->head_event, f->head))
		return err_set(e, RC_CONFLICT,
			"event %lld, the head at printing, is not in the log: the record was cut "
			"off "
			"or altered",
			(long long)f->head_event);
	return RC_OK;
}
