import type { IncomingMessage } from 'node:http';
import { HttpError } from './errors.ts';

/** What a refused body may still send, so that its sender gets to read why: a file of twice the size that we take. */
const DRAINED_BYTES = 20 * 1024 * 1024;

/** A body that is not over the limit, counted while it streams in. @throws HttpError 413, 400 when it breaks off */
export async function readBody(req: IncomingMessage, limit: number): Promise<Buffer> {
  const tooLarge = () =>
    new HttpError(413, `The body is larger than ${Math.floor(limit / 1024)} KiB.`, { Connection: 'close' });
  const announced = Number(req.headers['content-length'] ?? 0);
  // Whoever is sending already hears of it only behind the last byte; who asks first need not begin.
  if (announced > limit + (req.headers.expect === undefined ? DRAINED_BYTES : 0)) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of req as AsyncIterable<Buffer>) {
      size += chunk.length;
      // Leaving the loop would destroy the request, and with it the way to answer.
      if (size <= limit) chunks.push(chunk);
      else if (size > limit + DRAINED_BYTES) break;
    }
  } catch {
    throw new HttpError(400, 'The body broke off.');
  }
  if (size > limit) throw tooLarge();
  return Buffer.concat(chunks, size);
}

/** Reads what is left of a request after its answer, up to a bound, and then lets go of the connection. */
export function drain(req: IncomingMessage): void {
  if (req.complete || req.destroyed) return;
  let left = DRAINED_BYTES;
  req.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) req.destroy();
  });
  req.resume();
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @throws HttpError 400 */
export function utf8Of(body: Buffer): string {
  try {
    return decoder.decode(body);
  } catch {
    throw new HttpError(400, 'The body is not valid UTF-8.');
  }
}

/** JSON in UTF-8 without a byte order mark. @throws HttpError 400 */
export function parseJson(body: Buffer): unknown {
  const text = utf8Of(body);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new HttpError(
      400,
      `The body is not valid JSON: ${error instanceof Error ? error.message : 'it can not be parsed'}.`,
    );
  }
}
