/**
 * Frees bytes at once that nobody may look at any more, with all of the memory that they stand in. Left to the collector,
 * which counts such memory late, what is made on the way to a file lies about for some fifty pages at a time.
 */
export function giveBack({ buffer }: Uint8Array): void {
  // Node puts small ones into memory that they share.
  if (buffer instanceof ArrayBuffer && buffer.byteLength !== Buffer.poolSize) buffer.transfer(0);
}
