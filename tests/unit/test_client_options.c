/* SPDX-License-Identifier: MPL-2.0 */
/* What the configuration adds to messages. */
#include <criterion/criterion.h>
#include <string.h>

#include "core/proto.h"
#include "scene.h"

/* S set, and a name; what a server might make of it. */
static const char ours[] = "\1\5host1\7example\3com";
static const char theirs[] = "\3\4best\7example\3net";

static bool carries_name(const struct message *message, const char *data, size_t size)
{
	struct cursor option;

	return options_find(&message->options, OPTION_CLIENT_FQDN, &option) &&
	       cursor_left(&option) == size && memcmp(option.in + option.at, data, size) == 0;
}

/* Solicit to BOUND; in each answer the server has a name of its own for us. */
static void bind_with_another_name(void)
{
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	cr_expect(carries_name(&scene.sent, ours, sizeof(ours)));
	answer(MESSAGE_ADVERTISE, 1);
	answer_ia(100, 1800, 2880);
	answer_address("2001:db8::5", 3600, 5400);
	options_add(&scene.answer.options, OPTION_CLIENT_FQDN, theirs, sizeof(theirs));
	deliver();
	scene_expect(MESSAGE_REQUEST);
	cr_expect(carries_name(&scene.sent, ours, sizeof(ours)));
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address("2001:db8::5", 3600, 5400);
	options_add(&scene.answer.options, OPTION_CLIENT_FQDN, theirs, sizeof(theirs));
	deliver();
	verdict("2001:db8::5", ADDRESS_UNIQUE);
	scene_state(BOUND, IDLE);
}

/* C-FQDN-2, C-FQDN-6: name and flags are those of the configuration, whatever a server says. */
Test(client_options, the_name_is_never_altered)
{
	scene_configure(1);
	options_add(&scene.config.send, OPTION_CLIENT_FQDN, ours, sizeof(ours));
	scene_begin_as_configured();
	bind_with_another_name();
	cr_expect(carries_name((const struct message *)&(
				       struct message){ .options = scene.client.lease.options },
			       theirs, sizeof(theirs)),
		  "what the server says is for the script");
	scene_expect(MESSAGE_RENEW);
	cr_expect(carries_name(&scene.sent, ours, sizeof(ours)));
	scene_expect(MESSAGE_RENEW);
	cr_expect(carries_name(&scene.sent, ours, sizeof(ours)));
	for (unsigned int i = 0; i < 20 && scene.sent.type == MESSAGE_RENEW; i++)
		scene_run_to_message(HOUR);
	cr_assert_eq(scene.sent.type, MESSAGE_REBIND);
	cr_expect(carries_name(&scene.sent, ours, sizeof(ours)));
}

/* C-OPT-14, C-OPT-15: one of each enterprise, as configured, in every message. */
Test(client_options, each_enterprise_has_its_own_option)
{
	static const char data[] = "\0\0\0\11\0\1\0\0\0\0\0\12\0\1\0\0";
	struct cursor all;
	struct wire_option option;
	unsigned int seen = 0;

	scene_configure(1);
	options_add(&scene.config.send, OPTION_VENDOR_OPTS, data, 8);
	options_add(&scene.config.send, OPTION_VENDOR_OPTS, data + 8, 8);
	scene_begin_as_configured();
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	all = options_read(&scene.sent.options);
	while (get_option(&all, &option)) {
		if (option.code != OPTION_VENDOR_OPTS)
			continue;
		cr_expect_eq(memcmp(option.data.in, data + 8 * seen, 8), 0);
		seen++;
	}
	cr_expect_eq(seen, 2);
}
