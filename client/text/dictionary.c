/* SPDX-License-Identifier: MPL-2.0 */
#include "text/dictionary.h"

#include <string.h>
#include <strings.h>

#include "text/text.h"

static const struct space spaces[] = {
	{ "dhcp6", 2, 2 },
	{ "vsio", 4, 2 },
};

#define DHCP6 (&spaces[0])

/* The letters of "array of". */
#define ARRAY	   'A' /* all that stands before it comes again and again */
#define LAST_ARRAY 'a' /* the letter before it does */

void dictionary_init(struct dictionary *dictionary)
{
	static const struct space isc6 = { "isc6", 2, 2 };
	static const struct definition definitions[] = {
		{ "vsio", "isc", 2495, "E", "isc6" },
		{ "isc6", "media", 1, "t", "" },
		{ "isc6", "update-assist", 2, "X", "" },
		{ "isc6", "4o6-interface", 60000, "t", "" },
		{ "isc6", "4o6-source-address", 60001, "6", "" },
	};

	memset(dictionary, 0, sizeof(*dictionary));
	dictionary->space[dictionary->n_spaces++] = isc6;
	memcpy(dictionary->definition, definitions, sizeof(definitions));
	dictionary->n_definitions = sizeof(definitions) / sizeof(definitions[0]);
}

static bool names(const char *name, const char *word, size_t size)
{
	return strlen(name) == size && strncasecmp(name, word, size) == 0;
}

const struct space *dictionary_space(const struct dictionary *dictionary, const char *word)
{
	size_t size = strcspn(word, ".");

	for (size_t i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++)
		if (names(spaces[i].name, word, size))
			return &spaces[i];
	for (size_t i = 0; dictionary && i < dictionary->n_spaces; i++)
		if (names(dictionary->space[i].name, word, size))
			return &dictionary->space[i];
	return NULL;
}

static struct option_type type_of(const struct dictionary *dictionary,
				  const struct definition *definition)
{
	return (struct option_type){
		.space = dictionary_space(dictionary, definition->space),
		.code = definition->code,
		.name = definition->name,
		.format = definition->format,
		.inner = definition->inner[0] ? dictionary_space(dictionary, definition->inner)
					      : NULL,
		.defined = true,
	};
}

static bool is_in(const struct definition *definition, const struct space *space)
{
	return strcasecmp(definition->space, space->name) == 0;
}

struct option_type dictionary_by_code(const struct dictionary *dictionary,
				      const struct space *space, uint32_t code)
{
	const struct option_info *info = space == DHCP6 ? option_by_code(code) : NULL;

	for (size_t i = 0; dictionary && i < dictionary->n_definitions; i++)
		if (dictionary->definition[i].code == code &&
		    is_in(&dictionary->definition[i], space))
			return type_of(dictionary, &dictionary->definition[i]);
	return (struct option_type){ .space = space,
				     .code = code,
				     .name = info ? info->name : NULL,
				     .format = info ? info->format : "X" };
}

static uint32_t greatest_code(const struct space *space)
{
	return space->code_width == 4 ? UINT32_MAX : (1u << 8 * space->code_width) - 1;
}

/* unknown-CODE */
static bool read_unknown(const char *name, uint32_t max, uint32_t *code)
{
	static const char unknown[] = "unknown-";
	const char *digit = name + strlen(unknown);
	uint64_t value = 0;

	if (strncasecmp(name, unknown, strlen(unknown)) != 0 || *digit == '\0')
		return false;
	for (; *digit >= '0' && *digit <= '9' && value <= max; digit++)
		value = value * 10 + (uint64_t)(*digit - '0');
	*code = (uint32_t)value;
	return *digit == '\0' && value > 0 && value <= max;
}

bool dictionary_by_name(const struct dictionary *dictionary, const char *word,
			struct option_type *type)
{
	const struct space *space = dictionary_space(dictionary, word);
	const char *name = strchr(word, '.');
	const struct option_info *info;
	uint32_t code;

	if (!space || !name)
		return false;
	name++;
	for (size_t i = 0; dictionary && i < dictionary->n_definitions; i++) {
		const struct definition *definition = &dictionary->definition[i];

		if (is_in(definition, space) && strcasecmp(definition->name, name) == 0) {
			*type = type_of(dictionary, definition);
			return true;
		}
	}
	info = space == DHCP6 ? option_by_name(name) : NULL;
	if (info)
		code = info->code;
	else if (!read_unknown(name, greatest_code(space), &code))
		return false;
	*type = dictionary_by_code(dictionary, space, code);
	return true;
}

bool dictionary_carrier(const struct dictionary *dictionary, const struct space *space,
			struct option_type *type)
{
	for (size_t i = 0; dictionary && i < dictionary->n_definitions; i++) {
		if (strcasecmp(dictionary->definition[i].inner, space->name) != 0)
			continue;
		*type = type_of(dictionary, &dictionary->definition[i]);
		return true;
	}
	return false;
}

static bool is_name(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (!(text[i] >= 'a' && text[i] <= 'z') && !(text[i] >= 'A' && text[i] <= 'Z') &&
		    !(text[i] >= '0' && text[i] <= '9') && text[i] != '-' && text[i] != '_')
			return false;
	return size > 0 && size < DICTIONARY_NAME;
}

static bool copy_name(char name[static DICTIONARY_NAME], const char *text, size_t size)
{
	if (!is_name(text, size))
		return false;
	memcpy(name, text, size);
	name[size] = '\0';
	return true;
}

/* code width 2, length width 2 and hash size 17, which means nothing here */
static const char *read_width(struct space *space, struct lex *lex)
{
	uint8_t *width = lex_is(lex, "code")	 ? &space->code_width
			 : lex_is(lex, "length") ? &space->length_width
						 : NULL;
	uint64_t number;

	if (!width && !lex_is(lex, "hash"))
		return "expected code width, length width or ; after the name of the space";
	lex_next(lex);
	if (!lex_take(lex, width ? "width" : "size"))
		return width ? "expected width" : "expected size";
	if (!lex_number(lex, width ? 4 : UINT32_MAX, &number))
		return "expected a number";
	if (width && number != 1 && number != 2 && (number != 4 || width == &space->length_width))
		return "expected 1 or 2 octets, or for a code 4";
	if (width)
		*width = (uint8_t)number;
	lex_next(lex);
	return NULL;
}

static const char *read_space(struct dictionary *dictionary, struct lex *lex)
{
	struct space space = { .code_width = 1, .length_width = 1 };

	if (lex->token.kind != LEX_WORD || !copy_name(space.name, lex->token.text, lex->token.size))
		return "expected the name of a space of options";
	/* fqdn is no space of DHCPv6, but its names have their own statements. */
	if (strcasecmp(space.name, "fqdn") == 0 || dictionary_space(dictionary, space.name))
		return "this space of options is there already";
	lex_next(lex);
	while (!lex_is(lex, ";")) {
		const char *error = read_width(&space, lex);

		if (error)
			return error;
	}
	if (dictionary->n_spaces == DICTIONARY_SPACES)
		return "expected no more spaces of options than there is room for";
	dictionary->space[dictionary->n_spaces++] = space;
	return NULL;
}

/* A format while it is being read; there is room for a NUL behind. */
struct letters {
	char text[DICTIONARY_FORMAT];
	size_t n;
};

static bool add_letter(struct letters *letters, char letter)
{
	if (letters->n == sizeof(letters->text) - 1)
		return false;
	letters->text[letters->n++] = letter;
	return true;
}

/* integer 8, 16 or 32; signed where nothing is said. */
static const char *read_integer(struct lex *lex, bool is_signed, char *letter)
{
	static const struct {
		const char *width;
		char letters[2];
	} rows[] = { { "8", { 'B', 'b' } }, { "16", { 'S', 's' } }, { "32", { 'L', 'l' } } };

	if (!lex_take(lex, "integer"))
		return "expected integer";
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (lex_take(lex, rows[i].width)) {
			*letter = rows[i].letters[is_signed];
			return NULL;
		}
	}
	return "expected 8, 16 or 32";
}

/* A type that is neither an array nor a record. */
static const char *read_simple(const struct dictionary *dictionary, struct lex *lex, char *letter,
			       char inner[static DICTIONARY_NAME])
{
	static const struct {
		const char *word;
		char letter;
	} words[] = {
		{ "boolean", 'f' },	{ "ip-address", 'I' }, { "ip6-address", '6' },
		{ "text", 't' },	{ "string", 'X' },     { "domain-name", 'd' },
		{ "domain-list", 'D' }, { "zerolen", 'Z' },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!lex_take(lex, words[i].word))
			continue;
		*letter = words[i].letter;
		/* DHCPv6 knows no compression (RFC 9915 section 10). */
		if (*letter == 'D')
			lex_take(lex, "compressed");
		return NULL;
	}
	if (lex_take(lex, "unsigned"))
		return read_integer(lex, false, letter);
	if (lex_take(lex, "signed") || lex_is(lex, "integer"))
		return read_integer(lex, true, letter);
	if (!lex_take(lex, "encapsulate"))
		return "expected a type";
	if (lex->token.kind != LEX_WORD || strchr(lex->token.text, '.') ||
	    !dictionary_space(dictionary, lex->token.text))
		return "expected the name of a space of options";
	if (!copy_name(inner, lex->token.text, lex->token.size))
		return "expected the name of a space of options";
	*letter = 'E';
	lex_next(lex);
	return NULL;
}

/* Types that have no end of their own, and so must be the last and only one. */
static bool is_endless(char letter)
{
	return strchr("tXDZE", letter) != NULL;
}

/* { TYPE, TYPE, ... }, the last of which can be an array. */
static const char *read_record(const struct dictionary *dictionary, struct lex *lex,
			       struct letters *letters, char inner[static DICTIONARY_NAME])
{
	do {
		bool array = lex_take(lex, "array");
		const char *error;
		char letter;

		if (array && !lex_take(lex, "of"))
			return "expected of";
		error = read_simple(dictionary, lex, &letter, inner);
		if (error)
			return error;
		if (letter == 'Z' || letter == 'E' || (array && is_endless(letter)))
			return "expected another type in a record";
		if ((array || is_endless(letter)) && !lex_is(lex, "}"))
			return "expected } because no other type can stand behind this one";
		if (!add_letter(letters, letter) || (array && !add_letter(letters, LAST_ARRAY)))
			return "expected fewer types in a record";
	} while (lex_take(lex, ","));
	return lex_take(lex, "}") ? NULL : "expected , or }";
}

/* [ array of ] ( simple | record ) */
static const char *read_type(const struct dictionary *dictionary, struct lex *lex,
			     struct definition *definition)
{
	struct letters letters = { .n = 0 };
	bool array = lex_take(lex, "array");
	const char *error;
	char last = '\0';

	if (array && !lex_take(lex, "of"))
		return "expected of";
	if (lex_take(lex, "{")) {
		error = read_record(dictionary, lex, &letters, definition->inner);
	} else {
		error = read_simple(dictionary, lex, &last, definition->inner);
		if (!error)
			add_letter(&letters, last);
	}
	if (error)
		return error;
	last = letters.text[letters.n - 1];
	/* ISC has no arrays of domain names either, because a domain list is one. */
	if (array && (is_endless(last) || last == 'd' || last == LAST_ARRAY))
		return "this type cannot be that of an array";
	if (array && !add_letter(&letters, ARRAY))
		return "expected fewer types in a record";
	memcpy(definition->format, letters.text, sizeof(letters.text));
	return NULL;
}

/* One with the same name or code in the same space is replaced. */
static bool keep(struct dictionary *dictionary, const struct definition *definition)
{
	uint8_t n = 0;

	for (uint8_t i = 0; i < dictionary->n_definitions; i++) {
		const struct definition *old = &dictionary->definition[i];

		if (strcasecmp(old->space, definition->space) != 0 ||
		    (old->code != definition->code && strcasecmp(old->name, definition->name) != 0))
			dictionary->definition[n++] = *old;
	}
	dictionary->n_definitions = n;
	if (n == DICTIONARY_OPTIONS)
		return false;
	dictionary->definition[dictionary->n_definitions++] = *definition;
	return true;
}

const char *dictionary_read(struct dictionary *dictionary, struct lex *lex)
{
	struct definition definition = { .code = 0 };
	const char *dot = strchr(lex->token.text, '.');
	const struct space *space;
	const char *error;
	uint64_t code;

	if (lex_take(lex, "space"))
		return read_space(dictionary, lex);
	space = dictionary_space(dictionary, lex->token.text);
	if (lex->token.kind != LEX_WORD || !space || !dot ||
	    !copy_name(definition.name, dot + 1, strlen(dot + 1)))
		return "expected the name of an option";
	memcpy(definition.space, space->name, sizeof(space->name));
	lex_next(lex);
	if (!lex_take(lex, "code"))
		return "expected code after the name of the option";
	if (!lex_number(lex, greatest_code(space), &code) || code == 0)
		return "expected the code of an option";
	definition.code = (uint32_t)code;
	lex_next(lex);
	if (!lex_take(lex, "="))
		return "expected = after the code";
	error = read_type(dictionary, lex, &definition);
	if (error)
		return error;
	if (!lex_is(lex, ";"))
		return "expected ; after the type";
	return keep(dictionary, &definition) ? NULL
					     : "expected no more options than there is room for";
}

static uint32_t get_width(struct cursor *c, unsigned int octets)
{
	return octets == 1 ? get_u8(c) : octets == 2 ? get_u16(c) : get_u32(c);
}

static void put_width(struct cursor *c, unsigned int octets, uint32_t value)
{
	if (octets == 1)
		put_u8(c, (uint8_t)value);
	else if (octets == 2)
		put_u16(c, (uint16_t)value);
	else
		put_u32(c, value);
}

bool space_get(const struct space *space, struct cursor *c, uint32_t *code, struct cursor *data)
{
	if (cursor_left(c) == 0)
		return false;
	*code = get_width(c, space->code_width);
	*data = get_sub(c, get_width(c, space->length_width));
	return !c->bad;
}

void space_put(const struct space *space, struct cursor *c, uint32_t code, const void *data,
	       size_t size)
{
	if (size > (space->length_width == 1 ? UINT8_MAX : UINT16_MAX))
		c->bad = true;
	put_width(c, space->code_width, code);
	put_width(c, space->length_width, (uint32_t)size);
	put_bytes(c, data, size);
}
