/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_SIM_LIAR_H
#define DHCP6_SIM_LIAR_H

/* What a server's message becomes when it lies, is broken, or is somebody else in disguise. */

#include "core/message.h"
#include "core/wire.h"
#include "rng.h"

enum lie {
	LIE_XID,	 /* another transaction id */
	LIE_CLIENT,	 /* another client's identifier */
	LIE_SERVER,	 /* another server's */
	LIE_NO_CLIENT,	 /* no identifier … */
	LIE_NO_SERVER,	 /* … or not its own */
	LIE_TYPE,	 /* a type that servers do not send, or the wrong one */
	LIE_RAPID,	 /* Rapid Commit put in or left out */
	LIE_TIMES,	 /* T1 > T2, preferred > valid */
	LIE_TWICE,	 /* the same address twice, also with a lifetime of 0 */
	LIE_OTHER_IA,	 /* an IA that nobody asked for; the right ones in disorder */
	LIE_BAD_ADDRESS, /* multicast, loopback, unspecified, link-local */
	LIE_STATUS,	 /* any status code anywhere */
	LIE_MAX_RT,	 /* SOL_MAX_RT and INF_MAX_RT out of range */
	LIE_REPEATED,	 /* options that may be there once come twice */
	LIE_GARBAGE,	 /* options with nonsense in them */
	LIES,
};

/* Twists `message`; true when no client may take it, whatever it does. */
bool liar_twist(struct rng *rng, enum lie lie, struct message *message);

/* Appends to the built message. */
void liar_append(struct rng *rng, enum lie lie, struct cursor *out);

const char *lie_name(enum lie lie);

#endif
