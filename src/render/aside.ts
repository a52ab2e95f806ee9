/**
 * Long pieces of a page that its template only has a place for. What goes through a template is joined, encoded and copied
 * with all the rest, three times over; what is put aside is encoded once, when the page is there.
 */
export class Aside {
  readonly #pieces: string[] = [];

  /** Keeps a piece of HTML. @returns what is to stand in its place until `filled` */
  put = (html: string): string => placeOf(this.#pieces.push(html) - 1);

  /** A page in UTF-8 with all pieces in their places, in bytes of its own. */
  filled(page: Buffer): Buffer {
    const parts: Buffer[] = [];
    let begin = 0;
    for (const [index, piece] of this.#pieces.entries()) {
      const place = Buffer.from(placeOf(index));
      const end = page.indexOf(place, begin);
      if (end === -1) throw new Error('A page has lost a piece of itself.');
      parts.push(page.subarray(begin, end), Buffer.from(piece));
      begin = end + place.length;
    }
    parts.push(page.subarray(begin));
    const filled = Buffer.allocUnsafeSlow(parts.reduce((sum, { length }) => sum + length, 0));
    let length = 0;
    for (const part of parts) length += part.copy(filled, length);
    return filled;
  }
}

/** No text of anybody's looks like this: in texts `<` is escaped. */
function placeOf(index: number): string {
  return `<!--aside ${index}-->`;
}
