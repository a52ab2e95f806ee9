import type { Daymark } from '../../server/daymark.ts';
import { until } from '../../server/first-page.ts';
import { limitRow, ms, percentile, print, type Row } from '../figures.ts';
import { longestPause, type Subject, writingMeanwhile } from './server.ts';
import { LOVED } from './spread.ts';

const WITHIN_MS = 300_000;

/** An incident on the page with the most subscribers, until all that they are sent is queued; others write meanwhile. */
export async function blast(server: Daymark, other: Subject): Promise<Row[]> {
  await longestPause(server);
  const stop = writingMeanwhile(other);
  const begun = performance.now();
  const made = await server.api('POST', `/api/v1/pages/${LOVED}/incidents`, {
    title: 'Payments fail',
    body: 'Some payments fail. We are looking into it.',
  });
  if (made.status !== 201) throw new Error(`no incident was made: ${made.status} ${made.text}`);
  const newest = async () =>
    (
      (await server.api('GET', `/api/v1/pages/${LOVED}/notifications`)).body as {
        complete: boolean;
        email: { pending: number };
      }[]
    )[0];
  await until(async () => (await newest())?.complete === true, 'all deliveries are made', WITHIN_MS);
  const queued = performance.now() - begun;
  const times = await stop();
  const pause = await longestPause(server);
  print(
    `  an incident for ${(await newest())?.email.pending} readers: queued after ${ms(queued)}; ${times.length} other writes meanwhile, the slowest ${ms(Math.max(...times))}, p50 ${ms(percentile(times, 0.5))}; longest pause ${ms(pause)}`,
  );
  return [
    limitRow('all mails of an incident queued', { ours: queued, unit: ms }, { must: 5_000, aim: 1_500 }),
    limitRow(
      'slowest other write meanwhile',
      { ours: Math.max(...times), unit: ms },
      { must: 250, aim: 100 },
    ),
  ];
}
