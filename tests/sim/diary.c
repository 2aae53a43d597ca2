/* SPDX-License-Identifier: MPL-2.0 */
#include "diary.h"

#include <stdarg.h>
#include <stdio.h>

#include "rules.h"

void diary_note(struct diary *diary, msec now, const char *who, const char *format, ...)
{
	char *line = diary->line[diary->n_lines % DIARY_LINES];
	va_list arguments;
	int size;

	if (!diary->open)
		return;
	diary->n_lines++;
	size = snprintf(line, DIARY_LINE, "%12.3f %s ", (double)now / 1000, who);
	va_start(arguments, format);
	vsnprintf(line + size, DIARY_LINE - (size_t)size, format, arguments);
	va_end(arguments);
	if (diary->aloud)
		printf("# %s\n", line);
}

static const char *ia_name(unsigned int type)
{
	return type == OPTION_IA_NA ? "NA" : type == OPTION_IA_PD ? "PD" : "TA";
}

void diary_message(struct diary *diary, msec now, const char *who, const char *what,
		   const struct message *message)
{
	const char *type = message_type_name(message->type);
	char text[DIARY_LINE];
	int at = 0;

	if (!diary->open)
		return;
	for (unsigned int i = 0; i < message->n_ias && at < DIARY_LINE - 60; i++) {
		at += snprintf(text + at, sizeof(text) - (size_t)at, " %s:%u(%u",
			       ia_name(message->ia[i].type), message->ia[i].iaid,
			       message->ia[i].status.code);
		for (unsigned int j = 0; j < message->n_bindings && at < DIARY_LINE - 60; j++)
			if (message->binding[j].ia == i)
				at += snprintf(text + at, sizeof(text) - (size_t)at, " %s=%u",
					       rules_address(&message->binding[j].addr),
					       message->binding[j].valid);
		at += snprintf(text + at, sizeof(text) - (size_t)at, ")");
	}
	text[at] = '\0';
	diary_note(diary, now, who, "%s %s %06x status %u:%s", what, type ? type : "?",
		   message->xid, message->status.code, text);
}

void diary_print(const struct diary *diary)
{
	unsigned int first = diary->n_lines > DIARY_LINES ? diary->n_lines - DIARY_LINES : 0;

	for (unsigned int i = first; i < diary->n_lines; i++)
		printf("# %s\n", diary->line[i % DIARY_LINES]);
}
