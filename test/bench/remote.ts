import { startStandIn } from '../libsql/server.ts';
import { startSlowRoad } from '../libsql/slow-road.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage } from '../server/first-page.ts';
import type { Answer } from '../server/http.ts';
import { limitRow, ms, percentile, print, type Row } from './figures.ts';

const ROUND_TRIP_MS = 20;
const WRITES = 15;
const MOST_TRIPS = { must: 3, aim: 3 };
const times = (count: number) => `${count} times`;

/**
 * How often an API write asks a database that is a network away, and how long it takes, beside the reading of a page.
 * The database is the stand-in of the tests; the process does nothing besides, since another one has its folder.
 */
export async function remote(): Promise<Row[]> {
  const database = await startStandIn();
  const road = await startSlowRoad(database.port, ROUND_TRIP_MS);
  const near = await startDaymark({ env: database.env });
  await firstPage(near, { name: 'Acme' });
  const component = await idOf(near.api('POST', '/api/v1/pages/acme/components', { name: 'API' }));
  const incident = {
    title: 'Slow',
    body: 'We are looking.',
    components: [{ id: component, status: 'partial_outage' }],
  };
  const open = await idOf(near.api('POST', '/api/v1/pages/acme/incidents', incident));
  const far = await startDaymark({
    env: { ...database.env, DATABASE_URL: `http://127.0.0.1:${road.port}` },
    ...{ args: ['serve', '--no-workers'], key: near.key, dataDir: near.dataDir },
  });
  const statuses = ['major_outage', 'operational'];
  const writes: [string, (n: number) => Promise<Answer>][] = [
    [
      'a status',
      (n) => far.api('PATCH', `/api/v1/pages/acme/components/${component}`, { status: statuses[n % 2] }),
    ],
    ['an incident', () => far.api('POST', '/api/v1/pages/acme/incidents', incident)],
    [
      'an update',
      () =>
        far.api('POST', `/api/v1/pages/acme/incidents/${open}/updates`, {
          status: 'monitoring',
          body: 'Better.',
        }),
    ],
  ];
  const rows: Row[] = [];
  const read = await measure(far, road.roundTrips, () => far.api('GET', '/api/v1/pages/acme'));
  print(`  a page, read (asks ${times(read.trips)}): p50 ${ms(read.took)}`);
  for (const [name, write] of writes) {
    const { took, trips } = await measure(far, road.roundTrips, write);
    print(`  ${name}: p50 ${ms(took)}`);
    const what = `API write, database ${ROUND_TRIP_MS} ms away: asks for ${name}`;
    rows.push(limitRow(what, { ours: trips, unit: times }, MOST_TRIPS));
  }
  await far.stop();
  await near.stop();
  await road.stop();
  await database.kill();
  return rows;
}

async function idOf(answer: Promise<Answer>): Promise<string> {
  return ((await answer).body as { id: string }).id;
}

async function measure(
  far: Daymark,
  roundTrips: () => number,
  write: (n: number) => Promise<Answer>,
): Promise<{ took: number; trips: number }> {
  await far.api('GET', '/api/v1/pages/acme');
  const times: number[] = [];
  const trips: number[] = [];
  for (let n = 0; n < WRITES; n += 1) {
    const before = roundTrips();
    const answer = await write(n);
    if (answer.status >= 300) throw new Error(`a write was refused: ${answer.status} ${answer.text}`);
    times.push(answer.took);
    trips.push(roundTrips() - before);
  }
  return { took: percentile(times, 0.5), trips: percentile(trips, 0.5) };
}
