import { hash } from 'node:crypto';
import type { Asked } from './asked.ts';
import type { Answer } from './declare.ts';
import { HttpError } from './errors.ts';

/** What changes by itself, without anybody's editing the resource. */
const PASSING = new Set(['revision', 'published_revision', 'published_at', 'publish_error', 'last_used_at']);

/** The ETag of a resource: of the document that GET answers, but for what changes by itself. */
export function etagOf(document: unknown): string {
  const lasting = JSON.stringify(document, (name, value: unknown) => (PASSING.has(name) ? undefined : value));
  return `"${hash('sha256', lasting, 'base64url').slice(0, 22)}"`;
}

/**
 * `If-Match` (RFC 9110, section 13.1.1; compared strongly).
 *
 * @param document null of what has no ETag: a list
 * @throws HttpError 412
 */
export function assertMatch(header: string, document: unknown): void {
  if (header.trim() === '*') return;
  if (document === null) throw new HttpError(412, 'There is nothing here with that ETag.');
  const etag = etagOf(document);
  if (header.split(',').some((one) => one.trim() === etag)) return;
  throw new HttpError(
    412,
    'The resource has changed since you read it. Read it again, and repeat the request with its new ETag.',
    { ETag: etag },
  );
}

/** A public answer: with an ETag, and nothing but that for whoever has it (RFC 9110, section 13.1.2). */
export function cacheable(request: Pick<Asked, 'headers'>, answer: Answer): Answer {
  const ETag = `"${hash('sha256', JSON.stringify([answer.body, answer.headers]), 'base64url').slice(0, 22)}"`;
  const headers = { ...answer.headers, ETag, 'Cache-Control': 'public, max-age=10', Vary: 'Accept-Encoding' };
  const known = request.headers.get('if-none-match') ?? '';
  const isKnown = known.split(',').some((one) => ['*', ETag, `W/${ETag}`].includes(one.trim()));
  return isKnown ? { status: 304, headers } : { ...answer, headers };
}
