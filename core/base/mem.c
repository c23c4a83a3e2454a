/* Memory that is there or the program ends.  Any thread. */
#include "core/base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
mem_out(void)
{
	fputs("wetread: out of memory\n", stderr);
	abort();
}

void *
mem_grow(void *old, size_t n, size_t size)
{
	void *p;

	if (size != 0 && n > SIZE_MAX / size)
		mem_out();
	p = realloc(old, n * size > 0 ? n * size : 1);
	if (p == NULL)
		mem_out();
	return p;
}

void *
mem_alloc(size_t size)
{
	return mem_grow(NULL, size, 1);
}

void *
mem_zero(size_t n, size_t size)
{
	void *p = calloc(n > 0 ? n : 1, size > 0 ? size : 1);

	if (p == NULL)
		mem_out();
	return p;
}

char *
mem_string(const char *s)
{
	size_t n;

	if (s == NULL)
		return NULL;
	n = strlen(s) + 1;
	return memcpy(mem_alloc(n), s, n);
}

char *
mem_format(const char *fmt, ...)
{
	va_list ap;
	char *s = NULL;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (n < 0)
		mem_out();
	return s;
}
