/* SPDX-License-Identifier: MPL-2.0 */

/*
 * diagram check|text|dot WALKED
 *
 * Draws the state table. Its rows are those of the client (machine_row()); to which lease
 * state one leads is no column there, so this is taken from WALKED, which the simulator has
 * written (tests/sim/rows.h). `check` prints TAP: whether all that can be walked was.
 */

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/machine.h"

#define LEASE_STATES (BOUND + 1)
#define STATES	     (LEASE_STATES * MESSAGE_STATES)
#define ROWS_MAX     256
#define EVERYWHERE   5 /* states: a row that is the same in so many is told, not drawn */
#define FRAMED	     3 /* states: so many arrows of one event to one state are drawn as one */
#define DRAWING	     65536

/* A state is a number: lease state * MESSAGE_STATES + message state. */
static bool begins[STATES];
static bool rests[STATES]; /* the others the client only passes through, within one event */
static bool ends[STATES][STATES];
static bool walked[ROWS_MAX][STATES][STATES];

static unsigned int state_of(unsigned int lease, unsigned int message)
{
	return lease * MESSAGE_STATES + message;
}

static unsigned int lease_of(unsigned int state)
{
	return state / MESSAGE_STATES;
}

static unsigned int message_of(unsigned int state)
{
	return state % MESSAGE_STATES;
}

static const char *lease_name(unsigned int state)
{
	return lease_state_name((enum lease_state)lease_of(state));
}

static const char *message_name(unsigned int state)
{
	return message_state_name((enum message_state)message_of(state));
}

static const char *deed_name(enum deed deed)
{
	switch (deed) {
	case DEED_NONE:
		return "";
	case DEED_TRANSMIT:
		return "send the message";
	case DEED_TAKE_OFFER:
		return "take the best offer";
	case DEED_BARE:
		return "ask for no address by name";
	case DEED_BACK_OFF:
		return "wait, longer each time";
	case DEED_APPLY:
		return "take what there is";
	case DEED_APPLY_PART:
		return "take it, wait with the next Rebind";
	case DEED_RELEASE_NEXT:
		return "the next server";
	case DEED_APPLY_ASK:
		return "take it, ask for more";
	case DEED_INFORM:
		return "take over the options";
	case DEED_RECONFIGURE:
		return "do as the server says";
	case DEED_DOUBT:
		return "wait for another answer";
	case DEED_DROP:
		return "drop everything";
	case DEED_KEEP:
		return "keep everything";
	case DEED_UNREPAIRED:
		return "wait with the next Rebind";
	case DEED_FILL:
		return "fill what a Decline left empty";
	case DEED_FOLLOW:
		return "once in 30 s";
	case DEED_DECLINED:
		return "wait with asking anew";
	case DEED_RELEASE:
		return "take everything off";
	case DEED_RELEASED:
	case DEED_STOP:
		return "end";
	}
	return "";
}

static bool is_end(const struct transition *row)
{
	return row->deed == DEED_RELEASED || row->deed == DEED_STOP;
}

/* What these say is that BOUND has just become INIT. */
static bool is_loss(const struct transition *row)
{
	return row->event == EVENT_EXPIRED || row->event == EVENT_TAKEN;
}

static bool has(const struct transition *row, unsigned int state)
{
	return (row->lease & 1U << lease_of(state)) != 0 &&
	       (row->message & 1U << message_of(state)) != 0;
}

/* The last binding goes here, and the table has no row for it. */
static bool is_loss_unanswered(unsigned int state)
{
	enum message_state message = (enum message_state)message_of(state);

	return ends[state][state_of(INIT, message)] &&
	       (!machine_find(INIT, message, EVENT_EXPIRED) ||
		!machine_find(INIT, message, EVENT_TAKEN));
}

static bool leads(const struct transition *row, unsigned int from, unsigned int to)
{
	return message_of(to) == (row->next == STAY ? message_of(from) : row->next);
}

static bool is_walked(unsigned int index, unsigned int from)
{
	for (unsigned int to = 0; to < STATES; to++)
		if (walked[index][from][to])
			return true;
	return false;
}

/* What the simulator has walked. */

static bool read_line(const char *line)
{
	unsigned int index, lease, message, to_lease, to_message;

	if (sscanf(line, "row %u %u %u %u %u ", &index, &lease, &message, &to_lease, &to_message) ==
	    5) {
		if (index >= ROWS_MAX || lease >= LEASE_STATES || message >= MESSAGE_STATES ||
		    to_lease >= LEASE_STATES || to_message >= MESSAGE_STATES)
			return false;
		walked[index][state_of(lease, message)][state_of(to_lease, to_message)] = true;
		return true;
	}
	if (sscanf(line, "end %u %u %u ", &lease, &message, &to_lease) == 3) {
		if (lease >= LEASE_STATES || message >= MESSAGE_STATES || to_lease >= LEASE_STATES)
			return false;
		ends[state_of(lease, message)][state_of(to_lease, message)] = true;
		return true;
	}
	if (sscanf(line, "%*s %u %u ", &lease, &message) != 2 || lease >= LEASE_STATES ||
	    message >= MESSAGE_STATES)
		return false;
	if (strncmp(line, "begin ", 6) == 0)
		begins[state_of(lease, message)] = true;
	else if (strncmp(line, "rest ", 5) == 0)
		rests[state_of(lease, message)] = true;
	else
		return false;
	return true;
}

static bool read_walked(const char *path)
{
	FILE *in = fopen(path, "re");
	bool good = in;
	char line[128];

	if (!in) {
		perror(path);
		return false;
	}
	while (good && fgets(line, sizeof(line), in)) {
		good = read_line(line);
		if (!good)
			fprintf(stderr, "%s: not a line of the simulator: %s", path, line);
	}
	fclose(in);
	return good;
}

/* check */

static void complain(unsigned int index, unsigned int from, const char *what)
{
	const struct transition *row = machine_row(index);

	printf("# %s/%s, %s [%u]: %s\n", lease_name(from), message_name(from),
	       row ? event_name(row->event) : "no row", row ? row->row : 0, what);
}

/* A row can be walked where the client can be, and these where it passes when all is lost. */
static unsigned int check_table(void)
{
	unsigned int wrong = 0;

	for (unsigned int i = 0; machine_row(i); i++) {
		const struct transition *row = machine_row(i);
		bool any = false;

		for (unsigned int from = 0; from < STATES; from++) {
			any |= is_walked(i, from);
			if (!has(row, from) || is_walked(i, from) || !(rests[from] || is_loss(row)))
				continue;
			complain(i, from, "never walked");
			wrong++;
		}
		if (!any)
			printf("# row [%u] %s: never walked\n", row->row, event_name(row->event));
		wrong += !any;
	}
	return wrong;
}

static unsigned int check_walked(void)
{
	unsigned int wrong = 0;

	for (unsigned int i = 0; i < ROWS_MAX; i++)
		for (unsigned int from = 0; from < STATES; from++)
			for (unsigned int to = 0; to < STATES; to++) {
				const struct transition *row = machine_row(i);

				if (!walked[i][from][to])
					continue;
				if (row && has(row, from) && leads(row, from, to))
					continue;
				complain(i, from, "walked, but not in the table");
				wrong++;
			}
	return wrong;
}

static int check(void)
{
	bool all = check_table() == 0;
	bool none = check_walked() == 0;

	printf("%s - each transition of the table was walked\n", all ? "ok" : "not ok");
	printf("%s - none was walked that is not in the table\n", none ? "ok" : "not ok");
	return all && none ? 0 : 1;
}

/* text */

/* In passing not all is walked: what is done there changes no lease. */
static void print_target(const struct transition *row, unsigned int index, unsigned int from)
{
	unsigned int message = row->next == STAY ? message_of(from) : row->next;
	const char * or = "";

	if (is_end(row)) {
		printf("(end)");
		return;
	}
	for (unsigned int lease = 0; lease < LEASE_STATES; lease++) {
		if (!walked[index][from][state_of(lease, message)] &&
		    (is_walked(index, from) || lease != lease_of(from)))
			continue;
		printf("%s%s", or, lease_state_name((enum lease_state)lease));
		or = "|";
	}
	printf("/%s", message_state_name((enum message_state)message));
	if (message == message_of(from))
		printf(row->next == STAY ? ", the same" : ", anew");
}

static void print_line(const struct transition *row, unsigned int index, unsigned int from)
{
	char what[64];

	snprintf(what, sizeof(what), "%s [%u]", event_name(row->event), row->row);
	printf("    %-37s --> ", what);
	print_target(row, index, from);
	if (row->deed != DEED_NONE && !is_end(row))
		printf(": %s", deed_name(row->deed));
	printf("\n");
}

static void print_state(unsigned int from)
{
	printf("\n%s/%s\n", lease_name(from), message_name(from));
	if (begins[from])
		printf("    The client starts here if the lease file has %s.\n",
		       lease_of(from) == BOUND ? "a lease that is still valid" : "none");
	for (unsigned int i = 0; machine_row(i); i++)
		if (is_walked(i, from) || (!rests[from] && has(machine_row(i), from)))
			print_line(machine_row(i), i, from);
	if (is_loss_unanswered(from))
		printf("    %-37s --> INIT/%s\n", "(the last address or prefix is gone)",
		       message_name(from));
}

static bool is_passed(unsigned int state)
{
	for (unsigned int i = 0; machine_row(i); i++)
		if (is_loss(machine_row(i)) && has(machine_row(i), state))
			return !rests[state];
	return false;
}

static void text(void)
{
	static const char *const head[] = {
		"The states of dhcp6-client",
		"==========================",
		"",
		"A state is a pair: what the client holds (INIT: nothing; BOUND: at least",
		"one address or prefix) and which message it is trying to get an answer to.",
		"Each line is a transition: the event, [the number of its row in",
		"client/core/machine.c], the next state, and what is done. An event that a",
		"state does not list means nothing there.",
		"",
		"Made by `make diagram`: the rows are those that the program looks up, and",
		"each transition was walked in the simulator. `make check` compares.",
	};

	for (size_t i = 0; i < sizeof(head) / sizeof(head[0]); i++)
		printf("%s\n", head[i]);
	for (unsigned int from = 0; from < STATES; from++)
		if (rests[from])
			print_state(from);
	printf("\nOnly passed through, at the instant when the last address or prefix is gone\n"
	       "--------------------------------------------------------------------------\n");
	for (unsigned int from = 0; from < STATES; from++)
		if (is_passed(from))
			print_state(from);
}

/* dot */

static char drawing[DRAWING];
static size_t drawn;

__attribute__((format(printf, 1, 2))) static void draw(const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(drawing + drawn, DRAWING - drawn, format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= DRAWING - drawn) {
		fprintf(stderr, "diagram: DRAWING is too small\n");
		exit(1);
	}
	drawn += (size_t)n;
}

/* The same in nearly every state: told below the drawing. */
static bool is_everywhere(unsigned int index)
{
	const struct transition *row = machine_row(index);
	unsigned int n = 0;

	for (unsigned int from = 0; from < STATES; from++)
		n += rests[from] && is_walked(index, from);
	return row->next == IDLE && n >= EVERYWHERE;
}

/* Where the client was when the event came. */
static unsigned int origin(const struct transition *row, unsigned int from)
{
	return is_loss(row) ? state_of(BOUND, message_of(from)) : from;
}

/* Whether the row is an arrow from one state to the other. */
static bool is_arrow(unsigned int index, unsigned int from, unsigned int to)
{
	const struct transition *row = machine_row(index);

	if (is_everywhere(index) || is_end(row) || (row->next == STAY && from == to))
		return false;
	for (unsigned int at = 0; at < STATES; at++)
		if (walked[index][at][to] && origin(row, at) == from)
			return true;
	return false;
}

static bool is_event_arrow(enum event event, unsigned int from, unsigned int to)
{
	for (unsigned int i = 0; machine_row(i); i++)
		if (machine_row(i)->event == event && is_arrow(i, from, to))
			return true;
	return false;
}

/* From several states to one of the other lease state: one arrow, from the frame. */
static bool is_framed(enum event event, unsigned int lease, unsigned int to)
{
	unsigned int n = 0;

	for (unsigned int message = 0; message < MESSAGE_STATES; message++)
		n += is_event_arrow(event, state_of(lease, message), to);
	return lease != lease_of(to) && n >= FRAMED;
}

/* An arrow has a line for each event. */
static void draw_event(const char **between, unsigned int from, unsigned int to, enum event event)
{
	if (*between[0] == '\0')
		draw("\ts%u -> s%u [label=\"", from, to);
	draw("%s%s", *between, event_name(event));
	*between = "\\n";
}

static void draw_arrows(unsigned int from, unsigned int to)
{
	bool inward = lease_of(from) == BOUND && lease_of(to) == INIT;
	const char *between = "";

	for (unsigned int event = 0; event < EVENTS; event++)
		if (is_event_arrow((enum event)event, from, to) &&
		    !is_framed((enum event)event, lease_of(from), to))
			draw_event(&between, from, to, (enum event)event);
	if (between[0] != '\0')
		draw("\"%s]\n", inward ? " constraint=false" : "");
	if (is_loss_unanswered(from) && to == state_of(INIT, message_of(from)))
		draw("\ts%u -> s%u [label=\"last binding gone\" style=dashed constraint=false]\n",
		     from, to);
}

static void draw_framed(unsigned int lease, unsigned int to)
{
	const char *between = "";

	for (unsigned int event = 0; event < EVENTS; event++)
		if (is_framed((enum event)event, lease, to))
			draw_event(&between, state_of(lease, IDLE), to, (enum event)event);
	if (between[0] != '\0')
		draw("\" ltail=cluster_%u penwidth=2 constraint=false]\n", lease);
}

static void draw_start(unsigned int to)
{
	draw("\tstart%u [shape=point width=0.12 fillcolor=black label=\"\"]\n", to);
	draw("\tstart%u -> s%u [label=\"start%s\"]\n", to, to,
	     lease_of(to) == BOUND ? " with a lease" : "");
}

/* An end that is not the same everywhere is the end of an exchange. */
static void draw_end(unsigned int from)
{
	const char *between = "";

	for (unsigned int i = 0; machine_row(i); i++) {
		if (!is_end(machine_row(i)) || is_everywhere(i) || !is_walked(i, from))
			continue;
		if (between[0] == '\0')
			draw("\tend [shape=doublecircle width=0.12 label=\"\" style=filled "
			     "fillcolor=black]\n\ts%u -> end [label=\"",
			     from);
		draw("%s%s", between, event_name(machine_row(i)->event));
		between = "\\n";
	}
	if (between[0] != '\0')
		draw("\"]\n");
}

static void draw_cluster(unsigned int lease, const char *what)
{
	draw("\tsubgraph cluster_%u {\n\t\tlabel=\"%s: %s\" labeljust=l fontsize=18\n", lease,
	     lease_state_name((enum lease_state)lease), what);
	for (unsigned int state = 0; state < STATES; state++)
		if (rests[state] && lease_of(state) == lease)
			draw("\t\ts%u [label=\"%s\"]\n", state, message_name(state));
	draw("\t}\n");
}

static void draw_legend(void)
{
	draw("\tlabel=\"A heavy arrow from a frame: from several states in it, which states.txt "
	     "names.\\lNot drawn: what changes no state, and what is the same nearly "
	     "everywhere:\\l");
	for (unsigned int i = 0; machine_row(i); i++)
		if (is_everywhere(i))
			draw("    %s%s: %s\\l", event_name(machine_row(i)->event),
			     (machine_row(i)->lease & 1U << BOUND) == 0 ? " in INIT" : "",
			     is_end(machine_row(i)) ? "the client ends" : "to Idle");
	draw("\"\n");
}

static void draw_all(void)
{
	draw("\tcompound=true outputorder=edgesfirst nodesep=0.4 fontname=\"Helvetica\" "
	     "fontsize=12 labeljust=l\n"
	     "\tnode [shape=box style=\"rounded,filled\" fillcolor=white fontname=\"Helvetica\" "
	     "fontsize=16]\n"
	     "\tedge [fontname=\"Helvetica\" fontsize=11]\n");
	draw_legend();
	draw_cluster(INIT, "nothing is held");
	draw_cluster(BOUND, "an address or a prefix is held");
	for (unsigned int from = 0; from < STATES; from++) {
		if (begins[from])
			draw_start(from);
		for (unsigned int to = 0; to < STATES; to++)
			draw_arrows(from, to);
		draw_end(from);
	}
	for (unsigned int lease = 0; lease < LEASE_STATES; lease++)
		for (unsigned int to = 0; to < STATES; to++)
			draw_framed(lease, to);
}

/* FNV-1a: the drawing's name, by which one sees that the SVG was made from it. */
static uint32_t hash(void)
{
	uint32_t sum = 2166136261U;

	for (size_t i = 0; i < drawn; i++)
		sum = (sum ^ (unsigned char)drawing[i]) * 16777619U;
	return sum;
}

static void dot(void)
{
	draw_all();
	printf("digraph \"states %08" PRIx32 "\" {\n%s}\n", hash(), drawing);
}

int main(int argc, char **argv)
{
	if (argc == 3 && read_walked(argv[2])) {
		if (strcmp(argv[1], "check") == 0)
			return check();
		if (strcmp(argv[1], "text") == 0) {
			text();
			return fflush(stdout) == 0 ? 0 : 1;
		}
		if (strcmp(argv[1], "dot") == 0) {
			dot();
			return fflush(stdout) == 0 ? 0 : 1;
		}
	}
	fprintf(stderr, "usage: diagram check|text|dot WALKED\n");
	return 2;
}
