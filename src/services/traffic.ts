/** The writes that are being answered, as far as publishing has to give way to them. */

/** Whoever writes one thing after the other is back within this. */
const JUST_ANSWERED_MS = 1.5;
/** So many at once are a crowd, and are one for so long after. */
const CROWD = 4;
const CROWD_MS = 10;
/** How long a publish holds back at most: for one writer, and for a crowd, which changes the page many times more. */
const HOLD_MS = 25;
const CROWD_HOLD_MS = 100;

export class Traffic {
  #atWork = 0;
  #endedAt = Number.NEGATIVE_INFINITY;
  #crowdedAt = Number.NEGATIVE_INFINITY;

  /** A write is being answered; call what it returns when it is. */
  begin(): () => void {
    this.#atWork++;
    if (this.#atWork >= CROWD) this.#crowdedAt = performance.now();
    return () => {
      this.#atWork--;
      this.#endedAt = performance.now();
    };
  }

  /** How long a publish of what is written now holds back at most, in milliseconds. */
  hold(): number {
    const now = performance.now();
    if (this.#atWork === 0 && now - this.#endedAt >= JUST_ANSWERED_MS) return 0;
    return now - this.#crowdedAt < CROWD_MS ? CROWD_HOLD_MS : HOLD_MS;
  }
}
