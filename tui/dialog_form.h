/* Signing a form that was filled.  UI thread. */
#ifndef TUI_DIALOG_FORM_H
#define TUI_DIALOG_FORM_H

#include "core/trial/fill.h"
#include "tui/app.h"

/* `what`: where the form is, "N01-0001 BL".  The form is one that fill_complete finds complete; what is needed of it is
 * copied. */
void dialog_form(struct app *app, const struct fill *f, const char *what);

#endif
