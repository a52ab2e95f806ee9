/** Shoots at a server, and looks at every answer and at what it left behind. */
import http from 'node:http';
import fc from 'fast-check';
import { documentOf, operationsOf } from '../fixtures/operations.ts';
import type { Daymark } from '../server/daymark.ts';
import { type RawCounts, shootBytes } from './bytes.ts';
import { type FuzzRequest, type Plan, plans, requestOf } from './requests.ts';
import { faultIn, type Got, isRead, send, told } from './shot.ts';
import { changesFiles } from './site.ts';
import { World } from './world.ts';

/** What takes a secret that only a mail, or a person, has. */
const SECRET = ['POST /api/v1/session', 'DELETE /api/v1/session', 'POST /api/v1/subscribers/verify'];
const CHUNK = 250;
const FAULTS_SHOWN = 20;
/** One of so many requests is bytes that are hardly HTTP. */
const BYTES_SHARE = 10;
/** So many of the refused requests of a chunk are sent again to a server at rest: then no file may change. */
const REPEATED = 40;

export interface FuzzReport {
  requests: number;
  /** Answers by status. */
  statuses: Record<string, number>;
  /** Operations of the document that were answered with success at least once, and those that could have been. */
  reached: string[];
  unreached: string[];
  bytes: RawCounts;
  /** Refused requests that were sent again, and refused again, while the published files were watched. */
  watched: number;
  faults: string[];
}

/** @param progress told how many requests are done, and waited for @param seed the same one makes the same plans */
export async function fuzz(
  daymark: Daymark,
  options: { requests: number; seed: number; progress?: (done: number) => unknown },
): Promise<FuzzReport> {
  const world = await World.make(daymark);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const document = await documentOf(daymark);
  const operations = operationsOf(document);
  const arbitrary = plans(operations, document);
  const reached = new Set<string>();
  const report: FuzzReport = {
    requests: 0,
    statuses: {},
    reached: [],
    unreached: [],
    bytes: { sent: 0, answered: 0, refused: 0 },
    watched: 0,
    faults: [],
  };
  try {
    for (let chunk = 0; report.requests < options.requests; chunk++) {
      const numRuns = Math.min(CHUNK, options.requests - report.requests);
      const seed = options.seed + chunk;
      const raw = Math.floor(numRuns / BYTES_SHARE);
      const refused: FuzzRequest[] = [];
      for (const plan of fc.sample(arbitrary, { numRuns: numRuns - raw, seed })) {
        const shot = await shoot(daymark, world, agent, plan, report, reached);
        if (shot.fault && report.faults.length < FAULTS_SHOWN) report.faults.push(shot.fault);
        if (shot.refused) refused.push(shot.refused);
      }
      report.faults.push(...(await repeat(daymark, agent, refused, report)));
      const before = await world.state();
      const changed = await changesFiles(daymark, async () => {
        report.faults.push(...(await shootBytes(daymark.url, raw, seed, report.bytes)));
      });
      if ((await world.state()) !== before) report.faults.push(`bytes of seed ${seed} changed rows`);
      if (changed) report.faults.push(`bytes of seed ${seed} changed files`);
      report.requests += numRuns;
      await world.fill();
      await options.progress?.(report.requests);
    }
  } finally {
    await world.close();
    agent.destroy();
  }
  const names = operations.map(({ method, path }) => `${method} ${path}`);
  report.reached = names.filter((name) => reached.has(name));
  report.unreached = names.filter((name) => !reached.has(name) && !SECRET.includes(name));
  return report;
}

async function shoot(
  daymark: Daymark,
  world: World,
  agent: http.Agent,
  plan: Plan,
  report: FuzzReport,
  reached: Set<string>,
): Promise<{ fault: string | null; refused?: FuzzRequest }> {
  const request = requestOf(plan, world, daymark.key);
  const before = await world.state();
  let answer: Got;
  try {
    answer = await send(daymark.url, agent, request);
  } catch (error) {
    return { fault: told(request, `no answer: ${String(error)}`) };
  }
  const { status } = answer;
  report.statuses[status] = (report.statuses[status] ?? 0) + 1;
  const declared = request.method === plan.operation.method;
  if (status < 300) world.learn(request.method, request.path, answer.body);
  // What leads on has done its work, too.
  if (declared && (status < 300 || status === 303))
    reached.add(`${plan.operation.method} ${plan.operation.path}`);
  const reads = isRead(request);
  const fault =
    faultIn(plan, request, answer) ??
    ((status >= 300 || reads) && (await world.state()) !== before ? 'rows have changed' : null);
  return {
    fault: fault ? told(request, `${status} ${fault}: ${answer.text.slice(0, 300)}`) : null,
    ...(status >= 400 || reads ? { refused: request } : {}),
  };
}

/**
 * Sends refused requests, and reads, once more to a server that has published everything: the published files must stay
 * as they are, to the last one. Which of them is refused again depends on what the others did: those after the last that
 * was not are watched.
 */
async function repeat(
  daymark: Daymark,
  agent: http.Agent,
  refused: readonly FuzzRequest[],
  report: FuzzReport,
): Promise<string[]> {
  const step = Math.max(1, refused.length / REPEATED);
  let since: FuzzRequest[] = [];
  for (let place = 0; place < refused.length; place += step) {
    const request = refused[Math.floor(place)]!;
    const { status } = await send(daymark.url, agent, request);
    if (status >= 400 || isRead(request)) since.push(request);
    else since = [];
  }
  report.watched += since.length;
  const changed = await changesFiles(daymark, async () => {
    for (const request of since) await send(daymark.url, agent, request);
  });
  if (!changed) return [];
  return [`files have changed after:\n${since.map((request) => told(request, 'refused')).join('\n')}`];
}
