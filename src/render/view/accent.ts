/**
 * A tenant's colour touches logo, links and buttons. It may be any colour, so what is written in it, or on it, is made
 * readable here: 4.5 to 1 (WCAG 2.2, 1.4.3) on the paper of light and dark pages.
 */

export const ACCENT = '#2c41c9';

const READABLE = 4.6;
const LIGHT = { paper: '#f6f6f3', ink: '#171a1f' };
const DARK = { paper: '#171b1f', ink: '#e8eaed' };

type Rgb = readonly [red: number, green: number, blue: number];

/** The accent of a page: its own when it is of the form `#rrggbb`, else the built-in one. */
export function accentOf(accent: string | null): string {
  return accent !== null && /^#[0-9a-f]{6}$/i.test(accent) ? accent.toLowerCase() : ACCENT;
}

/** White or ink, whichever reads better on the accent. */
export function onAccent(accent: string): string {
  return contrast(parse(accent), parse('#ffffff')) >= contrast(parse(accent), parse(LIGHT.ink))
    ? '#ffffff'
    : LIGHT.ink;
}

/** The custom properties of an accent, as a rule for the page's stylesheet. Takes what `accentOf` returned. */
export function accentCss(accent: string): string {
  const links = `light-dark(${readable(accent, LIGHT)},${readable(accent, DARK)})`;
  return `:root{--accent:${accent};--on-accent:${onAccent(accent)};--link:${links}}`;
}

/** How an accent reads, for whoever chooses it. */
export interface AccentReport {
  /** What is written on it, and how well that reads, as `n` to 1. */
  on: { colour: string; ratio: number };
  /** Links on light and on dark pages: the accent, or what it is mixed to. */
  links: Record<'light' | 'dark', { colour: string; own: number; ratio: number }>;
}

/** Takes what `accentOf` returned. */
export function accentReport(accent: string): AccentReport {
  const on = onAccent(accent);
  const linkOn = (scheme: typeof LIGHT) => {
    const colour = readable(accent, scheme);
    const ratioOf = (one: string) => contrast(parse(one), parse(scheme.paper));
    return { colour, own: ratioOf(accent), ratio: ratioOf(colour) };
  };
  return {
    on: { colour: on, ratio: contrast(parse(accent), parse(on)) },
    links: { light: linkOn(LIGHT), dark: linkOn(DARK) },
  };
}

function readable(accent: string, { paper, ink }: { paper: string; ink: string }): string {
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = mix(parse(accent), parse(ink), share);
    if (contrast(mixed, parse(paper)) >= READABLE) return hex(mixed);
  }
  return ink;
}

function parse(colour: string): Rgb {
  const at = (index: number) => Number.parseInt(colour.slice(index, index + 2), 16);
  return [at(1), at(3), at(5)];
}

function hex(rgb: Rgb): string {
  return `#${rgb.map((value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`;
}

function mix(a: Rgb, b: Rgb, share: number): Rgb {
  return [0, 1, 2].map((index) => a[index]! * (1 - share) + b[index]! * share) as unknown as Rgb;
}

function contrast(a: Rgb, b: Rgb): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(rgb: Rgb): number {
  const [red, green, blue] = rgb.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
