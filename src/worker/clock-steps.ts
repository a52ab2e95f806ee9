/**
 * What waits for a time that a clock which was wrong has set: hours ahead, once it is put right. Nothing that is to be
 * told waits for that. Looked at when work begins, and whenever the clock has gone back meanwhile.
 */
import { statement } from '../../db/statement.ts';
import type { Store } from '../../db/transaction.ts';

const LOOK_MS = 1_000;
/** Clocks are slewed by less all the time. */
const SLACK_MS = 1_000;
/** What was never tried is due, but for a receiver that is left alone for a minute. */
const UNTRIED_MS = 61_000;
/** Between two tries of a mail lie two hours and a half at most, and a lane rests for minutes. */
const TRIED_MS = 9_000_000;
const RESTING_MS = 400_000;
const AT_A_TIME = 1_000;

const AHEAD = `state = 'pending' and next_attempt_at > ? and (attempts = 0 or next_attempt_at > ?)`;
const WAITING = [
  `update deliveries set next_attempt_at = ? where id in
    (select id from deliveries where channel = 'email' and ${AHEAD} limit ${AT_A_TIME})`,
  `update deliveries set next_attempt_at = ? where id in
    (select id from deliveries where channel = 'webhook' and attempts = 0 and ${AHEAD} limit ${AT_A_TIME})`,
  `update letters set next_attempt_at = ? where id in (select id from letters where ${AHEAD} limit ${AT_A_TIME})`,
];
const RESTING = 'update lanes set paused_until = ? where paused_until > ?';

export interface ClockStepsOptions {
  store: Store;
  now(): number;
  log: { error(fields: object, text: string): void };
}

export class ClockSteps {
  #stopped = false;
  /** Before the first look anything may have happened. */
  #before = Number.POSITIVE_INFINITY;

  constructor(private readonly options: ClockStepsOptions) {}

  stop(): void {
    this.#stopped = true;
  }

  /** Works until `stop`. */
  async run(): Promise<void> {
    while (!this.#stopped) {
      await this.#look().catch((error: unknown) =>
        this.options.log.error({ error: String(error) }, 'what waits could not be looked at; it goes on'),
      );
      await new Promise((resume) => setTimeout(resume, LOOK_MS).unref());
    }
  }

  async #look(): Promise<void> {
    const now = this.options.now();
    if (now < this.#before - SLACK_MS) await callForward(this.options.store, now);
    this.#before = now;
  }
}

/** Makes due what waits for a time that nothing of now can have set. */
export async function callForward(store: Store, now: number): Promise<void> {
  for (const text of WAITING) {
    const some = () =>
      store.write((tx) => tx.$client.execute(statement(text, now, now + UNTRIED_MS, now + TRIED_MS)));
    while ((await some()).rowsAffected === AT_A_TIME);
  }
  await store.write((tx) => tx.$client.execute(statement(RESTING, now, now + RESTING_MS)));
}
