/* SPDX-License-Identifier: MPL-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "core/option.h"
#include "core/proto.h"
#include "text/text.h"
#include "text/value.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))
#define BYTES(text) text, sizeof(text) - 1

/* Codes that stand for a format of the table. */
enum {
	ADDRESS = 12,
	ADDRESSES = 23,
	BYTE = 7,
	SHORT = 8,
	LONG = 82,
	TIME = 32,
	SHORTS = 61,
	BYTES3 = 62,
	STATUS = 13,
	TEXT = 41,
	NAME = 64,
	NAMES = 24,
	OCTETS = 60,
	VENDOR = 17,
	NOTHING = 148,
	RDNSS = 74,
	UNKNOWN = 250,
};

#define ADDR_1 "\x20\x01\x0d\xb8\0\x01\0\0\0\0\0\0\0\0\0\x53"
#define ADDR_2 "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x53"

struct row {
	const char *name;
	uint16_t code;
	const char *data;
	size_t size;
	const char *script;    /* NULL: refused */
	const char *leasefile; /* NULL: refused */
};

/* isc-contract 5.1 and 3.2; the values are those of recorded environments where there is one. */
static const struct row rows[] = {
	{ "address", ADDRESS, BYTES(ADDR_1), "2001:db8:1::53", "2001:db8:1::53" },
	{ "addresses", ADDRESSES, BYTES(ADDR_1 ADDR_2), "2001:db8:1::53 fe80::53",
	  "2001:db8:1::53,fe80::53" },
	{ "address cut", ADDRESS, ADDR_1, 15, NULL, NULL },
	{ "address and more", ADDRESS, BYTES(ADDR_1 "\0"), NULL, NULL },
	{ "addresses cut", ADDRESSES, ADDR_1 ADDR_2, 31, NULL, NULL },
	{ "addresses empty", ADDRESSES, BYTES(""), NULL, NULL },
	{ "byte", BYTE, BYTES("\xff"), "255", "255" },
	{ "byte too long", BYTE, BYTES("\xff\0"), NULL, NULL },
	{ "short", SHORT, BYTES("\x01\x02"), "258", "258" },
	{ "long", LONG, BYTES("\0\0\x01\x2c"), "300", "300" },
	{ "long, the largest", LONG, BYTES("\xff\xff\xff\xff"), "4294967295", "4294967295" },
	{ "long cut", LONG, BYTES("\0\0\x01"), NULL, NULL },
	{ "time", TIME, BYTES("\0\0\x0e\x10"), "3600", "3600" },
	{ "time infinite", TIME, BYTES("\xff\xff\xff\xff"), "infinite", "infinite" },
	{ "shorts", SHORTS, BYTES("\0\x07\0\x09"), "7 9", "7,9" },
	{ "shorts cut", SHORTS, BYTES("\0\x07\0"), NULL, NULL },
	{ "three bytes", BYTES3, BYTES("\x01\x02\x03"), "1 2 3", "1 2 3" },
	{ "status", STATUS, BYTES("\0\x04"), "NotOnLink", "NotOnLink" },
	{ "status 0 is ISC's word", STATUS, BYTES("\0\0ok"), "success ok", "success \"ok\"" },
	{ "status unknown", STATUS, BYTES("\x01\0"), "256", "256" },
	{ "text", TEXT, BYTES("EST5EDT4,M3.2.0/02:00"), "EST5EDT4,M3.2.0/02:00",
	  "\"EST5EDT4,M3.2.0/02:00\"" },
	{ "text, every special one", TEXT, BYTES("a'b\"c $(x) `y` \\ z|&"),
	  "a\\'b\\\"c \\$(x) \\`y\\` \\\\ z\\|\\&", "\"a\\'b\\\"c \\$(x) \\`y\\` \\\\ z\\|\\&\"" },
	{ "text not ASCII", TEXT, BYTES("\xc3\xa4"), "\\303\\244", "\"\\303\\244\"" },
	{ "text with a line feed", TEXT, BYTES("a\nb"), NULL, "\"a\\012b\"" },
	{ "text with a return", TEXT, BYTES("a\r"), NULL, "\"a\\015\"" },
	{ "text with DEL", TEXT, BYTES("\x7f"), NULL, "\"\\177\"" },
	{ "text with a NUL in it", TEXT, BYTES("a\0b"), NULL, "\"a\\000b\"" },
	{ "text with a NUL behind", TEXT, BYTES("a\0"), "a", "\"a\\000\"" },
	{ "text only a NUL", TEXT, BYTES("\0"), NULL, "\"\\000\"" },
	{ "name", NAME, BYTES("\4aftr\7example\3net\0"), "aftr.example.net.",
	  "\"aftr.example.net.\"" },
	{ "name with - and _", NAME, BYTES("\4_a-9\0"), "_a-9.", "\"_a-9.\"" },
	{ "name without an end", NAME, BYTES("\4aftr"), NULL, NULL },
	{ "name with more behind", NAME, BYTES("\4aftr\0\0"), NULL, NULL },
	{ "name, the root", NAME, BYTES("\0"), NULL, NULL },
	{ "name compressed", NAME, BYTES("\4aftr\xc0\0"), NULL, NULL },
	{ "name, label cut", NAME, BYTES("\5aftr"), NULL, NULL },
	{ "name with a dot in a label", NAME, BYTES("\3a.b\0"), NULL, NULL },
	{ "name with a blank", NAME, BYTES("\3a b\0"), NULL, NULL },
	{ "name with a shell in it", NAME, BYTES("\4$(x)\0"), NULL, NULL },
	{ "name with a line feed", NAME, BYTES("\2a\n\0"), NULL, NULL },
	{ "name not ASCII", NAME, BYTES("\2\xc3\xa4\0"), NULL, NULL },
	{ "names", NAMES, BYTES("\7example\3com\0\4corp\7example\3org\0"),
	  "example.com. corp.example.org.", "\"example.com.\", \"corp.example.org.\"" },
	{ "names, the second bad", NAMES, BYTES("\7example\3com\0\2a;\0"), NULL, NULL },
	{ "octets", OCTETS, BYTES("\0\x01\x10\xff"), "0:1:10:ff", "0:1:10:ff" },
	{ "octets, harmless text", OCTETS, BYTES("http://[x"), "68:74:74:70:3a:2f:2f:5b:78",
	  "68:74:74:70:3a:2f:2f:5b:78" },
	{ "octets, text", OCTETS, BYTES("a-z A.Z_0:9/@%+,="),
	  "a-z A.Z_0:9/@%+,=", "\"a-z A.Z_0:9/@%+,=\"" },
	{ "octets with a quote", OCTETS, BYTES("a'"), "61:27", "61:27" },
	{ "octets with a NUL", OCTETS, BYTES("a\0"), "61:0", "61:0" },
	{ "octets empty", OCTETS, BYTES(""), NULL, NULL },
	{ "unknown as octets", UNKNOWN, BYTES("\x0b"), "b", "b" },
	{ "encapsulated always as hex", VENDOR, BYTES("abcd"), "61:62:63:64", "61:62:63:64" },
	{ "no data", NOTHING, BYTES(""), "", "" },
	{ "no data, but there are", NOTHING, BYTES("x"), NULL, NULL },
	{ "fields in a row", RDNSS, BYTES(ADDR_1 "\x01\1a\0"), "2001:db8:1::53 1 a.",
	  "2001:db8:1::53 1 \"a.\"" },
	{ "fields, the last missing", RDNSS, BYTES(ADDR_1 "\x01"), NULL, NULL },
};

static void expect_render(const struct row *row, enum value_style style, const char *want)
{
	char text[256];
	struct cursor out = cursor_writer(text, sizeof(text));
	bool good;

	put_text(&out, ">");
	good = value_render(&out, row->code, cursor_reader(row->data, row->size), style);
	cr_expect_eq(good, want != NULL, "%s (style %u)", row->name, style);
	cr_expect_not(out.bad, "%s (style %u)", row->name, style);
	cr_expect_str_eq(text_end(&out) + 1, want ? want : "", "%s (style %u)", row->name, style);
}

/* C-FMT-11, C-FMT-12: among others, what is no name never gets to a script. */
Test(value, variables_have_isc_text_or_none)
{
	for (size_t i = 0; i < ROWS(rows); i++)
		expect_render(&rows[i], VALUE_SCRIPT, rows[i].script);
}

Test(value, lease_file_has_isc_text_or_none)
{
	for (size_t i = 0; i < ROWS(rows); i++)
		expect_render(&rows[i], VALUE_LEASEFILE, rows[i].leasefile);
}

Test(value, what_a_lease_file_has_is_read_back)
{
	for (size_t i = 0; i < ROWS(rows); i++) {
		const struct row *row = &rows[i];
		uint8_t data[256];
		struct cursor out = cursor_writer(data, sizeof(data));

		if (!row->leasefile)
			continue;
		cr_expect(value_parse(&out, row->code, row->leasefile, strlen(row->leasefile)),
			  "%s", row->name);
		cr_expect_eq(out.at, row->size, "%s: %zu octets", row->name, out.at);
		cr_expect_eq(memcmp(data, row->data, row->size), 0, "%s", row->name);
	}
}

/* Formats that the table of options lacks, as a configuration defines them. */
Test(value, formats_of_definitions_have_text_and_are_read_back)
{
	static const struct {
		const char *format;
		const char *data;
		size_t size;
		const char *script; /* NULL: refused */
		const char *leasefile;
	} formats[] = {
		{ "f", BYTES("\1"), "true", "true" },
		{ "f", BYTES("\0"), "false", "false" },
		{ "b", BYTES("\377"), "-1", "-1" },
		{ "b", BYTES("\177"), "127", "127" },
		{ "s", BYTES("\200\0"), "-32768", "-32768" },
		{ "l", BYTES("\200\0\0\0"), "-2147483648", "-2147483648" },
		{ "bA", BYTES("\377\1"), "-1 1", "-1,1" },
		{ "BfA", BYTES("\2\1\3\0"), "2 true 3 false", "2 true,3 false" },
		{ "BfA", BYTES("\2\1\3"), NULL, NULL },
		{ "fSa", BYTES("\1\0\7\0\x8\0\x9"), "true 7 8 9", "true 7,8,9" },
		{ "fSa", BYTES("\1\0\7\0"), NULL, NULL },
		{ "fSa", BYTES("\1"), NULL, NULL },
		{ "BId", BYTES("\7\300\0\2\1\1a\0"), "7 192.0.2.1 a.", "7 192.0.2.1 \"a.\"" },
		{ "f", BYTES("\1\1"), NULL, NULL },
		{ "s", BYTES("\1"), NULL, NULL },
	};

	for (size_t i = 0; i < ROWS(formats); i++) {
		struct cursor data = cursor_reader(formats[i].data, formats[i].size);
		const char *text = formats[i].leasefile;
		uint8_t octets[64];
		char rendered[64];
		struct cursor out = cursor_writer(rendered, sizeof(rendered));
		struct cursor back = cursor_writer(octets, sizeof(octets));

		cr_expect_eq(value_render_as(&out, formats[i].format, data, VALUE_SCRIPT),
			     formats[i].script != NULL, "%s %zu", formats[i].format, i);
		if (!formats[i].script)
			continue;
		cr_expect_str_eq(text_end(&out), formats[i].script, "%zu", i);
		out = cursor_writer(rendered, sizeof(rendered));
		cr_expect(value_render_as(&out, formats[i].format, data, VALUE_LEASEFILE));
		cr_expect_str_eq(text_end(&out), text);
		cr_expect(value_parse_as(&back, formats[i].format, text, strlen(text)), "%s", text);
		cr_expect_eq(back.at, formats[i].size, "%s", text);
		cr_expect_eq(memcmp(octets, formats[i].data, formats[i].size), 0, "%s", text);
	}
}

/* C-FMT-13: what nobody could mistake for something else, whatever came from the link. */
Test(value, people_always_see_the_data)
{
	static const struct {
		uint16_t code;
		const char *data;
		size_t size;
		const char *want;
	} shown[] = {
		{ ADDRESSES, BYTES(ADDR_1 ADDR_2), "2001:db8:1::53 fe80::53" },
		{ ADDRESSES, BYTES("\x20\x01"), "20:1" },
		{ TEXT, BYTES("a\x1b[31m\n$"), "\"a\\x1b[31m\\x0a$\"" },
		{ NAME, BYTES("\2a\n\0"), "2:61:a:0" },
		{ NAMES, BYTES("\1a\0\1b\0"), "a. b." },
		{ STATUS, BYTES("\0\0\xff"), "Success \"\\xff\"" },
		{ NOTHING, BYTES(""), "" },
		{ NOTHING, BYTES("x"), "78" },
		{ BYTE, BYTES(""), "" },
	};

	for (size_t i = 0; i < ROWS(shown); i++) {
		char text[256];
		struct cursor out = cursor_writer(text, sizeof(text));

		cr_expect(value_render(&out, shown[i].code,
				       cursor_reader(shown[i].data, shown[i].size), VALUE_PEOPLE),
			  "%s", shown[i].want);
		cr_expect_str_eq(text_end(&out), shown[i].want);
	}
}

/* C-FMT-11, RFC 1035 section 2.3.4: 63 octets a label, 255 a name. */
Test(value, names_have_their_limits)
{
	uint8_t wire[300];
	char text[512];
	struct cursor out = cursor_writer(text, sizeof(text));

	memset(wire, 'a', sizeof(wire));
	wire[0] = wire[64] = wire[128] = 63;
	wire[192] = 61;
	wire[254] = 0;
	cr_expect(value_render(&out, NAME, cursor_reader(wire, 255), VALUE_SCRIPT), "255 octets");
	cr_expect_eq(out.at, 254);
	cr_expect(value_parse(&(struct cursor){ .out = wire, .size = sizeof(wire) }, NAME, text,
			      out.at),
		  "254 characters are read");
	memset(wire, 'a', sizeof(wire));
	wire[0] = wire[64] = wire[128] = 63;
	wire[192] = 62;
	wire[255] = 0;
	cr_expect_not(value_render(&out, NAME, cursor_reader(wire, 256), VALUE_SCRIPT),
		      "256 octets");
	memset(wire, 'a', sizeof(wire));
	wire[0] = 63;
	wire[64] = 0;
	cr_expect(value_render(&out, NAME, cursor_reader(wire, 65), VALUE_SCRIPT), "a label of 63");
	wire[0] = 64;
	wire[64] = 'a';
	wire[65] = 0;
	cr_expect_not(value_render(&out, NAME, cursor_reader(wire, 66), VALUE_SCRIPT),
		      "a label of 64");
}

/* Every octet alone, in every style: whatever gets out is printable ASCII. */
Test(value, only_printable_text_gets_out)
{
	static const uint16_t codes[] = { TEXT, OCTETS, UNKNOWN, VENDOR };

	for (unsigned int octet = 0; octet < 256; octet++) {
		for (size_t i = 0; i < ROWS(codes) * 3; i++) {
			const uint8_t data[] = { 'a', (uint8_t)octet, 'b' };
			char text[64];
			struct cursor out = cursor_writer(text, sizeof(text));

			value_render(&out, codes[i / 3], cursor_reader(data, sizeof(data)),
				     (enum value_style)(i % 3));
			for (size_t at = 0; at < out.at; at++)
				cr_assert(text[at] >= ' ' && text[at] <= '~', "octet %u code %u",
					  octet, codes[i / 3]);
			if (i % 3 == VALUE_SCRIPT && out.at > 0 && strchr("\"'$`\\|&", (int)octet))
				cr_expect(octet == 0 || text[1] == '\\' || text[1] == '1',
					  "octet %u code %u is not escaped: %.*s", octet,
					  codes[i / 3], (int)out.at, text);
		}
	}
}

Test(value, no_room_is_bad_and_never_overrun)
{
	for (size_t size = 0; size < 24; size++) {
		char text[32];
		struct cursor out = cursor_writer(text, size);

		memset(text, '#', sizeof(text));
		value_render(&out, ADDRESSES, cursor_reader(ADDR_1 ADDR_2, 32), VALUE_SCRIPT);
		cr_expect_eq(out.bad, size < strlen("2001:db8:1::53 fe80::53"), "%zu", size);
		for (size_t i = size; i < sizeof(text); i++)
			cr_assert_eq(text[i], '#', "%zu", size);
	}
}

/* isc-contract 2.1: other spellings of the same data, which people write. */
Test(value, reads_other_spellings)
{
	static const struct {
		uint16_t code;
		const char *text;
		const char *data;
		size_t size;
	} spellings[] = {
		{ ADDRESSES, "  2001:DB8:1:0::53 ,\tfe80::53\n", BYTES(ADDR_1 ADDR_2) },
		{ NAME, "aftr.example.net", BYTES("\4aftr\7example\3net\0") },
		{ NAME, "\"aftr.example.net\"", BYTES("\4aftr\7example\3net\0") },
		{ NAMES, "example.com,\"org\"", BYTES("\7example\3com\0\3org\0") },
		{ TEXT, "\"\\x41\\102\\t\\n\\r\\b\\q\\400\"", BYTES("AB\t\n\r\bq400") },
		{ OCTETS, "\"\\377\"", BYTES("\xff") },
		{ OCTETS, "0A:b:C", BYTES("\x0a\x0b\x0c") },
		{ OCTETS, "\"\"", BYTES("") },
		{ SHORTS, "7, 9", BYTES("\0\x07\0\x09") },
		{ STATUS, "SUCCESS", BYTES("\0\0") },
		{ STATUS, "nobinding \"x\"", BYTES("\0\x03x") },
		{ TIME, "4294967295", BYTES("\xff\xff\xff\xff") },
	};

	for (size_t i = 0; i < ROWS(spellings); i++) {
		uint8_t data[64];
		struct cursor out = cursor_writer(data, sizeof(data));

		cr_expect(value_parse(&out, spellings[i].code, spellings[i].text,
				      strlen(spellings[i].text)),
			  "%s", spellings[i].text);
		cr_expect_eq(out.at, spellings[i].size, "%s: %zu", spellings[i].text, out.at);
		cr_expect_eq(memcmp(data, spellings[i].data, spellings[i].size), 0, "%s",
			     spellings[i].text);
	}
}

Test(value, refuses_what_is_no_value)
{
	static const struct {
		uint16_t code;
		const char *text;
	} wrong[] = {
		{ ADDRESS, "" },
		{ ADDRESS, "192.0.2.1" },
		{ ADDRESS, "2001:db8::1,2001:db8::2" },
		{ ADDRESS, "\"2001:db8::1\"" },
		{ ADDRESS, "2001:db8:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001" },
		{ ADDRESSES, "2001:db8::1," },
		{ ADDRESSES, "2001:db8::1 2001:db8::2" },
		{ BYTE, "256" },
		{ BYTE, "-1" },
		{ BYTE, "1x" },
		{ SHORT, "65536" },
		{ LONG, "4294967296" },
		{ LONG, "99999999999999999999999" },
		{ LONG, "infinite" },
		{ BYTES3, "1 2" },
		{ BYTES3, "1 2 3 4" },
		{ STATUS, "Sometimes" },
		{ TEXT, "word" },
		{ TEXT, "\"no end" },
		{ TEXT, "\"no end\\" },
		{ TEXT, "\"no end\\\"" },
		{ TEXT, "\"two\" \"texts\"" },
		{ NAME, "." },
		{ NAME, "a..b" },
		{ NAME, ".a" },
		{ NAME, "\"a b\"" },
		{ NAME, "\"\"" },
		{ NAME, "a,b" },
		{ NAMES, "a," },
		{ NAMES, "\"$(x)\"" },
		{ OCTETS, "0:" },
		{ OCTETS, ":0" },
		{ OCTETS, "0::1" },
		{ OCTETS, "0:123" },
		{ OCTETS, "123" },
		{ OCTETS, "0g" },
		{ OCTETS, "" },
		{ NOTHING, "x" },
	};

	for (size_t i = 0; i < ROWS(wrong); i++) {
		uint8_t data[64];
		struct cursor out = cursor_writer(data, sizeof(data));

		put_u8(&out, 1);
		cr_expect_not(value_parse(&out, wrong[i].code, wrong[i].text,
					  strlen(wrong[i].text)),
			      "%u: %s", wrong[i].code, wrong[i].text);
		cr_expect_eq(out.at, 1, "%u: %s: out is as before", wrong[i].code, wrong[i].text);
	}
}

Test(text, ends_within_the_buffer)
{
	char buffer[4];
	struct cursor c = cursor_writer(buffer, sizeof(buffer));

	put_text(&c, "abc");
	cr_expect_str_eq(text_end(&c), "abc");
	put_text(&c, "d");
	cr_expect_not(c.bad);
	cr_expect_str_eq(text_end(&c), "abc", "full: the last octet is given up");
	put_text(&c, "e");
	cr_expect(c.bad);
	cr_expect_str_eq(text_end(&c), "abc");
	c = cursor_writer(buffer, sizeof(buffer));
	put_text(&c, "ab");
	put_text(&c, "cdefg");
	cr_expect_str_eq(text_end(&c), "ab", "bad: what is there ends behind the last whole text");
	c = cursor_writer(buffer, 0);
	cr_expect_str_eq(text_end(&c), "");
}

Test(text, format_is_bad_when_it_does_not_fit)
{
	char buffer[8];

	for (size_t size = 0; size <= sizeof(buffer); size++) {
		struct cursor c = cursor_writer(buffer, size);

		put_format(&c, "%u", 12345u);
		cr_expect_eq(c.bad, size < 6, "%zu", size);
		cr_expect_eq(c.at, size < 6 ? 0 : 5, "%zu", size);
		put_format(&c, "%s", "");
		cr_expect_eq(c.bad, size < 6, "%zu", size);
	}
}

Test(text, escapes_what_is_not_printable)
{
	char buffer[64];
	struct cursor c = cursor_writer(buffer, sizeof(buffer));

	put_escaped(&c, BYTES("a \"~\\\n\0\x7f\xff"));
	cr_expect_str_eq(text_end(&c), "a \"~\\x5c\\x0a\\x00\\x7f\\xff");
}

/* isc-contract 3.2, the defect of ISC's: four printable octets are hexadecimal as well. */
Test(text, iaid_is_always_hexadecimal)
{
	char buffer[64];
	struct cursor c = cursor_writer(buffer, sizeof(buffer));

	put_iaid(&c, 0xbbccdd01);
	put_u8(&c, ' ');
	put_iaid(&c, 0x22334455);
	cr_expect_str_eq(text_end(&c), "bb:cc:dd:01 22:33:44:55");
}
