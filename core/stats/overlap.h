/* How far two masks agree (STANDARDS 7): Dice, Jaccard, volumes, Hausdorff 95.  Any thread. */
#ifndef CORE_STATS_OVERLAP_H
#define CORE_STATS_OVERLAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

/* A binary volume: voxel (x, y, z) at [(z * ny + y) * nx + x], 0 outside of it. */
struct mask {
	const uint8_t *voxel;
	size_t nx, ny, nz;
	double dx, dy, dz; /* mm between voxel centres */
};

struct overlap {
	double volume_a, volume_b; /* ml */
	bool defined;              /* false: both are empty, where agreement means nothing */
	double dice, jaccard;
	/* 95th percentile of the distances in mm from the surface of each to the other's, the larger of the two ways; needs
	 * both not empty */
	bool has_surface;
	double hausdorff95;
};

/* RC_INVALID where sizes or spacings differ or are none; RC_LIMIT above 2^28 voxels. */
enum rc overlap_of(const struct mask *a, const struct mask *b, struct overlap *out, struct err *e);

#endif
