/*
 * cli/fetch.h: what comes from the daemon in pages, whole. Everything lives in
 * cli's arena.
 */
#ifndef JX_CLI_FETCH_H
#define JX_CLI_FETCH_H

#include <jx/run.pb-c.h>

#include "cli/online.h"
#include "cli/outcome.h"
#include "records/build.h"

/* The scheme's text. batch 0: as it is now; *batch_out: the state of the year it is of. */
int fetch_scheme(struct cli *cli, const struct online_year *year, uint64_t batch,
    struct bytes *text, uint64_t *batch_out);
/* The scheme of a run, read; NULL when this version cannot read it (then codes are shown). The
 * caller frees it. */
int fetch_scheme_of_run(
    struct cli *cli, const struct online_year *year, const Jx__Run *run, struct scheme **scheme);
/* Every record of that state. */
int fetch_records(struct cli *cli, const struct online_year *year, uint64_t batch,
    struct records_builder *builder);
/* run 0: the newest that is done. *run_out: which one it is. outcome->scheme stays NULL. */
int fetch_outcome(struct cli *cli, const struct online_year *year, uint32_t run,
    const Jx__Run **run_out, struct outcome *outcome);
/* Numbered anew, so that a node's number is its place. */
int fetch_explanation(struct cli *cli, const struct online_year *year, uint32_t run,
    const char *unit, Jx__Explanation *explanation);

#endif
