/* SPDX-License-Identifier: MPL-2.0 */
#include "core/proto.h"

#include <stddef.h>

msec msec_after(msec start, uint32_t seconds)
{
	msec length = (msec)seconds * 1000;

	if (seconds == INFINITE_TIME || start > NEVER - length)
		return NEVER;
	return start + length;
}

static const char *const message_names[] = {
	[MESSAGE_SOLICIT] = "Solicit",
	[MESSAGE_ADVERTISE] = "Advertise",
	[MESSAGE_REQUEST] = "Request",
	[MESSAGE_CONFIRM] = "Confirm",
	[MESSAGE_RENEW] = "Renew",
	[MESSAGE_REBIND] = "Rebind",
	[MESSAGE_REPLY] = "Reply",
	[MESSAGE_RELEASE] = "Release",
	[MESSAGE_DECLINE] = "Decline",
	[MESSAGE_RECONFIGURE] = "Reconfigure",
	[MESSAGE_INFORMATION_REQUEST] = "Information-request",
	[MESSAGE_RELAY_FORW] = "Relay-forward",
	[MESSAGE_RELAY_REPL] = "Relay-reply",
	[14] = "Leasequery",
	[15] = "Leasequery-reply",
	[16] = "Leasequery-done",
	[17] = "Leasequery-data",
	[18] = "Reconfigure-request",
	[19] = "Reconfigure-reply",
	[20] = "DHCPv4-query",
	[21] = "DHCPv4-response",
	[22] = "Activeleasequery",
	[23] = "StartTLS",
	[24] = "Bndupd",
	[25] = "Bndreply",
	[26] = "Poolreq",
	[27] = "Poolresp",
	[28] = "Updreq",
	[29] = "Updreqall",
	[30] = "Upddone",
	[31] = "Connect",
	[32] = "Connectreply",
	[33] = "Disconnect",
	[34] = "State",
	[35] = "Contact",
	[MESSAGE_ADDR_REG_INFORM] = "ADDR-REG-INFORM",
	[MESSAGE_ADDR_REG_REPLY] = "ADDR-REG-REPLY",
};

static const char *const status_names[] = {
	[STATUS_SUCCESS] = "Success",
	[STATUS_UNSPEC_FAIL] = "UnspecFail",
	[STATUS_NO_ADDRS_AVAIL] = "NoAddrsAvail",
	[STATUS_NO_BINDING] = "NoBinding",
	[STATUS_NOT_ON_LINK] = "NotOnLink",
	[STATUS_USE_MULTICAST] = "UseMulticast",
	[STATUS_NO_PREFIX_AVAIL] = "NoPrefixAvail",
	[7] = "UnknownQueryType",
	[8] = "MalformedQuery",
	[9] = "NotConfigured",
	[10] = "NotAllowed",
	[11] = "QueryTerminated",
	[12] = "DataMissing",
	[13] = "CatchUpComplete",
	[14] = "NotSupported",
	[15] = "TLSConnectionRefused",
	[16] = "AddressInUse",
	[17] = "ConfigurationConflict",
	[18] = "MissingBindingInformation",
	[19] = "OutdatedBindingInformation",
	[20] = "ServerShuttingDown",
	[21] = "DNSUpdateNotSupported",
	[22] = "ExcessiveTimeSkew",
};

const char *message_type_name(unsigned int type)
{
	return type < sizeof(message_names) / sizeof(message_names[0]) ? message_names[type] : NULL;
}

const char *status_code_name(unsigned int code)
{
	return code < sizeof(status_names) / sizeof(status_names[0]) ? status_names[code] : NULL;
}
