/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_LEX_H
#define DHCP6_LEX_H

/*
 * The words of ISC's language, for dhclient.conf and dhclient6.leases alike:
 * names, numbers, strings with escapes, punctuation, comments from # to the end
 * of the line. A string ends on its line, so that one lost quotation mark costs
 * one line and not the rest of the file. Works on text in memory, bounded, and
 * never fails: what is no word is a token of its own kind with its place.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LEX_STRING_MAX 1500 /* octets of a token, ISC's limit */

enum lex_kind {
	LEX_END,
	LEX_WORD,   /* a run of letters, digits and - _ . : /  (names, numbers, hex, addresses) */
	LEX_STRING, /* "…", its escapes resolved */
	LEX_MARK,   /* one of { } ; , = ( ) and any other single character */
	LEX_BAD,    /* a string without its end, a token that is too long, octets of no use */
};

struct lex_token {
	enum lex_kind kind;
	unsigned int line;   /* from 1 */
	unsigned int column; /* from 1 */
	size_t line_start;   /* where its line begins, octets from the start of the text */
	size_t start;	     /* octets from the start of the text */
	size_t end;	     /* one past the token's last octet */
	size_t size;	     /* octets in `text` */
	const char *why;     /* LEX_BAD: a constant text; text is empty then */
	char text[LEX_STRING_MAX + 1]; /* with a NUL behind; a string may contain NULs */
};

struct lex {
	const char *text;
	size_t size;
	size_t at;
	size_t line_start;
	unsigned int line;
	struct lex_token token; /* the current one */
};

/* Starts over `size` octets at `text`, which stay the caller's; the first token is current. */
void lex_init(struct lex *lex, const char *text, size_t size);

/* The next token becomes the current one; behind the last one it is LEX_END for ever. */
void lex_next(struct lex *lex);

/* Goes on at `at`, a place in the current token's line: for what is no word of the language. */
void lex_seek(struct lex *lex, size_t at);

/* Is the current token this word (letter case ignored) or this mark? */
bool lex_is(const struct lex *lex, const char *word);

/* If so, goes on to the next. */
bool lex_take(struct lex *lex, const char *word);

/*
 * Passes over the rest of a statement: to behind its ; or, where braces open,
 * behind the matching }. A } that closes what was open before is left alone.
 */
void lex_skip_statement(struct lex *lex);

/* The current token as a decimal number of at most `max`; false when it is none. */
bool lex_number(const struct lex *lex, uint64_t max, uint64_t *value);

/* The current token as octets: a string's, or hex as in 0:1:a0:b; false when it is neither or
 * has none or more than `room`. */
bool lex_octets(const struct lex *lex, uint8_t *bytes, size_t room, size_t *size);

/* Is the current token a name in the space "dhcp6"? */
bool lex_is_dhcp6(const struct lex *lex);

/* The code of the option named by it, dhcp6.NAME or dhcp6.unknown-N; false when there is none. */
bool lex_option(const struct lex *lex, uint16_t *code);

#endif
