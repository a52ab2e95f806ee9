import { isId } from './ids.ts';

const LONGEST = 63;

/**
 * A code or slug made from a name: `Zürich (ZRH)` → `zurich-zrh`. Letters lose their accents, all else becomes hyphens;
 * empty when nothing is left of it.
 */
export function slugOf(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, LONGEST)
    .replace(/-+$/, '');
  return isId(plain) ? `p-${plain}` : plain;
}

/** `zrh`, or `zrh-2`, `zrh-3`, … when it is taken. `wanted` may be empty: then `{fallback}-1`, `{fallback}-2`, … */
export function freeSlug(wanted: string, fallback: string, isTaken: (slug: string) => boolean): string {
  if (wanted !== '' && !isTaken(wanted)) return wanted;
  for (let n = wanted === '' ? 1 : 2; ; n++) {
    const suffix = `-${n}`;
    const slug = (wanted === '' ? fallback : wanted.slice(0, LONGEST - suffix.length)) + suffix;
    if (!isTaken(slug)) return slug;
  }
}
