/* SPDX-License-Identifier: MPL-2.0 */
#include "text/conf.h"

#include <string.h>
#include <strings.h>

#include "core/proto.h"
#include "text/conf_inner.h"

/* router-timeout 10; */
static bool read_seconds(struct parser *p, unsigned int least, unsigned int *seconds)
{
	uint64_t value;

	lex_next(&p->lex);
	if (!lex_number(&p->lex, UINT32_MAX, &value) || value < least)
		return wrong(p, "expected a number of seconds");
	lex_next(&p->lex);
	if (!take_semicolon(p, "expected ; after the number"))
		return false;
	*seconds = (unsigned int)value;
	return true;
}

/* timeout 60; */
static bool read_seconds_for_all(struct parser *p, unsigned int least, unsigned int *seconds)
{
	if (p->scope == &p->conf->all)
		return read_seconds(p, least, seconds);
	tell(p, CONF_UNSUPPORTED, "not supported for a single interface, ignoring");
	return false;
}

/* With dhclient 0 is no limit. */
static bool read_timeout(struct parser *p)
{
	unsigned int seconds;

	if (!read_seconds_for_all(p, 0, &seconds))
		return false;
	p->conf->timeout = seconds > 0 ? seconds : UINT32_MAX;
	return true;
}

static bool read_script_timeout(struct parser *p)
{
	return read_seconds_for_all(p, 1, &p->conf->script_timeout);
}

static bool read_router_timeout(struct parser *p)
{
	return read_seconds(p, 1, &p->scope->router_timeout);
}

static bool read_mode(struct parser *p)
{
	static const char *const words[] = {
		[MODE_STATEFUL] = "stateful",
		[MODE_STATELESS] = "stateless",
		[MODE_AUTO] = "auto",
	};
	unsigned int mode;

	if (!read_choice(p, words, WORDS(words), &mode, "expected stateful, stateless or auto"))
		return false;
	p->scope->mode = (enum client_mode)mode;
	return true;
}

static bool read_dad(struct parser *p)
{
	static const char *const words[] = {
		[DAD_BY_KERNEL] = "kernel",
		[DAD_OPTIMISTIC] = "optimistic",
		[DAD_BY_PROBE] = "probe",
		[DAD_OFF] = "off",
	};
	unsigned int method;

	if (!read_choice(p, words, WORDS(words), &method,
			 "expected kernel, optimistic, probe or off"))
		return false;
	p->scope->dad = (enum dad_method)method;
	return true;
}

static bool read_late_conflict(struct parser *p)
{
	static const char *const words[] = {
		[LATE_HOOK] = "hook",
		[LATE_LOG] = "log",
		[LATE_DECLINE] = "decline",
	};
	unsigned int policy;

	if (!read_choice(p, words, WORDS(words), &policy, "expected log, hook or decline"))
		return false;
	p->scope->late_conflict = (enum late_conflict)policy;
	return true;
}

static bool read_register_addresses(struct parser *p)
{
	lex_next(&p->lex);
	return read_switch(p, &p->scope->register_addresses);
}

static bool read_anonymous(struct parser *p)
{
	lex_next(&p->lex);
	if (!take_semicolon(p, "expected ; after anonymous"))
		return false;
	p->scope->anonymous = true;
	return true;
}

static bool read_script(struct parser *p)
{
	char path[CONF_PATH];

	lex_next(&p->lex);
	if (!copy_string(&p->lex, path, sizeof(path)))
		return wrong(p, "expected a path in quotation marks");
	lex_next(&p->lex);
	if (!take_semicolon(p, "expected ; after the path"))
		return false;
	memcpy(p->scope->script, path, sizeof(path));
	return true;
}

/* DUID, DUID; what is said last counts. */
static bool read_servers(struct parser *p, struct duid_list *list)
{
	struct duid_list read = { 0 };
	uint8_t bytes[DUID_MAX];
	size_t size;

	do {
		lex_next(&p->lex);
		if (read.n == DUID_LIST)
			return wrong(p, "expected no more than 8 servers");
		if (!lex_octets(&p->lex, bytes, sizeof(bytes), &size) ||
		    !duid_set(&read.duid[read.n], bytes, size))
			return wrong(p,
				     "expected a DUID of 3 to 130 octets, in hex or as a string");
		read.n++;
		lex_next(&p->lex);
	} while (lex_is(&p->lex, ","));
	if (!take_semicolon(p, "expected , or ; after the DUID"))
		return false;
	*list = read;
	return true;
}

static bool read_reject_server(struct parser *p)
{
	return read_servers(p, &p->scope->reject);
}

static bool read_accept_server(struct parser *p)
{
	return read_servers(p, &p->scope->accept);
}

/* if … { … } elsif … { … } else { … } */
static bool read_if(struct parser *p)
{
	unsupported(p);
	do {
		lex_skip_statement(&p->lex);
	} while (lex_is(&p->lex, "elsif") || lex_is(&p->lex, "else"));
	return true;
}

/* The octal or the hexadecimal digits of ISC's lease file; ours are the latter. */
static bool pass_over(struct parser *p)
{
	tell(p, CONF_IGNORED, "means nothing to this client, ignoring");
	return false;
}

static void read_file(struct parser *p); /* files include one another */

/* What stands in there counts as if it stood here. */
static void read_included(struct parser *p, const char *path, char *text, size_t size)
{
	struct lex lex = p->lex;
	const char *file = p->file;

	p->file = path;
	p->depth++;
	p->n_included++;
	lex_init(&p->lex, text, size);
	read_file(p);
	p->depth--;
	p->file = file;
	p->lex = lex;
}

static bool read_include(struct parser *p)
{
	const char *error = "this file cannot be included here";
	struct place place;
	char path[CONF_PATH];
	size_t size = 0;
	char *text;

	lex_next(&p->lex);
	if (!copy_string(&p->lex, path, sizeof(path)))
		return wrong(p, "expected a path in quotation marks");
	place = here(p);
	lex_next(&p->lex);
	if (!take_semicolon(p, "expected ; after the path"))
		return false;
	if (p->depth == CONF_DEPTH || p->n_included == CONF_INCLUDED) {
		tell_at(p, place, CONF_ERROR, "more files that include one another than may be");
		return true;
	}
	text = p->host && p->host->read ? p->host->read(p->host->context, path, &size, &error)
					: NULL;
	if (!text) {
		tell_at(p, place, CONF_ERROR, error);
		return true;
	}
	read_included(p, path, text, size);
	if (p->host->release)
		p->host->release(p->host->context, text);
	return true;
}

/* A block that there is already is gone on with. NULL when there are too many. */
static struct conf_scope *open_scope(struct conf *conf, const char *name)
{
	struct conf_scope *scope;

	for (uint8_t i = 0; i < conf->n_interfaces; i++)
		if (strcmp(conf->interface[i].interface, name) == 0)
			return &conf->interface[i];
	if (conf->n_interfaces == CONF_INTERFACES)
		return NULL;
	scope = &conf->interface[conf->n_interfaces++];
	*scope = conf->all;
	strcpy(scope->interface, name);
	return scope;
}

/* What can stand in an interface block: all but another one. Its executable statements are not
 * supported, but do not cost a user of dhclient the rest of the file. */
static const struct {
	const char *word;
	conf_reader *read;
} statements[] = {
	{ "timeout", read_timeout },
	{ "script-timeout", read_script_timeout },
	{ "script", read_script },
	{ "mode", read_mode },
	{ "router-timeout", read_router_timeout },
	{ "register-addresses", read_register_addresses },
	{ "anonymous", read_anonymous },
	{ "dad", read_dad },
	{ "late-conflict", read_late_conflict },
	{ "request", read_request },
	{ "require", read_require },
	{ "also", read_also },
	{ "send", read_send },
	{ "reject-server", read_reject_server },
	{ "accept-server", read_accept_server },
	{ "default", read_default },
	{ "supersede", read_supersede },
	{ "prepend", read_prepend },
	{ "append", read_append },
	{ "option", read_definition },
	{ "include", read_include },
	{ "pseudo", unsupported },
	{ "lease-id-format", pass_over },
	{ "if", read_if },
	{ "on", unsupported },
	{ "switch", unsupported },
	{ "set", unsupported },
	{ "unset", unsupported },
	{ "define", unsupported },
	{ "eval", unsupported },
	{ "execute", unsupported },
	{ "log", unsupported },
	{ "add", unsupported },
	{ "return", unsupported },
	{ "break", unsupported },
	{ "parse-vendor-option", unsupported },
	{ "alias", ignore },
	{ "lease", ignore },
	{ "reject", ignore },
	{ "media", ignore },
	{ "hardware", ignore },
	{ "anycast-mac", ignore },
	{ "vendor", ignore },
	{ "key", ignore },
	{ "zone", ignore },
	{ "omapi", ignore },
	{ "do-forward-updates", ignore },
	{ "db-time-format", ignore },
	{ "retry", ignore },
	{ "reboot", ignore },
	{ "select-timeout", ignore },
	{ "backoff-cutoff", ignore },
	{ "initial-interval", ignore },
	{ "initial-delay", ignore },
	{ "prefer", ignore },
	{ "dont", ignore },
	{ "ignore", ignore },
	{ "accept", ignore },
};

static bool read_common(struct parser *p)
{
	for (size_t i = 0; i < WORDS(statements); i++)
		if (lex_is(&p->lex, statements[i].word))
			return statements[i].read(p);
	return wrong(p, "expected a statement");
}

static bool read_interface(struct parser *p)
{
	struct conf_scope *scope;
	struct place place;
	char name[IFNAMSIZ];

	lex_next(&p->lex);
	if (!copy_string(&p->lex, name, sizeof(name)))
		return wrong(p, "expected the name of an interface in quotation marks");
	place = here(p);
	lex_next(&p->lex);
	if (!lex_is(&p->lex, "{"))
		return wrong(p, "expected { after the name of the interface");
	scope = open_scope(p->conf, name);
	if (!scope) {
		tell_at(p, place, CONF_ERROR, "more interface blocks than there is room for");
		return false;
	}
	lex_next(&p->lex);
	p->scope = scope;
	while (!lex_is(&p->lex, "}") && p->lex.token.kind != LEX_END)
		if (!lex_take(&p->lex, ";") && !read_common(p))
			lex_skip_statement(&p->lex);
	p->scope = &p->conf->all;
	if (!lex_take(&p->lex, "}"))
		wrong(p, "expected } at the end of the interface block");
	return true;
}

static bool read_statement(struct parser *p)
{
	if (lex_take(&p->lex, ";"))
		return true;
	if (lex_is(&p->lex, "}")) {
		wrong(p, "} without {");
		lex_next(&p->lex);
		return true;
	}
	return p->scope == &p->conf->all && lex_is(&p->lex, "interface") ? read_interface(p)
									 : read_common(p);
}

static void read_file(struct parser *p)
{
	while (p->lex.token.kind != LEX_END)
		if (!read_statement(p))
			lex_skip_statement(&p->lex);
}

void conf_init(struct conf *conf)
{
	memset(conf, 0, sizeof(*conf));
	conf->timeout = 60;
	conf->script_timeout = 60;
	dictionary_init(&conf->dictionary);
	conf->all.router_timeout = 10;
	conf->all.n_request = 2;
	conf->all.request[0] = OPTION_DNS_SERVERS;
	conf->all.request[1] = OPTION_DOMAIN_LIST;
}

bool conf_parse(struct conf *conf, const char *file, const char *text, size_t size,
		const struct conf_host *host)
{
	struct parser p = {
		.conf = conf, .scope = &conf->all, .file = file, .host = host, .good = true
	};

	lex_init(&p.lex, text, size);
	read_file(&p);
	return p.good;
}

const struct conf_scope *conf_scope(const struct conf *conf, const char *interface)
{
	for (uint8_t i = 0; i < conf->n_interfaces; i++)
		if (strcmp(conf->interface[i].interface, interface) == 0)
			return &conf->interface[i];
	return &conf->all;
}
