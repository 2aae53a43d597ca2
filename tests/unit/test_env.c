/* SPDX-License-Identifier: MPL-2.0 */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/client.h"
#include "core/option.h"
#include "core/proto.h"
#include "text/conf.h"
#include "text/env.h"

/*
 * The environments are those that ISC's client gave to its script, as they were recorded:
 * the same names, the same values. What differs from a recording is told where it does.
 */

/* One line of the environment a line. */
/* clang-format off */
#define HEAD                                                                                       \
	"PATH=/usr/sbin:/sbin:/bin:/usr/sbin:/usr/bin\n"                                           \
	"dad_wait_time=0\n"                                                                        \
	"interface=h1c0\n"

#define REQUESTED                                                                                  \
	"requested_dhcp6_domain_search=1\n"                                                        \
	"requested_dhcp6_name_servers=1\n"

#define OPTIONS(SIDE)                                                                              \
	SIDE "dhcp6_client_id=0:1:0:1:32:97:6b:fc:2:aa:bb:cc:dd:1\n"                               \
	SIDE "dhcp6_domain_search=example.com. corp.example.org.\n"                                \
	SIDE "dhcp6_name_servers=2001:db8:1::53 fe80::53\n"                                        \
	SIDE "dhcp6_server_id=0:1:0:1:32:97:69:d6:fa:37:d7:e6:fc:9f\n"

#define TIMES(SIDE, STARTS, PREFERRED, VALID)                                                      \
	SIDE "life_starts=" STARTS "\n"                                                            \
	SIDE "max_life=" VALID "\n"                                                                \
	SIDE "preferred_life=" PREFERRED "\n"                                                      \
	SIDE "rebind=200\n"                                                                        \
	SIDE "renew=100\n"                                                                         \
	SIDE "starts=" STARTS "\n"

#define ADDRESS(SIDE, ADDR)                                                                        \
	SIDE "iaid=bb:cc:dd:01\n"                                                                  \
	SIDE "ip6_address=" ADDR "\n"                                                              \
	SIDE "ip6_prefixlen=128\n"

#define PREFIX(SIDE, PREFIX)                                                                       \
	SIDE "iaid=bb:cc:dd:01\n"                                                                  \
	SIDE "ip6_prefix=" PREFIX "\n"
/* clang-format on */

static const uint16_t requested[] = { OPTION_DNS_SERVERS, OPTION_DOMAIN_LIST };

static const struct env_base base = {
	.interface = "h1c0",
	.pid = 591,
	.requested = requested,
	.n_requested = 2,
};

/* Far too large for the stack, with room for a sentinel. */
static char buffer[ENV_SIZE + 1];
static char refusals[4096];

static void note_refused(void *context, const char *name)
{
	size_t at = strlen(refusals);

	cr_assert_eq(context, refusals, "the context is handed back");
	snprintf(refusals + at, sizeof(refusals) - at, "%s\n", name);
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The variables of `out`, sorted, a line each. */
static const char *sorted(const struct cursor *out, size_t count)
{
	static char text[ENV_SIZE + 1];
	static const char *variables[8192];
	size_t n = 0;
	size_t size = 0;

	for (size_t at = 0; at < out->at; at += strlen(buffer + at) + 1)
		variables[n++] = buffer + at;
	cr_assert_eq(n, count, "%zu variables, said to be %zu", n, count);
	qsort(variables, n, sizeof(variables[0]), compare);
	for (size_t i = 0; i < n; i++) {
		memcpy(text + size, variables[i], strlen(variables[i]));
		size += strlen(variables[i]);
		text[size++] = '\n';
	}
	text[size] = '\0';
	return text;
}

static const char *build_sized(const struct env_base *with, const struct script_call *call,
			       size_t size)
{
	struct cursor out = cursor_writer(buffer, size);
	size_t count;

	refusals[0] = '\0';
	buffer[size] = '#';
	count = env_build(&out, with, call, note_refused, refusals);
	cr_assert_not(out.bad);
	cr_assert(out.at == 0 || buffer[out.at - 1] == '\0');
	cr_assert_eq(buffer[size], '#', "nothing is written behind the end");
	return sorted(&out, count);
}

static const char *build(const struct script_call *call)
{
	return build_sized(&base, call, ENV_SIZE);
}

static void add(struct options *options, uint16_t code, const void *data, size_t size)
{
	cr_assert(options_add(options, code, data, size));
}

#define ADD(OPTIONS, CODE, BYTES) add(OPTIONS, CODE, BYTES, sizeof(BYTES) - 1)

static void set_common(struct options *options)
{
	ADD(options, 1, "\0\1\0\1\x32\x97\x6b\xfc\x02\xaa\xbb\xcc\xdd\x01");
	ADD(options, 2, "\0\1\0\1\x32\x97\x69\xd6\xfa\x37\xd7\xe6\xfc\x9f");
	ADD(options, 23,
	    "\x20\x01\x0d\xb8\0\x01\0\0\0\0\0\0\0\0\0\x53\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x53");
	ADD(options, 24, "\7example\3com\0\4corp\7example\3org\0");
}

/* An IA_NA with an address, or an IA_PD with a prefix where `prefix_len` is not 128. */
static void set_side(struct script_side *side, const char *addr, uint8_t prefix_len, int64_t epoch,
		     uint32_t preferred, uint32_t valid)
{
	side->has_ia = true;
	side->has_binding = true;
	side->has_options = true;
	side->ia_type = prefix_len == 128 ? OPTION_IA_NA : OPTION_IA_PD;
	side->iaid = 0xbbccdd01;
	side->ia = (struct ia_times){ .starts.epoch = epoch, .t1 = 100, .t2 = 200 };
	side->times =
		(struct lifetimes){ .starts.epoch = epoch, .preferred = preferred, .valid = valid };
	side->prefix_len = prefix_len;
	cr_assert_eq(inet_pton(AF_INET6, addr, &side->addr), 1);
	set_common(&side->options);
}

static struct script_call call;

Test(env, preinit6_has_the_base_only)
{
	struct env_base with = base;

	with.dad_wait_time = 3;
	call.reason = REASON_PREINIT6;
	cr_expect_str_eq(build_sized(&with, &call, ENV_SIZE),
			 "PATH=/usr/sbin:/sbin:/bin:/usr/sbin:/usr/bin\n"
			 "dad_wait_time=3\n"
			 "interface=h1c0\n"
			 "pid=591\n"
			 "reason=PREINIT6\n");
}

static void set_wide(struct options *options)
{
	ADD(options, 64, "\4aftr\7example\3net\0");
	ADD(options, 59, "tftp://[2001:db8:1::1]/pxe");
	ADD(options, 32, "\0\0\x0e\x10");
	ADD(options, 41, "EST5EDT4,M3.2.0/02:00,M11.1.0/02:00");
	ADD(options, 42, "Europe/Zurich");
	ADD(options, 29, "\3nis\7example\3com\0");
	ADD(options, 56, "\0\1\0\x10\x20\1\x0d\xb8\0\1\0\0\0\0\0\0\0\0\1\x23");
	ADD(options, 21, "\3sip\7example\3com\0");
	ADD(options, 31, "\x20\x01\x0d\xb8\0\x01\0\0\0\0\0\0\0\0\1\x23");
	ADD(options, 82, "\0\0\1\x2c");
	ADD(options, 17, "\0\0\x9c\x40\0\1\0\x0bvendor data");
}

/* BOUND6.txt, all variables but `weird`, an option that its configuration file defined. */
Test(env, bound6_with_every_kind_of_option)
{
	static const uint16_t codes[] = { 64, 59, 24, 39, 32, 23, 41, 42, 29, 56, 21, 31, 82, 17 };
	struct env_base with = base;

	with.requested = codes;
	with.n_requested = sizeof(codes) / sizeof(codes[0]);
	call.reason = REASON_BOUND6;
	call.has_new = true;
	set_side(&call.new_, "2001:db8:1::15f4", 128, 1795469181, 400, 600);
	set_wide(&call.new_.options);
	cr_expect_str_eq(build_sized(&with, &call, ENV_SIZE),
			 "PATH=/usr/sbin:/sbin:/bin:/usr/sbin:/usr/bin\n"
			 "dad_wait_time=0\n"
			 "interface=h1c0\n"
			 "new_dhcp6_aftr_name=aftr.example.net.\n"
			 "new_dhcp6_bootfile_url=tftp://[2001:db8:1::1]/pxe\n"
			 "new_dhcp6_client_id=0:1:0:1:32:97:6b:fc:2:aa:bb:cc:dd:1\n"
			 "new_dhcp6_domain_search=example.com. corp.example.org.\n"
			 "new_dhcp6_info_refresh_time=3600\n"
			 "new_dhcp6_name_servers=2001:db8:1::53 fe80::53\n"
			 "new_dhcp6_new_posix_timezone=EST5EDT4,M3.2.0/02:00,M11.1.0/02:00\n"
			 "new_dhcp6_new_tzdb_timezone=Europe/Zurich\n"
			 "new_dhcp6_nis_domain_name=nis.example.com.\n"
			 "new_dhcp6_ntp_server=0:1:0:10:20:1:d:b8:0:1:0:0:0:0:0:0:0:0:1:23\n"
			 "new_dhcp6_server_id=0:1:0:1:32:97:69:d6:fa:37:d7:e6:fc:9f\n"
			 "new_dhcp6_sip_servers_names=sip.example.com.\n"
			 "new_dhcp6_sntp_servers=2001:db8:1::123\n"
			 "new_dhcp6_solmax_rt=300\n"
			 "new_dhcp6_vendor_opts="
			 "0:0:9c:40:0:1:0:b:76:65:6e:64:6f:72:20:64:61:74:61\n"
			 "new_iaid=bb:cc:dd:01\n"
			 "new_ip6_address=2001:db8:1::15f4\n"
			 "new_ip6_prefixlen=128\n"
			 "new_life_starts=1795469181\n"
			 "new_max_life=600\n"
			 "new_preferred_life=400\n"
			 "new_rebind=200\n"
			 "new_renew=100\n"
			 "new_starts=1795469181\n"
			 "new_vsio_unknown_40000=0:1:0:b:76:65:6e:64:6f:72:20:64:61:74:61\n"
			 "pid=591\n"
			 "reason=BOUND6\n"
			 "requested_dhcp6_aftr_name=1\n"
			 "requested_dhcp6_bootfile_url=1\n"
			 "requested_dhcp6_domain_search=1\n"
			 "requested_dhcp6_fqdn=1\n"
			 "requested_dhcp6_info_refresh_time=1\n"
			 "requested_dhcp6_name_servers=1\n"
			 "requested_dhcp6_new_posix_timezone=1\n"
			 "requested_dhcp6_new_tzdb_timezone=1\n"
			 "requested_dhcp6_nis_domain_name=1\n"
			 "requested_dhcp6_ntp_server=1\n"
			 "requested_dhcp6_sip_servers_names=1\n"
			 "requested_dhcp6_sntp_servers=1\n"
			 "requested_dhcp6_solmax_rt=1\n"
			 "requested_dhcp6_vendor_opts=1\n");
	cr_expect_str_eq(refusals, "");
}

/* One line of the environment a line. */
/* clang-format off */

/* REBIND6-at-restart.txt, first call: both sides with the same address */
Test(env, rebind6_has_new_and_old)
{
	call.reason = REASON_REBIND6;
	call.has_new = call.has_old = true;
	set_side(&call.new_, "2001:db8:1::15f4", 128, 1795469182, 399, 599);
	set_side(&call.old, "2001:db8:1::15f4", 128, 1795469181, 400, 600);
	cr_expect_str_eq(build(&call),
			 HEAD
			 OPTIONS("new_")
			 ADDRESS("new_", "2001:db8:1::15f4")
			 TIMES("new_", "1795469182", "399", "599")
			 OPTIONS("old_")
			 ADDRESS("old_", "2001:db8:1::15f4")
			 TIMES("old_", "1795469181", "400", "600")
			 "pid=591\n"
			 "reason=REBIND6\n"
			 REQUESTED);
}

/* REBIND6-at-restart.txt, second call: a new prefix has no old_ip6_prefix, but old options are there. */
Test(env, renew6_of_a_new_prefix)
{
	call.reason = REASON_RENEW6;
	call.has_new = call.has_old = true;
	set_side(&call.new_, "2001:db8:a0ff::", 56, 1795469182, 400, 600);
	call.old.has_options = true;
	set_common(&call.old.options);
	cr_expect_str_eq(build(&call),
			 HEAD
			 OPTIONS("new_")
			 PREFIX("new_", "2001:db8:a0ff::/56")
			 TIMES("new_", "1795469182", "400", "600")
			 OPTIONS("old_")
			 "pid=591\n"
			 "reason=RENEW6\n"
			 REQUESTED);
}

/* BOUND6-after-decline.txt: the IA was there, its address was not. */
Test(env, bound6_after_a_decline_has_the_old_ia_without_address)
{
	call.reason = REASON_BOUND6;
	call.has_new = call.has_old = true;
	set_side(&call.new_, "2001:db8:1::1cf7", 128, 1795469412, 400, 600);
	set_side(&call.old, "2001:db8:1::1cf6", 128, 1795469411, 400, 600);
	call.old.has_binding = false;
	cr_expect_str_eq(build(&call),
			 HEAD
			 OPTIONS("new_")
			 ADDRESS("new_", "2001:db8:1::1cf7")
			 TIMES("new_", "1795469412", "400", "600")
			 OPTIONS("old_")
			 "old_iaid=bb:cc:dd:01\n"
			 "old_rebind=200\n"
			 "old_renew=100\n"
			 "old_starts=1795469411\n"
			 "pid=591\n"
			 "reason=BOUND6\n"
			 REQUESTED);
}

/* DEPREF6.txt, but for the IAID: ISC's defect with four printable octets is not copied. */
Test(env, depref6_is_the_current_side)
{
	call.reason = REASON_DEPREF6;
	call.has_current = true;
	set_side(&call.new_, "2001:db8:1::14c1", 128, 1795468696, 14, 50);
	call.new_.iaid = 0x22334455;
	cr_expect_str_eq(build(&call),
			 "PATH=/usr/sbin:/sbin:/bin:/usr/sbin:/usr/bin\n"
			 OPTIONS("cur_")
			 "cur_iaid=22:33:44:55\n"
			 "cur_ip6_address=2001:db8:1::14c1\n"
			 "cur_ip6_prefixlen=128\n"
			 TIMES("cur_", "1795468696", "14", "50")
			 "dad_wait_time=0\n"
			 "interface=h1c0\n"
			 "pid=591\n"
			 "reason=DEPREF6\n"
			 REQUESTED);
}

#define ENDS(BINDING, REASON)                                                                      \
	HEAD                                                                                       \
	OPTIONS("old_")                                                                            \
	BINDING                                                                                    \
	TIMES("old_", "1795469218", "400", "600")                                                  \
	"pid=591\n"                                                                                \
	"reason=" REASON "\n"                                                                      \
	REQUESTED

/* EXPIRE6.txt, RELEASE6.txt (an address and a prefix), STOP6.txt */
Test(env, what_ends_is_the_old_side)
{
	static const struct {
		enum script_reason reason;
		const char *address;
		const char *prefix;
	} rows[] = {
#define ROW(NAME)                                                                                  \
	{ REASON_##NAME, ENDS(ADDRESS("old_", "2001:db8:1::1c1a"), #NAME),                         \
	  ENDS(PREFIX("old_", "2001:db8:a0fe:2700::/56"), #NAME) }
		ROW(EXPIRE6),
		ROW(RELEASE6),
		ROW(STOP6),
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		call = (struct script_call){ .reason = rows[i].reason, .has_old = true };
		set_side(&call.old, "2001:db8:1::1c1a", 128, 1795469218, 400, 600);
		cr_expect_str_eq(build(&call), rows[i].address);
		call = (struct script_call){ .reason = rows[i].reason, .has_old = true };
		set_side(&call.old, "2001:db8:a0fe:2700::", 56, 1795469218, 400, 600);
		cr_expect_str_eq(build(&call), rows[i].prefix);
	}
}

/* RENEW6-stateless.txt: options, no lease */
Test(env, renew6_without_a_lease_has_options_only)
{
	call.reason = REASON_RENEW6;
	call.has_new = true;
	call.new_.has_options = true;
	ADD(&call.new_.options, 7, "\xff");
	cr_expect_str_eq(build(&call), "PATH=/usr/sbin:/sbin:/bin:/usr/sbin:/usr/bin\n"
				       "dad_wait_time=0\n"
				       "interface=h1c0\n"
				       "new_dhcp6_preference=255\n"
				       "pid=591\n"
				       "reason=RENEW6\n" REQUESTED);
}

Test(env, decline6_says_who_found_it)
{
	call.reason = REASON_DECLINE6;
	call.has_old = true;
	call.old.has_binding = true;
	call.old.ia_type = OPTION_IA_NA;
	call.old.prefix_len = 64;
	inet_pton(AF_INET6, "2001:db8::5", &call.old.addr);
	call.old.times.preferred = call.old.times.valid = INFINITE_TIME;
	cr_expect(strstr(build(&call), "dad_found_by=kernel\n"));
	call.found_by = FOUND_BY_SCRIPT;
	cr_expect_str_eq(build(&call), "PATH=/usr/sbin:/sbin:/bin:/usr/sbin:/usr/bin\n"
				       "dad_found_by=script\n"
				       "dad_wait_time=0\n"
				       "interface=h1c0\n"
				       "old_ip6_address=2001:db8::5\n"
				       "old_ip6_prefixlen=64\n"
				       "old_life_starts=0\n"
				       "old_max_life=4294967295\n"
				       "old_preferred_life=4294967295\n"
				       "pid=591\n"
				       "reason=DECLINE6\n" REQUESTED);
}

/* The new_ variables that `dictionary` gives for the options of `call`, without the common ones. */
static const char *build_defined(const char *definitions)
{
	static struct conf conf;
	struct env_base with = base;
	char *text;

	conf_init(&conf);
	cr_assert(conf_parse(&conf, "test.conf", definitions, strlen(definitions), NULL), "%s",
		  definitions);
	with.dictionary = &conf.dictionary;
	text = (char *)(uintptr_t)strstr(build_sized(&with, &call, ENV_SIZE), "new_");
	cr_assert(text && strstr(text, "pid="));
	*strstr(text, "pid=") = '\0';
	return text;
}

/* Contract 2.3: option dhcp6.NAME code N = TYPE; names the variable and tells its form. */
Test(env, defined_options_have_their_name_and_form)
{
	struct options *options = &call.new_.options;

	call = (struct script_call){ .reason = REASON_BOUND6, .has_new = true };
	call.new_.has_options = true;
	ADD(options, 56, "abc");
	ADD(options, 300, "a'b");
	ADD(options, 301, "\377\376\1");
	ADD(options, 302, "a\nb");
	ADD(options, 303, "\1");
	ADD(options, 304, "");
	cr_expect_str_eq(build_defined("option dhcp6.my-ntp code 56 = string;"
				       "option dhcp6.mud-url code 300 = text;"
				       "option dhcp6.rec code 301 = { integer 16, boolean };"
				       "option dhcp6.bad code 302 = text;"
				       "option dhcp6.empty code 304 = zerolen;"),
			 "new_dhcp6_mud_url=a\\'b\n"
			 "new_dhcp6_my_ntp=abc\n"
			 "new_dhcp6_rec=-2 true\n"
			 "new_dhcp6_unknown_303=1\n");
	cr_expect_str_eq(refusals, "new_dhcp6_bad\n");
}

Test(env, what_is_asked_for_has_its_defined_name)
{
	static const uint16_t codes[] = { 56, 300 };
	static const char text[] = "option dhcp6.ntp code 56 = string;";
	static struct conf conf;
	struct env_base with = base;

	conf_init(&conf);
	cr_assert(conf_parse(&conf, "test.conf", text, strlen(text), NULL));
	with.dictionary = &conf.dictionary;
	with.requested = codes;
	call = (struct script_call){ .reason = REASON_BOUND6, .has_new = true };
	cr_expect_not_null(strstr(build_sized(&with, &call, ENV_SIZE),
				  "\nrequested_dhcp6_ntp=1\nrequested_dhcp6_unknown_300=1\n"));
}

/* The sample BOUND6-option-modifiers: what the configuration makes of options is what hooks see,
 * of those of before as well. */
Test(env, modified_options_are_what_is_seen)
{
	static const char text[] =
		"prepend dhcp6.name-servers ::1; append dhcp6.name-servers 2001:db8::9;"
		"supersede dhcp6.domain-search \"super.example\";"
		"default dhcp6.sntp-servers 2001:db8::7;";
	static const char *const expected[] = {
		"\nnew_dhcp6_name_servers=::1 2001:db8:1::53 fe80::53 2001:db8::9\n",
		"\nnew_dhcp6_domain_search=super.example.\n",
		"\nnew_dhcp6_sntp_servers=2001:db8::7\n",
		"\nold_dhcp6_name_servers=::1 2001:db8::9\n",
		"\nold_dhcp6_domain_search=super.example.\n",
		"\nold_dhcp6_sntp_servers=2001:db8::7\n",
	};
	static const uint8_t servers[] = { 0x20, 1, 0xd, 0xb8, 0,    1,	   0,	 0, 0, 0,   0,
					   0,	 0, 0,	 0,    0x53, 0xfe, 0x80, 0, 0, 0,   0,
					   0,	 0, 0,	 0,    0,    0,	   0,	 0, 0, 0x53 };
	static struct conf conf;
	struct env_base with = base;
	const char *result;

	conf_init(&conf);
	cr_assert(conf_parse(&conf, "test.conf", text, strlen(text), NULL));
	with.modifiers = &conf.all.modifiers;
	call = (struct script_call){ .reason = REASON_RENEW6, .has_new = true, .has_old = true };
	call.new_.has_options = true;
	call.old.has_options = true;
	options_add(&call.new_.options, 23, servers, sizeof(servers));
	ADD(&call.new_.options, 24, "\1a\0");
	result = build_sized(&with, &call, ENV_SIZE);
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		cr_expect_not_null(strstr(result, expected[i]), "%s%s", expected[i], result);
	cr_expect_eq(call.old.options.size, 0, "what is held is as it came");
}

/* Contract 5.2: what is within a vendor's options comes out under the names of its space;
 * C-OPT-14: what is not framed as that space has it does not. */
Test(env, vendor_options_are_taken_apart)
{
	static const char definitions[] = "option space acme code width 2 length width 2;"
					  "option acme.boot-file code 1 = text;"
					  "option acme.level code 2 = unsigned integer 8;"
					  "option vsio.acme code 40000 = encapsulate acme;";
	struct options *options = &call.new_.options;

	call = (struct script_call){ .reason = REASON_BOUND6, .has_new = true };
	call.new_.has_options = true;
	ADD(options, 17, "\0\0\x9c\x40\0\1\0\1f\0\2\0\1\7\0\3\0\1x\0\2\0\1\x8\0\4\0\0");
	ADD(options, 17, "\0\0\x9c\x41\0\1\0\1f");
	cr_expect_str_eq(
		build_defined(definitions),
		"new_acme_boot_file=f\n"
		"new_acme_level=7\n"
		"new_acme_unknown_3=x\n"
		"new_dhcp6_vendor_opts=0:0:9c:40:0:1:0:1:66:0:2:0:1:7:0:3:0:1:78:0:2:0:1:8:0:4:"
		"0:0\n"
		"new_vsio_acme=0:1:0:1:66:0:2:0:1:7:0:3:0:1:78:0:2:0:1:8:0:4:0:0\n"
		"new_vsio_unknown_40001=0:1:0:1:66\n");
	call.new_.options.size = 0;
	ADD(options, 17, "\0\0\x9c\x40\0\1\0\1f\0\2\0\2\7");
	cr_expect_str_eq(build_defined(definitions),
			 "new_dhcp6_vendor_opts=0:0:9c:40:0:1:0:1:66:0:2:0:2:7\n"
			 "new_vsio_acme=0:1:0:1:66:0:2:0:2:7\n");
	call.new_.options.size = 0;
	ADD(options, 17, "\0\0\x9c\x40\0\1\0\4a\nb`\0\2\0\1\7");
	cr_expect_not_null(strstr(build_defined(definitions), "new_acme_level=7\n"));
	cr_expect_str_eq(refusals, "new_acme_boot_file\n", "hostile text stays outside");
}

/* No server gets at a variable of ours, however a space is called. */
Test(env, a_space_does_not_override_what_we_set)
{
	call = (struct script_call){ .reason = REASON_BOUND6, .has_new = true };
	set_side(&call.new_, "2001:db8:1::1", 128, 1795469218, 400, 600);
	ADD(&call.new_.options, 300, "\1\4evil");
	cr_expect_not_null(
		strstr(build_defined("option space ip6; option ip6.address code 1 = text;"
				     "option dhcp6.x code 300 = encapsulate ip6;"),
		       "new_ip6_address=2001:db8:1::1\n"));
	cr_expect_null(strstr(build(&call), "=evil"));
}

/* C-FQDN-5, BOUND6-na-pd-fqdn.txt; flags 06 are N and O: N is true there, rightly, by accident. */
Test(env, fqdn_is_taken_apart)
{
	static const struct {
		const char *data;
		size_t size;
		const char *want;
	} rows[] = {
		{ "\6\5host1\7example\3com\0", 20,
		  "new_dhcp6_fqdn=6:5:68:6f:73:74:31:7:65:78:61:6d:70:6c:65:3:63:6f:6d:0\n"
		  "new_fqdn_domainname=.example.com\n"
		  "new_fqdn_encoded=true\n"
		  "new_fqdn_fqdn=host1.example.com\n"
		  "new_fqdn_hostname=host1\n"
		  "new_fqdn_no_client_update=true\n"
		  "new_fqdn_server_update=false\n" },
		/* S and O: ISC says no_client_update=true, which is wrong (RFC 4704 section 4.1).
		 */
		{ "\3\1h\0", 4,
		  "new_dhcp6_fqdn=3:1:68:0\n"
		  "new_fqdn_encoded=true\n"
		  "new_fqdn_fqdn=h\n"
		  "new_fqdn_hostname=h\n"
		  "new_fqdn_no_client_update=false\n"
		  "new_fqdn_server_update=true\n" },
		/* RFC 4704 section 4.2: a partial name has no empty label at its end. */
		{ "\0\1h", 3,
		  "new_dhcp6_fqdn=0:1:68\n"
		  "new_fqdn_encoded=true\n"
		  "new_fqdn_fqdn=h\n"
		  "new_fqdn_hostname=h\n"
		  "new_fqdn_no_client_update=false\n"
		  "new_fqdn_server_update=false\n" },
		{ "\0\4$(x)\0", 7, "new_dhcp6_fqdn=0:4:24:28:78:29:0\n" },
		{ "\0\1h\0\1i\0", 7, "new_dhcp6_fqdn=0:1:68:0:1:69:0\n" },
		{ "\0", 1, "new_dhcp6_fqdn=0\n" },
		{ "\0\0", 2, "new_dhcp6_fqdn=0:0\n" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *text;

		call = (struct script_call){ .reason = REASON_BOUND6, .has_new = true };
		call.new_.has_options = true;
		add(&call.new_.options, 39, rows[i].data, rows[i].size);
		text = strstr(build(&call), "new_");
		cr_assert(text && strstr(text, "pid="));
		*strstr(text, "pid=") = '\0';
		cr_expect_str_eq(text, rows[i].want);
		cr_expect_str_eq(refusals, i < 3 ? "" : "new_fqdn_fqdn\n", "row %zu", i);
	}
}

Test(env, fqdn_too_long_is_left_out)
{
	uint8_t data[400];

	memset(data, 1, sizeof(data));
	for (size_t size = 250; size < sizeof(data); size++) {
		call = (struct script_call){ .reason = REASON_BOUND6, .has_new = true };
		call.new_.has_options = true;
		add(&call.new_.options, 39, data, size);
		cr_expect_not(strstr(build(&call), "new_fqdn_"));
		cr_expect_str_eq(refusals, "new_fqdn_fqdn\n");
	}
}

/* DESIGN 6: what does not match the grammar of its type is left out whole, and said. */
Test(env, hostile_values_are_left_out_and_named)
{
	call.reason = REASON_BOUND6;
	call.has_new = true;
	call.new_.has_options = true;
	ADD(&call.new_.options, 59, "http://x\nnew_ip6_address=evil");
	ADD(&call.new_.options, 24, "\7$(reboo\0");
	ADD(&call.new_.options, 23, "\x20\x01");
	ADD(&call.new_.options, 17, "\0\0");
	ADD(&call.new_.options, 250, "`id`");
	ADD(&call.new_.options, 251, "");
	cr_expect_str_eq(build(&call), "PATH=/usr/sbin:/sbin:/bin:/usr/sbin:/usr/bin\n"
				       "dad_wait_time=0\n"
				       "interface=h1c0\n"
				       "new_dhcp6_unknown_250=60:69:64:60\n"
				       "new_dhcp6_vendor_opts=0:0\n"
				       "pid=591\n"
				       "reason=BOUND6\n" REQUESTED);
	cr_expect_str_eq(refusals, "new_dhcp6_bootfile_url\n"
				   "new_dhcp6_domain_search\n"
				   "new_dhcp6_name_servers\n");
}

Test(env, no_name_comes_twice)
{
	static const uint16_t codes[] = { 23, 24, 23, 300, 300 };
	struct env_base with = base;

	with.requested = codes;
	with.n_requested = 5;
	call.reason = REASON_BOUND6;
	call.has_new = true;
	call.new_.has_options = true;
	ADD(&call.new_.options, 59, "");
	ADD(&call.new_.options, 59, "first");
	ADD(&call.new_.options, 59, "second");
	ADD(&call.new_.options, 17, "\0\0\0\1a");
	ADD(&call.new_.options, 17, "\0\0\0\2b");
	ADD(&call.new_.options, 17, "\0\0\0\1c");
	cr_expect_str_eq(build_sized(&with, &call, ENV_SIZE),
			 "PATH=/usr/sbin:/sbin:/bin:/usr/sbin:/usr/bin\n"
			 "dad_wait_time=0\n"
			 "interface=h1c0\n"
			 "new_dhcp6_bootfile_url=first\n"
			 "new_dhcp6_vendor_opts=0:0:0:1:61\n"
			 "new_vsio_unknown_1=61\n"
			 "new_vsio_unknown_2=62\n"
			 "pid=591\n"
			 "reason=BOUND6\n" REQUESTED "requested_dhcp6_unknown_300=1\n");
}

/* isc-contract 1.2 and 4.1: -e */
Test(env, additions_are_taken_but_ours_win)
{
	static const char *const extra[] = {
		"IF_METRIC=5",	"reason=EVIL", "_a9=", "PATH=/tmp",   "TWICE=1",     "TWICE=2 3",
		"9a=x",		"a-b=x",       "=x",   "novalue",     "ENV=/tmp/x",  "BASH_ENV=x",
		"LD_PRELOAD=x", "IFS=x",       "LD=x", "ENVIRON=yes", "CDPATH=/tmp", "a b=x",
		"new_iaid=1",	"rea=son",     NULL,
	};
	struct env_base with = base;

	with.extra = extra;
	call.reason = REASON_PREINIT6;
	cr_expect_str_eq(build_sized(&with, &call, ENV_SIZE),
			 "ENVIRON=yes\n"
			 "IF_METRIC=5\n"
			 "LD=x\n"
			 "PATH=/usr/sbin:/sbin:/bin:/usr/sbin:/usr/bin\n"
			 "TWICE=2 3\n"
			 "_a9=\n"
			 "dad_wait_time=0\n"
			 "interface=h1c0\n"
			 "new_iaid=1\n"
			 "pid=591\n"
			 "rea=son\n"
			 "reason=PREINIT6\n");
	cr_expect_str_eq(refusals, "a b\nCDPATH\nIFS\nLD_PRELOAD\nBASH_ENV\nENV\nnovalue\n\na-b\n"
				   "9a\n");
}

/* The options that need the most room for their variables, on both sides, and many requests. */
Test(env, every_call_fits)
{
	static const uint16_t kinds[] = { 17, 60, 59, 7 };
	static uint16_t codes[MESSAGE_ORO];
	struct env_base with = base;

	for (uint16_t i = 0; i < MESSAGE_ORO; i++)
		codes[i] = (uint16_t)(60000 + i);
	with.requested = codes;
	with.n_requested = MESSAGE_ORO;
	for (size_t kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++) {
		uint8_t data[OPTIONS_SIZE - 4];

		memset(data, 0xfe, sizeof(data));
		call = (struct script_call){ .has_new = true, .has_old = true };
		call.reason = REASON_BOUND6;
		set_side(&call.new_, "2001:db8:1::1", 128, INT64_MAX, 1, 1);
		call.new_.options.size = 0;
		if (kinds[kind] == 7) /* as many as there can be, of one octet each */
			for (uint16_t code = 60000; options_add(&call.new_.options, code, data, 1);)
				code++;
		else
			add(&call.new_.options, kinds[kind], data, sizeof(data));
		call.old = call.new_;
		build_sized(&with, &call, ENV_SIZE);
		cr_expect_str_eq(refusals, "", "option %u", kinds[kind]);
	}
}

Test(env, without_room_whole_variables_are_left_out)
{
	size_t enough;

	call.reason = REASON_BOUND6;
	call.has_new = true;
	set_side(&call.new_, "2001:db8:1::1", 128, 1, 1, 1);
	enough = strlen(build(&call));
	for (size_t size = 0; size <= enough; size++) {
		const char *text = build_sized(&base, &call, size);

		for (const char *line = text; *line; line = strchr(line, '\n') + 1)
			cr_assert(strchr(line, '=') && strchr(line, '=') < strchr(line, '\n'),
				  "%zu: %s", size, text);
		cr_assert_eq(size < enough, *refusals != '\0', "%zu: %s", size, refusals);
	}
}

/* BOUND6-multi-ia.txt, call 3 */
Test(env, a_temporary_address_has_its_type)
{
	const char *text;

	call = (struct script_call){ .reason = REASON_BOUND6, .has_new = true };
	set_side(&call.new_, "2001:db8:1::2597", 128, 1795469218, 400, 600);
	cr_expect_null(strstr(build(&call), "ip6_type"));
	call.new_.ia_type = OPTION_IA_TA;
	call.new_.ia.t1 = call.new_.ia.t2 = 0;
	text = build(&call);
	cr_expect_not_null(strstr(text, "\nnew_ip6_address=2001:db8:1::2597\n"));
	cr_expect_not_null(strstr(text, "\nnew_ip6_prefixlen=128\n"));
	cr_expect_not_null(strstr(text, "\nnew_ip6_type=temporary\n"));
	cr_expect_not_null(strstr(text, "\nnew_renew=0\n"));
	cr_expect_not_null(strstr(text, "\nnew_rebind=0\n"));
	call.new_.ia_status = STATUS_NO_ADDRS_AVAIL;
	cr_expect_not_null(strstr(build(&call), "\nnew_ia_type=ia-ta\n"));
}

/* Ours: an IA that got nothing, and the server's reason. */
Test(env, a_failed_ia_has_its_type_and_status)
{
	const char *text;

	memset(&call, 0, sizeof(call));
	call.reason = REASON_BOUND6;
	call.has_new = true;
	call.new_.has_ia = true;
	call.new_.ia_type = OPTION_IA_PD;
	call.new_.iaid = 0xbbccdd01;
	call.new_.ia_status = STATUS_NO_PREFIX_AVAIL;
	text = build(&call);
	cr_expect_not_null(strstr(text, "new_ia_type=ia-pd"));
	cr_expect_not_null(strstr(text, "new_ia_status=NoPrefixAvail"));
	cr_expect_not_null(strstr(text, "new_iaid=bb:cc:dd:01"));
	cr_expect_null(strstr(text, "new_ip6_"));
	call.new_.ia_status = 999;
	cr_expect_not_null(strstr(build(&call), "new_ia_status=999"));
	call.new_.ia_status = STATUS_SUCCESS;
	cr_expect_null(strstr(build(&call), "new_ia_status"));
}
