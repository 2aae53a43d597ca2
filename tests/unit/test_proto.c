/* SPDX-License-Identifier: MPL-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "core/proto.h"

/* RFC 9915 section 7.3 and the registry */
Test(proto, message_types_have_the_standards_names)
{
	static const struct {
		unsigned int type;
		const char *name;
	} rows[] = {
		{ 1, "Solicit" },
		{ 2, "Advertise" },
		{ 3, "Request" },
		{ 4, "Confirm" },
		{ 5, "Renew" },
		{ 6, "Rebind" },
		{ 7, "Reply" },
		{ 8, "Release" },
		{ 9, "Decline" },
		{ 10, "Reconfigure" },
		{ 11, "Information-request" },
		{ 12, "Relay-forward" },
		{ 13, "Relay-reply" },
		{ 23, "StartTLS" },
		{ 35, "Contact" },
		{ 36, "ADDR-REG-INFORM" },
		{ 37, "ADDR-REG-REPLY" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_expect_str_eq(message_type_name(rows[i].type), rows[i].name, "type %u",
				 rows[i].type);
	for (unsigned int type = 1; type <= 37; type++)
		cr_expect_not_null(message_type_name(type), "type %u", type);
}

Test(proto, unknown_numbers_have_no_name)
{
	static const unsigned int types[] = { 0, 38, 200, 255, 65536, UINT32_MAX };
	static const unsigned int codes[] = { 23, 24, 255, 65535, UINT32_MAX };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		cr_expect_null(message_type_name(types[i]), "type %u", types[i]);
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		cr_expect_null(status_code_name(codes[i]), "status %u", codes[i]);
}

/* section 21.13 */
Test(proto, status_codes_have_the_standards_names)
{
	static const char *const names[] = { "Success",	     "UnspecFail", "NoAddrsAvail",
					     "NoBinding",    "NotOnLink",  "UseMulticast",
					     "NoPrefixAvail" };

	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		cr_expect_str_eq(status_code_name(i), names[i], "status %u", i);
	for (unsigned int i = 0; i <= 22; i++)
		cr_expect_not_null(status_code_name(i), "status %u", i);
}

/* C-IA-5: infinity, and no overflow. */
Test(proto, msec_after_knows_infinity_and_cannot_overflow)
{
	static const struct {
		const char *name;
		msec start;
		uint32_t seconds;
		msec want;
	} rows[] = {
		{ "nothing", 5, 0, 5 },
		{ "a second", 5, 1, 1005 },
		{ "the longest finite time", 0, UINT32_MAX - 1, 4294967294000 },
		{ "infinity", 0, UINT32_MAX, NEVER },
		{ "infinity from the far past", INT64_MIN, UINT32_MAX, NEVER },
		{ "before the last boot", -100000, 30, -70000 },
		{ "the far past", INT64_MIN, 1, INT64_MIN + 1000 },
		{ "just before never", NEVER - 1001, 1, NEVER - 1 },
		{ "exactly never", NEVER - 1000, 1, NEVER },
		{ "past never", NEVER - 999, 1, NEVER },
		{ "never stays never", NEVER, 0, NEVER },
		{ "never plus a second", NEVER, 1, NEVER },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_expect_eq(msec_after(rows[i].start, rows[i].seconds), rows[i].want, "%s",
			     rows[i].name);
}
