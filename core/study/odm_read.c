/* Study, visits, forms and groups of ODM; what is not supported is told, and the rest is read all the same. */
#include "core/study/odm_read.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/study/odm_in.h"

enum {
	FORMS = 200,
	VISITS = 200
}; /* of a study: one more is refused, and further ones need not be read */

/* ---- looking ---- */

static int
by_oid(const void *a, const void *b)
{
	const struct odm_def *x = a, *y = b;
	int order = strcmp(x->node->name, y->node->name);

	return order != 0 ? order : strcmp(x->oid, y->oid);
}

static void
add_defs(struct odm *o, const struct xml_node *parent)
{
	for (const struct xml_node *n = parent != NULL ? parent->first : NULL; n != NULL;
		n = n->next) {
		const char *oid = xml_attribute(n, "OID");

		if (oid == NULL)
			continue;
		o->def = mem_grow(o->def, o->defs + 1, sizeof(*o->def));
		o->def[o->defs++] = (struct odm_def){ n, oid };
	}
}

static void
gather_defs(struct odm *o)
{
	add_defs(o, o->version);
	add_defs(o, xml_child(o->study, "BasicDefinitions"));
	if (o->defs > 0)
		qsort(o->def, o->defs, sizeof(*o->def), by_oid);
	for (size_t i = 1; i < o->defs; i++) {
		const struct xml_node *a = o->def[i - 1].node, *b = o->def[i].node;

		if (by_oid(&o->def[i - 1], &o->def[i]) == 0)
			ODM_WRONG(o, a->line > b->line ? a : b, o->def[i].oid,
				"the OID is there already, in line %u",
				a->line < b->line ? a->line : b->line);
	}
}

const struct xml_node *
odm_find(struct odm *o, const struct xml_node *ref, const char *element, const char *key)
{
	struct xml_node wanted = { .name = element };
	struct odm_def k = { &wanted, odm_attribute(o, ref, key, true) }, *found = NULL;

	if (o->defs > 0)
		found = bsearch(&k, o->def, o->defs, sizeof(*o->def), by_oid);
	if (found == NULL && *k.oid != '\0')
		ODM_WRONG(o, ref, "", "there is no %s with OID '%.60s'", element, k.oid);
	return found != NULL ? found->node : NULL;
}

/* Is `tag` the language, or one of its kinds as "de-AT"? */
static bool
speaks(const char *tag, const char *language)
{
	size_t n = strlen(language);

	return tag != NULL && strncasecmp(tag, language, n) == 0 &&
		(tag[n] == '\0' || tag[n] == '-');
}

const char *
odm_words(const struct odm *o, const struct xml_node *n, const char *element)
{
	const char *language = o->options->language != NULL ? o->options->language : "en";
	const struct xml_node *at = xml_child(n, element), *best = NULL;

	if (at == NULL)
		return "";
	for (at = xml_child(at, "TranslatedText"); at != NULL; at = xml_next(at)) {
		const char *tag = xml_attribute(at, "xml:lang");

		if (speaks(tag, language))
			return xml_text(at);
		if (best == NULL || (tag == NULL && xml_attribute(best, "xml:lang") != NULL))
			best = at;
	}
	return xml_text(best);
}

const char *
odm_attribute(struct odm *o, const struct xml_node *n, const char *name, bool needed)
{
	const char *value = xml_attribute(n, name);

	if (needed && str_empty(value))
		ODM_WRONG(o, n, "", "%s needs the attribute %s", n->name, name);
	return value != NULL ? value : "";
}

bool
odm_is(const struct xml_node *n, const char *attribute, const char *value)
{
	const char *is = xml_attribute(n, attribute);

	return is != NULL && strcmp(is, value) == 0;
}

/* ---- ids and conditions ---- */

/* "FORM." at the beginning, taken off. */
static const char *
without(const char *oid, const char *id)
{
	size_t n = id != NULL ? strlen(id) : 0;

	return n > 0 && strncmp(oid, id, n) == 0 && oid[n] == '.' && oid[n + 1] != '\0'
		? oid + n + 1
		: oid;
}

void
odm_id(char to[ODM_NAME], const char *oid, const struct odm_place *in)
{
	size_t n = strspn(oid, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

	if (n >= 1 && n <= 3 && oid[n] == '.' && oid[n + 1] != '\0')
		oid += n + 1;
	if (in != NULL)
		oid = without(without(oid, in->form_id), in->group_id);
	snprintf(to, ODM_NAME, "%.*s", ODM_NAME - 1, oid);
	for (char *c = to; *c != '\0'; c++)
		*c = isalnum((unsigned char)*c) ? *c : '_';
}

const char *
odm_expression(const struct xml_node *n)
{
	for (n = xml_child(n, "FormalExpression"); n != NULL; n = xml_next(n))
		if (odm_is(n, "Context", "wetread"))
			return xml_text(n);
	return NULL;
}

void
odm_skip(struct odm *o, const struct xml_node *ref, json_t *j)
{
	static const char key[] = "CollectionExceptionConditionOID";
	const struct xml_node *condition, *other;
	const char *text;

	if (xml_attribute(ref, key) == NULL)
		return;
	condition = odm_find(o, ref, "ConditionDef", key);
	if (condition == NULL)
		return;
	text = odm_expression(condition);
	if (text != NULL) {
		draft_word(&o->d, j, "skip", text);
		return;
	}
	other = xml_child(condition, "FormalExpression");
	mistakes_line(o->options->drop_conditions ? o->d.notes : o->d.wrong, ref->line,
		json_string_value(json_object_get(j, "id")),
		"condition '%.40s' is %s%.40s%s, not of Context 'wetread'%s",
		xml_attribute(ref, key), other != NULL ? "of Context '" : "in words",
		other != NULL ? odm_attribute(o, other, "Context", false) : "",
		other != NULL ? "'" : "", o->options->drop_conditions ? ": it is left out" : "");
}

/* ---- references ---- */

/* References in the order of their OrderNumber, those without one at the end as they stand. */
struct odm_ref {
	const struct xml_node *node;
	long order;
	size_t place;
};

static int
by_order(const void *a, const void *b)
{
	const struct odm_ref *x = a, *y = b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return x->place < y->place ? -1 : x->place > y->place;
}

static struct odm_ref *
refs_of(struct odm *o, const struct xml_node *parent, const char *element, size_t *n)
{
	struct odm_ref *all = NULL;

	*n = 0;
	for (const struct xml_node *at = xml_child(parent, element); at != NULL; at = xml_next(at)) {
		const char *number = odm_attribute(o, at, "OrderNumber", false);

		all = mem_grow(all, *n + 1, sizeof(*all));
		all[*n] = (struct odm_ref){ at, 1000000000, *n };
		if (*number != '\0' && !str_int(number, 0, 1000000000, &all[*n].order))
			ODM_WRONG(o, at, "", "OrderNumber '%.40s' is no whole number", number);
		(*n)++;
	}
	if (*n > 1)
		qsort(all, *n, sizeof(*all), by_order);
	return all;
}

/* What wetread export adds to every study: builtin forms, verdicts, checks that were kept, places without a visit. */
static bool
is_ours(const char *oid)
{
	static const char *const starts[] = { "FO.wr-", "SE.wr-" };
	const char *last = strrchr(oid, '.');

	for (size_t i = 0; i < MEM_COUNT(starts); i++)
		if (strncmp(oid, starts[i], strlen(starts[i])) == 0)
			return true;
	return last != NULL && strcmp(last, ".wr-checks") == 0;
}

/* ---- forms ---- */

static void
read_group(struct odm *o, const struct xml_node *ref, struct odm_place *at)
{
	const struct xml_node *def = odm_find(o, ref, "ItemGroupDef", "ItemGroupOID");
	struct odm_ref *items;
	char id[ODM_NAME];
	size_t n;

	if (def == NULL)
		return;
	at->group_id = NULL;
	odm_id(id, odm_attribute(o, def, "OID", false), at);
	at->group_id = id;
	if (odm_is(def, "Repeating", "Yes"))
		ODM_WRONG(o, def, id, "groups that repeat are not supported");
	at->group = draft_add(&o->d, draft_array(at->form, "groups"), id, def->line);
	draft_text(&o->d, at->group, "title", odm_attribute(o, def, "Name", false));
	odm_skip(o, ref, at->group);
	items = refs_of(o, def, "ItemRef", &n);
	for (size_t i = 0; i < n; i++)
		odm_item(o, items[i].node, at);
	free(items);
}

/* Which visits have it; none are named where all have. */
static void
put_visits(struct odm *o, const char *oid, json_t *form)
{
	json_t *visit, *in = json_array(), *forms;
	size_t i, k;
	json_t *one;

	json_array_foreach(o->d.visits, i, visit)
	{
		forms = json_object_get(visit, "_forms");
		json_array_foreach(forms, k, one)
		{
			if (strcmp(json_string_value(one), oid) != 0)
				continue;
			json_array_append(in, json_object_get(visit, "id"));
			break;
		}
	}
	if (json_array_size(in) == 0)
		mistakes_line(o->d.notes,
			(uint32_t)json_integer_value(json_object_get(form, o->d.from)), oid,
			"is in no visit: it is read as one of every visit");
	if (json_array_size(in) > 0 && json_array_size(in) < json_array_size(o->d.visits))
		json_object_set(form, "visits", in);
	json_decref(in);
}

static void
read_form(struct odm *o, const struct xml_node *def)
{
	const char *oid = odm_attribute(o, def, "OID", true);
	struct odm_place at = { 0 };
	struct odm_ref *groups;
	char id[ODM_NAME];
	size_t n;

	odm_id(id, oid, NULL);
	at.form_id = id;
	at.form = draft_add(&o->d, o->d.forms, id, def->line);
	draft_text(&o->d, at.form, "title", odm_attribute(o, def, "Name", true));
	draft_word(&o->d, at.form, "level", odm_is(def, "Repeating", "Yes") ? "exam" : "visit");
	put_visits(o, oid, at.form);
	draft_array(at.form, "groups");
	groups = refs_of(o, def, "ItemGroupRef", &n);
	for (size_t i = 0; i < n; i++)
		if (!is_ours(odm_attribute(o, groups[i].node, "ItemGroupOID", true)))
			read_group(o, groups[i].node, &at);
	free(groups);
}

/* ---- visits ---- */

static void
no_condition(struct odm *o, const struct xml_node *ref)
{
	if (xml_attribute(ref, "CollectionExceptionConditionOID") != NULL)
		ODM_WRONG(o, ref, "", "a condition of a visit or a whole form is not supported");
}

static void
read_visit(struct odm *o, const struct xml_node *def)
{
	const char *oid = odm_attribute(o, def, "OID", true);
	char id[ODM_NAME];
	json_t *visit;

	if (json_array_size(o->d.visits) > VISITS)
		return;
	odm_id(id, oid, NULL);
	visit = draft_add(&o->d, o->d.visits, id, def->line);
	draft_text(&o->d, visit, "title", odm_attribute(o, def, "Name", true));
	if (odm_is(def, "Repeating", "Yes"))
		ODM_WRONG(o, def, id, "visits that repeat are not supported");
	for (const struct xml_node *r = xml_child(def, "FormRef"); r != NULL; r = xml_next(r)) {
		no_condition(o, r);
		if (odm_find(o, r, "FormDef", "FormOID") != NULL)
			json_array_append_new(draft_array(visit, "_forms"),
				json_string(xml_attribute(r, "FormOID")));
	}
}

static void
read_visits(struct odm *o)
{
	const struct xml_node *protocol = xml_child(o->version, "Protocol"), *def;
	size_t n = 0;
	struct odm_ref *refs = protocol != NULL ? refs_of(o, protocol, "StudyEventRef", &n) : NULL;

	for (size_t i = 0; i < n; i++) {
		no_condition(o, refs[i].node);
		def = odm_find(o, refs[i].node, "StudyEventDef", "StudyEventOID");
		if (def != NULL && !is_ours(odm_attribute(o, def, "OID", false)))
			read_visit(o, def);
	}
	if (n == 0)
		for (def = xml_child(o->version, "StudyEventDef"); def != NULL; def = xml_next(def))
			read_visit(o, def);
	free(refs);
	if (json_array_size(o->d.visits) == 0) {
		json_t *visit = draft_add(&o->d, o->d.visits, "V1", o->version->line);

		draft_text(&o->d, visit, "title", "Visit 1");
		mistakes_line(o->d.notes, o->version->line, "", "there are no visits: V1 is made");
	}
}

/* ---- the file ---- */

static void
check_root(struct odm *o, const struct xml_node *root)
{
	const char *version = odm_attribute(o, root, "ODMVersion", false);

	if (strcmp(root->name, "ODM") != 0)
		ODM_WRONG(o, root, "", "the root is %.40s, ODM is wanted", root->name);
	else if (*version != '\0' && strncmp(version, "1.3", 3) != 0)
		ODM_WRONG(o, root, "", "ODM %.20s is not supported, only 1.3", version);
}

/* The only MetaDataVersion of the file; which of several is meant nobody can guess. */
static bool
find_version(struct odm *o, const struct xml_node *root)
{
	const struct xml_node *study, *v;

	for (study = xml_child(root, "Study"); study != NULL; study = xml_next(study))
		for (v = xml_child(study, "MetaDataVersion"); v != NULL; v = xml_next(v)) {
			if (o->version != NULL) {
				ODM_WRONG(o, v, odm_attribute(o, v, "OID", false),
					"a second MetaDataVersion: only one is read");
				continue;
			}
			o->study = study;
			o->version = v;
			if (xml_child(v, "Include") != NULL)
				ODM_WRONG(o, xml_child(v, "Include"), "",
					"a version that includes another is not supported");
		}
	if (o->version == NULL)
		ODM_WRONG(o, root, "", "there is no MetaDataVersion");
	return o->version != NULL;
}

/* The study's id: letters, digits, - _ and . */
static void
begin(struct odm *o)
{
	static const char fine[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
	const struct xml_node *names =
		o->study != NULL ? xml_child(o->study, "GlobalVariables") : NULL;
	const char *name = "", *title = "";
	char *id;

	if (names != NULL) {
		name = xml_text(xml_child(names, "ProtocolName"));
		title = xml_text(xml_child(names, "StudyDescription"));
		title = *title != '\0' ? title : xml_text(xml_child(names, "StudyName"));
	}
	id = mem_string(o->options->id != NULL ? o->options->id : *name != '\0' ? name : "ODM");
	for (char *c = id; o->options->id == NULL && *c != '\0'; c++)
		*c = strchr(fine, *c) != NULL ? *c : '_';
	draft_begin(&o->d, id, *title != '\0' ? title : "From ODM metadata");
	free(id);
}

static void
drop_remarks(struct odm *o)
{
	json_t *visit;
	size_t i;

	json_array_foreach(o->d.visits, i, visit)
	{
		json_object_del(visit, "_forms");
	}
}

enum rc
odm_read(char **out, const char *text, size_t n, const struct odm_options *options,
	struct mistakes *wrong, struct mistakes *notes)
{
	static const char *const skip[] = { "ClinicalData", "ReferenceData", "AdminData",
		"Association", NULL };
	static const struct xml_wanted want = { "http://www.cdisc.org/ns/odm/v1.3", skip };
	struct odm o = { .options = options,
		.d = { .from = "_line", .wrong = wrong, .notes = notes } };
	struct xml_node *root;
	struct err e = { 0 };
	uint32_t line;
	enum rc rc = xml_read(&root, text, n, &want, &line, &e);

	*out = NULL;
	memset(wrong, 0, sizeof(*wrong));
	memset(notes, 0, sizeof(*notes));
	if (rc != RC_OK) {
		mistakes_line(wrong, line, "", "%s", e.text);
		return rc;
	}
	check_root(&o, root);
	if (wrong->n == 0 && find_version(&o, root)) {
		begin(&o);
		gather_defs(&o);
		read_visits(&o);
		for (const struct xml_node *f = xml_child(o.version, "FormDef"); f != NULL;
			f = xml_next(f))
			if (json_array_size(o.d.forms) <= FORMS &&
				!is_ours(odm_attribute(&o, f, "OID", false)))
				read_form(&o, f);
		drop_remarks(&o);
		*out = draft_end(&o.d);
	}
	free(o.def);
	xml_free(root);
	return *out != NULL ? RC_OK : RC_INVALID;
}
