/** The visitor's clock, which decides only what the script adds: what is published holds for every clock. */
export function now(): number {
  return Date.now();
}
