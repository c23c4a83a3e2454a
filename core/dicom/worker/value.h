/* Values of single elements: as numbers and as clean text. */
#ifndef CORE_DICOM_WORKER_VALUE_H
#define CORE_DICOM_WORKER_VALUE_H

#include "core/base/buf.h"
#include "core/dicom/worker/charset.h"
#include "core/dicom/worker/parse.h"
#include "core/dicom/worker/vr.h"

/* The n-th number (from 0) of a binary or decimal-string element; false where there is none. */
bool value_number(const struct element *el, unsigned n, double *out);

/* The same of the sibling `tag`, or `other`. */
double value_number_or(const struct dicom *d, uint32_t first, uint32_t tag, unsigned n, double other);
long value_long_or(const struct dicom *d, uint32_t first, uint32_t tag, long other);

/* ASCII text of the sibling `tag`, trimmed, cut to fit; "" where there is none. */
void value_word(const struct dicom *d, uint32_t first, uint32_t tag, char *to, size_t size);

/* How many numbers or values an element holds. */
unsigned value_count(const struct element *el);

/* Text flags: HEADER_CHARSET and HEADER_CLEANED of header.h are or-ed into *flags.
 * The value as clean UTF-8: several joined with '\\', each without padding; numbers in decimal. */
void value_text(const struct element *el, const struct charset *c, struct buf *out, uint32_t *flags);

/* The binary number n as text: decimal, or eight hexadecimal digits of a tag.  False past the last. */
bool value_digits(const struct element *el, const struct vr_info *vr, unsigned n, char text[40]);

#endif
