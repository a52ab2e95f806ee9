import { readFileSync } from 'node:fs';
import { type Daymark, freePort, startDaymark } from '../../server/daymark.ts';
import { type Answer, revisionOf } from '../../server/http.ts';
import { callWith } from '../caller.ts';
import { Revisions } from '../revisions.ts';
import type { Folder } from './fill.ts';

/** A server at work on one page of a folder. */
export interface Subject {
  server: Daymark;
  slug: string;
  components: string[];
  revisions: Revisions;
  call(method: string, path: string, body?: unknown): Promise<Answer>;
}

/** Starts a server whose mails go nowhere: what is queued stays queued. */
export async function serverOn({ dataDir, key }: Folder): Promise<Daymark> {
  const SMTP_URL = `smtp://127.0.0.1:${await freePort()}`;
  return startDaymark({ dataDir, key, env: { SMTP_URL, MAIL_FROM: 'status@mail.example' } });
}

/** A page of a server, with its first components. */
export async function subjectOf(server: Daymark, slug: string): Promise<Subject> {
  const call = callWith(server, () => undefined);
  const { body } = await call('GET', `/api/v1/pages/${slug}/components`);
  const components = (body as { id: string }[]).map(({ id }) => id);
  return { server, slug, components, call, revisions: await Revisions.of(server.dataDir, slug) };
}

/** What writes took, in milliseconds. */
export interface Latencies {
  /** From the first byte of the request to the answer. */
  answered: number[];
  /** From the answer until the files are replaced. */
  replaced: number[];
}

const STATUSES = ['degraded_performance', 'operational'];

/** Writes one thing after the other, to each of the subjects in turn: what else the machine does meets all alike. */
export async function latencies(subjects: readonly Subject[], writes: number): Promise<Latencies[]> {
  const all = subjects.map((): Latencies => ({ answered: [], replaced: [] }));
  for (let n = 0; n < writes; n += 1) {
    for (const [place, subject] of subjects.entries()) {
      const { slug, components, revisions, call } = subject;
      const id = components[Math.floor(n / 2) % components.length] ?? '';
      const answer = await call('PATCH', `/api/v1/pages/${slug}/components/${id}`, {
        status: STATUSES[n % 2],
      });
      const replaced = await revisions.reached(revisionOf(answer) ?? 0);
      all[place]?.answered.push(answer.answeredAt - answer.sentAt);
      all[place]?.replaced.push(Math.max(0, replaced - answer.answeredAt));
    }
  }
  return all;
}

/** The longest time for which the event loop stood still since this was last asked, in milliseconds. */
export async function longestPause(server: Daymark): Promise<number> {
  const { text } = await server.api('GET', '/metrics');
  return Number(/^daymark_nodejs_eventloop_lag_max_seconds (\S+)$/m.exec(text)?.[1] ?? 0) * 1_000;
}

/** Processor time of a process so far, in milliseconds (Linux, ticks of 10 ms). */
export function processorMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Writes to a page without pause until told to stop. @returns the milliseconds that each answer took */
export function writingMeanwhile({ slug, components, call }: Subject): () => Promise<number[]> {
  const times: number[] = [];
  let stopped = false;
  const writing = (async () => {
    for (let n = 0; !stopped; n += 1) {
      const id = components[n % components.length] ?? '';
      const answer = await call('PATCH', `/api/v1/pages/${slug}/components/${id}`, {
        description: `Written ${n}`,
      });
      times.push(answer.took);
      await new Promise((resume) => setTimeout(resume, 20));
    }
  })();
  return async () => {
    stopped = true;
    await writing;
    return times;
  };
}
