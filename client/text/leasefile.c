/* SPDX-License-Identifier: MPL-2.0 */
#include "text/leasefile.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

#include "core/message.h"
#include "core/option.h"
#include "core/proto.h"
#include "text/text.h"
#include "text/value.h"

struct reader {
	struct lex *lex;
	struct leasefile_item *item;
	size_t depth; /* braces open */
	uint8_t ia;   /* index into lease.ia, or NO_IA */
	struct ia_times ia_times;
	struct binding binding; /* the one being read */
};

#define NO_IA UINT8_MAX

static void damage(struct leasefile_item *item, unsigned int line, const char *reason)
{
	item->kind = LEASEFILE_DAMAGED;
	item->line = line;
	item->reason = reason;
}

/* The current token is not what it should be. */
static bool fail(struct reader *r, const char *reason)
{
	const struct lex_token *token = &r->lex->token;

	if (token->kind == LEX_BAD)
		reason = token->why;
	else if (token->kind == LEX_END)
		reason = "cut off at the end of the file";
	damage(r->item, token->line, reason);
	return false;
}

/* Where a new item begins for certain: these words are indented in no file but stand in column 1.
 */
static bool at_item(const struct lex *lex)
{
	return lex->token.column == 1 && (lex_is(lex, "lease6") || lex_is(lex, "default-duid"));
}

/*
 * With `depth` 0 passes over a statement, else over all that is left of so many
 * blocks; in either case not beyond the item.
 */
static void pass_over(struct lex *lex, size_t depth)
{
	for (; lex->token.kind != LEX_END && !at_item(lex); lex_next(lex)) {
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

/* { statements } */
static bool read_block(struct reader *r, bool (*read_statement)(struct reader *r))
{
	struct lex *lex = r->lex;

	if (!lex_take(lex, "{"))
		return fail(r, "expected {");
	r->depth++;
	while (!lex_is(lex, "}")) {
		if (lex->token.kind == LEX_END || at_item(lex))
			return fail(r, "a record without its end");
		if (!read_statement(r))
			return false;
	}
	r->depth--;
	r->item->end = lex->token.end;
	lex_next(lex);
	return true;
}

/* The number behind a keyword, and the semicolon. */
static bool read_number(struct reader *r, uint64_t max, uint64_t *value)
{
	lex_next(r->lex);
	if (!lex_number(r->lex, max, value))
		return fail(r, "expected a number");
	lex_next(r->lex);
	return lex_take(r->lex, ";") || fail(r, "expected ; after the number");
}

static bool read_epoch(struct reader *r, struct stamp *starts)
{
	uint64_t value;

	if (!read_number(r, INT64_MAX, &value))
		return false;
	starts->epoch = (int64_t)value;
	return true;
}

static bool read_seconds(struct reader *r, uint32_t *seconds)
{
	uint64_t value;

	if (!read_number(r, UINT32_MAX, &value))
		return false;
	*seconds = (uint32_t)value;
	return true;
}

/*
 * The text from the current token to the semicolon; false when there is none.
 * A string without its end has swallowed the semicolon: its line is the statement then.
 */
static bool read_value(struct lex *lex, const char **text, size_t *size)
{
	size_t start = lex->token.start;
	size_t end = start;

	*text = lex->text + start;
	for (; !lex_is(lex, ";"); lex_next(lex)) {
		if (lex->token.kind == LEX_END || lex_is(lex, "}") || at_item(lex))
			return false;
		end = lex->token.end;
		if (lex->token.kind == LEX_BAD && (end == lex->size || lex->text[end] == '\n')) {
			lex_next(lex);
			return false;
		}
	}
	lex_next(lex);
	*size = end - start;
	return end > start;
}

static bool read_lifetime(struct reader *r)
{
	struct lifetimes *times = &r->binding.times;

	if (lex_is(r->lex, "starts"))
		return read_epoch(r, &times->starts);
	if (lex_is(r->lex, "preferred-life"))
		return read_seconds(r, &times->preferred);
	if (lex_is(r->lex, "max-life"))
		return read_seconds(r, &times->valid);
	pass_over(r->lex, 0);
	return true;
}

/* The excluded prefix (RFC 6603), which goes with its prefix in all that is sent (C-PDX-5). */
static void read_exclude(struct reader *r)
{
	struct binding *binding = &r->binding;
	uint8_t bytes[OPTIONS_SIZE];
	struct cursor data = cursor_writer(bytes, sizeof(bytes));
	const char *text;
	size_t size;

	lex_next(r->lex);
	if (read_value(r->lex, &text, &size) && value_parse(&data, OPTION_PD_EXCLUDE, text, size) &&
	    !data.bad)
		message_get_exclude(cursor_reader(bytes, data.at), &binding->addr,
				    binding->prefix_len, &binding->exclude, &binding->exclude_len);
}

static bool read_prefix_statement(struct reader *r)
{
	uint16_t code;

	if (!lex_is(r->lex, "option"))
		return read_lifetime(r);
	lex_next(r->lex);
	if (lex_option(r->lex, &code) && code == OPTION_PD_EXCLUDE)
		read_exclude(r);
	else
		pass_over(r->lex, 0);
	return true;
}

/* "2001:db8::/56", or without a length for an address. */
static bool read_prefix(struct reader *r, bool is_prefix, struct binding *binding)
{
	char text[INET6_ADDRSTRLEN];
	const struct lex_token *token = &r->lex->token;
	size_t size = strcspn(token->text, "/");
	const char *slash = token->text + size;
	unsigned int length = 0;

	if (token->kind != LEX_WORD || size >= sizeof(text) || (*slash == '/') != is_prefix)
		return false;
	memcpy(text, token->text, size);
	text[size] = '\0';
	if (inet_pton(AF_INET6, text, &binding->addr) != 1)
		return false;
	if (!is_prefix) {
		binding->prefix_len = 128;
		return true;
	}
	if (slash[1] == '\0' || strlen(slash) > 4 || slash[1 + strspn(slash + 1, "0123456789")])
		return false;
	for (const char *c = slash + 1; *c != '\0'; c++)
		length = length * 10 + (unsigned int)(*c - '0');
	binding->prefix_len = (uint8_t)(length <= 128 ? length : 0);
	return length <= 128;
}

/* What was noted last counts; :: is a wish that was stored, not something to hold. */
static void add_binding(struct reader *r)
{
	struct lease *lease = &r->item->lease;
	struct binding *held = lease_find(lease, &r->binding.addr, r->binding.prefix_len);

	if (r->ia == NO_IA || IN6_IS_ADDR_UNSPECIFIED(&r->binding.addr))
		return;
	if (!held && lease->n_bindings == LEASE_BINDINGS)
		return;
	if (!held)
		held = &lease->binding[lease->n_bindings++];
	*held = r->binding;
}

/* iaaddr 2001:db8::1 { ... } and iaprefix 2001:db8::/56 { ... } */
static bool read_binding(struct reader *r, bool is_prefix)
{
	/* A delegated prefix has no DAD to wait for (dad.h). */
	r->binding =
		(struct binding){ .ia = r->ia, .dad.state = is_prefix ? DAD_UNIQUE : DAD_WAITING };
	lex_next(r->lex);
	if (!read_prefix(r, is_prefix, &r->binding))
		return fail(r, is_prefix ? "expected a prefix" : "expected an IPv6 address");
	lex_next(r->lex);
	if (!read_block(r, is_prefix ? read_prefix_statement : read_lifetime))
		return false;
	add_binding(r);
	return true;
}

/* Temporary addresses are not renewed: their IA has a start and no T1 or T2. */
static bool read_ia_ta(struct reader *r)
{
	if (lex_is(r->lex, "iaaddr"))
		return read_binding(r, false);
	if (lex_is(r->lex, "starts"))
		return read_epoch(r, &r->ia_times.starts);
	pass_over(r->lex, 0);
	return true;
}

static bool read_ia_times(struct reader *r)
{
	if (lex_is(r->lex, "starts"))
		return read_epoch(r, &r->ia_times.starts);
	if (lex_is(r->lex, "renew"))
		return read_seconds(r, &r->ia_times.t1);
	if (lex_is(r->lex, "rebind"))
		return read_seconds(r, &r->ia_times.t2);
	pass_over(r->lex, 0);
	return true;
}

static bool read_ia_na(struct reader *r)
{
	return lex_is(r->lex, "iaaddr") ? read_binding(r, false) : read_ia_times(r);
}

static bool read_ia_pd(struct reader *r)
{
	return lex_is(r->lex, "iaprefix") ? read_binding(r, true) : read_ia_times(r);
}

/*
 * ISC writes an IAID whose four octets are all printable as they are between
 * quotation marks, even when they are quotation marks or backslashes themselves: ia-na ""3DU" {
 */
static bool read_raw_iaid(struct lex *lex, uint8_t octets[static 4])
{
	size_t start = lex->token.start + 1;
	size_t at = start + 5;

	if (at > lex->size || lex->text[start - 1] != '"' || lex->text[start + 4] != '"')
		return false;
	for (size_t i = start; i < start + 4; i++)
		if (lex->text[i] < ' ' || lex->text[i] > '~')
			return false;
	while (at < lex->size && lex->text[at] == ' ')
		at++;
	if (at == lex->size || lex->text[at] != '{')
		return false;
	memcpy(octets, lex->text + start, 4);
	lex_seek(lex, at);
	return true;
}

static bool read_iaid(struct lex *lex, uint32_t *iaid)
{
	uint8_t octets[4];
	size_t size = 0;

	if (!read_raw_iaid(lex, octets)) {
		if (!lex_octets(lex, octets, sizeof(octets), &size) || size != sizeof(octets))
			return false;
		lex_next(lex);
	}
	*iaid = (uint32_t)octets[0] << 24 | (uint32_t)octets[1] << 16 | (uint32_t)octets[2] << 8 |
		octets[3];
	return true;
}

static bool read_ia(struct reader *r, uint16_t type, bool (*read_statement)(struct reader *r))
{
	struct lease *lease = &r->item->lease;
	uint32_t iaid;
	struct ia *ia;

	lex_next(r->lex);
	if (!read_iaid(r->lex, &iaid))
		return fail(r, "expected an IAID");
	r->ia = NO_IA;
	if (lease_want(lease, type, iaid))
		r->ia = (uint8_t)(lease_find_ia(lease, type, iaid) - lease->ia);
	r->ia_times = (struct ia_times){ 0 };
	if (!read_block(r, read_statement))
		return false;
	if (r->ia == NO_IA)
		return true;
	ia = &lease->ia[r->ia];
	ia->granted = true;
	ia->times = r->ia_times;
	return true;
}

static bool read_interface(struct reader *r)
{
	const struct lex_token *token = &r->lex->token;

	lex_next(r->lex);
	if (token->kind != LEX_STRING || token->size == 0 || token->size >= IFNAMSIZ ||
	    memchr(token->text, '\0', token->size))
		return fail(r, "expected the name of an interface in quotation marks");
	memcpy(r->item->interface, token->text, token->size + 1);
	lex_next(r->lex);
	return lex_take(r->lex, ";") || fail(r, "expected ; after the name of the interface");
}

static bool read_flag(struct reader *r)
{
	lex_next(r->lex);
	r->item->lease.released = true;
	return lex_take(r->lex, ";") || fail(r, "expected ; after released");
}

/* Options that are part of the exchange itself and are no part of a lease. */
static bool is_of_exchange(uint16_t code)
{
	switch (code) {
	case OPTION_CLIENTID:
	case OPTION_SERVERID:
	case OPTION_IA_NA:
	case OPTION_IA_TA:
	case OPTION_IAADDR:
	case OPTION_ORO:
	case OPTION_PREFERENCE:
	case OPTION_ELAPSED_TIME:
	case OPTION_RELAY_MSG:
	case OPTION_AUTH:
	case OPTION_STATUS_CODE:
	case OPTION_RAPID_COMMIT:
	case OPTION_RECONF_MSG:
	case OPTION_RECONF_ACCEPT:
	case OPTION_IA_PD:
	case OPTION_IAPREFIX:
		return true;
	default:
		return false;
	}
}

static void read_duid_option(struct reader *r, struct duid *duid)
{
	uint8_t bytes[DUID_MAX];
	size_t size;

	if (lex_octets(r->lex, bytes, sizeof(bytes), &size))
		duid_set(duid, bytes, size);
	pass_over(r->lex, 0);
}

/* An option that cannot be read is left out; the lease counts without it. */
static bool read_option(struct reader *r)
{
	uint8_t bytes[OPTIONS_SIZE];
	struct cursor data = cursor_writer(bytes, sizeof(bytes));
	const char *text;
	size_t size;
	uint16_t code;

	lex_next(r->lex);
	if (!lex_option(r->lex, &code)) {
		pass_over(r->lex, 0);
		return true;
	}
	lex_next(r->lex);
	if (code == OPTION_SERVERID)
		read_duid_option(r, &r->item->lease.server);
	else if (code == OPTION_CLIENTID)
		read_duid_option(r, &r->item->duid);
	else if (read_value(r->lex, &text, &size) && !is_of_exchange(code) &&
		 value_parse(&data, code, text, size) && !data.bad)
		options_add(&r->item->lease.options, code, bytes, data.at);
	return true;
}

static bool read_record(struct reader *r)
{
	struct lex *lex = r->lex;

	if (lex_is(lex, "interface"))
		return read_interface(r);
	if (lex_is(lex, "ia-na"))
		return read_ia(r, OPTION_IA_NA, read_ia_na);
	if (lex_is(lex, "ia-pd"))
		return read_ia(r, OPTION_IA_PD, read_ia_pd);
	if (lex_is(lex, "ia-ta"))
		return read_ia(r, OPTION_IA_TA, read_ia_ta);
	if (lex_is(lex, "released") || lex_is(lex, "abandoned"))
		return read_flag(r);
	if (lex_is(lex, "option"))
		return read_option(r);
	pass_over(lex, 0);
	return true;
}

/* True also for a record that is damaged but whole: nothing is left to be passed over. */
static bool read_lease(struct reader *r)
{
	struct leasefile_item *item = r->item;

	item->kind = LEASEFILE_LEASE;
	item->interface[0] = '\0';
	item->duid.size = 0;
	memset(&item->lease, 0, sizeof(item->lease));
	lex_next(r->lex);
	if (!read_block(r, read_record))
		return false;
	if (item->interface[0] == '\0')
		damage(item, item->line, "a record without an interface");
	return true;
}

static bool read_duid(struct reader *r)
{
	uint8_t bytes[DUID_MAX];
	size_t size;

	r->item->kind = LEASEFILE_DUID;
	lex_next(r->lex);
	if (!lex_octets(r->lex, bytes, sizeof(bytes), &size) ||
	    !duid_set(&r->item->duid, bytes, size))
		return fail(r, "expected a DUID");
	lex_next(r->lex);
	r->item->end = r->lex->token.end;
	return lex_take(r->lex, ";") || fail(r, "expected ; after the DUID");
}

/* To the next item, whatever stands before it; what is passed over is one damage. */
static bool read_garbage(struct reader *r)
{
	struct lex *lex = r->lex;

	fail(r, "expected lease6 or default-duid");
	while (lex->token.kind != LEX_END && !lex_is(lex, "lease6") &&
	       !lex_is(lex, "default-duid")) {
		r->item->end = lex->token.end;
		lex_next(lex);
	}
	return true;
}

/* A cut statement ends at the semicolon, a cut record with its braces. */
static void recover(struct reader *r)
{
	pass_over(r->lex, r->depth);
	r->item->end = r->lex->token.kind == LEX_END ? r->lex->size : r->lex->token.start;
}

void leasefile_next(struct lex *lex, struct leasefile_item *item)
{
	struct reader r = { .lex = lex, .item = item };
	bool whole;

	/* DHCPv4's leases and whatever else has a place in the file. */
	while ((lex->token.kind == LEX_WORD && !lex_is(lex, "lease6") &&
		!lex_is(lex, "default-duid")) ||
	       lex_is(lex, ";"))
		pass_over(lex, 0);
	item->kind = LEASEFILE_END;
	item->start = item->end = lex->token.start;
	item->line = lex->token.line;
	item->reason = NULL;
	if (lex->token.kind == LEX_END)
		return;
	if (lex_is(lex, "lease6"))
		whole = read_lease(&r);
	else if (lex_is(lex, "default-duid"))
		whole = read_duid(&r);
	else
		whole = read_garbage(&r);
	if (!whole)
		recover(&r);
}

/* As ISC writes it: printable ASCII as it is, all else in octal. */
static void put_quoted(struct cursor *out, const uint8_t *bytes, size_t size)
{
	put_u8(out, '"');
	for (size_t i = 0; i < size; i++) {
		if (bytes[i] < ' ' || bytes[i] > '~') {
			put_format(out, "\\%03o", bytes[i]);
			continue;
		}
		if (bytes[i] == '"' || bytes[i] == '\\')
			put_u8(out, '\\');
		put_u8(out, bytes[i]);
	}
	put_u8(out, '"');
}

void leasefile_put_duid(struct cursor *out, const struct duid *duid)
{
	put_text(out, "default-duid ");
	put_quoted(out, duid->bytes, duid->size);
	put_text(out, ";\n");
}

/* dhclient, which has no name for it, writes it as any option that it does not know. */
static void put_exclude(struct cursor *out, const struct binding *binding)
{
	uint8_t bytes[1 + sizeof(binding->exclude)];
	struct cursor data = cursor_writer(bytes, sizeof(bytes));

	if (binding->exclude_len <= binding->prefix_len || binding->exclude_len > 128)
		return;
	message_put_exclude(&data, binding->prefix_len, &binding->exclude, binding->exclude_len);
	put_format(out, "      option dhcp6.unknown-%d ", OPTION_PD_EXCLUDE);
	put_hex(out, bytes, data.at);
	put_text(out, ";\n");
}

static void put_binding(struct cursor *out, const struct binding *binding, bool is_prefix)
{
	put_text(out, is_prefix ? "    iaprefix " : "    iaaddr ");
	put_address_text(out, &binding->addr);
	if (is_prefix)
		put_format(out, "/%u", binding->prefix_len);
	put_text(out, " {\n");
	put_format(out, "      starts %" PRId64 ";\n", binding->times.starts.epoch);
	put_format(out, "      preferred-life %" PRIu32 ";\n", binding->times.preferred);
	put_format(out, "      max-life %" PRIu32 ";\n", binding->times.valid);
	if (is_prefix)
		put_exclude(out, binding);
	put_text(out, "    }\n");
}

static void put_ia(struct cursor *out, const struct lease *lease, unsigned int index)
{
	const struct ia *ia = &lease->ia[index];
	bool is_pd = ia->type == OPTION_IA_PD;
	bool is_ta = ia->type == OPTION_IA_TA;

	put_text(out, is_pd ? "  ia-pd " : is_ta ? "  ia-ta " : "  ia-na ");
	put_iaid(out, ia->iaid);
	put_text(out, " {\n");
	put_format(out, "    starts %" PRId64 ";\n", ia->times.starts.epoch);
	if (!is_ta) {
		put_format(out, "    renew %" PRIu32 ";\n", ia->times.t1);
		put_format(out, "    rebind %" PRIu32 ";\n", ia->times.t2);
	}
	for (unsigned int i = 0; i < lease->n_bindings; i++)
		if (lease->binding[i].ia == index)
			put_binding(out, &lease->binding[i], is_pd);
	put_text(out, "  }\n");
}

static void put_duid_option(struct cursor *out, const char *name, const struct duid *duid)
{
	if (duid->size == 0)
		return;
	put_format(out, "  option dhcp6.%s ", name);
	put_hex(out, duid->bytes, duid->size);
	put_text(out, ";\n");
}

/* What value_render() refuses is left out; an option without data would be none to ISC's reader. */
static void put_option(struct cursor *out, const struct wire_option *option)
{
	const struct option_info *info = option_by_code(option->code);
	struct cursor before = *out;
	struct cursor data = option->data;
	size_t size = cursor_left(&data);

	if (size == 0 || is_of_exchange(option->code))
		return;
	if (info) {
		put_format(out, "  option dhcp6.%s ", info->name);
		if (!value_render(out, option->code, data, VALUE_LEASEFILE)) {
			*out = before;
			return;
		}
	} else {
		put_format(out, "  option dhcp6.unknown-%u ", option->code);
		put_hex(out, get_span(&data, size), size);
	}
	put_text(out, ";\n");
}

void leasefile_put_lease(struct cursor *out, const char *interface, const struct lease *lease,
			 const struct duid *client_id)
{
	struct cursor options = options_read(&lease->options);
	struct wire_option option;

	put_text(out, "lease6 {\n  interface ");
	put_quoted(out, (const uint8_t *)interface, strlen(interface));
	put_text(out, ";\n");
	for (unsigned int i = 0; i < lease->n_ias; i++)
		if (lease_count(lease, i) > 0)
			put_ia(out, lease, i);
	if (lease->released)
		put_text(out, "  released;\n");
	put_duid_option(out, "client-id", client_id);
	put_duid_option(out, "server-id", &lease->server);
	while (get_option(&options, &option))
		put_option(out, &option);
	put_text(out, "}\n");
}
