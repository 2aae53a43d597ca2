/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_ENV_H
#define DHCP6_ENV_H

/* struct script_call -> the environment of dhcp6-client-script, with ISC's names and values. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/client.h"
#include "core/wire.h"
#include "text/dictionary.h"
#include "text/modifier.h"

/* Octets that are enough for every script_call; what is left is for -e. */
#define ENV_SIZE 65536

/* What the host adds to a call. */
struct env_base {
	const char *interface;
	long pid;
	unsigned int dad_wait_time; /* seconds: --dad-wait-time */
	const char *const *extra;   /* "NAME=value" of -e, NULL at the end; may be NULL */
	const uint16_t *requested;  /* option codes for requested_dhcp6_... */
	size_t n_requested;
	const struct dictionary *dictionary; /* of the configuration; may be NULL */
	const struct modifiers *modifiers;   /* what it makes of options; may be NULL */
};

/*
 * Writes "NAME=value" strings, each with its NUL, to `out` and returns their
 * number: PATH, what ISC sets for the reason, and the -e additions, of which those are
 * left out whose name we set, and the last of a name counts. Nothing of our own
 * environment, and no name twice. `refused` (may be NULL) is called with the name of
 * each variable that is left out because its value does not match its grammar, its name is
 * one that makes shells do things (ENV, LD_..., IFS, ...), or there is no room.
 */
size_t env_build(struct cursor *out, const struct env_base *base, const struct script_call *call,
		 void (*refused)(void *context, const char *name), void *context);

#endif
