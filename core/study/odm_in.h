/* What the readers of ODM share. */
#ifndef CORE_STUDY_ODM_IN_H
#define CORE_STUDY_ODM_IN_H

#include "core/study/draft.h"
#include "core/study/odm_read.h"
#include "core/study/study.h"
#include "core/study/xml.h"

enum { ODM_NAME = 128 };

/* A definition by its element and OID. */
struct odm_def {
	const struct xml_node *node;
	const char *oid;
};

struct odm {
	const struct odm_options *options;
	const struct xml_node *study, *version; /* Study, MetaDataVersion */
	struct odm_def *def;                    /* in order */
	size_t defs;
	struct draft d;
};

/* Where something stands in a form. */
struct odm_place {
	json_t *form, *group;
	const char *form_id, *group_id;
};

#define ODM_WRONG(o, node, name, ...) mistakes_line((o)->d.wrong, (node)->line, name, __VA_ARGS__)

/* The definition that attribute `key` of `ref` names; NULL, told, where there is none. */
const struct xml_node *odm_find(
	struct odm *o, const struct xml_node *ref, const char *element, const char *key);
/* The words of `n`'s child `element` in the language that is wanted; "" where there are none. */
const char *odm_words(const struct odm *o, const struct xml_node *n, const char *element);
/* An attribute, "" where it is not there; with `needed` that is told. */
const char *odm_attribute(struct odm *o, const struct xml_node *n, const char *name, bool needed);
bool odm_is(const struct xml_node *n, const char *attribute, const char *value);

/* An id of ours: an OID without what says its kind ("IT.") and without the ids it lies in ("IT.FORM.GROUP."), and _ for what
 * no id holds. */
void odm_id(char to[ODM_NAME], const char *oid, const struct odm_place *in);

/* The condition of a reference as `skip` of `j`. */
void odm_skip(struct odm *o, const struct xml_node *ref, json_t *j);
/* A FormalExpression among the children of `n` that is in our language; NULL. */
const char *odm_expression(const struct xml_node *n);

/* odm_item.c: a field for an ItemRef. */
void odm_item(struct odm *o, const struct xml_node *ref, const struct odm_place *at);

#endif
