import { statfs } from 'node:fs/promises';
import { sql } from 'drizzle-orm';
import { isMigrated } from '../../db/migrate.ts';
import { messageOf, unavailableIn } from '../domain/errors.ts';
import type { Services } from '../services.ts';

export interface Readiness {
  ready: boolean;
  detail: Record<string, unknown>;
}

/** What is being found out; whoever asks meanwhile is told the same: `/metrics` asks for it several times. */
const asked = new WeakMap<Services, Promise<Readiness>>();

/** As `readiness`, once for all who ask at the same time. */
export function sharedReadiness(services: Services): Promise<Readiness> {
  const answer = asked.get(services) ?? readiness(services).finally(() => asked.delete(services));
  asked.set(services, answer);
  return answer;
}

/** What `/readyz` says: not ready is a process without its database, or with an older schema. */
async function readiness(services: Services): Promise<Readiness> {
  const { store, publisher, publishers, config } = services;
  try {
    if (!(await isMigrated(store)))
      return { ready: false, detail: { database: 'migrations are missing: run daymark migrate' } };
    const [row] = await store.read.all<{ pages: number; behind: number }>(
      // Counted from indexes: probes ask often, and the rows of ten thousand pages take some milliseconds.
      sql`select (select count(*) from pages) as pages,
        (select count(*) from pages where revision > published_revision) as behind`,
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
        mail: await services.mailState(),
        targets: publishers.slice(1).map(stateOf),
        disk_free_bytes: disk ? disk.bavail * disk.bsize : null,
      },
    };
  } catch (error) {
    return { ready: false, detail: { database: messageOf(unavailableIn(error) ?? error) } };
  }
}

function stateOf({ name, unreachable, failures, waiting }: Services['publisher']) {
  const failed = [...failures.values()];
  const since =
    unreachable?.since ?? (failed.length > 0 ? Math.min(...failed.map((one) => one.since)) : null);
  return {
    name,
    ok: since === null,
    error: unreachable?.error ?? failed.at(-1)?.error ?? null,
    since: since === null ? null : new Date(since).toISOString(),
    pages_failing: failed.length,
    pages_waiting: waiting,
  };
}
