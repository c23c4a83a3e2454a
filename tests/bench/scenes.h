/* The four pictures that encoders are measured on: head CT and joint MR, at 512 and 1024.  Slices of the corpus where it is
 * beside the project, phantoms elsewhere; run from the project's folder. */
#ifndef TESTS_BENCH_SCENES_H
#define TESTS_BENCH_SCENES_H

#include <stdbool.h>

#include "core/base/frame.h"
#include "render/raster.h"
#include "render/scale.h"

enum { SCENES = 4 };

/* "ct512", "mr512", "ct1024", "mr1024". */
const char *scene_name(int scene);

/* The slice behind a scene, 512 x 512.  *real: of the corpus, else a phantom. */
struct frame *scene_slice(int scene, bool *real);

/* Its picture in the window of the scene.  1024: the slice enlarged by the viewer, as it is on a large screen. */
struct raster *scene_raster(int scene, bool *real);

/* A phantom of the scene's kind, another for each seed and the same on every machine. */
struct frame *scene_phantom(int scene, uint32_t seed);

/* FNV-1a over the pixels: whether two machines measured the same picture. */
uint32_t scene_check_sum(const struct raster *r);

#endif
