import { startDaymark } from '../server/daymark.ts';
import { callWith } from './caller.ts';
import { openDatabase } from './fill.ts';
import { PAGE, type Scene } from './scene.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const INCIDENTS = 40;
const NAMED = 4;
const STATUSES = ['degraded_performance', 'partial_outage', 'major_outage'];

/**
 * Gives a page a past as pages have one: an incident every other day or so of the last 90, on a few components each, and
 * one that is open. The scene's server is stopped for it; what is answered reads the same folder.
 */
export async function withPast(scene: Scene): Promise<{ url: string; stop(): Promise<number | null> }> {
  const { dataDir, key } = scene.server;
  await scene.server.stop();
  const now = Date.now();
  const client = openDatabase(dataDir);
  await client.execute({ sql: 'UPDATE components SET since = ?', args: [now - 100 * DAY_MS] });
  client.close();
  const server = await startDaymark({ dataDir, key });
  const call = callWith(server, () => undefined);
  const components = (n: number) =>
    Array.from({ length: NAMED }, (_, place) => ({
      id: scene.components[(n * 7 + place) % scene.components.length],
      status: STATUSES[(n + place) % STATUSES.length],
    }));
  for (let n = 0; n <= INCIDENTS; n += 1) {
    const started = now - Math.round((n * 89 * DAY_MS) / INCIDENTS) - 90 * MINUTE_MS;
    await call('POST', `${PAGE}/incidents`, {
      title: `Some requests in region ${n} fail or take longer than usual`,
      body: 'We see errors and are looking into it. Requests may have to be sent again.',
      started_at: new Date(started).toISOString(),
      components: components(n),
      ...(n === 0
        ? {}
        : {
            status: 'resolved',
            resolved_at: new Date(started + (10 + ((n * 37) % 200)) * MINUTE_MS).toISOString(),
          }),
    });
  }
  await server.api('PATCH', PAGE, { description: 'All of it' }, { prefer: 'wait=30' });
  return server;
}
