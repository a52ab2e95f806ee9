import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** As many as the thread pool has threads: those that would wait there hold a megabyte each. */
const AT_ONCE = 4;
/** Up to here they are done in a moment, and do not wait behind long ones. */
const LITTLE = 32 * 1024;

const brotli = promisify(brotliCompress);
const deflate = promisify(gzip);

/** Below this a compressed file saves no packet. */
export const SMALLEST_COMPRESSED = 1024;
/** Beyond this a step less takes a third less time, for hardly any bytes. */
const MIDDLING = 64 * 1024;
/** Beyond this time counts more than the last tenth, also of a page, which somebody waits for. */
const LARGE = 192 * 1024;
/** Up to here a window of 64 KB finds as much as one of the whole file, and asks for less memory. */
const SMALL_WINDOW = 128 * 1024;
const GZIP_PIECE = 16 * 1024;
const TEXT = /\.(html|json|xml|rss|atom|txt|svg|csv|ics)$/;

/** A file in the encodings that a server can send as they lie there. */
export interface Encoded {
  br: Buffer;
  gz: Buffer;
}

/** True of what is worth compressing: texts, but the smallest. */
export function isEncoded(path: string, body: Buffer): boolean {
  return body.length >= SMALLEST_COMPRESSED && TEXT.test(path);
}

/** Compresses a text file on the thread pool. @returns null of what is not text, or too small */
export function encode(path: string, body: Buffer): Promise<Encoded> | null {
  if (!isEncoded(path, body)) return null;
  const level = levelsOf(path, body.length);
  return (body.length > LITTLE ? long : little).taken(async () => {
    const [br, gz] = await Promise.all([
      brotli(body, {
        params: {
          [constants.BROTLI_PARAM_QUALITY]: level.br,
          [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
          [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
          [constants.BROTLI_PARAM_LGWIN]: windowOf(body.length),
        },
        // In one piece, which can be given back: hardly ever is more left of a text than a quarter.
        chunkSize: Math.max(body.length >> 2, SMALLEST_COMPRESSED),
      }),
      // Comes in pieces all the same, and is put together from them.
      deflate(body, { level: level.gz, chunkSize: Math.min(GZIP_PIECE, body.length) }),
    ]);
    return { br, gz };
  });
}

function levelsOf(path: string, bytes: number): { br: number; gz: number } {
  const longest = path.endsWith('.html') ? LARGE : MIDDLING;
  if (bytes > longest) return { br: 3, gz: 3 };
  return bytes > MIDDLING ? { br: 5, gz: 4 } : { br: 6, gz: 6 };
}

/** Logarithm of the window: all of a large file, up to 4 MB, and no more. The encoder takes twice that at once. */
function windowOf(bytes: number): number {
  return bytes > SMALL_WINDOW ? Math.min(22, Math.ceil(Math.log2(bytes))) : 16;
}

/** So many places for those that compress. */
class Places {
  #free = AT_ONCE;
  readonly #waiting: (() => void)[] = [];

  /** Does it when one of the places is free. */
  async taken<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resume) => this.#waiting.push(resume));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }
}

const long = new Places();
const little = new Places();
