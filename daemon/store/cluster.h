/*
 * store/cluster.h: the embedded PostgreSQL of "jixiaod --data DIR": made when
 * missing, started as a direct child, started again when it dies, stopped with
 * us (also when we are killed: it then gets SIGINT from the kernel and stops
 * cleanly).
 *
 * It listens on a socket in a private folder only. When we are root it runs as
 * user postgres. A server that an earlier, killed daemon left behind is stopped
 * first. Files: store/folder.h.
 */
#ifndef JX_STORE_CLUSTER_H
#define JX_STORE_CLUSTER_H

#include <event2/event.h>
#include <sys/types.h>

#include "port/log.h"
#include "wire/err.h"

struct cluster;

/*
 * Blocks until the server serves (0.2 s; the first time a second or two for
 * initdb; longer when it must recover much) and holds the database "jixiao" and
 * its roles. The thread that calls must live as long as the cluster (parent
 * death signal). log is copied. JX_E_UNAVAILABLE: the log says why; JX_E_MEMORY.
 */
JX_MUST_USE enum jx_err cluster_open(
    struct event_base *base, const char *dir, const struct log_port *log, struct cluster **out);
/* Fast shutdown, up to 10 s; harder then. NULL is fine. */
void cluster_close(struct cluster *cluster);

/* For store_config.url and .pool_url; valid while the cluster is open. */
const char *cluster_owner_url(const struct cluster *cluster);
const char *cluster_pool_url(const struct cluster *cluster);
/* The folder of the socket: for an administrator's psql (user postgres). */
const char *cluster_socket_dir(const struct cluster *cluster);
/* 0 while it is down. */
pid_t cluster_pid(const struct cluster *cluster);

#endif
