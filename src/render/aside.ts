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
    const places = this.#pieces.map((_, index) => Buffer.from(placeOf(index)));
    const added = this.#pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0);
    const left = places.reduce((sum, { length }) => sum + length, 0);
    const filled = Buffer.allocUnsafeSlow(page.length + added - left);
    let length = 0;
    let begin = 0;
    for (const [index, piece] of this.#pieces.entries()) {
      const end = page.indexOf(places[index]!, begin);
      if (end === -1) throw new Error('A page has lost a piece of itself.');
      length += page.copy(filled, length, begin, end);
      length += filled.write(piece, length);
      begin = end + places[index]!.length;
    }
    page.copy(filled, length, begin);
    return filled;
  }
}

/** No text of anybody's looks like this: in texts `<` is escaped. */
function placeOf(index: number): string {
  return `<!--aside ${index}-->`;
}
