/** Readers in a thread of their own: they ask until they have seen the last revision, and tell what they got and when. */
import http from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';
import { clock } from '../../server/http.ts';

export interface ReadersAnswer {
  seconds: number;
  /** Milliseconds that each answer took. */
  times: number[];
  /** Answers that were not 200 or broke off, and those of a revision older than one that the same reader had got. */
  errors: number;
  /** Of each revision, when a reader saw it or a later one first, and when the last of the readers did. */
  seen: { revision: number; firstAt: number; lastAt: number }[];
}

const { url, paths, clients } = workerData as { url: string; paths: string[]; clients: number };
const agent = new http.Agent({ keepAlive: true, maxSockets: clients });
const times: number[] = [];
const newest = new Array<number>(clients).fill(0);
const seen = new Map<number, { firstAt: number; lastAt: number; by: number }>();
let errors = 0;
/** Once it is known, readers go on until they have seen this one. */
let last = Number.POSITIVE_INFINITY;
let end = Number.POSITIVE_INFINITY;
/** Whoever has not seen it by then will not. */
const PATIENCE_MS = 60_000;

function read(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.get(url + path, { agent }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      answer.on('aborted', () => reject(new Error('the answer broke off')));
      answer.on('end', () =>
        answer.statusCode === 200 ? resolve(text) : reject(new Error(`status ${answer.statusCode}`)),
      );
    });
    request.on('error', reject);
  });
}

function saw(client: number, revision: number): void {
  const before = newest[client] ?? 0;
  if (revision < before) errors += 1;
  if (revision <= before) return;
  newest[client] = revision;
  const at = clock();
  for (const [known, one] of seen) {
    if (known <= before || known > revision) continue;
    one.by += 1;
    one.lastAt = at;
  }
  if (!seen.has(revision)) {
    // Who had come further already has seen this one too.
    const by = newest.filter((one) => one >= revision).length;
    seen.set(revision, { firstAt: at, lastAt: at, by });
  }
}

async function reader(client: number): Promise<void> {
  for (let n = client; (newest[client] ?? 0) < last && clock() < end; n += 1) {
    const path = paths[n % paths.length] ?? '';
    const begun = clock();
    try {
      const text = await read(path);
      times.push(clock() - begun);
      if (path.endsWith('revision.json')) saw(client, (JSON.parse(text) as { revision: number }).revision);
    } catch {
      errors += 1;
    }
  }
}

const begun = clock();
const running = Promise.all(Array.from({ length: clients }, (_, client) => reader(client)));
parentPort?.once('message', async (revision: number) => {
  last = revision;
  end = clock() + PATIENCE_MS;
  await running;
  const all = [...seen].filter(([, { by }]) => by === clients);
  parentPort?.postMessage({
    seconds: (clock() - begun) / 1_000,
    ...{ times, errors },
    seen: all.map(([revision, { firstAt, lastAt }]) => ({ revision, firstAt, lastAt })),
  } satisfies ReadersAnswer);
});
parentPort?.postMessage('begun');
