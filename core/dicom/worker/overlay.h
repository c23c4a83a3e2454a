/* Overlay planes, groups 60xx (PS3.3 C.9.2 and C.9.3; in unused bits of the pixels: PS3.3-2004). */
#ifndef CORE_DICOM_WORKER_OVERLAY_H
#define CORE_DICOM_WORKER_OVERLAY_H

#include "core/dicom/worker/charset.h"
#include "core/dicom/worker/pixels.h"

struct overlay_job {
	const struct dicom *d;
	const struct image_shape *s;
	const struct raw *raw; /* the frame as stored, for planes in its unused bits */
	const struct charset *c;
	uint32_t index; /* of the frame */
};

/* Groups that hold a plane or say that one is in the pixels, readable or not. */
unsigned overlay_count(const struct dicom *d);

/* The planes of this frame, at most FRAME_OVERLAYS_MAX, into out->overlay and behind the pixels in `memory`
 * (see wire.h).  Never fails: a plane that is broken, or has no room, is left out. */
void overlay_read(const struct overlay_job *job, struct wire_frame *out, uint8_t *memory);

#endif
