/* SPDX-License-Identifier: MPL-2.0 */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <string.h>

#include "core/lease.h"

#define SECOND ((msec)1000)

static struct lease lease;
static struct message reply;

static struct in6_addr ip6(const char *text)
{
	struct in6_addr addr;

	cr_assert_eq(inet_pton(AF_INET6, text, &addr), 1, "%s", text);
	return addr;
}

static struct stamp at(msec now)
{
	return (struct stamp){ .at = now, .epoch = 1700000000 + now / 1000 };
}

static void want(unsigned int n_ias)
{
	memset(&lease, 0, sizeof(lease));
	for (unsigned int i = 0; i < n_ias; i++)
		cr_assert(lease_want(&lease, OPTION_IA_NA, 100 + i));
}

static void begin_reply(void)
{
	memset(&reply, 0, sizeof(reply));
	reply.type = MESSAGE_REPLY;
}

static struct message_ia *add_ia(uint16_t type, uint32_t iaid, uint32_t t1, uint32_t t2)
{
	struct message_ia *ia = &reply.ia[reply.n_ias++];

	*ia = (struct message_ia){ .type = type, .iaid = iaid, .t1 = t1, .t2 = t2 };
	return ia;
}

static struct message_binding *add(const char *text, uint32_t preferred, uint32_t valid)
{
	struct message_binding *binding = &reply.binding[reply.n_bindings++];

	*binding = (struct message_binding){ .addr = ip6(text),
					     .prefix_len = 128,
					     .ia = (uint8_t)(reply.n_ias - 1),
					     .preferred = preferred,
					     .valid = valid };
	return binding;
}

static struct binding *held(const char *text)
{
	struct in6_addr addr = ip6(text);

	return lease_find(&lease, &addr, 128);
}

/* One IA with one address, from a Reply at 0. */
static void grant(uint32_t t1, uint32_t t2, uint32_t preferred, uint32_t valid)
{
	want(1);
	begin_reply();
	add_ia(OPTION_IA_NA, 100, t1, t2);
	add("2001:db8::1", preferred, valid);
	cr_assert_eq(lease_merge(&lease, &reply, at(0)).granted, 1);
}

Test(lease, init_without_a_binding_bound_with_one)
{
	want(3);
	cr_expect_eq(lease_state(&lease), INIT);
	grant(10, 20, 30, 40);
	cr_expect_eq(lease_state(&lease), BOUND);
	cr_expect_str_eq(lease_state_name(INIT), "INIT");
	cr_expect_str_eq(lease_state_name(BOUND), "BOUND");
	lease_remove(&lease, 0);
	cr_expect_eq(lease_state(&lease), INIT);
	cr_expect_eq(lease.n_ias, 1, "the IA is still wanted");
}

/* C-IAID-1 */
Test(lease, ias_are_unique_by_type_and_iaid)
{
	want(1);
	cr_expect(lease_want(&lease, OPTION_IA_NA, 100));
	cr_expect_eq(lease.n_ias, 1);
	cr_expect(lease_want(&lease, OPTION_IA_PD, 100));
	cr_expect_eq(lease.n_ias, 2);
	for (uint32_t i = 1; i <= LEASE_IAS - 2; i++)
		cr_expect(lease_want(&lease, OPTION_IA_NA, i));
	cr_expect_not(lease_want(&lease, OPTION_IA_NA, 99), "no room for a ninth");
	cr_expect(lease_want(&lease, OPTION_IA_PD, 100), "but what is there is there");
	cr_expect_eq(lease_find_ia(&lease, OPTION_IA_PD, 100), &lease.ia[1]);
	cr_expect_null(lease_find_ia(&lease, OPTION_IA_NA, 99));
}

Test(lease, removing_one_keeps_the_order_of_the_others)
{
	want(1);
	begin_reply();
	add_ia(OPTION_IA_NA, 100, 0, 0);
	add("2001:db8::1", 1, 1);
	add("2001:db8::2", 2, 2);
	add("2001:db8::3", 3, 3);
	lease_merge(&lease, &reply, at(0));
	lease_remove(&lease, 1);
	cr_expect_eq(lease.n_bindings, 2);
	cr_expect_eq(lease.binding[0].times.valid, 1);
	cr_expect_eq(lease.binding[1].times.valid, 3);
	cr_expect_null(held("2001:db8::2"));
	lease_remove(&lease, 1);
	lease_remove(&lease, 0);
	cr_expect_eq(lease.n_bindings, 0);
}

struct timers {
	const char *name;
	uint32_t t1, t2, preferred, valid; /* as granted, s */
	uint32_t renew, rebind;		   /* s; INFINITE_TIME: never */
};

#define INF INFINITE_TIME

static const struct timers timers[] = {
	{ "given (C-T12-1)", 1800, 2880, 3600, 5400, 1800, 2880 },
	{ "given, larger than the lifetimes (C-T12-1)", 9000, 9500, 3600, 5400, 9000, 9500 },
	{ "both 0 (C-T12-4)", 0, 0, 3600, 5400, 1800, 2880 },
	{ "both 0, preferred 0: the valid one counts (C-RATE-4)", 0, 0, 0, 5400, 2700, 4320 },
	{ "both 0, all infinite (C-RATE-4)", 0, 0, INF, INF, INF, INF },
	{ "both 0, only valid infinite", 0, 0, 1000, INF, 500, 800 },
	{ "both 0, floor of T1", 0, 0, 90, 5400, 60, 72 },
	{ "both 0, no room for the floor", 0, 0, 50, 5400, 25, 40 },
	{ "both 0, a lifetime of 1 s (C-T12-3)", 0, 0, 1, 1, 1, 1 },
	{ "only T1 0", 0, 1800, 3600, 5400, 1125, 1800 },
	{ "only T1 0, short lifetime", 0, 1800, 1000, 5400, 500, 1800 },
	{ "only T1 0, T2 infinite", 0, INF, 3600, 5400, 1800, INF },
	{ "only T2 0", 1000, 0, 3600, 5400, 1000, 2880 },
	{ "only T2 0, T1 late (T2 = 1.6 T1)", 3000, 0, 3600, 5400, 3000, 4800 },
	{ "only T2 0, T1 infinite", INF, 0, 3600, 5400, INF, INF },
	{ "T1 infinite (C-T12-6)", INF, INF, 3600, 5400, INF, INF },
	{ "T1 above the range of 32 bits of ms", 4294967, 4294968, INF, INF, 4294967, 4294968 },
	{ "T2 as far as it goes", 4294967293, 4294967294, INF, INF, 4294967293, 4294967294 },
	{ "T1 far, T2 0", 4294967294, 0, 3600, 5400, 4294967294, INF },
};

static msec ms(uint32_t seconds)
{
	return seconds == INF ? NEVER : seconds * SECOND;
}

Test(lease, t1_and_t2)
{
	for (size_t i = 0; i < sizeof(timers) / sizeof(timers[0]); i++) {
		const struct timers *row = &timers[i];

		grant(row->t1, row->t2, row->preferred, row->valid);
		cr_expect_eq(lease_renew_at(&lease), ms(row->renew), "%s: Renew at %lld", row->name,
			     (long long)lease_renew_at(&lease));
		cr_expect_eq(lease_rebind_at(&lease), ms(row->rebind), "%s: Rebind at %lld",
			     row->name, (long long)lease_rebind_at(&lease));
	}
}

/* C-RATE-4: over many combinations, never at once and never Rebind before Renew. */
Test(lease, own_t1_and_t2_are_never_0_and_in_order)
{
	static const uint32_t values[] = {
		1, 2, 3, 59, 60, 61, 75, 76, 100, 3600, 4294967294, INF
	};
	const size_t n = sizeof(values) / sizeof(values[0]);

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++) {
			grant(0, 0, values[i], values[j]);
			cr_expect_geq(lease_renew_at(&lease), SECOND);
			cr_expect_leq(lease_renew_at(&lease), lease_rebind_at(&lease), "%u %u",
				      values[i], values[j]);
			grant(values[i], 0, values[j], INF);
			cr_expect_leq(lease_renew_at(&lease), lease_rebind_at(&lease),
				      "T1 %u, lifetime %u", values[i], values[j]);
			grant(0, values[i], values[j], INF);
			cr_expect_geq(lease_renew_at(&lease), SECOND);
			cr_expect_leq(lease_renew_at(&lease), lease_rebind_at(&lease),
				      "T2 %u, lifetime %u", values[i], values[j]);
		}
}

/* C-T12-4: the shortest preferred lifetime above 0. */
Test(lease, shortest_preferred_lifetime_above_0_counts)
{
	want(1);
	begin_reply();
	add_ia(OPTION_IA_NA, 100, 0, 0);
	add("2001:db8::1", 0, 500);
	add("2001:db8::2", 2000, 9000);
	add("2001:db8::3", 1000, 9000);
	lease_merge(&lease, &reply, at(0));
	cr_expect_eq(lease_renew_at(&lease), 500 * SECOND);
	cr_expect_eq(lease_rebind_at(&lease), 800 * SECOND);
}

/* C-T12-2, C-T12-9 */
Test(lease, the_earliest_t1_and_t2_of_all_ias_that_hold_something)
{
	want(3);
	begin_reply();
	add_ia(OPTION_IA_NA, 100, 1800, 2000);
	add("2001:db8::1", 3600, 5400);
	add_ia(OPTION_IA_NA, 101, 900, 3000);
	add("2001:db8::2", 3600, 5400);
	add_ia(OPTION_IA_NA, 102, 1, 2);
	lease_merge(&lease, &reply, at(0));
	cr_expect_eq(lease_renew_at(&lease), 900 * SECOND);
	cr_expect_eq(lease_rebind_at(&lease), 2000 * SECOND);
	want(2);
	cr_expect_eq(lease_renew_at(&lease), NEVER);
	cr_expect_eq(lease_rebind_at(&lease), NEVER);
	cr_expect_eq(lease_ends_at(&lease), NEVER);
}

/* C-T12-5, RFC 7550 section 4.3. */
Test(lease, mixed_times_of_addresses_and_prefixes)
{
	want(1);
	lease_want(&lease, OPTION_IA_PD, 100);
	begin_reply();
	add_ia(OPTION_IA_NA, 100, 3600, 5760);
	add("2001:db8::1", 7200, 7200);
	add_ia(OPTION_IA_PD, 100, 0, 1800);
	add("2001:db8:100::", 7200, 7200)->prefix_len = 56;
	lease_merge(&lease, &reply, at(0));
	cr_expect_leq(lease_renew_at(&lease), 1800 * SECOND);
	cr_expect_gt(lease_renew_at(&lease), 0);
	cr_expect_eq(lease_rebind_at(&lease), 1800 * SECOND);
}

/* A.6 */
Test(lease, example_of_timers)
{
	want(1);
	lease_want(&lease, OPTION_IA_PD, 100);
	begin_reply();
	add_ia(OPTION_IA_NA, 100, 1800, 2880);
	add("2001:db8::1", 3600, 5400);
	add_ia(OPTION_IA_PD, 100, 0, 0);
	add("2001:db8:100::", 1200, 7200)->prefix_len = 56;
	lease_merge(&lease, &reply, at(0));
	cr_expect_eq(lease_renew_at(&lease), 600 * SECOND);
	cr_expect_eq(lease_rebind_at(&lease), 960 * SECOND);
	cr_expect_eq(binding_preferred_until(&lease.binding[0]), 3600 * SECOND);
	cr_expect_eq(binding_valid_until(&lease.binding[0]), 5400 * SECOND);
	cr_expect_eq(binding_preferred_until(&lease.binding[1]), 1200 * SECOND);
	cr_expect_eq(lease_ends_at(&lease), 7200 * SECOND);
	cr_expect(lease_has_prefix(&lease));
	lease_remove(&lease, 1);
	cr_expect_not(lease_has_prefix(&lease));
	cr_expect_eq(lease_ends_at(&lease), 5400 * SECOND);
}

/* C-IA-2, C-IA-5 */
Test(lease, times_count_from_the_reply_and_infinity_never_ends)
{
	struct stamp before_boot = { .at = -500 * SECOND };
	struct stamp start = { .at = 7000 };

	grant(10, 20, 30, 40);
	lease_merge(&lease, &reply, at(5000));
	cr_expect_eq(binding_valid_until(&lease.binding[0]), 45 * SECOND);
	cr_expect_eq(lease_renew_at(&lease), 15 * SECOND);
	cr_expect_eq(lifetime_left(&start, 10, 7000), 10);
	cr_expect_eq(lifetime_left(&start, 10, 7001), 9, "rounded down");
	cr_expect_eq(lifetime_left(&start, 10, 17000), 0);
	cr_expect_eq(lifetime_left(&start, 10, 99999999), 0);
	cr_expect_eq(lifetime_left(&start, INF, 99999999), INF);
	cr_expect_eq(lifetime_left(&before_boot, 600, 0), 100);
	cr_expect_eq(lifetime_left(&start, 4294967294, 7000), 4294967294);
}

/* C-GEN-10: a stamp from a clock that was set back never makes a lease longer. */
Test(lease, nothing_is_left_longer_than_it_was_granted)
{
	struct stamp start = { .at = 86400 * SECOND };

	cr_expect_leq(lifetime_left(&start, 10, 0), 10);
	cr_expect_leq(lifetime_left(&start, 4294967294, 0), 4294967294);
	cr_expect_gt(lifetime_left(&start, 4294967294, 0), 4000000000);
}

Test(lease, merge_new_and_extended)
{
	struct merge merge;

	grant(10, 20, 30, 40);
	cr_expect_eq(lease.binding[0].dad.state, DAD_WAITING, "C-DAD-1");
	cr_expect(lease.binding[0].announce);
	cr_expect_not(lease.binding[0].had);
	cr_expect_not(lease.ia[0].had);
	lease.binding[0].dad.state = DAD_UNIQUE;
	lease.binding[0].announce = false;
	lease.binding[0].deprecated = true;
	begin_reply();
	add_ia(OPTION_IA_NA, 100, 11, 21);
	add("2001:db8::1", 31, 41);
	add("2001:db8::2", 32, 42);
	merge = lease_merge(&lease, &reply, at(7000));
	cr_expect_eq(merge.granted, 2);
	cr_expect_eq(merge.left, 2);
	cr_expect_eq(merge.unanswered, 0);
	cr_expect_eq(lease.binding[0].dad.state, DAD_UNIQUE, "no new DAD (C-REN-7)");
	cr_expect(lease.binding[0].announce && lease.binding[0].had);
	cr_expect_not(lease.binding[0].deprecated);
	cr_expect_eq(lease.binding[0].previous.valid, 40);
	cr_expect_eq(lease.binding[0].times.valid, 41);
	cr_expect_eq(lease.binding[0].times.starts.at, 7000);
	cr_expect_eq(lease.binding[0].times.starts.epoch, 1700000007);
	cr_expect_eq(lease.ia[0].previous.t1, 10);
	cr_expect(lease.ia[0].had);
	cr_expect_eq(lease.ia[0].times.t2, 21);
	cr_expect_eq(lease.binding[1].dad.state, DAD_WAITING);
}

/* C-RPL-4 */
Test(lease, what_is_not_mentioned_stays_as_it_was)
{
	struct merge merge;

	grant(10, 20, 30, 40);
	begin_reply();
	add_ia(OPTION_IA_NA, 100, 11, 21);
	add("2001:db8::2", 32, 42);
	merge = lease_merge(&lease, &reply, at(7000));
	cr_expect_eq(merge.left, 2);
	cr_expect_eq(held("2001:db8::1")->times.valid, 40);
	cr_expect_eq(held("2001:db8::1")->times.starts.at, 0);
}

/* C-RPL-16 */
Test(lease, shrinking_lifetimes_are_obeyed)
{
	grant(10, 20, 86400, 86400);
	begin_reply();
	add_ia(OPTION_IA_NA, 100, 10, 20);
	add("2001:db8::1", 50, 100);
	lease_merge(&lease, &reply, at(1000));
	cr_expect_eq(binding_valid_until(held("2001:db8::1")), 101 * SECOND);
}

/* C-REB-4 */
Test(lease, lifetime_0_ends_it_now)
{
	struct merge merge;

	grant(10, 20, 30, 40);
	begin_reply();
	add_ia(OPTION_IA_NA, 100, 10, 20);
	add("2001:db8::1", 0, 0);
	add("2001:db8::9", 0, 0);
	merge = lease_merge(&lease, &reply, at(1000));
	cr_expect_eq(merge.withdrawn, 1, "what was never held is no matter");
	cr_expect_eq(merge.left, 0);
	cr_expect_eq(merge.granted, 0);
	cr_expect_eq(lease.n_bindings, 1);
	cr_expect_leq(binding_valid_until(&lease.binding[0]), 1000);
}

/* C-RPL-10, C-RPL-11 */
Test(lease, an_ia_without_new_times_is_unanswered_and_its_t1_is_past)
{
	struct merge merge;

	want(2);
	begin_reply();
	add_ia(OPTION_IA_NA, 100, 10, 20);
	add("2001:db8::1", 30, 40);
	add_ia(OPTION_IA_NA, 101, 10, 20);
	add("2001:db8::2", 30, 40);
	lease_merge(&lease, &reply, at(0));
	begin_reply();
	add_ia(OPTION_IA_NA, 100, 10, 20);
	add("2001:db8::1", 30, 40);
	merge = lease_merge(&lease, &reply, at(10 * SECOND));
	cr_expect_eq(merge.unanswered, 1);
	cr_expect_eq(lease_renew_at(&lease), 20 * SECOND);
	cr_expect_eq(lease_rebind_at(&lease), 20 * SECOND, "its T2 is not");
	begin_reply();
	add_ia(OPTION_IA_NA, 101, 10, 20);
	add("2001:db8::2", 30, 40);
	lease_merge(&lease, &reply, at(12 * SECOND));
	cr_expect_eq(lease.ia[1].unanswered, false);
}

static const struct {
	const char *name;
	uint16_t status;
	unsigned int no_binding, not_on_link, withdrawn;
} refusals[] = {
	{ "NoAddrsAvail", STATUS_NO_ADDRS_AVAIL, 0, 0, 0 },
	{ "UnspecFail", STATUS_UNSPEC_FAIL, 0, 0, 0 },
	{ "unknown", 999, 0, 0, 0 },
	{ "NoBinding (C-RPL-9)", STATUS_NO_BINDING, 1, 0, 0 },
	{ "NotOnLink (C-RPL-13)", STATUS_NOT_ON_LINK, 0, 1, 1 },
};

/* C-IA-12, section 5.4: the IA's leases stay as they are, but for NotOnLink. */
Test(lease, a_status_in_the_ia_covers_the_ia)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		struct merge merge;

		grant(10, 20, 30, 40);
		begin_reply();
		add_ia(OPTION_IA_NA, 100, 11, 21)->status.code = refusals[i].status;
		add("2001:db8::1", 31, 41);
		add("2001:db8::2", 31, 41);
		merge = lease_merge(&lease, &reply, at(1000));
		cr_expect_eq(merge.granted, 0, "%s", refusals[i].name);
		cr_expect_eq(merge.no_binding, refusals[i].no_binding, "%s", refusals[i].name);
		cr_expect_eq(merge.not_on_link, refusals[i].not_on_link, "%s", refusals[i].name);
		cr_expect_eq(merge.withdrawn, refusals[i].withdrawn, "%s", refusals[i].name);
		cr_expect_eq(lease.ia[0].status, refusals[i].status);
		cr_expect_eq(lease.ia[0].times.t1, 10, "%s", refusals[i].name);
		cr_expect_eq(lease.n_bindings, 1, "%s", refusals[i].name);
		if (refusals[i].withdrawn == 0)
			cr_expect_eq(lease.binding[0].times.valid, 40, "%s", refusals[i].name);
	}
}

/* C-IA-12 */
Test(lease, a_status_in_the_address_covers_the_address)
{
	grant(10, 20, 30, 40);
	begin_reply();
	add_ia(OPTION_IA_NA, 100, 11, 21);
	add("2001:db8::1", 31, 41)->status = STATUS_UNSPEC_FAIL;
	add("2001:db8::2", 32, 42);
	cr_expect_eq(lease_merge(&lease, &reply, at(1000)).granted, 1);
	cr_expect_eq(held("2001:db8::1")->times.valid, 40);
	cr_expect_eq(held("2001:db8::2")->times.valid, 42);
}

/* C-IA-10 */
Test(lease, ias_that_are_not_ours_are_passed_over)
{
	want(1);
	begin_reply();
	add_ia(OPTION_IA_NA, 999, 1, 2)->status.code = STATUS_NO_BINDING;
	add("2001:db8::9", 30, 40);
	add_ia(OPTION_IA_PD, 100, 1, 2);
	add("2001:db8:1::", 30, 40)->prefix_len = 56;
	cr_expect_eq(lease_merge(&lease, &reply, at(0)).granted, 0);
	cr_expect_eq(lease_merge(&lease, &reply, at(0)).no_binding, 0);
	cr_expect_eq(lease.n_bindings, 0);
}

/* C-DAD-2 */
Test(lease, a_prefix_needs_no_dad)
{
	want(0);
	lease_want(&lease, OPTION_IA_PD, 5);
	begin_reply();
	add_ia(OPTION_IA_PD, 5, 1, 2);
	add("2001:db8:1::", 30, 40)->prefix_len = 56;
	lease_merge(&lease, &reply, at(0));
	cr_expect_eq(lease.binding[0].dad.state, DAD_UNIQUE);
	cr_expect_eq(lease.binding[0].prefix_len, 56);
}

Test(lease, an_address_in_two_ias_stays_in_the_first)
{
	want(2);
	begin_reply();
	add_ia(OPTION_IA_NA, 100, 10, 20);
	add("2001:db8::1", 30, 40);
	add_ia(OPTION_IA_NA, 101, 10, 20);
	add("2001:db8::1", 50, 60);
	lease_merge(&lease, &reply, at(0));
	cr_expect_eq(lease.n_bindings, 1);
	cr_expect_eq(lease.binding[0].ia, 0);
	cr_expect_eq(lease.binding[0].times.valid, 40);
}

/* C-IA-14: and what does not fit is counted. */
Test(lease, sixty_four_bindings_and_no_more)
{
	struct merge merge;

	want(1);
	begin_reply();
	add_ia(OPTION_IA_NA, 100, 10, 20);
	for (unsigned int i = 0; i < LEASE_BINDINGS + 3; i++)
		add("2001:db8::", 30, 40)->addr.s6_addr[15] = (uint8_t)(i + 1);
	merge = lease_merge(&lease, &reply, at(0));
	cr_expect_eq(merge.granted, LEASE_BINDINGS);
	cr_expect_eq(merge.limit, 3);
	cr_expect_eq(lease_count(&lease, 0), LEASE_BINDINGS);
	merge = lease_merge(&lease, &reply, at(1000));
	cr_expect_eq(merge.granted, LEASE_BINDINGS, "a full lease can be extended");
	cr_expect_eq(merge.limit, 3);
}

Test(lease, survey_says_what_merge_does_and_changes_nothing)
{
	static struct lease before;
	struct merge survey, merge;

	grant(10, 20, 30, 40);
	begin_reply();
	add_ia(OPTION_IA_NA, 100, 11, 21);
	add("2001:db8::1", 0, 0);
	add("2001:db8::2", 32, 42);
	before = lease;
	survey = lease_survey(&lease, &reply);
	cr_expect_eq(memcmp(&before, &lease, sizeof(lease)), 0);
	merge = lease_merge(&lease, &reply, at(1000));
	cr_expect_eq(memcmp(&survey, &merge, sizeof(merge)), 0);
	cr_expect_eq(merge.withdrawn, 1);
	cr_expect_eq(merge.left, 1);
}
