/* SPDX-License-Identifier: MPL-2.0 */

/* The server of tests/lab/hashserver: a referee has to be right itself. */

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <string.h>

#include "../lab/hashserver/answer.h"
#include "core/wire.h"

static const struct duid client = { 10, { 0, 3, 0, 1, 2, 0, 0, 0, 0, 0x10 } };
static const struct duid one = { 7, { 0, 2, 0, 0, 0x9c, 0x40, 1 } };
static const struct duid two = { 7, { 0, 2, 0, 0, 0x9c, 0x40, 2 } };

static struct message to;

static const char *text(const struct in6_addr *addr)
{
	static char buffer[INET6_ADDRSTRLEN];

	return inet_ntop(AF_INET6, addr, buffer, sizeof(buffer));
}

static struct in6_addr address(const char *name)
{
	struct in6_addr addr;

	cr_assert_eq(inet_pton(AF_INET6, name, &addr), 1, "%s", name);
	return addr;
}

static void set_up(struct hash_server *server, const struct duid *duid, const char *prefix)
{
	memset(server, 0, sizeof(*server));
	server->duid = *duid;
	server->t1 = 3;
	server->t2 = 6;
	server->preferred = 30;
	server->valid = 40;
	cr_assert(site_set_prefix(&server->site, prefix));
}

/* A message with one IA_NA, and in it the address if there is one. */
static const struct message *message(unsigned int type, const struct duid *server, const char *name)
{
	static struct message from;

	memset(&from, 0, sizeof(from));
	from.type = (uint8_t)type;
	from.xid = 0x123456;
	from.client_id = client;
	if (server)
		from.server_id = *server;
	if (type != MESSAGE_INFORMATION_REQUEST) {
		from.n_ias = 1;
		from.ia[0] = (struct message_ia){ .type = OPTION_IA_NA, .iaid = 0x10 };
	}
	if (name) {
		from.n_bindings = 1;
		from.binding[0].prefix_len = 128;
		from.binding[0].addr = address(name);
	}
	return &from;
}

/* The only address of the answer that may be used; "" when there is none. */
static const char *given(const struct message *answer)
{
	const char *name = "";

	for (unsigned int i = 0; i < answer->n_bindings; i++) {
		if (answer->binding[i].valid == 0)
			continue;
		cr_expect_str_empty(name);
		name = text(&answer->binding[i].addr);
	}
	return name;
}

/* Hashes 0, 1 and 2 of the client in 2001:db8:1::/64. */
#define FIRST  "2001:db8:1:0:5293:64a5:e0a9:e04f"
#define SECOND "2001:db8:1:0:8067:afa4:a258:546e"

/* Computed with another program. */
Test(hashserver, hashes_are_those_of_prefix_duid_iaid_counter_and_key)
{
	static const struct {
		const char *prefix, *key;
		uint32_t iaid;
		unsigned int counter;
		const char *want;
	} rows[] = {
		{ "2001:db8:1::/64", "", 0x10, 0, FIRST },
		{ "2001:db8:1::/64", "", 0x10, 1, SECOND },
		{ "2001:db8:1::/64", "", 0x11, 0, "2001:db8:1:0:1265:c411:ae65:f079" },
		{ "2001:db8:2::/64", "", 0x10, 0, "2001:db8:2:0:a2bf:1e20:902a:be79" },
		{ "2001:db8:1::/64", "a secret", 0x10, 0, "2001:db8:1:0:6e69:a1b9:723a:3ab3" },
		{ "2001:db8:1::100/120", "", 0x10, 0, "2001:db8:1::1f5" },
		/* 2001:db8:1:: is the routers' (RFC 5453): the next one that is not */
		{ "2001:db8:1::/126", "", 0x13, 0, "2001:db8:1::2" },
		{ "2001:db8:1::/126", "", 0x1c, 0, "2001:db8:1::1" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct identity identity = { .duid = client, .iaid = rows[i].iaid };
		struct site site = { 0 };
		struct in6_addr got;

		cr_assert(site_set_prefix(&site, rows[i].prefix));
		cr_assert(site_set_key(&site, rows[i].key));
		got = site_hash(&site, &identity, rows[i].counter);
		cr_expect_str_eq(text(&got), rows[i].want, "row %zu: %s", i, text(&got));
	}
}

Test(hashserver, texts_of_all_kinds_are_read)
{
	static const char *const duids[] = { "00:03:00:01:02:00:00:00:00:10",
					     "0:3:0:1:2:0:0:0:0:10", "00030001020000000010" };
	static const char *const bad[] = { "",		"00:03", "000",	     "00:03:0g",
					   "00:03:00:", "::",	 "00 03 00", "0003:00" };
	static const char *const prefixes[] = { "2001:db8::/63", "2001:db8::/128", "2001:db8::",
						"2001:db8::/",	 "2001:db8::/64x", "x/64" };
	struct site site = { 0 };
	struct duid duid;
	uint32_t iaid;

	for (size_t i = 0; i < sizeof(duids) / sizeof(duids[0]); i++)
		cr_expect(read_duid(&duid, duids[i]) && duid_equal(&duid, &client), "%s", duids[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_not(read_duid(&duid, bad[i]), "%s", bad[i]);
	cr_expect(read_iaid(&iaid, "0a:b:0:10") && iaid == 0x0a0b0010);
	cr_expect_not(read_iaid(&iaid, "0a:0b:00"));
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		cr_expect_not(site_set_prefix(&site, prefixes[i]), "%s", prefixes[i]);
	cr_expect(site_set_prefix(&site, "2001:db8::123/120"));
	cr_expect_str_eq(text(&site.prefix), "2001:db8::100", "bits behind the prefix");
}

Test(hashserver, an_exception_comes_before_the_hashes)
{
	struct identity identity = { .duid = client, .iaid = 0x10 };
	static struct site site;
	struct in6_addr got;

	cr_assert(site_set_prefix(&site, "2001:db8:1::/64"));
	cr_expect(site_add_exception(&site, "# a printer\n"));
	cr_expect(site_add_exception(&site, "\n"));
	cr_expect(site_add_exception(&site, "00030001020000000010 00:00:00:10\t2001:db8:1::1\n"));
	cr_expect_not(site_add_exception(&site, "00030001020000000010 00:00:00:10\n"));
	cr_expect_not(site_add_exception(&site, "00030001020000000010 00:00:00:10 192.0.2.1\n"));
	cr_expect_not(site_add_exception(&site, "00030001020000000010 00:00:00:10 ::1 x\n"));
	cr_expect_eq(site.n, 1);
	got = site_candidate(&site, &identity, 0);
	cr_expect_str_eq(text(&got), "2001:db8:1::1");
	got = site_candidate(&site, &identity, 1);
	cr_expect_str_eq(text(&got), FIRST);
	identity.iaid = 0x11;
	cr_expect_null(site_exception(&site, &identity));
}

/* RFC 9915 sections 16.2 to 16.12: C-REN-1, C-REB-1 are the client's side of it. */
Test(hashserver, answers_what_it_has_to)
{
	static const struct {
		unsigned int type;
		const struct duid *server;
		unsigned int answer; /* 0: none */
	} rows[] = {
		{ MESSAGE_SOLICIT, NULL, MESSAGE_ADVERTISE },
		{ MESSAGE_SOLICIT, &one, 0 },
		{ MESSAGE_REQUEST, &one, MESSAGE_REPLY },
		{ MESSAGE_REQUEST, &two, 0 },
		{ MESSAGE_REQUEST, NULL, 0 },
		{ MESSAGE_CONFIRM, NULL, MESSAGE_REPLY },
		{ MESSAGE_CONFIRM, &one, 0 },
		{ MESSAGE_RENEW, &one, MESSAGE_REPLY },
		{ MESSAGE_RENEW, &two, 0 },
		{ MESSAGE_RENEW, NULL, 0 },
		{ MESSAGE_REBIND, NULL, MESSAGE_REPLY },
		{ MESSAGE_REBIND, &one, 0 },
		{ MESSAGE_RELEASE, &one, MESSAGE_REPLY },
		{ MESSAGE_RELEASE, &two, 0 },
		{ MESSAGE_DECLINE, &one, MESSAGE_REPLY },
		{ MESSAGE_DECLINE, &two, 0 },
		{ MESSAGE_ADVERTISE, &one, 0 },
		{ MESSAGE_REPLY, &one, 0 },
		{ MESSAGE_RECONFIGURE, &one, 0 },
	};
	static struct hash_server server;
	static struct message from;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *name = message_type_name(rows[i].type);
		bool answered;

		set_up(&server, &one, "2001:db8:1::/64");
		from = *message(rows[i].type, rows[i].server, FIRST);
		answered = hash_answer(&server, &from, &to) == NULL;
		cr_expect_eq(answered, rows[i].answer != 0, "row %zu: %s", i, name);
		if (answered) {
			cr_expect_eq(to.type, rows[i].answer, "row %zu: %s", i, name);
			cr_expect_eq(to.xid, from.xid);
			cr_expect(duid_equal(&to.server_id, &one));
			cr_expect(duid_equal(&to.client_id, &client));
		}
		from.client_id.size = 0;
		cr_expect_not_null(hash_answer(&server, &from, &to), "row %zu: no client", i);
	}
	from = *message(MESSAGE_INFORMATION_REQUEST, NULL, NULL);
	from.client_id.size = 0;
	cr_expect_null(hash_answer(&server, &from, &to), "anonymous Information-request");
	from.n_ias = 1;
	cr_expect_not_null(hash_answer(&server, &from, &to), "Information-request with an IA");
}

/* What is built can be read again by whom it is for. */
Test(hashserver, its_answers_are_well_formed)
{
	static struct hash_server server;
	static struct message again, from;
	uint8_t bytes[1500];
	struct cursor out = cursor_writer(bytes, sizeof(bytes));

	set_up(&server, &one, "2001:db8:1::/64");
	server.has_preference = true;
	server.preference = 7;
	server.has_dns = true;
	server.dns = address("2001:db8:1::53");
	from = *message(MESSAGE_SOLICIT, NULL, NULL);
	from.n_ias = 2;
	from.ia[1] = (struct message_ia){ .type = OPTION_IA_PD, .iaid = 0x10 };
	from.has_oro = true;
	from.n_oro = 1;
	from.oro[0] = OPTION_DNS_SERVERS;
	cr_assert_null(hash_answer(&server, &from, &to));
	message_build(&to, &out);
	cr_assert_not(out.bad);
	cr_assert_eq(message_parse(&again, bytes, out.at), REFUSED_NOT);
	cr_expect_eq(again.notes, 0);
	cr_expect(again.has_preference && again.preference == 7);
	cr_expect_str_eq(given(&again), FIRST);
	cr_expect_eq(again.ia[0].t1, 3);
	cr_expect_eq(again.ia[0].t2, 6);
	cr_expect_eq(again.binding[0].preferred, 30);
	cr_expect_eq(again.binding[0].valid, 40);
	cr_expect_eq(again.ia[1].status.code, STATUS_NO_PREFIX_AVAIL);
	cr_expect(options_find(&again.options, OPTION_DNS_SERVERS, &(struct cursor){ 0 }));
}

/* Only the one that is named answers the Decline, but both have heard it. */
Test(hashserver, after_a_decline_both_give_the_second_hash)
{
	static struct hash_server servers[2];

	set_up(&servers[0], &one, "2001:db8:1::/64");
	set_up(&servers[1], &two, "2001:db8:1::/64");
	for (unsigned int i = 0; i < 2; i++) {
		cr_assert_null(hash_answer(&servers[i], message(MESSAGE_SOLICIT, NULL, NULL), &to));
		cr_expect_str_eq(given(&to), FIRST, "server %u", i);
	}
	cr_expect_null(hash_answer(&servers[0], message(MESSAGE_DECLINE, &one, FIRST), &to));
	cr_expect_eq(to.status.code, STATUS_SUCCESS);
	cr_expect_not_null(hash_answer(&servers[1], message(MESSAGE_DECLINE, &one, FIRST), &to));
	for (unsigned int i = 0; i < 2; i++) {
		/* A hint for the bad one, and a Decline that comes late, change nothing. */
		hash_answer(&servers[i], message(MESSAGE_DECLINE, &one, FIRST), &to);
		cr_assert_null(
			hash_answer(&servers[i], message(MESSAGE_SOLICIT, NULL, FIRST), &to));
		cr_expect_str_eq(given(&to), SECOND, "server %u", i);
	}
}

Test(hashserver, one_that_missed_the_decline_learns_from_the_address_in_use)
{
	static const unsigned int types[] = { MESSAGE_SOLICIT, MESSAGE_CONFIRM, MESSAGE_REBIND };
	static struct hash_server server;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		const char *name = message_type_name(types[i]);

		set_up(&server, &two, "2001:db8:1::/64");
		cr_expect_null(hash_answer(&server, message(types[i], NULL, SECOND), &to));
		if (types[i] != MESSAGE_CONFIRM)
			cr_expect_str_eq(given(&to), SECOND, "%s", name);
		cr_expect_eq(hash_counter(&server, &(struct identity){ client, 0x10 }), 1, "%s",
			     name);
	}
	/* It hears what is meant for the other, too. */
	set_up(&server, &two, "2001:db8:1::/64");
	hash_answer(&server, message(MESSAGE_RENEW, &one, SECOND), &to);
	cr_expect_eq(hash_counter(&server, &(struct identity){ client, 0x10 }), 1);
}

/* Sections 18.3.4, 18.3.5 */
Test(hashserver, an_address_that_is_not_the_clients_is_ended)
{
	static struct hash_server server;

	set_up(&server, &one, "2001:db8:1::/64");
	cr_assert_null(hash_answer(&server, message(MESSAGE_REBIND, NULL, "2001:db8:1::99"), &to));
	cr_expect_str_eq(given(&to), FIRST);
	cr_expect_eq(to.n_bindings, 2);
	cr_expect_str_eq(text(&to.binding[1].addr), "2001:db8:1::99");
	cr_expect_eq(to.binding[1].valid, 0);
}

Test(hashserver, the_link_is_that_of_the_prefix)
{
	static struct hash_server server;

	set_up(&server, &one, "2001:db8:1::100/120");
	cr_expect_null(hash_answer(&server, message(MESSAGE_CONFIRM, NULL, "2001:db8:1::99"), &to));
	cr_expect_eq(to.status.code, STATUS_SUCCESS);
	cr_expect_null(hash_answer(&server, message(MESSAGE_CONFIRM, NULL, "2001:db8:2::99"), &to));
	cr_expect_eq(to.status.code, STATUS_NOT_ON_LINK);
	cr_expect_not_null(hash_answer(&server, message(MESSAGE_CONFIRM, NULL, NULL), &to));
	cr_expect_null(hash_answer(&server, message(MESSAGE_REQUEST, &one, "2001:db8:2::99"), &to));
	cr_expect_eq(to.ia[0].status.code, STATUS_NOT_ON_LINK);
	cr_expect_str_empty(given(&to));
	cr_expect_null(hash_answer(&server, message(MESSAGE_DECLINE, &one, "2001:db8:1::99"), &to));
	cr_expect_eq(to.ia[0].status.code, STATUS_NO_BINDING);
}

/*
 * In two bits hashes 0, 1 and 3 of this client are one and the same: what was declined does
 * not come again, and when all is declined there is nothing left.
 */
Test(hashserver, a_declined_address_does_not_come_again_as_a_later_hash)
{
	static const char *const order[] = { "2001:db8:1::101", "2001:db8:1::100",
					     "2001:db8:1::102" };
	static struct hash_server server;
	static struct in6_addr all[5];
	unsigned int n = 0;

	set_up(&server, &one, "2001:db8:1::100/126");
	for (;;) {
		cr_assert_null(hash_answer(&server, message(MESSAGE_SOLICIT, NULL, NULL), &to));
		if (to.n_bindings == 0)
			break;
		cr_assert_lt(n, 5, "more than there are");
		all[n] = to.binding[0].addr;
		for (unsigned int i = 0; i < n; i++)
			cr_expect_not(IN6_ARE_ADDR_EQUAL(&all[i], &all[n]), "%s again",
				      text(&all[n]));
		if (n < 3)
			cr_expect_str_eq(text(&all[n]), order[n], "number %u", n);
		hash_answer(&server, message(MESSAGE_DECLINE, &one, text(&all[n])), &to);
		n++;
	}
	cr_expect_geq(n, 3);
	cr_expect_eq(to.ia[0].status.code, STATUS_NO_ADDRS_AVAIL);
	cr_expect_null(hash_answer(&server, message(MESSAGE_RENEW, &one, order[0]), &to));
	cr_expect_str_empty(given(&to));
	cr_expect_eq(to.n_bindings, 1, "the bad one is ended");
}

/* An IA_NA is told of an address only once, whatever the hashes are. */
Test(hashserver, two_ias_never_share_an_address)
{
	static struct hash_server server;
	static struct message from;

	set_up(&server, &one, "2001:db8:1::100/127");
	from = *message(MESSAGE_SOLICIT, NULL, NULL);
	from.n_ias = 3;
	for (unsigned int i = 1; i < 3; i++)
		from.ia[i] = (struct message_ia){ .type = OPTION_IA_NA, .iaid = 0x10 + i };
	cr_expect_null(hash_answer(&server, &from, &to));
	cr_expect_leq(to.n_bindings, 2);
	for (unsigned int i = 1; i < to.n_bindings; i++)
		cr_expect_not(IN6_ARE_ADDR_EQUAL(&to.binding[0].addr, &to.binding[i].addr));
}

Test(hashserver, remembers_the_latest_of_many)
{
	static struct hash_server server;
	static struct message from;

	set_up(&server, &one, "2001:db8:1::/64");
	for (uint32_t iaid = 0; iaid < 3 * SERVER_COUNTERS; iaid++) {
		struct identity identity = { .duid = client, .iaid = iaid };
		struct in6_addr addr = site_candidate(&server.site, &identity, 0);

		from = *message(MESSAGE_DECLINE, &one, text(&addr));
		from.ia[0].iaid = iaid;
		cr_expect_null(hash_answer(&server, &from, &to));
		cr_expect_eq(hash_counter(&server, &identity), 1, "IAID %u", iaid);
	}
	cr_expect_eq(server.n, SERVER_COUNTERS);
	cr_expect_eq(hash_counter(&server, &(struct identity){ client, 0 }), 0);
}
