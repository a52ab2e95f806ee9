import { statfs } from 'node:fs/promises';
import { sql } from 'drizzle-orm';
import { isMigrated } from '../../db/migrate.ts';
import type { Services } from '../services.ts';

export interface Readiness {
  ready: boolean;
  detail: Record<string, unknown>;
}

/** What `/readyz` says: not ready is a process without its database, or with an older schema. */
export async function readiness({ store, publisher, config }: Services): Promise<Readiness> {
  try {
    if (!(await isMigrated(store)))
      return { ready: false, detail: { database: 'migrations are missing: run daymark migrate' } };
    const [row] = await store.read.all<{ pages: number; behind: number }>(
      sql`select count(*) as pages, sum(revision > published_revision) as behind from pages`,
    );
    const disk = await statfs(config.dataDir).catch(() => null);
    return {
      ready: true,
      detail: {
        database: 'ok',
        pages: row?.pages ?? 0,
        pages_behind: row?.behind ?? 0,
        failing: [...publisher.failures].map(([id, { error, since }]) => ({
          page_id: id,
          error,
          since: new Date(since).toISOString(),
        })),
        disk_free_bytes: disk ? disk.bavail * disk.bsize : null,
      },
    };
  } catch (error) {
    return { ready: false, detail: { database: error instanceof Error ? error.message : 'not reachable' } };
  }
}
