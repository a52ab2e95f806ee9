/** A server with a page, people who are told, writers and readers: what each experiment disturbs. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { openStore, type Store } from '../../db/transaction.ts';
import type { Random } from '../fixtures/random.ts';
import { type Sink, startSink } from '../mail/sink.ts';
import { type Daymark, freshDataDir, type Start, startDaymark } from '../server/daymark.ts';
import { type Gate, startGate } from '../server/gate.ts';
import { disagreements, foundState } from './found-state.ts';
import { Ledger } from './ledger.ts';
import { Load } from './load.ts';
import { Readings } from './readings.ts';
import { emptyTally, type Tally } from './tally.ts';
import { type Hooks, judgeTold, openHooks } from './told.ts';
import { Beacon, Writer } from './writer.ts';

export const SLUG = 'faults';
export const PAGE = `/api/v1/pages/${SLUG}`;
const COMPONENTS_EACH = 3;
/** What comes back by itself has so long for it, on a machine that is busy. */
const WITHIN_MS = 120_000;
/** What failed more than once waits for some time before it is tried again. */
const TOLD_WITHIN_MS = 200_000;
const POLL_MS = 50;
const READY_WITHIN_MS = 300_000;
/** Asking costs a busy machine more than it tells. */
const READY_POLL_MS = 60;

export interface SceneOptions {
  name: string;
  random: Random;
  subscribers?: number;
  writers?: number;
  /** Between two writes of one writer, in milliseconds. */
  pauseMs?: number;
  /** False: nobody calls webhooks. */
  webhook?: boolean;
  /** An empty folder on a disk of its own. */
  dataDir?: string;
  env?: Readonly<Record<string, string>>;
  /** For SMTP_URL. */
  smtp?: string;
  /** Where the rows are, when not in the folder. */
  database?: { url: string; authToken?: string };
}

export class Scene {
  readonly ledger = new Ledger();
  readonly tally: Tally;
  readonly dataDir: string;
  server: Daymark | null = null;
  load!: Load;
  readings!: Readings;
  sink!: Sink;
  /** Before the mail server. */
  mailGate!: Gate;
  hooks: Hooks | null = null;
  #store!: Store;
  readonly #addresses: string[];
  readonly #options: SceneOptions;
  #key: string | undefined;

  private constructor(options: SceneOptions) {
    this.#options = options;
    this.tally = emptyTally(options.name);
    this.dataDir = options.dataDir ?? freshDataDir();
    this.#addresses = Array.from({ length: options.subscribers ?? 2 }, (_, n) => `reader-${n}@example.com`);
  }

  static async open(options: SceneOptions): Promise<Scene> {
    const scene = new Scene(options);
    scene.sink = await startSink({ parse: false });
    scene.mailGate = await startGate(scene.sink.port);
    scene.hooks = options.webhook === false ? null : await openHooks();
    await scene.start();
    await scene.#setUp();
    scene.#store = openStore(options.database ?? { url: `file:${scene.dataDir}/daymark.db` });
    return scene;
  }

  get page(): string {
    return join(this.dataDir, 'site/p', SLUG);
  }

  /** For every server of this scene. */
  get env(): Record<string, string> {
    return {
      // A port of its own at each start would make all links new.
      PUBLIC_URL: 'http://status.example.com',
      SMTP_URL: `smtp://127.0.0.1:${this.mailGate.port}?connections=4${this.#options.smtp ?? ''}`,
      MAIL_FROM: 'status@mail.example',
      WEBHOOKS_ALLOW: '127.0.0.0/8',
      // A start costs a fifth less.
      NODE_COMPILE_CACHE: join(this.dataDir, '..', 'daymark-faults-compiled'),
      ...this.#options.env,
    };
  }

  /** Starts the server, on the same folder each time. */
  async start(more: Pick<Start, 'prefix' | 'env'> = {}): Promise<Daymark> {
    const server = await startDaymark({
      dataDir: this.dataDir,
      pollMs: READY_POLL_MS,
      readyWithinMs: READY_WITHIN_MS,
      ...(this.#key === undefined ? {} : { key: this.#key }),
      ...(more.prefix ? { prefix: more.prefix } : {}),
      env: { ...this.env, ...more.env },
    });
    this.#key = server.key;
    this.server = server;
    this.attend([server]);
    return server;
  }

  /** These servers are written to and read from. */
  attend(servers: readonly Daymark[]): void {
    if (this.load) this.load.servers = servers;
    if (this.readings) this.readings.servers = servers;
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    const { server } = this;
    this.server = null;
    this.attend([]);
    await server?.kill();
    this.tally.faults += 1;
  }

  /** SIGTERM. @returns the exit code */
  async stop(): Promise<number | null> {
    const { server } = this;
    this.server = null;
    const code = await server!.stop();
    this.attend([]);
    return code;
  }

  async #setUp(): Promise<void> {
    const { random, writers = 3, pauseMs } = this.#options;
    await this.#made('/api/v1/pages', { name: 'Faults', slug: SLUG });
    const beacon = await this.#made(`${PAGE}/components`, { name: 'Beacon' });
    const all: (Beacon | Writer)[] = [new Beacon(`${PAGE}/components/${beacon}`, this.ledger)];
    for (let writer = 1; writer <= writers; writer += 1) {
      const group_id = await this.#made(`${PAGE}/groups`, { name: `Group ${writer}` });
      const ids: string[] = [];
      for (let n = 1; n <= COMPONENTS_EACH; n += 1)
        ids.push(await this.#made(`${PAGE}/components`, { name: `Component ${writer}.${n}`, group_id }));
      for (const id of ids) this.ledger.sendStatus(id, 'operational');
      all.push(new Writer(PAGE, ids, this.ledger, random.branch()));
    }
    for (const email of this.#addresses) await this.#made(`${PAGE}/subscribers`, { email });
    if (this.hooks) await this.#made(`${PAGE}/webhooks`, { url: this.hooks.url });
    this.load = new Load(all, this.ledger, pauseMs);
    this.readings = new Readings(this.page, SLUG);
    this.attend([this.server!]);
  }

  async #made(path: string, body: unknown): Promise<string> {
    const answer = await this.server!.api('POST', path, body, { prefer: 'wait=30' });
    if (answer.status !== 201) throw new Error(`POST ${path} answered ${answer.status}: ${answer.text}`);
    return (answer.body as { id: string }).id;
  }

  /** With nothing under way: every acknowledged write is there. */
  async check(): Promise<void> {
    const found = await foundState(this.server!, PAGE, SLUG);
    this.tally.losses.push(...this.ledger.losses(found));
    this.ledger.settle(found);
  }

  /** With nothing under way: all that was acknowledged gets published, and the files say what the API says. */
  async checkPublished(): Promise<void> {
    const end = performance.now() + WITHIN_MS;
    for (;;) {
      const found = await foundState(this.server!, PAGE, SLUG);
      const wrong = await disagreements(this.server!, this.page, SLUG, found);
      if (wrong.length === 0) return;
      if (performance.now() > end) {
        this.tally.losses.push(...wrong);
        return;
      }
      await pause(POLL_MS);
    }
  }

  /** Waits until a change is taken and published, after a fault that ended at `since`. */
  async recover(since: number, server = this.server!): Promise<boolean> {
    for (let n = 0; performance.now() - since < WITHIN_MS; n += 1) {
      const name = `Faults ${n % 2}`;
      const answer = await server
        .api('PATCH', PAGE, { name }, { prefer: 'wait=30' })
        .catch(() => ({ status: 0, headers: {} as Record<string, string> }));
      if (answer.status === 200 && answer.headers['preference-applied'] === 'wait') {
        this.tally.recovery = Math.max(this.tally.recovery, performance.now() - since);
        return true;
      }
      await pause(20);
    }
    return false;
  }

  /** The end of an experiment: all is there, all is published, all are told. */
  async finish(): Promise<Tally> {
    const { tally, ledger } = this;
    await this.load.halt();
    await this.check();
    await this.checkPublished();
    const end = performance.now() + TOLD_WITHIN_MS;
    while ((await this.waiting()) > 0 && performance.now() < end) await pause(20);
    const waiting = await this.waiting();
    if (waiting > 0) tally.wrong.push(`${waiting} messages are not noted as sent`);
    await this.readings.end(ledger);
    const told = judgeTold(ledger.told, this.#addresses, this.sink.taken, this.hooks);
    tally.missing.push(...told.missing);
    tally.wrong.push(...told.wrong);
    tally.repeated += told.repeated;
    return this.tallied();
  }

  /** What writers and readers have seen. */
  tallied(): Tally {
    const { tally, ledger, readings } = this;
    tally.torn.push(...(readings?.torn ?? []));
    tally.backward.push(...(readings?.backward ?? []));
    tally.reads += readings?.reads ?? 0;
    tally.acknowledged += ledger.acknowledged;
    tally.unanswered += ledger.unanswered;
    tally.refused = ledger.refused;
    tally.wrong.push(...this.#failures());
    return tally;
  }

  /** What was answered with 500: nothing that the surroundings do may be. */
  #failures(): string[] {
    const count = this.ledger.refused[500] ?? 0;
    if (count === 0) return [];
    const logged = (this.server?.output() ?? '')
      .split('\n')
      .filter((line) => line.includes('request failed'));
    return [`${count} requests were answered with 500`, ...new Set(logged.map(reasonIn))];
  }

  /** How many events and messages are not told yet. */
  async waiting(): Promise<number> {
    const [row] = await this.#store.read.all<{ n: number }>(
      sql`select (select count(*) from outbox where fanned_out_at is null)
        + (select count(*) from deliveries where state = 'pending') as n`,
    );
    return row!.n;
  }

  /** Lets go of everything, whatever happened. */
  async close(): Promise<void> {
    await this.load?.end().catch(() => undefined);
    await this.readings?.end(this.ledger).catch(() => undefined);
    await this.server?.kill();
    await this.#store?.close();
    await this.mailGate.close();
    await this.sink.close();
    await this.hooks?.close();
    // Thousands of files: at the end of the process, all at once, they would hold up its end.
    await rm(this.dataDir, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** The error that a line of the log tells of. */
function reasonIn(line: string): string {
  return (JSON.parse(line) as { error: string }).error;
}

/** Runs an experiment on a scene of its own. */
export async function onScene(options: SceneOptions, work: (scene: Scene) => Promise<void>): Promise<Tally> {
  const scene = await Scene.open(options);
  try {
    await work(scene);
    return await scene.finish();
  } catch (error) {
    // What was seen until then counts all the same.
    await scene.readings?.end(scene.ledger).catch(() => undefined);
    scene.tally.wrong.push(`${String(error)}\n${scene.server?.output().slice(-3_000) ?? ''}`);
    return scene.tallied();
  } finally {
    await scene.close();
  }
}
