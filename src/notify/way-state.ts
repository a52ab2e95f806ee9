/**
 * Whether a way out is open. One that fails as a whole rests, for everything that would take it and in all processes; no
 * delivery counts that as a try. After the rest a single thing is tried, and the rest only when it went through.
 */
import { eq } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { lanes } from '../../db/messages.ts';
import type { Store } from '../../db/transaction.ts';

const SHORTEST_REST_MS = 1_000;
const LONGEST_REST_MS = 300_000;
/** What failed while others got through was one connection too many, or one bad moment. */
const RECENTLY_MS = 1_000;

export interface Resting {
  /** A symbol. */
  error: string;
  failingSince: number;
  pausedUntil: number;
}

export interface WayStateOptions {
  store: Store;
  /** `email` */
  name: string;
  now(): number;
  /** From 0 to 1. */
  chance(): number;
  log: { info(fields: object, text: string): void; error(fields: object, text: string): void };
}

export class WayState {
  #resting: Resting | null = null;
  #probing = false;
  /** How often this process began or ended to write what it found out, and how many such writes are under way. */
  #turns = 0;
  #writing = 0;
  #wentThroughAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: WayStateOptions) {}

  get resting(): Resting | null {
    return this.#resting;
  }

  /** Looks what other processes know. */
  async look(): Promise<void> {
    const { store, name } = this.options;
    const turns = this.#turns;
    const [row] = await store.read.select().from(lanes).where(eq(lanes.name, name));
    // What this process found out meanwhile is newer than what was read.
    if (this.#turns === turns && this.#writing === 0) this.#resting = row ?? null;
  }

  async #write(work: (tx: Database) => Promise<unknown>): Promise<void> {
    this.#turns++;
    this.#writing++;
    try {
      await this.options.store.write(work);
    } finally {
      this.#turns++;
      this.#writing--;
    }
  }

  /** Leave to try something; `leave` is to be called after it. While the way fails there is leave for one at a time. */
  enter(): boolean {
    if (!this.#resting) return true;
    if (this.#probing || this.#resting.pausedUntil > this.options.now()) return false;
    this.#probing = true;
    return true;
  }

  leave(): void {
    this.#probing = false;
  }

  /** Something went through. */
  async opened(): Promise<void> {
    const { name, now, log } = this.options;
    this.#wentThroughAt = now();
    if (!this.#resting) return;
    const { failingSince, error } = this.#resting;
    this.#resting = null;
    log.info(
      { lane: name, error, after_seconds: Math.round((now() - failingSince) / 1000) },
      'mail goes out again',
    );
    await this.#write((tx) => tx.delete(lanes).where(eq(lanes.name, name)));
  }

  /** Nothing gets through. @returns false when something did a moment ago: then it is not the way */
  async closed(error: string, code: number | null): Promise<boolean> {
    const { name, now, chance, log } = this.options;
    if (now() - this.#wentThroughAt < RECENTLY_MS && !this.#resting) return false;
    const failingSince = this.#resting?.failingSince ?? now();
    const rest = Math.min(Math.max(now() - failingSince, SHORTEST_REST_MS), LONGEST_REST_MS);
    const pausedUntil = Math.round(now() + rest * (0.75 + chance() / 2));
    this.#resting = { error, failingSince, pausedUntil };
    log.error(
      { lane: name, error, code, retry_seconds: Math.round(rest / 1000) },
      'mail can not be sent; nothing is lost, it is tried again',
    );
    const row = { name, error, failingSince, pausedUntil };
    await this.#write((tx) =>
      tx.insert(lanes).values(row).onConflictDoUpdate({ target: lanes.name, set: row }),
    );
    return true;
  }
}
