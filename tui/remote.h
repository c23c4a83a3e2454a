/* What happens at sources while people work: the series on the screen is fetched first, the one that comes next meanwhile, and all
 * sources are looked after in the background.  Two threads, each with a ledger handle and connections of its own.  UI thread. */
#ifndef TUI_REMOTE_H
#define TUI_REMOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/ledger/keys.h"

struct app;
struct remote;

/* A series on its way here. */
struct arrival {
	int64_t series;
	bool running;
	size_t n, here;              /* images listed, and here; n 0: not listed yet */
	size_t digests_n;            /* of the next */
	char (*digests)[DIGEST_HEX]; /* by place in reading order; "" not here yet */
	int64_t bytes;               /* that came over the line */
	int64_t began_us;            /* monotonic */
	enum rc rc;                  /* how it ended, once it is not running */
	char text[300];
};

enum arrival_event { ARRIVAL_LISTED, ARRIVAL_CAME, ARRIVAL_MORE, ARRIVAL_ENDED };

/* Who wants to hear: the screen that shows the series.  `place` of ARRIVAL_CAME. */
typedef void (*arrival_fn)(struct app *app, void *state, const struct arrival *a,
	enum arrival_event what, size_t place);

/* Begin where the archive has sources; app->remote stays NULL where it has none. */
void remote_begin(struct app *app);
/* After every screen is closed and before the workers end. */
void remote_end(struct app *app);

/* Fetch this series now, the image at `first` before the others; told to `fn` of the screen `state`.  NULL: there are no
 * sources. */
const struct arrival *remote_want(
	struct app *app, int64_t series, size_t first, void *state, arrival_fn fn);
/* Nobody waits for it any more: what is under way is left off, what came stays. */
void remote_unwant(struct app *app, int64_t series);
/* What will be looked at next; 0 nothing. */
void remote_ahead(struct app *app, int64_t series);

/* Look after all sources now, also those that are not due. */
void remote_look(struct app *app);
/* From app_tick: begin a round where one is due. */
void remote_tick(struct app *app);
int remote_tick_in(const struct app *app);

/* "pacs ok, site2 away": a word for each source, "" none. */
const char *remote_words(const struct app *app);
/* The last thing that happened, "" nothing yet; and whether a round is under way. */
const char *remote_last(const struct app *app);
bool remote_busy(const struct app *app);
/* What is being fetched now; NULL nothing. */
const struct arrival *remote_now(const struct app *app);
/* Leave off what is under way. */
void remote_cancel(struct app *app);

/* "37 of 100 images, 12.3 MB/s, 3 s left" */
void remote_progress_text(const struct arrival *a, char *to, size_t size);

#endif
