/** The term in which this process keeps one target: from its beginning until all that was begun in it is done. */
export class Term {
  #number: number | null = null;
  #stopped = false;

  /** @param asked names the term that this process has now; null while another one keeps the target */
  constructor(private readonly asked: () => number | null) {}

  get isRunning(): boolean {
    return this.#number !== null;
  }

  get isStopped(): boolean {
    return this.#stopped;
  }

  begin(number: number): void {
    this.#number = number;
  }

  end(): void {
    this.#number = null;
  }

  /** There is no other term after this one. */
  stop(): void {
    this.#stopped = true;
  }

  /** False as soon as another process has taken over. */
  isHeld(): boolean {
    return this.asked() === this.#number;
  }

  /** True when nothing new is to be begun. */
  isOver(): boolean {
    return this.#stopped || !this.isHeld();
  }
}
