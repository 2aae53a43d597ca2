/* SPDX-License-Identifier: MPL-2.0 */
#include "core/proving.h"

#include "core/holding.h"
#include "core/report.h"

#define RETRANS_TIMER  1000  /* ms between probes, and behind the last one (RFC 4861 section 10) */
#define PROOF_PROBES   2     /* of an address in place … */
#define PROOF_INTERVAL 500   /* … ms between them, and behind the last one */
#define CLAIM_INTERVAL 10000 /* ms: two claims in this time are a conflict */
#define DEFENCE_QUIET  60000 /* ms for which another attempt to take an address is not told */
#define LATE_QUIET     3600000 /* ms for which a late conflict is not told again */

static bool is_asking(const struct binding *binding)
{
	return binding->dad.state == DAD_PROBING || binding->dad.proving;
}

static void ask(struct client *client, struct binding *binding)
{
	binding->dad.probes--;
	binding->dad.probe_at =
		client->now + (binding->dad.proving ? PROOF_INTERVAL : RETRANS_TIMER);
	report_probe(client, &binding->addr, binding->dad.proving);
}

void proving_begin(struct client *client, struct binding *binding)
{
	binding->dad.state = DAD_PROBING;
	binding->dad.proving = false;
	binding->dad.unasked = false;
	binding->dad.probes = client->config.dad_probes > 0 ? client->config.dad_probes : 1;
	ask(client, binding);
}

void proving_in_place(struct client *client, struct binding *binding)
{
	if (client->config.dad == DAD_OFF || !client->link)
		return;
	binding->dad.proving = true;
	binding->dad.unasked = false;
	binding->dad.probes = PROOF_PROBES;
	ask(client, binding);
}

void proving_all(struct client *client)
{
	for (unsigned int i = 0; i < client->lease.n_bindings; i++) {
		struct binding *binding = &client->lease.binding[i];

		if (binding->dad.state == DAD_UNIQUE && binding->dad.ours &&
		    holding_find(client, &binding->addr) == binding)
			proving_in_place(client, binding);
	}
}

void proving_end(struct binding *binding)
{
	binding->dad.proving = false;
	binding->dad.late = false;
	binding->dad.probes = 0;
}

/* An address in use is claimed by somebody who did not ask whether it is free. */
static void late_conflict(struct client *client, struct binding *binding)
{
	proving_end(binding);
	if (client->config.late_conflict == LATE_DECLINE) {
		holding_conflict(client, binding, FOUND_BY_PROBE);
		return;
	}
	if (client->now < binding->dad.told_until)
		return;
	binding->dad.told_until = client->now + LATE_QUIET;
	report_note_mac(client, NOTE_LATE_CONFLICT, &binding->addr, &binding->dad.mac, 0);
	if (client->config.late_conflict == LATE_HOOK)
		report_conflict(client, binding);
}

static bool is_recent(const struct client *client, const struct binding *binding, msec ms)
{
	return binding->dad.claimed && client->now - binding->dad.claimed_at < ms;
}

static void note_claim(struct client *client, struct binding *binding)
{
	binding->dad.claimed = true;
	binding->dad.claimed_at = client->now;
}

/*
 * One Advertisement may be an old one, or a mistake: it counts when a question confirms it,
 * or when another one follows soon.
 */
static void claim_in_use(struct client *client, struct binding *binding)
{
	bool again = is_recent(client, binding, CLAIM_INTERVAL);

	note_claim(client, binding);
	/* Nobody has been told of it yet, or the link is being asked: it is given up. */
	if (binding->announce || (binding->dad.proving && !binding->dad.late)) {
		holding_conflict(client, binding, FOUND_BY_PROBE);
	} else if (binding->dad.proving || again) {
		late_conflict(client, binding);
	} else {
		binding->dad.late = true;
		proving_in_place(client, binding);
	}
}

/* The kernel answers for us, and the other one has to take another address (K17). */
static void defend(struct client *client, struct binding *binding)
{
	if (is_recent(client, binding, DEFENCE_QUIET))
		return;
	note_claim(client, binding);
	report_note(client, NOTE_DEFENDED, &binding->addr, 0, 0);
}

void proving_claim(struct client *client, const struct claim *claim)
{
	struct binding *binding = holding_find(client, &claim->addr);

	if (!binding || !client->link)
		return;
	if (claim->mac.size > 0)
		binding->dad.mac = claim->mac;
	switch (binding->dad.state) {
	case DAD_PROBING:
		holding_conflict(client, binding, FOUND_BY_PROBE);
		break;
	case DAD_UNIQUE:
		if (claim->probe)
			defend(client, binding);
		else if (binding->dad.ours && client->config.dad != DAD_OFF)
			claim_in_use(client, binding);
		break;
	case DAD_WAITING:
	case DAD_TENTATIVE: /* the kernel has heard it too, and decides */
		break;
	}
}

void proving_timeout(struct client *client)
{
	for (unsigned int i = 0; i < client->lease.n_bindings; i++) {
		struct binding *binding = &client->lease.binding[i];

		if (!is_asking(binding) || binding->dad.probe_at > client->now)
			continue;
		if (binding->dad.probes > 0) {
			ask(client, binding);
			continue;
		}
		if (binding->dad.unasked)
			report_note(client, NOTE_UNASKED, &binding->addr, 0, 0);
		else if (binding->dad.proving)
			report_note(client, NOTE_PROVED, &binding->addr, 0, 0);
		/* The kernel tests it, too, where that is on. */
		if (binding->dad.state == DAD_PROBING)
			holding_give(client, binding);
		proving_end(binding);
	}
}

msec proving_deadline(const struct client *client)
{
	msec earliest = NEVER;

	for (unsigned int i = 0; i < client->lease.n_bindings; i++)
		if (is_asking(&client->lease.binding[i]) &&
		    client->lease.binding[i].dad.probe_at < earliest)
			earliest = client->lease.binding[i].dad.probe_at;
	return earliest;
}
