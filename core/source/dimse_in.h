/* What the files of the DIMSE driver share: dimse (the driver), dimse_run (DCMTK's programs), dimse_find (searches), dimse_get
 * (images).  One thread. */
#ifndef CORE_SOURCE_DIMSE_IN_H
#define CORE_SOURCE_DIMSE_IN_H

#include "core/dicom/decoder.h"
#include "core/source/child.h"
#include "core/source/driver_in.h"
#include "core/source/scratch.h"

enum {
	DIMSE_CONNECT_S = 10,
	DIMSE_ACSE_S = 20,
	DIMSE_MESSAGE_S = 90, /* some archives look at every file before they answer */
	DIMSE_ARGS = 64,
	DIMSE_ANSWERS_MOST = 200000
};

struct dimse {
	struct driver base;
	struct address address;
	char host[256], port[8];
	bool (*stopped)(void *ctx);
	void *ctx;
	char parent[PATH_MAX]; /* for scratch folders */
	char answers[PATH_MAX]; /* the same for answers to searches: in memory, where there is such a place */
	struct decoder *decoder;
};

/* ---- one of DCMTK's programs (dimse_run.c) ---- */

struct dimse_command {
	const char *argv[DIMSE_ARGS + 1];
	size_t n;
	char *owned[DIMSE_ARGS]; /* words that were put together */
	size_t owned_n;
	const char *folder;
};

/* program, timeouts, AE titles and whatever else `words` (NULL at the end) has. */
void dimse_begin(struct dimse_command *c, const struct dimse *d, const char *program,
	const char *const words[]);
void dimse_word(struct dimse_command *c, const char *word); /* lent */
/* "-k NAME" or "-k NAME=VALUE" */
void dimse_key(struct dimse_command *c, const char *name, const char *value);
/* Host and port, as the last words but files. */
void dimse_peer(struct dimse_command *c, const struct dimse *d);
void dimse_free(struct dimse_command *c);

/* Run it.  RC_OK where the association was made, whatever was answered in it; else what driver.h says.  `told`: child_end by the
 * caller in every case. */
enum rc dimse_run(struct dimse *d, struct dimse_command *c, struct child *told,
	const struct child_limits *limits, struct err *e);

/* ---- searches (dimse_find.c) ---- */

struct dimse_key {
	const char *name, *value; /* value NULL: any */
};

/* Every answer to a search at `level` as a header of its own, lent to `each`; UIDs in it are right or absent.  RC_CORRUPT where
 * the server says that it could not; *answered how many came. */
enum rc dimse_find(struct dimse *d, const char *level, const struct dimse_key *keys,
	enum rc (*each)(void *ctx, struct header *h, struct err *e), void *ctx, struct err *e);

enum rc dimse_sweep(struct driver *d, const struct remote_query *q,
	enum rc (*each)(void *ctx, const struct remote_series *s, struct err *e), void *ctx,
	struct err *e);
enum rc dimse_list(struct driver *d, const struct remote_series *s, struct remote_image **out,
	size_t *n, struct err *e);

/* ---- images (dimse_get.c) ---- */

enum rc dimse_get(struct driver *d, const struct remote_series *s, const struct remote_image *images,
	size_t n, enum remote_way way, const struct remote_sink *sink, struct err *e);

#endif
