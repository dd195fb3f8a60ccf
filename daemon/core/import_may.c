/* When a year takes no import: its goals are issued (R11), or its result is under way or published (R32). */
#include "core/import.h"
#include "deeds/deed.h"

enum jx_err
import_may(const struct book *book, enum jx_err err)
{
	const Jx__Outcome *outcome =
	    book == NULL ? NULL : (const Jx__Outcome *)book_get(book, PAPER_OUTCOMES, "result");

	if (err == JX_E_NOT_FOUND)
		return JX_OK; /* a new year */
	/* Issued goals are frozen for everyone, the administrator too (R11). */
	for (size_t i = 0; err == JX_OK && i < book_count(book, PAPER_PLANS); i++)
		if (deed_is(((const Jx__Plan *)book_at(book, PAPER_PLANS, i)->record)->state, "issued"))
			return JX_E_LIFE;
	if (err != JX_OK || outcome == NULL || deed_is(outcome->state, "returned"))
		return err;
	return deed_is(outcome->state, "published") ? JX_E_FROZEN : JX_E_LIFE;
}
