/* core/export.h: what is stored, read back: the years, a scheme, the records, page by page at one
 * fixed batch. */
#ifndef JX_CORE_EXPORT_H
#define JX_CORE_EXPORT_H

#include "core/request.h"

enum {
	EXPORT_SCHEME_SIZE = 40 << 10, /* bytes of text a page */
	EXPORT_RECORD_COUNT =
	    200, /* records a page; one is under 250 bytes packed, but for long titles */
	EXPORT_RECORD_SIZE = 48 << 10, /* packed bytes a page: fewer records where they are long */
};

void export_handle_years(struct core *core, struct request *req);
void export_handle_scheme(struct core *core, struct request *req);
void export_handle_records(struct core *core, struct request *req);

#endif
