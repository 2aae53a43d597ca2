/* SPDX-License-Identifier: MPL-2.0 */
/* The anonymity profile (RFC 7844): what a message would tell of its sender. */
#include <criterion/criterion.h>

#include "scene.h"

#define ADDRESS "2001:db8::1"

static void begin(void)
{
	static const uint8_t name[] = { 0, 1, 'h' };

	scene_configure(1);
	scene.config.anonymous = true;
	scene.config.reconfigure = true;
	options_add(&scene.config.send, OPTION_CLIENT_FQDN, name, sizeof(name));
	options_add(&scene.config.send, OPTION_USER_CLASS, name, sizeof(name));
	options_add(&scene.config.send, OPTION_VENDOR_CLASS, name, sizeof(name));
	scene.config.n_oro = 0;
	scene.config.oro[scene.config.n_oro++] = OPTION_NTP_SERVER;
	scene.config.oro[scene.config.n_oro++] = OPTION_DOMAIN_LIST;
	scene.config.oro[scene.config.n_oro++] = OPTION_DNS_SERVERS;
}

static void begin_as_configured(void)
{
	begin();
	scene_begin_as_configured();
	scene_start();
}

/* C-ANON-1, C-ANON-10 */
Test(anonymous, a_message_has_no_names_classes_or_keys)
{
	begin_as_configured();
	scene_expect(MESSAGE_SOLICIT);
	cr_expect_eq(scene.sent.options.size, 0);
	cr_expect_not(scene.sent.reconf_accept);
	cr_expect_gt(scene.sent.client_id.size, 0);
}

/* C-ANON-9 */
Test(anonymous, the_option_request_option_is_in_order)
{
	begin_as_configured();
	scene_expect(MESSAGE_SOLICIT);
	cr_assert_eq(scene.sent.n_oro, 4);
	for (unsigned int i = 1; i < scene.sent.n_oro; i++)
		cr_expect_lt(scene.sent.oro[i - 1], scene.sent.oro[i]);
}

/* C-ANON-5, C-VAL-RPL-4 */
Test(anonymous, an_information_request_has_no_client_identifier_and_its_reply_may_have_none)
{
	begin();
	scene.config.mode = MODE_STATELESS;
	scene_begin_as_configured();
	scene_start();
	scene_expect(MESSAGE_INFORMATION_REQUEST);
	cr_expect_eq(scene.sent.client_id.size, 0);
	answer(MESSAGE_REPLY, 1);
	scene.answer.client_id = scene.config.duid;
	cr_expect_eq(deliver(), REFUSED_CLIENT_ID_UNASKED);
	scene.answer.client_id.size = 0;
	cr_expect_eq(deliver(), REFUSED_NOT);
}

/* C-CNF-11, C-ANON-2, C-ANON-8 */
Test(anonymous, a_new_link_is_not_asked_about_the_one_before)
{
	begin_as_configured();
	scene_bind(ADDRESS);
	scene_link(false);
	scene_clear();
	scene_link(true);
	cr_expect_eq(count_calls(REASON_EXPIRE6), 1);
	scene_expect(MESSAGE_SOLICIT);
	cr_expect_eq(scene.sent.n_bindings, 0, "no hints");
}
