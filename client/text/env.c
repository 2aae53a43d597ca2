/* SPDX-License-Identifier: MPL-2.0 */
#include "text/env.h"

#include <string.h>

#include "core/option.h"
#include "core/proto.h"
#include "text/text.h"
#include "text/value.h"

#define SCRIPT_PATH "/usr/sbin:/sbin:/bin:/usr/sbin:/usr/bin"
#define NAME_SIZE   (2 * DICTIONARY_NAME + 16) /* octets of the longest name and its NUL */

/* The environment being written. */
struct env {
	struct cursor *out;
	const struct dictionary *dictionary;
	const struct modifiers *modifiers;
	size_t count;
	size_t start;	      /* of the current variable in `out` */
	char name[NAME_SIZE]; /* of the current variable */
	void (*refused)(void *context, const char *name);
	void *context;
};

/* PREFIX, SPACE_ where there is a space, and NAME: that of the current variable. */
static void set_name(struct env *env, const char *prefix, const char *space, const char *name)
{
	struct cursor text = cursor_writer(env->name, sizeof(env->name));

	put_text(&text, prefix);
	put_text(&text, space);
	put_text(&text, space[0] ? "_" : "");
	put_text(&text, name);
	text_end(&text);
	for (char *c = env->name; *c; c++)
		if (*c == '-')
			*c = '_';
}

static void begin_named(struct env *env)
{
	env->start = env->out->at;
	put_text(env->out, env->name);
	put_u8(env->out, '=');
}

static void begin(struct env *env, const char *prefix, const char *space, const char *name)
{
	set_name(env, prefix, space, name);
	begin_named(env);
}

/* Ends the current variable, or takes it back when it is not `good` or has no room. */
static void end(struct env *env, bool good)
{
	put_u8(env->out, '\0');
	if (good && !env->out->bad) {
		env->count++;
		return;
	}
	env->out->at = env->start;
	env->out->bad = false;
	if (env->refused)
		env->refused(env->context, env->name);
}

static void put_variable(struct env *env, const char *prefix, const char *name, const char *value)
{
	begin(env, prefix, "", name);
	put_text(env->out, value);
	end(env, true);
}

static void put_number(struct env *env, const char *prefix, const char *name, int64_t value)
{
	begin(env, prefix, "", name);
	put_format(env->out, "%lld", (long long)value);
	end(env, true);
}

static void put_bool(struct env *env, const char *prefix, const char *name, bool value)
{
	put_variable(env, prefix, name, value ? "true" : "false");
}

/* Is there a variable whose name is the `size` octets at `name`? */
static bool is_set(const struct env *env, const char *name, size_t size)
{
	const char *text = (const char *)env->out->out;

	for (size_t at = 0; at < env->out->at; at += strlen(text + at) + 1)
		if (strncmp(text + at, name, size) == 0 && text[at + size] == '=')
			return true;
	return false;
}

/* set_name() for an option: PREFIXdhcp6_NAME or PREFIXdhcp6_unknown_CODE. */
static void set_option_name(struct env *env, const char *prefix, const struct option_type *type)
{
	char text[sizeof("unknown_4294967295") + 1];
	struct cursor unknown = cursor_writer(text, sizeof(text));

	put_format(&unknown, "unknown_%u", type->code);
	set_name(env, prefix, type->space->name, type->name ? type->name : text_end(&unknown));
}

static void put_requested(struct env *env, const struct env_base *base)
{
	const struct space *dhcp6 = dictionary_space(NULL, "dhcp6");

	for (size_t i = 0; i < base->n_requested; i++) {
		struct option_type type =
			dictionary_by_code(env->dictionary, dhcp6, base->requested[i]);
		size_t first = 0;

		while (base->requested[first] != base->requested[i])
			first++;
		if (first < i)
			continue;
		set_option_name(env, "requested_", &type);
		begin_named(env);
		put_text(env->out, "1");
		end(env, true);
	}
}

static void put_binding(struct env *env, const char *prefix, const struct script_side *side)
{
	if (side->ia_type == OPTION_IA_PD) {
		begin(env, prefix, "", "ip6_prefix");
		put_address_text(env->out, &side->addr);
		put_format(env->out, "/%u", side->prefix_len);
		end(env, true);
	} else {
		begin(env, prefix, "", "ip6_address");
		put_address_text(env->out, &side->addr);
		end(env, true);
		put_number(env, prefix, "ip6_prefixlen", side->prefix_len);
		if (side->ia_type == OPTION_IA_TA)
			put_variable(env, prefix, "ip6_type", "temporary");
	}
	put_number(env, prefix, "life_starts", side->times.starts.epoch);
	put_number(env, prefix, "preferred_life", side->times.preferred);
	put_number(env, prefix, "max_life", side->times.valid);
}

/* Ours: which IA got nothing, and why. */
static void put_failure(struct env *env, const char *prefix, const struct script_side *side)
{
	const struct option_info *type = option_by_code(side->ia_type);
	const char *status = status_code_name(side->ia_status);

	if (type)
		put_variable(env, prefix, "ia_type", type->name);
	begin(env, prefix, "", "ia_status");
	if (status)
		put_text(env->out, status);
	else
		put_format(env->out, "%u", side->ia_status);
	end(env, true);
}

static void put_ia(struct env *env, const char *prefix, const struct script_side *side)
{
	begin(env, prefix, "", "iaid");
	put_iaid(env->out, side->iaid);
	end(env, true);
	put_number(env, prefix, "starts", side->ia.starts.epoch);
	put_number(env, prefix, "renew", side->ia.t1);
	put_number(env, prefix, "rebind", side->ia.t2);
	if (side->ia_status != STATUS_SUCCESS)
		put_failure(env, prefix, side);
}

#define FQDN_S 0x01 /* the server updates the AAAA record (RFC 4704 section 4.1) */
#define FQDN_N 0x04 /* nobody asks the server for updates; ISC read 0x02, O, instead */

/*
 * The fqdn variables out of option 39: flags and a name, which, unlike others, may be
 * partial, without the empty label at its end. It is shown without a last dot.
 */
static void put_fqdn(struct env *env, const char *prefix, struct cursor data)
{
	uint8_t octets[256];
	char text[256];
	uint8_t flags = get_u8(&data);
	size_t size = cursor_left(&data);
	struct cursor labels = cursor_writer(octets, sizeof(octets));
	struct cursor name = cursor_writer(text, sizeof(text));
	const char *dot;

	put_bytes(&labels, data.in + data.at, size);
	if (size > 0 && size < sizeof(octets) && octets[size - 1] != 0)
		put_u8(&labels, 0);
	labels = cursor_reader(octets, labels.bad ? 0 : labels.at);
	if (!value_domain(&name, &labels) || cursor_left(&labels) > 0) {
		begin(env, prefix, "fqdn", "fqdn");
		end(env, false);
		return;
	}
	text[name.at - 1] = '\0';
	dot = strchr(text, '.');
	put_bool(env, prefix, "fqdn_encoded", true);
	put_bool(env, prefix, "fqdn_server_update", flags & FQDN_S);
	put_bool(env, prefix, "fqdn_no_client_update", flags & FQDN_N);
	put_variable(env, prefix, "fqdn_fqdn", text);
	if (dot)
		put_variable(env, prefix, "fqdn_domainname", dot);
	text[dot ? dot - text : (ptrdiff_t)name.at - 1] = '\0';
	put_variable(env, prefix, "fqdn_hostname", text);
}

/* Do the data consist of options of that space, to their end (C-OPT-14)? */
static bool is_framed(const struct space *space, struct cursor data)
{
	struct cursor inner;
	uint32_t code;

	while (space_get(space, &data, &code, &inner))
		;
	return !data.bad;
}

static void put_option(struct env *env, const char *prefix, const struct option_type *type,
		       struct cursor data)
{
	set_option_name(env, prefix, type);
	if (is_set(env, env->name, strlen(env->name)))
		return;
	begin_named(env);
	end(env, value_render_as(env->out, type->format, data, VALUE_SCRIPT));
}

/* What is within the data of an option, each as SPACE_NAME. */
static void put_inner(struct env *env, const char *prefix, const struct space *space,
		      struct cursor data)
{
	struct cursor inner;
	uint32_t code;

	if (!is_framed(space, data))
		return;
	while (space_get(space, &data, &code, &inner)) {
		struct option_type type = dictionary_by_code(env->dictionary, space, code);

		if (inner.size > 0)
			put_option(env, prefix, &type, inner);
	}
}

/* Option 17: what a vendor has to say, by its enterprise number. */
static void put_vendor_options(struct env *env, const char *prefix, struct cursor data)
{
	const struct space *vsio = dictionary_space(NULL, "vsio");
	struct option_type type = dictionary_by_code(env->dictionary, vsio, get_u32(&data));

	if (!data.bad && cursor_left(&data) == 0)
		return;
	/* What a vendor defines is not for anybody else to guess: octets, never text. */
	if (!type.name)
		type.format = "E";
	put_option(env, prefix, &type, data);
	if (type.inner)
		put_inner(env, prefix, type.inner, data);
}

/*
 * Is there one of the same code, and with the same `key` first octets, before `option`?
 * The first counts, and no variable is set twice.
 */
static bool is_repeated(const struct options *options, const struct wire_option *option, size_t key)
{
	struct cursor c = options_read(options);
	struct wire_option earlier;

	while (get_option(&c, &earlier) && earlier.data.in != option->data.in)
		if (earlier.code == option->code && earlier.data.size > 0 &&
		    earlier.data.size >= key &&
		    (key == 0 || memcmp(earlier.data.in, option->data.in, key) == 0))
			return true;
	return false;
}

static void put_options(struct env *env, const char *prefix, const struct options *options)
{
	struct cursor c = options_read(options);
	const struct space *dhcp6 = dictionary_space(NULL, "dhcp6");
	struct wire_option option;

	while (get_option(&c, &option)) {
		struct option_type type = dictionary_by_code(env->dictionary, dhcp6, option.code);

		/* Without data: never exported, as with ISC. */
		if (option.data.size == 0)
			continue;
		if (option.code == OPTION_VENDOR_OPTS && option.data.size >= 4 &&
		    !is_repeated(options, &option, 4))
			put_vendor_options(env, prefix, option.data);
		if (is_repeated(options, &option, 0))
			continue;
		if (option.code == OPTION_CLIENT_FQDN)
			put_fqdn(env, prefix, option.data);
		put_option(env, prefix, &type, option.data);
		if (type.inner)
			put_inner(env, prefix, type.inner, option.data);
	}
}

/* What the configuration makes of them is what hooks see, on both sides, as with ISC. */
static void put_modified_options(struct env *env, const char *prefix, struct options options)
{
	modifiers_apply(env->modifiers, &options);
	put_options(env, prefix, &options);
}

static void put_side(struct env *env, const char *prefix, const struct script_side *side)
{
	if (side->has_binding)
		put_binding(env, prefix, side);
	if (side->has_ia)
		put_ia(env, prefix, side);
	if (side->has_options)
		put_modified_options(env, prefix, side->options);
}

/* [A-Za-z_][A-Za-z0-9_]* */
static bool is_name(const char *name, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		bool digit = name[i] >= '0' && name[i] <= '9';
		bool letter = (name[i] >= 'a' && name[i] <= 'z') ||
			      (name[i] >= 'A' && name[i] <= 'Z') || name[i] == '_';

		if (!letter && !(digit && i > 0))
			return false;
	}
	return size > 0;
}

/* Names with which shells and the dynamic linker do things before the script has a say. */
static bool is_dangerous(const char *name, size_t size)
{
	static const char *const names[] = { "ENV", "BASH_ENV",	     "CDPATH",	  "GLOBIGNORE",
					     "IFS", "BASH_XTRACEFD", "SHELLOPTS", "BASHOPTS" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == size && memcmp(names[i], name, size) == 0)
			return true;
	return size >= 3 && memcmp(name, "LD_", 3) == 0;
}

/* Sets env->name, cut where it is too long: it's only shown. */
static void put_extra(struct env *env, const char *extra)
{
	const char *equals = strchr(extra, '=');
	size_t size = equals ? (size_t)(equals - extra) : strlen(extra);
	struct cursor name = cursor_writer(env->name, sizeof(env->name));

	if (equals && is_set(env, extra, size))
		return;
	put_bytes(&name, extra, size < sizeof(env->name) ? size : sizeof(env->name) - 1);
	text_end(&name);
	env->start = env->out->at;
	put_text(env->out, extra);
	end(env, equals && is_name(extra, size) && !is_dangerous(extra, size));
}

static void put_extras(struct env *env, const struct env_base *base)
{
	size_t n = 0;

	/* From the last to the first: what is set already is not set again. */
	while (base->extra && base->extra[n])
		n++;
	while (n-- > 0)
		put_extra(env, base->extra[n]);
}

/* What hooks are told of a duplicate: who found it, and who has it. */
static void put_conflict(struct env *env, const struct script_call *call)
{
	char text[3 * MAC_MAX + 1];
	struct cursor mac = cursor_writer(text, sizeof(text));

	if (call->reason != REASON_DECLINE6 && call->reason != REASON_CONFLICT6)
		return;
	if (call->storm)
		put_variable(env, "", "dad_storm", "yes");
	else
		put_variable(env, "", "dad_found_by", dad_finder_name(call->found_by));
	if (call->mac.size == 0)
		return;
	put_mac(&mac, &call->mac);
	put_variable(env, "", "dad_mac", text_end(&mac));
}

size_t env_build(struct cursor *out, const struct env_base *base, const struct script_call *call,
		 void (*refused)(void *context, const char *name), void *context)
{
	struct env env = { .out = out,
			   .dictionary = base->dictionary,
			   .modifiers = base->modifiers,
			   .refused = refused,
			   .context = context };

	put_variable(&env, "", "PATH", SCRIPT_PATH);
	put_variable(&env, "", "reason", script_reason_name(call->reason));
	put_variable(&env, "", "interface", base->interface);
	put_number(&env, "", "pid", base->pid);
	put_number(&env, "", "dad_wait_time", base->dad_wait_time);
	put_conflict(&env, call);
	if (call->reason != REASON_PREINIT6)
		put_requested(&env, base);
	if (call->has_new || call->has_current)
		put_side(&env, call->has_current ? "cur_" : "new_", &call->new_);
	if (call->has_old)
		put_side(&env, "old_", &call->old);
	/* Last, so that no addition takes the room of what has to be there. */
	put_extras(&env, base);
	return env.count;
}
