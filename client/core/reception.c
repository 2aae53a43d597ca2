/* SPDX-License-Identifier: MPL-2.0 */
#include "core/reception.h"

#include "core/following.h"
#include "core/report.h"
#include "core/sending.h"

static enum refusal check_client_id(const struct client *client, const struct message *message)
{
	/* C-ANON-5, C-VAL-RPL-4 */
	if (client->config.anonymous && client->exchange.state == INFORMING)
		return message->client_id.size == 0 ? REFUSED_NOT : REFUSED_CLIENT_ID_UNASKED;
	if (message->client_id.size == 0)
		return REFUSED_NO_CLIENT_ID;
	if (!duid_equal(&message->client_id, &client->config.duid))
		return REFUSED_OTHER_CLIENT;
	return REFUSED_NOT;
}

/* The rules that depend on what is running (section 16.3 and 16.10). */
enum refusal reception_check(const struct client *client, const struct message *message)
{
	const struct exchange *x = &client->exchange;
	bool advertise = message->type == MESSAGE_ADVERTISE;
	enum refusal refusal;

	if (!advertise && message->type != MESSAGE_REPLY)
		return REFUSED_UNEXPECTED;
	if (message->server_id.size == 0)
		return REFUSED_NO_SERVER_ID;
	refusal = check_client_id(client, message);
	if (refusal != REFUSED_NOT)
		return refusal;
	if (duid_in(&client->config.reject, &message->server_id) ||
	    (client->config.accept.n > 0 && !duid_in(&client->config.accept, &message->server_id)))
		return REFUSED_REJECTED;
	if (x->sent == 0 || (advertise && x->state != SOLICITING))
		return REFUSED_UNEXPECTED;
	if (message->xid != x->xid)
		return REFUSED_XID;
	if (!advertise && x->state == SOLICITING && !message->rapid_commit)
		return REFUSED_NOT_RAPID;
	if (!advertise && x->state == SOLICITING && !client->config.rapid_commit)
		return REFUSED_RAPID_UNASKED;
	if ((exchange_timing(x->state)->server_id ||
	     (x->state == INFORMING && client->reconfigured)) &&
	    !duid_equal(&message->server_id, &client->target))
		return REFUSED_OTHER_SERVER;
	/* In an Advertise authentication means nothing (section 20.4.2). */
	if (!advertise && message->auth.rkap && client->config.reconfigure &&
	    !auth_is_fresh(&client->rkap, &message->server_id, &message->auth))
		return REFUSED_REPLAY;
	return REFUSED_NOT;
}

enum refusal reception_check_reconfigure(const struct client *client, const void *bytes,
					 size_t size, const struct message *message)
{
	enum refusal refusal;

	if (!client->config.reconfigure || !client->rkap.has_key)
		return REFUSED_RECONFIGURE;
	if (message->server_id.size == 0)
		return REFUSED_NO_SERVER_ID;
	refusal = check_client_id(client, message);
	if (refusal != REFUSED_NOT)
		return refusal;
	if (!duid_equal(&message->server_id, &client->lease.server))
		return REFUSED_OTHER_SERVER;
	if ((message->notes & NOTE_REPEATED) != 0 ||
	    (message->reconf_msg != MESSAGE_RENEW && message->reconf_msg != MESSAGE_REBIND &&
	     message->reconf_msg != MESSAGE_INFORMATION_REQUEST))
		return REFUSED_NO_RECONF_MSG;
	if (!auth_verify(&client->rkap, bytes, size, message))
		return REFUSED_AUTH;
	if (client->exchange.state != IDLE || !client->link || !client->started)
		return REFUSED_UNEXPECTED;
	if (message->reconf_msg != MESSAGE_INFORMATION_REQUEST && !lease_renewable(&client->lease))
		return REFUSED_NOTHING_HELD;
	/* Between two leases nothing may keep the client from looking for the next one. */
	if (lease_state(&client->lease) == INIT &&
	    !(client->manner == MANNER_STATELESS &&
	      message->reconf_msg == MESSAGE_INFORMATION_REQUEST))
		return REFUSED_NOTHING_HELD;
	return REFUSED_NOT;
}

enum event reception_reconfigure(const struct message *message)
{
	if (message->reconf_msg == MESSAGE_RENEW)
		return EVENT_RECONFIGURE_RENEW;
	if (message->reconf_msg == MESSAGE_REBIND)
		return EVENT_RECONFIGURE_REBIND;
	return EVENT_RECONFIGURE_INFORM;
}

/* Ranks an Advertise among the offers (section 18.2.9) and says what it means now. */
enum event reception_consider(struct client *client, const struct message *advertise)
{
	struct offer offer;

	if (!offer_read(&offer, advertise, &client->lease)) {
		offers_forget(&client->offers, &advertise->server_id);
		report_note(client, NOTE_NO_OFFER, NULL, advertise->status.code, 0);
		return EVENT_ADVERTISE_IGNORED;
	}
	offer_rate(&offer, advertise, following_prefix_hint(client), client->config.oro,
		   client->config.n_oro);
	offers_add(&client->offers, &offer);
	/* One of preference 255 is waited for by nobody, unless another one has more. */
	if (!client->collecting || (offer.preference == UINT8_MAX &&
				    duid_equal(&client->offers.offer[0].server, &offer.server)))
		return EVENT_ADVERTISE_TAKEN;
	return EVENT_ADVERTISE;
}

/* A Reply that answers Solicit, Request, Renew or Rebind. */
static enum event classify_leases(const struct client *client, const struct message *reply)
{
	struct merge merge = lease_survey(&client->lease, reply);
	bool first = client->exchange.state == SOLICITING || client->exchange.state == REQUESTING;

	/* What a single IA holds is withdrawn where this is said of it (C-RPL-5, C-RPL-13). */
	if (first && reply->status.code == STATUS_NOT_ON_LINK &&
	    lease_state(&client->lease) == BOUND)
		return EVENT_REPLY_NOT_ON_LINK;
	if (first && lease_state(&client->lease) == INIT && merge.granted == 0 &&
	    (reply->status.code == STATUS_NOT_ON_LINK || merge.not_on_link > 0) &&
	    (client->exchange.state == REQUESTING || client->offers.n == 0))
		return client->bare ? EVENT_REPLY_NOT_ON_LINK_AGAIN : EVENT_REPLY_NOT_ON_LINK;
	if (!first && merge.no_binding > 0)
		return EVENT_REPLY_NO_BINDING;
	if (merge.withdrawn > 0 && merge.left == 0)
		return EVENT_REPLY_WITHDRAWN;
	if (merge.granted == 0 && merge.withdrawn == 0)
		return client->offers.n > 0 && first ? EVENT_REPLY_EMPTY_NEXT : EVENT_REPLY_EMPTY;
	if (merge.unanswered > 0)
		return EVENT_REPLY_PARTIAL;
	if (client->exchange.state == RENEWING && client->filling && merge.holes > 0)
		return EVENT_REPLY_HOLE;
	return EVENT_REPLY_GRANTED;
}

enum event reception_classify(const struct client *client, const struct message *reply)
{
	enum message_state state = client->exchange.state;

	if (state == RELEASING && sending_more_to_release(client))
		return EVENT_REPLY_ANY_NEXT;
	if (state == RELEASING || state == DECLINING)
		return EVENT_REPLY_ANY;
	if (state == INFORMING)
		return reply->status.code == STATUS_SUCCESS ? EVENT_REPLY_INFORMATION
							    : EVENT_REPLY_FAILED;
	if (state == CONFIRMING) {
		if (reply->status.code == STATUS_SUCCESS)
			return EVENT_REPLY_SUCCESS;
		return reply->status.code == STATUS_NOT_ON_LINK ? EVENT_REPLY_NOT_ON_LINK
								: EVENT_REPLY_FAILED;
	}
	switch (reply->status.code) {
	case STATUS_SUCCESS:
	case STATUS_NO_ADDRS_AVAIL:
	case STATUS_NO_PREFIX_AVAIL:
	case STATUS_NO_BINDING:
	case STATUS_NOT_ON_LINK:
		return classify_leases(client, reply);
	default: /* UnspecFail, UseMulticast, and what nobody knows yet */
		return EVENT_REPLY_FAILED;
	}
}
