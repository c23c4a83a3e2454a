/* Results and their text.  No state of its own; any thread. */
#include "core/base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/str.h"

static enum rc
err_vset(struct err *e, enum rc rc, int error, const char *fmt, va_list ap)
{
	size_t used;

	if (e == NULL || e->rc != RC_OK)
		return rc; /* the first cause is the one worth telling */

	e->rc = rc;
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	used = strlen(e->text);
	if (error != 0)
		snprintf(e->text + used, sizeof(e->text) - used, ": %s", strerror(error));
	str_clean(e->text);
	return rc;
}

enum rc
err_set(struct err *e, enum rc rc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_vset(e, rc, 0, fmt, ap);
	va_end(ap);
	return rc;
}

enum rc
err_errno(struct err *e, enum rc rc, const char *fmt, ...)
{
	int error = errno;
	va_list ap;

	va_start(ap, fmt);
	err_vset(e, rc, error, fmt, ap);
	va_end(ap);
	return rc;
}

void
err_clear(struct err *e)
{
	if (e != NULL)
		memset(e, 0, sizeof(*e));
}

const char *
rc_name(enum rc rc)
{
	static const char *const names[] = {
		[RC_OK] = "ok",
		[RC_NOT_FOUND] = "not-found",
		[RC_DENIED] = "denied",
		[RC_CONFLICT] = "conflict",
		[RC_INVALID] = "invalid",
		[RC_CORRUPT] = "corrupt",
		[RC_UNSUPPORTED] = "unsupported",
		[RC_LIMIT] = "limit",
		[RC_BUSY] = "busy",
		[RC_OFFLINE] = "offline",
		[RC_READONLY] = "read-only",
		[RC_CANCELLED] = "cancelled",
		[RC_FAILED] = "failed",
	};

	return rc < sizeof(names) / sizeof(names[0]) ? names[rc] : "unknown";
}
