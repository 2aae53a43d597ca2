/* SPDX-License-Identifier: MPL-2.0 */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "core/message.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

struct bytes {
	size_t size;
	uint8_t data[UINT16_MAX];
};

static unsigned int digit(char c)
{
	return (unsigned int)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* Lower-case hex digits in pairs, blanks between as one likes. */
static struct bytes *hex(const char *text)
{
	static struct bytes bytes;

	bytes.size = 0;
	for (; *text; text += *text == ' ' ? 1 : 2)
		if (*text != ' ')
			bytes.data[bytes.size++] = (uint8_t)(digit(text[0]) << 4 | digit(text[1]));
	return &bytes;
}

static enum refusal parse_hex(struct message *message, const char *text)
{
	const struct bytes *bytes = hex(text);

	return message_parse(message, bytes->data, bytes->size);
}

static struct bytes *build(const struct message *message)
{
	static struct bytes bytes;
	struct cursor out = cursor_writer(bytes.data, sizeof(bytes.data));

	message_build(message, &out);
	cr_assert(!out.bad);
	bytes.size = out.at;
	return &bytes;
}

static void expect_hex(const struct bytes *bytes, const char *text, const char *name)
{
	const struct bytes *want = hex(text);

	cr_expect_eq(bytes->size, want->size, "%s: %zu octets", name, bytes->size);
	cr_expect_eq(memcmp(bytes->data, want->data, want->size), 0, "%s", name);
}

static struct in6_addr ip6(const char *text)
{
	struct in6_addr addr;

	cr_assert_eq(inet_pton(AF_INET6, text, &addr), 1, "%s", text);
	return addr;
}

static bool same_addr(const struct in6_addr *a, const struct in6_addr *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static bool same_status(const struct status *a, const struct status *b)
{
	return a->present == b->present && a->code == b->code && strcmp(a->text, b->text) == 0;
}

static bool same_ia(const struct message_ia *a, const struct message_ia *b)
{
	return a->type == b->type && a->iaid == b->iaid && a->t1 == b->t1 && a->t2 == b->t2 &&
	       same_status(&a->status, &b->status);
}

static bool same_binding(const struct message_binding *a, const struct message_binding *b)
{
	return same_addr(&a->addr, &b->addr) && a->prefix_len == b->prefix_len && a->ia == b->ia &&
	       a->preferred == b->preferred && a->valid == b->valid && a->status == b->status &&
	       a->exclude_len == b->exclude_len && same_addr(&a->exclude, &b->exclude);
}

static const char *lists_differ(const struct message *a, const struct message *b)
{
	if (a->has_oro != b->has_oro || a->n_oro != b->n_oro ||
	    memcmp(a->oro, b->oro, a->n_oro * sizeof(a->oro[0])) != 0)
		return "ORO";
	if (a->n_ias != b->n_ias)
		return "number of IAs";
	for (unsigned int i = 0; i < a->n_ias; i++)
		if (!same_ia(&a->ia[i], &b->ia[i]))
			return "IA";
	if (a->n_bindings != b->n_bindings)
		return "number of bindings";
	for (unsigned int i = 0; i < a->n_bindings; i++)
		if (!same_binding(&a->binding[i], &b->binding[i]))
			return "binding";
	return options_equal(&a->options, &b->options) ? NULL : "options";
}

/* What a and b differ in, Auth and notes apart, which message_build() does not write; or NULL. */
static const char *differ(const struct message *a, const struct message *b)
{
	if (a->type != b->type || a->xid != b->xid)
		return "header";
	if (!duid_equal(&a->client_id, &b->client_id))
		return "Client Identifier";
	if (!duid_equal(&a->server_id, &b->server_id))
		return "Server Identifier";
	if (a->has_elapsed != b->has_elapsed || a->elapsed != b->elapsed)
		return "elapsed time";
	if (a->has_preference != b->has_preference || a->preference != b->preference)
		return "preference";
	if (a->rapid_commit != b->rapid_commit)
		return "Rapid Commit";
	if (a->reconf_accept != b->reconf_accept || a->reconf_msg != b->reconf_msg)
		return "Reconfigure";
	if (a->has_sol_max_rt != b->has_sol_max_rt || a->sol_max_rt != b->sol_max_rt)
		return "SOL_MAX_RT";
	if (a->has_inf_max_rt != b->has_inf_max_rt || a->inf_max_rt != b->inf_max_rt)
		return "INF_MAX_RT";
	if (a->has_refresh_time != b->has_refresh_time || a->refresh_time != b->refresh_time)
		return "refresh time";
	if (!same_status(&a->status, &b->status))
		return "status";
	return lists_differ(a, b);
}

static const char solicit[] =
	"01 112233"
	"0001 000e 000100012f074200020000000002"
	"0003 000c 00000001 00000000 00000000"
	"0006 0006 0017 0018 0052"
	"0008 0002 0000"
	"0019 0029 00000002 00000000 00000000"
	"     001a 0019 00000000 00000000 38 00000000000000000000000000000000";

/* A.2, its options in the order in which we write them. */
Test(message, solicit_vector_parses_and_builds)
{
	static struct message m;
	struct in6_addr zero = ip6("::");

	cr_assert_eq(parse_hex(&m, solicit), REFUSED_NOT);
	cr_expect_eq(m.notes, 0);
	cr_expect_eq(m.type, MESSAGE_SOLICIT);
	cr_expect_eq(m.xid, 0x112233);
	cr_expect_eq(m.client_id.size, 14);
	cr_expect_eq(m.server_id.size, 0);
	cr_expect(m.has_elapsed && m.elapsed == 0);
	cr_expect(m.has_oro && m.n_oro == 3 && m.oro[0] == 23 && m.oro[1] == 24 && m.oro[2] == 82);
	cr_assert_eq(m.n_ias, 2);
	cr_expect(m.ia[0].type == OPTION_IA_NA && m.ia[0].iaid == 1);
	cr_expect(m.ia[1].type == OPTION_IA_PD && m.ia[1].iaid == 2);
	cr_assert_eq(m.n_bindings, 1, "C-IA-7: a length hint of a client is kept");
	cr_expect(m.binding[0].ia == 1 && m.binding[0].prefix_len == 56);
	cr_expect(same_addr(&m.binding[0].addr, &zero));
	cr_expect_eq(m.options.size, 0);
	expect_hex(build(&m), solicit, "built");
}

Test(message, solicit_is_built_from_its_fields)
{
	static struct message m;

	m = (struct message){ .type = MESSAGE_SOLICIT, .xid = 0x112233, .has_elapsed = true };
	m.client_id = duid_llt(1, (const uint8_t[]){ 2, 0, 0, 0, 0, 2 }, 6, 1735689600);
	m.n_ias = 2;
	m.ia[0] = (struct message_ia){ .type = OPTION_IA_NA, .iaid = 1 };
	m.ia[1] = (struct message_ia){ .type = OPTION_IA_PD, .iaid = 2 };
	m.n_bindings = 1;
	m.binding[0] = (struct message_binding){ .ia = 1, .prefix_len = 56 };
	m.has_oro = true;
	m.n_oro = 3;
	memcpy(m.oro, (const uint16_t[]){ 23, 24, 82 }, 3 * sizeof(m.oro[0]));
	expect_hex(build(&m), solicit, "A.2");
}

/* A.3, C-AUTH-1, C-AUTH-3 */
Test(message, reconfigure_key_protocol_is_parsed)
{
	static struct message m;
	static const char vector[] = "0a000000 0002000a00030001020000000001"
				     "0001000e000100012f00000002000000 0002"
				     "0013000105 000b001c 030100 0000000000000001 02"
				     "610d16906912bd8f68ae077d161d4773";

	cr_assert_eq(hex(vector)->size, 73);
	cr_assert_eq(parse_hex(&m, vector), REFUSED_NOT);
	cr_expect_eq(m.notes, 0);
	cr_expect_eq(m.reconf_msg, MESSAGE_RENEW);
	cr_expect(m.auth.present);
	cr_expect(m.auth.rkap);
	cr_expect_eq(m.auth.replay, 1);
	cr_expect_eq(m.auth.type, 2);
	cr_expect_eq(m.auth.value_at, 57);
	cr_expect_eq(m.auth.value[0], 0x61);
	cr_expect_eq(m.auth.value[15], 0x73);
	cr_expect_eq(m.options.size, 0, "Auth is no option of the bag");
}

/* C-AUTH-5 */
Test(message, other_authentication_is_present_but_no_key_protocol)
{
	static const struct {
		const char *name;
		const char *text;
		bool present;
		unsigned int notes;
	} rows[] = {
		{ "protocol 2",
		  "07aabbcc 000b001c 020100 0000000000000007 02"
		  "00000000000000000000000000000000",
		  true, 0 },
		{ "algorithm 2",
		  "07aabbcc 000b001c 030200 0000000000000007 02"
		  "00000000000000000000000000000000",
		  true, 0 },
		{ "RDM 1",
		  "07aabbcc 000b001c 030101 0000000000000007 02"
		  "00000000000000000000000000000000",
		  true, 0 },
		{ "one octet short",
		  "07aabbcc 000b001b 030100 0000000000000007 02"
		  "000000000000000000000000000000",
		  true, 0 },
		{ "one octet long",
		  "07aabbcc 000b001d 030100 0000000000000007 02"
		  "0000000000000000000000000000000000",
		  true, 0 },
		{ "no information", "07aabbcc 000b000b 030100 0000000000000007", true, 0 },
		{ "too short", "07aabbcc 000b000a 030100 00000000000000", false, NOTE_BAD_OPTION },
	};
	static struct message m;

	for (size_t i = 0; i < ROWS(rows); i++) {
		cr_expect_eq(parse_hex(&m, rows[i].text), REFUSED_NOT, "%s", rows[i].name);
		cr_expect_eq(m.auth.present, rows[i].present, "%s", rows[i].name);
		cr_expect(!m.auth.rkap, "%s", rows[i].name);
		cr_expect_eq(m.auth.replay, rows[i].present ? 7 : 0, "%s", rows[i].name);
		cr_expect_eq(m.notes, rows[i].notes, "%s: notes %x", rows[i].name, m.notes);
	}
}

/* Appends an IA_PD with one IAPREFIX that holds `inner`. */
static void put_pd(struct cursor *out, const char *prefix, uint8_t len, const struct bytes *inner)
{
	struct in6_addr addr = ip6(prefix);
	size_t ia = begin_option(out, OPTION_IA_PD);
	size_t binding;

	put_u32(out, 1);
	put_u64(out, 0);
	binding = begin_option(out, OPTION_IAPREFIX);
	put_u32(out, 100);
	put_u32(out, 200);
	put_u8(out, len);
	put_addr(out, &addr);
	put_bytes(out, inner->data, inner->size);
	end_option(out, binding);
	end_option(out, ia);
}

/* A.4, C-PDX-2, C-PDX-6 */
Test(message, excluded_prefix)
{
	static const struct {
		const char *prefix;
		uint8_t len;
		const char *option;
		uint8_t want_len; /* 0: no exclusion */
		const char *want;
		bool canonical; /* is it what we write? */
	} rows[] = {
		{ "2001:db8:dead:bee0::", 59, "0043 0002 40 78", 64, "2001:db8:dead:beef::", true },
		{ "2001:db8:0:ab00::", 56, "0043 0002 40 cd", 64, "2001:db8:0:abcd::", true },
		{ "2001:db8:1::", 48, "0043 0003 40 1234", 64, "2001:db8:1:1234::", true },
		{ "2001:db8:0:f0::", 60, "0043 0003 48 fab0", 72, "2001:db8:0:ff:ab00::", true },
		{ "2001:db8:1::", 48, "0043 0004 40 1234ff", 64, "2001:db8:1:1234::", false },
		{ "2001:db8:0:ab00::", 57, "0043 0002 40 03", 64, "2001:db8:0:ab01::", false },
		{ "2001:db8::", 127, "0043 0002 80 80", 128, "2001:db8::1", true },
		{ "2000::", 8, "0043 0010 80 112233445566778899aabbccddeeff", 128,
		  "2011:2233:4455:6677:8899:aabb:ccdd:eeff", true },
		{ "2001:db8::", 32, "0043 0002 20 00", 0, "::", false },
		{ "2001:db8:0:ab00::", 56, "0043 0001 40", 0, "::", false },
		{ "2001:db8:0:ab00::", 56, "0043 0000", 0, "::", false },
		{ "2001:db8:0:ab00::", 56, "0043 0002 38 00", 0, "::", false },
		{ "2001:db8:1::", 48, "0043 000c 81 0000000000000000000000", 0, "::", false },
		{ "2001:db8:0:ab00::", 56, "0043 0002 ff 00", 0, "::", false },
		{ "2001:db8:0:ab00::", 56, "0043 0002 41 00", 0, "::", false },
		{ "2001:db8:1::", 48, "0043 0012 40 1234000000000000000000000000000000", 0,
		  "::", false },
	};
	static struct message m;
	static struct bytes bytes;

	for (size_t i = 0; i < ROWS(rows); i++) {
		struct cursor out = cursor_writer(bytes.data, sizeof(bytes.data));
		struct in6_addr want = ip6(rows[i].want);

		put_u32(&out, 0x07aabbcc);
		put_pd(&out, rows[i].prefix, rows[i].len, hex(rows[i].option));
		bytes.size = out.at;
		cr_assert_eq(message_parse(&m, bytes.data, bytes.size), REFUSED_NOT);
		cr_assert_eq(m.n_bindings, 1, "%s: C-PDX-6: the prefix is kept", rows[i].option);
		cr_expect_eq(m.binding[0].exclude_len, rows[i].want_len, "%s", rows[i].option);
		cr_expect(same_addr(&m.binding[0].exclude, &want), "%s", rows[i].option);
		cr_expect_eq(m.notes, rows[i].want_len ? 0 : NOTE_BAD_OPTION, "%s", rows[i].option);
		if (rows[i].canonical) {
			const struct bytes *built = build(&m);

			cr_expect(built->size == bytes.size &&
					  memcmp(built->data, bytes.data, bytes.size) == 0,
				  "%s is written as it came", rows[i].option);
		}
	}
}

/* C-VAL-1, C-VAL-3 */
Test(message, types)
{
	static struct message m;

	for (unsigned int type = 0; type <= 255; type++) {
		const uint8_t bytes[] = { (uint8_t)type, 0xaa, 0xbb, 0xcc };
		enum refusal want = REFUSED_NOT;

		if (type == 12 || type == 13)
			want = REFUSED_TYPE_NOT_OURS;
		else if (type == 0 || (type > 13 && type != 36 && type != 37))
			want = REFUSED_TYPE_UNKNOWN;
		cr_expect_eq(message_parse(&m, bytes, sizeof(bytes)), want, "type %u", type);
		cr_expect_eq(m.type, type);
		cr_expect_eq(m.xid, 0xaabbcc);
		cr_expect_eq(message_type_for_client(type),
			     type == 2 || type == 7 || type == 10 || type == 37, "type %u", type);
	}
}

/* 8 octets of lifetimes and so on, to keep the rows readable. */
#define NA	  "00000001 00000064 000000c8" /* IAID 1, T1 100, T2 200 */
#define ADDRESS	  "20010db8000000000000000000000005"
#define OTHER	  "20010db8000000000000000000000006"
#define LIFETIMES "00000e10 00001518"
#define IAADDR	  "0005 0018 " ADDRESS LIFETIMES
#define PREFIX	  "20010db8000100000000000000000000"

struct row {
	const char *name;
	const char *text;
	enum refusal refusal;
	unsigned int notes;
	unsigned int n_ias;
	unsigned int n_bindings;
};

static void check(const struct row *rows, size_t n)
{
	static struct message m;

	for (size_t i = 0; i < n; i++) {
		cr_expect_eq(parse_hex(&m, rows[i].text), rows[i].refusal, "%s", rows[i].name);
		if (rows[i].refusal != REFUSED_NOT)
			continue;
		cr_expect_eq(m.notes, rows[i].notes, "%s: notes %x", rows[i].name, m.notes);
		cr_expect_eq(m.n_ias, rows[i].n_ias, "%s: %u IAs", rows[i].name, m.n_ias);
		cr_expect_eq(m.n_bindings, rows[i].n_bindings, "%s: %u bindings", rows[i].name,
			     m.n_bindings);
	}
}

/* C-FMT-3, C-FMT-7, C-AUTH-4, section 11.1 */
Test(message, what_refuses_the_whole_message)
{
	static const struct row rows[] = {
		{ .name = "nothing", .text = "", .refusal = REFUSED_TRUNCATED },
		{ .name = "1 octet", .text = "07", .refusal = REFUSED_TRUNCATED },
		{ .name = "2 octets", .text = "07aa", .refusal = REFUSED_TRUNCATED },
		{ .name = "3 octets", .text = "07aabb", .refusal = REFUSED_TRUNCATED },
		{ .name = "3 octets, unknown type",
		  .text = "c8aabb",
		  .refusal = REFUSED_TRUNCATED },
		{ .name = "header only", .text = "07aabbcc", .refusal = REFUSED_NOT },
		{ .name = "stray octet", .text = "07aabbcc 00", .refusal = REFUSED_TRUNCATED },
		{ .name = "stray octet behind an option",
		  .text = "07aabbcc 000e0000 00",
		  .refusal = REFUSED_TRUNCATED },
		{ .name = "half a header",
		  .text = "07aabbcc 000e00",
		  .refusal = REFUSED_TRUNCATED },
		{ .name = "data past the end",
		  .text = "07aabbcc 0017 0010 20010db8",
		  .refusal = REFUSED_TRUNCATED },
		{ .name = "one octet past the end",
		  .text = "07aabbcc 0007 0002 01",
		  .refusal = REFUSED_TRUNCATED },
		{ .name = "length 65535",
		  .text = "07aabbcc 000e ffff",
		  .refusal = REFUSED_TRUNCATED },
		{ .name = "unknown option past the end",
		  .text = "07aabbcc 270f 0001",
		  .refusal = REFUSED_TRUNCATED },
		{ .name = "IA past the end",
		  .text = "07aabbcc 0003 000d " NA,
		  .refusal = REFUSED_TRUNCATED },
		{ .name = "two Client IDs",
		  .text = "07aabbcc 0001 0003 000102 0001 0003 000102",
		  .refusal = REFUSED_REPEATED_ID },
		{ .name = "two Server IDs",
		  .text = "07aabbcc 0002 0003 000102 0002 0003 000103",
		  .refusal = REFUSED_REPEATED_ID },
		{ .name = "one of each",
		  .text = "07aabbcc 0001 0003 000102 0002 0003 000102",
		  .refusal = REFUSED_NOT },
		{ .name = "two Auth",
		  .text = "07aabbcc 000b000b 030100 0000000000000001"
			  "000b000b 020100 0000000000000001",
		  .refusal = REFUSED_REPEATED_AUTH },
		{ .name = "two Auth, one bad",
		  .text = "07aabbcc 000b0001 03"
			  "000b000b 030100 0000000000000001",
		  .refusal = REFUSED_REPEATED_AUTH },
		{ .name = "empty Client ID",
		  .text = "07aabbcc 0001 0000",
		  .refusal = REFUSED_BAD_ID },
		{ .name = "Server ID of 2",
		  .text = "07aabbcc 0002 0002 0001",
		  .refusal = REFUSED_BAD_ID },
		{ .name = "Client ID of 2",
		  .text = "07aabbcc 0001 0002 0001",
		  .refusal = REFUSED_BAD_ID },
	};

	check(rows, ROWS(rows));
}

/* C-DUID-5 */
Test(message, identifiers_of_3_to_130_octets)
{
	static struct message m;
	static uint8_t bytes[300];

	memset(bytes, 0xfe, sizeof(bytes));
	for (uint16_t code = OPTION_CLIENTID; code <= OPTION_SERVERID; code++) {
		for (size_t size = 0; size < 200; size++) {
			struct cursor out = cursor_writer(bytes, sizeof(bytes));
			bool legal = size >= 3 && size <= 130;
			const struct duid *id = code == 1 ? &m.client_id : &m.server_id;

			put_u32(&out, 0x07aabbcc);
			put_u16(&out, code);
			put_u16(&out, (uint16_t)size);
			cr_expect_eq(message_parse(&m, bytes, out.at + size),
				     legal ? REFUSED_NOT : REFUSED_BAD_ID, "%zu octets", size);
			if (legal)
				cr_expect_eq(id->size, size);
		}
	}
}

/* C-FMT-4, C-IA-3, C-IA-4, C-IA-8, C-IA-9, C-IA-11, C-IA-13 */
Test(message, containers)
{
	static const struct row rows[] = {
		{ "a good one", "07aabbcc 0003 0028 " NA IAADDR, 0, 0, 1, 1 },
		{ "two addresses", "07aabbcc 0003 0044 " NA IAADDR IAADDR, 0, 0, 1, 2 },
		{ "empty IA_NA", "07aabbcc 0003 0000", 0, NOTE_BAD_CONTAINER, 0, 0 },
		{ "IA_NA of 3", "07aabbcc 0003 0003 000001", 0, NOTE_BAD_CONTAINER, 0, 0 },
		{ "IA_NA of 11", "07aabbcc 0003 000b 00000001 00000000 000000", 0,
		  NOTE_BAD_CONTAINER, 0, 0 },
		{ "IA_PD of 11", "07aabbcc 0019 000b 00000001 00000000 000000", 0,
		  NOTE_BAD_CONTAINER, 0, 0 },
		{ "IA_NA of 12", "07aabbcc 0003 000c " NA, 0, 0, 1, 0 },
		{ "stray octet in IA_NA takes its addresses along",
		  "07aabbcc 0003 0029 " NA IAADDR "00", 0, NOTE_BAD_CONTAINER, 0, 0 },
		{ "what follows a bad IA_NA stays",
		  "07aabbcc 0003 0029 " NA IAADDR "00 0019 000c " NA "0003 0028 " NA IAADDR, 0,
		  NOTE_BAD_CONTAINER, 2, 1 },
		{ "IAADDR of 23", "07aabbcc 0003 0027 " NA "0005 0017 " ADDRESS "00000e10 000015",
		  0, NOTE_BAD_CONTAINER, 1, 0 },
		{ "IAADDR of 23, another of 24",
		  "07aabbcc 0003 0043 " NA "0005 0017 " ADDRESS "00000e10 000015" IAADDR, 0,
		  NOTE_BAD_CONTAINER, 1, 1 },
		{ "IAADDR past the end of its IA",
		  "07aabbcc 0003 0028 " NA "0005 0019 " ADDRESS LIFETIMES, 0, NOTE_BAD_CONTAINER, 0,
		  0 },
		{ "stray octet in IAADDR",
		  "07aabbcc 0003 0029 " NA "0005 0019 " ADDRESS LIFETIMES "00", 0,
		  NOTE_BAD_CONTAINER, 1, 0 },
		{ "IAPREFIX of 24",
		  "07aabbcc 0019 0028 " NA "001a 0018" LIFETIMES
		  "38 20010db80001000000000000000000",
		  0, NOTE_BAD_CONTAINER, 1, 0 },
		{ "T1 > T2", "07aabbcc 0003 0028 00000001 000000c9 000000c8" IAADDR, 0,
		  NOTE_BAD_TIMES, 0, 0 },
		{ "T1 > T2 in IA_PD, IA_NA good",
		  "07aabbcc 0019 000c 00000001 00000002 00000001 0003 000c " NA, 0, NOTE_BAD_TIMES,
		  1, 0 },
		{ "T1 = T2", "07aabbcc 0003 000c 00000001 000000c8 000000c8", 0, 0, 1, 0 },
		{ "T1 > T2 = 0", "07aabbcc 0003 000c 00000001 000000c9 00000000", 0, 0, 1, 0 },
		{ "infinite T1 > T2", "07aabbcc 0003 000c 00000001 ffffffff fffffffe", 0,
		  NOTE_BAD_TIMES, 0, 0 },
		{ "infinite T1 and T2", "07aabbcc 0003 000c 00000001 ffffffff ffffffff", 0, 0, 1,
		  0 },
		{ "preferred > valid",
		  "07aabbcc 0003 0044 " NA "0005 0018 " ADDRESS "00001519 00001518" IAADDR, 0,
		  NOTE_BAD_TIMES, 1, 1 },
		{ "lifetimes of 0",
		  "07aabbcc 0003 0028 " NA "0005 0018 " ADDRESS "00000000 00000000", 0, 0, 1, 1 },
		{ "the same IAID twice", "07aabbcc 0003 0028 " NA IAADDR "0003 0028 " NA IAADDR, 0,
		  NOTE_REPEATED, 1, 1 },
		{ "the same IAID, another type", "07aabbcc 0003 000c " NA "0019 000c " NA, 0, 0, 2,
		  0 },
		{ "IA in IA", "07aabbcc 0003 001c " NA "0003 000c " NA, 0, NOTE_MISPLACED, 1, 0 },
		{ "IAPREFIX in IA_NA", "07aabbcc 0003 0029 " NA "001a 0019" LIFETIMES "30" PREFIX,
		  0, NOTE_MISPLACED, 1, 0 },
		{ "IAADDR in IA_PD", "07aabbcc 0019 0028 " NA IAADDR, 0, NOTE_MISPLACED, 1, 0 },
		{ "IAADDR at top level", "07aabbcc" IAADDR, 0, NOTE_MISPLACED, 0, 0 },
		{ "IAPREFIX at top level", "07aabbcc 001a 0019" LIFETIMES "30" PREFIX, 0,
		  NOTE_MISPLACED, 0, 0 },
		{ "unknown option in IA_NA", "07aabbcc 0003 002d " NA IAADDR "270f 0001 00", 0, 0,
		  1, 1 },
		{ "unknown option in IAADDR",
		  "07aabbcc 0003 002d " NA "0005 001d " ADDRESS LIFETIMES "270f 0001 00", 0, 0, 1,
		  1 },
		{ "IA_TA", "07aabbcc 0004 0020 00000001 " IAADDR, 0, 0, 1, 1 },
		{ "status of 1 octet in IA_NA", "07aabbcc 0003 0011 " NA "000d 0001 00", 0,
		  NOTE_BAD_OPTION, 1, 0 },
	};

	check(rows, ROWS(rows));
}

/* C-IA-8, C-IA-9 */
Test(message, addresses_and_prefixes_nobody_can_lease)
{
	static const struct {
		const char *addr;
		uint8_t len; /* 0xff: an address in an IA_NA */
		bool good;
		bool good_from_client;
		const char *want;
	} rows[] = {
		{ "2001:db8::5", 0xff, true, true, "2001:db8::5" },
		{ "fd00::1", 0xff, true, true, "fd00::1" },
		{ "::", 0xff, false, false, NULL },
		{ "::1", 0xff, false, false, NULL },
		{ "::2", 0xff, true, true, "::2" },
		{ "ff02::1", 0xff, false, false, NULL },
		{ "fe80::1", 0xff, false, false, NULL },
		{ "febf:ffff::1", 0xff, false, false, NULL },
		{ "fec0::1", 0xff, true, true, "fec0::1" },
		{ "::ffff:192.0.2.1", 0xff, false, false, NULL },
		{ "2001:db8:1::", 48, true, true, "2001:db8:1::" },
		{ "2001:db8:1:ffff:ffff:ffff:ffff:ffff", 50, true, true, "2001:db8:1:c000::" },
		{ "2001:db8::1", 128, true, true, "2001:db8::1" },
		{ "2001:db8::1", 129, false, false, NULL },
		{ "2001:db8::1", 254, false, false, NULL },
		{ "2001:db8::1", 0, false, false, NULL },
		{ "::", 0, false, false, NULL },
		{ "::", 56, false, true, "::" },
		{ "0:0:0:ff::", 48, false, true, "::" },
		{ "fe80:1::", 48, false, false, NULL },
		{ "ff0e::", 16, false, false, NULL },
	};
	static const uint8_t types[] = { MESSAGE_REPLY, MESSAGE_ADVERTISE, MESSAGE_SOLICIT,
					 MESSAGE_REQUEST, MESSAGE_REBIND };
	static struct message m;

	for (size_t i = 0; i < ROWS(rows) * ROWS(types); i++) {
		size_t row = i / ROWS(types);
		uint8_t type = types[i % ROWS(types)];
		bool good = message_type_for_client(type) ? rows[row].good
							  : rows[row].good_from_client;
		struct in6_addr addr = ip6(rows[row].addr);
		bool prefix = rows[row].len != 0xff;
		uint8_t bytes[64];
		struct cursor out = cursor_writer(bytes, sizeof(bytes));

		put_u8(&out, type);
		put_u24(&out, 1);
		put_u16(&out, prefix ? OPTION_IA_PD : OPTION_IA_NA);
		put_u16(&out, prefix ? 41 : 40);
		put_u32(&out, 1);
		put_u64(&out, 0);
		put_u16(&out, prefix ? OPTION_IAPREFIX : OPTION_IAADDR);
		put_u16(&out, prefix ? 25 : 24);
		if (!prefix)
			put_addr(&out, &addr);
		put_u64(&out, 0);
		if (prefix)
			put_u8(&out, rows[row].len);
		if (prefix)
			put_addr(&out, &addr);
		cr_assert_eq(message_parse(&m, bytes, out.at), REFUSED_NOT);
		cr_expect_eq(m.n_ias, 1, "the IA stays");
		cr_expect_eq(m.n_bindings, good, "%s/%u in type %u", rows[row].addr, rows[row].len,
			     type);
		cr_expect_eq(m.notes, good ? 0 : NOTE_BAD_ADDRESS, "%s/%u in type %u",
			     rows[row].addr, rows[row].len, type);
		if (m.n_bindings == 1) {
			addr = ip6(rows[row].want);
			cr_expect(same_addr(&m.binding[0].addr, &addr), "%s/%u", rows[row].addr,
				  rows[row].len);
			cr_expect_eq(m.binding[0].prefix_len, prefix ? rows[row].len : 128);
		}
	}
}

/* C-FMT-6 to C-FMT-8, C-FMT-10: the message stays, the option is as if absent. */
Test(message, options_that_are_passed_over)
{
	static const struct {
		const char *name;
		const char *text;
		unsigned int notes;
		const char *rest; /* what is left, as we write it */
	} rows[] = {
		{ "Preference of 0", "0007 0000", NOTE_BAD_OPTION, "" },
		{ "Preference of 2", "0007 0002 0102", NOTE_BAD_OPTION, "" },
		{ "Preference twice", "0007 0001 01 0007 0001 02", NOTE_REPEATED, "0007 0001 01" },
		{ "Elapsed Time of 1", "0008 0001 00", NOTE_BAD_OPTION, "" },
		{ "Elapsed Time of 3", "0008 0003 000000", NOTE_BAD_OPTION, "" },
		{ "ORO of 3", "0006 0003 001700", NOTE_BAD_OPTION, "" },
		{ "empty ORO", "0006 0000", 0, "0006 0000" },
		{ "Rapid Commit of 1", "000e 0001 00", NOTE_BAD_OPTION, "" },
		{ "Rapid Commit twice", "000e 0000 000e 0000", NOTE_REPEATED, "000e 0000" },
		{ "Reconfigure Accept of 1", "0014 0001 00", NOTE_BAD_OPTION, "" },
		{ "Reconfigure Message of 0", "0013 0000", NOTE_BAD_OPTION, "" },
		{ "Reconfigure Message of 2", "0013 0002 0505", NOTE_BAD_OPTION, "" },
		{ "Reconfigure to Request", "0013 0001 03", NOTE_BAD_OPTION, "" },
		{ "Reconfigure to Renew", "0013 0001 05", 0, "0013 0001 05" },
		{ "Reconfigure to Rebind", "0013 0001 06", 0, "0013 0001 06" },
		{ "Reconfigure to Information-request", "0013 0001 0b", 0, "0013 0001 0b" },
		{ "Status Code of 0", "000d 0000", NOTE_BAD_OPTION, "" },
		{ "Status Code of 1", "000d 0001 00", NOTE_BAD_OPTION, "" },
		{ "Status Code twice", "000d 0002 0000 000d 0002 0001", NOTE_REPEATED,
		  "000d 0002 0000" },
		{ "SOL_MAX_RT of 3", "0052 0003 000e10", NOTE_BAD_OPTION, "" },
		{ "SOL_MAX_RT 59", "0052 0004 0000003b", NOTE_BAD_OPTION, "" },
		{ "SOL_MAX_RT 60", "0052 0004 0000003c", 0, "0052 0004 0000003c" },
		{ "SOL_MAX_RT 86400", "0052 0004 00015180", 0, "0052 0004 00015180" },
		{ "SOL_MAX_RT 86401", "0052 0004 00015181", NOTE_BAD_OPTION, "" },
		{ "INF_MAX_RT 59", "0053 0004 0000003b", NOTE_BAD_OPTION, "" },
		{ "INF_MAX_RT 60", "0053 0004 0000003c", 0, "0053 0004 0000003c" },
		{ "INF_MAX_RT 86400", "0053 0004 00015180", 0, "0053 0004 00015180" },
		{ "INF_MAX_RT 86401", "0053 0004 00015181", NOTE_BAD_OPTION, "" },
		{ "refresh time of 5", "0020 0005 0000003c00", NOTE_BAD_OPTION, "" },
		{ "refresh time 0", "0020 0004 00000000", 0, "0020 0004 00000000" },
		{ "DNS servers twice are not joined", "0017 0010 " ADDRESS "0017 0010 " OTHER,
		  NOTE_REPEATED, "0017 0010 " ADDRESS },
		{ "the first that is well-formed counts", "0017 0001 01 0017 0010 " ADDRESS,
		  NOTE_BAD_OPTION, "0017 0010 " ADDRESS },
		{ "also of those of a fixed length", "000e 0001 00 000e 0000", NOTE_BAD_OPTION,
		  "000e 0000" },
		{ "NTP servers come often",
		  "0038 0014 0001 0010 " ADDRESS "0038 0014 0001 0010 " OTHER, 0,
		  "0038 0014 0001 0010 " ADDRESS "0038 0014 0001 0010 " OTHER },
		{ "DNR without a name (C-OPT-9)", "0090 0004 0001 0000", NOTE_BAD_OPTION, "" },
		{ "MAP-E without a rule (C-OPT-11)", "005e 0000", NOTE_BAD_OPTION, "" },
		{ "Relay Message", "0009 0001 00", NOTE_MISPLACED, "" },
		{ "Interface-Id", "0012 0001 00", NOTE_MISPLACED, "" },
		{ "PD_EXCLUDE", "0043 0002 4000", NOTE_MISPLACED, "" },
		{ "client's link-layer address", "004f 0003 000101", NOTE_MISPLACED, "" },
		{ "unknown ones (C-FMT-5)", "270f 0001 01 ffff 0000 012c 0000 270f 0001 02", 0,
		  "270f 0001 01 ffff 0000 012c 0000 270f 0001 02" },
		{ "Server Unicast", "000c 0001 00", 0, "000c 0001 00" },
	};
	static struct message m;
	static struct bytes bytes;

	for (size_t i = 0; i < ROWS(rows); i++) {
		static const uint8_t header[] = { 7, 0xaa, 0xbb, 0xcc };
		const struct bytes *body = hex(rows[i].text);
		const struct bytes *built;

		memcpy(bytes.data, header, sizeof(header));
		memcpy(bytes.data + sizeof(header), body->data, body->size);
		cr_expect_eq(message_parse(&m, bytes.data, sizeof(header) + body->size),
			     REFUSED_NOT, "%s", rows[i].name);
		cr_expect_eq(m.notes, rows[i].notes, "%s: notes %x", rows[i].name, m.notes);
		built = build(&m);
		body = hex(rows[i].rest);
		cr_expect(built->size == sizeof(header) + body->size &&
				  memcmp(built->data + sizeof(header), body->data, body->size) == 0,
			  "%s: the rest", rows[i].name);
	}
}

/* Scripts see them, the core uses them, and the wire has them once. */
Test(message, times_for_the_client_are_fields_and_options)
{
	static const char text[] =
		"07aabbcc 0052 0004 00000e10 0053 0004 00000e11 0020 0004 00015180";
	static struct message m;

	cr_assert_eq(parse_hex(&m, text), REFUSED_NOT);
	cr_expect(m.has_sol_max_rt && m.sol_max_rt == 3600);
	cr_expect(m.has_inf_max_rt && m.inf_max_rt == 3601);
	cr_expect(m.has_refresh_time && m.refresh_time == 86400);
	cr_expect_eq(m.options.size, 24);
	expect_hex(build(&m), text, "from options");
	m.options.size = 0;
	expect_hex(build(&m), "07aabbcc 0020 0004 00015180 0052 0004 00000e10 0053 0004 00000e11",
		   "from fields");
}

/* RFC 9686: the registered address stands at top level. */
Test(message, registration_keeps_its_address)
{
	static const char text[] = "25aabbcc" IAADDR;
	static struct message m;

	cr_assert_eq(parse_hex(&m, text), REFUSED_NOT);
	cr_expect_eq(m.notes, 0);
	expect_hex(build(&m), text, "ADDR-REG-REPLY");
}

/* C-FMT-13, C-IA-12, C-VAL-7 */
Test(message, status_at_every_level)
{
	static const char text[] = "07aabbcc 0003 0034 " NA "0005 0024 " ADDRESS LIFETIMES
				   "000d 0008 0006 6e6f6e6521ff"
				   "0003 0016 00000002 00000000 00000000 000d 0006 0002 6e6f6e65"
				   "000d 0004 0001 6869";
	static struct message m;

	cr_assert_eq(parse_hex(&m, text), REFUSED_NOT);
	cr_expect_eq(m.notes, 0);
	cr_assert_eq(m.n_ias, 2);
	cr_assert_eq(m.n_bindings, 1);
	cr_expect_eq(m.binding[0].status, STATUS_NO_PREFIX_AVAIL);
	cr_expect(!m.ia[0].status.present && m.ia[0].status.code == STATUS_SUCCESS);
	cr_expect(m.ia[1].status.present && m.ia[1].status.code == STATUS_NO_ADDRS_AVAIL);
	cr_expect_str_eq(m.ia[1].status.text, "none");
	cr_expect(m.status.present && m.status.code == STATUS_UNSPEC_FAIL);
	cr_expect_str_eq(m.status.text, "hi");
}

/* Parses a Reply with a Status Code of `size` octets of text. */
static void parse_text(struct message *m, const char *text, size_t size)
{
	uint8_t bytes[400];
	struct cursor out = cursor_writer(bytes, sizeof(bytes));
	size_t mark;

	put_u32(&out, 0x07aabbcc);
	mark = begin_option(&out, OPTION_STATUS_CODE);
	put_u16(&out, 1);
	put_bytes(&out, text, size);
	end_option(&out, mark);
	cr_assert_eq(message_parse(m, bytes, out.at), REFUSED_NOT);
}

/* C-FMT-13 */
Test(message, status_text_is_bounded)
{
	static struct message m;
	char text[300];

	memset(text, 'a', sizeof(text));
	parse_text(&m, text, STATUS_TEXT - 1);
	cr_expect_eq(strlen(m.status.text), STATUS_TEXT - 1);
	cr_expect_eq(m.notes, 0);
	parse_text(&m, text, STATUS_TEXT);
	cr_expect_eq(strlen(m.status.text), STATUS_TEXT - 1);
	cr_expect_eq(m.notes, NOTE_LIMIT);
	parse_text(&m, "a\0b", 3);
	cr_expect_str_eq(m.status.text, "a");
	parse_text(&m, "", 0);
	cr_expect_str_eq(m.status.text, "");
	memcpy(text + STATUS_TEXT - 3, "\xe2\x82\xac",
	       3); /* its last octet is the first too many */
	parse_text(&m, text, sizeof(text));
	cr_expect_eq(strlen(m.status.text), STATUS_TEXT - 3, "no half of a character");
	memset(text, '\x80', sizeof(text)); /* no character at all */
	parse_text(&m, text, sizeof(text));
	cr_expect_eq(strlen(m.status.text), 0);
}

/* C-IA-14; what is past the limit is left out and noted. */
Test(message, limits)
{
	static struct message m;
	static struct bytes bytes;
	struct cursor out = cursor_writer(bytes.data, sizeof(bytes.data));
	struct in6_addr addr = ip6("2001:db8::1");
	size_t mark;

	put_u32(&out, 0x07aabbcc);
	mark = begin_option(&out, OPTION_IA_NA);
	put_u32(&out, 1000);
	put_u64(&out, 0);
	for (unsigned int i = 0; i < MESSAGE_BINDINGS + 2; i++) {
		size_t inner = begin_option(&out, OPTION_IAADDR);

		addr.s6_addr[15] = (uint8_t)i + 1;
		put_addr(&out, &addr);
		put_u64(&out, 0);
		end_option(&out, inner);
	}
	end_option(&out, mark);
	cr_assert_eq(message_parse(&m, bytes.data, out.at), REFUSED_NOT);
	cr_expect_eq(m.n_bindings, MESSAGE_BINDINGS);
	cr_expect_eq(m.notes, NOTE_LIMIT);

	out = cursor_writer(bytes.data, sizeof(bytes.data));
	put_u32(&out, 0x07aabbcc);
	for (unsigned int i = 0; i < MESSAGE_IAS + 2; i++) {
		put_u32(&out, OPTION_IA_NA << 16 | 12);
		put_u32(&out, i);
		put_u64(&out, 0);
	}
	cr_assert_eq(message_parse(&m, bytes.data, out.at), REFUSED_NOT);
	cr_expect_eq(m.n_ias, MESSAGE_IAS);
	cr_expect_eq(m.notes, NOTE_LIMIT);

	out = cursor_writer(bytes.data, sizeof(bytes.data));
	put_u32(&out, 0x07aabbcc);
	put_u32(&out, OPTION_ORO << 16 | (MESSAGE_ORO + 1) * 2);
	for (unsigned int i = 0; i <= MESSAGE_ORO; i++)
		put_u16(&out, 23);
	cr_assert_eq(message_parse(&m, bytes.data, out.at), REFUSED_NOT);
	cr_expect_eq(m.n_oro, MESSAGE_ORO);
	cr_expect_eq(m.notes, NOTE_LIMIT);

	out = cursor_writer(bytes.data, sizeof(bytes.data));
	put_u32(&out, 0x07aabbcc);
	put_u32(&out, 9999u << 16 | OPTIONS_SIZE);
	out.at += OPTIONS_SIZE;
	put_u32(&out, 9998u << 16);
	cr_assert_eq(message_parse(&m, bytes.data, out.at), REFUSED_NOT);
	cr_expect_eq(m.options.size, 4, "the next one has room");
	cr_expect_eq(m.notes, NOTE_LIMIT);
}

/* A Reply with something of everything. */
static const char rich[] =
	"07 112233"
	"0001 000e 000100012f074200020000000002"
	"0002 000a 00030001020000000001"
	"0003 005a 00000001 00000708 00000b40"
	"     0005 0018 20010db8000000000000000000000005 00000e10 00001518"
	"     0005 0024 20010db8000000000000000000000006 00000000 00000000"
	"          000d 0008 0003 6578706972 65"
	"     000d 0006 0000 66696e65"
	"0019 0041 00000002 00000000 00000000"
	"     001a 0031 000004b0 00001c20 30 20010db8000100000000000000000000"
	"          0043 0003 40 1234"
	"          000d 000d 0000 616c6c2069732077656c6c"
	"000e 0000"
	"000d 0008 0000 7768796e6f74"
	"0014 0000"
	"0017 0020 20010db8000000000000000000000053 20010db8000000000000000000000054"
	"0018 001a 076578616d706c6503636f6d00 076578616d706c65036e657400"
	"0052 0004 00000e10"
	"0053 0004 00000e10"
	"0020 0004 00015180"
	"0011 000a 00009c40 0001 0002 6869"
	"012c 0000"
	"000b 001c 030100 0000000000000001 01 101112131415161718191a1b1c1d1e1f";

Test(message, rich_reply_is_understood_whole)
{
	static struct message m;
	struct in6_addr exclude = ip6("2001:db8:1:1234::");

	cr_assert_eq(parse_hex(&m, rich), REFUSED_NOT);
	cr_expect_eq(m.notes, 0, "notes %x", m.notes);
	cr_expect_eq(m.n_ias, 2);
	cr_expect_eq(m.n_bindings, 3);
	cr_expect_eq(m.ia[0].t1, 1800);
	cr_expect_eq(m.ia[0].t2, 2880);
	cr_expect_str_eq(m.ia[0].status.text, "fine");
	cr_expect_eq(m.binding[0].preferred, 3600);
	cr_expect_eq(m.binding[0].valid, 5400);
	cr_expect_eq(m.binding[1].status, STATUS_NO_BINDING);
	cr_expect_eq(m.binding[2].ia, 1);
	cr_expect_eq(m.binding[2].prefix_len, 48);
	cr_expect_eq(m.binding[2].exclude_len, 64);
	cr_expect(same_addr(&m.binding[2].exclude, &exclude));
	cr_expect(m.auth.rkap && m.auth.type == 1);
	cr_expect_eq(m.auth.value_at, hex(rich)->size - 16);
}

/* C-FMT-3: a cut is seen at every octet; the heap shows what is read past it. */
Test(message, rich_reply_cut_at_every_octet)
{
	const struct bytes *whole = hex(rich);
	static struct message m;
	size_t boundary = 4;

	for (size_t size = 0; size <= whole->size; size++) {
		uint8_t *copy = malloc(size + (size == 0));

		cr_assert_not_null(copy);
		memcpy(copy, whole->data, size);
		cr_expect_eq(message_parse(&m, copy, size),
			     size == boundary ? REFUSED_NOT : REFUSED_TRUNCATED, "%zu octets",
			     size);
		free(copy);
		if (size == boundary)
			boundary += 4u + (unsigned int)(whole->data[size + 2] << 8 |
							whole->data[size + 3]);
	}
}

static uint64_t rng;

static uint32_t rnd(uint32_t below)
{
	rng = rng * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(rng >> 33) % below;
}

static bool coin(void)
{
	return rnd(2) == 1;
}

static uint32_t seconds(void)
{
	static const uint32_t special[] = { 0, 1, 3600, UINT32_MAX - 1, UINT32_MAX };

	return coin() ? special[rnd(ROWS(special))] : rnd(100000);
}

static uint64_t seed(void)
{
	const char *text = getenv("SEED");

	return text ? strtoull(text, NULL, 0) : 2;
}

static void random_bytes(void *to, size_t size)
{
	uint8_t *bytes = to;

	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)rnd(256);
}

static void random_duid(struct duid *duid)
{
	uint8_t bytes[DUID_MAX];

	random_bytes(bytes, sizeof(bytes));
	if (coin())
		duid_set(duid, bytes, 3 + rnd(128));
}

static void random_status(struct status *status)
{
	uint32_t size = rnd(STATUS_TEXT);

	status->present = coin();
	if (!status->present)
		return;
	status->code = (uint16_t)rnd(65536);
	for (uint32_t i = 0; i < size; i++)
		status->text[i] = (char)(1 + rnd(127));
}

static void random_prefix(struct message_binding *b)
{
	unsigned int len = 8 + rnd(121);

	b->prefix_len = (uint8_t)len;
	if (coin() && len < 128) {
		b->exclude_len = (uint8_t)(len + 1 + rnd(128 - len));
		b->exclude = b->addr;
	}
	for (unsigned int i = 0; i < 128; i++) {
		uint8_t bit = (uint8_t)(0x80 >> i % 8);

		if (i >= len)
			b->addr.s6_addr[i / 8] &= (uint8_t)~bit;
		if (i >= b->exclude_len)
			b->exclude.s6_addr[i / 8] &= (uint8_t)~bit;
	}
}

static void random_ias(struct message *m)
{
	m->n_ias = (uint8_t)rnd(MESSAGE_IAS + 1);
	for (unsigned int i = 0; i < m->n_ias; i++) {
		struct message_ia *ia = &m->ia[i];

		ia->type = coin() ? OPTION_IA_NA : OPTION_IA_PD;
		ia->iaid = rnd(0x7fffffff) << 5 | i;
		ia->t1 = seconds();
		ia->t2 = coin() || ia->t1 == UINT32_MAX ? 0 : ia->t1 + rnd(UINT32_MAX - ia->t1);
		random_status(&ia->status);
		for (uint32_t n = rnd(10); n > 0 && m->n_bindings < MESSAGE_BINDINGS; n--) {
			struct message_binding *b = &m->binding[m->n_bindings++];

			*b = (struct message_binding){ .ia = (uint8_t)i, .prefix_len = 128 };
			random_bytes(&b->addr, sizeof(b->addr));
			b->addr.s6_addr[0] = (uint8_t)(0x20 + rnd(0x20));
			b->valid = seconds();
			b->preferred = b->valid ? rnd(b->valid) : 0;
			b->status = coin() ? 0 : (uint16_t)rnd(65536);
			if (ia->type == OPTION_IA_PD)
				random_prefix(b);
		}
	}
}

/* What is a field and stays an option. */
static void random_seconds_option(struct message *m, uint16_t code, bool *has, uint32_t *value)
{
	uint8_t data[4];
	struct cursor out = cursor_writer(data, sizeof(data));

	*has = coin();
	if (!*has)
		return;
	*value = 60 + rnd(86341);
	put_u32(&out, *value);
	options_add(&m->options, code, data, sizeof(data));
}

static void random_message(struct message *m)
{
	static const uint8_t types[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 36, 37 };
	static const uint8_t reconf[] = { 0, 5, 6, 11 };
	/* Those of which a random content may be kept. */
	static const uint16_t codes[] = { 12, 15, 16, 17, 21,  24,  27,
					  39, 57, 59, 60, 148, 300, 65535 };
	uint8_t data[60];

	*m = (struct message){ .type = types[rnd(ROWS(types))], .xid = rnd(0x1000000) };
	random_duid(&m->client_id);
	random_duid(&m->server_id);
	m->has_elapsed = coin();
	m->elapsed = (uint16_t)(m->has_elapsed ? rnd(65536) : 0);
	m->has_preference = coin();
	m->preference = (uint8_t)(m->has_preference ? rnd(256) : 0);
	m->rapid_commit = coin();
	m->reconf_accept = coin();
	m->reconf_msg = reconf[rnd(ROWS(reconf))];
	m->has_oro = coin();
	m->n_oro = (uint8_t)(m->has_oro ? rnd(MESSAGE_ORO + 1) : 0);
	for (unsigned int i = 0; i < m->n_oro; i++)
		m->oro[i] = (uint16_t)rnd(65536);
	random_status(&m->status);
	random_ias(m);
	for (size_t i = 0; i < ROWS(codes); i++) {
		random_bytes(data, sizeof(data));
		if (coin())
			options_add(&m->options, codes[i], data, rnd(sizeof(data) + 1));
		if (i == 3)
			random_seconds_option(m, 82, &m->has_sol_max_rt, &m->sol_max_rt);
		if (i == 7)
			random_seconds_option(m, 32, &m->has_refresh_time, &m->refresh_time);
	}
	random_seconds_option(m, 83, &m->has_inf_max_rt, &m->inf_max_rt);
}

/* The IAs as they are sent: those of a kind together, in the order of their codes (C-ANON-1). */
static void put_ias_in_order(struct message *m)
{
	static struct message_binding from[MESSAGE_BINDINGS];
	unsigned int n = m->n_bindings;

	for (unsigned int i = 1; i < m->n_ias; i++)
		for (unsigned int j = i; j > 0 && m->ia[j - 1].type > m->ia[j].type; j--) {
			struct message_ia larger = m->ia[j - 1];

			m->ia[j - 1] = m->ia[j];
			m->ia[j] = larger;
			for (unsigned int k = 0; k < n; k++)
				if (m->binding[k].ia == j || m->binding[k].ia == j - 1)
					m->binding[k].ia = (uint8_t)(2 * j - 1 - m->binding[k].ia);
		}
	memcpy(from, m->binding, sizeof(from));
	m->n_bindings = 0;
	for (unsigned int i = 0; i < m->n_ias; i++)
		for (unsigned int k = 0; k < n; k++)
			if (from[k].ia == i)
				m->binding[m->n_bindings++] = from[k];
}

Test(message, what_was_built_parses_to_the_same)
{
	static struct message m;
	static struct message back;
	uint64_t start = seed();

	rng = start;
	for (unsigned int i = 0; i < 3000; i++) {
		const struct bytes *bytes;
		const char *what;

		random_message(&m);
		put_ias_in_order(&m);
		bytes = build(&m);
		cr_assert_eq(message_parse(&back, bytes->data, bytes->size), REFUSED_NOT,
			     "SEED=%llu, message %u", (unsigned long long)start, i);
		what = differ(&m, &back);
		cr_assert_null(what, "SEED=%llu, message %u: %s", (unsigned long long)start, i,
			       what);
		cr_assert_eq(back.notes, 0, "SEED=%llu, message %u: notes %x",
			     (unsigned long long)start, i, back.notes);
	}
}

/* Whatever is made of damaged bytes, it is a message that stands for itself. */
Test(message, what_was_parsed_builds_and_parses_to_the_same)
{
	static struct message m;
	static struct message back;
	struct bytes whole = *hex(rich);
	uint64_t start = seed();
	unsigned int used = 0;

	rng = start;
	for (unsigned int i = 0; i < 30000; i++) {
		uint8_t *copy = malloc(whole.size);
		const struct bytes *built;
		const char *what;

		cr_assert_not_null(copy);
		memcpy(copy, whole.data, whole.size);
		for (uint32_t n = 1 + rnd(6); n > 0; n--)
			copy[rnd((uint32_t)whole.size)] = (uint8_t)(coin() ? rnd(256) : rnd(30));
		if (message_parse(&m, copy, whole.size) == REFUSED_NOT) {
			used++;
			built = build(&m);
			cr_assert_eq(message_parse(&back, built->data, built->size), REFUSED_NOT,
				     "SEED=%llu, message %u", (unsigned long long)start, i);
			put_ias_in_order(&m);
			what = differ(&m, &back);
			cr_assert_null(what, "SEED=%llu, message %u: %s", (unsigned long long)start,
				       i, what);
		}
		free(copy);
	}
	cr_expect_gt(used, 10000, "%u of 30000", used);
}

Test(message, a_buffer_too_small_is_bad)
{
	static struct message m;
	static uint8_t bytes[1000];
	size_t size;

	cr_assert_eq(parse_hex(&m, rich), REFUSED_NOT);
	size = build(&m)->size;
	for (size_t room = 0; room <= size; room++) {
		struct cursor out = cursor_writer(bytes, room);

		memset(bytes, 0xee, sizeof(bytes));
		message_build(&m, &out);
		cr_expect_eq(out.bad, room < size, "room for %zu of %zu", room, size);
		cr_expect_eq(bytes[room], 0xee, "room for %zu", room);
	}
}

Test(message, every_refusal_has_words_of_its_own)
{
	for (unsigned int i = REFUSED_NOT; i <= REFUSED_OTHER_ADDRESS; i++) {
		const char *name = refusal_name((enum refusal)i);

		cr_assert_not_null(name);
		cr_expect_gt(strlen(name), 3, "%u", i);
		for (unsigned int j = REFUSED_NOT; j < i; j++)
			cr_expect_str_neq(name, refusal_name((enum refusal)j), "%u, %u", i, j);
	}
}
