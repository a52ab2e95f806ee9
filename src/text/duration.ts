/** Lengths of time in words. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

type Part = [count: number, unit: string];

/**
 * A length of time in words, by its two largest units, cut off: `31 minutes`, `2 hours 5 minutes`, `3 days 4 hours`.
 * Takes milliseconds; what is shorter than a minute is told in seconds.
 */
export function duration(milliseconds: number, language: string): string {
  const days = Math.floor(milliseconds / DAY);
  const hours = Math.floor((milliseconds % DAY) / HOUR);
  const minutes = Math.floor((milliseconds % HOUR) / MINUTE);
  if (days > 0) return join([days, 'day'], [hours, 'hour'], language);
  if (hours > 0) return join([hours, 'hour'], [minutes, 'minute'], language);
  if (minutes > 0) return amount([minutes, 'minute'], language);
  return amount([Math.max(0, Math.floor(milliseconds / SECOND)), 'second'], language);
}

function join(first: Part, second: Part, language: string): string {
  const whole = amount(first, language);
  // To join one alone would cost a browser milliseconds for nothing.
  if (second[0] === 0) return whole;
  const list = new Intl.ListFormat(language, { type: 'unit', style: 'narrow' });
  return list.format([whole, amount(second, language)]);
}

const units = new Map<string, Intl.NumberFormat>();

function amount([count, unit]: Part, language: string): string {
  const key = `${language} ${unit}`;
  const format =
    units.get(key) ?? new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' });
  units.set(key, format);
  return format.format(count);
}
