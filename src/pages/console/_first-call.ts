/** The line that an integrator copies first: a call that works, with the key, a page and a component of their own. */
import type { Actor } from '../../manage/command.ts';
import { listComponents } from '../../manage/component-queries.ts';
import { pageStates } from '../../manage/page-states.ts';
import type { Services } from '../../services.ts';

export interface FirstCall {
  title: string;
  command: string;
  text: string;
}

const MOST_PAGES = 500;
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/** @returns null for a key that may neither change a status nor read one, or while there is no component */
export async function firstCall(
  { read, publicUrl }: Services,
  actor: Actor,
  { key, scopes, pageIds }: { key: string; scopes: readonly string[]; pageIds: readonly string[] | null },
): Promise<FirstCall | null> {
  const writes = scopes.includes('components:write');
  if (!writes && !scopes.includes('components:read')) return null;
  const pages = await pageStates(read, actor, MOST_PAGES);
  for (const page of pages.filter(({ id }) => pageIds === null || pageIds.includes(id))) {
    const [component] = (await listComponents(read, page.id, null, { limit: 1, offset: 0 })).items;
    if (!component) continue;
    const address = `${publicUrl}/api/v1/pages/${page.slug}/components/${component.id}`;
    const bearer = `-H ${quoted(`Authorization: Bearer ${key}`)}`;
    if (!writes) {
      return {
        title: `Read the status of ${component.name}`,
        command: `curl ${quoted(address)} \\\n  ${bearer}`,
        text: `It answers what ${component.name} on ${page.name} shows now, and why.`,
      };
    }
    const body = quoted(JSON.stringify({ status: 'degraded_performance' }));
    return {
      title: `Change the status of ${component.name}`,
      command: `curl -X PATCH ${quoted(address)} \\\n  ${bearer} \\\n  -H 'Content-Type: application/json' \\\n  -d ${body}`,
      text: `It sets ${component.name} on ${page.name} to degraded performance, and readers see it at once. The same line with "operational" takes it back.`,
    };
  }
  return null;
}
