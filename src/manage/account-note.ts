import type { Database } from '../../db/client.ts';
import { auditEvents } from '../../db/schema.ts';
import { newId } from '../domain/ids.ts';
import type { Actor } from './command.ts';

/** The audit row of a change that is of no page, to be written in its transaction. */
export function noteAccount(
  tx: Database,
  actor: Pick<Actor, 'organizationId' | 'name' | 'requestId'>,
  action: string,
  subjectId: string,
  details: Record<string, unknown>,
  now: number,
) {
  return tx.insert(auditEvents).values({
    id: newId(),
    organizationId: actor.organizationId,
    pageId: null,
    actor: actor.name,
    action,
    subjectId,
    details,
    requestId: actor.requestId ?? null,
    createdAt: now,
  });
}
