/** A reader of DKIM signatures (RFC 6376), relaxed in head and body: what a receiver does, with the key at hand. */
import { createHash, createVerify, type KeyObject } from 'node:crypto';

export interface Signature {
  domain: string;
  selector: string;
  /** Names of the headers that are signed, in small letters. */
  signed: string[];
  valid: boolean;
}

const relaxed = (value: string) =>
  value
    .replace(/\r\n(?=[ \t])/g, '')
    .replace(/[ \t]+/g, ' ')
    .trim();

/** The signature of a message; null of one that has none. @param raw with CR LF */
export function signatureOf(raw: Buffer, key: KeyObject): Signature | null {
  const text = raw.toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  const headers = text
    .slice(0, end)
    .split(/\r\n(?![ \t])/)
    .map((line) => ({ name: line.slice(0, line.indexOf(':')).trim().toLowerCase(), line }));
  const own = headers.find(({ name }) => name === 'dkim-signature');
  if (!own) return null;
  const contentOf = (line: string) => line.slice(line.indexOf(':') + 1);
  const tags = new Map(
    relaxed(contentOf(own.line))
      .split(';')
      .map((tag) => tag.trim().split(/=(.*)/s) as [string, string]),
  );
  const tag = (name: string) => (tags.get(name) ?? '').replace(/\s/g, '');
  const body = text
    .slice(end + 4)
    .replace(/[ \t]+/g, ' ')
    .replace(/ (?=\r\n)/g, '')
    .replace(/(\r\n)*$/, '\r\n');
  const bodyHash = createHash('sha256').update(body, 'latin1').digest('base64');
  const signed = tag('h').toLowerCase().split(':');
  const left = [...headers];
  const lines = signed.map((name) => {
    // Of several of one name the last is taken first (section 5.4.2); one that is not there counts as nothing.
    const place = left.findLastIndex((one) => one.name === name);
    if (place < 0) return '';
    const [{ line } = { line: '' }] = left.splice(place, 1);
    return `${name}:${relaxed(contentOf(line))}\r\n`;
  });
  const bare = relaxed(contentOf(own.line)).replace(/(^|;\s*)b=[^;]*/, '$1b=');
  const verify = createVerify('RSA-SHA256').update(`${lines.join('')}dkim-signature:${bare}`, 'latin1');
  return {
    domain: tag('d'),
    selector: tag('s'),
    signed,
    valid: tag('bh') === bodyHash && verify.verify(key, tag('b'), 'base64'),
  };
}
