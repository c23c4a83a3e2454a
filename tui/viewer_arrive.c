/* A series that lies elsewhere: its pictures are shown as they come.  Nothing of it counts as seen before all of it is here and the
 * ledger knows what it consists of; what was here whole once and only left the cache counts at once, its digests are known. */
#include "tui/viewer_in.h"

#include <stdio.h>
#include <string.h>

#include "core/base/str.h"
#include "core/source/fetch.h"

/* The slice that is wanted may be there now. */
static void
try_again(struct app *app, struct viewer_state *s)
{
	if (s->port.failed == RC_OK && s->port.on_glass)
		return;
	s->port.failed = RC_OK;
	if (s->modes.mode == VIEW_SLICES)
		viewport_show(app, &s->port);
}

static void
expect(struct app *app, struct viewer_state *s, const struct arrival *a)
{
	if (s->f.slices > 0 || a->n == 0)
		return;
	slides_expect(app->slides, (uint64_t)s->f.series.id, (uint32_t)a->n);
	for (size_t i = 0; i < a->digests_n; i++)
		if (a->digests[i][0] != '\0')
			slides_fill(
				app->slides, (uint64_t)s->f.series.id, (uint32_t)i, a->digests[i]);
	viewport_open(&s->port, (uint64_t)s->f.series.id, (uint32_t)a->n, s->f.series.modality);
	viewport_show(app, &s->port);
}

static void
take(struct app *app, struct viewer_state *s, const struct arrival *a, size_t place)
{
	if (s->f.slices == 0 && place < a->digests_n)
		slides_fill(
			app->slides, (uint64_t)s->f.series.id, (uint32_t)place, a->digests[place]);
	if (s->f.slices > 0 || place == s->port.want)
		try_again(app, s);
}

static void
end(struct app *app, struct viewer_state *s, const struct arrival *a)
{
	s->arriving = false;
	if (a->rc == RC_OK && s->f.slices == 0) {
		s->resume = (int64_t)s->port.want;
		viewer_load(app, s, s->f.task, s->f.series.id, 0);
		return;
	}
	if (a->rc == RC_OK) {
		try_again(app, s);
		return;
	}
	snprintf(s->away, sizeof(s->away), "%.32s: %.150s", s->source, a->text);
	app_say(app, STYLE_WARN, "%s", s->away);
}

static void
on_arrival(struct app *app, void *state, const struct arrival *a, enum arrival_event what,
	size_t place)
{
	struct viewer_state *s = state;

	if (a->series != s->f.series.id || !s->arriving)
		return;
	if (what == ARRIVAL_LISTED)
		expect(app, s, a);
	else if (what == ARRIVAL_CAME)
		take(app, s, a, place);
	else if (what == ARRIVAL_ENDED)
		end(app, s, a);
	app_stale(app);
}

void
viewer_arrive(struct app *app, struct viewer_state *s)
{
	const struct arrival *a;

	s->away[0] = '\0';
	s->arriving = true;
	a = remote_want(app, s->f.series.id, s->port.want, s, on_arrival);
	if (a == NULL) {
		s->arriving = false;
		str_copy(s->away, sizeof(s->away),
			"it lies at a source, and this workstation was opened before there was "
			"one: "
			"open it anew");
		return;
	}
	expect(app, s, a); /* what came while the series before it was looked at */
}

void
viewer_arrive_text(const struct app *app, const struct viewer_state *s, char *to, size_t size)
{
	const struct arrival *a = remote_now(app);
	char how[100];

	to[0] = '\0';
	if (s->away[0] != '\0')
		str_copy(to, size, s->away);
	if (!s->arriving)
		return;
	str_copy(how, sizeof(how), "waiting for its turn");
	if (a != NULL && a->series == s->f.series.id)
		remote_progress_text(a, how, sizeof(how));
	snprintf(to, size, "from %s: %s", s->source, how);
}
