import { and, count, eq } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { templates } from '../../db/schema.ts';
import { notFound } from '../domain/errors.ts';
import { newId } from '../domain/ids.ts';
import type { TemplateCreate, TemplatePatch } from '../domain/input.ts';
import { type Actor, type Change, change, type Manager, type Outcome } from './command.ts';
import { namedComponents } from './component-questions.ts';
import type { Listed, Slice } from './queries.ts';

export type TemplateRow = typeof templates.$inferSelect;

/** The templates of a page, by name. */
export async function listTemplates(
  read: Database,
  pageId: string,
  slice: Slice,
): Promise<Listed<TemplateRow>> {
  const ofPage = eq(templates.pageId, pageId);
  const [[total], items] = await read.batch([
    read.select({ n: count() }).from(templates).where(ofPage),
    read
      .select()
      .from(templates)
      .where(ofPage)
      .orderBy(templates.name, templates.id)
      .limit(slice.limit)
      .offset(slice.offset),
  ]);
  return { total: total!.n, items };
}

/** @throws DomainError not_found */
export async function getTemplate(read: Database, pageId: string, id: string): Promise<TemplateRow> {
  const [row] = await read
    .select()
    .from(templates)
    .where(and(eq(templates.pageId, pageId), eq(templates.id, id)));
  if (!row) throw notFound('Template');
  return row;
}

async function assertComponents(unit: Change, components: TemplatePatch['components']): Promise<void> {
  await namedComponents(
    unit,
    (components ?? []).map(({ id }) => id),
    'components',
  );
}

/** Makes a template for incidents. Readers see nothing of it. @throws DomainError invalid (components) */
export async function createTemplate(
  manager: Manager,
  actor: Actor,
  pageId: string,
  input: TemplateCreate,
): Promise<Outcome<string>> {
  return change(manager, actor, pageId, 'template.created', async (unit) => {
    await assertComponents(unit, input.components);
    const id = newId();
    unit.write(
      unit.tx.insert(templates).values({
        id,
        pageId,
        name: input.name,
        title: input.title,
        body: input.body,
        status: input.status ?? null,
        components: input.components ?? [],
        createdAt: unit.now,
        updatedAt: unit.now,
      }),
    );
    return { value: id, subjectId: id, details: { name: input.name } };
  });
}

/** @throws DomainError not_found, invalid (components) */
export async function editTemplate(
  manager: Manager,
  actor: Actor,
  pageId: string,
  id: string,
  input: TemplatePatch,
): Promise<Outcome<string>> {
  return change(manager, actor, pageId, 'template.updated', async (unit) => {
    await getTemplate(unit.tx, pageId, id);
    await assertComponents(unit, input.components);
    unit.write(
      unit.tx
        .update(templates)
        .set({ ...input, updatedAt: unit.now })
        .where(eq(templates.id, id)),
    );
    return { value: id, subjectId: id, details: { fields: Object.keys(input) } };
  });
}

/** @throws DomainError not_found */
export async function deleteTemplate(
  manager: Manager,
  actor: Actor,
  pageId: string,
  id: string,
): Promise<Outcome<null>> {
  return change(manager, actor, pageId, 'template.deleted', async (unit) => {
    const row = await getTemplate(unit.tx, pageId, id);
    unit.write(unit.tx.delete(templates).where(eq(templates.id, id)));
    return { value: null, subjectId: id, details: { name: row.name } };
  });
}
