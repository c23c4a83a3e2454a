/* The workstation while it runs: one struct, owned by app_run, handed down to every screen.  UI thread. */
#ifndef TUI_APP_H
#define TUI_APP_H

#include "core/archive/store.h"
#include "core/base/inbox.h"
#include "core/ledger/account.h"
#include "core/ledger/worklist.h"
#include "render/pipeline.h"
#include "tui/keymap.h"
#include "tui/line.h"
#include "tui/notice.h"
#include "tui/remote.h"
#include "tui/screen.h"
#include "tui/slides.h"
#include "tui/term.h"
#include "tui/worker.h"

enum { APP_SCREENS = 8 };

/* Who reads beside the worker: pages for the screen, and what takes as long as it takes. */
enum app_reader { READ_PAGE, READ_LONG, APP_READERS };

struct dialog;

/* A picture result, for the screen on top that shows pictures. */
typedef void (*app_picture_fn)(struct app *app, void *state, struct pipeline_picture *p);

struct app_config {
	const char *archive;
	int protocol;  /* enum picture_protocol, -1: what the terminal does best */
	bool libsixel; /* grey sixel by libsixel instead of our own encoder */
};

struct app {
	struct term *term;
	struct keymap *keys;
	struct inbox *inbox;
	struct worker *worker;              /* holds the ledger, and alone writes */
	struct worker *reader[APP_READERS]; /* with handles of their own; NULL until they are needed */
	int leaving;                        /* atomic: long readings leave off */
	struct store *store;
	struct remote *remote; /* what happens at sources; NULL none */
	struct slides *slides;
	struct pipeline *pipeline;
	char *archive;       /* its folder */
	bool libsixel;       /* as struct app_config has it */
	bool demo;           /* the login screen names the accounts */
	char read_only[200]; /* why nothing can be written, so that nobody can log in; "" it can */

	struct session session; /* after login; fixed until logout */
	bool logged_in;

	struct {
		const struct screen_ops *ops;
		void *state;
		uint64_t id; /* never used twice, unlike the state's address */
	} stack[APP_SCREENS];
	int depth;
	uint64_t last_id;

	struct dialog *dialog; /* over everything; NULL none */
	struct line prompt;    /* after ':' */
	bool prompting;
	bool locked;        /* the lock screen is on top, and stays there */
	int64_t idle_min;   /* minutes without a key until it locks itself, as the site set it */
	int64_t active_us;  /* the last key or mouse, monotonic */
	int64_t alive_us;   /* when the session was last asked after */
	int64_t post_us;    /* when it was last asked whether an anchor waits to be posted */
	int64_t lease_task; /* open in the viewer, its lease is prolonged; 0 none */
	int64_t lease_us;   /* when it last was */
	bool asks_id;       /* the next signature takes the id too */
	bool pasting;
	struct notices notices; /* as they were told last */
	int64_t notice_us;      /* when */

	char status[256]; /* bottom line until the next key */
	enum style status_style;
	bool stale;   /* draw again */
	bool repaint; /* and everything from scratch */
	bool quitting;
	uint64_t page_serial; /* of the last page of a list asked for; atomic: the worker skips older ones */
	int64_t signed_count; /* of this session, for series per hour */
	int64_t started_us;

	void (*picture)(struct app *app, void *state, struct pipeline_picture *p);
	/* a picture was drawn, and the terminal said so (answered) or was given up waiting for */
	void (*acknowledged)(struct app *app, void *state, uint64_t tag, bool answered);
	uint64_t picture_screen; /* the screen whose functions these are */
};

/* Run the workstation on an archive until the user leaves.  RC_OK. */
enum rc app_run(const struct app_config *config, struct err *e);

/* ---- for screens ---- */
void app_push(struct app *app, const struct screen_ops *ops, const void *argument);
void app_pop(struct app *app);
/* All screens away and this one first: after login and logout. */
void app_reset(struct app *app, const struct screen_ops *ops, const void *argument);
void app_quit(struct app *app);
void app_stale(struct app *app);
void app_say(struct app *app, enum style s, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* An error as the user should read it. */
void app_complain(struct app *app, const struct err *e);
/* Hand a job to the ledger worker. */
void app_post_take(struct app *app, struct job *j);
/* Hand a job to a reader: nobody's signature waits for what it does.  It may not write. */
void app_read_take(struct app *app, enum app_reader which, struct job *j);
/* Run a command through the gate, as if its key had been pressed. */
void app_command(struct app *app, enum command c, const char *argument);
/* Cells between the top line and the bottom two. */
struct area app_body(const struct app *app);
/* For answers that may come after their screen was closed: a job keeps the id of its screen and asks for the
 * state again, which is NULL when the screen is gone. */
uint64_t app_screen_id(const struct app *app, const void *state);
void *app_screen_state(const struct app *app, uint64_t id);
/* Is this screen what the user works on: the top one, with no dialog or prompt over it? */
bool app_on_top(const struct app *app, const void *state);
/* The first key of a command on the screen on top. */
const char *app_key_of(const struct app *app, enum command c, char to[16]);
void app_logout(struct app *app);
/* Log out and show the login screen. */
void app_log_out(struct app *app);
/* Cover everything, and wipe the session's key, until the same person types the password; undone by app_unlock, with
 * the session as it is then.  `why` as session_lock has it. */
void app_lock(struct app *app, const char *why);
void app_unlock(struct app *app, const struct session *s);

#endif
