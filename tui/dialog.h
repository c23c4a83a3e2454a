/* Dialogs: signing, reasons, a question.  One at a time, over the facts and never over the picture.  What is typed into a
 * field is text and never a command.  UI thread. */
#ifndef TUI_DIALOG_H
#define TUI_DIALOG_H

#include "core/ledger/charter.h"
#include "core/ledger/decision.h"
#include "core/ledger/mark.h"
#include "tui/app.h"

struct dialog_ops {
	int rows, columns; /* wanted size, frame included */
	void (*draw)(struct app *app, struct dialog *d, struct area inside);
	/* text keys first; true: used */
	bool (*key)(struct app *app, struct dialog *d, const struct key *k);
	void (*command)(struct app *app, struct dialog *d, enum command c);
	void (*release)(
		struct dialog *d); /* what it holds; the dialog itself is freed by dialog_close */
};

struct dialog {
	const struct dialog_ops *ops;
	char title[64];
	int rows;
};

void dialog_open_take(struct app *app, struct dialog *d);
void dialog_close(struct app *app);
void dialog_draw(struct app *app, struct area screen);

/* Everything that the signing dialog shows and signs. */
struct dialog_verdict {
	int64_t series, task, revision;
	char step[32], verdict[8];
	char what[200]; /* "AX T1 POST, N01-0007 V2, 117 images" */
	char seen[160]; /* what was on the glass */
	bool unseen;    /* not everything was */
	bool adjudicates;
	int64_t corrects;    /* the decision that this one replaces; 0 none */
	char correction[20]; /* why */
	char modality[20];
	char codes[DECISION_REASONS][CHARTER_CODE];
	size_t code_count;
	const struct charter_reason *more; /* reasons that the study added; lent for the call */
	size_t more_count;
	const struct mark *marks; /* signed with a fail; lent as long as the dialog is open */
	size_t mark_count;
	struct charter_terminal terminal; /* what it is judged on, where there are pictures */
	bool pictures;
	/* just before it is signed: what was seen goes into the ledger first */
	void (*before)(struct app *app, const struct dialog_verdict *v);
	/* after it was signed; the next series of the queue, 0 none */
	void (*done)(struct app *app, const struct dialog_verdict *v,
		const struct decision_receipt *r, const struct worklist_row *next);
	struct worklist_query queue; /* where the next one comes from; texts below */
	char queue_step[32], queue_filter[200];
};

/* Passing goes straight to the signature, failing first to the coded reasons. */
void dialog_verdict(struct app *app, const struct dialog_verdict *v);

#endif
