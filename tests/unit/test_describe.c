/* SPDX-License-Identifier: MPL-2.0 */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stddef.h>
#include <string.h>

#include "core/message.h"
#include "core/option.h"
#include "core/proto.h"
#include "text/describe.h"
#include "text/text.h"

static char buffer[65536];
static struct message message;

static const char *described(size_t size)
{
	struct cursor out = cursor_writer(buffer, size);

	describe_message(&out, &message, NULL);
	cr_assert_not(out.bad, "%zu", size);
	return text_end(&out);
}

static const char *options_described(size_t size)
{
	struct cursor out = cursor_writer(buffer, size);

	describe_options(&out, &message, 2);
	cr_assert_not(out.bad, "%zu", size);
	return text_end(&out);
}

static void set_status(struct status *status, uint16_t code, const char *text)
{
	status->present = true;
	status->code = code;
	strncpy(status->text, text, sizeof(status->text));
}

static struct message_ia *add_ia(uint16_t type, uint32_t iaid, uint32_t t1, uint32_t t2)
{
	struct message_ia *ia = &message.ia[message.n_ias++];

	*ia = (struct message_ia){ .type = type, .iaid = iaid, .t1 = t1, .t2 = t2 };
	return ia;
}

static struct message_binding *add_binding(const char *addr, uint8_t prefix_len, uint32_t preferred,
					   uint32_t valid)
{
	struct message_binding *binding = &message.binding[message.n_bindings++];

	binding->prefix_len = prefix_len;
	binding->ia = (uint8_t)(message.n_ias - 1);
	binding->preferred = preferred;
	binding->valid = valid;
	cr_assert_eq(inet_pton(AF_INET6, addr, &binding->addr), 1);
	return binding;
}

static void set_reply(void)
{
	message.type = MESSAGE_REPLY;
	message.xid = 0x1a2b;
	duid_set(&message.client_id, (const uint8_t *)"\0\3\0\1\2\3\4\5\6\7", 10);
	duid_set(&message.server_id, (const uint8_t *)"\0\3\0\1\xaa\xbb\xcc\xdd\xee\x0f", 10);
	add_ia(OPTION_IA_NA, 0xbbccdd01, 1000, 2000);
	add_binding("2001:db8::5", 128, 3000, 4000);
	add_binding("2001:db8::6", 128, INFINITE_TIME, INFINITE_TIME);
	add_ia(OPTION_IA_PD, 1, 0, 0);
	add_binding("2001:db8:100::", 56, 0, 0)->status = STATUS_NO_BINDING;
}

/* C-RPL-14: among others, status and text are shown. */
Test(describe, reply_is_one_line)
{
	set_reply();
	set_status(&message.status, STATUS_SUCCESS, "");
	cr_expect_str_eq(described(2000),
			 "Reply xid 0x001a2b server 00:03:00:01:aa:bb:cc:dd:ee:0f; "
			 "IA_NA bb:cc:dd:01: 2001:db8::5 preferred 3000 s valid 4000 s, "
			 "2001:db8::6 preferred infinite valid infinite, T1 1000 s, T2 2000 s; "
			 "IA_PD 00:00:00:01: 2001:db8:100::/56 preferred 0 s valid 0 s NoBinding, "
			 "T1 0 s, T2 0 s; status Success");
}

/* Temporary addresses have neither T1 nor T2. */
Test(describe, a_temporary_address_has_no_t1)
{
	message.type = MESSAGE_REPLY;
	add_ia(OPTION_IA_TA, 1, 0, 0);
	add_binding("2001:db8::7", 128, 100, 200);
	cr_expect_str_eq(
		described(2000),
		"Reply xid 0x000000; IA_TA 00:00:00:01: 2001:db8::7 preferred 100 s valid 200 s");
}

/* A client's times are 0 by rule and say nothing. */
Test(describe, solicit_is_one_line)
{
	message.type = MESSAGE_SOLICIT;
	message.xid = 0xffffff;
	message.has_elapsed = true;
	message.elapsed = 65535;
	message.rapid_commit = true;
	message.has_oro = true;
	message.n_oro = 1;
	message.oro[0] = 23;
	add_ia(OPTION_IA_NA, 0x22334455, 0, 0);
	add_ia(OPTION_IA_NA, 0x22334456, 0, 0);
	add_binding("2001:db8::5", 128, 0, 0);
	cr_expect_str_eq(described(2000),
			 "Solicit xid 0xffffff elapsed 655.35 s rapid commit; IA_NA 22:33:44:55; "
			 "IA_NA 22:33:44:56: 2001:db8::5");
}

Test(describe, advertise_without_addresses)
{
	message.type = MESSAGE_ADVERTISE;
	message.has_preference = true;
	message.preference = 255;
	set_status(&add_ia(OPTION_IA_NA, 1, 0, 0)->status, STATUS_NO_ADDRS_AVAIL, "none\nleft");
	set_status(&message.status, 77, "\x1b[31m");
	message.notes = NOTE_REPEATED | NOTE_MISPLACED;
	cr_expect_str_eq(described(2000),
			 "Advertise xid 0x000000 preference 255; "
			 "IA_NA 00:00:00:01: NoAddrsAvail \"none\\x0aleft\"; "
			 "status code 77 \"\\x1b[31m\"; passed over: an option that may come once "
			 "only, an option where it is not defined");
}

Test(describe, reconfigure_and_unknown_types)
{
	message.type = MESSAGE_RECONFIGURE;
	message.reconf_msg = MESSAGE_RENEW;
	cr_expect_str_eq(described(100), "Reconfigure xid 0x000000 asks for Renew");
	message.type = 200;
	message.reconf_msg = 0;
	cr_expect_str_eq(described(100), "message of type 200 xid 0x000000");
}

/* C-FMT-13: a status text fills its field without a NUL: what follows is not read. */
Test(describe, status_text_is_bounded)
{
	const size_t start = offsetof(struct message, status.text);

	memset((uint8_t *)&message + start, 'x', offsetof(struct message, auth) + 8 - start);
	message.type = MESSAGE_REPLY;
	message.status.present = true;
	cr_expect_eq(strlen(described(2000)),
		     strlen("Reply xid 0x000000; status Success \"\"") + STATUS_TEXT);
}

Test(describe, what_has_no_room_is_left_out_whole)
{
	static const char *const cuts[] = {
		"; IA_NA bb:cc:dd:01 ...",
		" valid 4000 s ...",
		" valid infinite ...",
		" T2 2000 s ...",
		"; IA_PD 00:00:00:01 ...",
		" NoBinding ...",
		" T2 0 s ...",
		" ...",
		"dd:ee:0f ...",
	};
	char whole[2000];
	size_t enough;

	set_reply();
	set_status(&message.status, STATUS_SUCCESS, "fine");
	strcpy(whole, described(sizeof(whole)));
	enough = strlen(whole);
	cr_expect_str_eq(described(enough + 4 + 1), whole);
	for (size_t size = 4; size < enough; size++) {
		struct cursor out = cursor_writer(buffer, size);
		bool found = false;

		buffer[size] = '#';
		describe_message(&out, &message, NULL);
		cr_assert_not(out.bad, "%zu", size);
		cr_assert_eq(buffer[size], '#', "nothing is written behind the end");
		buffer[out.at] = '\0';
		cr_assert_eq(strncmp(buffer, whole, out.at - 4), 0, "%zu: %s", size, buffer);
		for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
			size_t length = strlen(cuts[i]);

			if ((i != 7 || out.at == 4) && out.at >= length &&
			    strcmp(buffer + out.at - length, cuts[i]) == 0)
				found = true;
		}
		cr_expect(found, "%zu: %s", size, buffer);
	}
}

/* As many as a message can have: the line is long, and whole where there is room. */
Test(describe, the_largest_message)
{
	message.type = MESSAGE_REPLY;
	for (unsigned int i = 0; i < MESSAGE_IAS; i++) {
		set_status(&add_ia(OPTION_IA_NA, i, 1, 2)->status, 1, "\xff\xff\xff");
		for (unsigned int j = 0; j < MESSAGE_BINDINGS / MESSAGE_IAS; j++)
			add_binding("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", 128, 1, 2);
	}
	cr_expect(strstr(described(2000), " ..."));
	cr_expect_not(strstr(described(sizeof(buffer)), " ..."));
	cr_expect_not(strstr(options_described(sizeof(buffer)), "..."));
}

Test(describe, options_are_a_line_each)
{
	set_reply();
	message.has_elapsed = true;
	message.elapsed = 7;
	message.has_oro = true;
	message.n_oro = 3;
	message.oro[0] = 23;
	message.oro[1] = 82;
	message.oro[2] = 9999;
	message.has_preference = true;
	message.rapid_commit = true;
	message.reconf_accept = true;
	message.reconf_msg = MESSAGE_INFORMATION_REQUEST;
	set_status(&message.status, STATUS_UNSPEC_FAIL, "why");
	message.auth = (struct message_auth){
		.present = true, .rkap = true, .type = 1, .replay = 5, .value = "secret"
	};
	message.has_sol_max_rt = message.has_inf_max_rt = message.has_refresh_time = true;
	message.sol_max_rt = 60;
	message.inf_max_rt = 61;
	message.refresh_time = INFINITE_TIME;
	options_add(&message.options, 24, "\7example\3com\0", 13);
	options_add(&message.options, 59, "a\nb", 3);
	options_add(&message.options, 250, "\0\x10", 2);
	options_add(&message.options, 148, "", 0);
	cr_expect_str_eq(options_described(4000),
			 "  client-id: 00:03:00:01:02:03:04:05:06:07\n"
			 "  server-id: 00:03:00:01:aa:bb:cc:dd:ee:0f\n"
			 "  elapsed-time: 0.07 s\n"
			 "  oro: name-servers, solmax-rt, unknown-9999\n"
			 "  preference: 0\n"
			 "  rapid-commit: yes\n"
			 "  reconf-accept: yes\n"
			 "  reconf-msg: Information-request\n"
			 "  status-code: UnspecFail \"why\"\n"
			 "  auth: reconfigure key protocol, type 1, replay detection 5\n"
			 "  ia-na: IA_NA bb:cc:dd:01: 2001:db8::5 preferred 3000 s valid 4000 s, "
			 "2001:db8::6 preferred infinite valid infinite, T1 1000 s, T2 2000 s\n"
			 "  ia-pd: IA_PD 00:00:00:01: 2001:db8:100::/56 preferred 0 s valid 0 s "
			 "NoBinding, T1 0 s, T2 0 s\n"
			 "  solmax-rt: 60 s\n"
			 "  inf-max-rt: 61 s\n"
			 "  info-refresh-time: infinite\n"
			 "  domain-search: example.com.\n"
			 "  bootfile-url: \"a\\x0ab\"\n"
			 "  unknown-250: 0:10\n"
			 "  addr-reg-enable: \n");
}

Test(describe, option_lines_without_room_are_left_out_whole)
{
	char whole[2000];
	size_t enough;

	set_reply();
	options_add(&message.options, 59, "abc", 3);
	strcpy(whole, options_described(sizeof(whole)));
	enough = strlen(whole);
	for (size_t size = 4; size < enough; size++) {
		struct cursor out = cursor_writer(buffer, size);

		buffer[size] = '#';
		describe_options(&out, &message, 2);
		cr_assert_not(out.bad);
		cr_assert_eq(buffer[size], '#');
		cr_assert_eq(strncmp(buffer + out.at - 4, "...\n", 4), 0, "%zu", size);
		cr_assert_eq(strncmp(buffer, whole, out.at - 4), 0, "%zu", size);
		cr_assert(out.at == 4 || buffer[out.at - 5] == '\n', "%zu", size);
	}
}

Test(describe, excluded_prefix_is_shown)
{
	message.type = MESSAGE_REPLY;
	add_ia(OPTION_IA_PD, 1, 1, 2);
	add_binding("2001:db8:100::", 56, 1, 2)->exclude_len = 64;
	inet_pton(AF_INET6, "2001:db8:100:7::", &message.binding[0].exclude);
	cr_expect_str_eq(described(300),
			 "Reply xid 0x000000; IA_PD 00:00:00:01: 2001:db8:100::/56 preferred 1 s "
			 "valid 2 s without 2001:db8:100:7::/64, T1 1 s, T2 2 s");
}

/* RFC 9686: about one address, in no IA; and what is no IA Address option is not shown as one. */
Test(describe, a_registration_shows_its_address_and_lifetimes)
{
	static const uint8_t data[24] = { 0xfd, 0,    0, 1, [15] = 5, 0xff, 0xff,
					  0xff, 0xff, 0, 0, 1,	      0 };

	message.type = MESSAGE_ADDR_REG_INFORM;
	message.xid = 7;
	message.has_elapsed = true;
	options_add(&message.options, OPTION_IAADDR, data, sizeof(data));
	cr_expect_str_eq(described(2000), "ADDR-REG-INFORM xid 0x000007 elapsed 0.00 s; "
					  "fd00:1::5 preferred infinite valid 256 s");
	cr_expect_str_eq(options_described(2000),
			 "  elapsed-time: 0.00 s\n"
			 "  ia-addr: fd00:1::5 preferred infinite valid 256 s\n");
	message.type = MESSAGE_ADDR_REG_REPLY;
	message.has_elapsed = false;
	message.options.size = 0;
	options_add(&message.options, OPTION_IAADDR, data, sizeof(data) - 1);
	cr_expect_str_eq(described(2000), "ADDR-REG-REPLY xid 0x000007");
}

/* Each has a sentence of its own. */
Test(describe, notes_are_sentences)
{
	static const struct {
		enum client_note note;
		int64_t number;
		uint32_t extra;
		const char *want;
	} rows[] = {
		{ NOTE_IA_FAILED, 0xbbccdd01, 2, "IA bb:cc:dd:01: NoAddrsAvail" },
		{ NOTE_IA_FAILED, 1, 0,
		  "IA 00:00:00:01: the server gave nothing that can be used" },
		{ NOTE_IA_FAILED, 1, 99, "IA 00:00:00:01: code 99" },
		{ NOTE_SERVER_CHANGED, 0, 0, "another server has extended the lease" },
		{ NOTE_CONFLICT_HOLD, 10000, 0,
		  "after the conflict, another address is asked for in 10.000 s" },
		{ NOTE_REOFFERED, 0, 0,
		  "2001:db8::5 was offered again though it was declined, ignoring" },
		{ NOTE_PUT_BACK, 0, 0, "2001:db8::5 was removed by somebody, adding it again" },
		{ NOTE_LEFT_REMOVED, 0, 0,
		  "2001:db8::5 was removed by somebody again and again, leaving it so" },
		{ NOTE_FOREIGN, 0, 0,
		  "2001:db8::5 was on the interface before, using it and leaving it as it is" },
		{ NOTE_REFUSED, 0, 0, "2001:db8::5 was refused by the kernel" },
		{ NOTE_NO_ROOM, 3, 0,
		  "no room for 3 more addresses or prefixes of a Reply, ignoring" },
		{ NOTE_RATE_LIMIT, -1, 0,
		  "too many messages in a short time, the next one in 0.000 s" },
		{ NOTE_MAX_RT, 60, 0, "the server sets SOL_MAX_RT to 60 s" },
		{ NOTE_UNIQUE, 1234, 0, "address 2001:db8::5 unique after 1234 ms" },
		{ NOTE_DUPLICATE, 0, FOUND_BY_KERNEL,
		  "address 2001:db8::5 duplicate, found by kernel" },
		{ NOTE_DUPLICATE, 0, FOUND_BY_SCRIPT,
		  "address 2001:db8::5 duplicate, found by script" },
		{ NOTE_NO_OFFER, 0, 0, "the Advertise has nothing that can be used, ignoring it" },
		{ NOTE_NOTHING_OFFERED, 500, 0,
		  "the Reply has nothing that can be used, soliciting in 0.500 s" },
		{ NOTE_KEPT, 0, 0,
		  "nobody says that the lease does not fit this link, it stays in use" },
		{ NOTE_NOT_ON_LINK, 0, 0, "the lease does not fit this link, dropping it" },
		{ NOTE_STORM, 0, 0,
		  "too many conflicts: declining no more, asking again in an hour or when the "
		  "link changes" },
		{ NOTE_LATE_CONFLICT, 0, 0, "2001:db8::5 is in use here, and claimed" },
		{ NOTE_DEFENDED, 0, 0,
		  "2001:db8::5 is in use here, somebody else wanted it, the kernel objects" },
		{ NOTE_UNASKED, 0, 0, "nobody could be asked whether 2001:db8::5 is taken" },
		{ NOTE_PROVED, 0, 0, "2001:db8::5 is nobody else's on this link" },
		{ NOTE_MANNER, MANNER_STATEFUL, INIT,
		  "a router says that there are leases, asking for them" },
		{ NOTE_MANNER, MANNER_STATEFUL, BOUND, "a router says that there are leases" },
		{ NOTE_MANNER, MANNER_STATELESS, INIT,
		  "a router says that there is information only, asking for it" },
		{ NOTE_MANNER, MANNER_STATELESS, BOUND,
		  "a router says that there is information only, keeping what is held" },
		{ NOTE_MANNER, MANNER_NOTHING, INIT,
		  "a router says that there is no DHCPv6 on this link" },
		{ NOTE_MANNER, MANNER_NOTHING, BOUND,
		  "a router says that there is no DHCPv6 on this link, keeping what is held" },
		{ NOTE_NO_ROUTER, 0, 0, "no router has spoken, asking for leases all the same" },
		{ NOTE_NEW_ATTACHMENT, 0, 0, "anonymous: what was leased before is dropped" },
		{ NOTE_WAITING, 30000, 0, "waiting for a router, 30 s at the most" },
		{ NOTE_PREFIXES, BOUND, 0,
		  "the prefixes that routers announce have changed, asking whether what is held "
		  "still fits" },
		{ NOTE_PREFIXES, INIT, 0,
		  "the prefixes that routers announce have changed, asking for the information "
		  "again" },
		{ NOTE_MOVED, 0, 0, "the link-local address has changed, telling the server" },
		{ NOTE_REGISTERING, 1, 0, "a server takes note of addresses, registering ours" },
		{ NOTE_REGISTERING, 0, 0,
		  "a server takes note of addresses, ours are registered when a router says M or "
		  "O" },
		{ NOTE_REGISTER_AGAIN, 0, 0, "registering 2001:db8::5 again" },
		{ NOTE_UNREGISTERED, 0, 0,
		  "no answer about 2001:db8::5 so far, nothing more is sent" },
	};
	static struct action action = { .type = ACTION_NOTE };
	bool seen[CLIENT_NOTES] = { false };

	inet_pton(AF_INET6, "2001:db8::5", &action.note.addr);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cursor out = cursor_writer(buffer, 200);

		action.note.note = rows[i].note;
		action.note.number = rows[i].number;
		action.note.extra = rows[i].extra;
		describe_note(&out, &action);
		cr_expect_str_eq(text_end(&out), rows[i].want);
		seen[rows[i].note] = true;
	}
	for (unsigned int i = 0; i < CLIENT_NOTES; i++)
		cr_expect(seen[i], "note %u", i);
}

/* Who it is that has the address, where that is known. */
Test(describe, notes_of_conflicts_name_the_owner)
{
	static const struct {
		enum client_note note;
		const char *want;
	} rows[] = {
		{ NOTE_DUPLICATE,
		  "address 2001:db8::5 duplicate, found by probe, by 02:00:00:00:00:0b" },
		{ NOTE_LATE_CONFLICT,
		  "2001:db8::5 is in use here, and claimed, by 02:00:00:00:00:0b" },
		{ NOTE_STORM,
		  "too many conflicts: declining no more, asking again in an hour or when the "
		  "link changes, by 02:00:00:00:00:0b" },
	};
	static struct action action = { .type = ACTION_NOTE,
					.note = { .extra = FOUND_BY_PROBE,
						  .mac = { 6, { 2, 0, 0, 0, 0, 0x0b } } } };

	inet_pton(AF_INET6, "2001:db8::5", &action.note.addr);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cursor out = cursor_writer(buffer, 200);

		action.note.note = rows[i].note;
		describe_note(&out, &action);
		cr_expect_str_eq(text_end(&out), rows[i].want);
	}
}

/* DESIGN 2: states are pairs. */
Test(describe, state_is_a_pair)
{
	static struct client client;
	struct cursor out = cursor_writer(buffer, 100);

	describe_state(&out, &client);
	put_u8(&out, ' ');
	client.lease.n_bindings = 1;
	client.exchange.state = RENEWING;
	describe_state(&out, &client);
	cr_expect_str_eq(text_end(&out), "INIT/Idle BOUND/Renewing");
}
