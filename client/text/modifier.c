/* SPDX-License-Identifier: MPL-2.0 */
#include "text/modifier.h"

#include "core/wire.h"

bool modifiers_add(struct modifiers *modifiers, enum modifier_kind kind, uint16_t code,
		   const void *data, size_t size)
{
	struct cursor out = cursor_writer(modifiers->bytes, sizeof(modifiers->bytes));

	out.at = modifiers->size;
	put_u8(&out, (uint8_t)kind);
	put_u16(&out, code);
	put_u16(&out, (uint16_t)size);
	put_bytes(&out, data, size);
	if (out.bad)
		return false;
	modifiers->size = (uint16_t)out.at;
	return true;
}

/* The data of the option become `first` and `second`. */
static void set(struct options *options, uint16_t code, struct cursor first, struct cursor second)
{
	uint8_t bytes[OPTIONS_SIZE];
	struct cursor out = cursor_writer(bytes, sizeof(bytes));

	put_bytes(&out, first.in + first.at, cursor_left(&first));
	put_bytes(&out, second.in + second.at, cursor_left(&second));
	if (!out.bad)
		options_replace(options, code, bytes, out.at, 0);
}

static void apply(struct options *options, enum modifier_kind kind, uint16_t code,
		  struct cursor value)
{
	static const uint8_t none;
	struct cursor old = cursor_reader(&none, 0);
	bool there = options_find(options, code, &old);

	switch (kind) {
	case MODIFIER_DEFAULT:
		if (!there)
			options_add(options, code, value.in, value.size);
		break;
	case MODIFIER_SUPERSEDE:
		set(options, code, value, cursor_reader(&none, 0));
		break;
	case MODIFIER_PREPEND:
		set(options, code, value, old);
		break;
	case MODIFIER_APPEND:
		set(options, code, old, value);
		break;
	}
}

void modifiers_apply(const struct modifiers *modifiers, struct options *options)
{
	struct cursor in;

	if (!modifiers)
		return;
	in = cursor_reader(modifiers->bytes, modifiers->size);
	while (cursor_left(&in) > 0) {
		enum modifier_kind kind = get_u8(&in);
		uint16_t code = get_u16(&in);
		uint16_t size = get_u16(&in);
		const uint8_t *data = get_span(&in, size);

		if (!data)
			return;
		apply(options, kind, code, cursor_reader(data, size));
	}
}
