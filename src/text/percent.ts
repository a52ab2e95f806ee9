/**
 * What rounding errors of binary fractions may take away, in hundredths of a percent. One millisecond of partial outage
 * in 90 days weighs four times as much.
 */
const ROUNDING = 1e-7;

/** One formatter and what it said before, per language: a page prints the same few percentages over and over. */
const formats = new Map<string, { format: Intl.NumberFormat; known: Map<number, string> }>();

/**
 * A share of time in words: `99.91%`. Always two decimals, and cut off instead of rounded, so that any trouble keeps it
 * below 100.00%. Takes a percentage from 0 to 100.
 */
export function formatPercent(percent: number, language: string): string {
  let entry = formats.get(language);
  if (!entry) {
    const digits = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
    entry = { format: new Intl.NumberFormat(language, { style: 'percent', ...digits }), known: new Map() };
    formats.set(language, entry);
  }
  const hundredths = Math.floor(percent * 100 + ROUNDING);
  let text = entry.known.get(hundredths);
  if (text === undefined) {
    text = entry.format.format(hundredths / 10_000);
    entry.known.set(hundredths, text);
  }
  return text;
}

const exact = new Map<string, Intl.NumberFormat>();

/** A share of time for those who check it: all three decimals that there are, `99.956%`, or `100%`. */
export function exactPercent(percent: number, language: string): string {
  const decimals = percent === 100 ? 0 : 3;
  const key = `${language} ${decimals}`;
  let format = exact.get(key);
  if (!format) {
    const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    format = new Intl.NumberFormat(language, { style: 'percent', ...digits });
    exact.set(key, format);
  }
  return format.format(percent / 100);
}
