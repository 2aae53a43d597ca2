/* SPDX-License-Identifier: MPL-2.0 */
/* client/text/leasefile.c: dhclient6.leases, read and written. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/proto.h"
#include "text/leasefile.h"
#include "text/text.h"

/* As dhclient 4.4.3-P1 wrote them (octal and hex mode, -N -P -T, then -r). */
static const char isc_octal[] =
	"default-duid \"\\000\\001\\000\\0012\\227\\204j\\002\\252\\273\\314\\335\\001\";\n"
	"lease6 {\n"
	"  interface \"c0\";\n"
	"  ia-na bb:cc:dd:01 {\n"
	"    starts 1795475436;\n"
	"    renew 100;\n"
	"    rebind 200;\n"
	"    iaaddr 2001:db8:1::17ff {\n"
	"      starts 1795475437;\n"
	"      preferred-life 400;\n"
	"      max-life 600;\n"
	"    }\n"
	"  }\n"
	"  ia-ta bb:cc:dd:01 {\n"
	"    starts 1795475436;\n"
	"    iaaddr 2001:db8:1::2597 {\n"
	"      starts 1795475436;\n"
	"      preferred-life 400;\n"
	"      max-life 600;\n"
	"    }\n"
	"  }\n"
	"  ia-pd bb:cc:dd:01 {\n"
	"    starts 1795475436;\n"
	"    renew 0;\n"
	"    rebind 0;\n"
	"    iaprefix 2001:db8:afff:ff00::/56 {\n"
	"      starts 1795475436;\n"
	"      preferred-life 4294967295;\n"
	"      max-life 4294967295;\n"
	"    }\n"
	"  }\n"
	"  option dhcp6.info-refresh-time 3600;\n"
	"  option dhcp6.client-id 0:1:0:1:32:97:84:6a:2:aa:bb:cc:dd:1;\n"
	"  option dhcp6.server-id 0:1:0:1:32:97:84:6a:22:30:a1:c2:75:c5;\n"
	"  option dhcp6.name-servers 2001:db8:1::53,fe80::53;\n"
	"  option dhcp6.domain-search \"example.com.\", \"corp.example.org.\";\n"
	"  option dhcp6.ntp 0:1:0:10:20:1:d:b8:0:1:0:0:0:0:0:0:0:0:1:23;\n"
	"  option dhcp6.new-tzdb-timezone \"Europe/Zurich\";\n"
	"  option dhcp6.bootfile-url \"tftp://[2001:db8::1]/a\\\"b\\'c\\$d\";\n"
	"  option vsio.unknown-40000 0:1:0:b:76:65:6e:64;\n"
	"}\n";

static const char isc_released[] =
	"lease6 {\n"
	"  interface \"c0\";\n"
	"  ia-na bb:cc:dd:01 {\n"
	"    starts 1795475436;\n"
	"    renew 0;\n"
	"    rebind 0;\n"
	"    iaaddr 2001:db8:1::17ff {\n"
	"      starts 1795475436;\n"
	"      preferred-life 400;\n"
	"      max-life 600;\n"
	"    }\n"
	"  }\n"
	"  released;\n"
	"  option dhcp6.server-id 0:1:0:1:32:97:84:6a:22:30:a1:c2:75:c5;\n"
	"}\n";

/* A hardware address that ends in 22:33:44:55. */
static const char isc_raw_iaid[] =
	"default-duid \"\\000\\001\\000\\0012\\227\\204l\\002\\000\\\"3DU\";\n"
	"lease6 {\n"
	"  interface \"c0\";\n"
	"  ia-na \"\"3DU\" {\n"
	"    starts 1795475438;\n"
	"    renew 0;\n"
	"    rebind 0;\n"
	"    iaaddr 2001:db8:1::12c8 {\n"
	"      starts 1795475438;\n"
	"      preferred-life 400;\n"
	"      max-life 600;\n"
	"    }\n"
	"  }\n"
	"  ia-ta \"\"3DU\" {\n"
	"    starts 1795475438;\n"
	"  }\n"
	"  option dhcp6.server-id 0:1:0:1:32:97:84:6c:86:cb:af:d8:66:4b;\n"
	"}\n";

static const char isc_hex[] = "default-duid 00:01:00:01:32:97:84:6f:02:00:22:33:44:55;\n"
			      "lease6 {\n"
			      "  interface \"c0\";\n"
			      "  ia-na 22:33:44:55 {\n"
			      "    starts 1795475440;\n"
			      "    renew 0;\n"
			      "    rebind 0;\n"
			      "    iaaddr 2001:db8:1::1950 {\n"
			      "      starts 1795475440;\n"
			      "      preferred-life 400;\n"
			      "      max-life 600;\n"
			      "    }\n"
			      "  }\n"
			      "  option dhcp6.server-id 0:1:0:1:32:97:84:6f:2e:c8:cc:6c:38:3d;\n"
			      "}\n";

/* DHCPv4's file, as it stands beside ours with -df. */
static const char isc_v4[] = "default-duid \"\\000\\004abc\";\n"
			     "lease {\n"
			     "  interface \"eth0\";\n"
			     "  fixed-address 192.0.2.5;\n"
			     "  option subnet-mask 255.255.255.0;\n"
			     "  renew 4 2026/11/19 10:00:00;\n"
			     "}\n"
			     "key rndc {\n  algorithm hmac-md5;\n  secret \"x\";\n}\n"
			     "authoring-byte-order little-endian;\n";

static struct lex lex;
static struct leasefile_item item;

static void next(enum leasefile_kind kind)
{
	leasefile_next(&lex, &item);
	cr_assert_eq(item.kind, kind, "kind %d, line %u: %s", item.kind, item.line,
		     item.reason ? item.reason : "");
}

static void start(const char *text)
{
	lex_init(&lex, text, strlen(text));
}

static bool is_address(const struct in6_addr *addr, const char *text)
{
	struct in6_addr wanted;

	cr_assert_eq(inet_pton(AF_INET6, text, &wanted), 1);
	return memcmp(addr, &wanted, sizeof(wanted)) == 0;
}

static bool has_option(const struct options *options, uint16_t code, const void *bytes, size_t size)
{
	struct cursor data;

	if (!options_find(options, code, &data))
		return false;
	return cursor_left(&data) == size && memcmp(data.in + data.at, bytes, size) == 0;
}

Test(leasefile, a_record_of_dhclient_is_read_whole)
{
	static const uint8_t duid[] = { 0,    1,    0,	  1,	0x32, 0x97, 0x84,
					0x6a, 0x02, 0xaa, 0xbb, 0xcc, 0xdd, 0x01 };
	static const uint8_t server[] = { 0,	0x01, 0,    1,	  0x32, 0x97, 0x84,
					  0x6a, 0x22, 0x30, 0xa1, 0xc2, 0x75, 0xc5 };
	const struct lease *lease = &item.lease;
	const struct binding *b = lease->binding;

	start(isc_octal);
	next(LEASEFILE_DUID);
	cr_expect_eq(item.duid.size, sizeof(duid));
	cr_expect_arr_eq(item.duid.bytes, duid, sizeof(duid));
	cr_expect_eq(item.start, 0);
	cr_expect_eq(isc_octal[item.end - 1], ';');
	next(LEASEFILE_LEASE);
	cr_expect_str_eq(item.interface, "c0");
	cr_expect_eq(item.line, 2);
	cr_expect_eq(strncmp(isc_octal + item.start, "lease6 {", 8), 0);
	cr_expect_str_eq(isc_octal + item.end, "\n");
	cr_expect_not(lease->released);
	cr_expect_eq(lease->server.size, sizeof(server));
	cr_expect_arr_eq(lease->server.bytes, server, sizeof(server));
	cr_assert_eq(lease->n_ias, 3);
	cr_expect_eq(lease->ia[0].type, OPTION_IA_NA);
	cr_expect_eq(lease->ia[0].iaid, 0xbbccdd01);
	cr_expect(lease->ia[0].granted);
	cr_expect_eq(lease->ia[0].times.starts.epoch, 1795475436);
	cr_expect_eq(lease->ia[0].times.starts.at, 0);
	cr_expect_eq(lease->ia[0].times.t1, 100);
	cr_expect_eq(lease->ia[0].times.t2, 200);
	cr_expect_eq(lease->ia[1].type, OPTION_IA_TA);
	cr_expect_eq(lease->ia[1].iaid, 0xbbccdd01);
	cr_expect(lease->ia[1].granted);
	cr_expect_eq(lease->ia[1].times.starts.epoch, 1795475436);
	cr_expect(lease->ia[1].times.t1 == 0 && lease->ia[1].times.t2 == 0);
	cr_expect_eq(lease->ia[2].type, OPTION_IA_PD);
	cr_assert_eq(lease->n_bindings, 3);
	cr_expect(is_address(&b[0].addr, "2001:db8:1::17ff"));
	cr_expect_eq(b[0].prefix_len, 128);
	cr_expect_eq(b[0].ia, 0);
	cr_expect_eq(b[0].dad.state, DAD_WAITING);
	cr_expect_eq(b[0].times.starts.epoch, 1795475437);
	cr_expect_eq(b[0].times.preferred, 400);
	cr_expect_eq(b[0].times.valid, 600);
	cr_expect(is_address(&b[1].addr, "2001:db8:1::2597"));
	cr_expect_eq(b[1].prefix_len, 128);
	cr_expect_eq(b[1].ia, 1);
	cr_expect_eq(b[1].dad.state, DAD_WAITING);
	cr_expect_eq(b[1].times.valid, 600);
	cr_expect(is_address(&b[2].addr, "2001:db8:afff:ff00::"));
	cr_expect_eq(b[2].prefix_len, 56);
	cr_expect_eq(b[2].ia, 2);
	cr_expect_eq(b[2].dad.state, DAD_UNIQUE);
	cr_expect_eq(b[2].times.valid, INFINITE_TIME);
	next(LEASEFILE_END);
	next(LEASEFILE_END);
}

/* Contract 3.1: an ia-ta has a start, and neither renew nor rebind. */
Test(leasefile, temporary_addresses_are_written_as_dhclient_writes_them)
{
	static const char ia_ta[] = "  ia-ta bb:cc:dd:01 {\n"
				    "    starts 1795475436;\n"
				    "    iaaddr 2001:db8:1::2597 {\n"
				    "      starts 1795475436;\n"
				    "      preferred-life 400;\n"
				    "      max-life 600;\n"
				    "    }\n"
				    "  }\n";
	char text[4096];
	struct cursor out = cursor_writer(text, sizeof(text));

	start(isc_octal);
	next(LEASEFILE_DUID);
	next(LEASEFILE_LEASE);
	item.lease.ia[1].times.t1 = 7;
	leasefile_put_lease(&out, "c0", &item.lease, &item.duid);
	cr_expect_not_null(strstr(text_end(&out), ia_ta), "%s", text);
	cr_expect_not_null(strstr(isc_octal, ia_ta));
}

Test(leasefile, options_of_dhclient_become_those_of_the_wire)
{
	static const uint8_t servers[] = { 0x20, 1, 0x0d, 0xb8, 0,    1,    0,	  0, 0, 0,   0,
					   0,	 0, 0,	  0,	0x53, 0xfe, 0x80, 0, 0, 0,   0,
					   0,	 0, 0,	  0,	0,    0,    0,	  0, 0, 0x53 };
	static const char search[] = "\7example\3com\0\4corp\7example\3org";
	static const char url[] = "tftp://[2001:db8::1]/a\"b'c$d";
	static const uint8_t refresh[] = { 0, 0, 0x0e, 0x10 };
	const struct options *options = &item.lease.options;
	struct cursor data;

	start(isc_octal);
	next(LEASEFILE_DUID);
	next(LEASEFILE_LEASE);
	cr_expect(has_option(options, OPTION_DNS_SERVERS, servers, sizeof(servers)));
	cr_expect(has_option(options, OPTION_DOMAIN_LIST, search, sizeof(search)));
	cr_expect(has_option(options, 32, refresh, sizeof(refresh)));
	cr_expect(has_option(options, 42, "Europe/Zurich", 13));
	cr_expect(has_option(options, 59, url, sizeof(url) - 1));
	cr_expect_not(options_find(options, OPTION_CLIENTID, &data));
	cr_expect_not(options_find(options, OPTION_SERVERID, &data));
}

Test(leasefile, other_forms_of_dhclient_are_read)
{
	start(isc_released);
	next(LEASEFILE_LEASE);
	cr_expect(item.lease.released);
	cr_expect_eq(item.lease.n_bindings, 1);
	next(LEASEFILE_END);

	start(isc_hex);
	next(LEASEFILE_DUID);
	cr_expect_eq(item.duid.size, 14);
	cr_expect_eq(item.duid.bytes[13], 0x55);
	next(LEASEFILE_LEASE);
	cr_expect_eq(item.lease.ia[0].iaid, 0x22334455);

	start(isc_v4);
	next(LEASEFILE_DUID);
	cr_expect_eq(item.duid.size, 5);
	next(LEASEFILE_END);
}

Test(leasefile, an_iaid_that_dhclient_wrote_raw_is_read)
{
	static const struct {
		const char *text;
		uint32_t iaid; /* 0: damaged */
	} rows[] = {
		{ "\"\"3DU\"", 0x22334455 },
		{ "\"\"\"\"\"\"", 0x22222222 },
		{ "\"a{};\"", 0x617b7d3b },
		{ "\"\\abc\"", 0x5c616263 },
		{ "\"a#\\\"\"", 0x61235c22 },
		{ "\"abcd\"", 0x61626364 },
		{ "\"\\001\\002\\003\\004\"", 0x01020304 },
		{ "1:2:3:4", 0x01020304 },
		{ "bb:cc:dd:01", 0xbbccdd01 },
		{ "\"abc\"", 0 },
		{ "\"abcde\"", 0 },
		{ "1:2:3", 0 },
		{ "1:2:3:4:5", 0 },
		{ "16909060", 0 },
	};
	char text[256];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text),
			 "lease6 { interface \"a\"; ia-na %s { renew 7; } }\n"
			 "lease6 { interface \"b\"; }",
			 rows[i].text);
		start(text);
		leasefile_next(&lex, &item);
		cr_expect_eq(item.kind, rows[i].iaid ? LEASEFILE_LEASE : LEASEFILE_DAMAGED, "%s",
			     rows[i].text);
		if (rows[i].iaid) {
			cr_expect_eq(item.lease.ia[0].iaid, rows[i].iaid, "%s", rows[i].text);
			cr_expect_eq(item.lease.ia[0].times.t1, 7, "%s", rows[i].text);
		}
		leasefile_next(&lex, &item);
		cr_expect_eq(item.kind, LEASEFILE_LEASE, "%s", rows[i].text);
		cr_expect_str_eq(item.interface, "b", "%s", rows[i].text);
	}

	start(isc_raw_iaid);
	next(LEASEFILE_DUID);
	next(LEASEFILE_LEASE);
	cr_expect_eq(item.lease.ia[0].iaid, 0x22334455);
	cr_expect_eq(item.lease.n_bindings, 1);
	cr_expect_eq(item.lease.server.size, 14);
}

Test(leasefile, a_damaged_record_costs_itself_only)
{
	static const struct {
		const char *text;
		unsigned int line;
	} rows[] = {
		{ "lease6 {\n  interface eth0;\n}\n", 2 },
		{ "lease6 {\n  interface \"a-name-too-long-for-it\";\n}\n", 2 },
		{ "lease6 {\n  interface \"a\\000b\";\n}\n", 2 },
		{ "lease6 {\n  interface \"\";\n}\n", 2 },
		{ "lease6 {\n  interface \"x\"\n}\n", 3 },
		{ "lease6 {\n  interface \"x;\n}\n", 2 },
		{ "lease6 {\n}\n", 1 },
		{ "lease6 {\n  ia-na 1:2:3:4 {\n    iaaddr 192.0.2.1 {\n    }\n  }\n}\n", 3 },
		{ "lease6 {\n  ia-na 1:2:3:4 {\n    iaaddr 2001:db8::/64 {\n    }\n  }\n}\n", 3 },
		{ "lease6 {\n  ia-pd 1:2:3:4 {\n    iaprefix 2001:db8::/129 {\n    }\n  }\n}\n",
		  3 },
		{ "lease6 {\n  ia-pd 1:2:3:4 {\n    iaprefix 2001:db8:: {\n    }\n  }\n}\n", 3 },
		{ "lease6 {\n  ia-pd 1:2:3:4 {\n    iaprefix 2001:db8::/ {\n    }\n  }\n}\n", 3 },
		{ "lease6 {\n  ia-na 1:2:3:4 {\n    renew -1;\n  }\n}\n", 3 },
		{ "lease6 {\n  ia-na 1:2:3:4 {\n    renew 4294967296;\n  }\n}\n", 3 },
		{ "lease6 {\n  ia-na 1:2:3:4 {\n    starts 4 2026/01/01;\n  }\n}\n", 3 },
		{ "lease6 {\n  ia-na 1:2:3:4 {\n    renew 10\n", 4 },
		{ "lease6 {\n  ia-na 1:2:3:4 {\n    iaaddr 2001:db8::1 {\n", 4 },
		{ "lease6 {\n  ia-na 1:2:3:4 {\n", 3 },
		{ "lease6 {\n  option dhcp6.name-servers 2001:db8::1\n", 3 },
		{ "lease6 {\n  ia-na \"ab {\n    renew 1;\n", 2 },
		{ "lease6\n", 2 },
		{ "lease6 \"eth0\" { x; }\n", 1 },
		{ "default-duid 1:2;\n", 1 },
		{ "default-duid \"\\000\\001abc;\n", 1 },
		{ "default-duid ;\n", 1 },
		{ "default-duid 0:1:2:3\n", 2 },
		{ "} } { \"x\n \"\377\1 } {\n", 1 },
	};
	char text[512];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), "%slease6 {\n  interface \"good\";\n}\n",
			 rows[i].text);
		start(text);
		leasefile_next(&lex, &item);
		cr_expect_eq(item.kind, LEASEFILE_DAMAGED, "%s", text);
		cr_expect_eq(item.line, rows[i].line, "%s: line %u: %s", text, item.line,
			     item.reason);
		cr_expect_not_null(item.reason);
		cr_expect_eq(item.start, 0);
		cr_expect_gt(item.end, 0);
		cr_expect_leq(item.end, strlen(rows[i].text), "%s", text);
		leasefile_next(&lex, &item);
		cr_expect_eq(item.kind, LEASEFILE_LEASE, "%s", text);
		cr_expect_str_eq(item.interface, "good");
	}
}

Test(leasefile, what_is_unknown_or_needless_is_passed_over)
{
	start("; unknown \"x\" { a; { b; } }\n"
	      "lease6 {\n"
	      "  interface \"eth0\";\n"
	      "  name \"eth0:1\";\n"
	      "  key foo;\n"
	      "  bar { baz { 1; } }\n"
	      "  ia-na 0:0:0:1 {\n"
	      "    hello 1;\n"
	      "    iaprefix 2001:db8::/56 { max-life 6; }\n"
	      "    iaaddr :: { max-life 6; }\n"
	      "    iaaddr 2001:db8::1 { preferred-life 4; option dhcp6.status-code success; wow { "
	      "} }\n"
	      "    iaaddr 2001:db8::1 { max-life 7; }\n"
	      "    option dhcp6.status-code success \"}\";\n"
	      "  }\n"
	      "  ia-na 0:0:0:1 { renew 3; }\n"
	      "  ia-na 0:0:0:2 { }\n"
	      "  abandoned;\n"
	      "}\n");
	next(LEASEFILE_LEASE);
	cr_assert_eq(item.lease.n_ias, 2);
	cr_expect_eq(item.lease.ia[0].times.t1, 3);
	cr_expect_eq(item.lease.ia[1].times.t1, 0);
	cr_assert_eq(item.lease.n_bindings, 1);
	cr_expect_eq(item.lease.binding[0].times.valid, 7, "what was noted last counts");
	cr_expect_eq(item.lease.binding[0].times.preferred, 0);
	cr_expect(item.lease.released);
	cr_expect_eq(item.lease.server.size, 0);
	next(LEASEFILE_END);
}

Test(leasefile, an_option_that_does_not_parse_is_dropped_and_the_lease_kept)
{
	struct cursor data;

	start("lease6 { interface \"eth0\";\n"
	      "  option dhcp6.name-servers 192.0.2.1;\n"
	      "  option dhcp6.domain-search;\n"
	      "  option dhcp6.domain-search \"no end;\n"
	      "  option dhcp6.sntp-servers 2001:db8::1;\n"
	      "  option dhcp6.server-id 1;\n"
	      "  option dhcp6.ia-na 0:0:0:1;\n"
	      "  option dhcp6.no-such-name 1;\n"
	      "  option foo.bar \"x;y}\";\n"
	      "  option;\n"
	      "  option dhcp6.unknown-65001 \"x;y}\";\n"
	      "  option dhcp6.unknown-65002 ab:1 }");
	next(LEASEFILE_LEASE);
	cr_expect_not(options_find(&item.lease.options, OPTION_DNS_SERVERS, &data));
	cr_expect_not(options_find(&item.lease.options, OPTION_DOMAIN_LIST, &data));
	cr_expect_not(options_find(&item.lease.options, OPTION_IA_NA, &data));
	cr_expect(options_find(&item.lease.options, OPTION_SNTP_SERVERS, &data));
	cr_expect(has_option(&item.lease.options, 65001, "x;y}", 4));
	cr_expect_not(options_find(&item.lease.options, 65002, &data));
	cr_expect_eq(item.lease.server.size, 0);
	next(LEASEFILE_END);
}

Test(leasefile, what_is_more_than_there_is_room_for_is_left_out)
{
	static char text[32768];
	struct cursor out = cursor_writer(text, sizeof(text));

	put_format(&out, "lease6 { interface \"eth0\";");
	for (unsigned int i = 0; i < LEASE_IAS + 3; i++) {
		put_format(&out, "ia-na 0:0:0:%x {", i);
		for (unsigned int j = 0; j < 11; j++)
			put_format(&out, "iaaddr 2001:db8::%x:%x { max-life 9; }", i, j);
		put_format(&out, "}");
	}
	put_format(&out, "} lease6 { interface \"eth1\"; }");
	start(text_end(&out));
	next(LEASEFILE_LEASE);
	cr_expect_eq(item.lease.n_ias, LEASE_IAS);
	cr_expect_eq(item.lease.n_bindings, LEASE_BINDINGS);
	for (unsigned int i = 0; i < item.lease.n_bindings; i++)
		cr_expect_eq(item.lease.binding[i].ia, i / 11);
	next(LEASEFILE_LEASE);
	cr_expect_eq(item.lease.n_ias, 0);
}

/* Every cut of a file: what was whole before it is still read. */
static void cut(const char *text, size_t n_items)
{
	size_t size = strlen(text);
	size_t ends[16];
	enum leasefile_kind kinds[16];

	start(text);
	for (size_t i = 0; i < n_items; i++) {
		leasefile_next(&lex, &item);
		cr_assert(item.kind == LEASEFILE_DUID || item.kind == LEASEFILE_LEASE);
		ends[i] = item.end;
		kinds[i] = item.kind;
	}
	next(LEASEFILE_END);
	for (size_t at = 0; at <= size; at++) {
		char *copy = malloc(at + 1); /* ASan sees a read past `at` */
		size_t steps = 0;

		memcpy(copy, text, at);
		lex_init(&lex, copy, at);
		for (size_t i = 0; i < n_items && ends[i] <= at; i++)
			next(kinds[i]);
		do {
			leasefile_next(&lex, &item);
			cr_assert_leq(item.end, at);
			cr_assert_leq(steps++, 1);
			cr_assert(item.kind == LEASEFILE_DAMAGED || item.kind == LEASEFILE_END);
		} while (item.kind != LEASEFILE_END);
		free(copy);
	}
}

Test(leasefile, a_file_cut_anywhere_keeps_what_was_whole)
{
	static char text[16384];

	snprintf(text, sizeof(text), "%s%s%s%s%s", isc_octal, isc_released, isc_raw_iaid, isc_hex,
		 isc_v4);
	cut(text, 8);
}

Test(leasefile, a_record_behind_one_that_was_cut_is_read)
{
	static char text[16384];
	size_t size = strlen(isc_released);

	for (size_t at = 0; at < size; at++) {
		snprintf(text, sizeof(text), "%.*s\n%s", (int)at, isc_released, isc_hex);
		start(text);
		leasefile_next(&lex, &item);
		if (item.kind == LEASEFILE_DAMAGED ||
		    (item.kind == LEASEFILE_LEASE && at == size - 1))
			leasefile_next(&lex, &item);
		cr_expect_eq(item.kind, LEASEFILE_DUID, "cut at %zu: %s", at, text);
		next(LEASEFILE_LEASE);
		cr_expect_eq(item.lease.ia[0].iaid, 0x22334455);
		next(LEASEFILE_END);
	}
}

#define LARGE ((size_t)2 << 20)

Test(leasefile, two_megabytes_of_anything_end)
{
	static const char *const units[] = {
		"a",
		"\"",
		"{",
		"}",
		";",
		"#",
		"\\",
		"\n",
		"{ \"",
		"lease6 {",
		"lease6;",
		"lease6{}",
		"default-duid ",
		"default-duid 0:1:2;",
		"lease6{interface\"a\";}",
		"lease6{ia-na 0:0:0:1{iaaddr 2001:db8::1{",
		"lease6{option dhcp6.name-servers ",
		"\nlease6",
		"x { ",
	};
	char *text = malloc(LARGE);

	for (size_t i = 0; i <= sizeof(units) / sizeof(units[0]); i++) {
		const char *unit = i < sizeof(units) / sizeof(units[0]) ? units[i] : "\0";
		size_t size = strlen(unit) + (*unit == '\0');
		size_t last = 0;

		for (size_t at = 0; at < LARGE; at++)
			text[at] = unit[at % size];
		lex_init(&lex, text, LARGE);
		do {
			leasefile_next(&lex, &item);
			cr_assert_leq(item.end, LARGE);
			cr_assert(item.kind == LEASEFILE_END || item.end > last, "%s", unit);
			last = item.end;
		} while (item.kind != LEASEFILE_END);
	}
	/* One block, and one option, of that size. */
	memset(text, ' ', LARGE);
	memcpy(text, "lease6{interface \"a\";option dhcp6.unknown-9999 \"", 48);
	memset(text + 48, 'x', LARGE - 100);
	memcpy(text + LARGE - 3, "\";}", 3);
	lex_init(&lex, text, LARGE);
	next(LEASEFILE_LEASE);
	cr_expect_eq(item.lease.options.size, 0);
	free(text);
}

Test(leasefile, damage_at_random_ends)
{
	unsigned int seed = 20261123;
	char *text = malloc(sizeof(isc_octal));

	for (unsigned int round = 0; round < 10000; round++) {
		static const char alphabet[] = "\"\\{};# \n0a\0\377";
		size_t size = sizeof(isc_octal) - 1;
		size_t last = 0;

		memcpy(text, isc_octal, size);
		for (unsigned int i = 0; i < 3; i++)
			text[(size_t)rand_r(&seed) % size] =
				alphabet[(size_t)rand_r(&seed) % (sizeof(alphabet) - 1)];
		lex_init(&lex, text, size);
		do {
			leasefile_next(&lex, &item);
			cr_assert_leq(item.start, item.end);
			cr_assert(item.kind == LEASEFILE_END || item.end > last);
			last = item.end;
		} while (item.kind != LEASEFILE_END);
	}
	free(text);
}

static char written[65536];

static void write_lease(const char *interface, const struct lease *lease, const struct duid *client)
{
	struct cursor out = cursor_writer(written, sizeof(written) - 1);

	leasefile_put_duid(&out, client);
	leasefile_put_lease(&out, interface, lease, client);
	cr_assert_not(out.bad);
	written[out.at] = '\0';
}

Test(leasefile, a_record_is_written_as_dhclient_writes_it)
{
	static const char wanted[] =
		"default-duid \"\\000\\001\\000\\0012\\227\\204j\\002\\\"\\\\\\314\\335\\001\";\n"
		"lease6 {\n"
		"  interface \"eth0\";\n"
		"  ia-na 22:33:44:55 {\n"
		"    starts 1795475436;\n"
		"    renew 100;\n"
		"    rebind 200;\n"
		"    iaaddr 2001:db8:1::17ff {\n"
		"      starts 1795475437;\n"
		"      preferred-life 400;\n"
		"      max-life 4294967295;\n"
		"    }\n"
		"  }\n"
		"  ia-pd 00:00:00:01 {\n"
		"    starts 1795475436;\n"
		"    renew 0;\n"
		"    rebind 0;\n"
		"    iaprefix 2001:db8:a000::/56 {\n"
		"      starts 0;\n"
		"      preferred-life 0;\n"
		"      max-life 600;\n"
		"    }\n"
		"  }\n"
		"  released;\n"
		"  option dhcp6.client-id 0:1:0:1:32:97:84:6a:2:22:5c:cc:dd:1;\n"
		"  option dhcp6.server-id 0:3:0:1:aa;\n"
		"  option dhcp6.name-servers 2001:db8::53;\n"
		"  option dhcp6.unknown-65001 68:69:0;\n"
		"}\n";
	static struct lease lease = {
		.server = { 5, { 0, 3, 0, 1, 0xaa } },
		.released = true,
		.n_ias = 3,
		.ia = { { .type = OPTION_IA_NA,
			  .iaid = 0x22334455,
			  .times = { { 5, 1795475436 }, 100, 200 } },
			{ .type = OPTION_IA_NA, .iaid = 2, .granted = true },
			{ .type = OPTION_IA_PD, .iaid = 1, .times = { { 5, 1795475436 }, 0, 0 } } },
		.n_bindings = 2,
		.binding = { { .prefix_len = 128,
			       .ia = 0,
			       .times = { { 7, 1795475437 }, 400, INFINITE_TIME } },
			     { .prefix_len = 56, .ia = 2, .times = { { 7, 0 }, 0, 600 } } },
	};
	static const struct duid client = {
		14, { 0, 1, 0, 1, 0x32, 0x97, 0x84, 0x6a, 2, '"', '\\', 0xcc, 0xdd, 1 }
	};
	struct in6_addr server;

	inet_pton(AF_INET6, "2001:db8:1::17ff", &lease.binding[0].addr);
	inet_pton(AF_INET6, "2001:db8:a000::", &lease.binding[1].addr);
	inet_pton(AF_INET6, "2001:db8::53", &server);
	options_add(&lease.options, OPTION_DNS_SERVERS, &server, sizeof(server));
	options_add(&lease.options, OPTION_DNS_SERVERS, &server, 5); /* not of its format */
	options_add(&lease.options, OPTION_RAPID_COMMIT, "", 0);
	options_add(&lease.options, 65000, "", 0);
	options_add(&lease.options, 65001, "hi", 3);
	write_lease("eth0", &lease, &client);
	cr_expect_str_eq(written, wanted, "%s", written);
}

Test(leasefile, what_is_written_is_read_back)
{
	static const char *const files[] = { isc_octal, isc_released, isc_raw_iaid, isc_hex };
	static struct lease first;
	static char again[sizeof(written)];

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct duid duid = { 3, { 0, 4, '"' } };

		start(files[i]);
		do {
			leasefile_next(&lex, &item);
			if (item.kind == LEASEFILE_DUID)
				duid = item.duid;
		} while (item.kind == LEASEFILE_DUID);
		cr_assert_eq(item.kind, LEASEFILE_LEASE);
		first = item.lease;
		/* An IA that holds nothing is not written; those of dhclient's files come last. */
		if (lease_count(&first, first.n_ias - 1u) == 0)
			first.ia[--first.n_ias] = (struct ia){ 0 };
		write_lease("we\"ird\\", &first, &duid);
		memcpy(again, written, sizeof(written));
		start(again);
		next(LEASEFILE_DUID);
		cr_expect(duid_equal(&item.duid, &duid));
		next(LEASEFILE_LEASE);
		cr_expect_str_eq(item.interface, "we\"ird\\");
		cr_expect_eq(memcmp(&item.lease, &first, sizeof(first)), 0, "%s", again);
		next(LEASEFILE_END);
		write_lease("we\"ird\\", &item.lease, &duid);
		cr_expect_str_eq(written, again);
	}
}

/* A record with one prefix, and `statements` in its block. */
static void read_prefix_with(const char *prefix, const char *statements)
{
	static char text[1000];

	snprintf(text, sizeof(text),
		 "lease6 {\n  interface \"eth0\";\n  ia-pd 0:0:0:1 {\n    starts 5;\n    renew 1;\n"
		 "    rebind 2;\n    iaprefix %s {\n      starts 5;\n      preferred-life 3;\n"
		 "      max-life 4;\n%s    }\n  }\n}\n",
		 prefix, statements);
	start(text);
	next(LEASEFILE_LEASE);
	cr_assert_eq(item.lease.n_bindings, 1, "%s", statements);
	cr_expect_eq(item.lease.binding[0].times.valid, 4, "%s", statements);
}

/* C-PDX-5: a Release of another process has it, too. */
Test(leasefile, an_excluded_prefix_is_written_and_read_back)
{
	static const struct {
		const char *prefix, *exclude;
		uint8_t exclude_len;
		const char *line;
	} rows[] = {
		{ "2001:db8:a00::/56", "2001:db8:a00:a::", 64,
		  "      option dhcp6.unknown-67 40:a;\n    }\n" },
		{ "2001:db8::/60", "2001:db8:0:f::", 64,
		  "      option dhcp6.unknown-67 40:f0;\n    }\n" },
		{ "2001:db8::/127", "2001:db8::1", 128,
		  "      option dhcp6.unknown-67 80:80;\n    }\n" },
		{ "2000::/3", "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 128,
		  "      option dhcp6.unknown-67 "
		  "80:ff:ff:ff:ff:ff:ff:ff:ff:ff:ff:ff:ff:ff:ff:ff:f8;\n" },
	};
	static const struct duid client = { 3, { 0, 4, 1 } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static struct lease lease;
		struct in6_addr exclude;

		inet_pton(AF_INET6, rows[i].exclude, &exclude);
		read_prefix_with(rows[i].prefix, "");
		lease = item.lease;
		cr_expect_eq(lease.binding[0].exclude_len, 0);
		lease.binding[0].exclude = exclude;
		lease.binding[0].exclude_len = rows[i].exclude_len;
		write_lease("eth0", &lease, &client);
		cr_expect(strstr(written, rows[i].line), "%s", written);
		start(written);
		next(LEASEFILE_DUID);
		next(LEASEFILE_LEASE);
		cr_expect_eq(memcmp(&item.lease.binding[0], &lease.binding[0],
				    sizeof(struct binding)),
			     0, "%s", rows[i].exclude);
	}
}

/* C-PDX-6: the prefix is read all the same, and what stands behind. */
Test(leasefile, a_wrong_exclusion_excludes_nothing)
{
	static const char *const statements[] = {
		"      option dhcp6.unknown-67 38:a;\n", /* not longer than the prefix */
		"      option dhcp6.unknown-67 81:a;\n",
		"      option dhcp6.unknown-67 80:a;\n", /* bits are missing */
		"      option dhcp6.unknown-67 40;\n",
		"      option dhcp6.unknown-67 ;\n",
		"      option dhcp6.unknown-67 no hex;\n",
		"      option dhcp6.unknown-68 40:a;\n",
		"      option dhcp6.name-servers fe80::1;\n",
		"      option;\n",
		"      exclude { 40:a; }\n",
		("      option dhcp6.unknown-67 "
		 "40:1:2:3:4:5:6:7:8:9:a:b:c:d:e:f:10:11;\n"),
	};

	for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++) {
		read_prefix_with("2001:db8:a00::/56", statements[i]);
		cr_expect_eq(item.lease.binding[0].exclude_len, 0, "%s", statements[i]);
		next(LEASEFILE_END);
	}
	/* By its name, too, and behind other options. */
	read_prefix_with("2001:db8:a00::/56",
			 "      option dhcp6.unknown-9 1;\n      option dhcp6.pd-exclude 40:b;\n");
	cr_expect_eq(item.lease.binding[0].exclude_len, 64);
	cr_expect_eq(item.lease.binding[0].exclude.s6_addr[7], 0x0b);
}

Test(leasefile, every_duid_is_read_back)
{
	for (unsigned int octet = 0; octet < 256; octet++) {
		struct duid duid = { DUID_MAX, { 0 } };
		struct cursor out = cursor_writer(written, sizeof(written) - 1);

		memset(duid.bytes, (int)octet, sizeof(duid.bytes));
		leasefile_put_duid(&out, &duid);
		lex_init(&lex, written, out.at);
		next(LEASEFILE_DUID);
		cr_expect(duid_equal(&item.duid, &duid), "octet %u", octet);
	}
}

Test(leasefile, what_does_not_fit_makes_the_cursor_bad)
{
	size_t size;

	start(isc_hex);
	next(LEASEFILE_DUID);
	next(LEASEFILE_LEASE);
	write_lease("eth0", &item.lease, &item.duid);
	size = strlen(written);
	for (size_t room = 0; room < size; room++) {
		char *small = malloc(room + 1);
		struct cursor out = cursor_writer(small, room);

		leasefile_put_duid(&out, &item.duid);
		leasefile_put_lease(&out, "eth0", &item.lease, &item.duid);
		cr_assert(out.bad, "%zu", room);
		free(small);
	}
}
