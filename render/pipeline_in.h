/* The inside of the pipeline: what pipeline.c orders and pipeline_make.c makes. */
#ifndef RENDER_PIPELINE_IN_H
#define RENDER_PIPELINE_IN_H

#include "render/pipeline.h"

/* Everything that the first want's picture needs besides its frame. */
struct order {
	struct picture_view view;
	struct picture_encoding enc;
	char modality[17]; /* DICOM CS: 16 characters */
	bool auto_window;
	uint64_t serial;
};

/* Fill *r from r->frame: raster, bytes, digest, what lies over it. */
void pipeline_make(const struct order *order, const struct pipeline_config *config,
	struct pipeline_picture *r);
void pipeline_make_delta(const struct pipeline_delta *d, struct pipeline_picture *r);

#endif
