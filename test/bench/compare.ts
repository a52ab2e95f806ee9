import { isDeepStrictEqual } from 'node:util';
import { send } from '../server/http.ts';
import type { Account, PublicComponent } from './account.ts';

const PER_PAGE = 500;
const FIELDS = 'id,name,code,status,description,position,group';
const SHOWN = 12;

/**
 * Reads the published JSON below a page's root and compares it with the account. Answers what differs, in words; empty
 * when all agrees.
 */
export async function differences(root: string, account: Account): Promise<string[]> {
  const found: string[] = [];
  const status = (await get(`${root}/api/v1/status`)) as Record<string, unknown>;
  const expected = account.status();
  for (const field of ['status', 'indicators', 'active_incidents', 'scheduled_maintenance'] as const) {
    differ(found, `status.${field}`, status[field], expected[field]);
  }
  const published = (await pages(`${root}/api/v1/components`)) as PublicComponent[];
  const components = account.components();
  differ(found, 'number of components', published.length, components.length);
  for (const [index, component] of components.entries()) {
    differ(found, `component ${index + 1}`, published[index], component);
  }
  const odd = published.find((component) => Object.keys(component).join() !== FIELDS);
  if (odd !== undefined)
    differ(found, `fields of component ${odd.position}`, Object.keys(odd).join(), FIELDS);
  await compareIncidents(root, account, found);
  return found.length > SHOWN ? [...found.slice(0, SHOWN), `… and ${found.length - SHOWN} more`] : found;
}

async function compareIncidents(root: string, account: Account, found: string[]): Promise<void> {
  const published = (await pages(`${root}/api/v1/incidents?status_filter=active`)) as {
    id: string;
    title: string;
    status: string;
    components: { id: string; status: string }[];
  }[];
  const open = account.openIncidents();
  differ(found, 'open incidents', published.map(({ id }) => id).sort(), [...open.keys()].sort());
  for (const { id, title, status, components } of published) {
    const says = Object.fromEntries(components.map((component) => [component.id, component.status]));
    differ(found, `incident ${id}`, { title, status, components: says }, open.get(id));
  }
}

async function pages(url: string): Promise<unknown[]> {
  const all: unknown[] = [];
  for (let page = 1; ; page += 1) {
    const part = (await get(
      `${url}${url.includes('?') ? '&' : '?'}per_page=${PER_PAGE}&page=${page}`,
    )) as unknown[];
    all.push(...part);
    if (part.length < PER_PAGE) return all;
  }
}

async function get(url: string): Promise<unknown> {
  const answer = await send('GET', url);
  if (answer.status !== 200)
    throw new Error(`GET ${url} answered ${answer.status}: ${answer.text.slice(0, 300)}`);
  return answer.body;
}

function differ(found: string[], what: string, published: unknown, expected: unknown): void {
  if (isDeepStrictEqual(published, expected)) return;
  found.push(`${what}: published ${JSON.stringify(published)}, expected ${JSON.stringify(expected)}`);
}
