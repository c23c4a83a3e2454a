/* Signing a form that was filled.  UI thread. */
#ifndef TUI_DIALOG_FORM_H
#define TUI_DIALOG_FORM_H

#include "core/trial/fill.h"
#include "tui/app.h"

/* `what`: where the form is, "N01-0001 BL".  The form is one that fill_complete finds complete; what is needed of it is
 * copied. */
void dialog_form(struct app *app, const struct fill *f, const char *what);

/* A list of forms by one password, at most FORM_BATCH: each is opened again, and signed where it is complete.  `done` hears
 * that it was tried. */
struct dialog_form_row {
	int64_t series; /* that the form is found from */
	char form[ENTRY_FORM], what[120];
};
void dialog_form_list(struct app *app, const struct dialog_form_row *rows, size_t n,
	void (*done)(struct app *app));

#endif
