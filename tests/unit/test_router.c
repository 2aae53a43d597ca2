/* SPDX-License-Identifier: MPL-2.0 */
#include "core/router.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdio.h>

#define SETTLED 100000 /* ms, long after the first prefix */

static struct router router;

static struct in6_addr ip6(const char *text)
{
	struct in6_addr addr = { 0 };

	inet_pton(AF_INET6, text, &addr);
	return addr;
}

static unsigned int heard(const char *text, enum router_flag flag, bool set, uint32_t preferred,
			  msec now)
{
	struct in6_addr addr = ip6(text);

	return router_prefix(&router, &addr, 64, flag, set, preferred, now);
}

static void begin(void)
{
	router_init(&router);
	heard("2001:db8::", ROUTER_FLAG_L, true, INFINITE_TIME, 0);
}

/* C-CNF-12 */
Test(router, what_is_new_or_without_a_preferred_lifetime_changes_the_set)
{
	begin();
	cr_expect_eq(heard("2001:db8:1::", ROUTER_FLAG_L, true, 60, SETTLED), ROUTER_ON_LINK);
	cr_expect_eq(heard("2001:db8:1::", ROUTER_FLAG_L, true, 60, SETTLED), 0);
	cr_expect_eq(heard("2001:db8:1::", ROUTER_FLAG_L, false, 60, SETTLED), ROUTER_ON_LINK);
	cr_expect_eq(heard("2001:db8::", ROUTER_FLAG_L, true, 0, SETTLED), ROUTER_ON_LINK);
	cr_expect_eq(heard("2001:db8::", ROUTER_FLAG_L, true, 0, SETTLED), 0);
	cr_expect_eq(heard("2001:db8:2::", ROUTER_FLAG_L, false, 60, SETTLED), 0);
}

/* C-PFL-1 */
Test(router, prefixes_with_p_are_a_set_of_their_own)
{
	begin();
	cr_expect_not(router_delegates(&router));
	cr_expect_eq(heard("2001:db8::", ROUTER_FLAG_P, true, 60, SETTLED), ROUTER_DELEGATING);
	cr_expect(router_delegates(&router) && router_delegates_only(&router));
	heard("2001:db8:1::", ROUTER_FLAG_P, false, 60, SETTLED);
	cr_expect(router_delegates(&router));
	cr_expect_not(router_delegates_only(&router), "one has no P");
	cr_expect_eq(heard("2001:db8::", ROUTER_FLAG_P, true, 0, SETTLED),
		     (unsigned int)ROUTER_DELEGATING | ROUTER_ON_LINK);
	cr_expect_not(router_delegates(&router));
}

Test(router, the_prefixes_of_the_first_advertisement_are_no_change)
{
	router_init(&router);
	cr_expect_eq(heard("2001:db8::", ROUTER_FLAG_L, true, 60, 500), 0);
	cr_expect_eq(heard("2001:db8:1::", ROUTER_FLAG_L, true, 60, 500 + ROUTER_SETTLING - 1), 0);
	cr_expect_eq(heard("2001:db8:2::", ROUTER_FLAG_L, true, 60, 500 + ROUTER_SETTLING),
		     ROUTER_ON_LINK);
}

/* C-CNF-12 */
Test(router, a_prefix_ends_with_its_preferred_lifetime)
{
	begin();
	cr_expect_eq(router_deadline(&router), NEVER);
	heard("2001:db8:1::", ROUTER_FLAG_L, true, 60, SETTLED);
	heard("2001:db8:2::", ROUTER_FLAG_P, true, 90, SETTLED);
	cr_expect_eq(router_deadline(&router), SETTLED + 60000);
	cr_expect_eq(router_expire(&router, SETTLED + 59999), 0);
	cr_expect_eq(router_expire(&router, SETTLED + 60000), ROUTER_ON_LINK);
	cr_expect_eq(router_expire(&router, SETTLED + 90000), ROUTER_DELEGATING);
	cr_expect_eq(router.n_prefixes, 1);
}

Test(router, more_prefixes_than_are_kept_change_nothing)
{
	begin();
	for (unsigned int i = 1; i < ROUTER_PREFIXES + 5; i++) {
		char text[32];

		snprintf(text, sizeof(text), "2001:db8:%x::", i);
		cr_expect_eq(heard(text, ROUTER_FLAG_L, true, 60, SETTLED),
			     i < ROUTER_PREFIXES ? ROUTER_ON_LINK : 0, "%u", i);
	}
	cr_expect_eq(router.n_prefixes, ROUTER_PREFIXES);
}

/* C-RA-5 */
Test(router, flags_stay_set_once_a_router_has_said_them)
{
	router_init(&router);
	router_speaks(&router, ROUTER_NEWS, true, false);
	router_speaks(&router, ROUTER_NEWS, false, true);
	cr_expect(router.heard && router.managed && router.other);
}

Test(router, a_record_gives_way_to_news)
{
	router_init(&router);
	router_speaks(&router, ROUTER_RECORD, true, false);
	cr_expect(router.heard && router.managed);
	router_speaks(&router, ROUTER_NEWS, false, true);
	cr_expect(!router.managed && router.other);
	router_speaks(&router, ROUTER_RECORD, true, true);
	cr_expect_not(router.managed);
}
