import { join } from 'node:path';
import { type Client, createClient, type InStatement } from '@libsql/client';
import { v7 } from 'uuid';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const BATCH = 500;

/** Opens the database of a stopped server. */
export function openDatabase(dataDir: string): Client {
  return createClient({ url: `file:${join(dataDir, 'daymark.db')}`, concurrency: 1 });
}

/**
 * Writes pages into the database of a stopped server, called `fill-1`, `fill-2` and so on, each with so many
 * operational components: the API would take a request for every one of them. With `publishedLike` they count as
 * published with the same templates as the page of that slug, though nothing lies in the folder.
 */
export async function fillPages(
  dataDir: string,
  pages: number,
  components: number,
  publishedLike?: string,
): Promise<void> {
  const client = openDatabase(dataDir);
  const organization = (await client.execute('SELECT id FROM organizations LIMIT 1')).rows[0]?.[0];
  const sql = 'SELECT published_template FROM pages WHERE slug = ?';
  const template = (await client.execute({ sql, args: [publishedLike ?? ''] })).rows[0]?.[0] ?? null;
  const now = Date.now();
  const today = new Date(now).toISOString().slice(0, 10);
  const statements: InStatement[] = [];
  for (let n = 1; n <= pages; n += 1) {
    const page = v7();
    statements.push(
      insert('pages', {
        id: page,
        v2_id: v2Id(n),
        organization_id: String(organization),
        slug: `fill-${n}`,
        name: `Page ${n}`,
        timezone: 'Etc/UTC',
        language: 'en',
        languages: '["en"]',
        domain_token: `token-${n}`,
        demo: 0,
        revision: 1,
        changed_at: now,
        days_version: 0,
        open_day: today,
        published_revision: publishedLike === undefined ? 0 : 1,
        published_template: template === null ? null : String(template),
        publish_requested: 0,
        publish_answered: 0,
        created_at: now,
        updated_at: now,
      }),
    );
    for (let place = 1; place <= components; place += 1) {
      statements.push(
        insert('components', {
          id: v7(),
          v2_id: v2Id(place),
          page_id: page,
          name: `Component ${place}`,
          code: `component-${place}`,
          top_rank: place,
          rank: 0,
          set_status: 'operational',
          status: 'operational',
          status_since: now,
          since: now,
          created_at: now,
          updated_at: now,
        }),
      );
    }
  }
  await runAll(client, statements);
  client.close();
}

/** Writes resolved incidents of the past, one every eight hours back from yesterday, on one component of a page. */
export async function fillIncidents(
  dataDir: string,
  slug: string,
  component: string,
  incidents: number,
): Promise<void> {
  const client = openDatabase(dataDir);
  const page = String(
    (await client.execute({ sql: 'SELECT id FROM pages WHERE slug = ?', args: [slug] })).rows[0]?.[0],
  );
  const statements: InStatement[] = [];
  const yesterday = Date.now() - DAY_MS;
  for (let n = 1; n <= incidents; n += 1) {
    const id = v7();
    const started = yesterday - n * 8 * HOUR_MS;
    const ended = started + HOUR_MS;
    statements.push(
      insert('incidents', {
        id,
        v2_id: v2Id(n),
        page_id: page,
        title: `Incident ${n} of the past`,
        status: 'resolved',
        impact: 'minor',
        impact_by_hand: 0,
        started_at: started,
        resolved_at: ended,
        created_at: started,
        updated_at: ended,
      }),
    );
    for (const [at, status, says] of [
      [started, 'investigating', 'degraded_performance'],
      [ended, 'resolved', 'operational'],
    ] as const) {
      const update = v7();
      const body = `The state of things at hour ${n}, told in a sentence or two as people do.`;
      statements.push(
        insert('incident_updates', {
          id: update,
          v2_id: v2Id(at),
          incident_id: id,
          status,
          body,
          created_at: at,
        }),
        insert('update_components', {
          update_id: update,
          incident_id: id,
          component_id: component,
          name: 'Component',
          status: says,
          place: 0,
        }),
      );
    }
  }
  await runAll(client, statements);
  client.close();
}

async function runAll(client: Client, statements: readonly InStatement[]): Promise<void> {
  for (let first = 0; first < statements.length; first += BATCH) {
    await client.batch(statements.slice(first, first + BATCH), 'write');
  }
}

function insert(table: string, row: Record<string, string | number | null>): InStatement {
  const columns = Object.keys(row);
  return {
    sql: `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    args: Object.values(row),
  };
}

function v2Id(n: number): string {
  return n.toString(36).padStart(12, '0').slice(-12);
}
