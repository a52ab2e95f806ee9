import { createHash } from 'node:crypto';
import { giveBack } from '../publish/give-back.ts';
import type { GiveWay } from '../publish/giving-way.ts';
import type { PlannedFile } from './planned-file.ts';
import type { Print } from './print.ts';

/**
 * Prints one Astro page: the path of the page below `src/pages`, and what it is to print. `take` is handed the page in
 * UTF-8, which is gone when it returns.
 */
export type PrintPage = <T>(path: string, print: Print, take: (html: Buffer) => T) => Promise<T>;

const POLICY = "default-src 'none'; connect-src 'self'; img-src 'self' data:; base-uri 'none'";

function hashOf(content: Buffer): string {
  return `'sha256-${createHash('sha256').update(content).digest('base64')}'`;
}

/** The hashes of what stands in the elements of one name. */
function hashesOf(html: Buffer, name: 'style' | 'script'): string {
  const hashes = new Set<string>();
  for (let place = 0; ; ) {
    const tag = html.indexOf(`<${name}`, place);
    if (tag === -1) break;
    const begin = html.indexOf('>', tag) + 1;
    const end = html.indexOf(`</${name}>`, begin);
    if (begin === 0 || end === -1) break;
    hashes.add(hashOf(html.subarray(begin, end)));
    place = end;
  }
  return hashes.size > 0 ? [...hashes].join(' ') : "'none'";
}

/**
 * The content security policy of a printed page: what stands in it, by hash, and nothing else. `formOrigin` is where its
 * forms may post to.
 */
export function policyFor(html: Buffer, formOrigin: string): string {
  return `${POLICY}; form-action ${formOrigin}; style-src ${hashesOf(html, 'style')}; script-src ${hashesOf(html, 'script')}`;
}

const CHARSET = '<meta charset="utf-8">';

/** Puts the policy into the head of a page, right behind its charset and before anything that it governs. */
export function withPolicy(html: Buffer, formOrigin: string): Buffer {
  const charset = html.indexOf(CHARSET);
  if (charset === -1) return Buffer.from(html);
  const place = charset + CHARSET.length;
  const meta = `<meta http-equiv="content-security-policy" content="${policyFor(html, formOrigin)}">`;
  return Buffer.concat([html.subarray(0, place), Buffer.from(meta), html.subarray(place)]);
}

/** Makes the bytes of one planned file. */
export async function renderFile(
  file: PlannedFile,
  printPage: PrintPage,
  formOrigin: string,
  giveWay: GiveWay = () => undefined,
): Promise<{ path: string; body: Buffer }> {
  return { path: file.path, body: await bytesOf(file, printPage, formOrigin, giveWay) };
}

function bytesOf(
  file: PlannedFile,
  printPage: PrintPage,
  formOrigin: string,
  giveWay: GiveWay,
): Promise<Buffer> | Buffer {
  if ('print' in file)
    return printPage(`/render/${file.print.kind}`, file.print, (html) => withPolicy(html, formOrigin));
  if ('pieces' in file) return joined(file.pieces(), giveWay);
  return 'text' in file ? Buffer.from(file.text(), 'utf8') : file.bytes();
}

const SEGMENT = 256 * 1024;

/** Encodes a text piece by piece. What holds a part of it is freed as soon as the whole has that part. */
async function joined(pieces: Iterable<string>, giveWay: GiveWay): Promise<Buffer> {
  const segments: Buffer[] = [];
  let segment = Buffer.allocUnsafeSlow(SEGMENT);
  let used = 0;
  for (const piece of pieces) {
    await giveWay();
    const most = piece.length * 3;
    if (used + most > segment.length) {
      segments.push(segment.subarray(0, used));
      segment = Buffer.allocUnsafeSlow(Math.max(SEGMENT, most));
      used = 0;
    }
    used += segment.write(piece, used);
  }
  segments.push(segment.subarray(0, used));
  const whole = Buffer.allocUnsafeSlow(segments.reduce((sum, { length }) => sum + length, 0));
  let length = 0;
  for (const part of segments) {
    length += part.copy(whole, length);
    giveBack(part);
  }
  return whole;
}
