/** Updates that somebody promised, and that did not come. */
import { eq, sql } from 'drizzle-orm';
import { incidents } from '../../db/schema.ts';
import type { Manager } from './command.ts';
import { queueLetter } from './letters.ts';

const AT_A_TIME = 50;

interface Overdue {
  id: string;
  pageId: string;
  title: string;
  promisedFor: number;
  email: string;
}

/**
 * Reminds those who promised an update by now that it is overdue: each once for a promise, by mail. What a key promised
 * reminds nobody; the board shows it.
 *
 * @returns how many were reminded
 */
export async function remindOfPromises(manager: Manager): Promise<number> {
  const now = manager.now();
  // Open incidents first: left to itself the database reads every one that there ever was, to find those of each user.
  const due = await manager.store.read.all<Overdue>(sql`select i.id, i.page_id as "pageId", i.title,
      i.next_update_at as "promisedFor", u.email
    from incidents i cross join users u on u.id = substr(i.promised_by, 6)
    where i.promised_by = 'user:' || u.id and i.status <> 'resolved' and i.next_update_at <= ${now} and i.overdue_reminded_at is null
    limit ${AT_A_TIME}`);
  for (const { id, pageId, title, promisedFor, email } of due) {
    await manager.store.write(async (tx) => {
      const [noted] = await tx
        .update(incidents)
        .set({ overdueRemindedAt: now })
        // An update that came meanwhile has kept the promise, or made another one.
        .where(
          sql`${eq(incidents.id, id)} and next_update_at = ${promisedFor} and overdue_reminded_at is null`,
        )
        .returning({ id: incidents.id });
      if (!noted) return;
      const letter = { kind: 'update_overdue' as const, to: email, incidentId: id, title, promisedFor };
      await queueLetter(tx, manager, letter, pageId);
    });
  }
  if (due.length > 0) manager.letterQueued();
  return due.length;
}
