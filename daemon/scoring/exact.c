#include "scoring/exact.h"

#include <assert.h>
#include <inttypes.h>

#include "scheme/scheme.h"

static int64_t
power_of_ten(unsigned digits)
{
	int64_t power = 1;

	assert(digits <= SCHEME_DIGITS_MAX);
	while (digits-- > 0)
		power *= 10;
	return power;
}

void
exact_set(mpq_t value, struct ratio ratio)
{
	assert(ratio.num >= 0 && ratio.den > 0);
	mpq_set_si(value, ratio.num, (unsigned long)ratio.den);
	mpq_canonicalize(value);
}

char *
exact_text(struct arena *arena, const mpq_t value)
{
	/* GMP's own bound: both numbers, a sign, the stroke, the end. */
	size_t size =
	    mpz_sizeinbase(mpq_numref(value), 10) + mpz_sizeinbase(mpq_denref(value), 10) + 3;
	char *text = arena_alloc(arena, size);

	return text == NULL ? NULL : mpq_get_str(text, 10, value);
}

int64_t
exact_published(const mpq_t value, unsigned digits)
{
	mpz_t twice;
	int64_t published;

	assert(mpq_sgn(value) >= 0);
	/* floor(n/d * 10^digits + 1/2) = floor((2 * n * 10^digits + d) / 2d) */
	mpz_init(twice);
	mpz_mul_si(twice, mpq_numref(value), 2 * power_of_ten(digits));
#ifndef JX_PLANT_ROUNDING /* a canary's build cuts figures instead */
	mpz_add(twice, twice, mpq_denref(value));
#endif
	mpz_fdiv_q(twice, twice, mpq_denref(value));
	mpz_fdiv_q_2exp(twice, twice, 1);
	assert(mpz_fits_slong_p(twice));
	published = mpz_get_si(twice);
	mpz_clear(twice);
	return published;
}

char *
exact_published_text(struct arena *arena, int64_t published, unsigned digits)
{
	int64_t one = power_of_ten(digits);

	assert(published >= 0);
	if (digits == 0)
		return arena_printf(arena, "%" PRId64, published);
	return arena_printf(
	    arena, "%" PRId64 ".%0*" PRId64, published / one, (int)digits, published % one);
}

struct ratio
exact_of_published(int64_t published, unsigned digits)
{
	return (struct ratio){published, power_of_ten(digits)};
}
