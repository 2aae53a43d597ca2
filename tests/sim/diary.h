/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_SIM_DIARY_H
#define DHCP6_SIM_DIARY_H

/* What happened, line by line: printed at once, or kept until it is asked for. */

#include <stdbool.h>

#include "core/message.h"
#include "core/proto.h"

#define DIARY_LINES 80
#define DIARY_LINE  240

struct diary {
	bool open;  /* lines are kept */
	bool aloud; /* and printed */
	unsigned int n_lines;
	char line[DIARY_LINES][DIARY_LINE]; /* a ring */
};

/* A line about `who`, at the time `now`. */
__attribute__((format(printf, 4, 5))) void diary_note(struct diary *diary, msec now,
						      const char *who, const char *format, ...);

/* A line about a message. */
void diary_message(struct diary *diary, msec now, const char *who, const char *what,
		   const struct message *message);

/* Prints what was kept of the last lines. */
void diary_print(const struct diary *diary);

#endif
