/* SPDX-License-Identifier: MPL-2.0 */
#include "core/option.h"

#include <string.h>
#include <strings.h>

#define NO    REQUEST_NEVER
#define YES   REQUEST_ANY
#define INFO  REQUEST_INFORMATION
#define LEASE REQUEST_LEASE
#define ONE   true
#define MANY  false

/*
 * Ascending. ISC's names and formats where ISC has the option, odd spellings
 * (solmax-rt, ia-addr) included: scripts and configuration files know them.
 */
static const struct option_info table[] = {
	{ 1, "client-id", "X", NO, ONE },
	{ 2, "server-id", "X", NO, ONE },
	{ 3, "ia-na", "X", NO, MANY },
	{ 4, "ia-ta", "X", NO, MANY },
	{ 5, "ia-addr", "X", NO, MANY },
	{ 6, "oro", "SA", NO, ONE },
	{ 7, "preference", "B", NO, ONE },
	{ 8, "elapsed-time", "S", NO, ONE },
	{ 9, "relay-msg", "X", NO, MANY },
	{ 11, "auth", "X", NO, ONE },
	{ 12, "unicast", "6", NO, ONE },
	{ 13, "status-code", "Nt", NO, ONE },
	{ 14, "rapid-commit", "Z", NO, ONE },
	{ 15, "user-class", "X", NO, ONE },
	{ 16, "vendor-class", "X", NO, MANY },
	{ 17, "vendor-opts", "E", YES, MANY },
	{ 18, "interface-id", "X", NO, MANY },
	{ 19, "reconf-msg", "B", NO, ONE },
	{ 20, "reconf-accept", "Z", NO, ONE },
	{ 21, "sip-servers-names", "D", YES, ONE },
	{ 22, "sip-servers-addresses", "6A", YES, ONE },
	{ 23, "name-servers", "6A", YES, ONE },
	{ 24, "domain-search", "D", YES, ONE },
	{ 25, "ia-pd", "X", NO, MANY },
	{ 26, "ia-prefix", "X", NO, MANY },
	{ 27, "nis-servers", "6A", YES, ONE },
	{ 28, "nisp-servers", "6A", YES, ONE },
	{ 29, "nis-domain-name", "D", YES, ONE },
	{ 30, "nisp-domain-name", "D", YES, ONE },
	{ 31, "sntp-servers", "6A", YES, ONE },
	{ 32, "info-refresh-time", "T", INFO, ONE },
	{ 33, "bcms-server-d", "D", YES, ONE },
	{ 34, "bcms-server-a", "6A", YES, ONE },
	{ 36, "geoconf-civic", "X", YES, ONE },
	{ 37, "remote-id", "X", NO, MANY },
	{ 38, "subscriber-id", "X", NO, MANY },
	{ 39, "fqdn", "E", YES, ONE },
	{ 40, "pana-agent", "6A", YES, ONE },
	{ 41, "new-posix-timezone", "t", YES, ONE },
	{ 42, "new-tzdb-timezone", "t", YES, ONE },
	{ 43, "ero", "SA", NO, ONE },
	{ 44, "lq-query", "X", NO, ONE },
	{ 45, "client-data", "X", NO, ONE },
	{ 46, "clt-time", "L", NO, ONE },
	{ 47, "lq-relay-data", "6X", NO, MANY },
	{ 48, "lq-client-link", "6A", NO, ONE },
	{ 51, "v6-lost", "d", YES, ONE },
	{ 52, "capwap-ac-v6", "6A", YES, ONE },
	{ 53, "relay-id", "X", NO, ONE },
	{ 56, "ntp-server", "X", YES, MANY },
	{ 57, "v6-access-domain", "d", YES, ONE },
	{ 58, "sip-ua-cs-list", "D", YES, ONE },
	{ 59, "bootfile-url", "t", YES, ONE },
	{ 60, "bootfile-param", "X", YES, ONE },
	{ 61, "client-arch-type", "SA", NO, ONE },
	{ 62, "nii", "BBB", YES, ONE },
	{ 64, "aftr-name", "d", YES, ONE },
	{ 65, "erp-local-domain-name", "d", YES, ONE },
	{ 67, "pd-exclude", "X", LEASE, MANY },
	{ 74, "rdnss-selection", "6BD", YES, MANY },
	{ 79, "client-linklayer-addr", "X", NO, MANY },
	{ 80, "link-address", "6", NO, ONE },
	{ 82, "solmax-rt", "L", YES, ONE },
	{ 83, "inf-max-rt", "L", YES, ONE },
	{ 84, "addrsel", "X", YES, MANY },
	{ 85, "addrsel-table", "X", YES, MANY },
	{ 86, "v6-pcp-server", "6A", YES, MANY },
	{ 87, "dhcpv4-msg", "X", NO, ONE },
	{ 88, "dhcp4-o-dhcp6-server", "6A", YES, ONE },
	{ 89, "s46-rule", "X", NO, MANY },
	{ 90, "s46-br", "6", YES, MANY }, /* encapsulated but with RFC 8539 */
	{ 91, "s46-dmr", "X", NO, MANY },
	{ 92, "s46-v4v6bind", "X", NO, MANY },
	{ 93, "s46-portparams", "BBS", NO, ONE },
	{ 94, "s46-cont-mape", "X", YES, MANY },
	{ 95, "s46-cont-mapt", "X", YES, ONE },
	{ 96, "s46-cont-lw", "X", YES, ONE },
	{ 97, "v6-4rd", "X", YES, MANY },
	{ 98, "v6-4rd-map-rule", "X", YES, MANY },
	{ 99, "v6-4rd-non-map-rule", "X", YES, MANY },
	{ 103, "v6-captive-portal", "t", YES, ONE },
	{ 111, "s46-priority", "SA", YES, ONE },
	{ 112, "mudurl", "t", NO, ONE },
	{ 113, "v6-prefix64", "X", YES, MANY },
	{ 135, "relay-source-port", "S", NO, ONE },
	{ 136, "v6-sztp-redirect", "X", YES, MANY },
	{ 137, "s46-bind-ipv6-prefix", "X", YES, MANY },
	{ 138, "ia-ll", "X", NO, MANY },
	{ 139, "lladdr", "X", NO, MANY },
	{ 140, "slap-quad", "X", NO, MANY },
	{ 141, "v6-dots-ri", "X", YES, MANY },
	{ 142, "v6-dots-address", "X", YES, MANY },
	{ 143, "ipv6-address-andsf", "6A", YES, ONE },
	{ 144, "v6-dnr", "X", YES, MANY },
	{ 145, "registered-domain", "X", YES, MANY },
	{ 146, "forward-dist-manager", "X", YES, ONE },
	{ 147, "reverse-dist-manager", "X", YES, ONE },
	{ 148, "addr-reg-enable", "Z", YES, ONE },
	{ 149, "ia-srv6-locator", "X", NO, MANY },
	{ 150, "ialocator", "X", NO, MANY },
};

#define ROWS (sizeof(table) / sizeof(table[0]))

/* Codes without a row that only relays and servers ask for, by the registry. */
static const struct {
	uint16_t first;
	uint16_t last;
} not_for_clients[] = {
	{ 0, 0 }, { 66, 66 }, { 68, 68 }, { 81, 81 }, { 100, 102 }, { 105, 110 }, { 114, 134 },
};

const struct option_info *option_by_code(unsigned int code)
{
	for (size_t i = 0; i < ROWS && table[i].code <= code; i++)
		if (table[i].code == code)
			return &table[i];
	return NULL;
}

const struct option_info *option_by_name(const char *name)
{
	for (size_t i = 0; i < ROWS; i++)
		if (strcasecmp(table[i].name, name) == 0)
			return &table[i];
	return NULL;
}

const struct option_info *option_row(size_t index)
{
	return index < ROWS ? &table[index] : NULL;
}

bool option_requestable(unsigned int code, bool information_request)
{
	const struct option_info *info = option_by_code(code);

	if (info) {
		switch (info->request) {
		case REQUEST_NEVER:
			return false;
		case REQUEST_ANY:
			return true;
		case REQUEST_INFORMATION:
			return information_request;
		case REQUEST_LEASE:
			return !information_request;
		}
	}
	for (size_t i = 0; i < sizeof(not_for_clients) / sizeof(not_for_clients[0]); i++)
		if (code >= not_for_clients[i].first && code <= not_for_clients[i].last)
			return false;
	return code <= UINT16_MAX;
}

bool options_add(struct options *options, uint16_t code, const void *data, size_t size)
{
	struct cursor c = cursor_writer(options->bytes + options->size,
					sizeof(options->bytes) - options->size);
	size_t mark = begin_option(&c, code);

	put_bytes(&c, data, size);
	end_option(&c, mark);
	if (c.bad)
		return false;
	options->size = (uint16_t)(options->size + c.at);
	return true;
}

bool options_replace(struct options *options, uint16_t code, const void *data, size_t size,
		     size_t key)
{
	struct options others = { 0 };
	struct cursor all = options_read(options);
	struct wire_option option;

	while (get_option(&all, &option)) {
		size_t length = cursor_left(&option.data);
		const uint8_t *bytes = get_span(&option.data, length);

		if (option.code != code || length < key || size < key ||
		    memcmp(bytes, data, key) != 0)
			options_add(&others, option.code, bytes, length);
	}
	if (!options_add(&others, code, data, size))
		return false;
	*options = others;
	return true;
}

bool options_find(const struct options *options, uint16_t code, struct cursor *data)
{
	struct cursor c = options_read(options);
	struct wire_option option;

	while (get_option(&c, &option)) {
		if (option.code == code) {
			*data = option.data;
			return true;
		}
	}
	return false;
}

struct cursor options_read(const struct options *options)
{
	return cursor_reader(options->bytes, options->size);
}

bool options_equal(const struct options *a, const struct options *b)
{
	return a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}
