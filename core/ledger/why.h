/* The flags that explain why a series is where it is on the list. */
#ifndef CORE_LEDGER_WHY_H
#define CORE_LEDGER_WHY_H

#include <stddef.h>
#include <stdint.h>

enum why_bit {
#define X(name, word, risk, help) WHY_BIT_##name,
#include "core/ledger/why.def"
#undef X
	WHY_BITS
};

#define WHY(name) ((uint64_t)1 << WHY_BIT_##name)

/* The words of a set, blank-separated, in the order of the table: "text? SC gap". */
void why_words(uint64_t set, char *to, size_t size);
const char *why_help(enum why_bit bit);

/* Sum of the risks: the worklist shows the highest first. */
int why_risk(uint64_t set);

#endif
