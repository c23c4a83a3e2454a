/* The commands and their gate. */
#include "tui/command.h"

#include <assert.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"

static const struct command_info table[CMD_COUNT] = {
	[CMD_NONE] = { .name = "", .help = "" },
#define X(id, name_, needs_, help_) [CMD_##id] = { .name = name_, .needs = needs_, .help = help_ },
#include "tui/commands.def"
#undef X
};

const struct command_info *
command_info(enum command c)
{
	assert(c < CMD_COUNT);
	return &table[c];
}

enum command
command_find(const char *name)
{
	enum command found = CMD_NONE;
	size_t n = strlen(name), matches = 0;

	for (int c = 1; c < CMD_COUNT && n > 0; c++) {
		if (strcmp(table[c].name, name) == 0)
			return (enum command)c;
		if (strncmp(table[c].name, name, n) == 0) {
			found = (enum command)c;
			matches++;
		}
	}
	return matches == 1 ? found : CMD_NONE;
}

size_t
command_complete(const char *start, char *to, size_t size)
{
	size_t n = strlen(start), matches = 0;

	str_copy(to, size, start);
	for (int c = 1; c < CMD_COUNT; c++) {
		size_t same = 0;

		if (strncmp(table[c].name, start, n) != 0)
			continue;
		if (matches++ == 0) {
			str_copy(to, size, table[c].name);
			continue;
		}
		while (to[same] != '\0' && to[same] == table[c].name[same])
			same++;
		to[same] = '\0';
	}
	return matches;
}

const char *
command_refusal(enum command c, unsigned have)
{
	static const struct {
		unsigned need;
		const char *why;
	} reasons[] = {
		{ NEED_DIALOG, "there is no dialog open" },
		{ NEED_LOG, "this works on the audit screen: A on the worklist, or :audit" },
		{ NEED_DESK, "this works on the desk: D on the worklist, or :desk" },
		{ NEED_QUALITY, "this works in the quality of a series: Q in the viewer, or :quality" },
		{ NEED_QUERY, "this works in a query: Enter on one of the desk's" },
		{ NEED_FORM, "this works in a form: e in the viewer, or :form" },
		{ NEED_SOURCES, "this works on the sources screen: S on the worklist, or :sources" },
		{ NEED_LIST, "this works on lists: q goes back to one" },
		{ NEED_ROW, "the list is empty" },
		{ NEED_SERIES, "open a series first: Enter on the worklist" },
		{ NEED_TASK,
			"this step of the series is not open for you; Tab on the worklist shows "
			"your steps" },
		{ NEED_CURSOR, "this works with the cross-hair: c brings it, b begins a box" },
		{ NEED_HEADER, "this works among the tags of an image: t in the viewer" },
		{ NEED_IMAGE, "wait for the picture: you can only judge what is on the glass" },
	};
	unsigned lacking = command_info(c)->needs & ~have;

	for (size_t i = 0; i < MEM_COUNT(reasons); i++)
		if (lacking & reasons[i].need)
			return reasons[i].why;
	return NULL;
}
