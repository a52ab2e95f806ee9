/** Times as people write them, by the clocks of a zone. */
import { Temporal } from 'temporal-polyfill';

export type LocalMoment =
  | { kind: 'moment'; at: number }
  /** Clocks are put forward over it. */
  | { kind: 'skipped' }
  /** Clocks are put back over it: it could be either of two moments. */
  | { kind: 'twice' }
  | { kind: 'malformed' };

/** `yyyy-mm-ddThh:mm` of a moment (ms since the epoch). */
export function localTime(at: number, zone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(at)
    .toZonedDateTimeISO(zone)
    .toPlainDateTime()
    .toString({ smallestUnit: 'minute' });
}

/** The moment at which the clocks of a zone show `yyyy-mm-ddThh:mm`. */
export function momentOfLocal(text: string, zone: string): LocalMoment {
  if (!/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?$/.test(text)) return { kind: 'malformed' };
  let local: Temporal.PlainDateTime;
  try {
    local = Temporal.PlainDateTime.from(text, { overflow: 'reject' });
  } catch {
    return { kind: 'malformed' };
  }
  const earlier = local.toZonedDateTime(zone, { disambiguation: 'earlier' });
  const later = local.toZonedDateTime(zone, { disambiguation: 'later' });
  if (earlier.epochMilliseconds === later.epochMilliseconds)
    return { kind: 'moment', at: earlier.epochMilliseconds };
  return { kind: earlier.toPlainDateTime().equals(local) ? 'twice' : 'skipped' };
}
