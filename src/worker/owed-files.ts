import { writeFileSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import type { PublishedSnapshots } from '../snapshot/published.ts';

/**
 * Pages whose trailing files do not yet tell of the revision that lies at the target. It is on disk before the mark of that
 * revision: where the marks alone say what is published, a crash in between would leave old files for good.
 */
export class OwedFiles {
  /** @param isKept false where the database is told of a publish only after its last file */
  constructor(
    private readonly snapshots: PublishedSnapshots,
    private readonly isKept: boolean,
  ) {}

  async note(slug: string): Promise<void> {
    if (this.isKept) writeFileSync(this.#path(slug), '');
  }

  async paid(slug: string): Promise<void> {
    if (this.isKept) await rm(this.#path(slug), { force: true });
  }

  async has(slug: string): Promise<boolean> {
    return this.isKept && (await stat(this.#path(slug)).catch(() => null)) !== null;
  }

  #path(slug: string): string {
    return this.snapshots.besides(slug, 'owed');
  }
}
