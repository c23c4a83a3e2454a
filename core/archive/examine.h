/* What a file is: its header, the digest of its pixels, and whether they can be decoded.  By a decoder process. */
#ifndef CORE_ARCHIVE_EXAMINE_H
#define CORE_ARCHIVE_EXAMINE_H

#include "core/dicom/decoder.h"
#include "core/ledger/keys.h"

struct examined {
	struct header *header; /* NULL where it is a DICOMDIR: rightly left out */
	char pixel_digest[DIGEST_HEX];
	struct err fault; /* why its pixels do not decode; RC_OK they do */
};

/* As decoder_header where it is no image.  The descriptor stays the caller's. */
enum rc examine(struct decoder *d, int fd, struct examined *out, struct err *e);
void examined_release(struct examined *x);

#endif
