/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_MODIFIER_H
#define DHCP6_MODIFIER_H

/*
 * What the configuration makes of options that have come: default, supersede, prepend and append.
 * They are worked off in the order in which they are said.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/option.h"

#define MODIFIERS_SIZE 2048 /* octets: the data of all of them, and 5 for each */

enum modifier_kind {
	MODIFIER_DEFAULT,   /* where the server has not sent the option */
	MODIFIER_SUPERSEDE, /* whether it has or not */
	MODIFIER_PREPEND,   /* before what it has sent, if anything */
	MODIFIER_APPEND,    /* behind that */
};

struct modifiers {
	uint16_t size; /* octets in use */
	uint8_t bytes[MODIFIERS_SIZE];
};

/* False, and nothing is changed, when there is no room for it. */
bool modifiers_add(struct modifiers *modifiers, enum modifier_kind kind, uint16_t code,
		   const void *data, size_t size);

/*
 * Does all of it to `options`. One for which there is no room there is left out. `modifiers` may
 * be NULL: nothing to do.
 */
void modifiers_apply(const struct modifiers *modifiers, struct options *options);

#endif
