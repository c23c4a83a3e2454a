/* XML as a tree: the only door to expat.  There is no DOCTYPE in what we read, so that there are no entities but the five
 * of XML and those by number.  No state; any thread. */
#ifndef CORE_STUDY_XML_H
#define CORE_STUDY_XML_H

#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"

enum {
	XML_BYTES = 16 * 1024 * 1024,
	XML_DEPTH = 64,
	XML_NODES = 500000,
	XML_ATTRIBUTES = 64, /* of an element */
	XML_VALUE = 4096,    /* bytes of an attribute */
	XML_TEXT = 65536     /* bytes of an element's own text */
};

struct xml_node {
	const char *name; /* without its namespace */
	uint32_t line;
	char **attribute; /* name, value, name, value, ...; "xml:lang" is called so */
	size_t attributes;
	struct buf text; /* its own, without blanks around */
	struct xml_node *parent, *first, *last, *next;
};

struct xml_wanted {
	const char *namespace;
	const char *const *skip; /* elements of it whose contents are not kept; NULL at the end */
};

/* Elements of other namespaces are left out.  The root is owned by the caller.  RC_INVALID or RC_LIMIT with the line. */
enum rc xml_read(struct xml_node **root, const char *text, size_t n, const struct xml_wanted *want,
	uint32_t *line, struct err *e);
void xml_free(struct xml_node *root); /* NULL is allowed */

/* NULL where there is none. */
const char *xml_attribute(const struct xml_node *n, const char *name);
const struct xml_node *xml_child(const struct xml_node *n, const char *name);
/* The next sibling of the same name. */
const struct xml_node *xml_next(const struct xml_node *n);
const char *xml_text(const struct xml_node *n); /* "" for NULL too */

#endif
