/* An event for people: as a row of a list, and in full. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/catalog.h"
#include "core/ledger/history.h"

static const char *
text(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s != NULL ? s : "";
}

/* What a row says of an action's data; of the others everything that is short. */
static const struct {
	const char *action, *names[6];
} words_of[] = {
	{ "decision", { "step", "verdict", "number", "reasons", "note" } },
	{ "series-arrived", { "images", "state", "subject", "visit" } },
	{ "series-changed", { "images", "state", "subject", "visit" } },
	{ "login-failed", { "reason", "failures", "source" } },
	{ "archive-created", { "schema" } },
	{ "login", { NULL } },
};

enum { SHORT = 48 };

static void
add_value(struct buf *b, const json_t *v)
{
	if (json_is_string(v))
		buf_text(b, json_string_value(v));
	else if (json_is_integer(v))
		buf_format(b, "%lld", (long long)json_integer_value(v));
	else if (json_is_boolean(v))
		buf_text(b, json_is_true(v) ? "true" : "false");
	else if (json_is_array(v) && json_is_string(json_array_get(v, 0)))
		for (size_t i = 0; i < json_array_size(v); i++)
			buf_format(b, "%s%s", i > 0 ? "," : "",
				json_is_string(json_array_get(v, i))
					? json_string_value(json_array_get(v, i))
					: "");
	else if (json_is_array(v))
		buf_format(b, "%zu", json_array_size(v));
}

static void
add_word(struct buf *b, const char *name, const json_t *v, bool named)
{
	size_t before = b->len;

	if (v == NULL || (json_is_string(v) && *json_string_value(v) == '\0') || json_is_object(v))
		return;
	if (before > 0)
		buf_char(b, ' ');
	if (named)
		buf_format(b, "%s ", name);
	add_value(b, v);
}

static void
add_words(struct buf *b, const char *action, json_t *data)
{
	const char *name;
	json_t *v;

	for (size_t i = 0; i < MEM_COUNT(words_of); i++) {
		if (strcmp(words_of[i].action, action) != 0)
			continue;
		for (int k = 0; k < 6 && words_of[i].names[k] != NULL; k++)
			add_word(b, words_of[i].names[k],
				json_object_get(data, words_of[i].names[k]),
				json_is_integer(json_object_get(data, words_of[i].names[k])));
		return;
	}
	json_object_foreach(data, name, v)
	{
		if (!json_is_string(v) || json_string_length(v) < SHORT)
			add_word(b, name, v, true);
	}
}

static void
object_text(const json_t *j, char *to, size_t size)
{
	const char *kind = text(j, "kind"), *object = text(j, "object");
	char name[24];
	long n;

	if (strcmp(kind, "series") == 0 && str_int(object, 1, 0x7fffffffffffL, &n)) {
		catalog_series_name(n, name);
		str_copy(to, size, name);
	} else if (strcmp(kind, "session") == 0) {
		snprintf(to, size, "%.8s", object);
	} else {
		str_copy(to, size, strcmp(kind, "archive") == 0 ? kind : object);
	}
}

void
history_row(const struct history_event *ev, struct history_row *r)
{
	json_t *j = json_loads(ev->body, 0, NULL), *data = json_object_get(j, "data");
	struct buf b = { 0 };

	memset(r, 0, sizeof(*r));
	r->seq = ev->seq;
	snprintf(r->time, sizeof(r->time), "%.10s %.8s", text(j, "time"),
		strlen(text(j, "time")) > 19 ? text(j, "time") + 11 : "");
	str_copy(r->user, sizeof(r->user), text(j, "user"));
	str_copy(r->action, sizeof(r->action), j != NULL ? text(j, "action") : "(not readable)");
	object_text(j, r->object, sizeof(r->object));
	if (*text(data, "meaning") != '\0') /* 11.50 */
		buf_format(&b, "%s, %s, %s:", text(j, "name"), text(data, "when"),
			text(data, "meaning"));
	add_words(&b, r->action, data);
	str_copy(r->words, sizeof(r->words), b.len > 0 ? b.data : "");
	str_clean(r->user), str_clean(r->action), str_clean(r->object), str_clean(r->words);
	str_clean(r->time);
	buf_release(&b);
	json_decref(j);
}

/* ---- in full ---- */

/* `line` is swallowed. */
static void
add_line(struct buf *b, char *line)
{
	str_clean(line);
	buf_format(b, "%s\n", line);
	free(line);
}

static void
add_data(struct buf *b, json_t *data)
{
	const char *name;
	json_t *v;

	json_object_foreach(data, name, v)
	{
		char *more = json_is_string(v)
			? mem_string(json_string_value(v))
			: json_dumps(v, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);

		add_line(b, mem_format("  %-14s %s", name, more != NULL ? more : ""));
		free(more);
	}
}

char *
history_full(const struct history_event *ev)
{
	static const char *const names[] = { "time", "user", "name", "role", "session", "source",
		"program", "action", "kind", "object", "db", "boot" };
	json_t *j = json_loads(ev->body, 0, NULL), *data = json_object_get(j, "data");
	struct buf b = { 0 };

	if (*text(data, "meaning") != '\0') /* 11.50 */
		add_line(&b,
			mem_format("signed by %s (%s, %s), %s, meaning: %s", text(j, "name"),
				text(j, "user"), text(j, "role"), text(data, "when"),
				text(data, "meaning")));
	add_line(&b, mem_format("%-16s %lld", "number", (long long)ev->seq));
	for (size_t i = 0; i < MEM_COUNT(names); i++)
		if (*text(j, names[i]) != '\0')
			add_line(&b, mem_format("%-16s %s", names[i], text(j, names[i])));
	if (json_object_size(data) > 0)
		add_line(&b, mem_string("data"));
	add_data(&b, data);
	add_line(&b, mem_format("%-16s %s", "hash", ev->hash));
	add_line(&b, mem_format("%-16s %s", "hash before", ev->prev));
	add_line(&b, mem_format("%-16s %s", "key", ev->kid));
	add_line(&b, mem_format("%-16s %s", "signature", ev->sig));
	json_decref(j);
	return buf_take(&b);
}
