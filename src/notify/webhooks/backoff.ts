const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** How long after each failure it is tried again: the schedule that the Standard Webhooks specification proposes. */
const PAUSES_MS = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];
/** Each pause is longer by up to so much of itself, so that what failed together does not come back together. */
const JITTER = 0.1;

/** Nothing but failure for so long switches a webhook off. A single event is tried for a little longer. */
export const DISABLE_AFTER_MS = 3 * 24 * HOUR;

/**
 * How long to wait before the next attempt.
 *
 * @param attempts that have failed
 * @param random from 0 to 1
 * @param wanted by the receiver (`Retry-After`), in milliseconds: never earlier than that
 * @returns null when it was the last one
 */
export function pauseAfter(attempts: number, random: number, wanted: number | null): number | null {
  const pause = PAUSES_MS[attempts - 1];
  if (pause === undefined) return null;
  return Math.max(Math.round(pause * (1 + JITTER * random)), wanted ?? 0);
}
