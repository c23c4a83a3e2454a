/* A file of ODM 1.3.2: what it is, the study, people and sites, then the data of each version.  Its schema allows no elements
 * or attributes of others, so that what it has no names for is in code lists, aliases and flags. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/trial/odm_out.h"

/* ---- who and where ---- */

static void
write_users(struct extract *x)
{
	char oid[ODM_OID];

	for (size_t i = 0; i < x->users; i++) {
		snprintf(oid, sizeof(oid), "U.%s", x->user[i].account);
		extract_open(&x->out, "User");
		extract_attribute(&x->out, "OID", oid);
		extract_attribute(&x->out, "UserType", "Other");
		extract_leaf(&x->out, "LoginName", x->user[i].account);
		extract_leaf(&x->out, "FullName", x->user[i].name);
		extract_close(&x->out);
	}
}

/* From the day on which the version was applied. */
static void
write_location(struct extract *x, const char *oid, const char *name, const char *type)
{
	const struct extract_version *v = &x->version[0];
	char study[ODM_OID], version[40], day[CLOCK_TEXT];

	snprintf(study, sizeof(study), "ST.%s", v->v.study);
	snprintf(version, sizeof(version), "MDV.%lld", (long long)v->v.version);
	clock_format(v->v.at, day);
	day[10] = '\0';
	extract_open(&x->out, "Location");
	extract_attribute(&x->out, "OID", oid);
	extract_attribute(&x->out, "Name", name);
	extract_attribute(&x->out, "LocationType", type);
	extract_open(&x->out, "MetaDataVersionRef");
	extract_attribute(&x->out, "StudyOID", study);
	extract_attribute(&x->out, "MetaDataVersionOID", version);
	extract_attribute(&x->out, "EffectiveDate", day);
	extract_close(&x->out);
	extract_close(&x->out);
}

/* Sites of the subjects that are told; places are in the order of sites. */
static void
write_sites(struct extract *x)
{
	const char *last = "";
	char oid[ODM_OID];

	for (size_t i = 0; i < x->places; i++) {
		const char *site = x->place[i].of.site;
		const struct study_site *s;

		if (strcmp(site, last) == 0)
			continue;
		s = study_find_site(extract_last(x)->study, site);
		snprintf(oid, sizeof(oid), "L.%s", site);
		write_location(x, oid, s != NULL && s->name != NULL ? s->name : site, "Site");
		last = site;
	}
	write_location(x, ODM_LOCATION, "The image archive, where people enter and review", "Other");
}

static void
write_signatures(struct extract_out *o)
{
	static const char *const meanings[][3] = {
		{ "SG.authorship", "authorship", "The signer entered these values." },
		{ "SG.review", "review", "The signer looked at these images and judged them." },
		{ "SG.adjudication", "adjudication",
			"The signer decided between two readings that differ." },
	};

	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		extract_open(o, "SignatureDef");
		extract_attribute(o, "OID", meanings[i][0]);
		extract_attribute(o, "Methodology", "Digital");
		extract_leaf(o, "Meaning", meanings[i][1]);
		extract_leaf(o, "LegalReason", meanings[i][2]);
		extract_close(o);
	}
}

static void
write_admin(struct extract *x)
{
	char oid[ODM_OID];

	snprintf(oid, sizeof(oid), "ST.%s", x->want->study);
	extract_open(&x->out, "AdminData");
	extract_attribute(&x->out, "StudyOID", oid);
	write_users(x);
	write_sites(x);
	write_signatures(&x->out);
	extract_close(&x->out);
}

/* ---- the file ---- */

static void
open_file(struct extract *x, bool snapshot)
{
	int64_t now = ledger_now(x->l);
	char time[CLOCK_TEXT + 8], *oid;

	extract_out_text(&x->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
	extract_open(&x->out, "ODM");
	extract_attribute(&x->out, "xmlns", "http://www.cdisc.org/ns/odm/v1.3");
	extract_attribute(&x->out, "ODMVersion", "1.3.2");
	extract_attribute(&x->out, "FileType", snapshot ? "Snapshot" : "Transactional");
	oid = mem_format("F.%s.%lld", ledger_id(x->l), (long long)now);
	extract_attribute(&x->out, "FileOID", oid);
	free(oid);
	extract_time(now, time);
	extract_attribute(&x->out, "CreationDateTime", time);
	if (x->last_at > 0) {
		extract_time(x->last_at, time);
		extract_attribute(&x->out, "AsOfDateTime", time);
	}
	extract_attribute(&x->out, "SourceSystem", "wetread");
	extract_attribute(&x->out, "SourceSystemVersion", WETREAD_VERSION);
}

static enum rc
write_version(struct extract *x, const struct extract_version *v, bool snapshot, struct err *e)
{
	struct odm_writing w = { .x = x, .version = v, .snapshot = snapshot };
	char study[ODM_OID], version[40];
	enum rc rc;

	snprintf(study, sizeof(study), "ST.%s", v->v.study);
	snprintf(version, sizeof(version), "MDV.%lld", (long long)v->v.version);
	extract_open(&x->out, "ClinicalData");
	extract_attribute(&x->out, "StudyOID", study);
	extract_attribute(&x->out, "MetaDataVersionOID", version);
	rc = extract_each(x, false, odm_case, &w, e);
	odm_subject_end(&w);
	extract_close(&x->out);
	return rc;
}

enum rc
odm_write(struct extract *x, bool snapshot, struct err *e)
{
	enum rc rc = RC_OK;

	open_file(x, snapshot);
	odm_meta(x);
	write_admin(x);
	for (size_t i = 0; rc == RC_OK && i < x->versions; i++)
		rc = write_version(x, &x->version[i], snapshot, e);
	extract_close(&x->out);
	return rc;
}
