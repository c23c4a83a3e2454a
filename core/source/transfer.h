/* Images of a series from a server that speaks HTTP: one request for each, or one for all.  What came whole goes to the sink, whatever
 * becomes of the rest. */
#ifndef CORE_SOURCE_TRANSFER_H
#define CORE_SOURCE_TRANSFER_H

#include "core/source/web.h"

struct transfer {
	struct web *web;
	const struct remote_series *series;
	const struct remote_image *images;
	size_t n;
	const struct remote_sink *sink;
	const char *accept; /* header of the requests; NULL none */
	unsigned parallel;  /* images at once */
	/* Where an image is. */
	void (*path)(
		const struct transfer *t, const struct remote_image *image, char path[WEB_PATH]);
	/* Where the MD5 of the server's copy is, for those in whose row it is not; NULL: it does not tell. */
	void (*md5_path)(
		const struct transfer *t, const struct remote_image *image, char path[WEB_PATH]);
	const char *root; /* what the path of a DICOMweb service begins with; "" nothing */
};

/* Each image by itself.  RC_OK only where every one went to the sink; else the first failure.  After one that the next would meet
 * too (offline, busy, denied) no more are asked for. */
enum rc transfer_ones(const struct transfer *t, struct err *e);

/* All that `path` (of a series) gives in one multipart answer.  `least`: RC_CORRUPT where fewer came.  The sink is not told which
 * image is which. */
enum rc transfer_series(const struct transfer *t, const char *path, size_t least, struct err *e);

#endif
