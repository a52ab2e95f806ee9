import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

const FIRST = 10_000;
/** Test files that run at the same time never get the same port: each worker has a stretch of its own. */
const WORKERS = 16;
const EPHEMERAL = '/proc/sys/net/ipv4/ip_local_port_range';

/** Below what the kernel gives to connections and to whoever asks for any port: nobody comes upon these by chance. */
function stretch(): { from: number; size: number } {
  let end = 32_768;
  try {
    end = Math.max(FIRST + WORKERS * 100, Number.parseInt(readFileSync(EPHEMERAL, 'utf8'), 10));
  } catch {
    // Not on Linux: others begin higher.
  }
  const size = Math.floor((end - FIRST) / WORKERS);
  const worker = Number(process.env.VITEST_POOL_ID ?? process.env.TEST_PARALLEL_INDEX ?? 0) % WORKERS;
  return { from: FIRST + worker * size, size };
}

const { from, size } = stretch();
let next = Math.floor(Math.random() * size);

/** A TCP port of 127.0.0.1 that is free, also for a process that takes a while until it listens. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < size; tries++) {
    const port = from + (next++ % size);
    if (await isFree(port)) return port;
  }
  throw new Error(`no port from ${from} to ${from + size - 1} is free`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
