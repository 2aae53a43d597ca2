/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_DICTIONARY_H
#define DHCP6_DICTIONARY_H

/*
 * What options are called and made of: the table of core/option.h, and what the
 * configuration defines besides (option space ...; option dhcp6.NAME code N = TYPE;). A
 * definition goes before the table. Spaces that are always there: dhcp6, and vsio, in which the
 * code is a vendor's enterprise number.
 */

#include <stdbool.h>
#include <stdint.h>

#include "core/option.h"
#include "core/wire.h"
#include "text/lex.h"

#define DICTIONARY_OPTIONS 64
#define DICTIONARY_SPACES  16
#define DICTIONARY_NAME	   64 /* octets of a name with its NUL */
#define DICTIONARY_FORMAT  16 /* letters of a format with its NUL */

/* Options with names of their own, within an option that carries them. */
struct space {
	char name[DICTIONARY_NAME];
	uint8_t code_width;   /* octets: 1, 2 or 4 */
	uint8_t length_width; /* octets: 1 or 2 */
};

struct definition {
	char space[DICTIONARY_NAME];
	char name[DICTIONARY_NAME];
	uint32_t code;
	char format[DICTIONARY_FORMAT]; /* letters as in core/option.h */
	char inner[DICTIONARY_NAME];	/* encapsulate SPACE; else empty */
};

struct dictionary {
	uint8_t n_spaces;
	struct space space[DICTIONARY_SPACES];
	uint8_t n_definitions;
	struct definition definition[DICTIONARY_OPTIONS];
};

/* What is known of one option. */
struct option_type {
	const struct space *space;
	uint32_t code;
	const char *name; /* NULL: unknown-CODE */
	const char *format;
	const struct space *inner; /* whose options are in its data; NULL */
	bool defined;		   /* by the configuration */
};

/* ISC's own vendor space, isc6, and nothing else. */
void dictionary_init(struct dictionary *dictionary);

/* In all of these `dictionary` may be NULL: the table and no more. */

/* The space that is named by `word` as far as its dot (all of it, where there is none); NULL. */
const struct space *dictionary_space(const struct dictionary *dictionary, const char *word);

/* An option that nothing is known of has no name and is of octets. */
struct option_type dictionary_by_code(const struct dictionary *dictionary,
				      const struct space *space, uint32_t code);

/* SPACE.NAME or SPACE.unknown-CODE; false when there is none. */
bool dictionary_by_name(const struct dictionary *dictionary, const char *word,
			struct option_type *type);

/* The option whose data are options of `space`; false when there is none. */
bool dictionary_carrier(const struct dictionary *dictionary, const struct space *space,
			struct option_type *type);

/*
 * Reads what stands between the word option and the semicolon: space NAME ... or
 * SPACE.NAME code N = TYPE. NULL when that was good, else what is wrong with the current token.
 */
const char *dictionary_read(struct dictionary *dictionary, struct lex *lex);

/* As get_option(), with the widths of the space. */
bool space_get(const struct space *space, struct cursor *c, uint32_t *code, struct cursor *data);

void space_put(const struct space *space, struct cursor *c, uint32_t code, const void *data,
	       size_t size);

#endif
