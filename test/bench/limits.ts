const NAME_MAX = 200;
const DESCRIPTION_MAX = 2_000;
const BODY_MAX = 25_000;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** A name or title of another product as ours may be: one line of 1 to 200 characters. */
export function asName(name: string): string {
  return name.replace(/\s+/g, ' ').trim().slice(0, NAME_MAX) || 'Without a name';
}

export function asDescription(description: string | null): string {
  return (description ?? '').slice(0, DESCRIPTION_MAX);
}

export function asBody(body: string): string {
  return body.slice(0, BODY_MAX) || '–';
}

/** A place of a list of so many entries. Without a wish it is the last. */
export function asPlace(position: number | null | undefined, entries: number): number {
  return Math.min(Math.max(position ?? entries, 1), Math.max(entries, 1));
}

/** A day ahead, so that no clock interferes, with the length that was planned. */
export function plannedAhead(window: { scheduled_for: string | null; scheduled_until: string | null }): {
  starts_at: string;
  ends_at: string;
} {
  const length = Date.parse(window.scheduled_until ?? '') - Date.parse(window.scheduled_for ?? '');
  const start = Date.now() + DAY_MS;
  const utc = (time: number) => new Date(time).toISOString().replace('Z', '+00:00');
  return { starts_at: utc(start), ends_at: utc(start + (length > 0 ? length : HOUR_MS)) };
}
