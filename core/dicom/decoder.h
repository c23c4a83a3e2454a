/* The only way to parse a DICOM file: a separate sandboxed program (wetread-decoder) that is
 * handed one descriptor at a time.  It has no network, opens no file, and ends by rlimit when it
 * asks for too much; when it dies or hangs the caller gets RC_CORRUPT or RC_LIMIT with the reason
 * and the next call starts a new one.  A decoder belongs to one thread at a time. */
#ifndef CORE_DICOM_DECODER_H
#define CORE_DICOM_DECODER_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/frame.h"
#include "core/dicom/header.h"

struct decoder_limits {
	size_t memory; /* bytes the process may allocate; default 2 GiB.  The file itself (at most
	                      * 4 GiB) and the frame are mapped besides. */
	size_t frame_bytes; /* decoded bytes of one frame; default 512 MiB */
	unsigned seconds;   /* wall time of one call; default 20 */
};

struct decoder;

/* Nothing is started before the first call.  limits NULL: the defaults.  The program is looked for
 * beside the running one, then in the libexec folder of the installation. */
struct decoder *decoder_new(const struct decoder_limits *limits);
void decoder_free(struct decoder *d);

/* Start the process now, without waiting for it: a first slice waits 25 ms for
 * libraries to be loaded, which may as well happen while somebody types a password.  What goes wrong is told by the
 * first call.  The process ends with the thread that started it, so this is for one that stays. */
void decoder_prepare(struct decoder *d);

/* Parse the header of the file open at `fd` (regular, read from its start; the descriptor stays the
 * caller's and its offset is not used).  RC_INVALID: not DICOM or no SOP Instance UID; RC_CORRUPT:
 * broken, or it killed the decoder; RC_LIMIT: over a cap or too slow.  *out: free with header_free.
 * A file that ends inside its pixel data or after it is RC_OK with HEADER_SHORT. */
enum rc decoder_header(struct decoder *d, int fd, struct header **out, struct err *e);

/* Decode every frame and throw it away: is all of it there and readable?  Uncompressed data are only
 * measured.  At most `seconds` of the limits; what was not reached by then is not an error.  RC_OK for
 * an object without pixel data. */
enum rc decoder_check(struct decoder *d, int fd, struct err *e);

/* Decode frame `index` (from 0).  RC_NOT_FOUND past the last, RC_UNSUPPORTED for a transfer syntax we
 * have no codec for, RC_CORRUPT, RC_LIMIT.  RC_NOT_FOUND too for an object without pixel data.  *out has
 * one reference.  The decoder keeps the last file parsed, so frame after frame of one file is cheap. */
enum rc decoder_frame(struct decoder *d, int fd, uint32_t index, struct frame **out, struct err *e);

#endif
