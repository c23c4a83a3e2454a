/* Chance that comes out the same on every run: hashes of coordinates, nothing kept between
 * calls.  Any thread. */
#ifndef CORE_DEMO_NOISE_H
#define CORE_DEMO_NOISE_H

#include <stdint.h>

/* A well mixed number of two. */
uint64_t noise_hash(uint64_t a, uint64_t b);

/* A hash of a text. */
uint64_t noise_text(const char *text);

/* The k-th number of `seed`, evenly within low..high. */
float noise_pick(uint64_t seed, unsigned k, float low, float high);

/* Add bell-shaped grain to n values. */
void noise_grain(float *row, int n, uint64_t seed, float sigma);

/* Fill w * h values with a smooth field: features of about `cell` pixels, mean 0, deviation
 * about 0.5, continuous in z (one unit of z changes it wholly).  cell is at least 2. */
void noise_plane(float *out, int w, int h, float cell, float z, uint64_t seed);

#endif
