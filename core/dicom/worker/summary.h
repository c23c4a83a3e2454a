/* The attributes with columns of their own (attr.def) and the flags of header.h, from a parsed file. */
#ifndef CORE_DICOM_WORKER_SUMMARY_H
#define CORE_DICOM_WORKER_SUMMARY_H

#include "core/dicom/header.h"
#include "core/dicom/worker/charset.h"
#include "core/dicom/worker/parse.h"

/* Fill flags, frames and values, not the JSON.  RC_INVALID where the file has no SOP Instance UID that
 * is one, unless it is a DICOMDIR.  Other UIDs that are none are left out (NULL), so that nothing is
 * filed under them.  h is zeroed by the caller, who frees its values. */
enum rc summary_fill(
	const struct dicom *d, const struct charsets *all, struct header *h, struct err *e);

/* The character set that the elements from `first` on declare, else `outer`. */
struct charset summary_charset(const struct dicom *d, uint32_t first, const struct charsets *all,
	const struct charset *outer);

#endif
