/* One row of the log alone: its hash, its signature, its form.  Half of a verifier's time is Ed25519, so this runs on
 * every processor. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/verify/digest.h"
#include "core/verify/verify.h"

/* Lower-case only, all of it: what differs in one letter is another text. */
static const unsigned char digit[256] = {
	['0'] = 0x10,
	['1'] = 0x11,
	['2'] = 0x12,
	['3'] = 0x13,
	['4'] = 0x14,
	['5'] = 0x15,
	['6'] = 0x16,
	['7'] = 0x17,
	['8'] = 0x18,
	['9'] = 0x19,
	['a'] = 0x1a,
	['b'] = 0x1b,
	['c'] = 0x1c,
	['d'] = 0x1d,
	['e'] = 0x1e,
	['f'] = 0x1f /* 0x10 marks what is one */
};

static bool
unhex(unsigned char *to, size_t n, const char *hex)
{
	const unsigned char *h = (const unsigned char *)hex;

	for (size_t i = 0; i < n; i++, h += 2) {
		unsigned high = digit[h[0]], low = high != 0 ? digit[h[1]] : 0;

		if (low == 0)
			return false;
		to[i] = (unsigned char)(high << 4 | (low & 15));
	}
	return *h == '\0';
}

bool
verify_signature(const char *kid, const char *sig, const char *tag, const void *bytes, size_t n)
{
	unsigned char key[32], raw[64], text[512];
	size_t tag_size = strlen(tag) + 1;

	if (!unhex(key, sizeof(key), kid) || !unhex(raw, sizeof(raw), sig) ||
		tag_size + n > sizeof(text))
		return false;
	memcpy(text, tag, tag_size);
	memcpy(text + tag_size, bytes, n);
	return crypto_sign_verify_detached(raw, text, tag_size + n, key) == 0;
}

static bool
hash_fits(const struct verify_row *row, const unsigned char told[32])
{
	unsigned char raw[32] = { 0 }, len[8];
	struct digest d;

	if (*row->prev != '\0' && !unhex(raw, sizeof(raw), row->prev))
		return false;
	for (int i = 0; i < 8; i++)
		len[i] = (unsigned char)((uint64_t)row->body_size >> (56 - 8 * i));
	digest_begin(&d);
	digest_tag(&d, "AUDIT-v1");
	digest_add(&d, raw, sizeof(raw));
	digest_add(&d, len, sizeof(len));
	digest_add(&d, row->body, row->body_size);
	digest_end(&d, raw);
	return memcmp(raw, told, sizeof(raw)) == 0;
}

/* The same as scan_event, by jansson. */
static bool
parse(struct verify_row *row)
{
	row->j = json_loadb(row->body, row->body_size, JSON_REJECT_DUPLICATES, NULL);
	row->e = (struct scan){
		.action = verify_text(row->j, "action"),
		.db = verify_text(row->j, "db"),
		.kind = verify_text(row->j, "kind"),
		.name = verify_text(row->j, "name"),
		.object = verify_text(row->j, "object"),
		.role = verify_text(row->j, "role"),
		.session = verify_text(row->j, "session"),
		.time = verify_text(row->j, "time"),
		.user = verify_text(row->j, "user"),
		.seq = verify_number(row->j, "seq"),
	};
	return row->j != NULL;
}

void
verify_check_row(struct verify_row *row)
{
	unsigned char hash[32];
	bool hex = unhex(hash, sizeof(hash), row->hash);

	row->whole = hex && hash_fits(row, hash);
	row->signed_ = hex && verify_signature(row->kid, row->sig, "AUDSIG-v1", hash, sizeof(hash));
	row->j = NULL;
	row->readable = scan_event(row->body, row->body_size, &row->e) || parse(row);
}
