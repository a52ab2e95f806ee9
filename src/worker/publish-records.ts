import { and, eq, lt } from 'drizzle-orm';
import { pages } from '../../db/schema.ts';
import type { Store } from '../../db/transaction.ts';

/** In a burst one note stands for many publishes: it is a transaction of its own. */
const AFTER_MS = 100;

export type PublishRecord = Partial<
  Pick<
    typeof pages.$inferInsert,
    'publishedRevision' | 'publishedAt' | 'publishedTemplate' | 'publishError' | 'publishFailedAt'
  >
>;

/** Notes in the database how pages stand; what a crash loses of it is found out again at the next start. */
export class PublishRecords {
  readonly #waiting = new Map<string, { record: PublishRecord; olderThan?: number }>();
  #writing: Promise<void> | null = null;
  #hurried = false;
  #hurryUp: () => void = () => undefined;

  constructor(
    private readonly store: Store,
    /** False while another process notes what it has published. */
    private readonly isMine: () => boolean,
    private readonly complain: (error: unknown) => void,
  ) {}

  note(pageId: string, record: PublishRecord): void {
    // A failure right behind a publish says nothing of what lies there: both are noted.
    const before = this.#waiting.get(pageId);
    const known = before?.olderThan === undefined ? before?.record : undefined;
    this.#note(pageId, { record: { ...known, ...record } });
  }

  /**
   * Notes once more what the database was seen not to know, unless it knows by now: what was seen may be from before a note
   * that was on its way.
   */
  noteAgain(pageId: string, record: PublishRecord & { publishedRevision: number }): void {
    if (!this.#waiting.has(pageId)) this.#note(pageId, { record, olderThan: record.publishedRevision });
  }

  #note(pageId: string, noted: { record: PublishRecord; olderThan?: number }): void {
    if (!this.isMine()) return;
    this.#waiting.set(pageId, noted);
    this.#writing ??= this.#write();
  }

  /** Resolves when all is noted. */
  async settle(): Promise<void> {
    this.#hurried = true;
    this.#hurryUp();
    await this.#writing;
    this.#hurried = false;
  }

  #pause(): Promise<void> {
    return new Promise((resume) => {
      const timer = setTimeout(resume, AFTER_MS);
      this.#hurryUp = () => {
        clearTimeout(timer);
        resume();
      };
    });
  }

  async #write(): Promise<void> {
    while (this.#waiting.size > 0) {
      if (!this.#hurried) await this.#pause();
      const records = [...this.#waiting];
      this.#waiting.clear();
      try {
        await this.store.write(async (tx) => {
          for (const [id, { record, olderThan }] of records) {
            const isOlder = olderThan === undefined ? undefined : lt(pages.publishedRevision, olderThan);
            await tx
              .update(pages)
              .set(record)
              .where(and(eq(pages.id, id), isOlder));
          }
        });
      } catch (error) {
        this.complain(error);
      }
    }
    this.#writing = null;
  }
}
