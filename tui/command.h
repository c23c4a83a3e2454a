/* The commands (commands.def) and the gate that every one of them passes, from key, prompt or mouse. */
#ifndef TUI_COMMAND_H
#define TUI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

enum command {
	CMD_NONE,
#define X(id, name, needs, help) CMD_##id,
#include "tui/commands.def"
#undef X
	CMD_COUNT
};

/* What a command needs; a screen says what there is. */
enum need {
	NEED_LIST = 1 << 0,    /* a list screen */
	NEED_ROW = 1 << 1,     /* a row under the cursor */
	NEED_SERIES = 1 << 2,  /* a series open in the viewer */
	NEED_IMAGE = 1 << 3,   /* a picture on the glass */
	NEED_TASK = 1 << 4,    /* an open task of the user's on this series */
	NEED_DIALOG = 1 << 5,  /* an open dialog */
	NEED_CURSOR = 1 << 6,  /* the cross-hair of the viewer */
	NEED_HEADER = 1 << 7,  /* the tags of an image */
	NEED_LOG = 1 << 8,     /* the audit screen */
	NEED_SOURCES = 1 << 9, /* the sources screen */
	NEED_FORM = 1 << 10,   /* the form screen */
	NEED_DESK = 1 << 11,   /* the desk */
	NEED_QUERY = 1 << 12,  /* a query open */
	NEED_QUALITY = 1 << 13, /* the quality of a series */
};

struct command_info {
	const char *name;
	unsigned needs;
	const char *help;
};

const struct command_info *command_info(enum command c);

/* By its whole name or, where only one command starts so, by its start; CMD_NONE otherwise. */
enum command command_find(const char *name);
/* The longest common continuation of `start` among command names into `to`; how many names start so. */
size_t command_complete(const char *start, char *to, size_t size);

/* NULL where all needs are met, else why not and what would allow it. */
const char *command_refusal(enum command c, unsigned have);

#endif
