/* Text that came from outside, made fit to show: nothing that reaches a terminal,
 * a log or the ledger holds a control character or half a UTF-8 sequence. */
#ifndef CORE_BASE_STR_H
#define CORE_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copy with truncation at a whole UTF-8 character.  True when all of it fitted. */
bool str_copy(char *to, size_t size, const char *from);

/* In place: C0, DEL, C1 and the bidirectional and invisible format characters
 * (U+200B..200F, U+202A..202E, U+2060..2069, U+FEFF) become a space, broken UTF-8 becomes '?'. */
void str_clean(char *s);

/* The next code point of UTF-8 text, its length in *n (at least 1 unless at the end);
 * U+FFFD for a broken byte.  0 at the end. */
uint32_t str_next(const char *s, size_t *n);
/* How many code points `s` has. */
size_t str_characters(const char *s);

/* Columns that `s` takes on a terminal (wide characters two, combining none). */
size_t str_columns(const char *s);

/* The byte length of the longest start of `s` that fits into `columns`. */
size_t str_fit(const char *s, size_t columns);

/* Lower-case ASCII copy into `to`, other bytes unchanged; for searching. */
void str_fold(char *to, size_t size, const char *from);

/* True when `s` is empty or NULL. */
bool str_empty(const char *s);

/* "-" for NULL or an empty text, else the text; for people. */
const char *str_or_dash(const char *s);

/* Parse a whole decimal number; false, with *out unchanged, unless all of `s` is one
 * within [min, max].  Leading and trailing blanks are allowed (DICOM IS, DS). */
bool str_int(const char *s, long min, long max, long *out);
bool str_double(const char *s, double *out);

#endif
