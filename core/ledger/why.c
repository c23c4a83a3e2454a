/* The flags that explain why a series is where it is on the list. */
#include "core/ledger/why.h"

#include <assert.h>
#include <string.h>

#include "core/base/str.h"

static const struct {
	const char *word, *help;
	int risk;
} table[WHY_BITS] = {
#define X(name, word_, risk_, help_) { .word = word_, .help = help_, .risk = risk_ },
#include "core/ledger/why.def"
#undef X
};

const char *
why_help(enum why_bit bit)
{
	assert(bit < WHY_BITS);
	return table[bit].help;
}

void
why_words(uint64_t set, char *to, size_t size)
{
	size_t used = 0;

	assert(size > 0);
	to[0] = '\0';
	for (unsigned i = 0; i < WHY_BITS; i++) {
		if ((set >> i & 1) == 0)
			continue;
		if (used > 0 && used + 1 < size)
			to[used++] = ' ';
		str_copy(to + used, size - used, table[i].word);
		used += strlen(to + used);
	}
}

int
why_risk(uint64_t set)
{
	int risk = 0;

	for (unsigned i = 0; i < WHY_BITS; i++)
		if (set >> i & 1)
			risk += table[i].risk;
	return risk;
}
