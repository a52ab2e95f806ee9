import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { clock, revisionOf } from '../../server/http.ts';
import { ms, percentile, print } from '../figures.ts';
import type { ReadersAnswer } from './readers-worker.ts';
import type { Subject } from './server.ts';

export interface ReadFigures {
  reads: number;
  perSecond: number;
  errors: number;
  p99: number;
  /** Of each write, until every one of the readers had seen it or a later one. */
  seen: number[];
}

/**
 * So many readers, each with a connection that it keeps, ask for `revision.json` and for the page in turn, without a
 * break, while incidents are posted; in threads of their own.
 */
export async function readMeanwhile(
  { server, slug, call }: Subject,
  { clients, incidents, everyMs }: { clients: number; incidents: number; everyMs: number },
): Promise<ReadFigures> {
  const worker = new Worker(new URL('./readers-worker.ts', import.meta.url), {
    workerData: { url: server.url, paths: [`/p/${slug}/revision.json`, `/p/${slug}/`], clients },
  });
  await once(worker, 'message');
  const posted: { revision: number; at: number }[] = [];
  for (let n = 0; n < incidents; n += 1) {
    const answer = await call('POST', `/api/v1/pages/${slug}/incidents`, {
      title: `Some requests fail for the ${n + 1}th time`,
      body: 'We are looking into it.',
    });
    posted.push({ revision: revisionOf(answer) ?? 0, at: clock() });
    await pause(everyMs);
  }
  worker.postMessage(posted.at(-1)?.revision ?? 0);
  const [answer] = (await once(worker, 'message')) as [ReadersAnswer];
  await worker.terminate();
  const seen = posted.map(({ revision, at }) => {
    const last = answer.seen.filter((one) => one.revision >= revision).map((one) => one.lastAt);
    return Math.max(0, Math.min(...last) - at);
  });
  const figures = {
    reads: answer.times.length,
    perSecond: answer.times.length / answer.seconds,
    errors: answer.errors,
    p99: percentile(answer.times, 0.99),
    seen,
  };
  print(
    `  ${clients} readers: ${figures.reads} reads, ${figures.perSecond.toFixed(0)}/s, errors ${figures.errors}, p99 ${ms(figures.p99)}; a write was seen by the first reader after ${ms(firstSeen(posted, answer))}, by all after ${ms(Math.max(...seen))} at most`,
  );
  return figures;
}

function firstSeen(posted: readonly { revision: number; at: number }[], answer: ReadersAnswer): number {
  return Math.max(
    ...posted.map(({ revision, at }) => {
      const first = answer.seen.filter((one) => one.revision >= revision).map((one) => one.firstAt);
      return Math.max(0, Math.min(...first) - at);
    }),
  );
}
