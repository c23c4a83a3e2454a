/* A small study file, line by line, and one with a line replaced. */
#ifndef TESTS_UNIT_STUDY_STUDY_MAKE_H
#define TESTS_UNIT_STUDY_STUDY_MAKE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/study/study.h"

static const char *const small_study[] = {
	"{",
	"\"wetread_study\": 1, \"id\": \"S1\", \"version\": 1, \"title\": \"t\",",
	"\"sites\": [{\"id\": \"01\", \"name\": \"n\", \"time_zone\": \"UTC\"}],",
	"\"visits\": [",
	"{\"id\": \"V1\", \"title\": \"one\", \"series\": [{\"id\": \"a\", \"label\": \"T1\"}]},",
	"{\"id\": \"V2\", \"title\": \"two\", \"after\": \"V1\", \"day\": 10, \"early\": 2, "
	"\"late\": 2}",
	"],",
	"\"lists\": [{\"id\": \"yn\", \"codes\": [{\"code\": \"1\", \"label\": \"yes\"}, "
	"{\"code\": "
	"\"0\", \"label\": \"no\"}]}],",
	"\"forms\": [{\"id\": \"f\", \"title\": \"t\", \"level\": \"visit\", \"groups\": [{\"id\": "
	"\"g\", "
	"\"fields\": [",
	"{\"id\": \"w\", \"label\": \"l\", \"type\": \"float\"},",
	"{\"id\": \"c\", \"label\": \"l\", \"type\": \"code\", \"codes\": \"yn\"},",
	"{\"id\": \"d\", \"label\": \"l\", \"type\": \"date\"}",
	"]}], \"checks\": [{\"id\": \"k\", \"that\": \"w > 1\", \"kind\": \"soft\", \"message\": "
	"\"m\"}]}],",
	"\"series_rules\": [{\"id\": \"r\", \"when\": \"header.modality = 'MR'\", \"base\": "
	"\"T1\"}],",
	"\"reasons\": [{\"code\": \"X-1\", \"meaning\": \"m\", \"group\": \"motion\", \"action\": "
	"\"query\"}],",
	"\"steps\": [{\"id\": \"phi\", \"title\": \"p\", \"roles\": [\"reviewer\"]},",
	"{\"id\": \"quality\", \"title\": \"q\", \"roles\": [\"radiologist\"], \"needs\": "
	"[\"phi\"]}],",
	"\"blinding\": [{\"role\": \"radiologist\", \"fields\": [\"site\"]}],",
	"\"rating\": {\"title\": \"s\", \"grades\": [{\"code\": \"A\", \"scheme\": \"X\", "
	"\"meaning\": "
	"\"a\"}, {\"code\": \"B\", \"scheme\": \"X\", \"meaning\": \"b\"}]},",
	"\"terminal\": {\"columns\": 80, \"rows\": 24}",
	"}",
};

/* The small study with line `line` (from 1) replaced, 0 none; owned by the caller. */
static inline char *
small_with(unsigned line, const char *text)
{
	struct buf b = { 0 };

	for (unsigned i = 0; i < MEM_COUNT(small_study); i++) {
		buf_text(&b, i + 1 == line ? text : small_study[i]);
		buf_char(&b, '\n');
	}
	return buf_take(&b);
}

static inline struct study *
read_good(const char *text)
{
	struct study *s;
	struct mistakes m;

	if (study_read(&s, text, strlen(text), &m) != RC_OK)
		fail_msg("line %u: %s: %s", m.one[0].line, m.one[0].path, m.one[0].text);
	mistakes_free(&m);
	return s;
}

#endif
