/* SPDX-License-Identifier: MPL-2.0 */
#include "text/lex.h"

#include <string.h>
#include <strings.h>

#include "core/option.h"

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("-_.:/", c));
}

static bool is_useless(char c)
{
	return !is_blank(c) && (c < ' ' || c > '~');
}

static bool more(const struct lex *lex)
{
	return lex->at < lex->size;
}

static void skip_comment(struct lex *lex)
{
	while (more(lex) && lex->text[lex->at] != '\n')
		lex->at++;
}

static void skip_blanks(struct lex *lex)
{
	for (; more(lex); lex->at++) {
		if (lex->text[lex->at] == '#')
			skip_comment(lex);
		if (!more(lex) || !is_blank(lex->text[lex->at]))
			return;
		if (lex->text[lex->at] == '\n') {
			lex->line++;
			lex->line_start = lex->at + 1;
		}
	}
}

static void bad(struct lex_token *token, const char *why)
{
	token->kind = LEX_BAD;
	if (!token->why)
		token->why = why;
}

static void keep(struct lex_token *token, char c)
{
	if (token->size == LEX_STRING_MAX)
		bad(token, "a word or string of more than 1500 octets");
	else
		token->text[token->size++] = c;
}

/* The value of a digit below `base`, or -1. */
static int digit(const struct lex *lex, size_t at, int base)
{
	char c = at < lex->size ? lex->text[at] : '\0';
	int value = -1;

	if (c >= '0' && c <= '9')
		value = c - '0';
	else if (c >= 'a' && c <= 'f')
		value = c - 'a' + 10;
	else if (c >= 'A' && c <= 'F')
		value = c - 'A' + 10;
	return value < base ? value : -1;
}

static void keep_digits(struct lex *lex, unsigned int n, int base)
{
	int value = 0;

	for (unsigned int i = 0; i < n; i++, lex->at++) {
		int d = digit(lex, lex->at, base);

		if (d < 0) {
			bad(&lex->token, "a string with an escape of too few digits");
			return;
		}
		value = value * base + d;
	}
	keep(&lex->token, (char)value);
}

/* What stands behind a backslash. */
static void read_escape(struct lex *lex)
{
	static const char letters[] = "trnb";
	static const char values[] = "\t\r\n\b";
	char c = lex->text[lex->at];
	const char *letter = c == '\0' ? NULL : strchr(letters, c);

	if (c >= '0' && c <= '3') {
		keep_digits(lex, 3, 8);
		return;
	}
	lex->at++;
	if (c == 'x')
		keep_digits(lex, 2, 16);
	else
		keep(&lex->token, letter ? values[letter - letters] : c);
}

static void read_string(struct lex *lex)
{
	lex->token.kind = LEX_STRING;
	lex->at++;
	while (more(lex) && lex->text[lex->at] != '"' && lex->text[lex->at] != '\n') {
		char c = lex->text[lex->at];

		if (c != '\\') {
			keep(&lex->token, c);
			lex->at++;
			continue;
		}
		lex->at++;
		if (more(lex) && lex->text[lex->at] != '\n')
			read_escape(lex);
	}
	if (more(lex) && lex->text[lex->at] == '"')
		lex->at++;
	else
		bad(&lex->token, "a string without its end");
}

static void read_token(struct lex *lex)
{
	struct lex_token *token = &lex->token;
	char c;

	if (!more(lex)) {
		token->kind = LEX_END;
		return;
	}
	c = lex->text[lex->at];
	if (c == '"') {
		read_string(lex);
	} else if (is_word(c)) {
		token->kind = LEX_WORD;
		for (; more(lex) && is_word(lex->text[lex->at]); lex->at++)
			keep(token, lex->text[lex->at]);
	} else if (is_useless(c)) {
		bad(token, "octets that are no text");
		while (more(lex) && is_useless(lex->text[lex->at]))
			lex->at++;
	} else {
		token->kind = LEX_MARK;
		keep(token, c);
		lex->at++;
	}
}

void lex_next(struct lex *lex)
{
	struct lex_token *token = &lex->token;

	skip_blanks(lex);
	token->line = lex->line;
	token->line_start = lex->line_start;
	token->column = (unsigned int)(lex->at - lex->line_start + 1);
	token->start = lex->at;
	token->size = 0;
	token->why = NULL;
	read_token(lex);
	token->end = lex->at;
	if (token->kind == LEX_BAD)
		token->size = 0;
	token->text[token->size] = '\0';
}

void lex_seek(struct lex *lex, size_t at)
{
	lex->at = at;
	lex->line = lex->token.line;
	lex->line_start = lex->token.line_start;
	lex_next(lex);
}

void lex_init(struct lex *lex, const char *text, size_t size)
{
	lex->text = text;
	lex->size = size;
	lex->at = 0;
	lex->line = 1;
	lex->line_start = 0;
	lex_next(lex);
}

bool lex_is(const struct lex *lex, const char *word)
{
	const struct lex_token *token = &lex->token;

	return (token->kind == LEX_WORD || token->kind == LEX_MARK) &&
	       strcasecmp(token->text, word) == 0;
}

bool lex_take(struct lex *lex, const char *word)
{
	if (!lex_is(lex, word))
		return false;
	lex_next(lex);
	return true;
}

void lex_skip_statement(struct lex *lex)
{
	size_t depth = 0;

	for (; lex->token.kind != LEX_END; lex_next(lex)) {
		if (lex_is(lex, "{")) {
			depth++;
		} else if (lex_is(lex, "}")) {
			if (depth == 0)
				return;
			depth--;
			if (depth > 0)
				continue;
			lex_next(lex);
			return;
		} else if (depth == 0 && lex_take(lex, ";")) {
			return;
		}
	}
}

static bool parse_number(const char *text, uint64_t max, uint64_t *value)
{
	uint64_t n = 0;

	if (*text == '\0')
		return false;
	for (; *text >= '0' && *text <= '9'; text++) {
		unsigned int d = (unsigned int)(*text - '0');

		if (d > max || n > (max - d) / 10)
			return false;
		n = n * 10 + d;
	}
	if (*text != '\0')
		return false;
	*value = n;
	return true;
}

bool lex_number(const struct lex *lex, uint64_t max, uint64_t *value)
{
	return lex->token.kind == LEX_WORD && parse_number(lex->token.text, max, value);
}

/* hh { ":" hh }, one or two digits each. */
static bool parse_hex(const struct lex *lex, uint8_t *bytes, size_t room, size_t *size)
{
	size_t at = lex->token.start;
	size_t n = 0;

	for (;; at++, n++) {
		int high = digit(lex, at, 16);
		int low = digit(lex, at + 1, 16);

		if (high < 0 || n == room)
			return false;
		bytes[n] = (uint8_t)(low < 0 ? high : high << 4 | low);
		at += low < 0 ? 1 : 2;
		if (at == lex->token.end)
			break;
		if (lex->text[at] != ':')
			return false;
	}
	*size = n + 1;
	return true;
}

bool lex_octets(const struct lex *lex, uint8_t *bytes, size_t room, size_t *size)
{
	const struct lex_token *token = &lex->token;

	if (token->kind == LEX_WORD)
		return parse_hex(lex, bytes, room, size);
	if (token->kind != LEX_STRING || token->size == 0 || token->size > room)
		return false;
	memcpy(bytes, token->text, token->size);
	*size = token->size;
	return true;
}

static const char space[] = "dhcp6.";
static const char unknown[] = "unknown-";

bool lex_is_dhcp6(const struct lex *lex)
{
	return lex->token.kind == LEX_WORD &&
	       strncasecmp(lex->token.text, space, strlen(space)) == 0;
}

bool lex_option(const struct lex *lex, uint16_t *code)
{
	const char *name = lex->token.text + strlen(space);
	const struct option_info *info;
	uint64_t number;

	if (!lex_is_dhcp6(lex))
		return false;
	if (strncasecmp(name, unknown, strlen(unknown)) == 0) {
		if (!parse_number(name + strlen(unknown), UINT16_MAX, &number) || number == 0)
			return false;
		*code = (uint16_t)number;
		return true;
	}
	info = option_by_name(name);
	if (info)
		*code = info->code;
	return info != NULL;
}
