/**
 * A clock that the soak moves, for the real built server as for the commands beside it. It stands in a file as an offset
 * to the machine's clock: libfaketime reads it for the whole process, the database's engine included; where that is not
 * installed, `probe.ts` moves `Date` alone. Timers, and what is measured by them, stay real.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const LIBRARIES = ['x86_64-linux-gnu', 'aarch64-linux-gnu'].map(
  (machine) => `/usr/lib/${machine}/faketime/libfaketime.so.1`,
);
const PROBE = join(import.meta.dirname, 'probe.ts');
const SEEN_WITHIN_MS = 120_000;

/** `everything` is libfaketime's way, `date` the other. */
export type Way = 'everything' | 'date';

/** What the process tells of itself when it is asked. */
export interface Inside {
  clock: string;
  heapBytes: number;
  /** What keeps or kept the event loop busy, counted by kind. */
  resources: Record<string, number>;
}

export class DrivenClock {
  readonly way: Way;
  /** For each process that lives by this clock. */
  readonly env: Readonly<Record<string, string>>;
  readonly #folder: string;
  #offset = 0;
  #asked = 0;

  /** @param folder where its files lie */
  constructor(folder: string, startsAt: number, way?: Way) {
    this.#folder = folder;
    const library = LIBRARIES.find((path) => existsSync(path));
    this.way = way ?? (library ? 'everything' : 'date');
    if (this.way === 'everything' && !library) throw new Error('libfaketime is missing: install "faketime".');
    this.env = {
      TZ: 'UTC',
      NODE_OPTIONS: `--import ${PROBE}`,
      SOAK_CLOCK: this.#folder,
      ...(this.way === 'date'
        ? { SOAK_DATE: '1' }
        : {
            LD_PRELOAD: library!,
            FAKETIME_TIMESTAMP_FILE: join(folder, 'clock'),
            FAKETIME_NO_CACHE: '1',
            FAKETIME_DONT_FAKE_MONOTONIC: '1',
            NO_FAKE_STAT: '1',
          }),
    };
    this.#offset = startsAt - Date.now();
    this.#write();
  }

  now(): number {
    return Date.now() + this.#offset;
  }

  iso(at = this.now()): string {
    return `${new Date(at).toISOString().slice(0, -1)}+00:00`;
  }

  /** Leaps forward; what is past stays past. @param pid of a server that has to see it, if one runs */
  leap(to: number, pid: number | null): Promise<void> {
    return this.step(Math.max(0, to - this.now()), pid);
  }

  /** Goes on at another time, an earlier one too: what no clock should do, and some do. */
  async step(ms: number, pid: number | null): Promise<void> {
    this.#offset += ms;
    this.#write();
    if (this.way === 'date' && pid !== null) await this.inside(pid, false);
  }

  #write(): void {
    const path = join(this.#folder, 'clock');
    writeFileSync(`${path}.new`, this.#text);
    renameSync(`${path}.new`, path);
  }

  /** As libfaketime reads it: seconds, always with their sign. */
  get #text(): string {
    return `${this.#offset < 0 ? '-' : '+'}${(Math.abs(this.#offset) / 1000).toFixed(3)}\n`;
  }

  /** Asks a process for what only it knows. @param collect whether it is to collect its garbage before */
  async inside(pid: number, collect = true): Promise<Inside> {
    const number = ++this.#asked;
    writeFileSync(join(this.#folder, 'ask'), JSON.stringify({ number, collect }));
    process.kill(pid, 'SIGUSR2');
    const answer = join(this.#folder, `answer-${pid}`);
    for (const end = performance.now() + SEEN_WITHIN_MS; performance.now() < end; await pause(2)) {
      if (!existsSync(answer)) continue;
      const told = JSON.parse(readFileSync(answer, 'utf8')) as Inside & { number: number };
      if (told.number === number) return told;
    }
    throw new Error(`process ${pid} does not answer`);
  }
}
