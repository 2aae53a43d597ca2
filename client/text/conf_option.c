/* SPDX-License-Identifier: MPL-2.0 */
#include <string.h>
#include <strings.h>

#include "core/proto.h"
#include "text/conf_inner.h"
#include "text/expression.h"
#include "text/outgoing.h"
#include "text/value.h"

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

/* = EXPRESSION, up to the semicolon, which becomes the current token. */
static bool compute(struct parser *p, struct cursor *value)
{
	enum expression_result result;

	lex_next(&p->lex);
	result = expression_read(&p->lex, p->host ? p->host->hostname : NULL, value);
	if (result == EXPRESSION_UNSUPPORTED) {
		tell(p, CONF_UNSUPPORTED, "this expression is not supported, ignoring");
		return false;
	}
	if (result == EXPRESSION_WRONG)
		return wrong(p, "expected an expression");
	if (value->bad)
		return wrong(p, "expected a shorter value");
	return lex_is(&p->lex, ";") || wrong(p, "expected ; after the expression");
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

/*
 * The value of an option, computed or of its type, up to the semicolon, which becomes the current
 * token. What is wrong with a value of its type comes out in `error`.
 */
static bool read_data(struct parser *p, const struct option_type *type, struct cursor *value,
		      const char **error)
{
	const char *text = NULL;
	size_t size = 0;

	*error = NULL;
	if (lex_is(&p->lex, "="))
		return compute(p, value);
	if (!find_value(p, &text, &size))
		return false;
	if (!value_parse_as(value, type->format, text, size))
		*error = "expected a value of this option's type";
	return true;
}

/* A list of codes while it is being read. */
struct codes {
	uint8_t n;
	uint16_t code[MESSAGE_ORO];
	bool noted; /* that there are names of DHCPv4 among them */
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
		if (!codes->noted)
			tell(p, CONF_IGNORED, "options for DHCPv4 only, ignoring them");
		codes->noted = true;
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

bool read_request(struct parser *p)
{
	return read_list(p, false);
}

/* require authentication; is another statement than require a, b; */
bool read_require(struct parser *p)
{
	lex_next(&p->lex);
	while (p->lex.token.kind == LEX_WORD) {
		if (is_of_dhcp6(p))
			return unsupported(p);
		lex_next(&p->lex);
		if (!lex_take(&p->lex, ","))
			break;
	}
	return lex_is(&p->lex, ";") ? ignore(p) : wrong(p, "expected the name of an option");
}

bool read_also(struct parser *p)
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

static bool set_flag(struct parser *p, bool *flag)
{
	if (!take_semicolon(p, "expected ; because this option has no value"))
		return false;
	*flag = true;
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

/* send dhcp6.client-id = EXPRESSION; and the like */
static bool send_computed(struct parser *p, const struct option_type *type)
{
	uint8_t bytes[OPTIONS_SIZE];
	struct cursor value = cursor_writer(bytes, sizeof(bytes));
	struct place place = here(p);
	struct duid duid = { 0 };
	const char *error = NULL;

	outgoing_begin(&value, type);
	if (!compute(p, &value))
		return false;
	if (type->code != OPTION_CLIENTID || strcmp(type->space->name, "dhcp6") != 0)
		error = outgoing_put(&p->scope->send, &p->conf->dictionary, type, &value);
	else if (duid_set(&duid, bytes, value.at))
		p->scope->client_id = duid;
	else
		error = "expected a DUID of 3 to 130 octets";
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
		tell_at(p, name, CONF_UNSUPPORTED,
			"the client itself decides on this option, ignoring");
		return false;
	}
	if (type->format[0] != 'Z' && lex_is(&p->lex, "="))
		return send_computed(p, type);
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

/* send fqdn.fqdn = gethostname(); */
static bool compute_name(struct parser *p, struct fqdn *fqdn)
{
	char bytes[FQDN_LABELS];
	struct cursor value = cursor_writer(bytes, sizeof(bytes));
	struct place place = here(p);

	if (!compute(p, &value))
		return false;
	if (fqdn_set_name(fqdn, bytes, value.at))
		send_fqdn(p, fqdn);
	else
		tell_at(p, place, CONF_ERROR, "the value of this expression is no domain name");
	lex_next(&p->lex);
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
	if (!flag && lex_is(&p->lex, "="))
		return compute_name(p, &fqdn);
	/* `encoded` says how the name is written in DHCPv4; here it is always in labels. */
	if (flag)
		return read_switch(p, flag) && send_fqdn(p, &fqdn);
	if (p->lex.token.kind != LEX_STRING ||
	    !fqdn_set_name(&fqdn, p->lex.token.text, p->lex.token.size))
		return wrong(p, "expected a domain name in quotation marks");
	lex_next(&p->lex);
	return take_semicolon(p, "expected ; after the name") && send_fqdn(p, &fqdn);
}

bool read_send(struct parser *p)
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

/*
 * What has come is altered before the script is told of it, as far as it stands in the space dhcp6
 * itself.
 */
static bool read_modifier(struct parser *p, enum modifier_kind kind)
{
	uint8_t bytes[OPTIONS_SIZE];
	struct cursor value = cursor_writer(bytes, sizeof(bytes));
	struct option_type type;
	struct place place;
	const char *error;

	lex_next(&p->lex);
	lex_take(&p->lex, "option");
	if (p->lex.token.kind != LEX_WORD)
		return wrong(p, "expected the name of an option");
	if (!is_of_dhcp6(p))
		return ignore(p);
	if (!lex_is_dhcp6(&p->lex))
		return unsupported(p);
	if (!dictionary_by_name(&p->conf->dictionary, p->lex.token.text, &type))
		return wrong(p, "no option of DHCPv6 has this name");
	lex_next(&p->lex);
	place = here(p);
	if (!read_data(p, &type, &value, &error))
		return false;
	if (!error && (value.bad || !modifiers_add(&p->scope->modifiers, kind, (uint16_t)type.code,
						   bytes, value.at)))
		error = "more values than there is room for";
	if (error)
		tell_at(p, place, CONF_ERROR, error);
	lex_next(&p->lex);
	return true;
}

bool read_default(struct parser *p)
{
	return read_modifier(p, MODIFIER_DEFAULT);
}

bool read_supersede(struct parser *p)
{
	return read_modifier(p, MODIFIER_SUPERSEDE);
}

bool read_prepend(struct parser *p)
{
	return read_modifier(p, MODIFIER_PREPEND);
}

bool read_append(struct parser *p)
{
	return read_modifier(p, MODIFIER_APPEND);
}

/* option NAME code N = type; and option space NAME; */
bool read_definition(struct parser *p)
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
