/* SPDX-License-Identifier: MPL-2.0 */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <string.h>

#include "core/registrar.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

#define SECONDS 1000
#define HOURS	(3600 * (msec)1000)

/* With this in place of chance, RAND is 0 and the multiplier 1. */
#define MIDDLE (100000 + 33 * 200001u)

static struct registrar r;
static struct registration_due due;
static uint32_t chance;
static unsigned int draws;

static uint32_t draw(void *context)
{
	cr_assert_eq(context, &draws);
	draws++;
	return chance;
}

/* Each draw another. */
static uint32_t draw_anew(void *context)
{
	uint32_t *state = context;

	*state = *state * 1664525 + 1013904223;
	return *state >> 8 | *state << 24;
}

static bool take(msec now)
{
	return registrar_take(&r, now, draw, &draws, &due);
}

static struct in6_addr ip6(const char *text)
{
	struct in6_addr addr;

	cr_assert_eq(inet_pton(AF_INET6, text, &addr), 1, "%s", text);
	return addr;
}

static void have(const char *text, uint32_t preferred, uint32_t valid, msec now)
{
	struct in6_addr addr = ip6(text);

	registrar_address(&r, &addr, preferred, valid, now);
}

static bool is_for(const char *text)
{
	struct in6_addr addr = ip6(text);

	return memcmp(&due.addr, &addr, sizeof(addr)) == 0;
}

/* The answer of a server to `sent`, as far as it is looked at. */
static struct message *answer(const struct registration_due *sent)
{
	static struct message message;
	struct duid duid = { .size = 3 };

	registrar_compose(&message, &duid, sent);
	message.type = MESSAGE_ADDR_REG_REPLY;
	return &message;
}

static enum refusal reply(const struct registration_due *sent, msec now)
{
	return registrar_reply(&r, answer(sent), &sent->addr, now);
}

/* A network that offers registration, and one address, not told yet. */
static void begin(uint32_t valid)
{
	registrar_init(&r);
	chance = MIDDLE;
	registrar_offer(&r);
	registrar_allow(&r, true);
	have("2001:db8::1", valid, valid, 0);
}

/* The same, told and answered at 0. */
static void begin_registered(uint32_t valid)
{
	begin(valid);
	cr_assert(take(0));
	cr_assert_eq(reply(&due, 0), REFUSED_NOT);
}

/* C-REG-1: option 148 first. */
Test(registrar, nothing_is_sent_where_no_server_offers_it)
{
	registrar_init(&r);
	registrar_allow(&r, true);
	have("2001:db8::1", 3600, 7200, 0);
	cr_expect_eq(registrar_deadline(&r), NEVER);
	cr_expect_not(take(1000 * SECONDS));
	registrar_offer(&r);
	cr_expect_leq(registrar_deadline(&r), 1000 * SECONDS);
	cr_expect(take(1000 * SECONDS));
}

/* C-REG-1: each attachment learns anew, and then all is told anew. */
Test(registrar, an_offer_holds_for_one_attachment)
{
	struct registration_due old;

	begin_registered(7200);
	old = due;
	registrar_attach(&r, 50 * SECONDS);
	cr_expect_eq(registrar_deadline(&r), NEVER);
	cr_expect_not(take(60 * SECONDS));
	cr_expect_eq(reply(&old, 60 * SECONDS), REFUSED_UNEXPECTED, "of the other network");
	registrar_offer(&r);
	chance += 1;
	cr_assert(take(61 * SECONDS));
	cr_expect(is_for("2001:db8::1"));
	cr_expect_neq(due.xid, old.xid);
	cr_expect_eq(due.valid, 7200 - 61);
}

/* C-REG-1: a network that offers it piecemeal does not make hosts start and stop. */
Test(registrar, what_has_begun_goes_on)
{
	begin_registered(7200);
	registrar_allow(&r, false);
	have("2001:db8::2", 3600, 7200, 10 * SECONDS);
	cr_expect(take(10 * SECONDS));
	cr_expect(is_for("2001:db8::2"));
	registrar_attach(&r, 20 * SECONDS);
	registrar_offer(&r);
	cr_expect_not(take(20 * SECONDS), "but not on the next link");
}

/* C-REG-2: all that is in it, byte by byte; the source is due.addr. */
Test(registrar, what_a_registration_contains)
{
	static const uint8_t want[] = {
		36,   0x12, 0x34, 0x56,					/* ADDR-REG-INFORM */
		0,    1,    0,	  10,	0, 3,	0, 1, 2, 0, 0, 0, 0, 1, /* Client Identifier */
		0,    8,    0,	  2,	0, 100,				/* elapsed 1 s */
		0,    5,    0,	  24,					/* one IA Address */
		0x20, 0x01, 0x0d, 0xb8, 0, 0,	0, 0, 0, 0, 0, 0, 0, 0, 0, 1, /* 2001:db8::1 */
		0,    0,    0x0e, 0x10,					      /* 3600 */
		0xff, 0xff, 0xff, 0xff,					      /* infinity */
	};
	static const uint8_t id[] = { 0, 3, 0, 1, 2, 0, 0, 0, 0, 1 };
	static struct message message;
	uint8_t bytes[sizeof(want) + 1];
	struct cursor out = cursor_writer(bytes, sizeof(bytes));
	struct duid duid;

	cr_assert(duid_set(&duid, id, sizeof(id)));
	due = (struct registration_due){ .addr = ip6("2001:db8::1"),
					 .xid = 0x123456,
					 .elapsed = 100,
					 .preferred = 3600,
					 .valid = INFINITE_TIME };
	registrar_compose(&message, &duid, &due);
	message_build(&message, &out);
	cr_expect(!out.bad && out.at == sizeof(want), "%zu octets", out.at);
	cr_expect_eq(memcmp(bytes, want, sizeof(want)), 0);
	cr_expect_not(message.has_oro, "C-REG-2");
	cr_expect_eq(message.server_id.size, 0, "C-REG-2");
}

/* C-REG-2: a message for each address, with an id of its own. */
Test(registrar, one_message_an_address)
{
	struct in6_addr seen[REGISTRAR_ADDRESSES];
	uint32_t xid[REGISTRAR_ADDRESSES];
	uint32_t state = 1;
	unsigned int n = 0;

	begin(7200);
	have("fd00::1", 3600, 7200, 0);
	have("2001:db8::2", INFINITE_TIME, INFINITE_TIME, 0);
	while (n < REGISTRAR_ADDRESSES && registrar_take(&r, 0, draw_anew, &state, &due)) {
		seen[n] = due.addr;
		xid[n] = due.xid;
		cr_expect_eq(due.xid >> 24, 0);
		for (unsigned int i = 0; i < n; i++) {
			cr_expect_neq(memcmp(&seen[i], &seen[n], sizeof(seen[0])), 0);
			cr_expect_neq(xid[i], xid[n]);
		}
		n++;
	}
	cr_expect_eq(n, 3);
}

/* C-REG-3: global scope, which unique local addresses have. */
Test(registrar, only_addresses_of_global_scope_are_registered)
{
	static const struct {
		const char *addr;
		bool global;
	} rows[] = {
		{ "2001:db8::1", true }, { "fd12:3456::1", true },
		{ "fc00::1", true },	 { "64:ff9b::1", true },
		{ "::2", true },	 { "fe7f::1", true },
		{ "::", false },	 { "::1", false },
		{ "fe80::1", false },	 { "febf::1", false },
		{ "fec0::1", false },	 { "ff02::1", false },
		{ "ff0e::1", false },	 { "::ffff:192.0.2.1", false },
	};

	for (size_t i = 0; i < ROWS(rows); i++) {
		begin_registered(7200);
		have(rows[i].addr, 3600, 3600, 10);
		if (i > 0)
			cr_expect_eq(take(10), rows[i].global, "%s", rows[i].addr);
	}
}

/* C-REG-3: not without a router that says M or O. */
Test(registrar, a_router_has_to_say_m_or_o_first)
{
	registrar_init(&r);
	registrar_offer(&r);
	have("2001:db8::1", 3600, 7200, 0);
	cr_expect_eq(registrar_deadline(&r), NEVER);
	cr_expect_not(take(0));
	registrar_allow(&r, true);
	cr_expect_eq(registrar_deadline(&r), 0);
	cr_expect(take(0));
}

/* C-REG-3: what DHCPv6 has assigned after all, and what is gone, is not told. */
Test(registrar, what_is_forgotten_is_not_told)
{
	struct in6_addr addr = ip6("2001:db8::1");

	begin(7200);
	have("2001:db8::2", 7200, 7200, 0);
	have("2001:db8::3", 7200, 7200, 0);
	cr_assert(take(0));
	cr_expect(is_for("2001:db8::1"));
	registrar_forget(&r, &addr);
	registrar_forget(&r, &addr);
	cr_expect_eq(r.n, 2);
	cr_expect_eq(reply(&due, 1), REFUSED_UNEXPECTED, "C-VAL-REG-1: it is not here any more");
	cr_assert(take(5 * SECONDS));
	cr_expect(is_for("2001:db8::2"));
	cr_assert(take(5 * SECONDS));
	cr_expect(is_for("2001:db8::3"));
	cr_expect_not(take(5 * SECONDS));
}

/* C-REG-3: an address whose lifetime is over is not valid, and no deadline is left behind. */
Test(registrar, what_has_ended_is_not_told)
{
	begin(30);
	cr_expect_not(take(30 * SECONDS));
	cr_expect_eq(registrar_deadline(&r), NEVER);
	begin(30);
	cr_expect_not(take(29500), "and none with a lifetime that rounds to 0");
	cr_expect_eq(registrar_deadline(&r), NEVER);
	have("2001:db8::1", 0, 30, 40 * SECONDS);
	cr_assert(take(40 * SECONDS), "it is back");
	cr_expect(due.preferred == 0 && due.valid == 30, "deprecated, but valid");
	have("2001:db8::1", 0, 0, 41 * SECONDS);
	cr_expect_eq(registrar_deadline(&r), NEVER);
}

Test(registrar, addresses_without_room_are_left_out)
{
	struct in6_addr addr = ip6("2001:db8::");
	unsigned int n = 0;

	registrar_init(&r);
	registrar_offer(&r);
	registrar_allow(&r, true);
	for (unsigned int i = 0; i < REGISTRAR_ADDRESSES + 5; i++) {
		addr.s6_addr[15] = (uint8_t)(i + 1);
		registrar_address(&r, &addr, 3600, 3600, 0);
	}
	while (n < 100 && take(0))
		n++;
	cr_expect_eq(n, REGISTRAR_ADDRESSES);
}

/* C-REG-4: IRT 1 s, doubling, three transmissions, the same id, lifetimes as they are then. */
Test(registrar, three_transmissions)
{
	uint32_t xid;

	begin(7200);
	cr_assert(take(0));
	xid = due.xid;
	cr_expect_eq(due.elapsed, 0);
	cr_expect_eq(due.valid, 7200);
	cr_expect_eq(registrar_deadline(&r), 1000);
	cr_expect_not(take(999));
	chance = MIDDLE + 200001u;
	cr_assert(take(1000));
	cr_expect_eq(due.xid, xid);
	cr_expect_eq(due.elapsed, 100);
	cr_expect_eq(due.valid, 7199);
	cr_expect_eq(due.preferred, 7199);
	cr_expect_eq(registrar_deadline(&r), 3000);
	have("2001:db8::1", 100, 9000, 2000);
	cr_expect_eq(registrar_deadline(&r), 3000, "new lifetimes go along");
	cr_assert(take(3000));
	cr_expect_eq(due.xid, xid);
	cr_expect_eq(due.elapsed, 300);
	cr_expect_eq(due.valid, 8999);
	cr_expect_eq(due.preferred, 99);
	cr_expect_eq(registrar_deadline(&r), NEVER);
	cr_expect_not(take(8000 * SECONDS));
}

/* C-REG-4: RAND of section 15 of RFC 9915 is in every RT. */
Test(registrar, retransmission_times_are_randomised)
{
	begin(7200);
	chance = 0;
	cr_assert(take(0));
	cr_expect_eq(registrar_deadline(&r), 900);
	chance = 200000;
	cr_assert(take(900));
	cr_expect_eq(registrar_deadline(&r), 900 + 1890);
}

/* C-REG-4, C-REG-7: the answer ends retransmission, and nothing else follows from it. */
Test(registrar, an_answer_ends_it)
{
	begin(7200);
	have("2001:db8::2", 7200, 7200, 0);
	cr_assert(take(0));
	cr_assert(is_for("2001:db8::1"));
	cr_expect_eq(reply(&due, 500), REFUSED_NOT);
	cr_expect_eq(reply(&due, 500), REFUSED_UNEXPECTED, "once");
	cr_assert(take(500));
	cr_expect(is_for("2001:db8::2"), "that of another address goes on");
	cr_expect_eq(registrar_deadline(&r), 1500);
	cr_expect_eq(r.n, 2);
}

/* C-REG-7: no answer at all is no reason to think otherwise of an address. */
Test(registrar, without_an_answer_nothing_follows)
{
	begin(7200);
	cr_assert(take(0) && take(1000) && take(3000));
	cr_expect_eq(r.n, 1);
	have("2001:db8::1", 500, 500, 100 * SECONDS);
	cr_expect_eq(registrar_deadline(&r), 500 * SECONDS);
	cr_expect_eq(reply(&due, 200 * SECONDS), REFUSED_NOT, "it may come late");
	cr_expect_eq(registrar_deadline(&r), 500 * SECONDS, "and changes nothing");
}

/* C-VAL-REG-1 */
Test(registrar, answers_that_are_not_ours_are_dropped)
{
	struct in6_addr other = ip6("2001:db8::2");
	struct registration_due sent;
	struct message *message;

	begin(7200);
	cr_expect_eq(registrar_reply(&r, answer(&due), &r.address[0].addr, 0), REFUSED_UNEXPECTED,
		     "nothing was sent");
	cr_assert(take(0));
	sent = due;
	cr_expect_eq(registrar_reply(&r, answer(&sent), &other, 1), REFUSED_UNEXPECTED,
		     "another destination");
	sent.addr = other;
	cr_expect_eq(registrar_reply(&r, answer(&sent), &due.addr, 1), REFUSED_OTHER_ADDRESS);
	sent = due;
	sent.xid ^= 1;
	cr_expect_eq(reply(&sent, 1), REFUSED_XID);
	message = answer(&due);
	message->options.size = 0;
	cr_expect_eq(registrar_reply(&r, message, &due.addr, 1), REFUSED_OTHER_ADDRESS, "none");
	options_add(&message->options, OPTION_IAADDR, &due.addr, 16);
	cr_expect_eq(registrar_reply(&r, message, &due.addr, 1), REFUSED_OTHER_ADDRESS, "cut");
	cr_expect_eq(registrar_deadline(&r), 1000, "and it goes on");
	cr_expect_eq(reply(&due, 1), REFUSED_NOT);
}

/* C-VAL-REG-1: what came over the link says so as well. */
Test(registrar, an_answer_is_parsed)
{
	uint8_t bytes[] = {
		37,   0,    0,	  0,  /* ADDR-REG-REPLY */
		0,    5,    0,	  24, /* IA Address */
		0x20, 0x01, 0x0d, 0xb8, 0, 0, 0,    0,	  0, 0, 0, 0, 0, 0, 0, 1, /* 2001:db8::1 */
		0,    0,    0x1c, 0x20, 0, 0, 0x1c, 0x20,
	};
	static struct message message;

	begin(7200);
	cr_assert(take(0));
	bytes[1] = (uint8_t)(due.xid >> 16);
	bytes[2] = (uint8_t)(due.xid >> 8);
	bytes[3] = (uint8_t)due.xid;
	cr_assert_eq(message_parse(&message, bytes, sizeof(bytes)), REFUSED_NOT);
	cr_expect_eq(registrar_reply(&r, &message, &due.addr, 10), REFUSED_NOT);
}

/* C-REG-5: as long as servers know when the address ends, there is nothing to say. */
Test(registrar, lifetimes_that_only_pass_are_not_told)
{
	begin_registered(7200);
	for (uint32_t passed = 60; passed < 7000; passed += 60) {
		have("2001:db8::1", 7200 - passed, 7200 - passed, passed * SECONDS);
		cr_assert_eq(registrar_deadline(&r), NEVER, "after %u s", passed);
	}
}

/* C-REG-5: 80 % of the lifetime after it was told, and only where that has changed by > 1 %. */
Test(registrar, a_changed_lifetime_is_told_after_four_fifths)
{
	uint32_t xid;

	begin_registered(1000);
	xid = due.xid;
	have("2001:db8::1", 909, 909, 100 * SECONDS);
	cr_expect_eq(registrar_deadline(&r), NEVER, "nine of 900 s");
	have("2001:db8::1", 910, 910, 100 * SECONDS);
	cr_expect_eq(registrar_deadline(&r), 800 * SECONDS, "ten of 900 s");
	have("2001:db8::1", 1000, 1000, 100 * SECONDS);
	cr_expect_eq(registrar_deadline(&r), 800 * SECONDS, "as if nothing had been changed");
	have("2001:db8::1", 1000, 1000, 790 * SECONDS);
	cr_expect_eq(registrar_deadline(&r), 800 * SECONDS);
	chance += 200001u;
	cr_expect_not(take(799 * SECONDS));
	cr_assert(take(800 * SECONDS));
	cr_expect_neq(due.xid, xid, "a new exchange");
	cr_expect_eq(due.valid, 990);
	cr_expect_eq(due.elapsed, 0);
	cr_expect_eq(reply(&due, 800 * SECONDS), REFUSED_NOT);
	cr_expect_eq(registrar_deadline(&r), NEVER);
	have("2001:db8::1", 1000, 1000, 900 * SECONDS);
	cr_expect_eq(registrar_deadline(&r), (800 + 990 * 4 / 5) * SECONDS);
}

/* C-REG-5: small changes that add up are told as well. */
Test(registrar, small_changes_add_up)
{
	msec now = 0;

	begin_registered(1000);
	while (registrar_deadline(&r) == NEVER && now < 100 * SECONDS)
		have("2001:db8::1", 1000, 1000, now += SECONDS);
	cr_expect_eq(now, 10 * SECONDS);
}

/* C-REG-5: lifetimes come in whole seconds, which is no change. */
Test(registrar, a_second_is_no_change)
{
	begin_registered(50);
	have("2001:db8::1", 50, 50, SECONDS);
	cr_expect_eq(registrar_deadline(&r), NEVER);
	have("2001:db8::1", 50, 50, 2 * SECONDS);
	cr_expect_eq(registrar_deadline(&r), 40 * SECONDS);
}

/* C-REG-5: a shorter lifetime is told earlier, at once when that is past. */
Test(registrar, a_shorter_lifetime_is_told_earlier)
{
	begin_registered(1000);
	have("2001:db8::1", 500, 500, 100 * SECONDS);
	cr_expect_eq(registrar_deadline(&r), 500 * SECONDS);
	have("2001:db8::1", 20, 20, 100 * SECONDS);
	cr_expect_eq(registrar_deadline(&r), 116 * SECONDS);
	begin_registered(1000);
	have("2001:db8::1", 5000, 5000, 900 * SECONDS);
	cr_expect_leq(registrar_deadline(&r), 900 * SECONDS);
	cr_expect(take(900 * SECONDS));
}

/* C-REG-5: a change that comes between a message and its answer is not lost. */
Test(registrar, a_change_before_the_answer_is_told)
{
	begin(1000);
	cr_assert(take(0));
	have("2001:db8::1", 2000, 2000, 500);
	cr_expect_eq(reply(&due, 600), REFUSED_NOT);
	cr_expect_eq(registrar_deadline(&r), 800 * SECONDS);
}

/* C-REG-5: 0.9 to 1.1, chosen once, so that equal lifetimes are refreshed together. */
Test(registrar, the_multiplier_is_chosen_once)
{
	bool low = false, high = false;

	for (uint32_t state = 1; state < 2000; state++) {
		uint32_t random = state;

		begin(1000);
		have("2001:db8::2", 1000, 1000, 0);
		while (registrar_take(&r, 0, draw_anew, &random, &due))
			cr_assert_eq(reply(&due, 0), REFUSED_NOT);
		have("2001:db8::1", 1000, 1000, 100 * SECONDS);
		have("2001:db8::2", 1000, 1000, 100 * SECONDS);
		cr_assert_eq(r.address[0].deadline, r.address[1].deadline);
		cr_assert_geq(registrar_deadline(&r), 720 * SECONDS);
		cr_assert_leq(registrar_deadline(&r), 880 * SECONDS);
		low = low || registrar_deadline(&r) < 730 * SECONDS;
		high = high || registrar_deadline(&r) > 870 * SECONDS;
	}
	cr_expect(low && high);
}

/* C-REG-5: an address for ever, which no router ever changes. */
Test(registrar, a_static_address_is_told_every_four_hours)
{
	begin_registered(INFINITE_TIME);
	cr_expect_eq(due.valid, INFINITE_TIME);
	cr_expect_eq(registrar_deadline(&r), 4 * HOURS);
	have("2001:db8::1", INFINITE_TIME, INFINITE_TIME, HOURS);
	cr_expect_eq(registrar_deadline(&r), 4 * HOURS);
	cr_assert(take(4 * HOURS));
	cr_expect_eq(registrar_deadline(&r), 4 * HOURS + 1000);
	cr_assert(take(4 * HOURS + 1000) && take(4 * HOURS + 3000));
	cr_expect_eq(registrar_deadline(&r), 8 * HOURS + 3000);
	have("2001:db8::1", 100, 100, 5 * HOURS);
	cr_expect_eq(registrar_deadline(&r), 5 * HOURS + 80 * SECONDS, "no longer for ever");
}

/* C-REG-5: what would follow within a minute goes along. */
Test(registrar, refreshes_within_a_minute_go_together)
{
	begin_registered(1000);
	have("2001:db8::2", 1075, 1075, 0);
	have("2001:db8::3", 1076, 1076, 0);
	while (take(0))
		cr_assert_eq(reply(&due, 0), REFUSED_NOT);
	have("2001:db8::1", 2000, 2000, 10 * SECONDS);
	have("2001:db8::2", 2000, 2000, 10 * SECONDS);
	have("2001:db8::3", 2000, 2000, 10 * SECONDS);
	cr_expect_eq(registrar_deadline(&r), 800 * SECONDS);
	have("2001:db8::4", 2000, 2000, 760 * SECONDS);
	cr_assert(take(760 * SECONDS));
	cr_assert_eq(reply(&due, 760 * SECONDS), REFUSED_NOT);
	cr_expect_not(take(760 * SECONDS), "what is new takes nothing along");
	cr_assert(take(800 * SECONDS));
	cr_expect(is_for("2001:db8::1"));
	cr_assert(take(800 * SECONDS));
	cr_expect(is_for("2001:db8::2"));
	cr_expect_not(take(800 * SECONDS), "that of ::3 is 60.8 s away");
	cr_assert(take(801 * SECONDS), "a retransmission");
	cr_expect_not(is_for("2001:db8::3"), "takes nothing along");
}

/* Whatever happens: after take() says no, the deadline is in the future, and no bound is broken. */
Test(registrar, any_story_comes_to_rest)
{
	uint32_t state = 4711;

	registrar_init(&r);
	for (msec now = 0; now < 40000 * (msec)SECONDS;) {
		uint32_t dice = draw_anew(&state);
		struct in6_addr addr = ip6("2001:db8::");
		uint32_t valid = dice % 7 == 0 ? INFINITE_TIME : dice >> 8 & 0xfff;

		addr.s6_addr[15] = (uint8_t)(dice >> 20 & 31);
		if (dice % 5 == 0)
			registrar_address(&r, &addr, valid, valid, now);
		else if (dice % 23 == 0)
			registrar_forget(&r, &addr);
		else if (dice % 199 == 0)
			registrar_attach(&r, now);
		else if (dice % 31 == 0)
			registrar_offer(&r);
		else if (dice % 37 == 0)
			registrar_allow(&r, dice & 256);
		for (unsigned int n = 0; registrar_take(&r, now, draw_anew, &state, &due); n++) {
			cr_assert_lt(n, REGISTRAR_ADDRESSES);
			cr_assert(r.offered && due.valid > 0 && due.preferred <= due.valid);
			if (dice & 512)
				cr_assert_eq(reply(&due, now), REFUSED_NOT);
		}
		cr_assert_gt(registrar_deadline(&r), now);
		cr_assert_leq(r.n, REGISTRAR_ADDRESSES);
		now += dice >> 10 & 0x7ff;
	}
}
