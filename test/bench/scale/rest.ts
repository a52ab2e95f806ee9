import { setTimeout as pause } from 'node:timers/promises';
import type { Daymark } from '../../server/daymark.ts';
import { limitRow, ms, print, type Row } from '../figures.ts';
import { longestPause, processorMs } from './server.ts';

/**
 * What servers do while nobody asks them for anything: looks each second, each twenty seconds, and, with more than a
 * minute of rest, each minute.
 */
export async function atRest(big: Daymark, small: Daymark, forMs: number): Promise<Row[]> {
  const servers = [big, small];
  await Promise.all(servers.map(longestPause));
  const before = servers.map(({ pid }) => processorMs(pid));
  await pause(forMs);
  const [ours = 0, reference = 0] = servers.map(
    ({ pid }, n) => (processorMs(pid) - (before[n] ?? 0)) / (forMs / 60_000),
  );
  const [longest = 0, shortest = 0] = await Promise.all(servers.map(longestPause));
  print(
    `  at rest, processor time a minute: ${ms(ours)}, with one page ${ms(reference)}; longest pause ${ms(longest)}, with one page ${ms(shortest)}`,
  );
  return [
    limitRow('at rest: processor time a minute', { ours, unit: ms }, { must: 1_200, aim: 600 }),
    limitRow('at rest: longest pause', { ours: longest, unit: ms }, { must: 100, aim: 30 }),
  ];
}
