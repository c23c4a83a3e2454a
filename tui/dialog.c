/* Dialogs: opening, placing, closing. */
#include "tui/dialog.h"

#include <stdlib.h>

void
dialog_open_take(struct app *app, struct dialog *d)
{
	dialog_close(app);
	app->dialog = d;
	app_stale(app);
}

void
dialog_close(struct app *app)
{
	struct dialog *d = app->dialog;

	if (d == NULL)
		return;
	app->dialog = NULL;
	if (d->ops->release != NULL)
		d->ops->release(d);
	free(d);
	app_stale(app);
}

/* At the right edge, where the facts are, so that the picture stays whole. */
void
dialog_draw(struct app *app, struct area screen)
{
	struct dialog *d = app->dialog;
	int rows = d->rows > 0 ? d->rows : d->ops->rows;
	struct area a;

	a.columns = d->ops->columns < screen.columns ? d->ops->columns : screen.columns;
	a.rows = rows < screen.rows ? rows : screen.rows;
	a.column = screen.column + screen.columns - a.columns;
	a.row = screen.row + 1 + a.rows <= screen.row + screen.rows ? screen.row + 1 : screen.row;
	d->ops->draw(app, d, draw_box(a, d->title));
}
