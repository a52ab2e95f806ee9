import { eq } from 'drizzle-orm';
import { components, groups } from '../../../db/schema.ts';
import type { Actor, Manager } from '../command.ts';
import { editComponent } from '../components.ts';
import { editGroup } from '../groups.ts';
import type { Plan } from './plan.ts';

/**
 * Brings names and descriptions of what is there in line with the plan, through the verbs: they also rename it in what
 * is open. Call it before the page's own change.
 *
 * @returns our ids of what was changed
 */
export async function renameChanged(
  manager: Manager,
  actor: Actor,
  pageId: string,
  plan: Plan,
): Promise<Set<string>> {
  const { read } = manager.store;
  const changed = new Set<string>();
  const known = new Map(
    (await read.select().from(groups).where(eq(groups.pageId, pageId))).map((row) => [row.v2Id, row]),
  );
  for (const { v2Id, name } of plan.groups) {
    const row = known.get(v2Id);
    if (!row || row.name === name) continue;
    await editGroup(manager, actor, pageId, row.id, { name });
    changed.add(row.id);
  }
  const there = new Map(
    (await read.select().from(components).where(eq(components.pageId, pageId))).map((row) => [row.v2Id, row]),
  );
  for (const { v2Id, name, description } of plan.components) {
    const row = there.get(v2Id);
    if (!row || (row.name === name && row.description === description)) continue;
    await editComponent(manager, actor, pageId, row.id, { name, description });
    changed.add(row.id);
  }
  return changed;
}
