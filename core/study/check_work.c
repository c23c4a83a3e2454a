/* Checks of reject reasons, steps of work, blinding and the scale. */
#include <ctype.h>
#include <string.h>

#include "core/ledger/account.h"
#include "core/ledger/blind.h"
#include "core/ledger/reason.h"
#include "core/study/study_in.h"

/* ---- reasons ---- */

static bool
group_known(const char *group)
{
	for (size_t i = 0; i < reason_count(); i++)
		if (strcmp(reason_at(i)->group, group) == 0)
			return true;
	return false;
}

/* Codes of the private scheme are words; numbers and RID... are those of others. */
static bool
code_private(const char *code)
{
	bool letters = false;

	if (strlen(code) < 2 || !isupper((unsigned char)*code) || strncmp(code, "RID", 3) == 0)
		return false;
	for (; *code != '\0'; code++) {
		if (!isupper((unsigned char)*code) && !isdigit((unsigned char)*code) && *code != '-')
			return false;
		letters |= isupper((unsigned char)*code) != 0;
	}
	return letters;
}

static void
check_reason(struct checking *c, const struct study_reason *r)
{
	if (r->code != NULL && reason_find(r->code) != NULL)
		MISTAKE(c, r, "code",
			"'%.16s' is the program's ('%.64s'): its meaning never changes", r->code,
			reason_find(r->code)->meaning);
	else if (r->code != NULL && !code_private(r->code))
		MISTAKE(c, r, "code",
			"'%.16s' is no private code: capital letters, digits and -, beginning with "
			"a "
			"letter, not RID",
			r->code);
	if (r->group != NULL && !group_known(r->group))
		MISTAKE(c, r, "group", "there is no group '%.32s' of reasons", r->group);
}

/* ---- steps ---- */

static void
check_role(struct checking *c, uint32_t at, const char *key, const char *role)
{
	const char *near;

	if (account_role_known(role))
		return;
	near = mistake_nearest(role, account_role_names);
	if (near != NULL)
		mistakes_member(c->m, c->o, at, key, "there is no role '%.20s'; is '%s' meant?",
			role, near);
	else
		mistakes_member(c->m, c->o, at, key, "there is no role '%.20s'", role);
}

static size_t
step_place(const struct study *s, const char *id)
{
	size_t i = 0;

	while (i < s->steps && (s->step[i].id == NULL || strcmp(s->step[i].id, id) != 0))
		i++;
	return i;
}

static void
check_step(struct checking *c, size_t place)
{
	const struct study_step *s = &c->s->step[place];

	for (size_t i = 0; i < s->roles; i++)
		if (strcmp(s->role[i], "officer") == 0 || strcmp(s->role[i], "admin") == 0)
			MISTAKE(c, s, "roles", "who is %s does no step", s->role[i]);
		else
			check_role(c, s->at, "roles", s->role[i]);
	for (size_t i = 0; i < s->needs_n; i++) {
		size_t other = step_place(c->s, s->needs[i]);

		if (other == c->s->steps)
			MISTAKE(c, s, "needs", "there is no step '%.64s'", s->needs[i]);
		else if (other >= place)
			MISTAKE(c, s, "needs", "step '%.64s' does not stand before this one",
				s->needs[i]);
	}
}

void
check_work(struct checking *c)
{
	const struct study *s = c->s;

	CHECK_ONCE(c, s->reason, s->reasons, study_reason, code, "code", "a reason");
	for (size_t i = 0; i < s->reasons; i++)
		check_reason(c, &s->reason[i]);
	CHECK_ONCE(c, s->step, s->steps, study_step, id, "id", "a step");
	for (size_t i = 0; i < s->steps; i++)
		check_step(c, i);
	CHECK_ONCE(c, s->blinding, s->blindings, study_blinding, role, "role", "a blinding of");
	for (size_t i = 0; i < s->blindings; i++) {
		const struct study_blinding *b = &s->blinding[i];

		if (b->role != NULL)
			check_role(c, b->at, "role", b->role);
		for (size_t f = 0; f < b->fields; f++)
			if (!blind_field_known(b->field[f]))
				MISTAKE(c, b, "fields",
					"'%.40s' cannot be blinded: site, subject, visit, or a "
					"header "
					"attribute",
					b->field[f]);
	}
	if (s->rating != NULL)
		CHECK_ONCE(c, s->rating->grade, s->rating->grades, study_grade, code, "code",
			"a grade");
}
