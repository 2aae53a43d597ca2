/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_CONF_H
#define DHCP6_CONF_H

/*
 * dhcp6-client.conf, in the language of dhclient.conf. Errors are given to a
 * function with file, line, column and what was expected; the statement is lost, the rest counts.
 * An interface block begins as a copy of what was said for all before it.
 */

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/client.h"
#include "core/duid.h"
#include "core/message.h"
#include "core/option.h"
#include "text/dictionary.h"
#include "text/fqdn.h"
#include "text/modifier.h"

#define CONF_INTERFACES 32
#define CONF_PATH	256
#define CONF_REPORTS	100 /* diagnostics of a kind that are told of, then silence */
#define CONF_DEPTH	8   /* of files that include one another */
#define CONF_INCLUDED	64  /* files in all */

/* What can be said for all interfaces and, in an interface block, for one. */
struct conf_scope {
	char interface[IFNAMSIZ]; /* empty: for all */
	uint8_t n_request;
	uint16_t request[MESSAGE_ORO];	  /* as named: see option_requestable() for an ORO */
	struct duid client_id;		  /* send dhcp6.client-id; size 0: not said */
	struct options send;		  /* send dhcp6.NAME value; and all below */
	struct fqdn fqdn;		  /* send fqdn.NAME value; it is in `send` too */
	bool rapid_commit;		  /* send dhcp6.rapid-commit; */
	bool reconfigure;		  /* send dhcp6.reconf-accept; */
	struct duid_list reject;	  /* reject-server DUID, ...; (ours) */
	struct duid_list accept;	  /* accept-server DUID, ...; (ours) */
	enum client_mode mode;		  /* mode stateful | stateless | auto; (ours) */
	unsigned int router_timeout;	  /* seconds: router-timeout; with mode auto (ours) */
	bool register_addresses;	  /* register-addresses yes | no; (ours) */
	bool anonymous;			  /* anonymous; (ours) */
	enum dad_method dad;		  /* dad kernel | optimistic | probe | off; (ours) */
	enum late_conflict late_conflict; /* late-conflict log | hook | decline; (ours) */
	char script[CONF_PATH];		  /* empty: not said */
	struct modifiers modifiers; /* default, supersede, prepend, append dhcp6.NAME value; */
};

struct conf {
	unsigned int timeout;	      /* seconds: with -1; UINT32_MAX: no limit */
	unsigned int script_timeout;  /* seconds a script may run */
	struct dictionary dictionary; /* option dhcp6.NAME code N = TYPE; */
	struct conf_scope all;
	uint8_t n_interfaces;
	struct conf_scope interface[CONF_INTERFACES];
};

enum conf_severity {
	CONF_ERROR,	  /* wrong: the statement is lost */
	CONF_UNSUPPORTED, /* dhclient can do it, this client can not: the statement is lost */
	CONF_IGNORED,	  /* means something to DHCPv4 only, or nothing any more */
};

struct conf_diagnostic {
	enum conf_severity severity;
	const char *file;
	unsigned int line;
	unsigned int column;
	const char *message; /* "expected ; after the value" */
	const char *source;  /* the line of text, `source_size` octets; none of a line that is */
	size_t source_size;  /* too long to be shown */
};

/* What the parser has done for it, as it opens no file itself. Each may be NULL. */
struct conf_host {
	void (*report)(void *context, const struct conf_diagnostic *diagnostic);
	/* The whole file, or NULL and in `error` why; and what is done with it in the end. */
	char *(*read)(void *context, const char *path, size_t *size, const char **error);
	void (*release)(void *context, char *text);
	void *context;
	const char *hostname; /* for gethostname() */
	bool tell_all;	      /* more than CONF_REPORTS */
};

/* The defaults: timeout 60; script-timeout 60; router-timeout 10; request dhcp6.name-servers,
 * dhcp6.domain-search; */
void conf_init(struct conf *conf);

/*
 * Reads `size` octets of `text`, called `file` in diagnostics, and the files that it includes.
 * False when there was a CONF_ERROR. `host` may be NULL.
 */
bool conf_parse(struct conf *conf, const char *file, const char *text, size_t size,
		const struct conf_host *host);

/* The scope for an interface: its own block's, else the one for all. */
const struct conf_scope *conf_scope(const struct conf *conf, const char *interface);

#endif
