import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { Daymark } from '../server/daymark.ts';
import { BEACON } from './beacon.ts';
import type { FoundState } from './ledger.ts';

const PER_PAGE = 500;

interface ComponentAnswer {
  id: string;
  status: string;
  set_status: string;
  description: string;
}

interface IncidentAnswer {
  id: string;
  title: string;
  updates: { id: string }[];
}

/** All that the management API says is there. */
export async function foundState(server: Daymark, page: string, slug: string): Promise<FoundState> {
  const components = await all<ComponentAnswer>(server, `${page}/components`);
  const incidents = await all<IncidentAnswer>(server, `${page}/incidents`);
  const [own] = (await all<{ slug: string; revision: number }>(server, '/api/v1/pages')).filter(
    (one) => one.slug === slug,
  );
  const said = components.map(({ description }) => Number(BEACON.exec(description)?.[1] ?? 0));
  return {
    revision: own?.revision ?? 0,
    beacon: Math.max(0, ...said),
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

/** Where the published files say something else than the management API, or are of an older revision. */
export async function disagreements(
  server: Daymark,
  folder: string,
  slug: string,
  found: FoundState,
): Promise<string[]> {
  const json = <T>(path: string) => JSON.parse(readFileSync(join(folder, path), 'utf8')) as T;
  const { revision } = json<{ revision: number }>('revision.json');
  if (revision < found.revision) return [`revision ${revision} of ${found.revision} is published`];
  const answer = await server.api('GET', `/p/${slug}/api/v1/components`, undefined, { authorization: '' });
  if (answer.status !== 200) return [`GET api/v1/components is ${answer.status}`];
  const wrong = [
    ...componentFaults('components.json', json('api/v1/components.json'), found),
    ...componentFaults('GET api/v1/components', answer.body as ComponentAnswer[], found),
  ];
  for (const [id, { updates }] of found.incidents) {
    const path = `api/v1/incidents/${id}.json`;
    const told = existsSync(join(folder, path)) ? json<IncidentAnswer>(path).updates : [];
    if (told.length !== updates.size || told.some((one) => !updates.has(one.id)))
      wrong.push(`${path} tells ${told.length} of ${updates.size} updates`);
    if (!existsSync(join(folder, `incidents/${id}/index.html`))) wrong.push(`incidents/${id}/ is not there`);
  }
  return wrong.length > 0 ? wrong : staleEncodings(folder);
}

function componentFaults(where: string, components: readonly ComponentAnswer[], found: FoundState): string[] {
  const wrong = components.flatMap(({ id, status }) =>
    found.shown.get(id) === status ? [] : [`${where} says ${id} is ${status}, not ${found.shown.get(id)}`],
  );
  if (components.length !== found.shown.size) wrong.push(`${where} lists ${components.length} components`);
  return wrong;
}

/** Files whose `.br` or `.gz` says something else than they do: a crash between two renames must not leave that. */
export function staleEncodings(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.flatMap((name) => {
    const decode = name.endsWith('.br') ? brotliDecompressSync : name.endsWith('.gz') ? gunzipSync : null;
    if (decode === null) return [];
    const plain = join(folder, name.slice(0, -3));
    if (!existsSync(plain)) return [`${name} is there without its file`];
    // While archive files are made again one may be replaced between the two reads.
    const [before, encoded, after] = [
      readFileSync(plain),
      readFileSync(join(folder, name)),
      readFileSync(plain),
    ];
    const decoded = decode(encoded);
    return decoded.equals(before) || decoded.equals(after) ? [] : [`${name} is not what its file says`];
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
