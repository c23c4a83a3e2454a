/* Addresses of sources, taken apart.  Nothing is looked up. */
#include "core/source/address.h"

#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"

static const struct scheme {
	const char *prefix;
	enum address_kind kind;
	bool tls;
	const char *url;       /* what the rest is put behind; NULL: none */
	unsigned default_port; /* 0: has to be given */
	const char *form;      /* how it is written */
} schemes[] = {
	{ "dicomweb+https://", ADDRESS_DICOMWEB, true, "https://", 443,
		"dicomweb+https://host:port/path" },
	{ "dicomweb+http://", ADDRESS_DICOMWEB, false, "http://", 80,
		"dicomweb+http://host:port/path" },
	{ "orthanc+https://", ADDRESS_ORTHANC, true, "https://", 443, "orthanc+https://host:port" },
	{ "orthanc+http://", ADDRESS_ORTHANC, false, "http://", 80, "orthanc+http://host:port" },
	{ "dimse://", ADDRESS_DIMSE, false, NULL, 0, "dimse://OURAET@host:port/CALLEDAET" },
	{ "folder://", ADDRESS_FOLDER, false, NULL, 0, "folder:///path" },
};

static enum rc
wrong(const struct scheme *s, const char *what, struct err *e)
{
	return err_set(e, RC_INVALID, "the address %s; it is written %s", what, s->form);
}

/* PS3.5 6.2: 1 to 16 characters, not blanks alone, no backslash and no control character. */
static bool
is_ae(const char *s)
{
	size_t n = strlen(s);

	if (n < 1 || n > 16 || strspn(s, " ") == n || strchr(s, '\\') != NULL)
		return false;
	for (size_t i = 0; i < n; i++)
		if (s[i] < 0x20 || s[i] > 0x7e)
			return false;
	return true;
}

static bool
is_made_of(const char *s, const char *more)
{
	for (; *s != '\0'; s++)
		if (strchr("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", *s) ==
				NULL &&
			strchr(more, *s) == NULL)
			return false;
	return true;
}

/* "host", "host:port" or "[IPv6]:port" of n bytes. */
static enum rc
read_host(struct address *a, const struct scheme *s, const char *text, size_t n, struct err *e)
{
	char part[sizeof(a->host)];
	char *port;
	long number = s->default_port;

	if (n == 0)
		return wrong(s, "names no host", e);
	if (n >= sizeof(part))
		return wrong(s, "has too long a host", e);
	memcpy(part, text, n);
	part[n] = '\0';
	port = part[0] == '[' ? strchr(part, ']') : strchr(part, ':');
	if (part[0] == '[' && (port == NULL || (port[1] != ':' && port[1] != '\0')))
		return wrong(s, "has no proper host", e);
	if (port != NULL && part[0] == '[')
		port = port[1] == ':' ? port + 1 : NULL;
	if (port != NULL) {
		*port++ = '\0';
		if (!is_made_of(port, "") || !str_int(port, 1, 65535, &number))
			return wrong(s, "has a port that is not 1 to 65535", e);
	}
	if (number == 0)
		return wrong(s, "names no port", e);
	if (part[0] == '\0' || !is_made_of(part, part[0] == '[' ? "[]:." : ".-_"))
		return wrong(s, "has no proper host", e);
	a->port = (unsigned)number;
	str_copy(a->host, sizeof(a->host), part);
	return RC_OK;
}

static enum rc
parse_http(struct address *a, const struct scheme *s, const char *rest, struct err *e)
{
	size_t host = strcspn(rest, "/"), n;
	enum rc rc;

	if (strpbrk(rest, "?#") != NULL)
		return wrong(s, "has a query, which has no place in it", e);
	if (!is_made_of(rest + host, "/-._~%!$&'()*+,;=:"))
		return wrong(s, "has a path with characters that a URL cannot have", e);
	rc = read_host(a, s, rest, host, e);
	if (rc != RC_OK)
		return rc;
	str_copy(a->url, sizeof(a->url), s->url);
	str_copy(a->url + strlen(a->url), sizeof(a->url) - strlen(a->url), rest);
	for (n = strlen(a->url); n > 0 && a->url[n - 1] == '/'; n--)
		a->url[n - 1] = '\0';
	return RC_OK;
}

static enum rc
parse_dimse(struct address *a, const struct scheme *s, const char *rest, struct err *e)
{
	const char *at = strchr(rest, '@'), *slash = at != NULL ? strchr(at, '/') : NULL;
	char ours[40];

	if (at == NULL || slash == NULL)
		return wrong(s, "lacks an AE title", e);
	if ((size_t)(at - rest) >= sizeof(ours))
		return wrong(s, "has an AE title of more than 16 characters", e);
	memcpy(ours, rest, (size_t)(at - rest));
	ours[at - rest] = '\0';
	if (!is_ae(ours) || !is_ae(slash + 1))
		return wrong(s, "has an AE title that is not 1 to 16 plain characters", e);
	str_copy(a->our_ae, sizeof(a->our_ae), ours);
	str_copy(a->their_ae, sizeof(a->their_ae), slash + 1);
	return read_host(a, s, at + 1, (size_t)(slash - at - 1), e);
}

static enum rc
parse_folder(struct address *a, const struct scheme *s, const char *rest, struct err *e)
{
	if (rest[0] != '/')
		return wrong(s, "does not name a folder from the root on", e);
	str_copy(a->path, sizeof(a->path), rest);
	return RC_OK;
}

static bool
is_plain(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return false;
	return true;
}

static const struct scheme *
scheme_of(const char *text)
{
	for (size_t i = 0; i < MEM_COUNT(schemes); i++)
		if (strncmp(text, schemes[i].prefix, strlen(schemes[i].prefix)) == 0)
			return &schemes[i];
	return NULL;
}

enum rc
address_parse(struct address *out, const char *text, struct err *e)
{
	static enum rc (*const parse[])(
		struct address *, const struct scheme *, const char *, struct err *) = {
		[ADDRESS_DICOMWEB] = parse_http,
		[ADDRESS_ORTHANC] = parse_http,
		[ADDRESS_DIMSE] = parse_dimse,
		[ADDRESS_FOLDER] = parse_folder,
	};
	const struct scheme *s = scheme_of(text);
	struct address a = { 0 };
	const char *rest;
	enum rc rc;

	if (s == NULL)
		return err_set(e, RC_INVALID,
			"an address begins with dicomweb+https://, orthanc+https://, dimse:// or "
			"folder:// "
			"(http:// instead of https:// where it has to be)");
	rest = text + strlen(s->prefix);
	if (!is_plain(text) || !str_copy(a.text, sizeof(a.text), text))
		return wrong(s, "is too long, or has control characters", e);
	if (s->url != NULL && memchr(rest, '@', strcspn(rest, "/")) != NULL)
		return wrong(
			s, "has a user in it: user and password go into the source's secret", e);
	a.kind = s->kind;
	a.tls = s->tls;
	rc = parse[s->kind](&a, s, rest, e);
	if (rc == RC_OK)
		*out = a;
	return rc;
}

const char *
address_kind_name(enum address_kind k)
{
	static const char *const names[] = {
		[ADDRESS_DICOMWEB] = "dicomweb",
		[ADDRESS_ORTHANC] = "orthanc",
		[ADDRESS_DIMSE] = "dimse",
		[ADDRESS_FOLDER] = "folder",
	};

	return names[k];
}
