/* JSON as servers send it: DICOM JSON (PS3.18 Annex F) as a header, and long arrays an element at a time.  Any thread. */
#ifndef CORE_SOURCE_JSON_H
#define CORE_SOURCE_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"
#include "core/dicom/header.h"

enum {
	JSON_DEPTH = 64,                      /* of what a server sends */
	JSON_ELEMENT_MOST = 16 * 1024 * 1024, /* bytes of one element of an array */
	JSON_OBJECT_MOST = 4 * 1024 * 1024    /* bytes of a header's own JSON */
};

/* ---- one object ---- */

/* A whole text.  RC_CORRUPT where it is no JSON or nested too deep; json_decref(*out). */
enum rc json_read(json_t **out, const char *text, size_t n, struct err *e);

/* The header that a DICOM JSON object tells: values as the decoder would give them (a number of a DS in its shortest form, since
 * JSON keeps no other), looked for in functional groups where they are not at the top.  `json` is the object once more as the
 * decoder writes it: elements by tag, `vr` then `Value`, text cleaned, without pixel data, bulk data and long binary values; with
 * a last member "truncated": true where it would be larger than JSON_OBJECT_MOST.
 * What makes no sense in it is left out.  RC_CORRUPT where it is no object.  header_free(*out). */
enum rc json_to_header(struct header **out, const json_t *object, struct err *e);

/* The first value of an attribute at the top level as text, cleaned; "" none.  `tag` is 8 hexadecimal digits. */
void json_text(const json_t *object, const char *tag, char *to, size_t size);

/* A member that is a text, cleaned; "" where it is not there or no text. */
void json_member(const json_t *object, const char *name, char *to, size_t size);

/* Is it a UID (PS3.5 9.1)? */
bool json_is_uid(const char *s);

/* ---- an array while it comes ---- */

struct json_reader;

/* `each` gets every element, lent; anything but RC_OK from it ends the reading with that result. */
struct json_reader *json_reader_new(
	enum rc (*each)(void *ctx, const json_t *element, struct err *e), void *ctx);
void json_reader_free(struct json_reader *a); /* NULL is allowed */

/* More of the text, in pieces of any size.  Only one element at a time is in memory. */
enum rc json_reader_add(struct json_reader *a, const char *bytes, size_t n, struct err *e);

/* No more comes: RC_CORRUPT where the array is not closed. */
enum rc json_reader_end(struct json_reader *a, struct err *e);

#endif
