/** How a large installation is spread: never evenly. The same for the same numbers, on every machine. */

/** What one page of a large installation holds. */
export interface PageSize {
  slug: string;
  components: number;
  subscribers: number;
  incidents: number;
  /** Since when it exists, in days. */
  days: number;
  /** `Etc/UTC` of most. */
  timezone: string;
}

/** The page with the most components, that with the most subscribers and the longest past, and an ordinary one. */
export const WIDE = 'wide';
export const LOVED = 'loved';
export const SMALL = 'small';
/** What the ordinary page holds: 20 components, 20 subscribers and 20 past incidents. */
const ORDINARY = 20;

const ZONES = ['Etc/UTC', 'Etc/UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Tokyo'];

/** Numbers from 0 to 1 that look like chance (a linear congruence, Numerical Recipes, section 7.1). */
export function chances(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * `total` things on so many places, at least `least` on each: the place of rank r has a share of r^-steepness, and who
 * has which rank is left to chance.
 */
export function spread(
  total: number,
  places: number,
  shape: { steepness: number; least: number },
  chance: () => number,
): number[] {
  const weights = Array.from({ length: places }, (_, rank) => (rank + 1) ** -shape.steepness);
  const all = weights.reduce((sum, one) => sum + one, 0);
  const free = Math.max(0, total - places * shape.least);
  let given = 0;
  let due = 0;
  const counts = weights.map((weight) => {
    due += (weight / all) * free;
    const count = Math.round(due) - given;
    given += count;
    return count + shape.least;
  });
  for (let place = counts.length - 1; place > 0; place -= 1) {
    const other = Math.floor(chance() * (place + 1));
    [counts[place], counts[other]] = [counts[other] ?? 0, counts[place] ?? 0];
  }
  return counts;
}

/**
 * The pages of an installation: ten components, ten subscribers and five past incidents to each on the average. One of
 * them has four components in a hundred, another one subscriber in five and one incident in ten.
 */
export function pageSizes(pages: number): PageSize[] {
  const chance = chances(11);
  const others = Math.max(1, pages - 3);
  const ordinary = { components: ORDINARY, subscribers: ORDINARY, incidents: ORDINARY };
  const special = [
    { slug: WIDE, ...ordinary, components: Math.round(pages * 0.4) },
    { slug: LOVED, components: 40, subscribers: pages * 2, incidents: Math.round(pages / 2) },
    { slug: SMALL, ...ordinary },
  ];
  const taken = (what: 'components' | 'subscribers' | 'incidents') =>
    special.reduce((sum, page) => sum + page[what], 0);
  const components = spread(pages * 10 - taken('components'), others, { steepness: 0.5, least: 1 }, chance);
  const subscribers = spread(pages * 10 - taken('subscribers'), others, { steepness: 0.8, least: 0 }, chance);
  const incidents = spread(pages * 5 - taken('incidents'), others, { steepness: 0.7, least: 0 }, chance);
  // Most are young: half of them came within the last three months, one in a hundred is three years old.
  const ages = spread(others * 90, others, { steepness: 0.4, least: 20 }, chance);
  return [
    ...special.map((page) => ({ ...page, days: page.slug === LOVED ? 1_000 : 120, timezone: 'Etc/UTC' })),
    ...Array.from({ length: others }, (_, n) => ({
      slug: `page-${n + 1}`,
      components: components[n] ?? 1,
      subscribers: subscribers[n] ?? 0,
      incidents: incidents[n] ?? 0,
      days: Math.min(1_100, ages[n] ?? 90),
      timezone: ZONES[n % ZONES.length] ?? 'Etc/UTC',
    })),
  ];
}
