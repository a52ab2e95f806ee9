import type { Store } from '../../db/transaction.ts';
import { messageOf } from '../domain/errors.ts';
import { forgetOldMessages } from '../notify/old-messages.ts';
import { Bell } from './bell.ts';

const EVERY_MS = 3_600_000;

/** Clears away, once an hour, what was told long ago, in small steps. */
export class MessageSweep {
  readonly #bell = new Bell();
  #stopped = false;

  constructor(
    private readonly options: {
      store: Store;
      now(): number;
      log: { error(fields: object, text: string): void };
    },
  ) {}

  stop(): void {
    this.#stopped = true;
    this.#bell.ring();
  }

  async run(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#sweep();
      } catch (error) {
        const text = messageOf(error);
        this.options.log.error({ error: text }, 'old messages could not be cleared away');
      }
      if (!this.#stopped) await this.#bell.wait(EVERY_MS);
    }
  }

  async #sweep(): Promise<void> {
    const { store, now } = this.options;
    while (!this.#stopped && (await forgetOldMessages(store, now())) > 0)
      await new Promise((resume) => setImmediate(resume));
  }
}
