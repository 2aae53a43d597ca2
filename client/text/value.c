/* SPDX-License-Identifier: MPL-2.0 */
#include "text/value.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "core/content.h"
#include "core/proto.h"
#include "text/text.h"

#define LABEL_MAX  63  /* octets of a label (RFC 1035 section 2.3.4) */
#define DOMAIN_MAX 254 /* characters of a name with its last dot: 255 octets on the wire */

static const char *format_of(uint16_t code)
{
	const struct option_info *info = option_by_code(code);

	return info ? info->format : "X";
}

/* The locale has no say in what an octet is. */
static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(uint8_t c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_name_octet(uint8_t c)
{
	return is_alnum(c) || c == '-' || c == '_';
}

static bool is_printable(uint8_t c)
{
	return c >= ' ' && c <= '~';
}

/* What can mean nothing to a shell wherever it is put, but for the blank. */
static bool is_harmless(const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (!is_alnum(bytes[i]) && (!bytes[i] || !strchr("._:/@%+,=- ", bytes[i])))
			return false;
	return size > 0;
}

/* A number of a fixed size in network order. */
static uint32_t get_number(struct cursor *data, char letter)
{
	switch (letter) {
	case 'B':
	case 'b':
	case 'f':
		return get_u8(data);
	case 'S':
	case 's':
	case 'N':
		return get_u16(data);
	default:
		return get_u32(data);
	}
}

static int32_t as_signed(uint32_t number, char letter)
{
	return letter == 'b' ? (int8_t)number : letter == 's' ? (int16_t)number : (int32_t)number;
}

static void put_status(struct cursor *out, uint32_t code, enum value_style style)
{
	const char *name = status_code_name(code);

	/* ISC's word for 0 begins with a small letter, alone of all. */
	if (name && code == STATUS_SUCCESS && style != VALUE_PEOPLE)
		put_text(out, "success");
	else if (name)
		put_text(out, name);
	else
		put_format(out, "%u", code);
}

static bool put_number(struct cursor *out, char letter, struct cursor *data, enum value_style style)
{
	uint32_t number = get_number(data, letter);

	if (letter == 'N')
		put_status(out, number, style);
	else if (letter == 'T' && number == INFINITE_TIME)
		put_text(out, "infinite");
	else if (letter == 'f')
		put_text(out, number ? "true" : "false");
	else if (letter == 'b' || letter == 's' || letter == 'l')
		put_format(out, "%d", as_signed(number, letter));
	else
		put_format(out, "%u", number);
	return !data->bad;
}

/* No compression (RFC 9915 section 10), and no dots, blanks or other surprises in a label. */
bool value_domain(struct cursor *out, struct cursor *data)
{
	struct cursor labels = *data;
	uint8_t size;

	if (!content_name(data))
		return false;
	while ((size = get_u8(&labels)) != 0) {
		put_bytes(out, get_span(&labels, size), size);
		put_u8(out, '.');
	}
	return true;
}

static bool put_name(struct cursor *out, struct cursor *data, enum value_style style)
{
	bool good;

	if (style == VALUE_LEASEFILE)
		put_u8(out, '"');
	good = value_domain(out, data);
	if (style == VALUE_LEASEFILE)
		put_u8(out, '"');
	return good;
}

static bool put_names(struct cursor *out, struct cursor *data, enum value_style style)
{
	bool first = true;

	do {
		if (!first)
			put_text(out, style == VALUE_LEASEFILE ? ", " : " ");
		first = false;
		if (!put_name(out, data, style))
			return false;
	} while (cursor_left(data) > 0);
	return true;
}

/*
 * ISC's rule: a backslash before what is special in quotes, \ooo for what is not
 * ASCII. Control characters have no place in a variable of the script: refused. A
 * lease file keeps them, as \ooo, so that what is read back is what was received.
 */
static bool put_string(struct cursor *out, const uint8_t *bytes, size_t size, bool leasefile)
{
	for (size_t i = 0; i < size; i++) {
		uint8_t c = bytes[i];

		if (!leasefile && (c < ' ' || c == 0x7f))
			return false;
		if (!is_printable(c)) {
			put_format(out, "\\%03o", c);
			continue;
		}
		if (strchr("\"'$`\\|&", c))
			put_u8(out, '\\');
		put_u8(out, c);
	}
	return true;
}

static bool put_rest_as_text(struct cursor *out, struct cursor *data, enum value_style style)
{
	size_t size = cursor_left(data);
	const uint8_t *bytes = get_span(data, size);
	bool fits = true;

	if (!bytes)
		return false;
	switch (style) {
	case VALUE_SCRIPT:
		/* Like ISC, which knows servers that send the end of a C string along. */
		if (size > 0 && bytes[size - 1] == '\0')
			size--;
		fits = size > 0 && put_string(out, bytes, size, false);
		break;
	case VALUE_LEASEFILE:
		put_u8(out, '"');
		put_string(out, bytes, size, true);
		put_u8(out, '"');
		break;
	case VALUE_PEOPLE:
		put_u8(out, '"');
		put_escaped(out, bytes, size);
		put_u8(out, '"');
		break;
	}
	return fits;
}

/* Octets without a form of their own: hexadecimal, or text where that is harmless and `text_too`.
 */
static bool put_octets(struct cursor *out, struct cursor *data, enum value_style style,
		       bool text_too)
{
	size_t size = cursor_left(data);
	const uint8_t *bytes = get_span(data, size);

	if (!bytes)
		return false;
	if (!text_too || !is_harmless(bytes, size)) {
		put_hex(out, bytes, size);
		return true;
	}
	if (style == VALUE_LEASEFILE)
		put_u8(out, '"');
	put_bytes(out, bytes, size);
	if (style == VALUE_LEASEFILE)
		put_u8(out, '"');
	return true;
}

static bool put_field(struct cursor *out, char letter, struct cursor *data, enum value_style style)
{
	char text[INET_ADDRSTRLEN];
	struct in6_addr addr;
	struct in_addr addr4;

	switch (letter) {
	case '6':
		addr = get_addr(data);
		put_address_text(out, &addr);
		return !data->bad;
	case 'I':
		get_bytes(data, &addr4, sizeof(addr4));
		put_text(out, inet_ntop(AF_INET, &addr4, text, sizeof(text)));
		return !data->bad;
	case 'B':
	case 'S':
	case 'L':
	case 'T':
	case 'N':
	case 'b':
	case 's':
	case 'l':
	case 'f':
		return put_number(out, letter, data, style);
	case 't':
		return put_rest_as_text(out, data, style);
	case 'd':
		return put_name(out, data, style);
	case 'D':
		return put_names(out, data, style);
	case 'E':
		return put_octets(out, data, style, false);
	case 'X':
		return put_octets(out, data, style, true);
	default:
		return false;
	}
}

/* A format: its fields, and which of them come again and again. */
struct format {
	const char *letters;
	size_t n;
	size_t again; /* index of the first of those; n: none */
};

static struct format read_format(const char *letters)
{
	size_t n = strlen(letters);
	struct format format = { .letters = letters, .n = n, .again = n };

	if (n > 1 && letters[n - 1] == 'A')
		format = (struct format){ .letters = letters, .n = n - 1, .again = 0 };
	else if (n > 1 && letters[n - 1] == 'a')
		format = (struct format){ .letters = letters, .n = n - 1, .again = n - 2 };
	return format;
}

/* A text or octets behind other fields may be missing (the message of a status). */
static bool may_be_missing(const struct format *format, size_t i)
{
	return i > 0 && (format->letters[i] == 't' || format->letters[i] == 'X');
}

static bool render(struct cursor *out, const char *letters, struct cursor *data,
		   enum value_style style)
{
	struct format format = read_format(letters);
	bool separate = false;
	size_t i = 0;

	if (format.letters[0] == 'Z')
		return !data->bad && cursor_left(data) == 0;
	if (cursor_left(data) == 0)
		return false;
	do {
		for (; i < format.n; i++) {
			if (may_be_missing(&format, i) && cursor_left(data) == 0)
				break;
			if (separate)
				put_u8(out, ' ');
			separate = true;
			if (!put_field(out, format.letters[i], data, style))
				return false;
		}
		i = format.again;
		if (i < format.n && cursor_left(data) > 0) {
			put_u8(out, style == VALUE_LEASEFILE ? ',' : ' ');
			separate = false;
		}
	} while (i < format.n && cursor_left(data) > 0);
	return !data->bad && cursor_left(data) == 0;
}

bool value_render_as(struct cursor *out, const char *format, struct cursor data,
		     enum value_style style)
{
	struct cursor before = *out;
	struct cursor rest = data;

	if (render(out, format, &rest, style))
		return true;
	*out = before;
	if (style != VALUE_PEOPLE || data.bad)
		return false;
	if (cursor_left(&data) > 0)
		put_hex(out, data.in + data.at, cursor_left(&data));
	return true;
}

bool value_render(struct cursor *out, uint16_t code, struct cursor data, enum value_style style)
{
	return value_render_as(out, format_of(code), data, style);
}

static bool at_octet(const struct cursor *in, char c)
{
	return cursor_left(in) > 0 && in->in[in->at] == (uint8_t)c;
}

static bool is_space(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static void skip_space(struct cursor *in)
{
	while (cursor_left(in) > 0 && is_space(in->in[in->at]))
		in->at++;
}

/* A run of what is neither blank nor a mark of the list; bad when there is none. */
static struct cursor take_word(struct cursor *in)
{
	size_t start;

	skip_space(in);
	start = in->at;
	while (cursor_left(in) > 0 && !is_space(in->in[in->at]) && !at_octet(in, ',') &&
	       !at_octet(in, '"'))
		in->at++;
	return (struct cursor){ .in = in->in + start,
				.size = in->at - start,
				.bad = in->at == start };
}

static bool word_is(const struct cursor *word, const char *text)
{
	return word->size == strlen(text) &&
	       strncasecmp((const char *)word->in, text, word->size) == 0;
}

/* inet_pton() wants a NUL behind. */
static bool parse_address(struct cursor *out, struct cursor *in, int family)
{
	struct cursor word = take_word(in);
	char text[INET6_ADDRSTRLEN];
	struct in6_addr addr;

	if (word.bad || word.size >= sizeof(text))
		return false;
	memcpy(text, word.in, word.size);
	text[word.size] = '\0';
	if (inet_pton(family, text, &addr) != 1)
		return false;
	put_bytes(out, &addr, family == AF_INET ? sizeof(struct in_addr) : sizeof(addr));
	return true;
}

static bool read_decimal(struct cursor *word, uint32_t max, uint32_t *number)
{
	uint64_t value = 0;

	if (word->bad || word->size == 0 || word->size > 10)
		return false;
	for (size_t i = 0; i < word->size; i++) {
		if (!is_digit(word->in[i]))
			return false;
		value = value * 10 + (uint64_t)(word->in[i] - '0');
	}
	*number = (uint32_t)value;
	return value <= max;
}

static bool parse_number(struct cursor *out, struct cursor *in, char letter)
{
	struct cursor word = take_word(in);
	uint32_t number = 0;

	if (letter == 'T' && word_is(&word, "infinite")) {
		put_u32(out, INFINITE_TIME);
		return true;
	}
	switch (letter) {
	case 'B':
		if (!read_decimal(&word, UINT8_MAX, &number))
			return false;
		put_u8(out, (uint8_t)number);
		return true;
	case 'S':
		if (!read_decimal(&word, UINT16_MAX, &number))
			return false;
		put_u16(out, (uint16_t)number);
		return true;
	default:
		if (!read_decimal(&word, UINT32_MAX, &number))
			return false;
		put_u32(out, number);
		return true;
	}
}

/* Not less than -max - 1. ISC, where integer alone is signed, takes what fits unsigned as well. */
static bool parse_signed(struct cursor *out, struct cursor *in, char letter)
{
	struct cursor word = take_word(in);
	uint32_t max = letter == 'b' ? INT8_MAX : letter == 's' ? INT16_MAX : INT32_MAX;
	bool negative = at_octet(&word, '-');
	uint32_t number = 0;

	if (negative) {
		word.in++;
		word.size--;
	}
	if (!read_decimal(&word, negative ? max + 1 : 2 * max + 1, &number))
		return false;
	number = negative ? -number : number;
	if (letter == 'b')
		put_u8(out, (uint8_t)number);
	else if (letter == 's')
		put_u16(out, (uint16_t)number);
	else
		put_u32(out, number);
	return true;
}

static bool parse_boolean(struct cursor *out, struct cursor *in)
{
	struct cursor word = take_word(in);
	bool yes = word_is(&word, "on") || word_is(&word, "true");

	if (word.bad || (!yes && !word_is(&word, "off") && !word_is(&word, "false")))
		return false;
	put_u8(out, yes);
	return true;
}

static bool parse_status(struct cursor *out, struct cursor *in)
{
	struct cursor word = take_word(in);
	uint32_t number;

	for (unsigned int code = 0; !word.bad && status_code_name(code); code++) {
		if (word_is(&word, status_code_name(code))) {
			put_u16(out, (uint16_t)code);
			return true;
		}
	}
	if (!read_decimal(&word, UINT16_MAX, &number))
		return false;
	put_u16(out, (uint16_t)number);
	return true;
}

/* \ooo with three digits, the first 0 to 3. */
static bool take_octal(struct cursor *in, uint8_t *octet)
{
	const uint8_t *digit = in->in + in->at;

	if (cursor_left(in) < 3 || digit[0] < '0' || digit[0] > '3' || digit[1] < '0' ||
	    digit[1] > '7' || digit[2] < '0' || digit[2] > '7')
		return false;
	*octet = (uint8_t)((digit[0] - '0') << 6 | (digit[1] - '0') << 3 | (digit[2] - '0'));
	in->at += 3;
	return true;
}

static int hex_digit(uint8_t c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* What stands behind a backslash; any other character is itself. */
static uint8_t take_escape(struct cursor *in)
{
	uint8_t octet;

	if (take_octal(in, &octet))
		return octet;
	octet = get_u8(in);
	switch (octet) {
	case 't':
		return '\t';
	case 'r':
		return '\r';
	case 'n':
		return '\n';
	case 'b':
		return '\b';
	case 'x':
		if (cursor_left(in) >= 2 && hex_digit(in->in[in->at]) >= 0 &&
		    hex_digit(in->in[in->at + 1]) >= 0) {
			octet = (uint8_t)(hex_digit(in->in[in->at]) << 4 |
					  hex_digit(in->in[in->at + 1]));
			in->at += 2;
		}
		return octet;
	default:
		return octet;
	}
}

static bool parse_string(struct cursor *out, struct cursor *in)
{
	skip_space(in);
	if (!at_octet(in, '"'))
		return false;
	in->at++;
	while (cursor_left(in) > 0 && !at_octet(in, '"')) {
		uint8_t octet = get_u8(in);

		put_u8(out, octet == '\\' ? take_escape(in) : octet);
	}
	return get_u8(in) == '"' && !in->bad;
}

/* A name, its last dot there or not, -> labels. */
static bool encode_name(struct cursor *out, struct cursor name)
{
	size_t start = 0;

	if (name.size > 1 && name.in[name.size - 1] == '.')
		name.size--;
	if (name.bad || name.size >= DOMAIN_MAX)
		return false;
	for (size_t i = 0; i <= name.size; i++) {
		if (i < name.size && name.in[i] != '.') {
			if (!is_name_octet(name.in[i]))
				return false;
			continue;
		}
		if (i == start || i - start > LABEL_MAX)
			return false;
		put_u8(out, (uint8_t)(i - start));
		put_bytes(out, name.in + start, i - start);
		start = i + 1;
	}
	put_u8(out, 0);
	return true;
}

static bool parse_name(struct cursor *out, struct cursor *in)
{
	uint8_t text[DOMAIN_MAX];
	struct cursor unquoted = cursor_writer(text, sizeof(text));

	skip_space(in);
	if (!at_octet(in, '"'))
		return encode_name(out, take_word(in));
	if (!parse_string(&unquoted, in) || unquoted.bad)
		return false;
	return encode_name(out, cursor_reader(text, unquoted.at));
}

static bool take_comma(struct cursor *in)
{
	skip_space(in);
	if (!at_octet(in, ','))
		return false;
	in->at++;
	return true;
}

static bool parse_names(struct cursor *out, struct cursor *in)
{
	do {
		if (!parse_name(out, in))
			return false;
	} while (take_comma(in));
	return true;
}

/* One or two digits. */
static bool parse_octet(struct cursor *out, struct cursor *word)
{
	int value = hex_digit(get_u8(word));
	int low;

	if (value >= 0 && cursor_left(word) > 0 && !at_octet(word, ':')) {
		low = hex_digit(get_u8(word));
		value = low >= 0 ? value << 4 | low : -1;
	}
	if (value < 0)
		return false;
	put_u8(out, (uint8_t)value);
	return true;
}

static bool parse_octets(struct cursor *out, struct cursor *in)
{
	struct cursor word;

	skip_space(in);
	if (at_octet(in, '"'))
		return parse_string(out, in);
	word = take_word(in);
	if (!parse_octet(out, &word))
		return false;
	while (cursor_left(&word) > 0)
		if (get_u8(&word) != ':' || !parse_octet(out, &word))
			return false;
	return true;
}

/* "a", "b": at least one (RFC 9915 sections 21.15 and 21.16). */
static bool parse_classes(struct cursor *out, struct cursor *in)
{
	do {
		struct cursor before = *out;

		put_u16(out, 0);
		if (!parse_string(out, in) || out->at - before.at > UINT16_MAX)
			return false;
		put_u16(&before, (uint16_t)(out->at - before.at - 2));
	} while (take_comma(in));
	return true;
}

static bool parse_field(struct cursor *out, struct cursor *in, char letter)
{
	switch (letter) {
	case '6':
		return parse_address(out, in, AF_INET6);
	case 'I':
		return parse_address(out, in, AF_INET);
	case 'B':
	case 'S':
	case 'L':
	case 'T':
		return parse_number(out, in, letter);
	case 'b':
	case 's':
	case 'l':
		return parse_signed(out, in, letter);
	case 'f':
		return parse_boolean(out, in);
	case 'N':
		return parse_status(out, in);
	case 't':
		return parse_string(out, in);
	case 'd':
		return parse_name(out, in);
	case 'D':
		return parse_names(out, in);
	case 'E':
	case 'X':
		return parse_octets(out, in);
	case 'C':
		return parse_classes(out, in);
	default:
		return false;
	}
}

static bool parse(struct cursor *out, const char *letters, struct cursor *in)
{
	struct format format = read_format(letters);
	size_t i = 0;

	skip_space(in);
	if (format.letters[0] == 'Z')
		return cursor_left(in) == 0;
	do {
		for (; i < format.n; i++) {
			skip_space(in);
			if (may_be_missing(&format, i) && cursor_left(in) == 0)
				break;
			if (!parse_field(out, in, format.letters[i]))
				return false;
		}
		i = format.again;
	} while (i < format.n && take_comma(in));
	skip_space(in);
	return !in->bad && cursor_left(in) == 0;
}

bool value_parse_as(struct cursor *out, const char *format, const char *text, size_t size)
{
	struct cursor before = *out;
	struct cursor in = cursor_reader(text, size);

	if (parse(out, format, &in))
		return true;
	*out = before;
	return false;
}

bool value_parse(struct cursor *out, uint16_t code, const char *text, size_t size)
{
	return value_parse_as(out, format_of(code), text, size);
}

bool value_parse_domain(struct cursor *out, const char *text, size_t size)
{
	return encode_name(out, cursor_reader(text, size));
}
