/* SPDX-License-Identifier: MPL-2.0 */
/* client/text/conf.c: the language of dhclient.conf. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/proto.h"
#include "text/conf.h"
#include "text/text.h"

#define KEPT 16

static struct conf conf;

/* What was told, in the order in which it was. */
static struct {
	size_t n;
	size_t of[CONF_IGNORED + 1];
	struct conf_diagnostic first[KEPT];
	char file[KEPT][16]; /* of those */
} told;

static void note(void *context, const struct conf_diagnostic *diagnostic)
{
	cr_assert_eq(context, &told);
	cr_assert_not_null(diagnostic->message);
	if (told.n < KEPT) {
		told.first[told.n] = *diagnostic;
		snprintf(told.file[told.n], sizeof(told.file[0]), "%s", diagnostic->file);
	}
	told.n++;
	told.of[diagnostic->severity]++;
}

/* Files that can be included. */
static const struct {
	const char *path;
	const char *text;
} files[] = {
	{ "/a", "timeout 7; also request dhcp6.fqdn;" },
	{ "/wrong", "script-timeout 3;\n  frob \"x\";\ntimeout 4;" },
	{ "/self", "include \"/self\"; include \"/self\"; timeout 8;" },
	{ "/brace", "} request;" },
	{ "/block", "interface \"eth1\" { script \"/b\"; }" },
	{ "/open", "interface \"eth1\" { script \"/b\";" },
	{ "/chain", "include \"/a\"; script \"/c\";" },
	{ "/half", "timeout" },
	{ "/more", "also request dhcp6.fqdn;" },
};

static size_t opened;
static size_t most_opened; /* at the same time */
static size_t n_opened;	   /* in all */

static char *open_file(void *context, const char *path, size_t *size, const char **error)
{
	cr_assert_eq(context, &told);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (strcmp(files[i].path, path) != 0)
			continue;
		n_opened++;
		if (++opened > most_opened)
			most_opened = opened;
		*size = strlen(files[i].text);
		return memcpy(malloc(*size), files[i].text, *size); /* ASan sees the end */
	}
	*error = "no such file";
	return NULL;
}

static void close_file(void *context, char *text)
{
	(void)context;
	opened--;
	free(text);
}

static const struct conf_host host = {
	.report = note,
	.read = open_file,
	.release = close_file,
	.context = &told,
	.hostname = "Host1",
};

static bool parse_bytes(const char *text, size_t size)
{
	memset(&told, 0, sizeof(told));
	conf_init(&conf);
	return conf_parse(&conf, "test.conf", text, size, &host);
}

static bool parse(const char *text)
{
	return parse_bytes(text, strlen(text));
}

/* "23 24" */
static const char *request_of(const struct conf_scope *scope)
{
	static char text[1024];
	struct cursor out = cursor_writer(text, sizeof(text));

	for (uint8_t i = 0; i < scope->n_request; i++)
		put_format(&out, "%s%u", i > 0 ? " " : "", scope->request[i]);
	return text_end(&out);
}

static bool sends(const struct conf_scope *scope, uint16_t code, const void *bytes, size_t size)
{
	struct cursor data;

	if (!options_find(&scope->send, code, &data))
		return false;
	return cursor_left(&data) == size && memcmp(data.in + data.at, bytes, size) == 0;
}

Test(conf, defaults_without_a_word)
{
	cr_expect(parse(""));
	cr_expect_eq(told.n, 0);
	cr_expect_eq(conf.timeout, 60);
	cr_expect_eq(conf.script_timeout, 60);
	cr_expect_str_eq(request_of(&conf.all), "23 24");
	cr_expect_eq(conf.all.script[0], '\0');
	cr_expect_eq(conf.all.client_id.size, 0);
	cr_expect_not(conf.all.rapid_commit);
	cr_expect_eq(conf_scope(&conf, "eth0"), &conf.all);
	cr_expect(parse(" # nothing; {\n ;; "));
}

Test(conf, numbers_and_the_script)
{
	cr_expect(parse("TIMEOUT 10; script-timeout 4294967295; script \"/bin/a b\";"));
	cr_expect_eq(conf.timeout, 10);
	cr_expect_eq(conf.script_timeout, UINT32_MAX);
	cr_expect_str_eq(conf.all.script, "/bin/a b");
	cr_expect(parse("timeout 0;"));
	cr_expect_eq(conf.timeout, UINT32_MAX, "no limit, as with dhclient");
}

Test(conf, request_replaces_and_also_request_adds)
{
	static const struct {
		const char *text;
		const char *request;
		size_t errors;
	} rows[] = {
		{ "request;", "", 0 },
		{ "request dhcp6.fqdn;", "39", 0 },
		{ "request subnet-mask, dhcp6.name-servers, fqdn.fqdn, ntp-servers;", "23", 0 },
		{ "request routers;", "", 0 },
		{ "also request dhcp6.bootfile-url;", "23 24 59", 0 },
		{ "also request dhcp6.name-servers, routers;", "23 24", 0 },
		{ "also request;", "23 24", 0 },
		{ "request dhcp6.fqdn; request dhcp6.sntp-servers;", "31", 0 },
		{ "request; also request DHCP6.Name-Servers;", "23", 0 },
		{ "request dhcp6.unknown-56, dhcp6.unknown-65535;", "56 65535", 0 },
		{ "request dhcp6.client-id;", "1", 0 },
		/* Only what is wrong is lost; ISC's list would be empty. */
		{ "request dhcp6.fqdn, dhcp6.no-such, dhcp6.sntp-servers;", "39 31", 1 },
		{ "also request dhcp6.unknown-0, dhcp6.unknown-70000;", "23 24", 2 },
		{ "request dhcp6.fqdn dhcp6.sntp-servers;", "23 24", 1 },
		{ "request dhcp6.fqdn,;", "23 24", 1 },
		{ "request \"dhcp6.fqdn\";", "23 24", 1 },
		{ "request dhcp6.fqdn", "23 24", 1 },
		{ "also dhcp6.fqdn;", "23 24", 1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cr_expect_eq(parse(rows[i].text), rows[i].errors == 0, "%s", rows[i].text);
		cr_expect_eq(told.of[CONF_ERROR], rows[i].errors, "%s: %zu", rows[i].text,
			     told.of[CONF_ERROR]);
		cr_expect_eq(told.of[CONF_UNSUPPORTED], 0, "%s", rows[i].text);
		cr_expect_str_eq(request_of(&conf.all), rows[i].request, "%s: %s", rows[i].text,
				 request_of(&conf.all));
	}
}

Test(conf, a_list_is_limited)
{
	char text[4096];
	struct cursor out = cursor_writer(text, sizeof(text));

	put_text(&out, "request dhcp6.unknown-300");
	for (unsigned int i = 1; i < MESSAGE_ORO + 2; i++)
		put_format(&out, ", dhcp6.unknown-%u", 300 + i);
	put_text(&out, ";");
	cr_expect_not(parse(text_end(&out)));
	cr_expect_eq(told.of[CONF_ERROR], 2);
	cr_expect_eq(conf.all.n_request, MESSAGE_ORO);
}

/* Ours: dhclient's reject knows IPv4 addresses only, and still means nothing here. */
Test(conf, servers_are_rejected_and_accepted_by_duid)
{
	cr_expect(parse("reject-server 0:3:0:1:2, \"\\000\\004ab\"; accept-server 0:1:2;"));
	cr_expect_eq(conf.all.reject.n, 2);
	cr_expect_eq(conf.all.reject.duid[0].size, 5);
	cr_expect_eq(conf.all.reject.duid[1].size, 4);
	cr_expect_eq(conf.all.accept.n, 1);
	cr_expect(parse("reject 192.0.2.1;"));
	cr_expect_eq(conf.all.reject.n, 0);
	cr_expect_not(parse("reject-server;"));
	cr_expect_not(parse("reject-server 0:1;"));
	cr_expect_not(parse("reject-server 0:1:2 0:1:3;"));
	cr_expect_not(
		parse("reject-server 0:1:1,0:1:2,0:1:3,0:1:4,0:1:5,0:1:6,0:1:7,0:1:8,0:1:9;"));
	cr_expect_eq(conf.all.reject.n, 0);
}

/* C-REC-1: unwilling unless it is said. */
Test(conf, reconf_accept_is_a_flag)
{
	cr_expect(parse(""));
	cr_expect_not(conf.all.reconfigure);
	cr_expect(parse("send dhcp6.reconf-accept;"));
	cr_expect(conf.all.reconfigure);
	cr_expect_not(parse("send dhcp6.reconf-accept 1;"));
}

Test(conf, send_client_id_is_a_duid)
{
	static const uint8_t duid[] = { 0, 3, 0, 1, 0xfa, 0xaa, 0xbb, 0xcc, 0xdd, 0xee };

	cr_expect(parse("send dhcp6.client-id 00:03:00:01:fa:aa:bb:cc:dd:ee;"));
	cr_expect_eq(conf.all.client_id.size, sizeof(duid));
	cr_expect_arr_eq(conf.all.client_id.bytes, duid, sizeof(duid));
	cr_expect(parse("send dhcp6.client-id \"\\000\\004ab\";"));
	cr_expect_eq(conf.all.client_id.size, 4);
	cr_expect_eq(conf.all.send.size, 0);
	cr_expect_not(parse("send dhcp6.client-id 0:1;"));
	cr_expect_eq(conf.all.client_id.size, 0);
	cr_expect_not(parse("send dhcp6.client-id;"));
	cr_expect_not(parse("send dhcp6.client-id 0:1:2 3;"));
	cr_expect_eq(conf.all.client_id.size, 0);
}

Test(conf, send_makes_options_for_the_wire)
{
	static const uint8_t first[] = { 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 };

	cr_expect(parse("send dhcp6.rapid-commit;"));
	cr_expect(conf.all.rapid_commit);
	cr_expect_eq(conf.all.send.size, 0);
	cr_expect(parse("send dhcp6.user-class 0:2:68:69; send option dhcp6.unknown-250 \"a;b\";"
			"send dhcp6.name-servers fe80::1; send dhcp6.name-servers 2001:db8::1;"));
	cr_expect(sends(&conf.all, OPTION_USER_CLASS, "\0\2hi", 4));
	cr_expect(sends(&conf.all, 250, "a;b", 3));
	cr_expect(sends(&conf.all, OPTION_DNS_SERVERS, first, sizeof(first)),
		  "what is said last counts");
	cr_expect_eq(conf.all.send.size, 4 + 4 + 4 + 3 + 4 + 16);
	cr_expect_not(parse("send dhcp6.rapid-commit 1;"));
	cr_expect_not(conf.all.rapid_commit);
}

/* C-OPT-14 to C-OPT-16: an option is there once, however often it is said. */
Test(conf, what_is_sent_is_sent_once)
{
	static const struct {
		uint16_t code;
		const char *text;
		const char *last;
		size_t size;
	} rows[] = {
		{ 15, "send dhcp6.user-class 0:1:61; send dhcp6.user-class 0:1:62;", "\0\1b", 3 },
		{ 16,
		  "send dhcp6.vendor-class 0:0:0:9:0:1:61; send dhcp6.vendor-class 0:0:0:9:0:1:62;",
		  "\0\0\0\11\0\1b", 7 },
		{ 17,
		  "send dhcp6.vendor-opts 0:0:0:9:0:1:0:0; send dhcp6.vendor-opts 0:0:0:9:0:2:0:0;",
		  "\0\0\0\11\0\2\0\0", 8 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cr_expect(parse(rows[i].text), "%s", rows[i].text);
		cr_expect(sends(&conf.all, rows[i].code, rows[i].last, rows[i].size), "%s",
			  rows[i].text);
		cr_expect_eq(conf.all.send.size, 4 + rows[i].size, "%s", rows[i].text);
	}
}

/* C-OPT-14, C-OPT-15: what is for another enterprise is another option. */
Test(conf, each_enterprise_is_sent_its_own)
{
	static const char wire[] = "\0\21\0\5\0\0\0\11\1"
				   "\0\20\0\7\0\0\0\11\0\1b"
				   "\0\20\0\11\0\0\0\12\0\3abc"
				   "\0\21\0\5\0\0\0\12\2";

	cr_expect(parse("send dhcp6.vendor-opts 0:0:0:9:1; send dhcp6.vendor-class 0:0:0:9:0:1:61;"
			"send dhcp6.vendor-class 9 \"b\"; send dhcp6.vendor-class 10 \"abc\";"
			"send dhcp6.vendor-opts 0:0:0:a:1:1; send vsio.unknown-10 2;"));
	cr_assert_eq(conf.all.send.size, sizeof(wire) - 1);
	cr_expect_arr_eq(conf.all.send.bytes, wire, sizeof(wire) - 1);
	cr_expect_not(parse("send dhcp6.vendor-opts 0:0:9;"));
	cr_expect_not(parse("send dhcp6.vendor-class 0:0:9;"));
}

/* RFC 9915 sections 21.15 and 21.16: each class has its length before it. */
Test(conf, classes_are_strings_or_octets)
{
	static const struct {
		const char *text;
		uint16_t code;
		const char *data;
		size_t size;
	} rows[] = {
		{ "send dhcp6.user-class \"hi\";", 15, "\0\2hi", 4 },
		{ "send dhcp6.user-class \"a\" , \"bc\";", 15, "\0\1a\0\2bc", 7 },
		{ "send dhcp6.user-class 0:2:68:69;", 15, "\0\2hi", 4 },
		{ "send dhcp6.vendor-class 311 \"MSFT 5.0\";", 16, "\0\0\1\67\0\10MSFT 5.0", 14 },
		{ "send dhcp6.vendor-class 0:0:1:37:0:1:61;", 16, "\0\0\1\67\0\1a", 7 },
		/* As ISC has to be told of them, and as providers' guides show it. */
		{ "option dhcp6.user-class code 15 = string; send dhcp6.user-class "
		  "\"\\000\\002hi\";",
		  15, "\0\2hi", 4 },
		{ "option dhcp6.vendorclass code 16 = string; "
		  "send dhcp6.vendorclass 00:00:04:0e:00:05:73:61:67:65:6d;",
		  16, "\0\0\4\16\0\5sagem", 11 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cr_expect(parse(rows[i].text), "%s", rows[i].text);
		cr_expect(sends(&conf.all, rows[i].code, rows[i].data, rows[i].size), "%s",
			  rows[i].text);
	}
	cr_expect_not(parse("send dhcp6.vendor-class \"a\";"), "no enterprise");
	cr_expect_eq(conf.all.send.size, 0);
}

/* C-FQDN-2 and C-FQDN-3; the order of the statements is of no account. */
Test(conf, a_name_is_sent_with_its_flags)
{
	static const char whole[] = "\5host1\7example\3com";
	static const struct {
		const char *text;
		uint8_t flags;
		const char *name;
		size_t size;
	} rows[] = {
		{ "send fqdn.fqdn \"host1.example.com.\";", 0, whole, sizeof(whole) },
		{ "send fqdn.fqdn \"host1.example.com\";", 0, whole, sizeof(whole) },
		{ "send fqdn.fqdn \"host1\"; send fqdn.server-update on;", 1, "\5host1", 6 },
		{ "send fqdn.server-update true; send fqdn.fqdn \"host1.\";", 1, "\5host1", 7 },
		{ "send fqdn.fqdn \"\"; send fqdn.encoded on;", 0, "", 0 },
		{ "send fqdn.no-client-update on; send fqdn.fqdn \"h\";", 4, "\1h", 2 },
		{ "send fqdn.fqdn \"h\"; send fqdn.server-update on; "
		  "send fqdn.no-client-update on;",
		  4, "\1h", 2 },
		{ "send fqdn.no-client-update on; send fqdn.server-update on; "
		  "send option fqdn.fqdn \"h\"; send fqdn.no-client-update off;",
		  1, "\1h", 2 },
		{ "send fqdn.fqdn \"a\"; send fqdn.fqdn \"h\";", 0, "\1h", 2 },
	};
	struct cursor data;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cr_expect(parse(rows[i].text), "%s", rows[i].text);
		cr_assert(options_find(&conf.all.send, OPTION_CLIENT_FQDN, &data), "%s",
			  rows[i].text);
		cr_expect_eq(get_u8(&data), rows[i].flags, "C-FQDN-2: %s", rows[i].text);
		cr_expect(cursor_left(&data) == rows[i].size &&
				  memcmp(data.in + data.at, rows[i].name, rows[i].size) == 0,
			  "C-FQDN-3: %s", rows[i].text);
		cr_expect_eq(conf.all.send.size, 5 + rows[i].size, "once: %s", rows[i].text);
	}
}

/* The vectors of A.5: host1 and host1.example.com., S set. */
Test(conf, names_on_the_wire)
{
	static const char part[] = "\0\47\0\7\1\5host1";
	static const char whole[] = "\0\47\0\24\1\5host1\7example\3com";

	cr_expect(parse("send fqdn.fqdn \"host1\"; send fqdn.server-update on;"));
	cr_assert_eq(conf.all.send.size, sizeof(part) - 1);
	cr_expect_arr_eq(conf.all.send.bytes, part, sizeof(part) - 1);
	cr_expect(parse("send fqdn.fqdn \"host1.example.com.\"; send fqdn.server-update on;"));
	cr_assert_eq(conf.all.send.size, sizeof(whole));
	cr_expect_arr_eq(conf.all.send.bytes, whole, sizeof(whole));
}

Test(conf, what_is_no_name_is_not_sent)
{
	static const char *const rows[] = {
		"send fqdn.fqdn host;",
		"send fqdn.fqdn \"a b\";",
		"send fqdn.fqdn \"a..b\";",
		"send fqdn.fqdn \".\";",
		"send fqdn.fqdn \"h\" \"i\";",
		("send fqdn.fqdn "
		 "\"a234567890123456789012345678901234567890123456789012345678901234\";"),
		"send fqdn.hostname \"h\";",
		"send fqdn.server-update maybe;",
		"send fqdn.server-update on off;",
		"send fqdn. 1;",
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cr_expect_not(parse(rows[i]), "%s", rows[i]);
		cr_expect_eq(told.of[CONF_ERROR], 1, "%s", rows[i]);
		cr_expect_eq(conf.all.send.size, 0, "%s", rows[i]);
	}
	cr_expect(parse("send fqdn.server-update on;"));
	cr_expect_eq(conf.all.send.size, 0, "flags alone are no name");
}

Test(conf, an_interface_has_a_name_of_its_own)
{
	cr_expect(parse("send fqdn.fqdn \"all\"; send fqdn.server-update on;"
			"interface \"eth0\" { send fqdn.fqdn \"one\"; }"
			"interface \"eth1\" { send fqdn.no-client-update on; }"));
	cr_expect(sends(&conf.all, 39, "\1\3all", 5));
	cr_expect(sends(conf_scope(&conf, "eth0"), 39, "\1\3one", 5));
	cr_expect(sends(conf_scope(&conf, "eth1"), 39, "\4\3all", 5));
}

/* Our own statements, and where they hold. */
Test(conf, modes)
{
	const struct conf_scope *eth0;

	cr_expect(parse(""));
	cr_expect_eq(conf.all.mode, MODE_STATEFUL);
	cr_expect_eq(conf.all.router_timeout, 10);
	cr_expect_not(conf.all.register_addresses || conf.all.anonymous);
	cr_expect(parse("mode auto; router-timeout 3; register-addresses yes;\n"
			"interface \"eth0\" { mode stateless; router-timeout 4;\n"
			"  register-addresses no; anonymous; }\n"
			"interface \"eth1\" { MODE Stateful; register-addresses on; }\n"));
	eth0 = conf_scope(&conf, "eth0");
	cr_expect_eq(conf.all.mode, MODE_AUTO);
	cr_expect_eq(conf.all.router_timeout, 3);
	cr_expect(conf.all.register_addresses && !conf.all.anonymous);
	cr_expect_eq(eth0->mode, MODE_STATELESS);
	cr_expect_eq(eth0->router_timeout, 4);
	cr_expect(!eth0->register_addresses && eth0->anonymous);
	cr_expect_eq(conf_scope(&conf, "eth1")->mode, MODE_STATEFUL);
	cr_expect(conf_scope(&conf, "eth1")->register_addresses);
}

Test(conf, own_statements_that_are_wrong)
{
	static const char *const rows[] = {
		"mode;",
		"mode both;",
		"mode auto stateless;",
		"router-timeout 0;",
		"script-timeout 0;",
		"router-timeout;",
		"register-addresses;",
		"register-addresses perhaps;",
		"anonymous yes;",
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cr_expect_not(parse(rows[i]), "%s", rows[i]);
		cr_expect_eq(told.of[CONF_ERROR], 1, "%s", rows[i]);
		cr_expect_eq(conf.all.mode, MODE_STATEFUL, "%s", rows[i]);
		cr_expect_not(conf.all.anonymous || conf.all.register_addresses, "%s", rows[i]);
	}
}

/* Contract 2.2: option NAME code N = TYPE; with every type there is. */
Test(conf, defined_options_are_sent_by_their_type)
{
	static const struct {
		const char *type;
		const char *value;
		const char *data;
		size_t size;
	} rows[] = {
		{ "text", "\"a b\"", "a b", 3 },
		{ "string", "1:2:ff", "\1\2\377", 3 },
		{ "string", "\"x\"", "x", 1 },
		{ "ip6-address", "2001:db8::1", "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16 },
		{ "ip-address", "192.0.2.1", "\300\0\2\1", 4 },
		{ "array of ip-address", "192.0.2.1, 192.0.2.2", "\300\0\2\1\300\0\2\2", 8 },
		{ "boolean", "on", "\1", 1 },
		{ "boolean", "false", "\0", 1 },
		{ "unsigned integer 8", "255", "\377", 1 },
		{ "unsigned integer 16", "65535", "\377\377", 2 },
		{ "unsigned integer 32", "4294967295", "\377\377\377\377", 4 },
		{ "integer 8", "-128", "\200", 1 },
		{ "signed integer 16", "-2", "\377\376", 2 },
		{ "integer 32", "-2147483648", "\200\0\0\0", 4 },
		{ "integer 32", "2147483647", "\177\377\377\377", 4 },
		{ "integer 8", "255", "\377", 1 },
		{ "integer 16", "32768", "\200\0", 2 },
		{ "integer 32", "4294967295", "\377\377\377\377", 4 },
		{ "domain-name", "\"a.bc\"", "\1a\2bc", 6 },
		{ "domain-list", "\"a\", \"b.\"", "\1a\0\1b", 6 },
		{ "domain-list compressed", "\"a\"", "\1a", 3 },
		{ "array of unsigned integer 16", "1, 2, 3", "\0\1\0\2\0\3", 6 },
		{ "{ unsigned integer 8, ip-address }", "7 192.0.2.1", "\7\300\0\2\1", 5 },
		{ "array of { integer 8, boolean }", "-1 on, 2 off", "\377\1\2\0", 4 },
		{ "{ boolean, array of unsigned integer 8 }", "on 1, 2, 3", "\1\1\2\3", 4 },
		{ "{ unsigned integer 16, text }", "1 \"xy\"", "\0\1xy", 4 },
		{ "zerolen", "", "", 0 },
		{ "encapsulate vsio", "1:2", "\1\2", 2 },
	};
	char text[256];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text),
			 "option dhcp6.x-Y_1 code 65001 = %s; send dhcp6.X-y_1 %s;", rows[i].type,
			 rows[i].value);
		cr_expect(parse(text), "%s: %s", text, told.first[0].message);
		cr_expect(sends(&conf.all, 65001, rows[i].data, rows[i].size), "%s", text);
	}
}

Test(conf, values_that_are_not_of_the_defined_type)
{
	static const char *const rows[][2] = {
		{ "integer 8", "256" },
		{ "integer 8", "-129" },
		{ "integer 16", "65536" },
		{ "integer 16", "-" },
		{ "integer 32", "4294967296" },
		{ "unsigned integer 8", "-1" },
		{ "unsigned integer 8", "256" },
		{ "boolean", "maybe" },
		{ "boolean", "" },
		{ "ip6-address", "192.0.2.1" },
		{ "ip6-address", "::1, ::2" },
		{ "text", "abc" },
		{ "zerolen", "1" },
		{ "{ boolean, integer 8 }", "on" },
	};
	char text[256];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), "option dhcp6.x code 65001 = %s; send dhcp6.x %s;",
			 rows[i][0], rows[i][1]);
		cr_expect_not(parse(text), "%s", text);
		cr_expect_eq(told.of[CONF_ERROR], 1, "%s", text);
		cr_expect_eq(conf.all.send.size, 0, "%s", text);
	}
}

Test(conf, defined_options_are_asked_for)
{
	cr_expect(parse("option dhcp6.ntp code 56 = string; option dhcp6.foo code 65001 = text;"
			"request dhcp6.foo, dhcp6.ntp-server; also request dhcp6.ntp;"));
	cr_expect_str_eq(request_of(&conf.all), "65001 56");
	cr_expect_not(parse("request dhcp6.foo; option dhcp6.foo code 65001 = text;"),
		      "a definition comes first");
}

/* What is defined again is what was said last, by name and by code. */
Test(conf, a_definition_replaces_another)
{
	cr_expect(parse("option dhcp6.a code 300 = text; option dhcp6.A code 301 = text;"
			"option dhcp6.b code 301 = text; request dhcp6.b, dhcp6.unknown-300;"));
	cr_expect_str_eq(request_of(&conf.all), "301 300");
	cr_expect_not(parse("option dhcp6.a code 300 = text; option dhcp6.a code 301 = text;"
			    "option dhcp6.b code 301 = text; request dhcp6.a;"));
}

/* Contract 5.2, vsio: options of a vendor's space go into option 17, in the widths of the space. */
Test(conf, options_of_a_vendor_space_are_sent_in_option_17)
{
	static const char head[] = "option space docsis code width 2 length width 2 hash size 17;"
				   "option docsis.oro code 1 = array of unsigned integer 16;"
				   "option docsis.device code 2 = text;"
				   "option vsio.docsis code 4491 = encapsulate docsis;";
	static const char data[] = "\0\0\x11\x8b\0\1\0\4\0\x20\0\x21\0\2\0\3ECM";
	static const char other[] = "\0\0\x11\x8b\0\2\0\1x\0\1\0\2\0\5";
	char text[1024];

	snprintf(text, sizeof(text), "%ssend docsis.oro 32, 33; send docsis.device \"ECM\";", head);
	cr_expect(parse(text), "%s", told.first[0].message);
	cr_expect(sends(&conf.all, 17, data, sizeof(data) - 1));
	snprintf(text, sizeof(text),
		 "%ssend docsis.oro 32; send docsis.device \"x\"; send vsio.unknown-1 1;"
		 "send docsis.oro 5;",
		 head);
	cr_expect(parse(text));
	cr_expect_eq(conf.all.send.size, 4 + sizeof(other) - 1 + 4 + 5);
	cr_expect_arr_eq(conf.all.send.bytes + 9, "\0\21\0\17", 4);
	cr_expect_arr_eq(conf.all.send.bytes + 13, other, sizeof(other) - 1);
	snprintf(text, sizeof(text), "%ssend vsio.docsis 1:2:3; send docsis.oro 5;", head);
	cr_expect_not(parse(text), "what is sent so far is no options");
	cr_expect(sends(&conf.all, 17, "\0\0\x11\x8b\1\2\3", 7));
}

/* A space of its own within an option, with octets for code and length where nothing is said. */
Test(conf, options_of_a_space_are_sent_in_the_option_that_encapsulates_it)
{
	cr_expect(parse("option space s; option s.a code 1 = unsigned integer 8;"
			"option s.b code 255 = string; option dhcp6.s code 65001 = encapsulate s;"
			"send s.a 7; send s.b \"hi\"; send s.a 8;"));
	cr_expect(sends(&conf.all, 65001, "\377\2hi\1\1\10", 7));
	cr_expect(parse("option space s code width 4 length width 1; option s.a code 65536 = text;"
			"option dhcp6.s code 65001 = encapsulate s; send s.a \"x\";"));
	cr_expect(sends(&conf.all, 65001, "\0\1\0\0\1x", 6));
	cr_expect_not(parse("option space s; option s.a code 1 = text; send s.a \"x\";"),
		      "nothing carries it");
	cr_expect(parse("send isc6.media \"x\";"), "ISC's own");
	cr_expect(sends(&conf.all, 17, "\0\0\11\277\0\1\0\1x", 9));
}

Test(conf, definitions_that_are_wrong)
{
	static const char *const rows[] = {
		"option dhcp6.x;",
		"option dhcp6.x \"y\";",
		"option dhcp6.x code = text;",
		"option dhcp6.x code 0 = text;",
		"option dhcp6.x code 65536 = text;",
		"option dhcp6.x code 5 text;",
		"option dhcp6.x code 5 = ;",
		"option dhcp6.x code 5 = thing;",
		"option dhcp6.x code 5 = integer 64;",
		"option dhcp6.x code 5 = unsigned 8;",
		"option dhcp6.x code 5 = text text;",
		"option dhcp6.x code 5 = array text;",
		"option dhcp6.x code 5 = array of text;",
		"option dhcp6.x code 5 = array of domain-name;",
		"option dhcp6.x code 5 = array of { integer 8, text };",
		"option dhcp6.x code 5 = array of { integer 8, array of integer 8 };",
		"option dhcp6.x code 5 = { text, integer 8 };",
		"option dhcp6.x code 5 = { integer 8;",
		"option dhcp6.x code 5 = { };",
		"option dhcp6.x code 5 = { zerolen };",
		"option dhcp6.x code 5 = { array of integer 8, integer 8 };",
		"option dhcp6.x code 5 = { { integer 8 } };",
		"option dhcp6.x code 5 = { boolean, boolean, boolean, boolean, boolean, boolean, "
		"boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, "
		"boolean };",
		"option dhcp6.x code 5 = encapsulate nowhere;",
		"option dhcp6.x code 5 = encapsulate;",
		"option dhcp6.x.y code 5 = text;",
		"option dhcp6. code 5 = text;",
		("option dhcp6.a234567890123456789012345678901234567890123456789012345678901234 "
		 "code 5 = text;"),
		"option space;",
		"option space dhcp6;",
		"option space fqdn;",
		"option space s.t;",
		"option space s code width 3;",
		"option space s length width 4;",
		"option space s length width 0;",
		"option space s code 2;",
		"option space s width 2;",
		"option space isc6;",
		"interface \"e\" { option dhcp6.x code 5 = text; }",
		"interface \"e\" { option space s; }",
	};
	char text[512];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), "%s timeout 2;", rows[i]);
		cr_expect_not(parse(text), "%s", text);
		cr_expect_eq(told.of[CONF_ERROR], 1, "%s", text);
		cr_expect_eq(told.n, 1, "%s", text);
		cr_expect_eq(conf.timeout, 2, "%s: too much was passed over", text);
		cr_expect_not(parse("send dhcp6.x 1;"), "%s", text);
	}
}

Test(conf, definitions_are_limited)
{
	static char text[8192];
	struct cursor out = cursor_writer(text, sizeof(text));

	for (unsigned int i = 0; i < DICTIONARY_OPTIONS; i++)
		put_format(&out, "option dhcp6.o%u code %u = text;\n", i, 1000 + i);
	cr_expect_not(parse(text_end(&out)));
	cr_expect_eq(told.of[CONF_ERROR], 5, "five are ISC's: %zu", told.of[CONF_ERROR]);
	cr_expect_eq(conf.dictionary.n_definitions, DICTIONARY_OPTIONS);
	out = cursor_writer(text, sizeof(text));
	for (unsigned int i = 0; i < DICTIONARY_SPACES; i++)
		put_format(&out, "option space s%u;\n", i);
	cr_expect_not(parse(text_end(&out)));
	cr_expect_eq(told.of[CONF_ERROR], 1);
	cr_expect_eq(conf.dictionary.n_spaces, DICTIONARY_SPACES);
}

Test(conf, what_cannot_be_sent_is_refused)
{
	static const char *const rows[] = {
		"send dhcp6.name-servers 192.0.2.1;",
		"send dhcp6.name-servers;",
		"send dhcp6.name-servers fe80::1 }",
		"send dhcp6.name-servers \"x;\n",
		"send dhcp6.no-such 1;",
		"send;",
		"send \"dhcp6.user-class\" 1;",
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cr_expect_not(parse(rows[i]), "%s", rows[i]);
		cr_expect_geq(told.of[CONF_ERROR], 1, "%s", rows[i]);
		cr_expect_eq(conf.all.send.size, 0, "%s", rows[i]);
	}
}

Test(conf, more_than_there_is_room_for_is_not_sent)
{
	static char text[3 * OPTIONS_SIZE + 3000];
	struct cursor out = cursor_writer(text, sizeof(text));

	for (unsigned int i = 0; i < 5; i++) {
		put_format(&out, "send dhcp6.unknown-%u 1", 300 + i);
		for (unsigned int j = 1; j < 800; j++)
			put_format(&out, ":1");
		put_format(&out, ";");
	}
	cr_expect_not(parse(text_end(&out)));
	cr_expect_eq(told.of[CONF_ERROR], 5, "a word has at most 1500 octets");
	out = cursor_writer(text, sizeof(text));
	for (unsigned int i = 0; i < 9; i++) {
		put_format(&out, "send dhcp6.unknown-%u 1", 300 + i);
		for (unsigned int j = 1; j < 500; j++)
			put_format(&out, ":1");
		put_format(&out, ";");
	}
	cr_expect_not(parse(text_end(&out)));
	cr_expect_eq(told.of[CONF_ERROR], 1);
	cr_expect_eq(conf.all.send.size, 8 * 504);
}

Test(conf, an_interface_block_copies_what_was_said_before_it)
{
	const struct conf_scope *eth0;
	const struct conf_scope *eth1;

	cr_expect(parse("request dhcp6.fqdn; script \"/a\";\n"
			"interface \"eth0\" { send dhcp6.client-id 00:03:00:01:fa;\n"
			"  also request dhcp6.sntp-servers; }\n"
			"request dhcp6.bootfile-url; send dhcp6.rapid-commit; script \"/b\";\n"
			"interface \"eth1\" { script \"/c\"; request; };\n"
			"interface \"eth0\" { send dhcp6.user-class 1; }\n"));
	cr_expect_eq(conf.n_interfaces, 2);
	eth0 = conf_scope(&conf, "eth0");
	eth1 = conf_scope(&conf, "eth1");
	cr_expect_eq(conf_scope(&conf, "eth2"), &conf.all);
	cr_expect_str_eq(eth0->interface, "eth0");
	cr_expect_str_eq(request_of(eth0), "39 31");
	cr_expect_str_eq(eth0->script, "/a", "what comes later does not reach it");
	cr_expect_not(eth0->rapid_commit);
	cr_expect_eq(eth0->client_id.size, 5);
	cr_expect(sends(eth0, OPTION_USER_CLASS, "\1", 1), "a second block goes on with the first");
	cr_expect_str_eq(request_of(eth1), "");
	cr_expect_str_eq(eth1->script, "/c");
	cr_expect(eth1->rapid_commit);
	cr_expect_str_eq(request_of(&conf.all), "59");
	cr_expect_str_eq(conf.all.script, "/b");
	cr_expect_eq(conf.all.client_id.size, 0);
	cr_expect_str_eq(conf.all.interface, "");
}

Test(conf, interface_blocks_are_limited)
{
	static char text[4096];
	struct cursor out = cursor_writer(text, sizeof(text));

	for (unsigned int i = 0; i < CONF_INTERFACES + 1; i++)
		put_format(&out, "interface \"eth%u\" { request; }\n", i);
	put_format(&out, "timeout 5;");
	cr_expect_not(parse(text_end(&out)));
	cr_expect_eq(told.of[CONF_ERROR], 1);
	cr_expect_eq(conf.n_interfaces, CONF_INTERFACES);
	cr_expect_eq(conf.timeout, 5);
}

/* The statements of Debian's file, and others that are common with DHCPv4. */
Test(conf, what_is_for_dhcpv4_is_ignored)
{
	static const char *const rows[] = {
		"option rfc3442-classless-static-routes code 121 = array of unsigned integer 8;",
		"send host-name = gethostname();",
		"send host-name \"andare.fugue.com\";",
		"send dhcp-client-identifier 1:0:a0:24:ab:fb:9c;",
		"send dhcp-lease-time 3600;",
		"supersede domain-name \"fugue.com home.vix.com\";",
		"prepend domain-name-servers 127.0.0.1;",
		"append domain-name-servers 127.0.0.1, 127.0.0.2;",
		"default host-name \"x\";",
		"require subnet-mask, domain-name-servers;",
		"also require subnet-mask;",
		"require;",
		"require authentication;",
		"dont bootp;",
		"retry 60;",
		"reboot 10;",
		"select-timeout 5;",
		"initial-interval 2;",
		"initial-delay 2;",
		"backoff-cutoff 2;",
		"reject 192.33.137.209, 10.0.0.0/8;",
		"media \"-link0 -link1\", \"link0 link1\";",
		"hardware ethernet 0:1:2:3:4:5;",
		"anycast-mac ethernet 0:1:2:3:4:5;",
		"vendor option space SUNW;",
		"db-time-format local;",
		"omapi port 7911;",
		"do-forward-updates false;",
		"key rndc-key { algorithm hmac-md5; secret \"a+/b==\"; };",
		"key x { algorithm hmac-md5; secret a+/b==; }",
		"zone example.org. { primary 127.0.0.1; key rndc-key; }",
		"alias { interface \"eth0\"; option subnet-mask 255.255.255.255; }",
		"lease { fixed-address 192.33.137.200; renew 2 2000/1/12 00:00:01; }",
	};
	char text[512];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), "timeout 1;\n%s\ntimeout 2;", rows[i]);
		cr_expect(parse(text), "%s: %s", rows[i], told.first[0].message);
		cr_expect_eq(told.n, 1, "%s: %zu", rows[i], told.n);
		cr_expect_eq(told.of[CONF_IGNORED], 1, "%s", rows[i]);
		cr_expect_eq(told.first[0].line, 2, "%s", rows[i]);
		cr_expect_eq(conf.timeout, 2, "%s: too much was passed over", rows[i]);
		snprintf(text, sizeof(text), "interface \"a\" { %s script \"/x\"; }", rows[i]);
		cr_expect(parse(text), "%s: %s", rows[i], told.first[0].message);
		cr_expect_str_eq(conf_scope(&conf, "a")->script, "/x", "%s", rows[i]);
	}
}

Test(conf, the_stock_file_of_debian_is_taken)
{
	cr_expect(
		parse("option rfc3442-classless-static-routes code 121 = array of unsigned "
		      "integer 8;\n\n"
		      "send host-name = gethostname();\n"
		      "request subnet-mask, broadcast-address, time-offset, routers,\n"
		      "\tdomain-name, domain-name-servers, domain-search, host-name,\n"
		      "\tdhcp6.name-servers, dhcp6.domain-search, dhcp6.fqdn, dhcp6.sntp-servers,\n"
		      "\tnetbios-name-servers, netbios-scope, interface-mtu,\n"
		      "\trfc3442-classless-static-routes, ntp-servers;\n"));
	cr_expect_eq(told.of[CONF_IGNORED], 3);
	cr_expect_str_eq(request_of(&conf.all), "23 24 39 31");
}

/* dhclient takes them, so they are no errors here, but a user has to hear that nothing comes of
 * them. */
Test(conf, what_is_not_supported_is_said)
{
	static const char *const rows[] = {
		"require dhcp6.name-servers;",
		"also require routers, dhcp6.name-servers;",
		"pseudo \"x\" \"eth0\" { request; timeout 3; }",
		"on release { execute(\"/bin/x\", \"}\"); }",
		"if a = 1 { timeout 3; } elsif x { timeout 4; } else { timeout 5; }",
		"if known { timeout 3; } else if x { timeout 4; }",
		"switch (x) { case 1: timeout 3; default: timeout 3; }",
		"set x = concat(\"a;\", \"b\");",
		"log(info, \"x\");",
		"define f (a) { return a; }",
		"add \"x\";",
		"parse-vendor-option;",
		"return 5;",
		"send fqdn.fqdn = option host-name;",
		"send vsio.unknown-40000 = option dhcp6.x;",
		"send dhcp6.user-class = concat(0:1, binary-to-ascii(10, 8, \"y\", 0:1));",
		"send dhcp6.client-id = hardware;",
		"supersede dhcp6.name-servers = option dhcp6.x;",
		"append vsio.isc \"x\";",
		"supersede fqdn.fqdn \"a.b\";",
	};
	char text[512];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), "timeout 1;\n%s\ntimeout 2;", rows[i]);
		cr_expect(parse(text), "%s: %s", rows[i], told.first[0].message);
		cr_expect_eq(told.n, 1, "%s: %zu", rows[i], told.n);
		cr_expect_eq(told.of[CONF_UNSUPPORTED], 1, "%s", rows[i]);
		cr_expect(strstr(told.first[0].message, "not supported"), "%s", rows[i]);
		cr_expect_eq(told.first[0].line, 2, "%s", rows[i]);
		cr_expect_eq(conf.timeout, 2, "%s: too much was passed over", rows[i]);
	}
	cr_expect(parse("interface \"a\" { timeout 4; }"));
	cr_expect_eq(told.of[CONF_UNSUPPORTED], 1);
	cr_expect_eq(conf.timeout, 60);
	cr_expect(parse("send dhcp6.oro 23; send dhcp6.server-id 0:1:2; send dhcp6.ia-na 0:1:2;"
			"send dhcp6.elapsed-time 0;"));
	cr_expect_eq(told.of[CONF_UNSUPPORTED], 4);
	cr_expect_eq(conf.all.send.size, 0);
}

/* Contract 2.2, data-expr: what needs no packet. */
Test(conf, values_are_computed)
{
	static const struct {
		const char *value;
		const char *data;
		size_t size;
	} rows[] = {
		{ "\"ab\"", "ab", 2 },
		{ "\"\"", "", 0 },
		{ "0:1:ff", "\0\1\377", 3 },
		{ "gethostname()", "Host1", 5 },
		{ "gethostname ( )", "Host1", 5 },
		{ "concat(\"a\")", "a", 1 },
		{ "concat(\"a\", 0:1, gethostname())", "a\0\1Host1", 8 },
		{ "concat(lcase(\"AB1\"), ucase(\"z{\"), \"Q\")", "ab1Z{Q", 6 },
		{ "concat(concat(\"a\", \"b\"), concat(\"c\", \"d\"), \"e\")", "abcde", 5 },
		{ "LCASE(gethostname())", "host1", 5 },
		{ "pick-first-value(gethostname(), \"ISC-dhclient\")", "Host1", 5 },
		{ "concat(\"x\", pick-first-value(\"\", \"a\", \"b\", concat(\"c\", \"d\")), "
		  "\"y\")",
		  "xay", 3 },
		{ "substring(\"abcdef\", 1, 3)", "bcd", 3 },
		{ "substring(\"abc\", 2, 9)", "c", 1 },
		{ "substring(\"abc\", 9, 1)", "", 0 },
		{ "concat(\"x\", substring(concat(\"ab\", \"cd\"), 1, 2))", "xbc", 3 },
		{ "suffix(\"abc\", 2)", "bc", 2 },
		{ "concat(\"x\", suffix(\"abc\", 9))", "xabc", 4 },
	};
	char text[256];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), "send dhcp6.unknown-65001 = %s; timeout 5;",
			 rows[i].value);
		cr_expect(parse(text), "%s: %s", text, told.first[0].message);
		cr_expect(sends(&conf.all, 65001, rows[i].data, rows[i].size), "%s", text);
		cr_expect_eq(conf.timeout, 5);
	}
	cr_expect(parse("send fqdn.fqdn = gethostname(); send fqdn.server-update on;"));
	cr_expect(sends(&conf.all, 39, "\1\5Host1", 7));
	cr_expect(parse("send fqdn.fqdn = concat(gethostname(), \".example.org.\");"));
	cr_expect(sends(&conf.all, 39, "\0\5Host1\7example\3org\0", 20));
	cr_expect(parse("send dhcp6.client-id = concat(0:4, \"ab\");"));
	cr_expect_eq(conf.all.client_id.size, 4);
	cr_expect(parse("send vsio.unknown-9 = 1:2;"));
	cr_expect(sends(&conf.all, 17, "\0\0\0\11\1\2", 6));
}

Test(conf, expressions_that_are_wrong)
{
	static const char *const rows[] = {
		"send dhcp6.unknown-65001 = ;",
		"send dhcp6.unknown-65001 = concat;",
		"send dhcp6.unknown-65001 = concat(;",
		"send dhcp6.unknown-65001 = concat(\"a\";",
		"send dhcp6.unknown-65001 = concat(\"a\",);",
		"send dhcp6.unknown-65001 = gethostname;",
		"send dhcp6.unknown-65001 = \"a\" \"b\";",
		"send dhcp6.unknown-65001 = );",
		"send dhcp6.client-id = 0:1;",
		"send fqdn.fqdn = \"a b\";",
		"supersede dhcp6.name-servers = ;",
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[128];

		snprintf(text, sizeof(text), "%s timeout 5;", rows[i]);
		cr_expect_not(parse(text), "%s", rows[i]);
		cr_expect_eq(told.n, 1, "%s", rows[i]);
		cr_expect_eq(conf.timeout, 5, "%s", rows[i]);
		cr_expect_eq(conf.all.send.size, 0, "%s", rows[i]);
	}
}

/* Contract 2.3: each is applied to what comes, in the order in which they are said. */
Test(conf, options_that_come_are_altered)
{
	static const struct {
		const char *text;
		const char *wire;
		size_t size;
	} rows[] = {
		/* What has come: preference 9, unknown-65001 "mid". */
		{ "", "\0\7\0\1\11\375\351\0\3mid", 12 },
		{ "default dhcp6.preference 1;", "\0\7\0\1\11\375\351\0\3mid", 12 },
		{ "supersede dhcp6.preference 1;", "\375\351\0\3mid\0\7\0\1\1", 12 },
		{ "prepend dhcp6.unknown-65001 \"a\";", "\0\7\0\1\11\375\351\0\4amid", 13 },
		{ "append option dhcp6.unknown-65001 \"z\";", "\0\7\0\1\11\375\351\0\4midz", 13 },
		{ "default dhcp6.bootfile-url \"u\";", "\0\7\0\1\11\375\351\0\3mid\0\73\0\1u", 17 },
		{ "append dhcp6.bootfile-url \"u\"; default dhcp6.bootfile-url \"v\";",
		  "\0\7\0\1\11\375\351\0\3mid\0\73\0\1u", 17 },
		{ "supersede dhcp6.unknown-65001 \"S\"; prepend dhcp6.unknown-65001 0:1;"
		  "append dhcp6.unknown-65001 = concat(\"T\", \"U\");",
		  "\0\7\0\1\11\375\351\0\5\0\1STU", 14 },
		/* For DHCPv4, as in many files. */
		{ "prepend domain-name-servers 127.0.0.1; supersede domain-name \"x\";",
		  "\0\7\0\1\11\375\351\0\3mid", 12 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct options options = { .size = 0 };

		options_add(&options, OPTION_PREFERENCE, "\11", 1);
		options_add(&options, 65001, "mid", 3);
		cr_expect(parse(rows[i].text), "%s: %s", rows[i].text, told.first[0].message);
		modifiers_apply(&conf.all.modifiers, &options);
		cr_expect_eq(options.size, rows[i].size, "%s: %u", rows[i].text, options.size);
		cr_expect_eq(memcmp(options.bytes, rows[i].wire, rows[i].size), 0, "%s",
			     rows[i].text);
	}
}

Test(conf, modifiers_that_are_wrong)
{
	static const char *const rows[] = {
		"supersede dhcp6.name-servers 1.2.3.4;",
		"supersede dhcp6.name-servers;",
		"prepend dhcp6.no-such 1;",
		"default;",
		"default dhcp6.preference 1",
		"default dhcp6.preference 1 { }",
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cr_expect_not(parse(rows[i]) && told.of[CONF_ERROR] == 0, "%s", rows[i]);
		cr_expect_eq(conf.all.modifiers.size, 0, "%s", rows[i]);
	}
}

Test(conf, modifiers_are_limited)
{
	static char text[8192];
	struct cursor out = cursor_writer(text, sizeof(text));

	for (unsigned int i = 0; i < 100; i++)
		put_text(&out, "append dhcp6.bootfile-url \"0123456789012345678901234\";\n");
	cr_expect_not(parse(text_end(&out)));
	cr_expect_eq(told.of[CONF_ERROR], 100 - MODIFIERS_SIZE / 30);
	cr_expect_leq(conf.all.modifiers.size, MODIFIERS_SIZE);
}

Test(conf, an_interface_alters_options_its_own_way)
{
	cr_expect(parse("append dhcp6.bootfile-url \"a\";"
			"interface \"eth0\" { append dhcp6.bootfile-url \"b\"; }"));
	cr_expect_eq(conf.all.modifiers.size, 6);
	cr_expect_eq(conf_scope(&conf, "eth0")->modifiers.size, 12);
}

Test(conf, a_file_includes_another)
{
	cr_expect(parse("include \"/a\"; timeout 5;"));
	cr_expect_eq(conf.timeout, 5, "what is said last counts");
	cr_expect_str_eq(request_of(&conf.all), "23 24 39");
	cr_expect(parse("timeout 5; include \"/chain\""
			" ; script-timeout 6;"));
	cr_expect_eq(conf.timeout, 7);
	cr_expect_eq(conf.script_timeout, 6);
	cr_expect_str_eq(conf.all.script, "/c");
	cr_expect(parse("interface \"eth0\" { request; include \"/chain\"; } script-timeout 6;"));
	cr_expect_eq(conf.script_timeout, 6);
	cr_expect_str_eq(request_of(conf_scope(&conf, "eth0")), "39");
	cr_expect_str_eq(conf_scope(&conf, "eth0")->script, "/c");
	cr_expect_eq(conf.all.script[0], '\0');
	cr_expect(parse("include \"/block\"; script \"/c\";"));
	cr_expect_str_eq(conf_scope(&conf, "eth1")->script, "/b");
	cr_expect_str_eq(conf.all.script, "/c");
	cr_expect_eq(opened, 0, "each file is let go");
}

Test(conf, what_is_wrong_in_an_included_file_is_said_of_that_file)
{
	cr_expect_not(parse("timeout 5;\ninclude \"/wrong\";\nfrob;"));
	cr_assert_eq(told.n, 2);
	cr_expect_str_eq(told.file[0], "/wrong");
	cr_expect_eq(told.first[0].line, 2);
	cr_expect_eq(told.first[0].column, 3);
	cr_expect_str_eq(told.file[1], "test.conf");
	cr_expect_eq(told.first[1].line, 3);
	cr_expect_eq(conf.timeout, 4);
	cr_expect_eq(conf.script_timeout, 3);
	cr_expect_eq(opened, 0);
}

Test(conf, includes_that_are_wrong)
{
	static const struct {
		const char *text;
		const char *file;
		unsigned int column;
		const char *message;
	} rows[] = {
		{ "include /a;", "test.conf", 9, "expected a path in quotation marks" },
		{ "include \"/a\" \"/b\";", "test.conf", 14, "expected ; after the path" },
		{ "include \"/nowhere\";", "test.conf", 9, "no such file" },
		{ "include \"/brace\";", "/brace", 1, "} without {" },
		{ "interface \"e\" { include \"/brace\"; }", "/brace", 1, "} without {" },
		{ "interface \"e\" { include \"/block\"; }", "/block", 1, "expected a statement" },
		{ "include \"/open\";", "/open", 32,
		  "expected } at the end of the interface block" },
		{ "include \"/half\";", "/half", 8, "expected a number of seconds" },
	};
	char text[128];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), "%s script-timeout 7;", rows[i].text);
		cr_expect_not(parse(text), "%s", rows[i].text);
		cr_expect_eq(told.n, 1, "%s: %zu", rows[i].text, told.n);
		cr_expect_str_eq(told.file[0], rows[i].file, "%s", rows[i].text);
		cr_expect_eq(told.first[0].column, rows[i].column, "%s: %u", rows[i].text,
			     told.first[0].column);
		cr_expect_str_eq(told.first[0].message, rows[i].message, "%s: %s", rows[i].text,
				 told.first[0].message);
		cr_expect_eq(conf.script_timeout, 7, "%s", rows[i].text);
		cr_expect_eq(opened, 0, "%s", rows[i].text);
	}
}

Test(conf, files_that_include_themselves_end)
{
	cr_expect_not(parse("include \"/self\"; script-timeout 7;"));
	cr_expect_eq(conf.timeout, 8);
	cr_expect_eq(conf.script_timeout, 7);
	cr_expect_eq(opened, 0);
	cr_expect_gt(told.n, 0);
	cr_expect_leq(told.n, CONF_REPORTS);
	cr_expect_eq(most_opened, CONF_DEPTH);
	cr_expect_eq(n_opened, CONF_INCLUDED);
}

Test(conf, without_a_reader_nothing_is_included)
{
	conf_init(&conf);
	cr_expect_not(conf_parse(&conf, "x", "include \"/a\"; timeout 3;", 24, NULL));
	cr_expect_eq(conf.timeout, 3);
}

Test(conf, what_is_wrong_costs_its_statement)
{
	static const struct {
		const char *text;
		unsigned int line;
		unsigned int column;
		const char *message;
	} rows[] = {
		{ "timeout;", 1, 8, "expected a number of seconds" },
		{ "timeout ten;", 1, 9, "expected a number of seconds" },
		{ "timeout 4294967296;", 1, 9, "expected a number of seconds" },
		{ "timeout 5 6;", 1, 11, "expected ; after the number" },
		{ "script /bin/x;", 1, 8, "expected a path in quotation marks" },
		{ "script \"\";", 1, 8, "expected a path in quotation marks" },
		{ "script \"a\\000b\";", 1, 8, "expected a path in quotation marks" },
		{ "\n\tscript \"x\n;", 2, 9, "a string without its end" },
		{ "script \"/a\" \"/b\";", 1, 13, "expected ; after the path" },
		{ "frobnicate 5;", 1, 1, "expected a statement" },
		{ "frobnicate { a; { b; } }", 1, 1, "expected a statement" },
		{ "\"x\";", 1, 1, "expected a statement" },
		{ "\377\1;", 1, 1, "octets that are no text" },
		{ "}", 1, 1, "} without {" },
		{ "interface eth9 { request; }", 1, 11,
		  "expected the name of an interface in quotation marks" },
		{ "interface \"a-name-too-long-for-it\" { }", 1, 11,
		  "expected the name of an interface in quotation marks" },
		{ "interface \"eth9\";", 1, 17, "expected { after the name of the interface" },
		{ "interface \"e\" {\n interface \"f\" { request; }\n}", 2, 2,
		  "expected a statement" },
		{ "interface \"e\" { mode }", 1, 22, NULL },
		{ "send dhcp6.name-servers ::1 ::2;", 1, 25,
		  "expected a value of this option's type" },
		{ "request dhcp6.fqdn,\n  dhcp6.nope;", 2, 3,
		  "no option of DHCPv6 has this name, the others count" },
	};
	char text[512];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct conf_diagnostic *d = &told.first[0];

		snprintf(text, sizeof(text), "%s\nscript-timeout 7;", rows[i].text);
		cr_expect_not(parse(text), "%s", rows[i].text);
		cr_expect_eq(told.n, 1, "%s: %zu", rows[i].text, told.n);
		cr_expect_eq(d->line, rows[i].line, "%s: %u", rows[i].text, d->line);
		cr_expect_eq(d->column, rows[i].column, "%s: %u", rows[i].text, d->column);
		if (rows[i].message)
			cr_expect_str_eq(d->message, rows[i].message, "%s: %s", rows[i].text,
					 d->message);
		cr_expect_eq(conf.script_timeout, 7, "%s: too much was passed over", rows[i].text);
	}
}

Test(conf, a_diagnostic_shows_its_line)
{
	static char text[4096];

	cr_expect_not(parse("timeout 5;\n\ttimeout five; # a\nscript \"x\";"));
	cr_expect_eq(told.first[0].source_size, strlen("\ttimeout five; # a"));
	cr_expect_eq(strncmp(told.first[0].source, "\ttimeout five; # a\n", 19), 0);
	cr_expect_not(parse("frob"));
	cr_expect_eq(told.first[0].source_size, 4);
	/* A very long line is shown in part, or not at all when the place is not in that part. */
	memset(text, ' ', sizeof(text) - 1);
	memcpy(text, "frob;", 5);
	memcpy(text + 2000, "frob;", 5);
	cr_expect_not(parse(text));
	cr_expect_eq(told.n, 2);
	cr_expect_gt(told.first[0].source_size, 100);
	cr_expect_lt(told.first[0].source_size, 1000);
	cr_expect_eq(told.first[1].source_size, 0);
	cr_expect_eq(told.first[1].column, 2001);
}

Test(conf, nobody_has_to_listen)
{
	conf_init(&conf);
	cr_expect_not(conf_parse(&conf, "x", "frob; timeout 3;", 16, NULL));
	cr_expect_eq(conf.timeout, 3);
}

static const char everything[] =
	"timeout 10; script-timeout 20; script \"/sbin/x\";\n"
	"request dhcp6.name-servers, routers; also request dhcp6.fqdn;\n"
	"send dhcp6.client-id 0:3:0:1:2; send dhcp6.rapid-commit; send dhcp6.user-class "
	"\"\\001x\";\n"
	"interface \"eth0\" { request; send dhcp6.name-servers fe80::1, fe80::2;\n"
	"  if x { timeout 1; } else { timeout 2; } }\n"
	"send fqdn.fqdn = concat(gethostname(), \".x\"); prepend dhcp6.name-servers ::1;\n"
	"include \"/more\";\n"
	"key a { secret \"x\"; }; supersede dhcp6.name-servers ::1; option a code 1 = text;\n";

Test(conf, a_file_cut_anywhere_ends)
{
	for (size_t size = 0; size <= sizeof(everything) - 1; size++) {
		char *copy = malloc(size + 1); /* ASan sees a read past `size` */

		memcpy(copy, everything, size);
		parse_bytes(copy, size);
		cr_assert_leq(told.of[CONF_ERROR], 2, "cut at %zu", size);
		if (size > 10)
			cr_assert_eq(conf.timeout, 10);
		free(copy);
	}
}

Test(conf, damage_at_random_ends)
{
	unsigned int seed = 20261123;
	char *text = malloc(sizeof(everything));

	for (unsigned int round = 0; round < 10000; round++) {
		static const char alphabet[] = "\"\\{};,=# \n0a\0\377";
		size_t size = sizeof(everything) - 1;

		memcpy(text, everything, size);
		for (unsigned int i = 0; i < 3; i++)
			text[(size_t)rand_r(&seed) % size] =
				alphabet[(size_t)rand_r(&seed) % (sizeof(alphabet) - 1)];
		parse_bytes(text, size);
		cr_assert_leq(conf.n_interfaces, 1);
	}
	free(text);
}

#define LARGE ((size_t)2 << 20)

Test(conf, two_megabytes_of_anything_end)
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
		"frob;",
		"if{}",
		"timeout ",
		"timeout 1;",
		"request a,",
		"request dhcp6.x,",
		"else",
		"interface \"a\"{",
		"interface \"a\"{}",
		"send dhcp6.fqdn 1:",
		"}}{;",
		"send dhcp6.fqdn ",
	};
	char *text = malloc(LARGE);

	for (size_t i = 0; i <= sizeof(units) / sizeof(units[0]); i++) {
		const char *unit = i < sizeof(units) / sizeof(units[0]) ? units[i] : "\0";
		size_t size = strlen(unit) + (*unit == '\0');

		for (size_t at = 0; at < LARGE; at++)
			text[at] = unit[at % size];
		parse_bytes(text, LARGE);
		cr_assert_leq(told.of[CONF_ERROR], CONF_REPORTS);
	}
	free(text);
}
