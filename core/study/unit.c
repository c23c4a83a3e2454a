/* The table of units. */
#include "core/study/unit.h"

#include <string.h>
#include <strings.h>

#include "core/base/mem.h"

enum kind { MASS, VOLUME, DURATION, LENGTH, FLOW };

/* How many grams, millilitres, seconds, millimetres, millilitres a second.  Capital letters count: Mg is not mg. */
static const struct unit {
	const char *name;
	enum kind kind;
	double size;
} units[] = {
	{ "g", MASS, 1 },
	{ "kg", MASS, 1000 },
	{ "Kg", MASS, 1000 },
	{ "KG", MASS, 1000 },
	{ "mg", MASS, 1e-3 },
	{ "ug", MASS, 1e-6 },
	{ "µg", MASS, 1e-6 }, /* micro sign */
	{ "μg", MASS, 1e-6 }, /* Greek letter */
	{ "lb", MASS, 453.59237 },
	{ "lbs", MASS, 453.59237 },
	{ "mL", VOLUME, 1 },
	{ "ml", VOLUME, 1 },
	{ "cc", VOLUME, 1 },
	{ "L", VOLUME, 1000 },
	{ "l", VOLUME, 1000 },
	{ "ms", DURATION, 1e-3 },
	{ "s", DURATION, 1 },
	{ "sec", DURATION, 1 },
	{ "min", DURATION, 60 },
	{ "h", DURATION, 3600 },
	{ "mm", LENGTH, 1 },
	{ "cm", LENGTH, 10 },
	{ "m", LENGTH, 1000 },
	{ "in", LENGTH, 25.4 },
	{ "mL/s", FLOW, 1 },
	{ "ml/s", FLOW, 1 },
	{ "mL/min", FLOW, 1.0 / 60 },
	{ "ml/min", FLOW, 1.0 / 60 },
	{ "mL/h", FLOW, 1.0 / 3600 },
	{ "ml/h", FLOW, 1.0 / 3600 },
};

static const struct unit *
find(const char *name)
{
	for (size_t i = 0; i < MEM_COUNT(units); i++)
		if (strcmp(units[i].name, name) == 0)
			return &units[i];
	return NULL;
}

bool
unit_convert(double v, const char *from, const char *to, double *out)
{
	const struct unit *a = find(from), *b = find(to);

	if (strcmp(from, to) == 0 || (a == NULL && b == NULL && strcasecmp(from, to) == 0)) {
		*out = v;
		return true;
	}
	if (a == NULL || b == NULL || a->kind != b->kind)
		return false;
	*out = v * a->size / b->size;
	return true;
}
