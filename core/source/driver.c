/* Which driver answers for which kind of address, and what can be found out about a server. */
#include "core/source/driver.h"

#include "core/source/driver_in.h"

const struct quirk_info quirk_table[QUIRK_COUNT] = {
#define X(name, said, what) [QUIRK_##name] = { .word = said, .help = what },
#include "core/source/quirk.def"
#undef X
};

const struct driver_ops *
driver_of(enum address_kind k)
{
	static const struct driver_ops *const drivers[] = {
		[ADDRESS_DIMSE] = &driver_dimse,
		[ADDRESS_FOLDER] = NULL,
	};

	return drivers[k];
}

unsigned
driver_patience(const struct driver *d)
{
	return d->patience;
}
