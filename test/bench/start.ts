import { startDaymark } from '../server/daymark.ts';
import { factorRow, ms, percentile, type Row } from './figures.ts';
import { publishedPages } from './many-pages.ts';

const STARTS = 7;
const BUDGET = { sign: '<=', must: 2, aim: 1.2 } as const;

/** From starting the process until it is ready with 1,000 published pages, against one page. */
export async function start(): Promise<Row[]> {
  const one = await readyTimes(1);
  const many = await readyTimes(1_000);
  const figures = { ours: percentile(many, 0.5), reference: percentile(one, 0.5), unit: ms };
  return [factorRow('start with 1,000 published pages', figures, BUDGET)];
}

async function readyTimes(pages: number): Promise<number[]> {
  const folder = await publishedPages(pages);
  const times: number[] = [];
  for (let n = 0; n < STARTS; n += 1) {
    const server = await startDaymark(folder);
    times.push(server.readyAfter);
    await server.stop();
  }
  return times;
}
