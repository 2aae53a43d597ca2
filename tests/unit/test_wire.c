/* SPDX-License-Identifier: MPL-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "core/wire.h"

/* C-FMT-1: network order, no padding. */
Test(wire, integers_are_big_endian_without_padding)
{
	static const uint8_t want[] = { 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09,
					0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x12 };
	uint8_t bytes[sizeof(want)];
	struct cursor out = cursor_writer(bytes, sizeof(bytes));
	struct cursor in = cursor_reader(want, sizeof(want));

	put_u8(&out, 0x01);
	put_u16(&out, 0x0203);
	put_u24(&out, 0x040506);
	put_u32(&out, 0x0708090a);
	put_u64(&out, 0x0b0c0d0e0f101112);
	cr_expect(!out.bad);
	cr_expect_eq(out.at, sizeof(want));
	cr_expect_eq(memcmp(bytes, want, sizeof(want)), 0);

	cr_expect_eq(get_u8(&in), 0x01);
	cr_expect_eq(get_u16(&in), 0x0203);
	cr_expect_eq(get_u24(&in), 0x040506);
	cr_expect_eq(get_u32(&in), 0x0708090a);
	cr_expect_eq(get_u64(&in), 0x0b0c0d0e0f101112);
	cr_expect(!in.bad);
	cr_expect_eq(cursor_left(&in), 0);
}

Test(wire, highest_values_survive)
{
	uint8_t bytes[18];
	struct cursor out = cursor_writer(bytes, sizeof(bytes));
	struct cursor in = cursor_reader(bytes, sizeof(bytes));

	put_u8(&out, UINT8_MAX);
	put_u16(&out, UINT16_MAX);
	put_u24(&out, 0xffffff);
	put_u32(&out, UINT32_MAX);
	put_u64(&out, UINT64_MAX);
	cr_expect_eq(get_u8(&in), UINT8_MAX);
	cr_expect_eq(get_u16(&in), UINT16_MAX);
	cr_expect_eq(get_u24(&in), 0xffffff);
	cr_expect_eq(get_u32(&in), UINT32_MAX);
	cr_expect_eq(get_u64(&in), UINT64_MAX);
}

/* C-FMT-3 */
Test(wire, running_out_is_sticky_and_reads_zeros)
{
	static const uint8_t bytes[] = { 1, 2, 3 };
	struct cursor in = cursor_reader(bytes, sizeof(bytes));
	uint8_t to[4] = { 9, 9, 9, 9 };

	cr_expect_eq(get_u32(&in), 0, "4 octets out of 3");
	cr_expect(in.bad);
	cr_expect_eq(get_u8(&in), 0, "no read succeeds once the cursor is bad");
	cr_expect_eq(cursor_left(&in), 0);
	get_bytes(&in, to, sizeof(to));
	cr_expect_eq(memcmp(to, "\0\0\0\0", sizeof(to)), 0, "what is not there is zeros");
	cr_expect_null(get_span(&in, 0));
	cr_expect(get_sub(&in, 0).bad);
}

/* On the heap and of the exact size: the sanitizer sees one octet too many. */
Test(wire, reads_nothing_outside)
{
	for (size_t size = 0; size < 20; size++) {
		uint8_t *bytes = calloc(1, size + (size == 0));
		struct cursor in;
		struct wire_option option;

		cr_assert_not_null(bytes);
		in = cursor_reader(bytes, size);
		get_addr(&in);
		cr_expect_eq(in.bad, size < 16, "%zu octets", size);
		in = cursor_reader(bytes, size);
		get_u64(&in);
		cr_expect_eq(in.bad, size < 8, "%zu octets", size);
		in = cursor_reader(bytes, size);
		while (get_option(&in, &option))
			;
		cr_expect_eq(in.bad, size % 4 != 0, "%zu octets of empty options", size);
		free(bytes);
	}
}

Test(wire, writes_nothing_outside)
{
	for (size_t size = 0; size < 20; size++) {
		uint8_t bytes[24];
		struct cursor out = cursor_writer(bytes, size);
		struct in6_addr addr;

		memset(bytes, 0xee, sizeof(bytes));
		memset(&addr, 0x11, sizeof(addr));
		put_u16(&out, 0x1111);
		put_addr(&out, &addr);
		put_u8(&out, 0x11);
		cr_expect_eq(out.bad, size < 19, "%zu octets", size);
		for (size_t i = size; i < sizeof(bytes); i++)
			cr_expect_eq(bytes[i], 0xee, "size %zu, octet %zu", size, i);
	}
}

Test(wire, a_write_that_does_not_fit_writes_nothing_and_stops_all_later_ones)
{
	uint8_t bytes[4] = { 0 };
	struct cursor out = cursor_writer(bytes, sizeof(bytes));

	put_u16(&out, 0x0101);
	put_u32(&out, 0x02020202);
	put_u8(&out, 3);
	cr_expect(out.bad);
	cr_expect_eq(out.at, 2);
	cr_expect_eq(memcmp(bytes, "\1\1\0\0", sizeof(bytes)), 0);
}

Test(wire, a_sub_reader_ends_where_its_part_ends)
{
	static const uint8_t bytes[] = { 1, 2, 3, 4 };
	struct cursor in = cursor_reader(bytes, sizeof(bytes));
	struct cursor sub = get_sub(&in, 2);

	cr_expect_eq(get_u16(&sub), 0x0102);
	cr_expect_eq(get_u8(&sub), 0);
	cr_expect(sub.bad);
	cr_expect(!in.bad, "a part that ran out leaves the whole as it is");
	cr_expect_eq(get_u16(&in), 0x0304);
	cr_expect(get_sub(&in, 1).bad);
	cr_expect(in.bad);
}

/* C-FMT-2 */
Test(wire, options_nest_and_get_their_lengths)
{
	static const uint8_t want[] = { 0, 3, 0, 7, 0xaa, 0, 13, 0, 2, 0, 4, 0, 14, 0, 0 };
	uint8_t bytes[sizeof(want)];
	struct cursor out = cursor_writer(bytes, sizeof(bytes));
	size_t outer = begin_option(&out, 3);
	size_t inner;

	put_u8(&out, 0xaa);
	inner = begin_option(&out, 13);
	put_u16(&out, 4);
	end_option(&out, inner);
	end_option(&out, outer);
	end_option(&out, begin_option(&out, 14));
	cr_expect(!out.bad);
	cr_expect_eq(out.at, sizeof(want));
	cr_expect_eq(memcmp(bytes, want, sizeof(want)), 0);
}

Test(wire, an_option_longer_than_its_length_field_is_bad)
{
	static uint8_t bytes[70000];
	static uint8_t data[65536];
	struct cursor out = cursor_writer(bytes, sizeof(bytes));
	size_t mark = begin_option(&out, 1);

	put_bytes(&out, data, 65535);
	end_option(&out, mark);
	cr_expect(!out.bad, "65535 octets fit");
	cr_expect_eq(bytes[2] << 8 | bytes[3], 65535);

	out = cursor_writer(bytes, sizeof(bytes));
	mark = begin_option(&out, 1);
	put_bytes(&out, data, 65536);
	end_option(&out, mark);
	cr_expect(out.bad, "65536 do not");
}

Test(wire, end_option_does_not_patch_what_did_not_fit)
{
	uint8_t bytes[5] = { 0 };
	struct cursor out = cursor_writer(bytes, sizeof(bytes));
	size_t mark = begin_option(&out, 1);

	put_u16(&out, 7);
	end_option(&out, mark);
	cr_expect(out.bad);
	cr_expect_eq(bytes[3], 0);
}

/* C-FMT-2, C-FMT-3 */
Test(wire, options_end_exactly_at_the_end)
{
	static const struct {
		const char *name;
		uint8_t size;
		uint8_t bytes[12];
		uint8_t options;
		bool bad;
	} rows[] = {
		{ "nothing", 0, { 0 }, 0, false },
		{ "one octet", 1, { 0 }, 0, true },
		{ "half a header", 3, { 0, 1, 0 }, 0, true },
		{ "empty option", 4, { 0, 14, 0, 0 }, 1, false },
		{ "one octet missing", 5, { 0, 1, 0, 2, 9 }, 0, true },
		{ "option of one octet", 5, { 0, 7, 0, 1, 9 }, 1, false },
		{ "stray octet", 6, { 0, 7, 0, 1, 9, 0 }, 1, true },
		{ "two options", 9, { 0, 7, 0, 1, 9, 0, 14, 0, 0 }, 2, false },
		{ "length 65535", 4, { 0, 7, 0xff, 0xff }, 0, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cursor in = cursor_reader(rows[i].bytes, rows[i].size);
		struct wire_option option;
		unsigned int n = 0;

		while (get_option(&in, &option))
			n++;
		cr_expect_eq(n, rows[i].options, "%s: %u options", rows[i].name, n);
		cr_expect_eq(in.bad, rows[i].bad, "%s", rows[i].name);
	}
}

Test(wire, an_option_reads_its_own_data_only)
{
	static const uint8_t bytes[] = { 0, 7, 0, 1, 9, 0, 8, 0, 2, 1, 2 };
	struct cursor in = cursor_reader(bytes, sizeof(bytes));
	struct wire_option option;

	cr_assert(get_option(&in, &option));
	cr_expect_eq(option.code, 7);
	cr_expect_eq(cursor_left(&option.data), 1);
	cr_expect_eq(get_u16(&option.data), 0);
	cr_expect(option.data.bad);
	cr_assert(get_option(&in, &option));
	cr_expect_eq(option.code, 8);
	cr_expect_eq(get_u16(&option.data), 0x0102);
	cr_expect(!get_option(&in, &option));
	cr_expect(!in.bad);
}
