/**
 * Finds out what other processes have changed. What holds here:
 *
 * 1. Each second: pages that are behind, pages that changed a short while ago, slugs that were left, and what
 *    `daymark publish` asked for, in one round trip.
 * 2. Their clocks need not agree: what changed is looked for two minutes back, and each minute every page is compared.
 * 3. No more than so many rows are read at once.
 * 4. What time alone changes (a day closed, an hour of trouble) is told too, where no schedule of this process does.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { pages } from '../../db/schema.ts';
import { statement } from '../../db/statement.ts';
import type { Store } from '../../db/transaction.ts';

const POLL_MS = 1_000;
const CLOCKS_MS = 120_000;
const COMPARE_MS = 60_000;
const CHUNK = 1_000;
const HOUR_MS = 3_600_000;

const COLUMNS =
  'id, revision, published_revision as publishedRevision, changed_at as changedAt, open_day as openDay';
const BEHIND = `select ${COLUMNS} from pages where revision > published_revision limit ${CHUNK}`;
const RECENT = `select ${COLUMNS} from pages where changed_at > ? order by changed_at desc limit ${CHUNK}`;
/** As one text: a thousand rows of the driver's stop the event loop for a hundredth of a second and longer. */
const ALL = `select json_group_array(json_object('id', id, 'revision', revision, 'publishedRevision', published_revision,
  'changedAt', changed_at, 'openDay', open_day, 'troubled', exists (select 1 from components c
    where c.page_id = some.id and c.status <> 'operational'))) as pages
  from (select * from pages where id > ? order by id limit ${CHUNK}) some`;
const LEFT = `select slug, page_id as pageId, until from resting_slugs where until > ? limit ${CHUNK}`;
const ASKED = `select id, publish_requested as request from pages where publish_requested > publish_answered limit ${CHUNK}`;

export interface SeenPage {
  id: string;
  revision: number;
  /** Of the process that publishes. */
  publishedRevision: number;
}

interface KnownPage extends SeenPage {
  changedAt: number;
  /** The first day that is not closed. */
  openDay: string;
}

/** Whoever keeps a target current. */
export interface Onlooker {
  /** A page as the database has it. */
  seen(page: SeenPage): void;
  /** A page left this slug; `pageId` is null when it was deleted. */
  left(slug: string, pageId: string | null): void;
  /** The page's files say what was, though its revision is the same. */
  refresh(pageId: string): void;
  /** Publishes all of a page anew; resolves when that was tried. */
  republish(pageId: string): Promise<void>;
}

export interface LookoutOptions {
  store: Store;
  onlookers: readonly Onlooker[];
  /** True while this process keeps the schedule, and answers `daymark publish`. */
  isMine(): boolean;
  now(): number;
  complain(error: unknown): void;
}

export class Lookout {
  #stopped = false;
  #newestChange: number;
  #newestLeft = 0;
  /** Slugs that were told already: where they lead, and when their rest ends. */
  readonly #told = new Map<string, { pageId: string | null; until: number }>();
  #comparedAt: number;
  /** The open day of each page. */
  readonly #days = new Map<string, string>();

  constructor(private readonly options: LookoutOptions) {
    this.#newestChange = this.#comparedAt = options.now();
  }

  /** Works until `stop`. */
  async run(): Promise<void> {
    while (!this.#stopped) {
      await new Promise((resume) => setTimeout(resume, POLL_MS).unref());
      if (this.#stopped) return;
      await this.look().catch((error: unknown) => this.options.complain(error));
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  /** One look at the database. @throws Error when it can not be reached */
  async look(): Promise<void> {
    const { store, now } = this.options;
    const [behind, recent, left, asked] = await store.read.$client.batch([
      statement(BEHIND),
      statement(RECENT, this.#newestChange - CLOCKS_MS),
      statement(LEFT, this.#newestLeft - CLOCKS_MS),
      statement(ASKED),
    ]);
    this.#pagesSeen([...behind!.rows, ...recent!.rows] as unknown as KnownPage[]);
    this.#slugsLeft(left!.rows);
    // Also when the clock was put back.
    if (Math.abs(now() - this.#comparedAt) >= COMPARE_MS) await this.#compare(store.read);
    if (!this.options.isMine()) return;
    for (const { id, request } of asked!.rows) await this.#answer(id as string, request as number);
  }

  #pagesSeen(found: readonly KnownPage[]): void {
    for (const page of found) {
      this.#newestChange = Math.max(this.#newestChange, page.changedAt);
      const before = this.#days.get(page.id);
      this.#days.set(page.id, page.openDay);
      if (before !== undefined && before !== page.openDay) this.#refresh(page.id);
      for (const onlooker of this.options.onlookers) onlooker.seen(page);
    }
  }

  #slugsLeft(rows: { [column: string]: unknown }[]): void {
    for (const row of rows) {
      const { slug, pageId, until } = row as unknown as {
        slug: string;
        pageId: string | null;
        until: number;
      };
      this.#newestLeft = Math.max(this.#newestLeft, until);
      const told = this.#told.get(slug);
      if (told?.until === until && told.pageId === pageId) continue;
      this.#told.set(slug, { pageId, until });
      for (const onlooker of this.options.onlookers) onlooker.left(slug, pageId);
    }
    for (const [slug, { until }] of this.#told)
      if (until <= this.#newestLeft - CLOCKS_MS) this.#told.delete(slug);
  }

  #refresh(pageId: string): void {
    // The schedule has told it already.
    if (this.options.isMine()) return;
    for (const onlooker of this.options.onlookers) onlooker.refresh(pageId);
  }

  async #compare(read: Database): Promise<void> {
    const hourOf = (at: number) => Math.floor(at / HOUR_MS);
    const newHour = hourOf(this.options.now()) !== hourOf(this.#comparedAt);
    const gone = new Set(this.#days.keys());
    for (let after = ''; ; ) {
      const { rows } = await read.$client.execute(statement(ALL, after));
      const some = JSON.parse(rows[0]!.pages as string) as (KnownPage & { troubled: 0 | 1 })[];
      this.#pagesSeen(some);
      for (const { id } of some) gone.delete(id);
      if (newHour) for (const page of some) if (page.troubled) this.#refresh(page.id);
      if (some.length < CHUNK) break;
      after = some.at(-1)!.id;
      // On a file the driver answers at once: others get their turn all the same.
      await turn();
    }
    for (const id of gone) this.#days.delete(id);
    this.#comparedAt = this.options.now();
  }

  /**
   * `daymark publish` beside this process asked for a page.
   *
   * @param request the newest that was seen: who asks meanwhile is answered by the next look
   */
  async #answer(pageId: string, request: number): Promise<void> {
    await Promise.all(this.options.onlookers.map((one) => one.republish(pageId)));
    await this.options.store.write(async (tx) => {
      await tx
        .update(pages)
        .set({ publishAnswered: request })
        .where(sql`${pages.id} = ${pageId} and publish_answered < ${request}`);
    });
  }
}
