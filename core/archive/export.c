/* The log as JSON lines, CSV or text. */
#include "core/archive/export.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/rights.h"

static const char *const format_names[EXPORT_FORMATS] = {
	[EXPORT_TEXT] = "text", [EXPORT_JSONL] = "jsonl", [EXPORT_CSV] = "csv"
};

bool
export_format_of(const char *name, enum export_format *out)
{
	for (int i = 0; i < EXPORT_FORMATS; i++)
		if (strcmp(format_names[i], name) == 0) {
			*out = (enum export_format)i;
			return true;
		}
	return false;
}

static const char *
text(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s != NULL ? s : "";
}

/* ---- JSON lines ---- */

static void
print_take(FILE *to, json_t *line)
{
	json_dumpf(line, to, JSON_COMPACT);
	putc('\n', to);
	json_decref(line);
}

static json_t *
facts(const struct export *x, struct ledger *l)
{
	char filter[400];
	json_t *o;

	history_filter_text(&x->filter, filter, sizeof(filter));
	o = json_pack("{s:s, s:s, s:s, s:I, s:s, s:s, s:I, s:s, s:{s:s, s:I, s:s}}", "program",
		"wetread " WETREAD_VERSION, "db", ledger_id(l), "time", x->at, "seq",
		(json_int_t)x->seq, "head", x->head, "filter", filter, "last", (json_int_t)x->limit,
		"by", x->who != NULL ? x->who->user : "", "verify", "result", x->verified.result,
		"events", (json_int_t)x->verified.events, "head", x->verified.head);
	if (x->who != NULL && !rights_log(l, x->who->user))
		json_object_set_new(o, "own", json_true());
	return o;
}

static void
jsonl_first(struct export *x, struct ledger *l, FILE *to)
{
	print_take(to, json_pack("{s:s, s:o}", "wetread", "export", "export", facts(x, l)));
}

static void
jsonl_event(FILE *to, const struct history_event *ev)
{
	print_take(to,
		json_pack("{s:I, s:s, s:s, s:s, s:s, s:s}", "seq", (json_int_t)ev->seq, "hash",
			ev->hash, "prev", ev->prev, "kid", ev->kid, "sig", ev->sig, "body",
			ev->body));
}

static void
jsonl_last(struct export *x, struct ledger *l, FILE *to)
{
	json_t *o = facts(x, l);

	json_object_set_new(o, "events", json_integer(x->events));
	print_take(to, json_pack("{s:s, s:o}", "wetread", "end", "export", o));
}

/* ---- CSV ---- */

void
export_csv_field(FILE *to, const char *s)
{
	bool formula = *s != '\0' && strchr("=+-@\t\r", *s) != NULL;

	if (strpbrk(s, ",\"\r\n") == NULL) {
		fprintf(to, "%s%s", formula ? "'" : "", s);
		return;
	}
	fputs(formula ? "\"'" : "\"", to);
	for (; *s != '\0'; s++) {
		if (*s == '"')
			putc('"', to);
		putc(*s, to);
	}
	putc('"', to);
}

static void
csv_row(FILE *to, const char *const *fields, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			putc(',', to);
		export_csv_field(to, fields[i]);
	}
	fputs("\r\n", to);
}

static void
csv_first(struct export *x, struct ledger *l, FILE *to)
{
	static const char *const names[] = { "row", "seq", "time", "user", "name", "role",
		"session", "source", "program", "action", "kind", "object", "signed", "meaning",
		"data", "hash", "prev", "kid", "sig" };

	(void)x, (void)l;
	csv_row(to, names, MEM_COUNT(names));
}

static void
csv_event(FILE *to, const struct history_event *ev)
{
	json_t *j = json_loads(ev->body, 0, NULL), *data = json_object_get(j, "data");
	char *more = json_is_object(data) ? json_dumps(data, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
	char seq[24];
	const char *const fields[] = { "event", seq, text(j, "time"), text(j, "user"),
		text(j, "name"), text(j, "role"), text(j, "session"), text(j, "source"),
		text(j, "program"), text(j, "action"), text(j, "kind"), text(j, "object"),
		text(data, "when"), text(data, "meaning"), more != NULL ? more : "", ev->hash,
		ev->prev, ev->kid, ev->sig };

	snprintf(seq, sizeof(seq), "%lld", (long long)ev->seq);
	csv_row(to, fields, MEM_COUNT(fields));
	free(more);
	json_decref(j);
}

/* The same columns: what is covered in those of an event, the rest in its data. */
static void
csv_last(struct export *x, struct ledger *l, FILE *to)
{
	json_t *o = facts(x, l);
	char seq[24], *more;

	json_object_set_new(o, "events", json_integer(x->events));
	more = json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS);
	snprintf(seq, sizeof(seq), "%lld", (long long)x->seq);
	csv_row(to,
		(const char *const[]){ "end", seq, x->at, text(o, "by"), "", "", "", "",
			text(o, "program"), "export", "archive", ledger_id(l), "", "", more,
			x->head, "", "", "" },
		19);
	free(more);
	json_decref(o);
}

/* ---- text ---- */

/* What comes from an altered file must not reach the terminal as it is. */
static void
print_clean(FILE *to, char *line)
{
	str_clean(line);
	fprintf(to, "%s\n", line);
	free(line);
}

void
export_event_text(FILE *to, const struct history_event *ev)
{
	json_t *j = json_loads(ev->body, 0, NULL), *data = json_object_get(j, "data");
	char *more = json_is_object(data) ? json_dumps(data, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
	char *by = NULL;

	if (*text(data, "meaning") != '\0')
		by = mem_format(" signed by %s (%s, %s), %s, meaning: %s", text(j, "name"),
			text(j, "user"), text(j, "role"), text(data, "when"), text(data, "meaning"));
	print_clean(to,
		mem_format("%6lld %s %-12s %-18s %s %s %.200s %.12s%s", (long long)ev->seq,
			text(j, "time"), text(j, "user"), text(j, "action"), text(j, "kind"),
			text(j, "object"), more != NULL ? more : "", ev->hash,
			by != NULL ? by : ""));
	free(more);
	free(by);
	json_decref(j);
}

static void
text_first(struct export *x, struct ledger *l, FILE *to)
{
	char filter[400];

	history_filter_text(&x->filter, filter, sizeof(filter));
	print_clean(to,
		mem_format("wetread export of archive %s, %s%s%s", ledger_id(l), x->at,
			filter[0] != '\0' ? ", only " : "", filter));
}

static void
text_last(struct export *x, struct ledger *l, FILE *to)
{
	(void)l;
	print_clean(to,
		mem_format("%lld events; head %lld %s; wetread-verify: %s%s%s",
			(long long)x->events, (long long)x->seq, x->head, x->verified.result,
			x->verified.first[0] != '\0' ? ": " : "", x->verified.first));
}

/* ---- */

static const struct {
	void (*first)(struct export *x, struct ledger *l, FILE *to);
	void (*event)(FILE *to, const struct history_event *ev);
	void (*last)(struct export *x, struct ledger *l, FILE *to);
} formats[EXPORT_FORMATS] = {
	[EXPORT_TEXT] = { text_first, export_event_text, text_last },
	[EXPORT_JSONL] = { jsonl_first, jsonl_event, jsonl_last },
	[EXPORT_CSV] = { csv_first, csv_event, csv_last },
};

static bool
ignore(void *ctx, const struct history_event *ev)
{
	(void)ctx, (void)ev;
	return true;
}

/* So that the last N come oldest first: the event behind which they begin. */
static enum rc
last_ones(struct export *x, struct ledger *l, struct history_query *q, struct err *e)
{
	struct history_query back = *q;
	struct history_page page = { 0 };
	enum rc rc;

	back.newest_first = true;
	back.limit = x->limit;
	rc = history_read(l, x->who, &back, ignore, NULL, &page, e);
	if (rc == RC_OK && !page.end && page.beyond > 1)
		q->beyond = page.beyond - 1;
	return rc;
}

struct writing {
	struct export *x;
	FILE *to;
};

static bool
write_event(void *ctx, const struct history_event *ev)
{
	struct writing *w = ctx;

	w->x->events++;
	formats[w->x->format].event(w->to, ev);
	if (w->x->stop != NULL && __atomic_load_n(w->x->stop, __ATOMIC_RELAXED) != 0)
		return false;
	return ferror(w->to) == 0; /* a full disk is told by export_end */
}

static enum rc
find_head(struct export *x, struct ledger *l, struct err *e)
{
	enum rc rc = event_head(l, &x->seq, x->head, e);

	if (rc == RC_OK && x->verified.events > 0 && x->verified.events < x->seq) {
		x->seq = x->verified.events;
		strcpy(x->head, x->verified.head);
	}
	return rc;
}

enum rc
export_rows(struct export *x, struct ledger *l, FILE *to, struct err *e)
{
	struct history_query q = { .filter = x->filter };
	struct writing w = { .x = x, .to = to };
	enum rc rc = find_head(x, l, e);

	x->events = 0;
	q.last = x->seq;
	clock_format(ledger_now(l), x->at);
	if (rc == RC_OK && x->limit > 0)
		rc = last_ones(x, l, &q, e);
	if (rc != RC_OK)
		return rc;
	formats[x->format].first(x, l, to);
	rc = history_read(l, x->who, &q, write_event, &w, NULL, e);
	if (rc == RC_OK && x->stop != NULL && __atomic_load_n(x->stop, __ATOMIC_RELAXED) != 0)
		rc = err_set(e, RC_CANCELLED, "the export was left off");
	return rc;
}

enum rc
export_record(struct export *x, struct ledger *l, struct err *e)
{
	char filter[400];

	history_filter_text(&x->filter, filter, sizeof(filter));
	return history_told(l, x->who, NULL, "exported",
		json_pack("{s:s, s:s, s:I, s:I, s:s, s:s}", "format", format_names[x->format],
			"filter", filter, "events", (json_int_t)x->events, "seq",
			(json_int_t)x->seq, "head", x->head, "verify", x->verified.result),
		e);
}

enum rc
export_end(struct export *x, struct ledger *l, FILE *to, struct err *e)
{
	formats[x->format].last(x, l, to);
	if (fflush(to) != 0 || ferror(to) != 0)
		return err_errno(e, RC_FAILED, "the export could not be written");
	return RC_OK;
}
