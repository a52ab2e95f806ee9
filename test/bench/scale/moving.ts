import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENTRY, freshDataDir, ORGANIZATION_SLUG } from '../../server/daymark.ts';
import { print } from '../figures.ts';
import type { Folder } from './fill.ts';
import { megabytes, seconds, timed } from './published.ts';

const HOUR_MS = 3_600_000;
const COMPONENTS = 40;
const RESTORED = 'The database is restored.';

/** A page of Statuspage as it lies in a folder: so many incidents and subscribers. */
function statuspageFolder(incidents: number, subscribers: number): string {
  const folder = join(freshDataDir(), 'statuspage');
  mkdirSync(folder);
  const iso = (at: number) => new Date(at).toISOString();
  const now = Date.now();
  const created = iso(now - (incidents + 2) * 8 * HOUR_MS);
  const components = Array.from({ length: COMPONENTS }, (_, n) => ({
    ...{ id: `component${String(n).padStart(4, '0')}`, name: `Component ${n + 1}`, status: 'operational' },
    ...{ position: n + 1, description: null, start_date: created.slice(0, 10), group_id: null, group: false },
    ...{ created_at: created, updated_at: created },
  }));
  const page = { id: 'sourcepage01', name: 'Source', time_zone: 'Etc/UTC', updated_at: iso(now) };
  const all = Array.from({ length: incidents }, (_, n) => {
    const started = now - (incidents - n + 1) * 8 * HOUR_MS;
    const id = `incident${String(n).padStart(5, '0')}`;
    const one = components[n % COMPONENTS] ?? components[0]!;
    const update = (status: string, at: number, old_status: string, new_status: string) => ({
      ...{
        id: `${status.slice(0, 3)}${id}`,
        incident_id: id,
        status,
        body: 'The state of things, told in a sentence.',
      },
      ...{ created_at: iso(at), updated_at: iso(at), display_at: iso(at) },
      affected_components: [{ code: one.id, name: one.name, old_status, new_status }],
    });
    const ended = started + HOUR_MS;
    return {
      ...{ id, name: `Incident ${n + 1}`, status: 'resolved', impact: 'minor', page_id: page.id },
      ...{
        created_at: iso(started),
        updated_at: iso(ended),
        started_at: iso(started),
        resolved_at: iso(ended),
      },
      ...{ monitoring_at: null, shortlink: `https://stspg.example/${id}`, components: [one] },
      incident_updates: [
        update('resolved', ended, 'degraded_performance', 'operational'),
        update('investigating', started, 'operational', 'degraded_performance'),
      ],
    };
  });
  const summary = { page, components, incidents: [], scheduled_maintenances: [] };
  writeFileSync(join(folder, 'summary.json'), JSON.stringify(summary));
  writeFileSync(join(folder, 'incidents.json'), JSON.stringify({ page, incidents: all }));
  const lines = Array.from({ length: subscribers }, (_, n) => `reader-${n}@example.com`);
  writeFileSync(join(folder, 'subscribers.csv'), ['email', ...lines, ''].join('\n'));
  return folder;
}

/** Moving in, moving out and back in, backup and restore: how long each takes, beside what it moves. */
export async function moving(
  folder: Folder,
  { incidents, subscribers }: { incidents: number; subscribers: number },
): Promise<void> {
  const { dataDir } = folder;
  const database = statSync(join(dataDir, 'daymark.db')).size;
  const place = freshDataDir();
  const backup = join(place, 'backup.db');
  print(`  backup of ${megabytes(database)}: ${seconds((await timed(['backup', backup], dataDir)).ms)}`);
  const moved = join(place, 'organization.jsonl');
  const out = await timed(['export', moved, '--org', ORGANIZATION_SLUG], dataDir);
  print(`  export of an organization, ${megabytes(statSync(moved).size)}: ${seconds(out.ms)}`);
  const inAgain = await timed(['import', 'daymark', moved, '--org', 'twin'], freshDataDir());
  print(`  import of it into an empty place: ${seconds(inAgain.ms)}`);
  const source = statuspageFolder(incidents, subscribers);
  const imported = await timed(['import', 'statuspage', source, '--org', ORGANIZATION_SLUG], dataDir);
  print(
    `  import of a Statuspage page, ${incidents} incidents and ${subscribers} subscribers, beside all the others: ${seconds(imported.ms)}`,
  );
  await restored(backup, dataDir);
}

/** Puts the backup back, up to the moment from which it publishes: how long that takes is another figure. */
async function restored(backup: string, dataDir: string): Promise<void> {
  const twin = join(freshDataDir(), 'twin');
  mkdirSync(twin);
  cpSync(join(dataDir, 'secret.key'), join(twin, 'secret.key'));
  const begun = performance.now();
  const env = { PATH: process.env.PATH ?? '', NODE_ENV: 'production', DATA_DIR: twin };
  const child = spawn(process.execPath, [ENTRY, 'restore', backup], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (more: string) => {
    text += more;
    if (!text.includes(RESTORED) || child.killed) return;
    print(`  restore of the backup, until its pages are published: ${seconds(performance.now() - begun)}`);
    child.kill('SIGKILL');
  });
  await ended;
  if (!text.includes(RESTORED)) throw new Error(`the backup could not be put back:\n${text}`);
}
