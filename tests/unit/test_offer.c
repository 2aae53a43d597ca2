/* SPDX-License-Identifier: MPL-2.0 */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <string.h>

#include "core/offer.h"

static struct message advertise;
static struct lease lease;
static struct offer offer;

static struct in6_addr ip6(const char *text)
{
	struct in6_addr addr;

	cr_assert_eq(inet_pton(AF_INET6, text, &addr), 1, "%s", text);
	return addr;
}

static void begin(unsigned int n_ias)
{
	uint8_t number = 1;

	memset(&advertise, 0, sizeof(advertise));
	memset(&lease, 0, sizeof(lease));
	advertise.type = MESSAGE_ADVERTISE;
	advertise.server_id = duid_ll(1, &number, 1);
	for (unsigned int i = 0; i < n_ias; i++)
		lease_want(&lease, OPTION_IA_NA, 100 + i);
}

static struct message_ia *add_ia(uint16_t type, uint32_t iaid)
{
	struct message_ia *ia = &advertise.ia[advertise.n_ias++];

	ia->type = type;
	ia->iaid = iaid;
	return ia;
}

static struct message_binding *add_address(const char *text)
{
	struct message_binding *binding = &advertise.binding[advertise.n_bindings++];

	binding->addr = ip6(text);
	binding->prefix_len = 128;
	binding->ia = (uint8_t)(advertise.n_ias - 1);
	binding->preferred = 3600;
	binding->valid = 5400;
	return binding;
}

static bool read_offer(void)
{
	return offer_read(&offer, &advertise, &lease);
}

Test(offer, an_address_in_each_of_our_ias_is_complete)
{
	begin(2);
	add_ia(OPTION_IA_NA, 100);
	add_address("2001:db8::1");
	add_ia(OPTION_IA_NA, 101);
	add_address("2001:db8::2");
	advertise.has_preference = true;
	advertise.preference = 7;
	cr_assert(read_offer());
	cr_expect(offer.complete);
	cr_expect_eq(offer.ias, 2);
	cr_expect_eq(offer.preference, 7);
	cr_expect_eq(offer.n_bindings, 2);
	cr_expect_eq(offer.binding[1].ia, 1);
	cr_expect(duid_equal(&offer.server, &advertise.server_id));
}

/* C-SOL-7 */
Test(offer, missing_preference_is_0)
{
	begin(1);
	add_ia(OPTION_IA_NA, 100);
	add_address("2001:db8::1");
	advertise.preference = 9;
	cr_assert(read_offer());
	cr_expect_eq(offer.preference, 0);
}

/* C-ADV-8 */
Test(offer, a_part_is_usable_but_not_complete)
{
	begin(2);
	add_ia(OPTION_IA_NA, 101);
	add_address("2001:db8::2");
	cr_assert(read_offer());
	cr_expect_not(offer.complete);
	cr_expect_eq(offer.ias, 1);
	cr_expect_eq(offer.binding[0].ia, 1);
}

enum defect {
	NO_IA,
	NO_ADDRESS,
	OTHER_IAID,
	OTHER_TYPE,
	IA_STATUS,
	ADDRESS_STATUS,
	VALID_0,
	TOP_NO_ADDRS,
	TOP_UNSPEC,
	DEFECTS,
};

static const char *const defect_names[DEFECTS] = {
	"no IA at all",
	"an IA without address",
	"an IAID that is not ours (C-IA-10)",
	"a type that is not ours",
	"NoAddrsAvail in the IA (C-ADV-7)",
	"a status in the address (C-IA-12)",
	"valid lifetime 0 (C-ADV-10)",
	"NoAddrsAvail at the top (C-ADV-7)",
	"UnspecFail at the top",
};

static void break_it(enum defect defect)
{
	switch (defect) {
	case NO_IA:
		advertise.n_ias = 0;
		advertise.n_bindings = 0;
		break;
	case NO_ADDRESS:
		advertise.n_bindings = 0;
		break;
	case OTHER_IAID:
		advertise.ia[0].iaid = 5;
		break;
	case OTHER_TYPE:
		advertise.ia[0].type = OPTION_IA_PD;
		break;
	case IA_STATUS:
		advertise.ia[0].status.code = STATUS_NO_ADDRS_AVAIL;
		break;
	case ADDRESS_STATUS:
		advertise.binding[0].status = STATUS_UNSPEC_FAIL;
		break;
	case VALID_0:
		advertise.binding[0].valid = 0;
		advertise.binding[0].preferred = 0;
		break;
	case TOP_NO_ADDRS:
		advertise.n_ias = 0;
		advertise.n_bindings = 0;
		advertise.status.code = STATUS_NO_ADDRS_AVAIL;
		break;
	case TOP_UNSPEC:
		advertise.status.code = STATUS_UNSPEC_FAIL;
		break;
	case DEFECTS:
		break;
	}
}

/* C-ADV-7, C-ADV-8: a server of RFC 3315's days repeats at the top what one IA lacks (dibbler). */
Test(offer, a_status_at_the_top_does_not_hide_what_another_ia_has)
{
	static const uint16_t codes[] = { STATUS_NO_ADDRS_AVAIL, STATUS_NO_PREFIX_AVAIL };

	for (unsigned int i = 0; i < 2; i++) {
		begin(1);
		add_ia(OPTION_IA_NA, 100);
		add_address("2001:db8::1");
		advertise.status.code = codes[i];
		cr_expect(read_offer(), "%u", codes[i]);
	}
}

/* C-ADV-3 */
Test(offer, nothing_usable_is_no_offer)
{
	for (unsigned int i = 0; i <= DEFECTS; i++) {
		begin(1);
		add_ia(OPTION_IA_NA, 100);
		add_address("2001:db8::1");
		break_it((enum defect)i);
		cr_expect_eq(read_offer(), i == DEFECTS, "%s",
			     i < DEFECTS ? defect_names[i] : "without defect");
	}
}

Test(offer, more_addresses_than_are_kept)
{
	begin(1);
	add_ia(OPTION_IA_NA, 100);
	for (unsigned int i = 0; i < MESSAGE_BINDINGS; i++)
		add_address("2001:db8::1")->addr.s6_addr[15] = (uint8_t)i;
	cr_assert(read_offer());
	cr_expect_eq(offer.n_bindings, OFFER_BINDINGS);
	cr_expect(offer.complete);
}

static struct offers offers;

static void put(uint8_t number, uint8_t preference, bool complete)
{
	struct offer one = { .server = duid_ll(1, &number, 1),
			     .preference = preference,
			     .complete = complete,
			     .ias = 1 };

	offers_add(&offers, &one);
}

/* C-ADV-1: what is left to us is decided by the wanted options, then by the longest lifetimes. */
Test(offer, equal_preference_is_decided_by_options_then_by_lifetime)
{
	static const uint16_t wanted[] = { OPTION_DNS_SERVERS, OPTION_DOMAIN_LIST };
	static const struct {
		uint8_t number;
		unsigned int options;
		uint32_t valid;
	} rows[] = { { 1, 0, 9000 }, { 2, 1, 5400 }, { 3, 1, 7200 }, { 4, 2, 60 } };
	static const uint8_t want[] = { 4, 3, 2, 1 };
	struct offer best;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct offer one;

		begin(1);
		add_ia(OPTION_IA_NA, 100);
		add_address("2001:db8::1")->valid = rows[i].valid;
		advertise.server_id = duid_ll(1, &rows[i].number, 1);
		for (unsigned int j = 0; j < rows[i].options; j++)
			options_add(&advertise.options, wanted[j], "", 0);
		cr_assert(read_offer());
		one = offer;
		offer_rate(&one, &advertise, 0, wanted, 2);
		offers_add(&offers, &one);
	}
	for (unsigned int i = 0; i < 4; i++) {
		cr_assert(offers_take(&offers, &best));
		cr_expect_eq(best.server.bytes[4], want[i], "place %u", i);
	}
}

/* C-HINT-2: the nearest length wins. */
Test(offer, prefixes_are_ranked_by_their_distance_from_the_hint)
{
	static const uint8_t lengths[] = { 48, 60, 56, 64 };
	static const uint8_t want[] = { 2, 1, 0, 3 };
	struct offer best;

	for (uint8_t i = 0; i < 4; i++) {
		begin(0);
		lease_want(&lease, OPTION_IA_PD, 7);
		add_ia(OPTION_IA_PD, 7);
		add_address("2001:db8::")->prefix_len = lengths[i];
		advertise.server_id = duid_ll(1, &i, 1);
		cr_assert(read_offer());
		best = offer;
		offer_rate(&best, &advertise, 56, NULL, 0);
		offers_add(&offers, &best);
	}
	for (unsigned int i = 0; i < 4; i++) {
		cr_assert(offers_take(&offers, &best));
		cr_expect_eq(best.server.bytes[4], want[i], "place %u", i);
	}
}

/* The server of the best offer, which is taken out; 0 when there is none. */
static unsigned int take(void)
{
	struct offer one;

	return offers_take(&offers, &one) ? one.server.bytes[4] : 0;
}

/* C-ADV-1, C-ADV-2 */
Test(offer, complete_ones_first_then_preference_then_arrival)
{
	static const unsigned int want[] = { 4, 2, 5, 3, 6, 1, 0 };

	put(1, 0, false);
	put(2, 5, true);
	put(3, 255, false);
	put(4, 9, true);
	put(5, 5, true);
	put(6, 3, false);
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		unsigned int got = take();

		cr_expect_eq(got, want[i], "place %zu: server %u", i, got);
	}
}

Test(offer, a_later_advertise_replaces_the_earlier_one)
{
	put(1, 9, true);
	put(2, 5, true);
	put(1, 1, true);
	cr_expect_eq(offers.n, 2);
	cr_expect_eq(take(), 2);
	cr_expect_eq(take(), 1);
}

Test(offer, the_worst_makes_room)
{
	for (uint8_t i = 1; i <= OFFERS; i++)
		put(i, (uint8_t)(10 * i), true);
	cr_expect_eq(offers.n, OFFERS);
	put(100, 5, true);
	cr_expect_eq(offers.n, OFFERS, "worse than all");
	put(101, 255, true);
	cr_expect_eq(offers.n, OFFERS);
	cr_expect_eq(take(), 101);
	for (unsigned int i = OFFERS; i >= 2; i--)
		cr_expect_eq(take(), i);
	cr_expect_eq(take(), 0);
}
