import { eq } from 'drizzle-orm';
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
  readonly #waiting = new Map<string, PublishRecord>();
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
    if (!this.isMine()) return;
    this.#waiting.set(pageId, record);
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
          for (const [id, record] of records) await tx.update(pages).set(record).where(eq(pages.id, id));
        });
      } catch (error) {
        this.complain(error);
      }
    }
    this.#writing = null;
  }
}
