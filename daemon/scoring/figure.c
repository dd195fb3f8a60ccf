#include "scoring/figure.h"

#include <string.h>

#include "scheme/scheme.h"
#include "scoring/exact.h"

/* "12.34" is 1234/100: the digits without the point, over a power of ten. */
static bool
read_decimal(mpq_t value, const char *text, const char *point)
{
	char digits[64];
	size_t whole = (size_t)(point - text), fraction = strlen(point + 1);

	if (whole + fraction >= sizeof digits)
		return false;
	memcpy(digits, text, whole);
	memcpy(digits + whole, point + 1, fraction + 1);
	if (mpz_set_str(mpq_numref(value), digits, 10) != 0)
		return false;
	mpz_ui_pow_ui(mpq_denref(value), 10, fraction);
	return true;
}

static void
read_figure(mpq_t value, const char *text)
{
	const char *point = text == NULL ? NULL : strchr(text, '.');
	bool good = text != NULL &&
		    (point == NULL ? mpq_set_str(value, text, 10) == 0 : read_decimal(value, text, point));

	if (!good || mpz_sgn(mpq_denref(value)) == 0)
		mpq_set_ui(value, 0, 1);
	mpq_canonicalize(value);
}

int
figure_compare(const char *left, const char *right)
{
	mpq_t l, r;
	int order;

	mpq_inits(l, r, NULL);
	read_figure(l, left);
	read_figure(r, right);
	order = mpq_cmp(l, r);
	mpq_clears(l, r, NULL);
	return order;
}

char *
figure_add(struct arena *arena, const char *left, const char *right, int64_t num, int64_t den)
{
	mpq_t l, r, factor;
	char *text;

	mpq_inits(l, r, factor, NULL);
	read_figure(l, left);
	read_figure(r, right);
	mpq_set_si(factor, num, (unsigned long)den);
	mpq_canonicalize(factor);
	mpq_mul(r, r, factor);
	mpq_add(l, l, r);
	text = exact_text(arena, l);
	mpq_clears(l, r, factor, NULL);
	return text;
}

char *
figure_times(struct arena *arena, const char *left, const char *right)
{
	mpq_t l, r;
	char *text;

	mpq_inits(l, r, NULL);
	read_figure(l, left);
	read_figure(r, right);
	mpq_mul(l, l, r);
	text = exact_text(arena, l);
	mpq_clears(l, r, NULL);
	return text;
}

char *
figure_text(struct arena *arena, const char *figure, unsigned digits)
{
	mpq_t value;
	bool is_negative;
	int64_t published;
	char *text;

	mpq_init(value);
	read_figure(value, figure);
	is_negative = mpq_sgn(value) < 0;
	mpq_abs(value, value);
	published = exact_published(value, digits);
	mpq_clear(value);
	text = exact_published_text(arena, published, digits);
	return text != NULL && is_negative && published > 0 ? arena_printf(arena, "-%s", text) : text;
}
