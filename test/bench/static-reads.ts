import { type ChildProcess, spawn } from 'node:child_process';
import { factorRow, print, type Row } from './figures.ts';
import { makeScene, SLUG } from './scene.ts';
import { hasWrk, requestsPerSecond } from './wrk.ts';

const SECONDS = 5;
const BUDGET = { sign: '>=', must: 0.7, aim: 0.9 } as const;
const CASES = [
  { what: 'page', path: '', encoding: 'identity' },
  { what: 'page, brotli', path: '', encoding: 'br' },
  { what: 'status JSON', path: 'api/v1/status', encoding: 'identity' },
];

/** Static reads by the server's process against a bare node:http that sends the same bytes from memory. */
export async function staticReads(): Promise<Row[]> {
  if (!hasWrk()) {
    print('  left out: wrk or taskset is not installed (Debian: apt-get install wrk)');
    return [];
  }
  const scene = await makeScene(20, { prefix: ['taskset', '-c', '0'] });
  try {
    const rows: Row[] = [];
    for (const { what, path, encoding } of CASES) {
      const url = `${scene.server.url}/p/${SLUG}/${path}`;
      const bare = await startBare(url, encoding);
      await requestsPerSecond(url, 1, { encoding });
      await requestsPerSecond(bare.url, 1, { encoding });
      const ours = await requestsPerSecond(url, SECONDS, { encoding });
      const reference = await requestsPerSecond(bare.url, SECONDS, { encoding });
      bare.process.kill();
      rows.push(
        factorRow(`static reads, ${what}`, { ours, reference, unit: (n) => `${n.toFixed(0)}/s` }, BUDGET),
      );
    }
    return rows;
  } finally {
    await scene.close();
  }
}

function startBare(url: string, encoding: string): Promise<{ url: string; process: ChildProcess }> {
  const program = new URL('./memory-server.ts', import.meta.url).pathname;
  const child = spawn('taskset', ['-c', '0', process.execPath, program, url, encoding], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.stdout.once('data', (port: Buffer) => {
      resolve({ url: `http://127.0.0.1:${port.toString().trim()}/`, process: child });
    });
  });
}
