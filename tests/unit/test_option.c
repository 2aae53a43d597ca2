/* SPDX-License-Identifier: MPL-2.0 */
#include <criterion/criterion.h>
#include <string.h>
#include <strings.h>

#include "core/option.h"

/* What scripts and configuration files written for ISC's client rely on. */
static const struct {
	unsigned int code;
	const char *name;
	const char *format;
} isc[] = {
	{ 1, "client-id", "X" },
	{ 2, "server-id", "X" },
	{ 3, "ia-na", "X" },
	{ 4, "ia-ta", "X" },
	{ 5, "ia-addr", "X" },
	{ 6, "oro", "SA" },
	{ 7, "preference", "B" },
	{ 8, "elapsed-time", "S" },
	{ 9, "relay-msg", "X" },
	{ 12, "unicast", "6" },
	{ 13, "status-code", "Nt" },
	{ 14, "rapid-commit", "Z" },
	{ 17, "vendor-opts", "E" },
	{ 18, "interface-id", "X" },
	{ 20, "reconf-accept", "Z" },
	{ 21, "sip-servers-names", "D" },
	{ 22, "sip-servers-addresses", "6A" },
	{ 23, "name-servers", "6A" },
	{ 24, "domain-search", "D" },
	{ 25, "ia-pd", "X" },
	{ 26, "ia-prefix", "X" },
	{ 27, "nis-servers", "6A" },
	{ 28, "nisp-servers", "6A" },
	{ 29, "nis-domain-name", "D" },
	{ 30, "nisp-domain-name", "D" },
	{ 31, "sntp-servers", "6A" },
	{ 32, "info-refresh-time", "T" },
	{ 33, "bcms-server-d", "D" },
	{ 34, "bcms-server-a", "6A" },
	{ 36, "geoconf-civic", "X" },
	{ 37, "remote-id", "X" },
	{ 38, "subscriber-id", "X" },
	{ 39, "fqdn", "E" },
	{ 40, "pana-agent", "6A" },
	{ 41, "new-posix-timezone", "t" },
	{ 42, "new-tzdb-timezone", "t" },
	{ 43, "ero", "SA" },
	{ 51, "v6-lost", "d" },
	{ 57, "v6-access-domain", "d" },
	{ 58, "sip-ua-cs-list", "D" },
	{ 59, "bootfile-url", "t" },
	{ 60, "bootfile-param", "X" },
	{ 61, "client-arch-type", "SA" },
	{ 62, "nii", "BBB" },
	{ 64, "aftr-name", "d" },
	{ 65, "erp-local-domain-name", "d" },
	{ 74, "rdnss-selection", "6BD" },
	{ 80, "link-address", "6" },
	{ 82, "solmax-rt", "L" },
	{ 83, "inf-max-rt", "L" },
	{ 87, "dhcpv4-msg", "X" },
	{ 88, "dhcp4-o-dhcp6-server", "6A" },
	{ 103, "v6-captive-portal", "t" },
	{ 135, "relay-source-port", "S" },
	{ 143, "ipv6-address-andsf", "6A" },
};

Test(option, names_and_formats_are_those_of_isc)
{
	for (size_t i = 0; i < sizeof(isc) / sizeof(isc[0]); i++) {
		const struct option_info *info = option_by_code(isc[i].code);

		cr_assert_not_null(info, "%s", isc[i].name);
		cr_expect_eq(info->code, isc[i].code);
		cr_expect_str_eq(info->name, isc[i].name);
		cr_expect_str_eq(info->format, isc[i].format, "%s", isc[i].name);
		cr_expect_eq(option_by_name(isc[i].name), info, "%s", isc[i].name);
	}
}

/* option_by_code() stops at the first row past the code. */
Test(option, the_table_ascends_and_is_sane)
{
	const struct option_info *row;
	unsigned int last = 0;
	size_t n;

	for (n = 0; (row = option_row(n)) != NULL; n++) {
		cr_expect_gt(row->code, last, "row %zu", n);
		last = row->code;
		cr_expect_eq(option_by_code(row->code), row, "%s", row->name);
		cr_expect_eq(option_by_name(row->name), row, "%s: the name is taken", row->name);
		cr_expect_gt(strlen(row->name), 0);
		cr_expect_eq(strspn(row->name, "abcdefghijklmnopqrstuvwxyz0123456789-"),
			     strlen(row->name), "%s", row->name);
		cr_expect_gt(strlen(row->format), 0, "%s", row->name);
		cr_expect_eq(strspn(row->format, "6IBSLTtdDNXZEA"), strlen(row->format), "%s: %s",
			     row->name, row->format);
	}
	cr_expect_gt(n, sizeof(isc) / sizeof(isc[0]));
	cr_expect_null(option_row(SIZE_MAX));
}

Test(option, unknown_codes_and_names_have_no_row)
{
	static const unsigned int codes[] = { 0, 10, 35, 151, 9999, 65535, 65536 + 23, UINT32_MAX };

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		cr_expect_null(option_by_code(codes[i]), "%u", codes[i]);
	cr_expect_null(option_by_name(""));
	cr_expect_null(option_by_name("name-server"));
	cr_expect_null(option_by_name("name-serverss"));
}

Test(option, names_compare_without_regard_to_case)
{
	cr_assert_not_null(option_by_name("Name-SERVERS"));
	cr_expect_eq(option_by_name("Name-SERVERS")->code, 23);
}

/* C-ORO-2, C-ORO-4, C-ORO-7, C-ORO-8, C-PDX-1, and the registry's column. */
Test(option, the_oro_lists_what_a_client_may_ask_for)
{
	static const struct {
		uint16_t first;
		uint16_t last;
		bool lease; /* in Solicit, Request, Renew, Rebind */
		bool information;
	} rows[] = {
		{ 0, 9, false, false },	      { 11, 16, false, false },
		{ 17, 17, true, true },	      { 18, 20, false, false },
		{ 21, 24, true, true },	      { 25, 26, false, false },
		{ 27, 31, true, true },	      { 32, 32, false, true },
		{ 36, 36, true, true },	      { 37, 38, false, false },
		{ 39, 39, true, true },	      { 41, 42, true, true },
		{ 43, 48, false, false },     { 53, 53, false, false },
		{ 56, 57, true, true },	      { 59, 60, true, true },
		{ 61, 61, false, false },     { 62, 62, true, true },
		{ 64, 64, true, true },	      { 66, 66, false, false },
		{ 67, 67, true, false },      { 68, 68, false, false },
		{ 74, 74, true, true },	      { 79, 81, false, false },
		{ 82, 86, true, true },	      { 87, 87, false, false },
		{ 88, 88, true, true },	      { 89, 89, false, false },
		{ 90, 90, true, true },	      { 91, 93, false, false },
		{ 94, 99, true, true },	      { 100, 102, false, false },
		{ 103, 103, true, true },     { 105, 110, false, false },
		{ 111, 111, true, true },     { 112, 112, false, false },
		{ 113, 113, true, true },     { 114, 135, false, false },
		{ 136, 137, true, true },     { 138, 140, false, false },
		{ 141, 148, true, true },     { 149, 150, false, false },
		{ 151, 300, true, true }, /* not known: the administrator's choice */
		{ 65535, 65535, true, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (unsigned int code = rows[i].first; code <= rows[i].last; code++) {
			cr_expect_eq(option_requestable(code, false), rows[i].lease, "%u", code);
			cr_expect_eq(option_requestable(code, true), rows[i].information,
				     "%u in Information-request", code);
		}
	}
	cr_expect(!option_requestable(65536, false), "no code of 16 bits");
	cr_expect(!option_requestable(UINT32_MAX, true));
}

/* The registry's column, with RFC 5908 and 6731 where they say otherwise. */
Test(option, singletons)
{
	static const uint16_t single[] = { 1,  2,  6,  7,  8,  11, 13,	14,  15,  19,  20,
					   21, 22, 23, 24, 31, 32, 39,	41,  42,  59,  60,
					   64, 82, 83, 88, 95, 96, 103, 111, 146, 147, 148 };
	static const uint16_t many[] = {
		3, 5, 16, 17, 25, 26, 56, 74, 86, 89, 90, 94, 113, 144, 145
	};

	for (size_t i = 0; i < sizeof(single) / sizeof(single[0]); i++)
		cr_expect(option_by_code(single[i])->single, "%u", single[i]);
	for (size_t i = 0; i < sizeof(many) / sizeof(many[0]); i++)
		cr_expect(!option_by_code(many[i])->single, "%u", many[i]);
}

Test(option, the_bag_keeps_order_and_finds_the_first)
{
	static const uint8_t want[] = { 0, 23, 0, 2, 1, 2, 0xff, 0xff, 0, 0, 0, 23, 0, 1, 3 };
	struct options options = { 0 };
	struct cursor data;

	cr_expect(!options_find(&options, 23, &data), "an empty bag");
	cr_expect(options_add(&options, 23, "\1\2", 2));
	cr_expect(options_add(&options, 65535, NULL, 0));
	cr_expect(options_add(&options, 23, "\3", 1));
	cr_expect_eq(options.size, sizeof(want));
	cr_expect_eq(memcmp(options.bytes, want, sizeof(want)), 0);
	cr_assert(options_find(&options, 23, &data));
	cr_expect_eq(cursor_left(&data), 2);
	cr_expect_eq(get_u16(&data), 0x0102);
	cr_assert(options_find(&options, 65535, &data));
	cr_expect_eq(cursor_left(&data), 0);
	cr_expect(!data.bad);
	cr_expect(!options_find(&options, 24, &data));
}

Test(option, what_is_replaced_has_the_same_code_and_key)
{
	static const uint8_t want[] = { 0, 23, 0, 1, 9, 0, 17, 0, 2, 1, 2, 0, 17, 0, 2, 3, 5 };
	struct options options = { 0 };
	struct options before;
	static uint8_t much[OPTIONS_SIZE];

	cr_expect(options_replace(&options, 17, "\3\4", 2, 1));
	cr_expect(options_replace(&options, 23, "\7\1", 2, 0));
	cr_expect(options_replace(&options, 23, "\x9", 1, 0));
	cr_expect(options_replace(&options, 17, "\1\2", 2, 1));
	cr_expect(options_replace(&options, 17, "\3\5", 2, 1));
	cr_assert_eq(options.size, sizeof(want));
	cr_expect_eq(memcmp(options.bytes, want, sizeof(want)), 0);
	before = options;
	cr_expect(options_add(&options, 17, NULL, 0));
	cr_expect(options_replace(&options, 17, "\0\5", 2, 1));
	cr_expect_eq(options.size, sizeof(want) + 4 + 6, "what is too short for a key stays");
	options = before;
	cr_expect(!options_replace(&options, 23, much, sizeof(much), 0), "no room");
	cr_expect(options_equal(&options, &before));
}

Test(option, a_full_bag_takes_nothing_and_stays_as_it_is)
{
	static uint8_t data[OPTIONS_SIZE + 10];
	struct options options = { 0 };
	struct options before;

	cr_expect(!options_add(&options, 1, data, OPTIONS_SIZE - 3), "one octet too many");
	cr_expect_eq(options.size, 0);
	cr_expect(!options_add(&options, 1, data, sizeof(data)));
	cr_expect(options_add(&options, 1, data, OPTIONS_SIZE - 8));
	before = options;
	cr_expect(!options_add(&options, 2, data, 1));
	cr_expect(options_equal(&options, &before));
	cr_expect(options_add(&options, 2, data, 0), "exactly full");
	cr_expect_eq(options.size, OPTIONS_SIZE);
	cr_expect(!options_add(&options, 2, data, 0));
	cr_expect_eq(options.size, OPTIONS_SIZE);
}

Test(option, bags_are_equal_when_what_is_in_use_is)
{
	struct options a = { 0 };
	struct options b = { 0 };

	cr_expect(options_equal(&a, &b));
	options_add(&a, 23, "\1", 1);
	cr_expect(!options_equal(&a, &b));
	options_add(&b, 23, "\2", 1);
	cr_expect(!options_equal(&a, &b));
	b.bytes[4] = 1;
	cr_expect(options_equal(&a, &b));
	b.bytes[100] = 1;
	cr_expect(options_equal(&a, &b), "octets past the end do not count");
}
