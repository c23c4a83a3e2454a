/* What every kind of server can be asked, and how each kind answers: a table of functions for each scheme of an address.
 *
 * A driver belongs to one thread at a time and calls back on that thread.  What it is told by a server is untrusted: every
 * size is capped, every text cleaned, every UID checked (PS3.5 9.1) before it is handed on.
 *
 * Results mean the same everywhere: RC_OFFLINE nobody answers, or the line broke: try again later; RC_BUSY the server asks for
 * patience (429, 503; driver_patience says how long); RC_DENIED it does not let us (401, 403, a certificate that is not trusted,
 * a rejected association); RC_NOT_FOUND it does not have that (any more); RC_CORRUPT it answered what cannot be right, or less
 * than it announced; RC_LIMIT more than our caps; RC_UNSUPPORTED it cannot do this; RC_CANCELLED we were asked to stop. */
#ifndef CORE_SOURCE_DRIVER_H
#define CORE_SOURCE_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/dicom/header.h"
#include "core/ledger/keys.h"
#include "core/source/address.h"
#include "core/source/secret.h"

enum { REMOTE_UID = 72, REMOTE_ADDRESS = 128, REMOTE_TOKEN = 64 };

/* ---- what a server really does, as a probe found it ---- */

enum quirk {
#define X(name, word, help) QUIRK_##name,
#include "core/source/quirk.def"
#undef X
	QUIRK_COUNT
};
#define QUIRK(name) ((uint64_t)1 << QUIRK_##name)

struct quirk_info {
	const char *word, *help; /* for `source test` and its --json */
};
extern const struct quirk_info quirk_table[QUIRK_COUNT];

struct server_facts {
	uint64_t quirks;       /* of QUIRK(...) */
	char server[120];      /* "Orthanc 1.10.1, DICOMweb 1.7"; "" it does not say */
	int64_t round_trip_us; /* of a small question on an open connection; 0 unknown */
	int64_t clock_ahead_s; /* the server's Date less ours; 0 unknown or the same */
	bool known;            /* probed at all */
};

/* ---- what it has ---- */

/* A series as the server's index tells it.  Text in `header` is cleaned UTF-8. */
struct remote_series {
	char study_uid[REMOTE_UID], series_uid[REMOTE_UID];
	char address[REMOTE_ADDRESS]; /* the server's own name for it (Orthanc's id); "" none */
	int64_t images;               /* that it says it has; -1 it does not say */
	struct header *
		header; /* study's and series' attributes as far as told; owned by who made the struct */
};

/* What a sweep asks for; "" and 0 everything.  The server's answer is filtered again here, whatever it did with the question. */
struct remote_query {
	char modality[20];
	char from[9], to[9]; /* StudyDate, YYYYMMDD, both included */
	char patient[70];    /* PatientID, exact */
	char study_uid[REMOTE_UID], series_uid[REMOTE_UID];
	char label[70]; /* RC_UNSUPPORTED where the server has none */
};

struct remote_image {
	char sop_uid[REMOTE_UID];
	char address[REMOTE_ADDRESS]; /* the server's own name for it; "" none */
	bool has_number;
	long number;                          /* InstanceNumber */
	char position[100], orientation[160]; /* as attributes; "" unknown */
	int64_t frames;                       /* 0 unknown */
	int64_t bytes;                        /* of the file; -1 unknown */
	char md5[33]; /* of the file, hexadecimal; "" the server does not tell */
};

/* ---- what comes ---- */

/* A whole file, checked against everything that the server told about it. */
struct remote_file {
	int fd; /* of memory (memfd), read from its start; the callee's */
	int64_t bytes;
	char digest[DIGEST_HEX]; /* SHA-256 */
};

struct remote_sink {
	/* `image` is its place in the list that was asked for, SIZE_MAX where the server sent it without a name: its SOP Instance
	 * UID is inside.  Anything but RC_OK ends the transfer with that result. */
	enum rc (*whole)(void *ctx, size_t image, struct remote_file *f, struct err *e);
	/* More bytes came.  May be NULL. */
	void (*progress)(void *ctx, int64_t bytes);
	/* Asked often, between and during transfers: leave off?  May be NULL. */
	bool (*stopped)(void *ctx);
	void *ctx;
	int64_t file_most, total_most; /* bytes; 0 the driver's own caps (4 GiB, 64 GiB) */
};

enum remote_way {
	REMOTE_ONE,    /* these few, each by itself: the first slice, what was missing */
	REMOTE_SERIES, /* all that are listed, as fast as this server gives them */
};

/* ---- what goes back ---- */

/* A decision for a server to keep a copy of.  Lent for the call. */
struct remote_verdict {
	const struct remote_series *series;
	int64_t number;      /* of the signature */
	const char *state;   /* of the series now: "approved", "rejected", ... */
	const char *verdict; /* "pass" or "fail" */
	const char *json;    /* the signed event, as the record has it */
	const char *hash;    /* of that event */
	const void *kos; /* a Key Object Selection that says the same (kos.h); NULL for what is not rejected */
	size_t kos_bytes;
	const char *kos_uid;   /* SOP Instance UID of it, the same each time it is made */
	const char *kos_title; /* "113001", ... */
};

struct driver;

struct driver_config {
	const struct address *address;    /* copied */
	const struct secret *secret;      /* copied, forgotten at close; NULL none */
	const struct server_facts *facts; /* of an earlier probe; NULL: cautious */
	bool (*stopped)(void *ctx);       /* leave off whatever is under way; may be NULL */
	void *ctx;
	unsigned parallel;   /* requests at once; 0: 8 */
	const char *scratch; /* a folder for files on their way, for drivers that need one */
};

struct driver_ops {
	enum address_kind kind;
	/* Asks nobody anything yet. */
	enum rc (*open)(struct driver **out, const struct driver_config *c, struct err *e);
	void (*close)(struct driver *d); /* NULL is allowed */

	/* Find out what it does.  RC_OK with what could be found; the connection's own failures as above. */
	enum rc (*probe)(struct driver *d, struct server_facts *out, struct err *e);

	/* Every series that it has and the query asks for, each once, in no order.  The struct is lent to `each`; anything
	 * but RC_OK from it ends the sweep with that result. */
	enum rc (*sweep)(struct driver *d, const struct remote_query *q,
		enum rc (*each)(void *ctx, const struct remote_series *s, struct err *e), void *ctx,
		struct err *e);

	/* What changed since `token` ("" from now on: only the token is told), as `each` with series that came or may have
	 * changed; deletions are not told.  NULL: this kind of server has no such list. */
	enum rc (*changes)(struct driver *d, char token[REMOTE_TOKEN],
		enum rc (*each)(void *ctx, const struct remote_series *s, struct err *e), void *ctx,
		struct err *e);

	/* The whole header of one image of it into s->header (freed and replaced).  RC_UNSUPPORTED: what the sweep told is all
	 * there is without fetching. */
	enum rc (*header)(struct driver *d, struct remote_series *s, struct err *e);

	/* The images of a series now; free(*out). */
	enum rc (*list)(struct driver *d, const struct remote_series *s, struct remote_image **out,
		size_t *n, struct err *e);

	/* Fetch images[0..n) of the series.  Each file that came whole goes to the sink at once, also where the rest fails;
	 * RC_OK only where every one of them did.  No retries in here. */
	enum rc (*get)(struct driver *d, const struct remote_series *s,
		const struct remote_image *images, size_t n, enum remote_way way,
		const struct remote_sink *sink, struct err *e);

	/* Give it the verdict in every form that it can keep, each only where it is not there already, and read it back.
	 * RC_OK: confirmed, `how` says in what form ("attachment and state", "key object").  RC_CONFLICT: somebody else's newer
	 * state is there.  NULL: nothing can be given. */
	enum rc (*put)(
		struct driver *d, const struct remote_verdict *v, char how[100], struct err *e);
};

extern const struct driver_ops driver_dicomweb, driver_orthanc, driver_dimse;

/* NULL for a folder: its files are imported, not fetched. */
const struct driver_ops *driver_of(enum address_kind k);

/* Seconds that the server last asked us to wait, 0 none (Retry-After, capped at 300). */
unsigned driver_patience(const struct driver *d);

#endif
