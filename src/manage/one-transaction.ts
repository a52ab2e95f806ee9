import type { Database } from '../../db/client.ts';
import type { Manager, Risen } from './command.ts';

/**
 * Runs several verbs as one change of the database: all of them, or none. They get a manager whose writes all go into
 * one transaction; who waits for the pages is told once, after the COMMIT, with each page's last revision.
 *
 * `work` must let the errors of the verbs pass: what a failed one had written is only taken back with all the rest.
 *
 * @param first asks what has to be so, and throws when it is not: it is asked together with the first question of `work`,
 *   which gets no answer before
 */
export async function inOneTransaction<T>(
  manager: Manager,
  work: (inside: Manager) => Promise<T>,
  first?: (ahead: Database) => Promise<void>,
): Promise<T> {
  const risen = new Map<string, Risen>();
  const gone: Parameters<Manager['deleted']>[0][] = [];
  let letters = false;
  const value = await manager.store.write((tx) => {
    if (first) tx.$client.first?.(first);
    return work({
      ...manager,
      now: () => manager.now(),
      store: { read: tx, write: (job) => job(tx), close: async () => {} },
      committed: (page) => {
        const before = risen.get(page.id);
        const told = page.told || (before?.told ?? false);
        const planned = page.planned || (before?.planned ?? false);
        risen.set(page.id, { ...page, told, planned });
      },
      deleted: (page) => {
        gone.push(page);
      },
      letterQueued: () => {
        letters = true;
      },
    });
  });
  for (const page of risen.values()) manager.committed(page);
  for (const page of gone) manager.deleted(page);
  if (letters) manager.letterQueued();
  return value;
}

/** What was found out, on the way out of a transaction that is taken back. */
class TakenBack extends Error {
  constructor(readonly result: unknown) {
    super();
  }
}

/** Does something, and takes all of it back. @returns what it would have answered */
export async function tryOut<T>(manager: Manager, work: (inside: Manager) => Promise<T>): Promise<T> {
  try {
    return await inOneTransaction(manager, async (inside): Promise<T> => {
      throw new TakenBack(await work(inside));
    });
  } catch (error) {
    if (error instanceof TakenBack) return error.result as T;
    throw error;
  }
}
