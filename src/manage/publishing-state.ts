import { eq, sql } from 'drizzle-orm';
import { pages } from '../../db/schema.ts';
import type { Actor, Manager, PageRow } from './command.ts';
import { change } from './run-change.ts';

/**
 * Asks for all files of a page to be made and compared again, whoever publishes. Keeps the revision.
 *
 * @throws DomainError not_found
 */
export async function requestPublish(manager: Manager, actor: Actor, pageId: string): Promise<void> {
  await change(manager, actor, pageId, 'page.publish_requested', async (unit) => {
    unit.write(
      unit.tx.update(pages).set({ publishRequested: sql`publish_requested + 1` }).where(eq(pages.id, pageId)),
    );
    return { value: null, subjectId: pageId };
  });
}

export interface PublishingState {
  wanted: number;
  live: number;
  /** When that was published, in milliseconds; null of a page that never was. */
  liveSince: number | null;
  error: string | null;
}

/** Which revision is wanted, which one readers see, and why they differ when they do (contract, section 8). */
export function publishingState(page: PageRow): PublishingState {
  return {
    wanted: page.revision,
    live: page.publishedRevision,
    liveSince: page.publishedAt,
    error: page.publishError,
  };
}
