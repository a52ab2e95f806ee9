/** Reads one published file in one encoding: into memory, or past it when it is large. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { UnreadableError } from '../domain/errors.ts';
import { type Encoding, etagFrom, policyIn, sendHead, type Variant, variantOf } from './static-answer.ts';

/** What is larger in the encoding that is asked for goes from the disk to whoever asks, and is not kept. */
const LARGE_BYTES = 1024 * 1024;
/** A page's policy stands at its beginning. */
const HEAD_BYTES = 4096;

const SUFFIXES: Record<Encoding, string> = { identity: '', br: '.br', gz: '.gz' };

/** What the system says of a path that leads to no file. */
const MISSING = new Set([
  ...['ENOENT', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG', 'ELOOP', 'EINVAL'],
  'ERR_INVALID_ARG_VALUE',
]);

/**
 * Null of what is not there.
 *
 * @throws UnreadableError of what could not be read: it may be there, and a cache in front shall keep what it has
 */
export function nullIfMissing(error: unknown): null {
  if (MISSING.has((error as NodeJS.ErrnoException).code ?? '')) return null;
  throw asTold(error);
}

/** What the system refuses passes; whatever else was thrown stays what it is. */
function asTold(error: unknown): unknown {
  if (!(error instanceof Error && 'syscall' in error)) return error;
  return new UnreadableError({ cause: error });
}

/**
 * @param path of the file itself
 * @param more further headers
 * @returns null when it is not there in this encoding
 */
export async function readVariant(
  path: string,
  encoding: Encoding,
  file: string,
  more: Readonly<Record<string, string>>,
): Promise<Variant | null> {
  const opened = await open(path + SUFFIXES[encoding]).catch(nullIfMissing);
  if (!opened) return null;
  try {
    const stats = await opened.stat();
    if (!stats.isFile()) return null;
    const hash = createHash('sha256');
    const body = stats.size > LARGE_BYTES ? null : await opened.readFile();
    if (body) hash.update(body);
    else
      for await (const chunk of opened.createReadStream({ autoClose: false })) hash.update(chunk as Buffer);
    const isWhole = body !== null && encoding === 'identity';
    const policy = file.endsWith('.html') ? policyIn(isWhole ? body : await headOf(path)) : null;
    const headers = policy ? { ...more, 'Content-Security-Policy': policy } : more;
    const length = body?.length ?? stats.size;
    return variantOf(
      { body, length, mtimeMs: stats.mtimeMs, etag: etagFrom(hash, encoding) },
      encoding,
      file,
      headers,
    );
  } catch (error) {
    // Of two files that belong together the second may be gone by now.
    return nullIfMissing(error);
  } finally {
    await opened.close();
  }
}

async function headOf(path: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(path, { end: HEAD_BYTES - 1 })) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/**
 * Sends a file that is not kept.
 *
 * @returns false, and nothing is sent, when it is not the one any more that the head was made of
 */
export async function streamVariant(
  path: string,
  encoding: Encoding,
  variant: Variant,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<boolean> {
  const opened = await open(path + SUFFIXES[encoding]).catch(nullIfMissing);
  if (!opened) return false;
  const { size, mtimeMs } = await opened.stat().catch(async (error: unknown) => {
    await opened.close();
    throw asTold(error);
  });
  const same = size === variant.length && mtimeMs === variant.mtimeMs;
  if (!same || sendHead(req, res, variant)) {
    await opened.close();
    return same;
  }
  await pipeline(streamOf(opened), res).catch(() => res.destroy());
  return true;
}

function streamOf(opened: FileHandle) {
  return opened.createReadStream({ highWaterMark: 64 * 1024 });
}
