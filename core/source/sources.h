/* The open sources of one thread: a driver for each, kept with its connections, made anew when the source or its secret
 * changed. */
#ifndef CORE_SOURCE_SOURCES_H
#define CORE_SOURCE_SOURCES_H

#include "core/archive/vault.h"
#include "core/ledger/source.h"
#include "core/source/driver.h"

struct sources;

struct sources_config {
	const char *folder;         /* of the archive; copied */
	bool (*stopped)(void *ctx); /* leave off whatever is under way; may be NULL */
	void *ctx;
};

struct sources *sources_new(const struct sources_config *c);
void sources_free(struct sources *s); /* NULL is allowed */

/* A source in use.  Lent until the next sources_use or sources_free. */
struct source_use {
	struct source source;
	const struct driver_ops *ops;
	struct driver *driver;
};

/* Open it where it is not; one that was never probed is probed, and what was found kept.  RC_NOT_FOUND: no such source, or it was
 * removed; RC_UNSUPPORTED: a folder, which is imported, not asked. */
enum rc sources_use(
	struct sources *s, struct ledger *l, int64_t id, struct source_use *out, struct err *e);

/* One more driver of a source in use, with a line of its own, for another thread; closed by u->ops->close. */
enum rc sources_another(
	struct sources *s, const struct source_use *u, struct driver **out, struct err *e);

/* Find out what it does and keep it. */
enum rc sources_probe(
	struct sources *s, struct ledger *l, int64_t id, struct server_facts *out, struct err *e);

/* Keep how it went with it: reached, away, or at fault. */
void sources_note(struct ledger *l, int64_t id, enum rc rc, const struct err *why);

/* The cache of an archive that has sources, as large as its settings say; NULL for one that has none. */
struct vault *sources_vault(struct ledger *l, const char *folder);

/* Where its secret is; free(). */
char *sources_secret(const char *folder, const char *name);

/* Its facts as drivers take them. */
void sources_facts(const struct source *s, struct server_facts *out);

#endif
