/* SPDX-License-Identifier: MPL-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "core/content.h"
#include "core/proto.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/* Parts that occur again and again: 2001:db8::53, ff02::fb, ::1, dns.example. */
#define A53   "20010db8000000000000000000000053"
#define MCAST "ff0200000000000000000000000000fb"
#define LOOP  "00000000000000000000000000000001"
#define ANY   "00000000000000000000000000000000"
#define DNS   "03646e73 076578616d706c65 00"

struct bytes {
	size_t size;
	uint8_t data[1024];
};

struct row {
	const char *name;
	const char *data; /* hexadecimal */
	const char *want; /* what is to be used; NULL: all of it */
};

static uint8_t digit(char c)
{
	return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* Lower-case hex digits in pairs, blanks between as one likes. */
static struct bytes hex(const char *text)
{
	struct bytes bytes = { 0 };

	for (; *text; text += *text == ' ' ? 1 : 2)
		if (*text != ' ')
			bytes.data[bytes.size++] = (uint8_t)(digit(text[0]) << 4 | digit(text[1]));
	return bytes;
}

static void expect_good(unsigned int code, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct bytes data = hex(rows[i].data);
		struct bytes want = hex(rows[i].want ? rows[i].want : rows[i].data);
		struct bytes used = { 0 };
		struct cursor out = cursor_writer(used.data, data.size);

		cr_expect(content_usable(code, data.data, data.size), "%s", rows[i].name);
		cr_expect(content_write(&out, code, data.data, data.size), "%s", rows[i].name);
		cr_expect_not(out.bad, "%s: no longer than it came", rows[i].name);
		cr_expect_eq(out.at, want.size, "%s: %zu octets", rows[i].name, out.at);
		cr_expect_eq(memcmp(used.data, want.data, want.size), 0, "%s", rows[i].name);
	}
}

static void expect_bad(unsigned int code, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct bytes data = hex(rows[i].data);
		struct bytes used = { 0 };
		struct cursor out = cursor_writer(used.data, sizeof(used.data));

		cr_expect_not(content_usable(code, data.data, data.size), "%s", rows[i].name);
		cr_expect_not(content_write(&out, code, data.data, data.size), "%s", rows[i].name);
		cr_expect(out.at == 0 && !out.bad, "%s: nothing is written", rows[i].name);
	}
}

/* Any cut of a good instance reads no octet behind it (with the address sanitizer). */
static void cut(unsigned int code, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct bytes data = hex(rows[i].data);

		for (size_t size = 0; size < data.size; size++) {
			uint8_t exact[1024];
			uint8_t *start = exact + sizeof(exact) - size;

			memcpy(start, data.data, size);
			content_usable(code, start, size);
		}
	}
}

static const struct row dnr_good[] = {
	{ "name only", "0001 000d" DNS, NULL },
	{ "no parameters", "0001 000d" DNS "0010" A53, NULL },
	{ "alpn dot", "0001 000d" DNS "0010" A53 "0001 0004 03646f74", NULL },
	{ "alpn, port, dohpath",
	  "ffff 000d" DNS "0020" A53 A53 "0001 0003 026832 0003 0002 01bb 0007 0002 2f71", NULL },
	{ "an unknown key, an empty value", "0000 000d" DNS "0010" A53 "0001 0000 ffff 0000",
	  NULL },
	{ "multicast and loopback are left out",
	  "0001 000d" DNS "0040" MCAST A53 LOOP ANY "0001 0000",
	  "0001 000d" DNS "0010" A53 "0001 0000" },
	{ "link-local", "0001 000d" DNS "0010 fe800000000000000000000000000001", NULL },
};

static const struct row dnr_bad[] = {
	{ "nothing", "", NULL },
	{ "priority only", "0001", NULL },
	{ "no name", "0001 0000", NULL },
	{ "the root", "0001 0001 00", NULL },
	{ "name reaches past the end", "0001 000e" DNS, NULL },
	{ "name without its end", "0001 000c 03646e73 076578616d706c65", NULL },
	{ "name ends before its length", "0001 000e" DNS "00", NULL },
	{ "compressed", "0001 0006 03646e73 c000", NULL },
	{ "a blank in the name", "0001 0005 03642073 00", NULL },
	{ "addresses: half a length", "0001 000d" DNS "00", NULL },
	{ "addresses: none", "0001 000d" DNS "0000", NULL },
	{ "addresses: none, but parameters", "0001 000d" DNS "0000 0001 0004 03646f74", NULL },
	{ "addresses: 15 octets", "0001 000d" DNS "000f 20010db80000000000000000000000", NULL },
	{ "addresses: 17 octets", "0001 000d" DNS "0011" A53 "00", NULL },
	{ "addresses reach past the end", "0001 000d" DNS "0020" A53, NULL },
	{ "multicast only", "0001 000d" DNS "0010" MCAST, NULL },
	{ "loopback only", "0001 000d" DNS "0010" LOOP, NULL },
	{ "ipv4hint", "0001 000d" DNS "0010" A53 "0001 0000 0004 0004 c0000201", NULL },
	{ "ipv6hint", "0001 000d" DNS "0010" A53 "0006 0010" A53, NULL },
};

/* C-OPT-9: an instance with any violation is left out as a whole. */
Test(content, a_malformed_resolver_is_left_out)
{
	expect_good(OPTION_V6_DNR, dnr_good, ROWS(dnr_good));
	expect_bad(OPTION_V6_DNR, dnr_bad, ROWS(dnr_bad));
	cut(OPTION_V6_DNR, dnr_good, ROWS(dnr_good));
}

/* C-OPT-10 */
Test(content, service_parameters_fill_what_is_left_and_ascend)
{
	static const struct row bad[] = {
		{ "half a key", "0001 000d" DNS "0010" A53 "00", NULL },
		{ "no length", "0001 000d" DNS "0010" A53 "0001", NULL },
		{ "a value past the end", "0001 000d" DNS "0010" A53 "0001 0005 03646f74", NULL },
		{ "octets behind", "0001 000d" DNS "0010" A53 "0001 0003 03646f74", NULL },
		{ "a key twice", "0001 000d" DNS "0010" A53 "0001 0000 0001 0000", NULL },
		{ "descending", "0001 000d" DNS "0010" A53 "0003 0002 0355 0001 0000", NULL },
	};

	expect_bad(OPTION_V6_DNR, bad, ROWS(bad));
}

/* 192.0.2.0/24 and 2001:db8::/40, EA 16; the same with offset 6, PSID 0x34 of 8 bits. */
#define RULE	  "0059 000d 00 10 18 c0000200 28 20010db800"
#define RULE_PORT "0059 0015 00 10 18 c0000200 28 20010db800 005d 0004 06 08 3400"
#define BR	  "005a 0010" A53
#define DMR	  "005b 0009 40 20010db8ffff0000"
#define BIND	  "005c 0015 c0000201 40 20010db800010000 005d 0004 00 10 1234"

static const struct row mape_good[] = {
	{ "rule and relay", RULE BR, NULL },
	{ "the relay first", BR RULE, NULL },
	{ "two rules, two relays, port parameters", RULE RULE_PORT BR BR, NULL },
	{ "an unknown option", RULE BR "fffe 0002 0000", NULL },
	{ "largest values", "0059 0020 01 30 20 c0000200 80" A53 "005d 0004 0f 10 ffff" BR, NULL },
	{ "smallest values", "0059 0008 00 00 00 00000000 00" BR, NULL },
	{ "a prefix of 33 bits", "0059 000d 00 00 00 00000000 21 20010db880" BR, NULL },
	{ "an unknown option in a rule", "0059 000d 00 00 00 00000000 00 fffe 0001 00" BR, NULL },
};

static const struct row mape_bad[] = {
	{ "empty", "", NULL },
	{ "no relay", RULE, NULL },
	{ "no rule", BR, NULL },
	{ "with DMR", RULE BR DMR, NULL },
	{ "with V4V6BIND", RULE BR BIND, NULL },
	{ "EA of 49 bits", "0059 0008 00 31 00 00000000 00" BR, NULL },
	{ "IPv4 prefix of 33 bits", "0059 0008 00 00 21 00000000 00" BR, NULL },
	{ "IPv6 prefix of 129 bits", "0059 0019 00 00 00 00000000 81" A53 "00" BR, NULL },
	{ "IPv6 prefix cut", "0059 000a 00 00 00 00000000 28 2001" BR, NULL },
	{ "33 bits in 4 octets", "0059 000c 00 00 00 00000000 21 20010db8" BR, NULL },
	{ "rule of 7 octets", "0059 0007 00 00 00 00000000" BR, NULL },
	{ "offset 16", "0059 0010 00 00 00 00000000 00 005d 0004 10 08 0000" BR, NULL },
	{ "PSID of 17 bits", "0059 0010 00 00 00 00000000 00 005d 0004 00 11 0000" BR, NULL },
	{ "port parameters of 3 octets", "0059 000f 00 00 00 00000000 00 005d 0003 00 08 00" BR,
	  NULL },
	{ "port parameters of 5 octets", "0059 0011 00 00 00 00000000 00 005d 0005 00 08 000000" BR,
	  NULL },
	{ "port parameters past the end", "0059 000e 00 00 00 00000000 00 005d 0004 00 08" BR,
	  NULL },
	{ "relay of 15 octets", RULE "005a 000f 20010db80000000000000000000000", NULL },
	{ "an option past the end", RULE BR "fffe 0002 00", NULL },
};

/* C-OPT-11: MAP-E */
Test(content, a_map_e_container_has_rules_and_relays_only)
{
	expect_good(OPTION_S46_CONT_MAPE, mape_good, ROWS(mape_good));
	expect_bad(OPTION_S46_CONT_MAPE, mape_bad, ROWS(mape_bad));
	cut(OPTION_S46_CONT_MAPE, mape_good, ROWS(mape_good));
}

/* C-OPT-11: MAP-T */
Test(content, a_map_t_container_has_rules_and_one_dmr_only)
{
	static const struct row good[] = {
		{ "rule and DMR", RULE DMR, NULL },
		{ "two rules", RULE_PORT DMR RULE, NULL },
		{ "DMR of no bits", RULE "005b 0001 00", NULL },
	};
	static const struct row bad[] = {
		{ "no DMR", RULE, NULL },
		{ "no rule", DMR, NULL },
		{ "two DMRs", RULE DMR DMR, NULL },
		{ "with relay", RULE DMR BR, NULL },
		{ "with V4V6BIND", RULE DMR BIND, NULL },
		{ "DMR of 129 bits", RULE "005b 0012 81" A53 "00", NULL },
		{ "empty DMR", RULE "005b 0000", NULL },
		{ "octets behind the DMR", RULE "005b 000a 40 20010db8ffff0000 00", NULL },
	};

	expect_good(OPTION_S46_CONT_MAPT, good, ROWS(good));
	expect_bad(OPTION_S46_CONT_MAPT, bad, ROWS(bad));
}

/* C-OPT-11: Lightweight 4over6 */
Test(content, a_lightweight_container_has_relays_and_at_most_one_binding)
{
	static const struct row good[] = {
		{ "relay", BR, NULL },
		{ "relay and binding", BIND BR, NULL },
		{ "two relays", BR BR, NULL },
	};
	static const struct row bad[] = {
		{ "no relay", BIND, NULL },
		{ "two bindings", BR BIND BIND, NULL },
		{ "with rule", BR RULE, NULL },
		{ "with DMR", BR DMR, NULL },
		{ "binding of 4 octets", BR "005c 0004 c0000201", NULL },
		{ "binding with a prefix of 129 bits", BR "005c 0016 c0000201 81" A53 "00", NULL },
		{ "binding with offset 16", BR "005c 000d c0000201 00 005d 0004 10 00 0000", NULL },
	};

	expect_good(OPTION_S46_CONT_LW, good, ROWS(good));
	expect_bad(OPTION_S46_CONT_LW, bad, ROWS(bad));
}

/* RFC 7598 section 4; the relay alone has a meaning of its own (RFC 8539). */
Test(content, softwire_options_stand_in_containers)
{
	static const struct row rows[] = { { "well formed", "00 00 00 00000000 00", NULL } };

	expect_bad(OPTION_S46_RULE, rows, 1);
	expect_bad(OPTION_S46_DMR, rows, 1);
	expect_bad(OPTION_S46_V4V6BIND, rows, 1);
	expect_bad(OPTION_S46_PORTPARAMS, rows, 1);
	expect_good(OPTION_S46_BR, &(struct row){ "relay", A53, NULL }, 1);
}

static const struct row ntp_good[] = {
	{ "address", "0001 0010" A53, NULL },
	{ "multicast", "0002 0010" MCAST, NULL },
	{ "name", "0003 000d" DNS, NULL },
	{ "and an unknown sub-option", "0009 0001 00 0003 000d" DNS, NULL },
};

static const struct row ntp_bad[] = {
	{ "empty", "", NULL },
	{ "unknown only", "0009 0001 00", NULL },
	{ "two sources", "0001 0010" A53 "0001 0010" A53, NULL },
	{ "two kinds", "0001 0010" A53 "0003 000d" DNS, NULL },
	{ "15 octets", "0001 000f 20010db80000000000000000000000", NULL },
	{ "17 octets", "0001 0011" A53 "00", NULL },
	{ "multicast as address", "0001 0010" MCAST, NULL },
	{ "address as multicast", "0002 0010" A53, NULL },
	{ "two names", "0003 001a" DNS DNS, NULL },
	{ "no name", "0003 0001 00", NULL },
	{ "past the end", "0003 000e" DNS, NULL },
	{ "octets behind", "0003 000d" DNS "00", NULL },
};

/* C-OPT-4 */
Test(content, an_ntp_option_has_exactly_one_time_source)
{
	expect_good(OPTION_NTP_SERVER, ntp_good, ROWS(ntp_good));
	expect_bad(OPTION_NTP_SERVER, ntp_bad, ROWS(ntp_bad));
	cut(OPTION_NTP_SERVER, ntp_good, ROWS(ntp_good));
}

/* Sixteen octets and fourteen of them, and labels of 63, 62 and 61 octets. */
#define X16 "78787878787878787878787878787878"
#define X14 "7878787878787878787878787878"
#define L63 "3f" X16 X16 X16 X14 "78"
#define L62 "3e" X16 X16 X16 X14
#define L61 "3d" X16 X16 X16 "78787878787878787878787878"

/* C-OPT-7 */
Test(content, an_aftr_name_is_one_whole_name)
{
	static const struct row good[] = {
		{ "name", DNS, NULL },
		{ "of several the first", DNS "0161 00", DNS },
		{ "whatever is behind it", DNS "c0", DNS },
		{ "255 octets", L63 L63 L63 L61 "00", NULL },
	};
	static const struct row bad[] = {
		{ "empty", "", NULL },
		{ "three octets", "0161 00", NULL },
		{ "three octets and another name", "0161 00" DNS, NULL },
		{ "the root first", "00" DNS, NULL },
		{ "no end", "03646e73", NULL },
		{ "compressed", "03646e73 c000", NULL },
		{ "256 octets", L63 L63 L63 L62 "00", NULL },
		{ "a shell's work", "0524286c7329 00", NULL },
	};

	expect_good(OPTION_AFTR_NAME, good, ROWS(good));
	expect_bad(OPTION_AFTR_NAME, bad, ROWS(bad));
}

/* C-OPT-1, C-OPT-5: whole addresses in their order, without those that are nobody's. */
Test(content, servers_are_whole_addresses_in_their_order)
{
	static const struct row good[] = {
		{ "one", A53, NULL },
		{ "two", A53 LOOP, NULL },
		{ "odd ones are left out", MCAST A53 ANY LOOP, A53 LOOP },
	};
	static const struct row bad[] = {
		{ "empty", "", NULL },
		{ "15 octets", "20010db80000000000000000000000", NULL },
		{ "17 octets", A53 "00", NULL },
		{ "odd ones only", MCAST ANY, NULL },
	};

	expect_good(OPTION_DNS_SERVERS, good, ROWS(good));
	expect_bad(OPTION_DNS_SERVERS, bad, ROWS(bad));
	expect_good(OPTION_SNTP_SERVERS, good, ROWS(good));
	expect_bad(OPTION_SNTP_SERVERS, bad, ROWS(bad));
}

Test(content, other_options_have_no_rule)
{
	static const struct row rows[] = { { "empty", "", NULL }, { "anything", "00ff01", NULL } };

	expect_good(OPTION_VENDOR_OPTS, rows, ROWS(rows));
	expect_good(65535, rows, ROWS(rows));
}
