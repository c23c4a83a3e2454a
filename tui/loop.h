/* The event loop: sleep in poll, read keys until there are none, draw once, send pictures as the line takes them. */
#ifndef TUI_LOOP_H
#define TUI_LOOP_H

#include "tui/app.h"

/* Before any thread is started: signals that end or resize come to the loop and to nobody else. */
void loop_block_signals(void);
void loop_run(struct app *app);
/* Stop the process as Ctrl-Z does and come back. */
void loop_suspend(struct app *app);

/* What the loop asks of app.c. */
void app_key(struct app *app, const struct key *k);
void app_draw(struct app *app);
void app_layout(struct app *app);
int app_timeout(struct app *app);
void app_tick(struct app *app);

#endif
