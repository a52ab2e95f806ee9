/** Turns events into deliveries, once what they tell can be read. */

import type { Store } from '../../db/transaction.ts';
import { messageOf } from '../domain/errors.ts';
import { fanOutChunk, type OutboxEvent, waitingEvents } from '../notify/fan-out.ts';
import { Bell } from './bell.ts';

const POLL_MS = 1_000;
/** While something is about to be published. */
const SOON_MS = 20;
/** A mail waits for the page so long, and no longer (contract, section 8). */
const WAITS_MS = 60_000;
const EVENTS_AT_ONCE = 200;

export interface FanOutOptions {
  store: Store;
  isPublished(event: OutboxEvent): Promise<boolean>;
  now(): number;
  log: { error(fields: object, text: string): void };
}

export class FanOut {
  readonly #bell = new Bell();
  #rung = false;
  #stopped = false;

  /** @param options.made is called whenever there are deliveries to send */
  constructor(private readonly options: FanOutOptions & { made(): void }) {}

  wake(): void {
    this.#rung = true;
    this.#bell.ring();
  }

  stop(): void {
    this.#stopped = true;
    this.#bell.ring();
  }

  async run(): Promise<void> {
    while (!this.#stopped) {
      this.#rung = false;
      let pause = POLL_MS;
      try {
        pause = await this.#round();
      } catch (error) {
        const text = messageOf(error);
        this.options.log.error({ error: text }, 'telling of events failed; it goes on');
      }
      if (!this.#stopped && !this.#rung && pause > 0) await this.#bell.wait(pause);
    }
  }

  /** One chunk of each event that is ready, so that none waits for another's end. @returns when to look again */
  async #round(): Promise<number> {
    const { store, now, made } = this.options;
    const events = await waitingEvents(store.read, EVENTS_AT_ONCE);
    let pause = POLL_MS;
    let ended = 0;
    for (const event of events) {
      if (this.#stopped) break;
      if (!(await this.#isReady(event))) {
        pause = Math.min(pause, SOON_MS);
        continue;
      }
      const { done } = await fanOutChunk(store, event, now());
      made();
      if (done) ended++;
      else pause = 0;
      // Whoever waits for an answer comes first.
      await new Promise((resume) => setImmediate(resume));
    }
    return events.length === EVENTS_AT_ONCE && ended > 0 ? 0 : pause;
  }

  async #isReady(event: OutboxEvent): Promise<boolean> {
    return this.options.now() - event.createdAt >= WAITS_MS || this.options.isPublished(event);
  }
}
