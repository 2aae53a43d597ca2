/* SPDX-License-Identifier: MPL-2.0 */
#include "core/message.h"

#include <string.h>

#include "core/content.h"

#define HEADER 4 /* octets: type and transaction id (C-FMT-1) */

/* C-OPT-17 */
#define MAX_RT_MIN 60
#define MAX_RT_MAX 86400

/* The reconfigure key protocol (section 20.4) in the Authentication option. */
#define AUTH_MIN       11 /* octets without authentication information */
#define RKAP_SIZE      28
#define RKAP_PROTOCOL  3
#define RKAP_ALGORITHM 1
#define RKAP_RDM       0

struct parser {
	struct message *message;
	struct cursor in;
	uint8_t seen[32]; /* a bit for each code below 256 that came at top level */
};

/* Prefixes no server has to lease anything from (C-IA-9). */
static const struct {
	uint8_t bits;
	struct in6_addr head;
} not_leasable[] = {
	{ 128, { .s6_addr = { 0 } } },			     /* :: */
	{ 128, { .s6_addr = { [15] = 1 } } },		     /* ::1, loopback */
	{ 96, { .s6_addr = { [10] = 0xff, [11] = 0xff } } }, /* ::ffff:0:0/96, v4-mapped */
	{ 10, { .s6_addr = { [0] = 0xfe, [1] = 0x80 } } },   /* fe80::/10, link-local */
	{ 8, { .s6_addr = { [0] = 0xff } } },		     /* ff00::/8, multicast */
};

bool message_type_for_client(unsigned int type)
{
	return type == MESSAGE_ADVERTISE || type == MESSAGE_REPLY || type == MESSAGE_RECONFIGURE ||
	       type == MESSAGE_ADDR_REG_REPLY;
}

static bool get_bit(const uint8_t *bytes, unsigned int bit)
{
	return bytes[bit / 8] & 0x80 >> bit % 8;
}

static void set_bit(uint8_t *bytes, unsigned int bit)
{
	bytes[bit / 8] = (uint8_t)(bytes[bit / 8] | 0x80 >> bit % 8);
}

/* What is left of `addr` when all bits from `bits` on are cleared. */
static struct in6_addr mask(const struct in6_addr *addr, unsigned int bits)
{
	struct in6_addr head = { 0 };

	for (unsigned int i = 0; i < bits; i++)
		if (get_bit(addr->s6_addr, i))
			set_bit(head.s6_addr, i);
	return head;
}

/* C-IA-8, C-IA-9. A client may ask for a length only, ::/56 (C-IA-7). */
static bool leasable(const struct message_binding *binding, const struct message *message)
{
	const struct in6_addr *addr = &binding->addr;

	if (binding->prefix_len == 0 || binding->prefix_len > 128)
		return false;
	if (message->ia[binding->ia].type == OPTION_IA_PD && IN6_IS_ADDR_UNSPECIFIED(addr))
		return !message_type_for_client(message->type);
	for (size_t i = 0; i < sizeof(not_leasable) / sizeof(not_leasable[0]); i++) {
		/* Neither inside of such a prefix nor around it. */
		unsigned int bits = binding->prefix_len < not_leasable[i].bits
					    ? binding->prefix_len
					    : not_leasable[i].bits;
		struct in6_addr head = mask(addr, bits);
		struct in6_addr bad = mask(&not_leasable[i].head, bits);

		if (IN6_ARE_ADDR_EQUAL(&head, &bad))
			return false;
	}
	return true;
}

/* Copies up to the first NUL, and no half of a UTF-8 sequence at the end (C-FMT-13). */
static void copy_text(struct message *message, char *to, const uint8_t *from, size_t size)
{
	size_t n = 0;

	while (n < size && n < STATUS_TEXT - 1 && from[n] != '\0')
		n++;
	if (n == STATUS_TEXT - 1 && n < size && from[n] != '\0') {
		message->notes |= NOTE_LIMIT;
		while (n > 0 && (from[n] & 0xc0) == 0x80)
			n--;
	}
	memcpy(to, from, n);
	to[n] = '\0';
}

static void read_status(struct message *message, struct status *status, struct cursor data)
{
	size_t size;

	if (status->present) {
		message->notes |= NOTE_REPEATED;
		return;
	}
	if (cursor_left(&data) < sizeof(uint16_t)) {
		message->notes |= NOTE_BAD_OPTION;
		return;
	}
	status->present = true;
	status->code = get_u16(&data);
	size = cursor_left(&data);
	copy_text(message, status->text, get_span(&data, size), size);
}

bool message_get_exclude(struct cursor data, const struct in6_addr *prefix, unsigned int from,
			 struct in6_addr *exclude, uint8_t *exclude_len)
{
	size_t size = cursor_left(&data);
	unsigned int to = get_u8(&data);
	const uint8_t *subnet;

	if (size < 2 || size > 17 || from >= to || to > 128 || size - 1 < (to - from + 7) / 8)
		return false;
	subnet = get_span(&data, size - 1);
	*exclude_len = (uint8_t)to;
	*exclude = *prefix;
	for (unsigned int i = from; i < to; i++)
		if (get_bit(subnet, i - from))
			set_bit(exclude->s6_addr, i);
	return true;
}

/* What is invalid excludes nothing (C-PDX-6). */
static void read_exclude(struct message *message, struct message_binding *binding,
			 struct cursor data)
{
	if (binding->exclude_len > 0)
		message->notes |= NOTE_REPEATED;
	else if (!message_get_exclude(data, &binding->addr, binding->prefix_len, &binding->exclude,
				      &binding->exclude_len))
		message->notes |= NOTE_BAD_OPTION;
}

/* An option in a container where the standard has no place for it (C-FMT-8, C-FMT-5). */
static void pass_over(struct message *message, unsigned int code)
{
	if (option_by_code(code))
		message->notes |= NOTE_MISPLACED;
}

static void read_binding_options(struct message *message, struct message_binding *binding,
				 struct cursor *data)
{
	struct wire_option option;
	struct status status = { 0 };

	while (get_option(data, &option)) {
		if (option.code == OPTION_STATUS_CODE)
			read_status(message, &status, option.data);
		else if (option.code == OPTION_PD_EXCLUDE &&
			 message->ia[binding->ia].type == OPTION_IA_PD)
			read_exclude(message, binding, option.data);
		else
			pass_over(message, option.code);
	}
	binding->status = status.code;
}

/* An IAADDR in an IA_NA or IA_TA, or an IAPREFIX in an IA_PD. */
static void read_binding(struct message *message, unsigned int ia, struct cursor data)
{
	struct message_binding binding = { .ia = (uint8_t)ia, .prefix_len = 128 };

	if (message->ia[ia].type == OPTION_IA_PD) {
		binding.preferred = get_u32(&data);
		binding.valid = get_u32(&data);
		binding.prefix_len = get_u8(&data);
		binding.addr = get_addr(&data);
		if (binding.prefix_len < 128)
			binding.addr = mask(&binding.addr, binding.prefix_len);
	} else {
		binding.addr = get_addr(&data);
		binding.preferred = get_u32(&data);
		binding.valid = get_u32(&data);
	}
	read_binding_options(message, &binding, &data);
	if (data.bad)
		message->notes |= NOTE_BAD_CONTAINER;
	else if (!leasable(&binding, message))
		message->notes |= NOTE_BAD_ADDRESS;
	else if (binding.preferred > binding.valid)
		message->notes |= NOTE_BAD_TIMES;
	else if (message->n_bindings == MESSAGE_BINDINGS)
		message->notes |= NOTE_LIMIT;
	else
		message->binding[message->n_bindings++] = binding;
}

static bool have_ia(const struct message *message, unsigned int type, uint32_t iaid)
{
	for (unsigned int i = 0; i < message->n_ias; i++)
		if (message->ia[i].type == type && message->ia[i].iaid == iaid)
			return true;
	return false;
}

static void read_ia_options(struct message *message, unsigned int ia, struct cursor *data)
{
	unsigned int inner = message->ia[ia].type == OPTION_IA_PD ? OPTION_IAPREFIX : OPTION_IAADDR;
	struct wire_option option;

	while (get_option(data, &option)) {
		if (option.code == inner)
			read_binding(message, ia, option.data);
		else if (option.code == OPTION_STATUS_CODE)
			read_status(message, &message->ia[ia].status, option.data);
		else
			pass_over(message, option.code);
	}
}

static void read_ia(struct message *message, uint16_t type, struct cursor data)
{
	struct message_ia *ia = &message->ia[message->n_ias];
	uint8_t n_bindings = message->n_bindings;
	uint32_t iaid = get_u32(&data);

	if (!data.bad && have_ia(message, type, iaid)) { /* C-IA-11 */
		message->notes |= NOTE_REPEATED;
		return;
	}
	if (message->n_ias == MESSAGE_IAS) {
		message->notes |= NOTE_LIMIT;
		return;
	}
	*ia = (struct message_ia){ .type = type, .iaid = iaid };
	if (type != OPTION_IA_TA) {
		ia->t1 = get_u32(&data);
		ia->t2 = get_u32(&data);
	}
	read_ia_options(message, message->n_ias, &data);
	if (data.bad) {
		message->notes |= NOTE_BAD_CONTAINER;
	} else if (ia->t1 > ia->t2 && ia->t2 > 0) { /* C-IA-3 */
		message->notes |= NOTE_BAD_TIMES;
	} else {
		message->n_ias++;
		return;
	}
	/* As if it had not been in the message. */
	message->n_bindings = n_bindings;
	*ia = (struct message_ia){ 0 };
}

static void read_oro(struct message *message, struct cursor data)
{
	message->has_oro = true;
	while (cursor_left(&data) > 0 && message->n_oro < MESSAGE_ORO)
		message->oro[message->n_oro++] = get_u16(&data);
	if (cursor_left(&data) > 0)
		message->notes |= NOTE_LIMIT;
}

/* `end` is where the option ends, counted from the start of the message. */
static void read_auth(struct message *message, struct cursor data, size_t end)
{
	struct message_auth *auth = &message->auth;
	size_t size = cursor_left(&data);
	bool rkap;

	if (size < AUTH_MIN) {
		message->notes |= NOTE_BAD_OPTION;
		return;
	}
	rkap = get_u8(&data) == RKAP_PROTOCOL;
	rkap = get_u8(&data) == RKAP_ALGORITHM && rkap;
	rkap = get_u8(&data) == RKAP_RDM && rkap;
	auth->present = true;
	auth->replay = get_u64(&data);
	auth->rkap = rkap && size == RKAP_SIZE;
	if (!auth->rkap)
		return;
	auth->type = get_u8(&data);
	get_bytes(&data, auth->value, sizeof(auth->value));
	auth->value_at = (uint16_t)(end - sizeof(auth->value));
}

/* What scripts get of it: not what its standard wants to be ignored (content.h). */
static void keep(struct message *message, const struct wire_option *option)
{
	struct cursor data = option->data;
	size_t size = cursor_left(&data);
	uint8_t bytes[OPTIONS_SIZE];
	struct cursor usable = cursor_writer(bytes, sizeof(bytes));

	if (!content_write(&usable, option->code, get_span(&data, size), size) || usable.bad ||
	    !options_add(&message->options, option->code, bytes, usable.at))
		message->notes |= NOTE_LIMIT;
}

/* Options of a fixed length. */
static const struct {
	uint16_t code;
	uint8_t size; /* octets */
} fixed[] = {
	{ OPTION_PREFERENCE, 1 },    { OPTION_ELAPSED_TIME, 2 },
	{ OPTION_RAPID_COMMIT, 0 },  { OPTION_RECONF_MSG, 1 },
	{ OPTION_RECONF_ACCEPT, 0 }, { OPTION_INFORMATION_REFRESH_TIME, 4 },
	{ OPTION_SOL_MAX_RT, 4 },    { OPTION_INF_MAX_RT, 4 },
};

static bool is_fixed(unsigned int code, size_t *size)
{
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		if (fixed[i].code == code) {
			*size = fixed[i].size;
			return true;
		}
	return false;
}

/* One that is not well-formed is as absent (C-FMT-10): a later one of its kind may count. */
static bool is_well_formed(const struct wire_option *option)
{
	struct cursor data = option->data;
	size_t size = cursor_left(&data);
	size_t expected;
	uint32_t seconds;
	uint8_t type;

	if (is_fixed(option->code, &expected) && size != expected)
		return false;
	switch (option->code) {
	case OPTION_SOL_MAX_RT:
	case OPTION_INF_MAX_RT:
		seconds = get_u32(&data);
		return seconds >= MAX_RT_MIN && seconds <= MAX_RT_MAX;
	case OPTION_RECONF_MSG:
		type = get_u8(&data);
		return type == MESSAGE_RENEW || type == MESSAGE_REBIND ||
		       type == MESSAGE_INFORMATION_REQUEST;
	case OPTION_STATUS_CODE:
		return size >= sizeof(uint16_t);
	case OPTION_ORO:
		return size % sizeof(uint16_t) == 0;
	default:
		return content_usable(option->code, get_span(&data, size), size);
	}
}

/* Takes the value of an option of a fixed length; false when it is to be kept as it came, too. */
static bool read_fixed(struct message *message, const struct wire_option *option)
{
	struct cursor data = option->data;

	switch (option->code) {
	case OPTION_PREFERENCE:
		message->has_preference = true;
		message->preference = get_u8(&data);
		return true;
	case OPTION_ELAPSED_TIME:
		message->has_elapsed = true;
		message->elapsed = get_u16(&data);
		return true;
	case OPTION_RAPID_COMMIT:
		message->rapid_commit = true;
		return true;
	case OPTION_RECONF_ACCEPT:
		message->reconf_accept = true;
		return true;
	case OPTION_RECONF_MSG:
		message->reconf_msg = get_u8(&data);
		return true;
	case OPTION_INFORMATION_REFRESH_TIME:
		message->has_refresh_time = true;
		message->refresh_time = get_u32(&data);
		return false;
	case OPTION_SOL_MAX_RT:
		message->has_sol_max_rt = true;
		message->sol_max_rt = get_u32(&data);
		return false;
	case OPTION_INF_MAX_RT:
		message->has_inf_max_rt = true;
		message->inf_max_rt = get_u32(&data);
		return false;
	default:
		return false;
	}
}

/* Has a singleton of that code come before? */
static bool repeated(struct parser *p, unsigned int code)
{
	const struct option_info *info = option_by_code(code);

	if (!info || !info->single || code / 8 >= sizeof(p->seen))
		return false;
	if (get_bit(p->seen, code))
		return true;
	set_bit(p->seen, code);
	return false;
}

static enum refusal refuse_repeated(struct message *message, unsigned int code)
{
	if (code == OPTION_CLIENTID || code == OPTION_SERVERID)
		return REFUSED_REPEATED_ID;
	if (code == OPTION_AUTH)
		return REFUSED_REPEATED_AUTH;
	message->notes |= NOTE_REPEATED;
	return REFUSED_NOT;
}

static enum refusal read_option(struct parser *p, const struct wire_option *option)
{
	struct message *message = p->message;
	struct cursor data = option->data;

	if (!is_well_formed(option)) {
		message->notes |= NOTE_BAD_OPTION;
		return REFUSED_NOT;
	}
	if (repeated(p, option->code))
		return refuse_repeated(message, option->code);
	switch (option->code) {
	case OPTION_CLIENTID:
		return duid_read(&message->client_id, &data) ? REFUSED_NOT : REFUSED_BAD_ID;
	case OPTION_SERVERID:
		return duid_read(&message->server_id, &data) ? REFUSED_NOT : REFUSED_BAD_ID;
	case OPTION_IA_NA:
	case OPTION_IA_TA:
	case OPTION_IA_PD:
		read_ia(message, option->code, data);
		break;
	case OPTION_ORO:
		read_oro(message, data);
		break;
	case OPTION_AUTH:
		read_auth(message, data, p->in.at);
		break;
	case OPTION_STATUS_CODE:
		read_status(message, &message->status, data);
		break;
	case OPTION_IAADDR: /* at top level in address registration only (RFC 9686) */
		if (message->type == MESSAGE_ADDR_REG_INFORM ||
		    message->type == MESSAGE_ADDR_REG_REPLY)
			keep(message, option);
		else
			message->notes |= NOTE_MISPLACED;
		break;
	case OPTION_IAPREFIX:
	case OPTION_PD_EXCLUDE:
	case OPTION_RELAY_MSG:
	case OPTION_INTERFACE_ID:
	case OPTION_CLIENT_LINKLAYER_ADDR:
		message->notes |= NOTE_MISPLACED;
		break;
	default:
		if (!read_fixed(message, option))
			keep(message, option);
		break;
	}
	return REFUSED_NOT;
}

/* C-VAL-1. Messages of clients are parsed as well: servers under test need that. */
static enum refusal check_type(unsigned int type)
{
	if (type == MESSAGE_RELAY_FORW || type == MESSAGE_RELAY_REPL)
		return REFUSED_TYPE_NOT_OURS;
	if ((type >= MESSAGE_SOLICIT && type <= MESSAGE_INFORMATION_REQUEST) ||
	    type == MESSAGE_ADDR_REG_INFORM || type == MESSAGE_ADDR_REG_REPLY)
		return REFUSED_NOT;
	return REFUSED_TYPE_UNKNOWN;
}

enum refusal message_parse(struct message *message, const void *bytes, size_t size)
{
	struct parser p = { .message = message, .in = cursor_reader(bytes, size) };
	struct wire_option option;
	enum refusal refusal;

	memset(message, 0, sizeof(*message));
	if (size < HEADER || size > UINT16_MAX)
		return REFUSED_TRUNCATED;
	message->type = get_u8(&p.in);
	message->xid = get_u24(&p.in);
	refusal = check_type(message->type);
	while (refusal == REFUSED_NOT && get_option(&p.in, &option))
		refusal = read_option(&p, &option);
	if (refusal == REFUSED_NOT && p.in.bad)
		refusal = REFUSED_TRUNCATED;
	return refusal;
}

static void put_option(struct cursor *out, uint16_t code, const void *data, size_t size)
{
	size_t mark = begin_option(out, code);

	put_bytes(out, data, size);
	end_option(out, mark);
}

static void put_option_u8(struct cursor *out, uint16_t code, uint8_t value)
{
	put_option(out, code, &value, sizeof(value));
}

static void put_option_u16(struct cursor *out, uint16_t code, uint16_t value)
{
	size_t mark = begin_option(out, code);

	put_u16(out, value);
	end_option(out, mark);
}

static void put_option_u32(struct cursor *out, uint16_t code, uint32_t value)
{
	size_t mark = begin_option(out, code);

	put_u32(out, value);
	end_option(out, mark);
}

static void put_status(struct cursor *out, const struct status *status)
{
	size_t mark;

	if (!status->present)
		return;
	mark = begin_option(out, OPTION_STATUS_CODE);
	put_u16(out, status->code);
	put_bytes(out, status->text, strlen(status->text));
	end_option(out, mark);
}

void message_put_exclude(struct cursor *out, unsigned int from, const struct in6_addr *exclude,
			 unsigned int to)
{
	uint8_t subnet[16] = { 0 };

	for (unsigned int i = from; i < to; i++)
		if (get_bit(exclude->s6_addr, i))
			set_bit(subnet, i - from);
	put_u8(out, (uint8_t)to);
	put_bytes(out, subnet, (to - from + 7) / 8);
}

static void put_exclude(struct cursor *out, const struct message_binding *binding)
{
	size_t mark;

	if (binding->exclude_len <= binding->prefix_len || binding->exclude_len > 128)
		return;
	mark = begin_option(out, OPTION_PD_EXCLUDE);
	message_put_exclude(out, binding->prefix_len, &binding->exclude, binding->exclude_len);
	end_option(out, mark);
}

static void put_binding(struct cursor *out, const struct message_binding *binding, bool prefix)
{
	size_t mark = begin_option(out, prefix ? OPTION_IAPREFIX : OPTION_IAADDR);

	if (!prefix)
		put_addr(out, &binding->addr);
	put_u32(out, binding->preferred);
	put_u32(out, binding->valid);
	if (prefix) {
		put_u8(out, binding->prefix_len);
		put_addr(out, &binding->addr);
		put_exclude(out, binding);
	}
	if (binding->status != STATUS_SUCCESS)
		put_option_u16(out, OPTION_STATUS_CODE, binding->status);
	end_option(out, mark);
}

static void put_ia(struct cursor *out, const struct message *message, unsigned int index)
{
	const struct message_ia *ia = &message->ia[index];
	size_t mark = begin_option(out, ia->type);

	put_u32(out, ia->iaid);
	if (ia->type != OPTION_IA_TA) {
		put_u32(out, ia->t1);
		put_u32(out, ia->t2);
	}
	for (unsigned int i = 0; i < message->n_bindings; i++)
		if (message->binding[i].ia == index)
			put_binding(out, &message->binding[i], ia->type == OPTION_IA_PD);
	put_status(out, &ia->status);
	end_option(out, mark);
}

static void put_oro(struct cursor *out, const struct message *message)
{
	size_t mark;

	if (!message->has_oro)
		return;
	mark = begin_option(out, OPTION_ORO);
	for (unsigned int i = 0; i < message->n_oro; i++)
		put_u16(out, message->oro[i]);
	end_option(out, mark);
}

/* A field that may be among the options as well is sent once. */
static void put_seconds(struct cursor *out, const struct message *message, uint16_t code, bool has,
			uint32_t value)
{
	struct cursor data;

	if (has && !options_find(&message->options, code, &data))
		put_option_u32(out, code, value);
}

static void put_ias(struct cursor *out, const struct message *message, unsigned int type)
{
	for (unsigned int i = 0; i < message->n_ias; i++)
		if (message->ia[i].type == type)
			put_ia(out, message, i);
}

/* In the order of their codes: an order of our own would tell what wrote it (C-ANON-1). */
void message_build(const struct message *message, struct cursor *out)
{
	put_u8(out, message->type);
	put_u24(out, message->xid);
	if (message->client_id.size > 0)
		put_option(out, OPTION_CLIENTID, message->client_id.bytes, message->client_id.size);
	if (message->server_id.size > 0)
		put_option(out, OPTION_SERVERID, message->server_id.bytes, message->server_id.size);
	put_ias(out, message, OPTION_IA_NA);
	put_ias(out, message, OPTION_IA_TA);
	put_oro(out, message);
	if (message->has_preference)
		put_option_u8(out, OPTION_PREFERENCE, message->preference);
	if (message->has_elapsed)
		put_option_u16(out, OPTION_ELAPSED_TIME, message->elapsed);
	put_status(out, &message->status);
	if (message->rapid_commit)
		put_option(out, OPTION_RAPID_COMMIT, NULL, 0);
	if (message->reconf_msg != 0)
		put_option_u8(out, OPTION_RECONF_MSG, message->reconf_msg);
	if (message->reconf_accept)
		put_option(out, OPTION_RECONF_ACCEPT, NULL, 0);
	put_ias(out, message, OPTION_IA_PD);
	put_seconds(out, message, OPTION_INFORMATION_REFRESH_TIME, message->has_refresh_time,
		    message->refresh_time);
	put_seconds(out, message, OPTION_SOL_MAX_RT, message->has_sol_max_rt, message->sol_max_rt);
	put_seconds(out, message, OPTION_INF_MAX_RT, message->has_inf_max_rt, message->inf_max_rt);
	put_bytes(out, message->options.bytes, message->options.size);
}

const char *refusal_name(enum refusal refusal)
{
	switch (refusal) {
	case REFUSED_NOT:
		return "accepted";
	case REFUSED_TRUNCATED:
		return "truncated";
	case REFUSED_TYPE_UNKNOWN:
		return "unknown message type";
	case REFUSED_TYPE_NOT_OURS:
		return "message type not meant for clients";
	case REFUSED_MULTICAST:
		return "sent to a multicast address";
	case REFUSED_REPEATED_ID:
		return "repeated Client or Server Identifier";
	case REFUSED_REPEATED_AUTH:
		return "repeated Authentication option";
	case REFUSED_BAD_ID:
		return "malformed Client or Server Identifier";
	case REFUSED_NO_SERVER_ID:
		return "no Server Identifier";
	case REFUSED_NO_CLIENT_ID:
		return "no Client Identifier";
	case REFUSED_CLIENT_ID_UNASKED:
		return "Client Identifier, and we sent none";
	case REFUSED_OTHER_CLIENT:
		return "Client Identifier of another client";
	case REFUSED_UNEXPECTED:
		return "no exchange is waiting for this type";
	case REFUSED_XID:
		return "transaction id of another exchange";
	case REFUSED_OTHER_SERVER:
		return "Server Identifier of another server";
	case REFUSED_REJECTED:
		return "the configuration wants nothing of this server";
	case REFUSED_NOT_RAPID:
		return "Reply to Solicit without Rapid Commit";
	case REFUSED_RAPID_UNASKED:
		return "Rapid Commit that was not asked for";
	case REFUSED_REPLAY:
		return "Authentication that is not newer than the last one";
	case REFUSED_NO_RECONF_MSG:
		return "Reconfigure without one legal Reconfigure Message option";
	case REFUSED_AUTH:
		return "Reconfigure that is not authenticated";
	case REFUSED_NOTHING_HELD:
		return "Reconfigure for leases, and none is held";
	case REFUSED_RECONFIGURE:
		return "Reconfigure was not negotiated";
	case REFUSED_OTHER_ADDRESS:
		return "IA Address missing, or not the address that is registered";
	}
	return "refused";
}
