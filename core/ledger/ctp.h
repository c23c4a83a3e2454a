/* Scripts of RSNA CTP's DicomPixelAnonymizer, as far as they say where text is: sections of
 *     { Manufacturer.containsIgnoreCase("ACME") * Rows.equals("512") }  (x,y,width,height) (x,y,width,height)
 * where all outside braces and parentheses is comment.  Pure. */
#ifndef CORE_LEDGER_CTP_H
#define CORE_LEDGER_CTP_H

#include "core/base/buf.h"
#include "core/ledger/mark.h"

/* What a section is for; "" leaves a term out. */
struct ctp_scanner {
	const char *manufacturer, *model;
	const char *image_type; /* components joined by a backslash, each of which becomes a term */
};

/* Append a section for each size of image among the marks.  CTP knows only boxes, and every image that fits is blanked:
 * a comment says where that is more than the mark. */
void ctp_write(
	struct buf *b, const struct ctp_scanner *of, const struct mark *marks, size_t n);

struct ctp_image {
	const json_t *header; /* DICOM JSON */
	uint32_t columns, rows;
};

/* The regions of the first section that fits the image, as CTP would choose: boxes on its whole series, cut at the
 * image's edge.  RC_INVALID names the line; RC_CONFLICT: no section fits (the text says why the last one does not).
 * With `any`, that of a file of one section is taken though it does not fit.  free() *out. */
enum rc ctp_read(const char *script, const struct ctp_image *image, bool any, struct mark **out,
	size_t *n, struct err *e);

#endif
