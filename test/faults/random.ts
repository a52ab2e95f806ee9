/** Chance that can be repeated: the same seed makes the same choices (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 to 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `from` on, below `below`. */
  between(from: number, below: number): number {
    return from + Math.floor(this.next() * (below - from));
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(from: readonly T[]): T {
    const found = from[this.between(0, from.length)];
    if (found === undefined) throw new Error('nothing to pick from');
    return found;
  }

  /** A text that no other is. */
  mark(): string {
    return Array.from({ length: 12 }, () => this.between(0, 16).toString(16)).join('');
  }

  /** Another one, for what runs at the same time. */
  branch(): Random {
    return new Random(this.between(0, 2 ** 32));
  }
}
