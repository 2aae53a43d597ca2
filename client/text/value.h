/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_VALUE_H
#define DHCP6_VALUE_H

/*
 * Option data -> ISC's text for it, by the format letters of core/option.h.
 * Nothing from the network gets through that does not match the grammar of its type:
 * what does not is refused whole, never cut or repaired. An option without data has
 * no text, but for those that never have data.
 */

#include <stdbool.h>
#include <stdint.h>

#include "core/option.h"
#include "core/wire.h"

enum value_style {
	VALUE_SCRIPT,	 /* a variable of the script: lists separated by blanks, nothing quoted */
	VALUE_LEASEFILE, /* a lease file: lists separated by a comma, text quoted */
	VALUE_PEOPLE,	 /* a log line: as VALUE_SCRIPT, but text escaped and never refused */
};

/*
 * Renders the data of the option `code` to `out`; false when they are refused (out
 * is as before). In VALUE_PEOPLE data that do not match come out as hexadecimal.
 */
bool value_render(struct cursor *out, uint16_t code, struct cursor data, enum value_style style);

/* The same with a format of its own instead of that in the table of options. */
bool value_render_as(struct cursor *out, const char *format, struct cursor data,
		     enum value_style style);

/*
 * Reads one domain name and writes it with a dot behind each label; false when it is
 * not made of labels of letters, digits, - and _, and then `out` holds some part of it.
 */
bool value_domain(struct cursor *out, struct cursor *data);

/*
 * Reads ISC's text of VALUE_LEASEFILE for the option `code` (what stands between
 * its name and the semicolon) and writes its data to `out`; false when it is not of the option's
 * format (out is as before).
 */
bool value_parse(struct cursor *out, uint16_t code, const char *text, size_t size);

/* The same with a format, in which C is class data: strings, each with its length before it. */
bool value_parse_as(struct cursor *out, const char *format, const char *text, size_t size);

/* A domain name, its last dot there or not, -> labels, the empty one at the end; false when it
 * is none. */
bool value_parse_domain(struct cursor *out, const char *text, size_t size);

#endif
