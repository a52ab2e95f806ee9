/** The request target as it came over the wire, before anything decodes it. */

export interface RequestTarget {
  /** The path, beginning with `/`, percent-encoded but for what needs no encoding (RFC 3986, section 6.2.2.2). */
  path: string;
  /** Behind the `?`, without it. */
  query: string;
  /** Of the absolute form, else null. */
  authority: string | null;
}

const ABSOLUTE = /^https?:\/\/([^/?#]*)/i;

/** Letters, digits, `-`, `.`, `_` and `~` in percent-encoding: `/api/v1/component%73` is the path of the list, too. */
const NEEDLESS = /%(?:2[de]|3[0-9]|[46][1-9a-f]|5[0-9af]|7[0-9ae])/gi;
/** The longest name that DNS has. */
const LONGEST_HOST = 253;

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
  const plain = path.replace(NEEDLESS, (encoded) => decodeURIComponent(encoded));
  return { path: plain, query: mark < 0 ? '' : rest.slice(mark + 1), authority: absolute?.[1] ?? null };
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
  return host.length <= LONGEST_HOST && /^[a-z0-9.-]+$|^\[[0-9a-f:.]+\]$/.test(host) ? host : '';
}
