import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Daymark } from '../server/daymark.ts';
import { BEACON } from './beacon.ts';
import type { Ledger } from './ledger.ts';
import type { ReaderMessage, Sighting } from './reader.ts';
import { isBroken } from './writer.ts';

const EVERY_MS = 150;

/** All readers of one page: one of its files, one of what each server answers. */
export class Readings {
  readonly torn: string[] = [];
  readonly backward: string[] = [];
  /** Servers to ask. */
  servers: readonly Daymark[] = [];
  reads = 0;
  #asked = 0;
  #read = 0;
  #ended = false;
  readonly #sightings: Sighting[] = [];
  readonly #newest = new Map<string, number>();
  readonly #thread: Worker;
  readonly #asking: Promise<void>;
  #died: unknown = null;

  readonly #slug: string;

  /** @param folder of the page's files; @param slug of the page that servers are asked for */
  constructor(folder: string, slug: string) {
    this.#slug = slug;
    this.#thread = new Worker(new URL('./reader.ts', import.meta.url), { workerData: { folder } });
    this.#thread.on('message', (message: ReaderMessage) => {
      if ('finding' in message) this[message.finding.kind].push(message.finding.detail);
      else if ('sighting' in message) this.#sightings.push(message.sighting);
      else this.#read = message.reads;
      this.reads = this.#read + this.#asked;
    });
    this.#thread.once('error', (error) => {
      this.#died = error;
    });
    this.#asking = this.#ask();
  }

  /** Ends the readers; then whatever did not agree with its revision is among `torn`. */
  async end(ledger: Ledger): Promise<void> {
    this.#ended = true;
    await this.#asking;
    await this.#thread.terminate();
    if (this.#died !== null) throw this.#died;
    for (const sighting of this.#sightings) {
      const fault = disagreement(sighting, ledger.beacons);
      if (fault !== null) this.torn.push(fault);
    }
  }

  async #ask(): Promise<void> {
    while (!this.#ended) {
      for (const server of this.servers) await this.#askOne(server);
      await pause(EVERY_MS);
    }
  }

  async #askOne(server: Daymark): Promise<void> {
    for (const path of ['revision.json', '', 'api/v1/components']) {
      try {
        const answer = await server.api('GET', `/p/${this.#slug}/${path}`, undefined, { authorization: '' });
        // While a page is brought up to date after a start it is not shown at all.
        if (answer.status === 503) continue;
        if (answer.status !== 200) this.torn.push(`GET /p/${this.#slug}/${path} is ${answer.status}`);
        this.#asked += 1;
        this.#notOlder(server.dataDir, path, answer.text);
      } catch (error) {
        if (!isBroken(error)) this.torn.push(`GET /p/${this.#slug}/${path}: ${String(error)}`);
      }
    }
  }

  #notOlder(folder: string, path: string, text: string): void {
    const told = path === 'revision.json' ? /"revision": ?(\d+)/.exec(text) : BEACON.exec(text);
    const key = `${folder} ${path}`;
    const before = this.#newest.get(key) ?? 0;
    const found = Number(told?.[1] ?? before);
    if (found < before) this.backward.push(`GET /p/${this.#slug}/${path} says ${found} after ${before}`);
    this.#newest.set(key, Math.max(found, before));
  }
}

/**
 * A file that says a number is of a revision from that number's on, before that of any higher one. It must not be older
 * than what `revision.json` spoke of before, and exactly of the revision that it says it is of.
 */
function disagreement(
  { file, beacon, revision, own }: Sighting,
  beacons: ReadonlyMap<number, number>,
): string | null {
  const from = beacons.get(beacon) ?? 0;
  let before = Number.POSITIVE_INFINITY;
  for (const [number, at] of beacons) if (number > beacon && at < before) before = at;
  if (before <= revision)
    return `${file} says beacon ${beacon}, which revision ${before} has replaced, beside revision.json ${revision}`;
  if (own !== null && (own < from || own >= before))
    return `${file} is of revision ${own}, and says beacon ${beacon} of revisions ${from} to ${before}`;
  return null;
}
