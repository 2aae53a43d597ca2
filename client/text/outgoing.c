/* SPDX-License-Identifier: MPL-2.0 */
#include "text/outgoing.h"

#include <string.h>

#include "core/proto.h"
#include "text/value.h"

/* Octets that an option begins with, and that tell it from others of the same code: there can be
 * one for each enterprise (C-OPT-14, C-OPT-15). */
static size_t key_of(uint32_t code)
{
	return code == OPTION_VENDOR_CLASS || code == OPTION_VENDOR_OPTS ? 4 : 0;
}

static const char no_room[] = "more options to send than there is room for";

/* What is said last counts. */
static bool put_in(struct options *send, uint32_t code, const struct cursor *data)
{
	return !data->bad &&
	       options_replace(send, (uint16_t)code, data->out, data->at, key_of(code));
}

/* The vendor options that are sent to that enterprise so far; false when there are none. */
static bool find_vendor_options(const struct options *options, uint32_t enterprise,
				struct cursor *data)
{
	struct cursor all = options_read(options);
	struct wire_option option;

	while (get_option(&all, &option)) {
		*data = option.data;
		if (option.code == OPTION_VENDOR_OPTS && get_u32(data) == enterprise)
			return true;
	}
	return false;
}

/* An option of a space goes into the one that carries it, in place of an earlier one. */
static const char *put_inner(struct options *send, const struct dictionary *dictionary,
			     const struct option_type *type, const struct cursor *value)
{
	uint8_t bytes[OPTIONS_SIZE];
	struct cursor data = cursor_writer(bytes, sizeof(bytes));
	struct option_type carrier;
	struct cursor old;
	struct cursor inner;
	uint32_t code;
	bool vendor;
	bool found;

	if (!dictionary_carrier(dictionary, type->space, &carrier))
		return "expected an option definition that encapsulates this space before it";
	vendor = strcmp(carrier.space->name, "vsio") == 0;
	if (!vendor && strcmp(carrier.space->name, "dhcp6") != 0)
		return "expected a space in vsio or dhcp6";
	found = vendor ? find_vendor_options(send, carrier.code, &old)
		       : options_find(send, (uint16_t)carrier.code, &old);
	if (vendor)
		put_u32(&data, carrier.code);
	while (found && space_get(type->space, &old, &code, &inner))
		if (code != type->code)
			space_put(type->space, &data, code, inner.in, inner.size);
	if (found && old.bad)
		return "what is sent in this space so far is not made of options";
	space_put(type->space, &data, type->code, value->out, value->at);
	return put_in(send, vendor ? OPTION_VENDOR_OPTS : carrier.code, &data) ? NULL : no_room;
}

/* Strings become class data, each with its length before it; octets are taken as they are. */
static const char *class_format(const struct option_type *type)
{
	if (type->defined || strcmp(type->space->name, "dhcp6") != 0)
		return NULL;
	return type->code == OPTION_USER_CLASS	   ? "C"
	       : type->code == OPTION_VENDOR_CLASS ? "LC"
						   : NULL;
}

const char *outgoing_put(struct options *send, const struct dictionary *dictionary,
			 const struct option_type *type, const struct cursor *value)
{
	bool vendor = strcmp(type->space->name, "vsio") == 0;
	bool dhcp6 = strcmp(type->space->name, "dhcp6") == 0;

	if (value->bad)
		return no_room;
	if (dhcp6 && value->at < key_of(type->code))
		return "expected an enterprise number at its beginning";
	if (!vendor && !dhcp6)
		return put_inner(send, dictionary, type, value);
	return put_in(send, vendor ? OPTION_VENDOR_OPTS : type->code, value) ? NULL : no_room;
}

void outgoing_begin(struct cursor *value, const struct option_type *type)
{
	if (strcmp(type->space->name, "vsio") == 0)
		put_u32(value, type->code);
}

const char *outgoing_parse(struct options *send, const struct dictionary *dictionary,
			   const struct option_type *type, const char *text, size_t size)
{
	uint8_t bytes[OPTIONS_SIZE];
	struct cursor value = cursor_writer(bytes, sizeof(bytes));
	const char *classes = class_format(type);

	outgoing_begin(&value, type);
	if (!(classes && value_parse_as(&value, classes, text, size)) &&
	    !value_parse_as(&value, type->format, text, size))
		return "expected a value of this option's type";
	return outgoing_put(send, dictionary, type, &value);
}
