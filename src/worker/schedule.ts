/** Turns time into writes. Everything goes through `manage/`, like everyone else. */

import { sql } from 'drizzle-orm';
import { messageOf } from '../domain/errors.ts';
import { nextDueAt, sendReminders, takeDueSteps } from '../manage/clock.ts';
import type { Manager } from '../manage/command.ts';
import { closeDays, pagesWithOpenDays } from '../manage/days.ts';
import { forgetOldAccess } from '../manage/passwords.ts';
import { remindOfPromises } from '../manage/promises.ts';
import { forgetAnswers } from '../manage/repeated.ts';
import { forgetRestedSlugs } from '../manage/resting-slugs.ts';
import { forgetSignUps } from '../manage/sign-ups.ts';
import { checkDomains, type LookUp } from './domains.ts';

const TICK_MS = 1_000;
/** Days close in this rhythm, so many pages at a time: ten thousand pages take a quarter of an hour. */
const DAYS_EVERY_MS = 20_000;
const PAGES_AT_A_TIME = 250;
const DOMAINS_EVERY_MS = 5_000;
const HOUR_MS = 3_600_000;

/** True when its time has come, or lies further ahead than it was ever set: then the clock was put back. */
function isDue(at: number, now: number, every: number): boolean {
  return now >= at || (Number.isFinite(at) && at - now > every);
}

export interface ScheduleOptions {
  manager: Manager;
  /** False while another process has the lease. */
  isMine(): boolean;
  /** The page's files are to be made again when there is time. */
  refresh(pageId: string): void;
  lookUp: LookUp;
  log: { error(fields: object, text: string): void };
}

export class Schedule {
  #stopped = false;
  #wake: (() => void) | null = null;
  #woken = false;
  #daysAt = 0;
  #domainsAt = 0;
  #answersAt = 0;
  #hour: number | null = null;

  constructor(private readonly options: ScheduleOptions) {}

  /** Something was planned: look again, also when a look is under way. */
  wake(): void {
    this.#woken = true;
    this.#wake?.();
  }

  stop(): void {
    this.#stopped = true;
    this.#wake?.();
  }

  async run(): Promise<void> {
    while (!this.#stopped) {
      let pause = TICK_MS;
      this.#woken = false;
      try {
        if (this.options.isMine()) pause = await this.#tick();
      } catch (error) {
        this.options.log.error({ error: messageOf(error) }, 'the schedule failed; it goes on');
      }
      if (!this.#stopped && !this.#woken) await this.#sleep(pause);
    }
  }

  async #tick(): Promise<number> {
    const { manager } = this.options;
    await takeDueSteps(manager);
    await sendReminders(manager);
    await remindOfPromises(manager);
    if (isDue(this.#daysAt, manager.now(), DAYS_EVERY_MS)) await this.#closeDays();
    await this.#refreshTrouble();
    if (isDue(this.#domainsAt, manager.now(), DOMAINS_EVERY_MS)) this.#checkDomains();
    if (isDue(this.#answersAt, manager.now(), HOUR_MS)) await this.#forgetAnswers();
    const next = await nextDueAt(manager);
    return next === null ? TICK_MS : Math.max(1, Math.min(TICK_MS, next - manager.now()));
  }

  /** DNS may take its time: windows do not wait for it. */
  #checkDomains(): void {
    const { manager, lookUp, log } = this.options;
    this.#domainsAt = Number.POSITIVE_INFINITY;
    checkDomains(manager, lookUp)
      .catch((error: unknown) => log.error({ error: String(error) }, 'looking up domains failed'))
      .finally(() => {
        this.#domainsAt = manager.now() + DOMAINS_EVERY_MS;
      });
  }

  async #forgetAnswers(): Promise<void> {
    const { manager } = this.options;
    this.#answersAt = manager.now() + HOUR_MS;
    await manager.store.write((tx) => forgetAnswers(tx, manager.now()));
    await manager.store.write((tx) => forgetOldAccess(tx, manager.now()));
    await manager.store.write((tx) => forgetRestedSlugs(tx, manager.now()));
    await forgetSignUps(manager);
  }

  async #closeDays(): Promise<void> {
    const { manager, refresh } = this.options;
    this.#daysAt = manager.now() + DAYS_EVERY_MS;
    for (const page of await pagesWithOpenDays(manager, PAGES_AT_A_TIME)) {
      if (this.#stopped) return;
      if (await closeDays(manager, page.id)) refresh(page.id);
    }
  }

  /** While something is down, the share of the day that it lasted grows: once an hour the page says so. */
  async #refreshTrouble(): Promise<void> {
    const { manager, refresh } = this.options;
    const hour = Math.floor(manager.now() / HOUR_MS);
    if (hour === this.#hour) return;
    const first = this.#hour === null;
    this.#hour = hour;
    if (first) return;
    const rows = await manager.store.read.all<{ id: string }>(
      sql`select distinct page_id as id from components where status <> 'operational'`,
    );
    for (const { id } of rows) refresh(id);
  }

  async #sleep(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = null;
  }
}
