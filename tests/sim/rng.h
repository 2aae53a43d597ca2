/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_SIM_RNG_H
#define DHCP6_SIM_RNG_H

/* Random numbers that a seed decides, the same on every machine (splitmix64). */

#include <stdbool.h>
#include <stdint.h>

struct rng {
	uint64_t state;
};

static inline uint32_t rng_next(struct rng *rng)
{
	uint64_t z = rng->state += 0x9e3779b97f4a7c15U;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
	z = (z ^ z >> 27) * 0x94d049bb133111ebU;
	return (uint32_t)((z ^ z >> 31) >> 32);
}

/* 0 … `n` - 1 */
static inline uint32_t rng_below(struct rng *rng, uint32_t n)
{
	return rng_next(rng) % n;
}

static inline bool rng_chance(struct rng *rng, uint32_t percent)
{
	return rng_below(rng, 100) < percent;
}

#endif
