/*
 * store/asset.h: the files of sql/, inside the binary. asset.c is made by
 * embed.cmake.
 */
#ifndef JX_STORE_ASSET_H
#define JX_STORE_ASSET_H

#include <stddef.h>

struct asset {
	const char *name; /* "001_foundation.sql", "functions/batch.sql", "roles.sql", … */
	const char *text; /* NUL-ended */
	size_t size;
};

extern const struct asset asset_list[]; /* by name */
extern const size_t asset_count;

#endif
