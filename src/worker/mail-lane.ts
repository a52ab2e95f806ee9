/**
 * Sends what waits in one lane, over a few connections. What holds here:
 *
 * 1. What was sent is noted before its connection sends anything else: a crash repeats one mail per connection at most.
 * 2. Nothing is begun whose claim could run out meanwhile.
 * 3. What fails waits by itself. Only a way that is closed as a whole stops the lane.
 */
import { isPassing } from '../../db/failures.ts';
import { messageOf } from '../domain/errors.ts';
import {
  CLAIM_MS,
  type Claimed,
  type Claims,
  LEAST_LEFT_MS,
  MOST_ATTEMPTS,
  nextAttempt,
  type Result,
} from '../notify/claims.ts';
import type { Mail, MailConnection, MailWay } from '../notify/mail.ts';
import { MailError } from '../notify/mail-error.ts';
import type { WayState } from '../notify/way-state.ts';
import { Bell } from './bell.ts';

const POLL_MS = 1_000;
const RENEW_MS = 20_000;
const IDLE_MS = 4_000;
/** Rows claimed ahead for each connection. */
const AHEAD = 8;
/** Servers end a connection after so many mails by themselves, and not always politely. */
const MAILS_PER_CONNECTION = 100;
const LOST_CONNECTION_MS = 1_000;

/** What a row turned out to be: a mail, or a reason why nobody gets one. */
export type Composed = { mail: Mail } | { cancelled: string };

export interface MailLaneOptions<Row extends Claimed> {
  name: string;
  claims: Pick<Claims<Row>, 'claim' | 'renew' | 'settle'>;
  way: MailWay;
  connections: number;
  state: WayState;
  compose(row: Row): Promise<Composed>;
  /** An address takes no mail at all. */
  suppress?(row: Row, symbol: string): Promise<void>;
  now(): number;
  chance(): number;
  log: { error(fields: object, text: string): void; warn(fields: object, text: string): void };
}

interface Held<Row> {
  row: Row;
  /** On the monotonic clock. */
  until: number;
}

export class MailLane<Row extends Claimed> {
  readonly stats = { sent: 0, failed: 0, retried: 0 };
  readonly #bell = new Bell();
  /** Claimed and not begun. */
  #ahead: Held<Row>[] = [];
  /** Begun. */
  readonly #atWork = new Set<Held<Row>>();
  #claiming: Promise<void> | null = null;
  #looked = false;
  #stopped = false;

  constructor(private readonly options: MailLaneOptions<Row>) {}

  wake(): void {
    this.#looked = false;
    this.#bell.ring();
  }

  stop(): void {
    this.#stopped = true;
    this.#bell.ring();
  }

  async run(): Promise<void> {
    const senders = Array.from({ length: this.options.connections }, () => this.#sender());
    const keeping = this.#keep();
    await Promise.all(senders);
    await keeping;
    await this.#release();
  }

  async #release(): Promise<void> {
    const waiting = this.#ahead.splice(0);
    await Promise.all(waiting.map(({ row }) => this.#settle(row, { state: 'released' })));
  }

  /** Looks for what other processes wrote, and keeps the claims. */
  async #keep(): Promise<void> {
    let renewAt = performance.now() + RENEW_MS;
    while (!this.#stopped) {
      await this.#bell.wait(POLL_MS);
      await this.#quietly(() => this.options.state.look());
      if (performance.now() >= renewAt) {
        renewAt = performance.now() + RENEW_MS;
        await this.#quietly(() => this.#renew());
      }
      // A bell rung here would wake this very loop.
      this.#looked = false;
    }
  }

  async #quietly(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.options.log.error({ lane: this.options.name, error: messageOf(error) }, 'a lane of mail goes on');
    }
  }

  async #renew(): Promise<void> {
    const held = [...this.#ahead, ...this.#atWork];
    if (held.length === 0) return;
    const until = performance.now() + CLAIM_MS;
    const kept = await this.options.claims.renew(held.map(({ row }) => row.id));
    const lost = new Set<Held<Row>>();
    for (const one of held) {
      if (kept.has(one.row.id)) one.until = until;
      else lost.add(one);
    }
    // Only of those that were asked about: more may have been claimed meanwhile.
    this.#ahead = this.#ahead.filter((one) => !lost.has(one));
  }

  async #sender(): Promise<void> {
    let connection: MailConnection | null = null;
    let idleSince = performance.now();
    while (!this.#stopped) {
      const held = await this.#next().catch((error: unknown) => {
        this.options.log.error(
          { lane: this.options.name, error: messageOf(error) },
          'a lane of mail goes on',
        );
        return null;
      });
      if (!held) {
        if (connection && performance.now() - idleSince > IDLE_MS) {
          connection.close();
          connection = null;
        }
        // Woken between the look and here, it is not called again.
        if (this.#looked || this.#ahead.length > 0 || !this.#mayGo()) await this.#bell.wait(POLL_MS);
        continue;
      }
      this.#atWork.add(held);
      try {
        connection = await this.#handle(held.row, connection);
      } catch (error) {
        this.options.log.error(
          { lane: this.options.name, error: messageOf(error) },
          'a lane of mail goes on',
        );
        await this.#bell.wait(POLL_MS);
      } finally {
        this.#atWork.delete(held);
        this.options.state.leave();
      }
      idleSince = performance.now();
    }
    connection?.close();
  }

  /** The next row, with leave to try it. */
  async #next(): Promise<Held<Row> | null> {
    const { state } = this.options;
    if (this.#ahead.length === 0 && !this.#looked && this.#mayGo()) {
      this.#claiming ??= this.#claim();
      await this.#claiming;
    }
    while (this.#ahead.length > 0) {
      if (!state.enter()) return null;
      const held = this.#ahead.shift()!;
      if (held.until - performance.now() > LEAST_LEFT_MS) return held;
      state.leave();
    }
    return null;
  }

  #mayGo(): boolean {
    const { state, now } = this.options;
    return (state.resting?.pausedUntil ?? 0) <= now();
  }

  async #claim(): Promise<void> {
    try {
      // Whoever is woken from here on has to look again.
      this.#looked = true;
      const until = performance.now() + CLAIM_MS;
      const most = this.options.state.resting ? 1 : this.options.connections * AHEAD;
      const rows = await this.options.claims.claim(most);
      if (rows.length === 0) return;
      this.#ahead.push(...rows.map((row) => ({ row, until })));
      this.#looked = false;
      this.#bell.ring();
    } finally {
      this.#claiming = null;
    }
  }

  /** @returns the connection, when it can be used on */
  async #handle(row: Row, connection: MailConnection | null): Promise<MailConnection | null> {
    let composed: Composed;
    try {
      composed = await this.options.compose(row);
    } catch (error) {
      if (isPassing(error)) {
        // That is nothing that the mail could do anything about: no try is counted.
        await this.#settle(row, { state: 'released' });
        await this.#bell.wait(POLL_MS);
        return connection;
      }
      // Whatever is wrong with it is wrong with it alone.
      this.options.log.error(
        { lane: this.options.name, id: row.id, error: messageOf(error) },
        'a mail could not be written',
      );
      await this.#failed(row, new MailError('later', 'not_written'));
      return connection;
    }
    if ('cancelled' in composed) {
      await this.#settle(row, { state: 'cancelled', error: composed.cancelled });
      return connection;
    }
    return this.#send(row, composed.mail, connection);
  }

  async #send(row: Row, mail: Mail, given: MailConnection | null): Promise<MailConnection | null> {
    let connection = given?.usable && given.sent < MAILS_PER_CONNECTION ? given : null;
    if (given && !connection) given.close();
    const reused = connection !== null;
    try {
      connection ??= await this.options.way.open();
      await connection.send(mail);
    } catch (error) {
      const fault = error instanceof MailError ? error : new MailError('later', 'not_written');
      if (!(error instanceof MailError))
        this.options.log.error(
          { lane: this.options.name, id: row.id, error: messageOf(error) },
          'a mail could not be written',
        );
      // A server that ended a connection between two mails has not refused the second.
      const ended = fault.symbol === 'connection_lost' || fault.code === 421;
      if (reused && ended && fault.verdict === 'later') return this.#send(row, mail, null);
      await this.#failed(row, fault);
      return connection?.usable ? connection : null;
    }
    this.stats.sent++;
    await this.#settle(row, { state: 'sent' });
    await this.#quietly(() => this.options.state.opened());
    return connection;
  }

  async #failed(row: Row, fault: MailError): Promise<void> {
    const { state, now, chance, log, name, suppress } = this.options;
    if (fault.verdict === 'way') {
      await this.#settle(row, { state: 'released' });
      await this.#release();
      const closed = await state.closed(fault.symbol, fault.code);
      if (!closed) await this.#bell.wait(LOST_CONNECTION_MS);
      return;
    }
    const last = row.attempts + 1 >= MOST_ATTEMPTS;
    if (fault.verdict === 'never' || last) {
      this.stats.failed++;
      log.warn(
        { lane: name, id: row.id, error: fault.symbol, code: fault.code, tries: row.attempts + 1 },
        'a mail was given up',
      );
      await this.#settle(row, { state: 'failed', error: fault.symbol });
      if (fault.suppress) await suppress?.(row, fault.symbol);
      return;
    }
    this.stats.retried++;
    const at = nextAttempt(row.attempts, now(), chance());
    await this.#settle(row, { state: 'pending', error: fault.symbol, at });
  }

  /** Until it is noted: what was sent and not noted would be sent again. */
  async #settle(row: Row, result: Result): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.options.claims.settle(row.id, result);
      } catch (error) {
        this.options.log.error(
          { lane: this.options.name, id: row.id, error: messageOf(error) },
          'what became of a mail could not be noted',
        );
        if (this.#stopped && tries > 3) return;
        await new Promise((resume) => setTimeout(resume, POLL_MS));
      }
    }
  }
}
