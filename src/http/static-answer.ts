/** One published file as it is sent: its encodings, their ETags and heads, and the choice between them. */
import type { Hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

export const CACHE_CONTROL = 'public, max-age=10, stale-while-revalidate=60, stale-if-error=86400';
export const TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  json: 'application/json; charset=utf-8',
  xml: 'application/xml; charset=utf-8',
  ics: 'text/calendar; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  svg: 'image/svg+xml; charset=utf-8',
  png: 'image/png',
  webp: 'image/webp',
  txt: 'text/plain; charset=utf-8',
};
const FEED_TYPES: Record<string, string> = {
  rss: 'application/rss+xml; charset=utf-8',
  atom: 'application/atom+xml; charset=utf-8',
};

export interface Variant {
  /** Null of one that is too large to be kept: it is read anew for each who asks. */
  body: Buffer | null;
  length: number;
  /** Of the file that this was made of. */
  mtimeMs: number;
  etag: string;
  head: string[];
  notModified: string[];
}

export type Encoding = 'br' | 'gz' | 'identity';

const MOST_POLICIES = 1_000;
const policies = new Map<string, string>();

/** The Content-Security-Policy that a published HTML file carries. */
export function policyIn(html: Buffer): string | null {
  const found = /<meta http-equiv="content-security-policy" content="([^"]*)">/.exec(
    html.toString('utf8', 0, 4096),
  )?.[1];
  return found === undefined ? null : onceIn(policies, found);
}

/** Most pages share their policy. What a match found holds on to all of the text that it was found in: a copy does not. */
function onceIn(known: Map<string, string>, text: string): string {
  const same = known.get(text);
  if (same !== undefined) return same;
  if (known.size >= MOST_POLICIES) known.clear();
  const copy = Buffer.from(text).toString();
  known.set(copy, copy);
  return copy;
}

/** The media type of a published file. */
export function typeOf(file: string): string {
  // `api/v1/rss.xml` and `history.rss` alike.
  const name = /(?:^|[/.])(rss|atom)(?:\.xml)?$/.exec(file)?.[1] ?? '';
  return FEED_TYPES[name] ?? TYPES[file.slice(file.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
}

/** The strong ETag of what was fed into a SHA-256. */
export function etagFrom(hash: Hash, encoding: Encoding): string {
  const suffix = encoding === 'identity' ? '' : `-${encoding}`;
  return `"${hash.digest('base64url').slice(0, 22)}${suffix}"`;
}

/** @param more further headers of this file */
export function variantOf(
  { body, length, mtimeMs, etag }: Pick<Variant, 'body' | 'length' | 'mtimeMs' | 'etag'>,
  encoding: Encoding,
  file: string,
  more: Readonly<Record<string, string>>,
): Variant {
  const type = typeOf(file);
  const shared = ['ETag', etag, 'Cache-Control', CACHE_CONTROL, 'Vary', 'Accept-Encoding'];
  for (const [header, value] of Object.entries(more)) shared.push(header, value);
  if (!file.endsWith('.html')) {
    shared.push(
      'Access-Control-Allow-Origin',
      '*',
      'Access-Control-Expose-Headers',
      'ETag, Link, X-Total-Count',
    );
  }
  const head = [
    ...shared,
    'Content-Type',
    type,
    'Content-Length',
    String(length),
    'X-Content-Type-Options',
    'nosniff',
  ];
  if (encoding !== 'identity') head.push('Content-Encoding', encoding === 'br' ? 'br' : 'gzip');
  return { body, length, mtimeMs, etag, head, notModified: shared };
}

const PLAIN: readonly Encoding[] = ['identity'];
const accepted = new Map<string, Encoding[]>();

/** The encodings that a client takes, best first (RFC 9110, section 12.5.3); the file as it is comes last, and always. */
export function encodingsOf(header: string | string[] | undefined): readonly Encoding[] {
  if (typeof header !== 'string') return PLAIN;
  const known = accepted.get(header);
  if (known) return known;
  const weights = new Map<string, number>();
  for (const part of header.toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((piece) => piece.trim());
    const q = parameters.find((parameter) => parameter.startsWith('q='));
    weights.set(name, q === undefined ? 1 : Number(q.slice(2)) || 0);
  }
  const weight = (...names: string[]) =>
    names.map((name) => weights.get(name)).find((q) => q !== undefined) ?? 0;
  const list: Encoding[] = [];
  if (weight('br', '*') > 0) list.push('br');
  if (weight('gzip', 'x-gzip', '*') > 0) list.push('gz');
  list.push('identity');
  if (accepted.size > 1_000) accepted.clear();
  accepted.set(header, list);
  return list;
}

/** True when `If-None-Match` names this ETag: weakly compared (RFC 9110, section 13.1.2). */
function isKnown(header: string, etag: string): boolean {
  if (header === etag || header.trim() === '*') return true;
  return header.split(',').some((one) => one.trim().replace(/^W\//, '') === etag);
}

/** Sends the head of an answer, or all of it when no body follows. @returns false when the body is still to come */
export function sendHead(req: IncomingMessage, res: ServerResponse, variant: Variant): boolean {
  const condition = req.headers['if-none-match'];
  if (condition !== undefined && isKnown(condition, variant.etag)) {
    res.writeHead(304, variant.notModified).end();
    return true;
  }
  res.writeHead(200, variant.head);
  if (req.method !== 'HEAD') return false;
  res.end();
  return true;
}
