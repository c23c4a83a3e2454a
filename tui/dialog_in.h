/* The dialogs of a verdict, one leading to the other. */
#ifndef TUI_DIALOG_IN_H
#define TUI_DIALOG_IN_H

#include "tui/dialog.h"

extern const struct dialog_ops dialog_sign_ops, dialog_reasons_ops;

void dialog_sign(struct app *app, const struct dialog_verdict *v);
void dialog_reasons(struct app *app, const struct dialog_verdict *v);

#endif
