/**
 * The body of a mail: its text and its markup (RFC 2046, section 5.1.4), quoted-printable. What many mails share is
 * encoded once; what is each reader's own is put between the pieces.
 */
import { randomBytes } from 'node:crypto';
import { encode, wrap } from 'nodemailer/lib/qp';

export interface MailBody {
  boundary: string;
  bytes: Buffer;
}

/** What stands at a place: in the text as it is, in the markup escaped. */
export interface Filling {
  text: string;
  html: string;
}

/** One less than a line may have: the last one of a piece gets the sign of a soft line break. */
const LINE = 75;
/** A soft line break (RFC 2045, section 6.7, rule 5): readers take it out, so that pieces can be encoded one by one. */
const SOFT = '=\r\n';

type Piece = Buffer | { place: string; part: keyof Filling };

export class MailBodyTemplate {
  readonly #boundary = `=_${randomBytes(12).toString('hex')}`;
  readonly #pieces: readonly Piece[];

  /** @param places texts that stand where something is put in; nothing else may contain them */
  constructor(text: string, html: string, places: readonly string[] = []) {
    const open = (type: string) =>
      `--${this.#boundary}\r\nContent-Type: text/${type}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n`;
    this.#pieces = [
      Buffer.from(open('plain')),
      ...cut(text, 'text', places),
      Buffer.from(`\r\n${open('html')}`),
      ...cut(html, 'html', places),
      Buffer.from(`\r\n--${this.#boundary}--\r\n`),
    ];
  }

  /** The body with what belongs at each place. */
  fill(values: Readonly<Record<string, Filling>> = {}): MailBody {
    const pieces = this.#pieces.map((piece) =>
      Buffer.isBuffer(piece)
        ? piece
        : Buffer.from(SOFT + encoded(values[piece.place]?.[piece.part] ?? '') + SOFT),
    );
    return { boundary: this.#boundary, bytes: Buffer.concat(pieces) };
  }
}

function cut(source: string, part: keyof Filling, places: readonly string[]): Piece[] {
  if (places.length === 0) return [Buffer.from(encoded(source))];
  return source
    .split(new RegExp(`(${places.join('|')})`))
    .map((piece) => (places.includes(piece) ? { place: piece, part } : Buffer.from(encoded(piece))));
}

function encoded(text: string): string {
  return wrap(encode(text.replace(/\r\n?|\n/g, '\r\n')), LINE);
}
