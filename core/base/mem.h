/* Memory that is there or the program ends: sizes from files are bounded before
 * they come here, so running out is not something a caller could mend. */
#ifndef CORE_BASE_MEM_H
#define CORE_BASE_MEM_H

#include <stddef.h>

#define MEM_COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* All abort on exhaustion or on n * size overflow; free() what they return. */
void *mem_alloc(size_t size);
void *mem_zero(size_t n, size_t size);
void *mem_grow(void *old, size_t n, size_t size);
char *mem_string(const char *s); /* NULL gives NULL */
char *mem_format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
