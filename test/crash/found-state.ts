import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { Daymark } from '../server/daymark.ts';
import type { FoundState } from './ledger.ts';

const PER_PAGE = 500;

interface ComponentAnswer {
  id: string;
  status: string;
  set_status: string;
}

interface IncidentAnswer {
  id: string;
  title: string;
  updates: { id: string }[];
}

/** All that the management API says is there. */
export async function foundState(server: Daymark, page: string): Promise<FoundState> {
  const components = await all<ComponentAnswer>(server, `${page}/components`);
  const incidents = await all<IncidentAnswer>(server, `${page}/incidents`);
  return {
    components: new Map(components.map(({ id, set_status }) => [id, set_status])),
    shown: new Map(components.map(({ id, status }) => [id, status])),
    incidents: new Map(
      incidents.map(({ id, title, updates }) => [
        id,
        { title, updates: new Set(updates.map((update) => update.id)) },
      ]),
    ),
  };
}

/** Where the published files say something else than the management API. */
export async function disagreements(server: Daymark, slug: string, found: FoundState): Promise<string[]> {
  const folder = join(server.dataDir, 'site/p', slug);
  const file = JSON.parse(readFileSync(join(folder, 'api/v1/components.json'), 'utf8')) as ComponentAnswer[];
  const ask = () => server.api('GET', `/p/${slug}/api/v1/components`, undefined, { authorization: '' });
  let answer = await ask();
  // For a moment after a start the process says that the page is being brought up to date.
  for (let n = 0; answer.status === 503 && n < 500; n += 1) {
    await pause(10);
    answer = await ask();
  }
  if (answer.status !== 200) return [`GET api/v1/components is ${answer.status}`];
  const wrong: string[] = [];
  for (const [where, components] of [
    ['components.json', file],
    ['GET api/v1/components', answer.body as ComponentAnswer[]],
  ] as const) {
    for (const { id, status } of components) {
      if (found.shown.get(id) !== status)
        wrong.push(`${where} says ${id} is ${status}, not ${found.shown.get(id)}`);
    }
    if (components.length !== found.shown.size) wrong.push(`${where} lists ${components.length} components`);
  }
  return wrong.length > 0 ? wrong : staleEncodings(folder);
}

/** Files whose `.br` or `.gz` says something else than they do: a crash between two renames must not leave that. */
export function staleEncodings(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.flatMap((name) => {
    const decode = name.endsWith('.br') ? brotliDecompressSync : name.endsWith('.gz') ? gunzipSync : null;
    if (decode === null) return [];
    const plain = join(folder, name.slice(0, -3));
    if (!existsSync(plain)) return [`${name} is there without its file`];
    return decode(readFileSync(join(folder, name))).equals(readFileSync(plain))
      ? []
      : [`${name} is not what its file says`];
  });
}

async function all<T>(server: Daymark, path: string): Promise<T[]> {
  const items: T[] = [];
  for (let page = 1; ; page += 1) {
    const answer = await server.api('GET', `${path}?per_page=${PER_PAGE}&page=${page}`);
    if (answer.status !== 200) throw new Error(`GET ${path} answered ${answer.status}: ${answer.text}`);
    const part = answer.body as T[];
    items.push(...part);
    if (part.length < PER_PAGE) return items;
  }
}
