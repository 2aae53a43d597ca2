/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_PROTO_H
#define DHCP6_PROTO_H

/* Numbers of the standard (RFC 9915 section 7 and the IANA registry) and their names. */

#include <stdint.h>

/*
 * Time: milliseconds since boot (CLOCK_BOOTTIME: counts while suspended, no
 * step of the wall clock moves it). May be negative for what was received
 * before the last boot.
 */
typedef int64_t msec;
#define NEVER INT64_MAX

/* 0xffffffff in a lifetime, T1 or T2 is infinity (RFC 9915 section 7.7). */
#define INFINITE_TIME UINT32_MAX

/* The moment `seconds` after `start`; NEVER for infinity. Cannot overflow. */
msec msec_after(msec start, uint32_t seconds);

/* Information refresh time in seconds (section 7.6). */
#define IRT_DEFAULT 86400
#define IRT_MINIMUM 600

#define DHCP6_CLIENT_PORT 546
#define DHCP6_SERVER_PORT 547

enum message_type {
	MESSAGE_SOLICIT = 1,
	MESSAGE_ADVERTISE = 2,
	MESSAGE_REQUEST = 3,
	MESSAGE_CONFIRM = 4,
	MESSAGE_RENEW = 5,
	MESSAGE_REBIND = 6,
	MESSAGE_REPLY = 7,
	MESSAGE_RELEASE = 8,
	MESSAGE_DECLINE = 9,
	MESSAGE_RECONFIGURE = 10,
	MESSAGE_INFORMATION_REQUEST = 11,
	MESSAGE_RELAY_FORW = 12,
	MESSAGE_RELAY_REPL = 13,
	MESSAGE_ADDR_REG_INFORM = 36,
	MESSAGE_ADDR_REG_REPLY = 37,
};

enum option_code {
	OPTION_CLIENTID = 1,
	OPTION_SERVERID = 2,
	OPTION_IA_NA = 3,
	OPTION_IA_TA = 4,
	OPTION_IAADDR = 5,
	OPTION_ORO = 6,
	OPTION_PREFERENCE = 7,
	OPTION_ELAPSED_TIME = 8,
	OPTION_RELAY_MSG = 9,
	OPTION_AUTH = 11,
	OPTION_UNICAST = 12,
	OPTION_STATUS_CODE = 13,
	OPTION_RAPID_COMMIT = 14,
	OPTION_USER_CLASS = 15,
	OPTION_VENDOR_CLASS = 16,
	OPTION_VENDOR_OPTS = 17,
	OPTION_INTERFACE_ID = 18,
	OPTION_RECONF_MSG = 19,
	OPTION_RECONF_ACCEPT = 20,
	OPTION_DNS_SERVERS = 23,
	OPTION_DOMAIN_LIST = 24,
	OPTION_IA_PD = 25,
	OPTION_IAPREFIX = 26,
	OPTION_SNTP_SERVERS = 31,
	OPTION_INFORMATION_REFRESH_TIME = 32,
	OPTION_CLIENT_FQDN = 39,
	OPTION_NTP_SERVER = 56,
	OPTION_AFTR_NAME = 64,
	OPTION_PD_EXCLUDE = 67,
	OPTION_CLIENT_LINKLAYER_ADDR = 79,
	OPTION_SOL_MAX_RT = 82,
	OPTION_INF_MAX_RT = 83,
	OPTION_S46_RULE = 89,
	OPTION_S46_BR = 90,
	OPTION_S46_DMR = 91,
	OPTION_S46_V4V6BIND = 92,
	OPTION_S46_PORTPARAMS = 93,
	OPTION_S46_CONT_MAPE = 94,
	OPTION_S46_CONT_MAPT = 95,
	OPTION_S46_CONT_LW = 96,
	OPTION_V6_DNR = 144,
	OPTION_ADDR_REG_ENABLE = 148,
};

enum status_code {
	STATUS_SUCCESS = 0,
	STATUS_UNSPEC_FAIL = 1,
	STATUS_NO_ADDRS_AVAIL = 2,
	STATUS_NO_BINDING = 3,
	STATUS_NOT_ON_LINK = 4,
	STATUS_USE_MULTICAST = 5,
	STATUS_NO_PREFIX_AVAIL = 6,
};

/* "Solicit", "Information-request"; NULL for a type that the registry does not have. */
const char *message_type_name(unsigned int type);

/* "NoAddrsAvail"; NULL for a code that the registry does not have. */
const char *status_code_name(unsigned int code);

#endif
