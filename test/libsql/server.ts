import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freshDataDir } from '../server/daymark.ts';
import { freePort } from '../server/free-port.ts';
import type { Impatience } from './stand-in.ts';

const SCRIPT = new URL('stand-in.ts', import.meta.url).pathname;
export const TOKEN = 'a token of this test';

/** The stand-in for a libSQL server, in a process of its own. */
export interface LibsqlStandIn {
  url: string;
  port: number;
  file: string;
  /** What a process needs to work on it. */
  env: Record<string, string>;
  /** SIGSTOP: it takes connections, and answers nothing. */
  freeze(): void;
  thaw(): void;
  /** From its answer on it is so impatient. */
  become(how: Impatience): Promise<void>;
  /** How many writers did not get the lock in time, as far as it has told. */
  refused(): number;
  /** SIGKILL, as a crash of its machine. */
  kill(): Promise<void>;
}

/** @param before an earlier one, whose file and port it takes over */
export async function startStandIn(before?: Pick<LibsqlStandIn, 'file' | 'port'>): Promise<LibsqlStandIn> {
  const file = before?.file ?? join(freshDataDir(), 'server.db');
  const port = before?.port ?? (await freePort());
  const child = spawn(process.execPath, [SCRIPT, file, String(port), TOKEN], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  process.once('exit', () => child.kill('SIGKILL'));
  const exit = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let refused = 0;
  child.on('message', (told: { refused: number }) => {
    refused = told.refused;
  });
  const ready = await createInterface({ input: child.stdout! })[Symbol.asyncIterator]().next();
  if (ready.value !== 'ready') throw new Error('the stand-in for a libSQL server did not start');
  const url = `http://127.0.0.1:${port}`;
  return {
    ...{ url, port, file },
    env: { DATABASE_URL: url, DATABASE_AUTH_TOKEN: TOKEN, SECRET_KEY: 's'.repeat(40) },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    become: (how) =>
      new Promise<void>((resolve, reject) => {
        child.once('message', () => resolve());
        child.send(how, (error) => (error ? reject(error) : undefined));
      }),
    refused: () => refused,
    async kill() {
      child.kill('SIGKILL');
      await exit;
    },
  };
}
