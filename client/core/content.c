/* SPDX-License-Identifier: MPL-2.0 */
#include "core/content.h"

#include <netinet/in.h>

#include "core/proto.h"

#define LABEL_MAX 63  /* octets of a label (RFC 1035 section 2.3.4) */
#define NAME_MAX  255 /* octets of a name with its lengths and the empty label at its end */

#define ADDRESS sizeof(struct in6_addr)

/* Sub-options of NTP_SERVER (RFC 5908 section 4). */
enum ntp_suboption {
	NTP_SERVER_ADDRESS = 1,
	NTP_MULTICAST_ADDRESS = 2,
	NTP_SERVER_NAME = 3,
};

/* Service parameters that may not be in a DNR option, which has addresses of its own (RFC 9460). */
enum service_key {
	SERVICE_IPV4HINT = 4,
	SERVICE_IPV6HINT = 6,
};

/* Softwire46 (RFC 7598 section 4): the largest values. */
#define EA_BITS	     48
#define PREFIX4_BITS 32
#define PREFIX6_BITS 128
#define PORT_OFFSET  15
#define PSID_BITS    16

static bool is_loopback(const struct in6_addr *addr)
{
	static const struct in6_addr loopback = { .s6_addr = { [15] = 1 } };

	return IN6_ARE_ADDR_EQUAL(addr, &loopback);
}

static bool is_multicast(const struct in6_addr *addr)
{
	return addr->s6_addr[0] == 0xff;
}

/* C-OPT-1. A name server of this host's own, ::1, is odd but reachable. */
static bool is_server(const struct in6_addr *addr)
{
	return !IN6_IS_ADDR_UNSPECIFIED(addr) && !is_multicast(addr);
}

/* C-OPT-9 */
static bool is_remote(const struct in6_addr *addr)
{
	return is_server(addr) && !is_loopback(addr);
}

static bool is_name_octet(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '-' || c == '_';
}

bool content_name(struct cursor *data)
{
	size_t start = data->at;
	uint8_t size;

	while ((size = get_u8(data)) != 0) {
		const uint8_t *label = size <= LABEL_MAX ? get_span(data, size) : NULL;

		if (!label)
			return false;
		for (uint8_t i = 0; i < size; i++)
			if (!is_name_octet(label[i]))
				return false;
	}
	return !data->bad && data->at - start > 1 && data->at - start <= NAME_MAX;
}

/* Writes those of the addresses that are `good`; how many octets these are. */
static size_t copy_addresses(struct cursor *out, struct cursor addresses,
			     bool (*good)(const struct in6_addr *addr))
{
	size_t size = 0;

	while (cursor_left(&addresses) > 0) {
		struct in6_addr addr = get_addr(&addresses);

		if (!good(&addr))
			continue;
		put_addr(out, &addr);
		size += sizeof(addr);
	}
	return size;
}

/* C-OPT-1, C-OPT-5: whole addresses, at least one, in their order. */
static bool write_servers(struct cursor *out, struct cursor data)
{
	return cursor_left(&data) % ADDRESS == 0 && copy_addresses(out, data, is_server) > 0;
}

/* C-OPT-7: of several names the first (RFC 6334 section 5). */
static bool write_aftr_name(struct cursor *out, struct cursor data)
{
	struct cursor name = data;

	if (!content_name(&name) || name.at <= 3)
		return false;
	put_bytes(out, data.in, name.at);
	return true;
}

/* Is this sub-option a time source? One with wrong contents makes `data` bad. */
static bool is_time_source(struct wire_option *option)
{
	struct cursor *data = &option->data;
	struct in6_addr addr;

	switch (option->code) {
	case NTP_SERVER_ADDRESS:
		addr = get_addr(data);
		data->bad = data->bad || !is_server(&addr) || cursor_left(data) > 0;
		return true;
	case NTP_MULTICAST_ADDRESS:
		addr = get_addr(data);
		data->bad = data->bad || !is_multicast(&addr) || cursor_left(data) > 0;
		return true;
	case NTP_SERVER_NAME:
		data->bad = !content_name(data) || cursor_left(data) > 0;
		return true;
	default:
		return false;
	}
}

/* C-OPT-4: exactly one time source an instance; unknown sub-options are skipped. */
static bool write_ntp_server(struct cursor *out, struct cursor data)
{
	struct cursor rest = data;
	struct wire_option option;
	unsigned int sources = 0;

	while (get_option(&rest, &option)) {
		if (is_time_source(&option))
			sources++;
		if (option.data.bad)
			return false;
	}
	put_bytes(out, data.in, data.size);
	return !rest.bad && sources == 1;
}

/* C-OPT-10: they fill what is left, and their keys ascend (RFC 9460 section 2.2). */
static bool are_service_parameters(struct cursor data)
{
	struct wire_option parameter;
	int32_t last = -1;

	while (get_option(&data, &parameter)) {
		if (parameter.code <= last || parameter.code == SERVICE_IPV4HINT ||
		    parameter.code == SERVICE_IPV6HINT)
			return false;
		last = parameter.code;
	}
	return !data.bad;
}

/* RFC 9463 sections 3.1.8 and 4.1. Addresses that cannot be a resolver's are left out. */
static bool write_dnr(struct cursor *out, struct cursor data)
{
	struct cursor nowhere = cursor_writer(NULL, 0);
	uint16_t priority = get_u16(&data);
	struct cursor adn = get_sub(&data, get_u16(&data));
	struct cursor name = adn;
	struct cursor addresses;
	size_t good;

	if (!content_name(&name) || cursor_left(&name) > 0)
		return false;
	put_u16(out, priority);
	put_u16(out, (uint16_t)adn.size);
	put_bytes(out, adn.in, adn.size);
	if (cursor_left(&data) == 0) /* the name only */
		return !data.bad;
	addresses = get_sub(&data, get_u16(&data));
	if (addresses.bad || addresses.size % ADDRESS != 0 || !are_service_parameters(data))
		return false;
	good = copy_addresses(&nowhere, addresses, is_remote);
	put_u16(out, (uint16_t)good);
	copy_addresses(out, addresses, is_remote);
	put_bytes(out, data.in + data.at, cursor_left(&data));
	return good > 0;
}

/* A length in bits and as many octets as it takes. */
static bool get_prefix6(struct cursor *data)
{
	unsigned int bits = get_u8(data);

	return bits <= PREFIX6_BITS && get_span(data, (bits + 7) / 8);
}

static bool is_portparams(struct cursor data)
{
	unsigned int offset = get_u8(&data);
	unsigned int bits = get_u8(&data);

	get_u16(&data);
	return !data.bad && cursor_left(&data) == 0 && offset <= PORT_OFFSET && bits <= PSID_BITS;
}

/* What may stand in a RULE or V4V6BIND: port parameters, and what is not known. */
static bool are_rule_options(struct cursor data)
{
	struct wire_option option;

	while (get_option(&data, &option))
		if (option.code == OPTION_S46_PORTPARAMS && !is_portparams(option.data))
			return false;
	return !data.bad;
}

static bool is_rule(struct cursor data)
{
	unsigned int ea_bits;
	unsigned int bits;

	get_u8(&data); /* flags */
	ea_bits = get_u8(&data);
	bits = get_u8(&data);
	get_u32(&data);
	return ea_bits <= EA_BITS && bits <= PREFIX4_BITS && get_prefix6(&data) &&
	       are_rule_options(data);
}

static bool is_dmr(struct cursor data)
{
	return get_prefix6(&data) && cursor_left(&data) == 0;
}

static bool is_v4v6bind(struct cursor data)
{
	get_u32(&data);
	return get_prefix6(&data) && are_rule_options(data);
}

/* How many of each option of its own a container has. */
struct s46 {
	unsigned int rules;
	unsigned int brs;
	unsigned int dmrs;
	unsigned int binds;
};

/* Counts an option of a container; false when it is one of Softwire46 and malformed. */
static bool s46_count(struct s46 *s46, const struct wire_option *option)
{
	switch (option->code) {
	case OPTION_S46_RULE:
		s46->rules++;
		return is_rule(option->data);
	case OPTION_S46_BR:
		s46->brs++;
		return cursor_left(&option->data) == ADDRESS;
	case OPTION_S46_DMR:
		s46->dmrs++;
		return is_dmr(option->data);
	case OPTION_S46_V4V6BIND:
		s46->binds++;
		return is_v4v6bind(option->data);
	default:
		return true;
	}
}

/* C-OPT-11: what each kind of container must have, and may not have (RFC 7598 sections 5, 6). */
static bool write_container(struct cursor *out, unsigned int code, struct cursor data)
{
	struct cursor rest = data;
	struct wire_option option;
	struct s46 s46 = { 0 };

	while (get_option(&rest, &option))
		if (!s46_count(&s46, &option))
			return false;
	put_bytes(out, data.in, data.size);
	if (rest.bad)
		return false;
	if (code == OPTION_S46_CONT_MAPE)
		return s46.rules > 0 && s46.brs > 0 && s46.dmrs == 0 && s46.binds == 0;
	if (code == OPTION_S46_CONT_MAPT)
		return s46.rules > 0 && s46.brs == 0 && s46.dmrs == 1 && s46.binds == 0;
	return s46.rules == 0 && s46.brs > 0 && s46.dmrs == 0 && s46.binds <= 1;
}

static bool write_content(struct cursor *out, unsigned int code, struct cursor in)
{
	switch (code) {
	case OPTION_DNS_SERVERS:
	case OPTION_SNTP_SERVERS:
		return write_servers(out, in);
	case OPTION_NTP_SERVER:
		return write_ntp_server(out, in);
	case OPTION_AFTR_NAME:
		return write_aftr_name(out, in);
	case OPTION_V6_DNR:
		return write_dnr(out, in);
	case OPTION_S46_CONT_MAPE:
	case OPTION_S46_CONT_MAPT:
	case OPTION_S46_CONT_LW:
		return write_container(out, code, in);
	case OPTION_S46_RULE:
	case OPTION_S46_DMR:
	case OPTION_S46_V4V6BIND:
	case OPTION_S46_PORTPARAMS:
		return false; /* only in containers (RFC 7598 section 4, C-FMT-8) */
	default:
		put_bytes(out, in.in, in.size);
		return true;
	}
}

bool content_write(struct cursor *out, unsigned int code, const void *data, size_t size)
{
	struct cursor before = *out;

	if (write_content(out, code, cursor_reader(data, size)))
		return true;
	*out = before;
	return false;
}

bool content_usable(unsigned int code, const void *data, size_t size)
{
	struct cursor nowhere = cursor_writer(NULL, 0);

	return content_write(&nowhere, code, data, size);
}
