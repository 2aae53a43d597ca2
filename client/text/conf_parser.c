/* SPDX-License-Identifier: MPL-2.0 */
#include <string.h>

#include "text/conf_inner.h"

#define SOURCE_MAX 512 /* octets of a line that are shown */

struct place here(const struct parser *p)
{
	const struct lex_token *token = &p->lex.token;

	return (struct place){ token->line, token->column, token->line_start };
}

void tell_at(struct parser *p, struct place place, enum conf_severity severity, const char *message)
{
	struct conf_diagnostic d = { .severity = severity,
				     .file = p->file,
				     .line = place.line,
				     .column = place.column,
				     .message = message,
				     .source = p->lex.text + place.line_start };

	if (severity == CONF_ERROR)
		p->good = false;
	if (p->told[severity] == CONF_REPORTS && !(p->host && p->host->tell_all))
		return;
	if (p->told[severity] < CONF_REPORTS)
		p->told[severity]++;
	while (place.line_start + d.source_size < p->lex.size && d.source_size < SOURCE_MAX &&
	       d.source[d.source_size] != '\n')
		d.source_size++;
	if (place.column > SOURCE_MAX)
		d.source_size = 0;
	if (p->host && p->host->report)
		p->host->report(p->host->context, &d);
}

void tell(struct parser *p, enum conf_severity severity, const char *message)
{
	tell_at(p, here(p), severity, message);
}

/*
 * The current token is not what it should be. As with all functions below that
 * return bool, false leaves the rest of the statement to be passed over.
 */
bool wrong(struct parser *p, const char *message)
{
	tell(p, CONF_ERROR, p->lex.token.kind == LEX_BAD ? p->lex.token.why : message);
	return false;
}

bool ignore(struct parser *p)
{
	tell(p, CONF_IGNORED, "for DHCPv4 only, ignoring");
	return false;
}

bool unsupported(struct parser *p)
{
	tell(p, CONF_UNSUPPORTED, "this statement is not supported, ignoring");
	return false;
}

bool take_semicolon(struct parser *p, const char *message)
{
	return lex_take(&p->lex, ";") || wrong(p, message);
}

/* One of `n` words behind the statement's own, then the semicolon. */
bool read_choice(struct parser *p, const char *const words[], unsigned int n, unsigned int *choice,
		 const char *expected)
{
	unsigned int i = 0;

	lex_next(&p->lex);
	while (!lex_is(&p->lex, words[i]))
		if (++i == n)
			return wrong(p, expected);
	lex_next(&p->lex);
	if (!take_semicolon(p, "expected ; after the word"))
		return false;
	*choice = i;
	return true;
}

/* on; as ISC says it, or yes; */
bool read_switch(struct parser *p, bool *on)
{
	bool yes = lex_is(&p->lex, "on") || lex_is(&p->lex, "true") || lex_is(&p->lex, "yes");

	if (!yes && !lex_is(&p->lex, "off") && !lex_is(&p->lex, "false") && !lex_is(&p->lex, "no"))
		return wrong(p, "expected on or off");
	lex_next(&p->lex);
	if (!take_semicolon(p, "expected ; after on or off"))
		return false;
	*on = yes;
	return true;
}

/* A string that fits and can be handed to the kernel. */
bool copy_string(const struct lex *lex, char *to, size_t size)
{
	const struct lex_token *token = &lex->token;

	if (token->kind != LEX_STRING || token->size == 0 || token->size >= size ||
	    memchr(token->text, '\0', token->size))
		return false;
	memcpy(to, token->text, token->size + 1);
	return true;
}
