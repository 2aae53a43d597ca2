/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_STORE_H
#define DHCP6_STORE_H

/*
 * Files: the lease file, replaced whole (temporary file, fsync, rename, fsync of
 * the folder) under a lock (`path`.lock), with the records of interfaces that are not ours kept as
 * they are; and the pid file.
 */

#include <stdbool.h>
#include <sys/types.h>

#include "core/auth.h"
#include "core/duid.h"
#include "core/lease.h"

/*
 * Reads a whole file; its malloc()ed contents, with a NUL behind them, and its size,
 * or NULL with errno set (EFBIG: larger than 16 MiB). Symbolic links are followed.
 */
char *store_read(const char *path, size_t *size);

/*
 * Replaces a file atomically; 0 or -errno, and the old one is still there. Symbolic links are
 * followed, a device (/dev/null) is written to.
 */
int store_replace(const char *path, const void *bytes, size_t size, mode_t mode);

/*
 * The host's DUID in the lease file at `path`; size 0 where there is none.
 * A damaged file is copied to `path`.bad, what can be read of it is written to
 * `path`, and that is said. 0 or -errno (-ENOENT: no file yet).
 */
int store_load_duid(const char *path, struct duid *duid);

/*
 * The last lease of an interface in the file, with stamps in milliseconds since boot, computed
 * from the wall clock (one in the future counts as now). 1 found, 0 none, or -errno.
 */
int store_load_lease(const char *path, const char *interface, struct lease *lease);

/*
 * Writes the DUID (size 0: the one in the file stays) and the lease of `interface`
 * in place of all its older ones (interface NULL: only the DUID; lease NULL: the
 * older ones are taken out). All else in the file stays. 0 or -errno (-ENOENT: no such folder).
 */
int store_save(const char *path, const struct duid *duid, const char *interface,
	       const struct lease *lease);

/*
 * The reconfigure key of an interface, in a file of its own beside the lease file,
 * PATH.INTERFACE.key, mode 0600. Load: 1 found, 0 none or damaged, or -errno. Without a
 * key the file is removed.
 */
int store_load_key(const char *path, const char *interface, struct rkap *rkap);
int store_save_key(const char *path, const char *interface, const struct rkap *rkap);

/* The pid in a pid file, or 0. */
pid_t store_read_pid(const char *path);
int store_write_pid(const char *path, pid_t pid);

#endif
