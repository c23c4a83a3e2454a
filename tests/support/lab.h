/* A small archive for screen tests, made by the shipped program itself: accounts, and series of synthetic images a
 * reader can picture.  Removed by lab_free. */
#ifndef TESTS_SUPPORT_LAB_H
#define TESTS_SUPPORT_LAB_H

#include <stdbool.h>
#include <stddef.h>

#define LAB_PASSWORD "correct horse battery"

struct lab {
	char folder[64]; /* everything of this lab */
	char archive[96];
	char program[512]; /* build/wetread of the build that the test belongs to */
	char verify[512];
};

/* An archive with an officer, a reviewer "rosa" (Rosa Meier) and a radiologist "amadou", no series. */
bool lab_make(struct lab *l);
void lab_free(struct lab *l);

/* What a series is like. */
struct lab_series {
	const char *modality, *description, *subject, *visit;
	int slices;
	int size;              /* rows and columns; 0: 64 */
	const char *burned_in; /* NULL: absent */
	int number;            /* makes the UIDs */
	bool noisy;            /* every pixel has grain of its own: pictures are large to send */
	int first;             /* number of the first slice, from 0 */
};
/* Write the files of a series below l->folder/NAME; each slice is a ramp with a box whose place tells its number. */
bool lab_write(struct lab *l, const char *name, const struct lab_series *s);
bool lab_import(struct lab *l, const char *name);

/* Run the program with arguments on this archive ("--archive DIR" is put in front); its exit status, and its standard
 * output in out[size] where out is not NULL. */
int lab_run(struct lab *l, char *out, size_t size, const char *const arguments[]);
/* The same for output that is not text; *length its bytes. */
int lab_run_bytes(
	struct lab *l, char *out, size_t size, size_t *length, const char *const arguments[]);
/* Exit status of wetread-verify. */
int lab_verify(struct lab *l);

#endif
