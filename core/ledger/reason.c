/* The coded reasons for a failed step. */
#include "core/ledger/reason.h"

#include <string.h>

#include "core/base/mem.h"

static const struct reason table[] = {
#define X(code_, scheme_, meaning_, group_, modalities_, level_, action_, phi_) \
	{ .code = code_, \
		.scheme = scheme_, \
		.meaning = meaning_, \
		.group = group_, \
		.modalities = modalities_, \
		.level = level_, \
		.action = REASON_##action_, \
		.phi = phi_ },
#include "core/ledger/reason.def"
#undef X
};

size_t
reason_count(void)
{
	return MEM_COUNT(table);
}

const struct reason *
reason_at(size_t i)
{
	return &table[i];
}

const struct reason *
reason_find(const char *code)
{
	for (size_t i = 0; i < MEM_COUNT(table); i++)
		if (strcmp(table[i].code, code) == 0)
			return &table[i];
	return NULL;
}

bool
reason_fits(const struct reason *r, const char *modality)
{
	const char *at = r->modalities;
	size_t n = strlen(modality);

	if (strcmp(at, "*") == 0)
		return true;
	while (n > 0 && (at = strstr(at, modality)) != NULL) {
		bool starts = at == r->modalities || at[-1] == ',';

		if (starts && (at[n] == ',' || at[n] == '\0'))
			return true;
		at += n;
	}
	return false;
}

/* 0 first.  A step "phi" is about privacy; elsewhere the codes made for the modality come before the
 * general ones, and privacy last. */
static int
menu_place(const struct reason *r, const char *step)
{
	bool phi_step = strcmp(step, "phi") == 0;

	if (strcmp(r->group, "privacy") == 0)
		return phi_step ? 0 : 4;
	if (r->phi)
		return phi_step ? 1 : 4;
	return strcmp(r->modalities, "*") != 0 ? 2 : 3;
}

size_t
reason_menu(const char *step, const char *modality, const struct reason **out, size_t max)
{
	size_t n = 0;

	for (int place = 0; place < 5; place++)
		for (size_t i = 0; i < MEM_COUNT(table) && n < max; i++)
			if (reason_fits(&table[i], modality) && menu_place(&table[i], step) == place)
				out[n++] = &table[i];
	return n;
}
