/** The request target as it came over the wire, before anything decodes it. */

export interface RequestTarget {
  /** The path, as it came: percent-encoded, beginning with `/`. */
  path: string;
  /** Behind the `?`, without it. */
  query: string;
  /** Of the absolute form, else null. */
  authority: string | null;
}

const ABSOLUTE = /^https?:\/\/([^/?#]*)/i;

/**
 * Takes a request target apart.
 *
 * @returns null for one that must be refused (contract, section 2): dot segments and slashes in any disguise, NUL, a
 *   leading `//`, what is not a valid percent-encoding
 */
export function parseTarget(raw: string): RequestTarget | null {
  const absolute = ABSOLUTE.exec(raw);
  const rest = absolute ? raw.slice(absolute[0].length) || '/' : raw;
  const mark = rest.indexOf('?');
  const path = mark < 0 ? rest : rest.slice(0, mark);
  if (!path.startsWith('/') || path.startsWith('//')) return null;
  if (path.includes('\\') || path.includes('#')) return null;
  if (path.includes('%') && !isHarmless(path)) return null;
  if (/\/\.{1,2}(\/|$)/.test(path)) return null;
  return { path, query: mark < 0 ? '' : rest.slice(mark + 1), authority: absolute?.[1] ?? null };
}

function isHarmless(path: string): boolean {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return false;
  }
  if (/%(2f|5c|00)/i.test(path)) return false;
  return !decoded.split('/').some((segment) => segment === '.' || segment === '..');
}

/** A Host header in small letters, without its port and final dot; empty when there is none that makes sense. */
export function hostOf(header: string | undefined): string {
  if (!header) return '';
  const host = header.toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '');
  return /^[a-z0-9.-]+$|^\[[0-9a-f:.]+\]$/.test(host) ? host : '';
}
