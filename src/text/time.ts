/** Moments (ms since the epoch) in the forms of our documents. All in UTC and in whole seconds, rounded down. */

/** `2026-02-28T06:30:00+00:00`, the form of every time in our JSON (contract, head) and in Atom (RFC 3339). */
export function isoTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}+00:00`;
}

/** The same, or null of null. */
export function isoTimeOrNull(at: number | null): string | null {
  return at === null ? null : isoTime(at);
}

/** `Sat, 28 Feb 2026 06:30:00 GMT`, for RSS (RFC 822 with the four-digit year of RFC 1123). */
export function rfc822Time(at: number): string {
  return new Date(at).toUTCString();
}

/** `20260228T063000Z`, for iCalendar (RFC 5545, section 3.3.5, form 2). */
export function icsTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}
