/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_OUTGOING_H
#define DHCP6_OUTGOING_H

/* The options that are sent to servers because the configuration says so. */

#include <stddef.h>

#include "core/option.h"
#include "core/wire.h"
#include "text/dictionary.h"

/*
 * Reads `text`, the value of an option, and puts it into `send` in place of what was said
 * before of the same option (of vendors: of the same enterprise). An option of a space goes
 * into the option that carries the space. NULL, or what is wrong; then nothing is changed.
 */
const char *outgoing_parse(struct options *send, const struct dictionary *dictionary,
			   const struct option_type *type, const char *text, size_t size);

/*
 * The same with a value that is there already: what was written to `value` behind
 * outgoing_begin(), which writes what such an option begins with in any case.
 */
void outgoing_begin(struct cursor *value, const struct option_type *type);
const char *outgoing_put(struct options *send, const struct dictionary *dictionary,
			 const struct option_type *type, const struct cursor *value);

#endif
