import { setTimeout as pause } from 'node:timers/promises';
import type { Daymark } from '../server/daymark.ts';
import type { Ledger } from './ledger.ts';
import { isBroken, type Writes } from './writer.ts';

const AGAIN_MS = 3;
const DOWN_MS = 50;

/** Writers that write to whichever server there is, as long as they are let. */
export class Load {
  /** Those to write to; none while all are down. */
  servers: readonly Daymark[] = [];
  #goes = false;
  #ended = false;
  #atWork = 0;
  #failed: unknown = null;
  readonly #running: Promise<void>;
  readonly #ledger: Ledger;
  readonly #pauseMs: number;

  /** @param pauseMs between two writes of one writer */
  constructor(writers: readonly Writes[], ledger: Ledger, pauseMs = 0) {
    this.#ledger = ledger;
    this.#pauseMs = pauseMs;
    this.#running = Promise.all(writers.map((writer) => this.#run(writer))).then(() => undefined);
  }

  go(): void {
    this.#goes = true;
  }

  /** Resolves when nothing is under way any more. @throws what a writer met that is no fault of the network */
  async halt(): Promise<void> {
    this.#goes = false;
    while (this.#atWork > 0) await pause(1);
    if (this.#failed !== null) throw this.#failed;
  }

  /** Waits until so many more writes were acknowledged, or so long. */
  async writes(count: number, mostMs: number): Promise<void> {
    const enough = this.#ledger.acknowledged + count;
    const end = performance.now() + mostMs;
    while (this.#ledger.acknowledged < enough && performance.now() < end) await pause(2);
    if (this.#failed !== null) throw this.#failed;
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#running;
  }

  async #run(writer: Writes): Promise<void> {
    for (let turn = 0; !this.#ended; turn += 1) {
      const server = this.servers[turn % Math.max(1, this.servers.length)];
      if (!this.#goes || !server || this.#failed !== null) {
        await pause(AGAIN_MS);
        continue;
      }
      this.#atWork += 1;
      try {
        await writer.write(server);
      } catch (error) {
        // What was never taken is no question.
        if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') await pause(DOWN_MS);
        else if (isBroken(error)) this.#ledger.unanswered += 1;
        else this.#failed = error;
      } finally {
        this.#atWork -= 1;
      }
      if (this.#pauseMs > 0) await pause(this.#pauseMs);
    }
  }
}
