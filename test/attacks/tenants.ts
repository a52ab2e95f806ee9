/** Two organizations on one server, each with one of everything: what one of them must not reach of the other. */
import { createClient } from '@libsql/client';
import { SCOPES } from '../../src/auth/scopes.ts';
import { subscriberToken } from '../../src/domain/subscriber-token.ts';
import { type ApiDocument, documentOf, type Operation, operationsOf } from '../fixtures/operations.ts';
import { openDesk } from '../mail/desk.ts';
import { newMember, OWNER_ENV, signedIn, type Visitor } from '../server/console.ts';
import { type Daymark, ORGANIZATION_SLUG, runCli, startDaymark } from '../server/daymark.ts';
import { firstPage } from '../server/first-page.ts';
import type { Answer } from '../server/http.ts';

export const NOWHERE = '01a00000-0000-7000-8000-000000000000';
export const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

export interface Tenant {
  slug: string;
  /** With every scope. */
  key: string;
  owner: Visitor;
  /** Stands in every text that this tenant wrote. */
  marker: string;
  /** Ids by the name of their list; `pages`, and `updates of incidents` and `updates of maintenance`. */
  ids: Record<string, string>;
  /** The token that mails to the subscriber hold. */
  subscriberToken: string;
}

export interface Tenants {
  daymark: Daymark;
  document: ApiDocument;
  operations: Operation[];
  acme: Tenant;
  charlie: Tenant;
  as(key: string, method: string, path: string, body?: unknown): Promise<Answer>;
  /** All that is in the database, but for what is noted of use alone; of one tenant's pages and organization when told. */
  contents(): Promise<string>;
  stop(): Promise<void>;
}

export async function startTenants(env: Record<string, string> = {}): Promise<Tenants> {
  // Nobody answers there: no name is asked of the world.
  const daymark = await startDaymark({ env: { DNS_SERVERS: '127.0.0.1:9', ...OWNER_ENV, ...env } });
  await firstPage(daymark, { name: 'Acme ACMESECRET', slug: 'acme' });
  const made = await runCli(['keys', 'create', '--org', 'charlie', '--scopes', SCOPES.join(',')], {
    DATA_DIR: daymark.dataDir,
  });
  const acme = await tenant(daymark, 'acme', daymark.key, await signedIn(daymark), 'ACMESECRET');
  const charliesOwner = await newMember(daymark, 'c@charlie.example', 'owner', 'charlie');
  await daymark.api(
    'POST',
    '/api/v1/pages',
    { name: 'Charlie CHARLIESECRET', slug: 'charlie' },
    bearer(made.stdout.trim()),
  );
  const charlie = await tenant(
    daymark,
    'charlie',
    made.stdout.trim(),
    await signedIn(daymark, charliesOwner),
    'CHARLIESECRET',
  );
  const document = await documentOf(daymark);
  const database = createClient({ url: `file:${daymark.dataDir}/daymark.db` });
  return {
    ...{ daymark, document, operations: operationsOf(document), acme, charlie },
    as: (key, method, path, body) => daymark.api(method, path, body, bearer(key)),
    contents: () => contentsOf(database),
    async stop() {
      database.close();
      await daymark.stop();
    },
  };
}

const WINDOW = { starts_at: '2090-01-01T00:00:00Z', ends_at: '2090-01-02T00:00:00Z' };

async function tenant(
  daymark: Daymark,
  slug: string,
  key: string,
  owner: Visitor,
  marker: string,
): Promise<Tenant> {
  const ids: Record<string, string> = {};
  const post = async (list: string, path: string, body: object) => {
    const { status, body: made, text } = await daymark.api('POST', path, body, bearer(key));
    if (status !== 201) throw new Error(`POST ${path}: ${status} ${text}`);
    ids[list] = (made as { id: string }).id;
  };
  const [page] = (await daymark.api('GET', '/api/v1/pages', undefined, bearer(key))).body as { id: string }[];
  ids.pages = page!.id;
  const below = `/api/v1/pages/${page!.id}`;
  await post('groups', `${below}/groups`, { name: marker });
  await post('components', `${below}/components`, { name: marker, description: marker });
  const components = [{ id: ids.components!, status: 'major_outage' }];
  await post('incidents', `${below}/incidents`, { title: marker, body: marker, components });
  await post('updates of incidents', `${below}/incidents/${ids.incidents}/updates`, {
    status: 'identified',
    body: marker,
  });
  await post('maintenance', `${below}/maintenance`, { title: marker, body: marker, ...WINDOW });
  const updates = `${below}/maintenance/${ids.maintenance}/updates`;
  await post('updates of maintenance', updates, { status: 'scheduled', body: marker });
  await post('templates', `${below}/templates`, { name: marker, title: marker, body: marker });
  // Refused before it is dialled.
  await post('webhooks', `${below}/webhooks`, { url: `http://127.0.0.1:9/${marker}` });
  await post('subscribers', `${below}/subscribers`, { email: `${marker}@example.com` });
  await post('api-keys', '/api/v1/api-keys', { name: marker, scopes: ['pages:read'] });
  await post('invitations', '/api/v1/invitations', { email: `${marker}@invited.example`, role: 'viewer' });
  const org = slug === 'acme' ? ORGANIZATION_SLUG : slug;
  const email = `${marker.toLowerCase()}@member.example`;
  await newMember(daymark, email, 'viewer', org);
  const members = (await daymark.api('GET', '/api/v1/members', undefined, bearer(key))).body as {
    id: string;
    email: string;
  }[];
  ids.members = members.find((one) => one.email === email)!.id;
  const notifications = (await daymark.api('GET', `${below}/notifications`, undefined, bearer(key))).body as {
    id: string;
  }[];
  ids.notifications = notifications[0]!.id;
  const desk = await openDesk(daymark.dataDir);
  const token = subscriberToken(desk.secrets, ids.subscribers!);
  await desk.close();
  return { slug, key, owner, marker, ids, subscriberToken: token };
}

/** What changes by use alone, or by work in the background. */
const TABLES_LEFT_OUT = new Set([
  'limit_hits',
  'sessions',
  'leases',
  'lanes',
  'touches',
  'idempotent_answers',
  'letters',
  'deliveries',
  'fan_outs',
  'outbox',
]);
const COLUMNS_LEFT_OUT =
  /^(published_|publish_|last_used_at|last_success|failing_since|last_seen|domain_checked|archive_|template_|told_|fanned)/;

async function contentsOf(database: ReturnType<typeof createClient>): Promise<string> {
  const { rows: tables } = await database.execute(
    "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name not like '\\_\\_%' escape '\\' order by name",
  );
  const all: string[] = [];
  for (const { name } of tables) {
    if (TABLES_LEFT_OUT.has(String(name))) continue;
    const { rows, columns } = await database.execute(`select * from "${String(name)}"`);
    const kept = columns.filter((column) => !COLUMNS_LEFT_OUT.test(column));
    for (const row of rows) all.push(`${String(name)} ${JSON.stringify(kept.map((column) => row[column]))}`);
  }
  return all.sort().join('\n');
}

/** The lines in which two contents differ. */
export function differenceOf(before: string, after: string): string {
  const [a, b] = [new Set(before.split('\n')), new Set(after.split('\n'))];
  const lines = [
    ...[...a].filter((line) => !b.has(line)).map((line) => `- ${line}`),
    ...[...b].filter((line) => !a.has(line)).map((line) => `+ ${line}`),
  ];
  return lines
    .map((line) => line.slice(0, 300))
    .slice(0, 4)
    .join('\n');
}

/** The path of an operation, with these ids in it; what they do not name is nowhere. */
export function pathOf({ path }: Operation, ids: Record<string, string>): string {
  const list = /\/([\w-]+)\/\{id\}/.exec(path)?.[1] ?? '';
  return path
    .replace('{page}', ids.pages ?? NOWHERE)
    .replace('{id}', ids[list] ?? NOWHERE)
    .replace('{update}', ids[`updates of ${list}`] ?? NOWHERE)
    .replace(/\{\w+\}/g, NOWHERE);
}
