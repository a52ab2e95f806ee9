/** Days in zones, by the formatter of the engine: the product counts them by another library. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** `yyyy-mm-dd` of a moment. */
export function dayInZone(at: number, zone: string): string {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
    formats.set(zone, format);
  }
  return format.format(at);
}

/** Lengths in hours of the days that are not 24 hours long, as the tz database has them, written down by hand. */
export const ODD_DAYS: Readonly<Record<string, number>> = {
  'Europe/Berlin 2026-10-25': 25,
  'America/New_York 2026-11-01': 25,
  'Australia/Lord_Howe 2026-10-04': 23.5,
  'America/New_York 2027-03-14': 23,
  'Europe/Berlin 2027-03-28': 23,
  'Australia/Lord_Howe 2027-04-04': 24.5,
};
