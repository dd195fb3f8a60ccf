/*
 * cli/drawing.h: the tree that explains a unit's total, drawn with lines.
 */
#ifndef JX_CLI_DRAWING_H
#define JX_CLI_DRAWING_H

#include <jx/result.pb-c.h>

#include "cli/cli.h"

/*
 * To stdout. Nodes as scoring gives them, but numbers may be missing (what an
 * auditor may not see is left out): parents come before their children.
 */
int drawing_print(const struct cli *cli, const Jx__Explanation *explanation);

#endif
