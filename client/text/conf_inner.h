/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_CONF_INNER_H
#define DHCP6_CONF_INNER_H

/*
 * The parser of configuration files, for conf*.c alone. As with all of its functions that return
 * bool, false leaves the rest of the statement to be passed over, and has been told.
 */

#include "text/conf.h"
#include "text/lex.h"

#define WORDS(array) (sizeof(array) / sizeof((array)[0]))

/* Where a diagnostic points to. */
struct place {
	unsigned int line;
	unsigned int column;
	size_t line_start;
};

struct parser {
	struct lex lex;
	struct conf *conf;
	struct conf_scope *scope; /* whose block we are in */
	const char *file;
	const struct conf_host *host; /* may be NULL */
	unsigned int depth;	      /* of files that include one another */
	unsigned int n_included;
	unsigned int told[CONF_IGNORED + 1];
	bool good;
};

/* A statement; its first word is the current token. */
typedef bool conf_reader(struct parser *p);

struct place here(const struct parser *p);
void tell_at(struct parser *p, struct place place, enum conf_severity severity,
	     const char *message);
void tell(struct parser *p, enum conf_severity severity, const char *message);

/* The current token is not what it should be. */
bool wrong(struct parser *p, const char *message);
bool ignore(struct parser *p);	    /* for DHCPv4 only */
bool unsupported(struct parser *p); /* dhclient can do it */

bool take_semicolon(struct parser *p, const char *message);

/* One of `n` words behind the statement's own, then the semicolon. */
bool read_choice(struct parser *p, const char *const words[], unsigned int n, unsigned int *choice,
		 const char *expected);

/* on; as ISC says it, or yes; */
bool read_switch(struct parser *p, bool *on);

/* A string that fits and can be handed to the kernel. */
bool copy_string(const struct lex *lex, char *to, size_t size);

/* conf_option.c: which options are asked for, sent, defined, and altered when they come. */
conf_reader read_request, read_require, read_also, read_send, read_definition;
conf_reader read_default, read_supersede, read_prepend, read_append;

#endif
