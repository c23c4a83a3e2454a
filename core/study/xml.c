/* Reading XML by expat. */
#include "core/study/xml.h"

#include <expat.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

enum { BETWEEN = '\n' }; /* namespace and name, as expat gives them */

struct reading {
	XML_Parser parser;
	const struct xml_wanted *want;
	struct xml_node *root, *open;
	size_t nodes;
	int depth, skipped; /* skipped: open elements that are not kept */
	uint32_t line;
	struct err *e;
	enum rc rc;
};

static void
stop(struct reading *r, enum rc rc, const char *what)
{
	if (r->rc != RC_OK)
		return;
	r->rc = err_set(r->e, rc, "%s", what);
	r->line = (uint32_t)XML_GetCurrentLineNumber(r->parser);
	XML_StopParser(r->parser, XML_FALSE);
}

/* ---- elements ---- */

/* Without the namespace, where it is the wanted one; NULL. */
static const char *
local_name(const struct reading *r, const char *name)
{
	size_t n = strlen(r->want->namespace);

	if (strncmp(name, r->want->namespace, n) != 0 || name[n] != BETWEEN)
		return NULL;
	return name + n + 1;
}

static bool
is_skipped(const struct reading *r, const char *name)
{
	for (size_t i = 0; name != NULL && r->want->skip[i] != NULL; i++)
		if (strcmp(r->want->skip[i], name) == 0)
			return true;
	return name == NULL;
}

static const char *
attribute_name(const char *name)
{
	static const char xml[] = "http://www.w3.org/XML/1998/namespace\n";

	if (strncmp(name, xml, sizeof(xml) - 1) != 0)
		return name;
	return strcmp(name + sizeof(xml) - 1, "lang") == 0 ? "xml:lang" : name;
}

static bool
attributes_fit(struct reading *r, const char **all, size_t *n)
{
	for (*n = 0; all[2 * *n] != NULL; (*n)++)
		if (strlen(all[2 * *n]) > XML_VALUE || strlen(all[2 * *n + 1]) > XML_VALUE)
			stop(r, RC_LIMIT, "an attribute is longer than 4096 bytes");
	if (*n > XML_ATTRIBUTES)
		stop(r, RC_LIMIT, "an element has more than 64 attributes");
	return r->rc == RC_OK;
}

static void
add_node(struct reading *r, const char *name, const char **attributes, size_t n)
{
	struct xml_node *node = mem_zero(1, sizeof(*node)), *parent = r->open;

	node->name = mem_string(name);
	node->line = (uint32_t)XML_GetCurrentLineNumber(r->parser);
	node->attribute = mem_zero(2 * n + 1, sizeof(*node->attribute));
	node->attributes = n;
	for (size_t i = 0; i < n; i++) {
		node->attribute[2 * i] = mem_string(attribute_name(attributes[2 * i]));
		node->attribute[2 * i + 1] = mem_string(attributes[2 * i + 1]);
	}
	node->parent = parent;
	if (parent == NULL)
		r->root = node;
	else if (parent->last == NULL)
		parent->first = node;
	else
		parent->last->next = node;
	if (parent != NULL)
		parent->last = node;
	r->open = node;
}

static void XMLCALL
on_start(void *ctx, const char *name, const char **attributes)
{
	struct reading *r = ctx;
	const char *local = local_name(r, name);
	size_t n;

	if (r->rc != RC_OK)
		return;
	if (++r->depth > XML_DEPTH)
		stop(r, RC_LIMIT, "elements lie more than 64 deep");
	else if (++r->nodes > XML_NODES)
		stop(r, RC_LIMIT, "more than 500000 elements");
	else if (!attributes_fit(r, attributes, &n))
		return;
	else if (r->skipped > 0 || is_skipped(r, local))
		r->skipped++;
	else
		add_node(r, local, attributes, n);
}

static void
trim(struct buf *text)
{
	size_t from = 0;

	while (text->len > 0 && strchr(" \t\r\n", text->data[text->len - 1]) != NULL)
		text->data[--text->len] = '\0';
	while (from < text->len && strchr(" \t\r\n", text->data[from]) != NULL)
		from++;
	if (from == 0)
		return;
	text->len -= from;
	memmove(text->data, text->data + from, text->len + 1);
}

static void XMLCALL
on_end(void *ctx, const char *name)
{
	struct reading *r = ctx;

	(void)name;
	if (r->rc != RC_OK)
		return;
	r->depth--;
	if (r->skipped > 0) {
		r->skipped--;
	} else {
		trim(&r->open->text);
		r->open = r->open->parent;
	}
}

static void XMLCALL
on_text(void *ctx, const char *text, int n)
{
	struct reading *r = ctx;
	int blank = 0;

	if (r->rc != RC_OK || r->skipped > 0 || r->open == NULL)
		return;
	while (blank < n && strchr(" \t\r\n", text[blank]) != NULL)
		blank++;
	if (blank == n && r->open->text.len == 0)
		return;
	if (r->open->text.len + (size_t)n > XML_TEXT)
		stop(r, RC_LIMIT, "a text is longer than 65536 bytes");
	else
		buf_add(&r->open->text, text, (size_t)n);
}

/* Whatever an entity could do, there are none. */
static void XMLCALL
on_doctype(void *ctx, const char *name, const char *system, const char *public, int inside)
{
	(void)name;
	(void)system;
	(void)public;
	(void)inside;
	stop(ctx, RC_INVALID, "a DOCTYPE is not taken");
}

/* ---- reading ---- */

static void
parse(struct reading *r, const char *text, size_t n)
{
	XML_SetUserData(r->parser, r);
	XML_SetElementHandler(r->parser, on_start, on_end);
	XML_SetCharacterDataHandler(r->parser, on_text);
	XML_SetStartDoctypeDeclHandler(r->parser, on_doctype);
	if (XML_Parse(r->parser, text, (int)n, XML_TRUE) != XML_STATUS_OK && r->rc == RC_OK) {
		r->line = (uint32_t)XML_GetCurrentLineNumber(r->parser);
		r->rc = err_set(r->e, RC_INVALID, "the XML is not well-formed: %s",
			XML_ErrorString(XML_GetErrorCode(r->parser)));
	}
}

enum rc
xml_read(struct xml_node **root, const char *text, size_t n, const struct xml_wanted *want,
	uint32_t *line, struct err *e)
{
	struct reading r = { .want = want, .e = e, .rc = RC_OK };

	*root = NULL;
	*line = 0;
	if (n > XML_BYTES)
		return err_set(e, RC_LIMIT, "the file is larger than 16 MiB");
	r.parser = XML_ParserCreateNS(NULL, BETWEEN);
	if (r.parser == NULL)
		return err_set(e, RC_FAILED, "there is no memory for reading XML");
	parse(&r, text, n);
	if (r.rc == RC_OK && r.root == NULL)
		r.rc = err_set(e, RC_INVALID, "the file holds nothing of %s", want->namespace);
	XML_ParserFree(r.parser);
	if (r.rc == RC_OK) {
		*root = r.root;
		return RC_OK;
	}
	xml_free(r.root);
	*line = r.line;
	return r.rc;
}

/* Children first, without a call for each: it is as deep as the tree. */
void
xml_free(struct xml_node *root)
{
	struct xml_node *n = root, *next;

	while (n != NULL) {
		if (n->first != NULL) {
			next = n->first;
			n->first = NULL;
		} else {
			next = n == root ? NULL : n->next != NULL ? n->next : n->parent;
			for (size_t i = 0; i < 2 * n->attributes; i++)
				free(n->attribute[i]);
			free(n->attribute);
			free((char *)n->name);
			buf_release(&n->text);
			free(n);
		}
		n = next;
	}
}

/* ---- looking ---- */

const char *
xml_attribute(const struct xml_node *n, const char *name)
{
	for (size_t i = 0; i < n->attributes; i++)
		if (strcmp(n->attribute[2 * i], name) == 0)
			return n->attribute[2 * i + 1];
	return NULL;
}

static const struct xml_node *
named(const struct xml_node *n, const char *name)
{
	while (n != NULL && strcmp(n->name, name) != 0)
		n = n->next;
	return n;
}

const struct xml_node *
xml_child(const struct xml_node *n, const char *name)
{
	return named(n->first, name);
}

const struct xml_node *
xml_next(const struct xml_node *n)
{
	return named(n->next, n->name);
}

const char *
xml_text(const struct xml_node *n)
{
	return n != NULL && n->text.data != NULL ? n->text.data : "";
}
