/* SPDX-License-Identifier: MPL-2.0 */
#include "text/conf.h"

#include <string.h>
#include <strings.h>

#include "core/proto.h"
#include "text/lex.h"
#include "text/outgoing.h"

#define SOURCE_MAX 512 /* octets of a line that are shown */

/* Where a diagnostic points to. */
struct place {
	unsigned int line;
	unsigned int column;
	size_t line_start;
};

#define WORDS(array) (sizeof(array) / sizeof((array)[0]))

struct parser {
	struct lex lex;
	struct conf *conf;
	struct conf_scope *scope; /* whose block we are in */
	const char *file;
	conf_report *report;
	void *context;
	unsigned int told[CONF_IGNORED + 1];
	bool good;
};

static struct place here(const struct parser *p)
{
	const struct lex_token *token = &p->lex.token;

	return (struct place){ token->line, token->column, token->line_start };
}

static void tell_at(struct parser *p, struct place place, enum conf_severity severity,
		    const char *message)
{
	struct conf_diagnostic d = { .severity = severity,
				     .file = p->file,
				     .line = place.line,
				     .column = place.column,
				     .message = message,
				     .source = p->lex.text + place.line_start };

	if (severity != CONF_IGNORED)
		p->good = false;
	if (p->told[severity] == CONF_REPORTS)
		return;
	p->told[severity]++;
	while (place.line_start + d.source_size < p->lex.size && d.source_size < SOURCE_MAX &&
	       d.source[d.source_size] != '\n')
		d.source_size++;
	if (place.column > SOURCE_MAX)
		d.source_size = 0;
	if (p->report)
		p->report(p->context, &d);
}

static void tell(struct parser *p, enum conf_severity severity, const char *message)
{
	tell_at(p, here(p), severity, message);
}

/*
 * The current token is not what it should be. As with all functions below that
 * return bool, false leaves the rest of the statement to be passed over.
 */
static bool wrong(struct parser *p, const char *message)
{
	tell(p, CONF_ERROR, p->lex.token.kind == LEX_BAD ? p->lex.token.why : message);
	return false;
}

static bool ignore(struct parser *p)
{
	tell(p, CONF_IGNORED, "for DHCPv4 only, ignoring");
	return false;
}

static bool unbuilt(struct parser *p)
{
	tell(p, CONF_UNBUILT, "not built in this version, ignoring");
	return false;
}

static bool computed(struct parser *p)
{
	tell(p, CONF_UNBUILT, "values to be computed are not built in this version");
	return false;
}

static bool take_semicolon(struct parser *p, const char *message)
{
	return lex_take(&p->lex, ";") || wrong(p, message);
}

static bool is_fqdn(const struct parser *p)
{
	return strncasecmp(p->lex.token.text, "fqdn.", 5) == 0;
}

/* Does the current word name something that DHCPv6 knows? */
static bool is_of_dhcp6(const struct parser *p)
{
	const char *text = p->lex.token.text;

	return is_fqdn(p) || (strchr(text, '.') && dictionary_space(&p->conf->dictionary, text));
}

/* router-timeout 10; */
static bool read_seconds(struct parser *p, unsigned int *seconds)
{
	uint64_t value;

	lex_next(&p->lex);
	if (!lex_number(&p->lex, UINT32_MAX, &value) || value == 0)
		return wrong(p, "expected a number of seconds");
	lex_next(&p->lex);
	if (!take_semicolon(p, "expected ; after the number"))
		return false;
	*seconds = (unsigned int)value;
	return true;
}

/* timeout 60; */
static bool read_seconds_for_all(struct parser *p, unsigned int *seconds)
{
	if (p->scope == &p->conf->all)
		return read_seconds(p, seconds);
	tell(p, CONF_UNBUILT, "not built for a single interface in this version, ignoring");
	return false;
}

static bool read_timeout(struct parser *p)
{
	return read_seconds_for_all(p, &p->conf->timeout);
}

static bool read_script_timeout(struct parser *p)
{
	return read_seconds_for_all(p, &p->conf->script_timeout);
}

static bool read_router_timeout(struct parser *p)
{
	return read_seconds(p, &p->scope->router_timeout);
}

/* One of `n` words behind the statement's own, then the semicolon. */
static bool read_choice(struct parser *p, const char *const words[], unsigned int n,
			unsigned int *choice, const char *expected)
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

/* on; as ISC says it, or yes; */
static bool read_switch(struct parser *p, bool *on)
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

/* A string that fits and can be handed to the kernel. */
static bool copy_string(const struct lex *lex, char *to, size_t size)
{
	const struct lex_token *token = &lex->token;

	if (token->kind != LEX_STRING || token->size == 0 || token->size >= size ||
	    memchr(token->text, '\0', token->size))
		return false;
	memcpy(to, token->text, token->size + 1);
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

/* A list of codes while it is being read. */
struct codes {
	uint8_t n;
	uint16_t code[MESSAGE_ORO];
};

static bool add_code(struct codes *codes, uint16_t code)
{
	for (uint8_t i = 0; i < codes->n; i++)
		if (codes->code[i] == code)
			return true;
	if (codes->n == MESSAGE_ORO)
		return false;
	codes->code[codes->n++] = code;
	return true;
}

/*
 * One name of a list. Those of other spaces are for DHCPv4, which may share the
 * file. A name that is not known costs itself; ISC loses the whole list for it.
 */
static bool read_name(struct parser *p, struct codes *codes)
{
	struct option_type type;

	if (p->lex.token.kind != LEX_WORD)
		return wrong(p, "expected the name of an option");
	if (!lex_is_dhcp6(&p->lex)) {
		lex_next(&p->lex);
		return true;
	}
	if (dictionary_by_name(&p->conf->dictionary, p->lex.token.text, &type)) {
		if (!add_code(codes, (uint16_t)type.code))
			wrong(p, "more options than an Option Request can have here");
	} else {
		wrong(p, "no option of DHCPv6 has this name, the others count");
	}
	lex_next(&p->lex);
	return true;
}

/* a, b; */
static bool read_names(struct parser *p, struct codes *codes)
{
	if (lex_take(&p->lex, ";"))
		return true;
	do {
		if (!read_name(p, codes))
			return false;
	} while (lex_take(&p->lex, ","));
	return take_semicolon(p, "expected , or ; after the name of an option");
}

static bool read_list(struct parser *p, bool append)
{
	struct conf_scope *scope = p->scope;
	struct codes codes = { 0 };

	if (append) {
		codes.n = scope->n_request;
		memcpy(codes.code, scope->request, sizeof(codes.code));
	}
	lex_next(&p->lex);
	if (!read_names(p, &codes))
		return false;
	scope->n_request = codes.n;
	memcpy(scope->request, codes.code, sizeof(codes.code));
	return true;
}

static bool read_request(struct parser *p)
{
	return read_list(p, false);
}

/* require authentication; is another statement than require a, b; */
static bool read_require(struct parser *p)
{
	lex_next(&p->lex);
	while (p->lex.token.kind == LEX_WORD) {
		if (is_of_dhcp6(p))
			return unbuilt(p);
		lex_next(&p->lex);
		if (!lex_take(&p->lex, ","))
			break;
	}
	return lex_is(&p->lex, ";") ? ignore(p) : wrong(p, "expected the name of an option");
}

static bool read_also(struct parser *p)
{
	lex_next(&p->lex);
	if (lex_is(&p->lex, "request"))
		return read_list(p, true);
	if (lex_is(&p->lex, "require"))
		return read_require(p);
	return wrong(p, "expected request or require after also");
}

static bool read_client_id(struct parser *p)
{
	struct duid duid = { 0 };
	uint8_t bytes[DUID_MAX];
	size_t size;

	if (!lex_octets(&p->lex, bytes, sizeof(bytes), &size) || !duid_set(&duid, bytes, size))
		return wrong(p, "expected a DUID of 3 to 130 octets, in hex or as a string");
	lex_next(&p->lex);
	if (!take_semicolon(p, "expected ; after the DUID"))
		return false;
	p->scope->client_id = duid;
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

static bool set_flag(struct parser *p, bool *flag)
{
	if (!take_semicolon(p, "expected ; because this option has no value"))
		return false;
	*flag = true;
	return true;
}

/* The text up to the semicolon, which becomes the current token. */
static bool find_value(struct parser *p, const char **text, size_t *size)
{
	size_t start = p->lex.token.start;
	size_t end = start;

	for (; !lex_is(&p->lex, ";"); lex_next(&p->lex)) {
		if (p->lex.token.kind == LEX_END || p->lex.token.kind == LEX_BAD ||
		    lex_is(&p->lex, "{") || lex_is(&p->lex, "}"))
			return wrong(p, "expected ; after the value");
		end = p->lex.token.end;
	}
	*text = p->lex.text + start;
	*size = end - start;
	return true;
}

static bool read_value(struct parser *p, const struct option_type *type)
{
	struct place place = here(p);
	const char *text = NULL;
	const char *error;
	size_t size = 0;

	if (!find_value(p, &text, &size))
		return false;
	error = outgoing_parse(&p->scope->send, &p->conf->dictionary, type, text, size);
	if (error)
		tell_at(p, place, CONF_ERROR, error);
	lex_next(&p->lex);
	return true;
}

/* Options that only the exchange itself can fill in. */
static bool is_of_exchange(uint16_t code)
{
	switch (code) {
	case OPTION_SERVERID:
	case OPTION_IA_NA:
	case OPTION_IA_TA:
	case OPTION_IAADDR:
	case OPTION_ORO:
	case OPTION_PREFERENCE:
	case OPTION_ELAPSED_TIME:
	case OPTION_RELAY_MSG:
	case OPTION_AUTH:
	case OPTION_UNICAST:
	case OPTION_STATUS_CODE:
	case OPTION_INTERFACE_ID:
	case OPTION_RECONF_MSG:
	case OPTION_IA_PD:
	case OPTION_IAPREFIX:
	case OPTION_SOL_MAX_RT:
	case OPTION_INF_MAX_RT:
		return true;
	default:
		return false;
	}
}

/* What stands behind the name of an option that is to be sent. */
static bool read_send_value(struct parser *p, const struct option_type *type, struct place name)
{
	bool dhcp6 = strcmp(type->space->name, "dhcp6") == 0;

	if (dhcp6 && is_of_exchange((uint16_t)type->code)) {
		tell_at(p, name, CONF_ERROR, "the client itself decides on this option");
		return false;
	}
	if (lex_is(&p->lex, "="))
		return computed(p);
	switch (dhcp6 ? type->code : 0) {
	case OPTION_CLIENTID:
		return read_client_id(p);
	case OPTION_RAPID_COMMIT:
		return set_flag(p, &p->scope->rapid_commit);
	case OPTION_RECONF_ACCEPT:
		return set_flag(p, &p->scope->reconfigure);
	default:
		return read_value(p, type);
	}
}

/* Once there is a name, each statement makes the option anew: their order does not matter. */
static bool send_fqdn(struct parser *p, const struct fqdn *fqdn)
{
	uint8_t bytes[1 + FQDN_LABELS];
	struct cursor data = cursor_writer(bytes, sizeof(bytes));

	p->scope->fqdn = *fqdn;
	fqdn_put(&data, fqdn);
	if (fqdn->named && !options_replace(&p->scope->send, OPTION_CLIENT_FQDN, bytes, data.at, 0))
		tell(p, CONF_ERROR, "more options to send than there is room for");
	return true;
}

/* send fqdn.fqdn "host.example.com."; fqdn.server-update on; fqdn.no-client-update on; */
static bool read_fqdn(struct parser *p)
{
	struct fqdn fqdn = p->scope->fqdn;
	const char *name = strchr(p->lex.token.text, '.') + 1;
	bool encoded;
	bool *flag = strcasecmp(name, "server-update") == 0	 ? &fqdn.server_update
		     : strcasecmp(name, "no-client-update") == 0 ? &fqdn.no_client_update
		     : strcasecmp(name, "encoded") == 0		 ? &encoded
								 : NULL;

	if (!flag && strcasecmp(name, "fqdn") != 0)
		return wrong(p, "expected fqdn.fqdn, encoded, server-update or no-client-update");
	lex_next(&p->lex);
	if (lex_is(&p->lex, "="))
		return computed(p);
	/* `encoded` says how the name is written in DHCPv4; here it is always in labels. */
	if (flag)
		return read_switch(p, flag) && send_fqdn(p, &fqdn);
	if (p->lex.token.kind != LEX_STRING ||
	    !fqdn_set_name(&fqdn, p->lex.token.text, p->lex.token.size))
		return wrong(p, "expected a domain name in quotation marks");
	lex_next(&p->lex);
	return take_semicolon(p, "expected ; after the name") && send_fqdn(p, &fqdn);
}

static bool read_send(struct parser *p)
{
	struct option_type type;
	struct place name;

	lex_next(&p->lex);
	lex_take(&p->lex, "option");
	if (p->lex.token.kind != LEX_WORD)
		return wrong(p, "expected the name of an option");
	if (!is_of_dhcp6(p))
		return ignore(p);
	if (is_fqdn(p))
		return read_fqdn(p);
	if (!dictionary_by_name(&p->conf->dictionary, p->lex.token.text, &type))
		return wrong(p, "no option of DHCPv6 has this name");
	name = here(p);
	lex_next(&p->lex);
	return read_send_value(p, &type, name);
}

/* default, supersede, prepend and append */
static bool read_modifier(struct parser *p)
{
	lex_next(&p->lex);
	lex_take(&p->lex, "option");
	if (p->lex.token.kind != LEX_WORD)
		return wrong(p, "expected the name of an option");
	return is_of_dhcp6(p) ? unbuilt(p) : ignore(p);
}

/* option NAME code N = type; and option space NAME; */
static bool read_definition(struct parser *p)
{
	const char *error;

	lex_next(&p->lex);
	if (p->lex.token.kind != LEX_WORD)
		return wrong(p, "expected the name of an option");
	if (!is_of_dhcp6(p) && !lex_is(&p->lex, "space"))
		return ignore(p);
	if (p->scope != &p->conf->all)
		return wrong(p, "options are defined outside of interface blocks");
	error = dictionary_read(&p->conf->dictionary, &p->lex);
	if (!error)
		return take_semicolon(p, "expected ; after the definition");
	wrong(p, error);
	lex_skip_statement(&p->lex);
	/* No block is open here: that was the end of a record. */
	if (lex_take(&p->lex, "}"))
		lex_skip_statement(&p->lex);
	return true;
}

/* if … { … } elsif … { … } else { … } */
static bool read_if(struct parser *p)
{
	unbuilt(p);
	do {
		lex_skip_statement(&p->lex);
	} while (lex_is(&p->lex, "elsif") || lex_is(&p->lex, "else"));
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

/* What can stand in an interface block: all but another one. */
static const struct {
	const char *word;
	bool (*read)(struct parser *p);
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
	{ "default", read_modifier },
	{ "supersede", read_modifier },
	{ "prepend", read_modifier },
	{ "append", read_modifier },
	{ "option", read_definition },
	{ "include", unbuilt },
	{ "pseudo", unbuilt },
	{ "lease-id-format", unbuilt },
	{ "if", read_if },
	{ "on", unbuilt },
	{ "switch", unbuilt },
	{ "set", unbuilt },
	{ "unset", unbuilt },
	{ "define", unbuilt },
	{ "eval", unbuilt },
	{ "execute", unbuilt },
	{ "log", unbuilt },
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
	return lex_is(&p->lex, "interface") ? read_interface(p) : read_common(p);
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
		conf_report *report, void *context)
{
	struct parser p = { .conf = conf,
			    .scope = &conf->all,
			    .file = file,
			    .report = report,
			    .context = context,
			    .good = true };

	lex_init(&p.lex, text, size);
	while (p.lex.token.kind != LEX_END)
		if (!read_statement(&p))
			lex_skip_statement(&p.lex);
	return p.good;
}

const struct conf_scope *conf_scope(const struct conf *conf, const char *interface)
{
	for (uint8_t i = 0; i < conf->n_interfaces; i++)
		if (strcmp(conf->interface[i].interface, interface) == 0)
			return &conf->interface[i];
	return &conf->all;
}
