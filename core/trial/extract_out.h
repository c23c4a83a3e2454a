/* Text on its way into a file that leaves the archive: XML elements and cells of CSV, with the digest of every byte.  Nothing
 * that came from outside can close an element, hold a control character or start a formula.  One thread. */
#ifndef CORE_TRIAL_EXTRACT_OUT_H
#define CORE_TRIAL_EXTRACT_OUT_H

#include <stdbool.h>
#include <stdio.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/ledger/keys.h"

enum { EXTRACT_DEPTH = 16 };

struct extract_out {
	FILE *to; /* lent */
	struct digest digest;
	struct buf text; /* not written yet */
	/* of XML */
	const char *open[EXTRACT_DEPTH];
	int depth;
	bool tag, words; /* the start tag is open still; the element has text */
	/* of CSV */
	bool row;
};

void extract_out_begin(struct extract_out *o, FILE *to);
/* All of it is written; `hex`: SHA-256 of it.  RC_FAILED where it could not be. */
enum rc extract_out_end(struct extract_out *o, char hex[DIGEST_HEX], struct err *e);
/* As it is. */
void extract_out_text(struct extract_out *o, const char *text);

/* XML.  Names are literals.  Attributes come before text and children; an attribute or text of NULL is left out.  Characters
 * that XML 1.0 cannot hold become a blank, broken UTF-8 U+FFFD. */
void extract_open(struct extract_out *o, const char *name);
void extract_attribute(struct extract_out *o, const char *name, const char *value);
void extract_attribute_number(struct extract_out *o, const char *name, long long value);
void extract_words(struct extract_out *o, const char *text);
void extract_close(struct extract_out *o);
/* An element with nothing but text. */
void extract_leaf(struct extract_out *o, const char *name, const char *text);

/* CSV (RFC 4180, CR LF).  What a spreadsheet takes for a formula gets an apostrophe in front; plain numbers stay as they are. */
void extract_cell(struct extract_out *o, const char *text);
void extract_cell_number(struct extract_out *o, long long value);
void extract_row_end(struct extract_out *o);

#endif
