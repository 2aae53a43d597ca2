/* SPDX-License-Identifier: MPL-2.0 */
#include "text/describe.h"

#include <assert.h>
#include <string.h>

#include "core/option.h"
#include "core/proto.h"
#include "text/text.h"
#include "text/value.h"

/*
 * A text that is written piece by piece into what `out` has left, but for room for
 * the mark that says that it is not whole. Running out is sticky, as it is for every
 * cursor, so that all pieces can be written without a look, and the last whole one is known.
 */
struct pieces {
	struct cursor text;
	size_t whole; /* octets up to the end of the last whole piece */
};

static struct pieces pieces_begin(const struct cursor *out, const char *mark)
{
	struct pieces p = { .text = *out, .whole = out->at };
	size_t size = strlen(mark);

	if (cursor_left(out) < size)
		p.text.bad = true;
	else
		p.text.size -= size;
	return p;
}

static void piece(struct pieces *p)
{
	if (!p->text.bad)
		p->whole = p->text.at;
}

static void pieces_end(struct cursor *out, const struct pieces *p, const char *mark)
{
	if (out->bad)
		return;
	out->at = p->whole;
	if (p->text.bad)
		put_text(out, mark);
}

static void put_seconds(struct cursor *out, uint32_t seconds)
{
	if (seconds == INFINITE_TIME)
		put_text(out, "infinite");
	else
		put_format(out, "%u s", seconds);
}

void describe_duid(struct cursor *out, const struct duid *duid)
{
	for (size_t i = 0; i < duid->size; i++)
		put_format(out, i > 0 ? ":%02x" : "%02x", duid->bytes[i]);
}

static void put_status_name(struct cursor *out, uint32_t code)
{
	const char *name = status_code_name(code);

	if (name)
		put_text(out, name);
	else
		put_format(out, "code %u", code);
}

static void put_status(struct cursor *out, const struct status *status)
{
	size_t size = strnlen(status->text, sizeof(status->text));

	put_status_name(out, status->code);
	if (size > 0) {
		put_text(out, " \"");
		put_escaped(out, status->text, size);
		put_text(out, "\"");
	}
}

/* Where times of 0 say something: a client's are 0 by rule (RFC 9915 section 21.4). */
static bool is_from_server(const struct message *message)
{
	return message->type == MESSAGE_ADVERTISE || message->type == MESSAGE_REPLY;
}

static void put_binding(struct cursor *out, const struct message_binding *binding, bool prefix,
			bool from_server)
{
	put_address_text(out, &binding->addr);
	if (prefix)
		put_format(out, "/%u", binding->prefix_len);
	if (from_server || binding->preferred > 0 || binding->valid > 0) {
		put_text(out, " preferred ");
		put_seconds(out, binding->preferred);
		put_text(out, " valid ");
		put_seconds(out, binding->valid);
	}
	if (binding->exclude_len > 0) {
		put_text(out, " without ");
		put_address_text(out, &binding->exclude);
		put_format(out, "/%u", binding->exclude_len);
	}
	if (binding->status != STATUS_SUCCESS) {
		put_text(out, " ");
		put_status_name(out, binding->status);
	}
}

static void put_ia_type(struct cursor *out, uint16_t type)
{
	switch (type) {
	case OPTION_IA_PD:
		put_text(out, "IA_PD ");
		break;
	case OPTION_IA_TA:
		put_text(out, "IA_TA ");
		break;
	default:
		put_text(out, "IA_NA ");
		break;
	}
}

/* "IA_NA bb:cc:dd:01: 2001:db8::5 preferred 3000 s valid 4000 s, T1 ..., T2 ..., NoBinding" */
static void put_ia(struct pieces *p, const struct message *message, unsigned int ia)
{
	const struct message_ia *it = &message->ia[ia];
	bool prefix = it->type == OPTION_IA_PD;
	const char *between = ": ";

	put_ia_type(&p->text, it->type);
	put_iaid(&p->text, it->iaid);
	piece(p);
	for (unsigned int i = 0; i < message->n_bindings; i++) {
		if (message->binding[i].ia != ia)
			continue;
		put_text(&p->text, between);
		put_binding(&p->text, &message->binding[i], prefix, is_from_server(message));
		piece(p);
		between = ", ";
	}
	if (it->type != OPTION_IA_TA &&
	    (it->t1 > 0 || it->t2 > 0 || (is_from_server(message) && *between == ','))) {
		put_text(&p->text, between);
		put_text(&p->text, "T1 ");
		put_seconds(&p->text, it->t1);
		put_text(&p->text, ", T2 ");
		put_seconds(&p->text, it->t2);
		piece(p);
		between = ", ";
	}
	if (it->status.present) {
		put_text(&p->text, between);
		put_status(&p->text, &it->status);
		piece(p);
	}
}

static void put_passed_over(struct cursor *out, unsigned int notes)
{
	static const struct {
		enum message_note note;
		const char *text;
	} texts[] = {
		{ NOTE_LIMIT, "more than is kept of a message" },
		{ NOTE_REPEATED, "an option that may come once only" },
		{ NOTE_BAD_OPTION, "an option of a wrong length or contents" },
		{ NOTE_BAD_CONTAINER, "an IA, address or prefix that does not parse" },
		{ NOTE_BAD_TIMES, "times that contradict each other" },
		{ NOTE_BAD_ADDRESS, "an address or prefix that cannot be leased" },
		{ NOTE_MISPLACED, "an option where it is not defined" },
	};
	const char *between = "";

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (!(notes & texts[i].note))
			continue;
		put_text(out, between);
		put_text(out, texts[i].text);
		between = ", ";
	}
}

static void put_message_name(struct cursor *out, unsigned int type)
{
	const char *name = message_type_name(type);

	if (name)
		put_text(out, name);
	else
		put_format(out, "message of type %u", type);
}

static void put_header(struct cursor *out, const struct message *message,
		       const struct in6_addr *from)
{
	put_message_name(out, message->type);
	put_format(out, " xid 0x%06x", message->xid);
	if (from) {
		put_text(out, " from ");
		put_address_text(out, from);
	}
	if (message->has_elapsed)
		put_format(out, " elapsed %u.%02u s", message->elapsed / 100,
			   message->elapsed % 100);
	if (message->server_id.size > 0) {
		put_text(out, " server ");
		describe_duid(out, &message->server_id);
	}
	if (message->has_preference)
		put_format(out, " preference %u", message->preference);
	if (message->rapid_commit)
		put_text(out, " rapid commit");
	if (message->reconf_msg > 0) {
		put_text(out, " asks for ");
		put_message_name(out, message->reconf_msg);
	}
}

/* Registrations are about one address, in no IA (RFC 9686); false when there is none. */
static bool put_registered(struct cursor *out, struct cursor data)
{
	struct message_binding binding = { .addr = get_addr(&data) };

	binding.preferred = get_u32(&data);
	binding.valid = get_u32(&data);
	if (data.bad)
		return false;
	put_binding(out, &binding, false, true);
	return true;
}

static void put_registration(struct pieces *p, const struct message *message)
{
	struct cursor data;
	struct cursor before = p->text;

	if (!options_find(&message->options, OPTION_IAADDR, &data))
		return;
	put_text(&p->text, "; ");
	if (put_registered(&p->text, data))
		piece(p);
	else
		p->text = before;
}

#define CUT_LINE " ..."

void describe_message(struct cursor *out, const struct message *message,
		      const struct in6_addr *from)
{
	struct pieces p = pieces_begin(out, CUT_LINE);

	put_header(&p.text, message, from);
	piece(&p);
	for (unsigned int i = 0; i < message->n_ias; i++) {
		put_text(&p.text, "; ");
		put_ia(&p, message, i);
	}
	put_registration(&p, message);
	if (message->status.present) {
		put_text(&p.text, "; status ");
		put_status(&p.text, &message->status);
		piece(&p);
	}
	if (message->notes) {
		put_text(&p.text, "; passed over: ");
		put_passed_over(&p.text, message->notes);
		piece(&p);
	}
	pieces_end(out, &p, CUT_LINE);
}

/* The lines of describe_options(). */
struct lines {
	struct pieces pieces;
	unsigned int indent;
};

static void put_option_name(struct cursor *out, uint16_t code)
{
	const struct option_info *info = option_by_code(code);

	if (info)
		put_text(out, info->name);
	else
		put_format(out, "unknown-%u", code);
}

/* "  name-servers: " */
static struct cursor *begin_line(struct lines *lines, uint16_t code)
{
	struct cursor *text = &lines->pieces.text;

	for (unsigned int i = 0; i < lines->indent; i++)
		put_u8(text, ' ');
	put_option_name(text, code);
	put_text(text, ": ");
	return text;
}

static void end_line(struct lines *lines)
{
	put_u8(&lines->pieces.text, '\n');
	piece(&lines->pieces);
}

static void number_line(struct lines *lines, bool there, uint16_t code, uint32_t number,
			const char *unit)
{
	if (!there)
		return;
	put_format(begin_line(lines, code), "%u%s", number, unit);
	end_line(lines);
}

static void duid_line(struct lines *lines, uint16_t code, const struct duid *duid)
{
	if (duid->size == 0)
		return;
	describe_duid(begin_line(lines, code), duid);
	end_line(lines);
}

static void flag_line(struct lines *lines, bool there, uint16_t code)
{
	if (!there)
		return;
	put_text(begin_line(lines, code), "yes");
	end_line(lines);
}

static void oro_line(struct lines *lines, const struct message *message)
{
	struct cursor *text;

	if (!message->has_oro)
		return;
	text = begin_line(lines, OPTION_ORO);
	for (unsigned int i = 0; i < message->n_oro; i++) {
		if (i > 0)
			put_text(text, ", ");
		put_option_name(text, message->oro[i]);
	}
	end_line(lines);
}

static void auth_line(struct lines *lines, const struct message_auth *auth)
{
	struct cursor *text;

	if (!auth->present)
		return;
	/* Neither key nor digest is shown: who has the key can reconfigure us. */
	text = begin_line(lines, OPTION_AUTH);
	if (!auth->rkap)
		put_text(text, "not of the reconfigure key protocol");
	else
		put_format(text, "reconfigure key protocol, type %u, replay detection %llu",
			   auth->type, (unsigned long long)auth->replay);
	end_line(lines);
}

static void ia_lines(struct lines *lines, const struct message *message)
{
	for (unsigned int i = 0; i < message->n_ias; i++) {
		struct pieces line = { .text = *begin_line(lines, message->ia[i].type) };

		put_ia(&line, message, i);
		lines->pieces.text = line.text;
		end_line(lines);
	}
}

static void other_lines(struct lines *lines, const struct message *message)
{
	struct cursor c = options_read(&message->options);
	struct wire_option option;
	struct cursor *text;

	while (get_option(&c, &option)) {
		/* Scripts get these as they came; here they have lines of their own. */
		if (option.code == OPTION_SOL_MAX_RT || option.code == OPTION_INF_MAX_RT ||
		    option.code == OPTION_INFORMATION_REFRESH_TIME)
			continue;
		text = begin_line(lines, option.code);
		if (option.code != OPTION_IAADDR || !put_registered(text, option.data))
			value_render(text, option.code, option.data, VALUE_PEOPLE);
		end_line(lines);
	}
}

void describe_options(struct cursor *out, const struct message *message, unsigned int indent)
{
	static const char mark[] = "...\n";
	struct lines lines = { .pieces = pieces_begin(out, mark), .indent = indent };

	duid_line(&lines, OPTION_CLIENTID, &message->client_id);
	duid_line(&lines, OPTION_SERVERID, &message->server_id);
	if (message->has_elapsed) {
		put_format(begin_line(&lines, OPTION_ELAPSED_TIME), "%u.%02u s",
			   message->elapsed / 100, message->elapsed % 100);
		end_line(&lines);
	}
	oro_line(&lines, message);
	number_line(&lines, message->has_preference, OPTION_PREFERENCE, message->preference, "");
	flag_line(&lines, message->rapid_commit, OPTION_RAPID_COMMIT);
	flag_line(&lines, message->reconf_accept, OPTION_RECONF_ACCEPT);
	if (message->reconf_msg > 0) {
		put_message_name(begin_line(&lines, OPTION_RECONF_MSG), message->reconf_msg);
		end_line(&lines);
	}
	if (message->status.present) {
		put_status(begin_line(&lines, OPTION_STATUS_CODE), &message->status);
		end_line(&lines);
	}
	auth_line(&lines, &message->auth);
	ia_lines(&lines, message);
	number_line(&lines, message->has_sol_max_rt, OPTION_SOL_MAX_RT, message->sol_max_rt, " s");
	number_line(&lines, message->has_inf_max_rt, OPTION_INF_MAX_RT, message->inf_max_rt, " s");
	if (message->has_refresh_time) {
		put_seconds(begin_line(&lines, OPTION_INFORMATION_REFRESH_TIME),
			    message->refresh_time);
		end_line(&lines);
	}
	other_lines(&lines, message);
	pieces_end(out, &lines.pieces, mark);
}

/* "0.250 s" of milliseconds */
static void put_ms(struct cursor *out, int64_t ms)
{
	if (ms < 0)
		ms = 0;
	put_format(out, "%lld.%03lld s", (long long)(ms / 1000), (long long)(ms % 1000));
}

static void put_note_address(struct cursor *out, const struct action *action)
{
	put_address_text(out, &action->note.addr);
}

static void put_note_number(struct cursor *out, const struct action *action)
{
	put_format(out, "%lld", (long long)action->note.number);
}

static void put_note_time(struct cursor *out, const struct action *action)
{
	put_ms(out, action->note.number);
}

static void put_note_seconds(struct cursor *out, const struct action *action)
{
	put_format(out, "%lld", (long long)action->note.number / 1000);
}

static void put_note_iaid(struct cursor *out, const struct action *action)
{
	put_iaid(out, (uint32_t)action->note.number);
}

static void put_note_status(struct cursor *out, const struct action *action)
{
	if (action->note.extra == STATUS_SUCCESS)
		put_text(out, "the server gave nothing that can be used");
	else
		put_status_name(out, action->note.extra);
}

static void put_note_finder(struct cursor *out, const struct action *action)
{
	put_text(out, dad_finder_name((enum dad_finder)action->note.extra));
}

/* ", by 02:00:00:00:00:01", where it is known. */
static void put_note_owner(struct cursor *out, const struct action *action)
{
	if (action->note.mac.size == 0)
		return;
	put_text(out, ", by ");
	put_mac(out, &action->note.mac);
}

static void put_note_manner(struct cursor *out, const struct action *action)
{
	bool bound = action->note.extra == BOUND;

	if (action->note.number == MANNER_STATEFUL)
		put_text(out, bound ? "there are leases" : "there are leases, asking for them");
	else if (action->note.number == MANNER_STATELESS)
		put_text(out, bound ? "there is information only, keeping what is held"
				    : "there is information only, asking for it");
	else
		put_text(out, bound ? "there is no DHCPv6 on this link, keeping what is held"
				    : "there is no DHCPv6 on this link");
}

static void put_note_question(struct cursor *out, const struct action *action)
{
	put_text(out, action->note.number == BOUND ? "asking whether what is held still fits"
						   : "asking for the information again");
}

static void put_note_allowed(struct cursor *out, const struct action *action)
{
	put_text(out, action->note.number ? "registering ours"
					  : "ours are registered when a router says M or O");
}

/* What stands in {} in the sentences. */
static const struct {
	const char *name;
	void (*put)(struct cursor *out, const struct action *action);
} words[] = {
	{ "address", put_note_address }, { "allowed", put_note_allowed },
	{ "finder", put_note_finder },	 { "iaid", put_note_iaid },
	{ "manner", put_note_manner },	 { "number", put_note_number },
	{ "owner", put_note_owner },	 { "question", put_note_question },
	{ "seconds", put_note_seconds }, { "status", put_note_status },
	{ "time", put_note_time },
};

static const char *const sentences[CLIENT_NOTES] = {
	[NOTE_IA_FAILED] = "IA {iaid}: {status}",
	[NOTE_SERVER_CHANGED] = "another server has extended the lease",
	[NOTE_CONFLICT_HOLD] = "after the conflict, another address is asked for in {time}",
	[NOTE_REOFFERED] = "{address} was offered again though it was declined, ignoring",
	[NOTE_PUT_BACK] = "{address} was removed by somebody, adding it again",
	[NOTE_LEFT_REMOVED] = "{address} was removed by somebody again and again, leaving it so",
	[NOTE_FOREIGN] = "{address} was on the interface before, using it and leaving it as it is",
	[NOTE_REFUSED] = "{address} was refused by the kernel",
	[NOTE_NO_ROOM] = "no room for {number} more addresses or prefixes of a Reply, ignoring",
	[NOTE_RATE_LIMIT] = "too many messages in a short time, the next one in {time}",
	[NOTE_MAX_RT] = "the server sets SOL_MAX_RT to {number} s",
	[NOTE_UNIQUE] = "address {address} unique after {number} ms",
	[NOTE_DUPLICATE] = "address {address} duplicate, found by {finder}{owner}",
	[NOTE_NO_OFFER] = "the Advertise has nothing that can be used, ignoring it",
	[NOTE_NOTHING_OFFERED] = "the Reply has nothing that can be used, soliciting in {time}",
	[NOTE_KEPT] = "nobody says that the lease does not fit this link, it stays in use",
	[NOTE_NOT_ON_LINK] = "the lease does not fit this link, dropping it",
	[NOTE_STORM] =
		("too many conflicts: declining no more, asking again in an hour or when the "
		 "link changes{owner}"),
	[NOTE_LATE_CONFLICT] = "{address} is in use here, and claimed{owner}",
	[NOTE_DEFENDED] = "{address} is in use here, somebody else wanted it, the kernel objects",
	[NOTE_UNASKED] = "nobody could be asked whether {address} is taken",
	[NOTE_PROVED] = "{address} is nobody else's on this link",
	[NOTE_MANNER] = "a router says that {manner}",
	[NOTE_NO_ROUTER] = "no router has spoken, asking for leases all the same",
	[NOTE_NEW_ATTACHMENT] = "anonymous: what was leased before is dropped",
	[NOTE_WAITING] = "waiting for a router, {seconds} s at the most",
	[NOTE_PREFIXES] = "the prefixes that routers announce have changed, {question}",
	[NOTE_MOVED] = "the link-local address has changed, telling the server",
	[NOTE_REGISTERING] = "a server takes note of addresses, {allowed}",
	[NOTE_REGISTER_AGAIN] = "registering {address} again",
	[NOTE_UNREGISTERED] = "no answer about {address} so far, nothing more is sent",
};

static void put_word(struct cursor *out, const struct action *action, const char *name, size_t size)
{
	size_t i = 0;

	while (strlen(words[i].name) != size || memcmp(words[i].name, name, size) != 0) {
		i++;
		assert(i < sizeof(words) / sizeof(words[0]));
	}
	words[i].put(out, action);
}

void describe_note(struct cursor *out, const struct action *action)
{
	const char *rest = sentences[action->note.note];

	assert(action->type == ACTION_NOTE);
	for (;;) {
		size_t size = strcspn(rest, "{");

		put_bytes(out, rest, size);
		if (rest[size] == '\0')
			return;
		rest += size + 1;
		size = strcspn(rest, "}");
		put_word(out, action, rest, size);
		rest += size + 1;
	}
}

void describe_state(struct cursor *out, const struct client *client)
{
	put_text(out, lease_state_name(client_lease_state(client)));
	put_u8(out, '/');
	put_text(out, message_state_name(client_message_state(client)));
}
