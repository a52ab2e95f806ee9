import { sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import type { Actor } from './command.ts';

/**
 * Who posted an update, for people: a name, an address, or the name of a key. Null when nobody knows.
 *
 * @param subjectId the incident or window
 */
export async function whoDid(
  read: Database,
  actor: Actor,
  subjectId: string,
  updateId: string,
): Promise<string | null> {
  const [row] = await read.all<{ actor: string }>(sql`select actor from audit_events
    where organization_id = ${actor.organizationId} and subject_id = ${subjectId}
      and json_extract(details, '$.update_id') = ${updateId}
    order by id desc limit 1`);
  return row ? actorName(read, row.actor) : null;
}

/** An actor of the audit log, for people. */
export async function actorName(read: Database, actor: string): Promise<string | null> {
  const [kind, id] = actor.split(':');
  if (kind === 'user') {
    const [user] = await read.all<{ name: string }>(
      sql`select coalesce(name, email) as name from users where id = ${id}`,
    );
    return user?.name ?? null;
  }
  if (kind === 'key') {
    const [key] = await read.all<{ name: string }>(sql`select name from api_keys where id = ${id}`);
    return key ? `The key “${key.name}”` : null;
  }
  return kind === 'schedule' ? 'The clock' : null;
}
