import { count, eq } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { ask, type Question } from '../../db/question.ts';
import { templates } from '../../db/schema.ts';
import { rowReader, statement } from '../../db/statement.ts';
import { notFound } from '../domain/errors.ts';
import { newId } from '../domain/ids.ts';
import type { TemplateCreate, TemplatePatch } from '../domain/input.ts';
import type { Actor, Manager, Outcome } from './command.ts';
import { assertNamed, namedQuestion } from './component-questions.ts';
import type { Listed, Slice } from './queries.ts';
import { changeKnowing } from './run-change.ts';

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

const reader = rowReader(templates);
const TEMPLATE = `select ${reader.json} as template from templates where page_id = ? and id = ?`;

/** Its reading throws DomainError not_found. */
function templateQuestion(pageId: string, id: string): Question<TemplateRow> {
  return {
    statement: statement(TEMPLATE, pageId, id),
    read(rows) {
      if (!rows[0]) throw notFound('Template');
      return reader.read(rows[0].template as string);
    },
  };
}

/** @throws DomainError not_found */
export async function getTemplate(read: Database, pageId: string, id: string): Promise<TemplateRow> {
  return (await ask(read.$client, { template: templateQuestion(pageId, id) })).template;
}

const idsOf = (said: TemplatePatch['components'] = []) => said.map(({ id }) => id);

/** Makes a template for incidents. Readers see nothing of it. @throws DomainError invalid (components) */
export async function createTemplate(
  manager: Manager,
  actor: Actor,
  pageId: string,
  input: TemplateCreate,
): Promise<Outcome<string, TemplateRow>> {
  const ids = idsOf(input.components);
  const asked = { named: namedQuestion(pageId, ids) };
  return changeKnowing(manager, actor, pageId, 'template.created', asked, async (unit, { named = [] }) => {
    assertNamed(named, ids, 'components');
    const { name, title, body, status = null, components = [] } = input;
    const made = {
      ...{ id: newId(), pageId, name, title, body, status, components },
      ...{ createdAt: unit.now, updatedAt: unit.now },
    };
    unit.write(unit.tx.insert(templates).values(made));
    return { value: made.id, after: made, subjectId: made.id, details: { name } };
  });
}

/** @throws DomainError not_found, invalid (components) */
export async function editTemplate(
  manager: Manager,
  actor: Actor,
  pageId: string,
  id: string,
  input: TemplatePatch,
): Promise<Outcome<string, TemplateRow>> {
  const ids = idsOf(input.components);
  const asked = { template: templateQuestion(pageId, id), named: namedQuestion(pageId, ids) };
  return changeKnowing(manager, actor, pageId, 'template.updated', asked, async (unit, known) => {
    const { template, named = [] } = known;
    assertNamed(named, ids, 'components');
    const { name = template.name, title = template.title, body = template.body } = input;
    const { status = template.status, components = template.components } = input;
    const next = { name, title, body, status, components, updatedAt: unit.now };
    unit.write(unit.tx.update(templates).set(next).where(eq(templates.id, id)));
    const after = { ...template, ...next };
    return { value: id, after, subjectId: id, details: { fields: Object.keys(input) } };
  });
}

/** @throws DomainError not_found */
export async function deleteTemplate(
  manager: Manager,
  actor: Actor,
  pageId: string,
  id: string,
): Promise<Outcome<null>> {
  const asked = { template: templateQuestion(pageId, id) };
  return changeKnowing(manager, actor, pageId, 'template.deleted', asked, async (unit, { template }) => {
    unit.write(unit.tx.delete(templates).where(eq(templates.id, id)));
    return { value: null, after: null, subjectId: id, details: { name: template.name } };
  });
}
