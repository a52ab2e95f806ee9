import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { asNpmStart } from './as-npm-start.ts';
import { freePort } from './free-port.ts';
import { type Answer, send } from './http.ts';

export const ROOT = new URL('../..', import.meta.url).pathname;
export const ENTRY = join(ROOT, 'dist/server/entry.mjs');

/** The organization that a first start makes, and its slug. */
export const ORGANIZATION = 'Acme';
export const ORGANIZATION_SLUG = 'acme';

export { freePort };

const READY_WITHIN_MS = 90_000;
const POLL_MS = 5;
/** Characters of each stream: a server that is shot at for hours writes more than a string can hold. */
const OUTPUT_KEPT = 16 * 2 ** 20;

export interface Start {
  /** An existing folder for another start on the same data; a fresh one when absent. */
  dataDir?: string;
  env?: Readonly<Record<string, string>>;
  /** `['serve']` when absent. */
  args?: readonly string[];
  port?: number;
  /** Put before the command, for example `['taskset', '-c', '0']`. */
  prefix?: readonly string[];
  /** The key of an earlier start on the same data. */
  key?: string;
  /** How often it is asked whether it is ready, and for how long, in milliseconds. */
  pollMs?: number;
  readyWithinMs?: number;
}

export interface Daymark {
  /** `http://127.0.0.1:PORT`, without a final slash. */
  url: string;
  dataDir: string;
  pid: number;
  /** A key with every scope, made at the first start on an empty database. */
  key: string;
  /** Milliseconds from spawning until `/readyz` answered 200. */
  readyAfter: number;
  /** All that the process has written to stdout and stderr so far, or the end of it when that is very much. */
  output(): string;
  /** A request with the key; `path` starts with a slash. A header of value '' takes the default one away. */
  api(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
  /** SIGTERM; answers the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL, and waits until the process is gone. */
  kill(): Promise<void>;
}

const folders: string[] = [];
const processes = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of processes) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Where the data folders of a test run lie: its global setup names one place, and clears it away at the end. */
export const RUN_FOLDER_VARIABLE = 'DAYMARK_TEST_RUN';

/** A fresh data folder that goes when this process ends. */
export function freshDataDir(): string {
  const folder = mkdtempSync(join(process.env[RUN_FOLDER_VARIABLE] ?? tmpdir(), 'daymark-test-'));
  folders.push(folder);
  return folder;
}

/** Starts the real built server on 127.0.0.1 and waits until it is ready. Throws with its output when it ends before. */
export async function startDaymark(start: Start = {}): Promise<Daymark> {
  if (!existsSync(ENTRY)) throw new Error(`${ENTRY} is missing: run npm run build`);
  const dataDir = start.dataDir ?? freshDataDir();
  const port = start.port ?? (await freePort());
  const key = start.key ?? `sk_live_${randomBytes(24).toString('hex')}`;
  const url = `http://127.0.0.1:${port}`;
  const begun = performance.now();
  const { flags, env } = asNpmStart();
  const program = [process.execPath, ...flags, ENTRY, ...(start.args ?? ['serve'])];
  const child = launch([...(start.prefix ?? []), ...program], {
    ...bareEnvironment(),
    ...env,
    HOST: '127.0.0.1',
    PORT: String(port),
    DATA_DIR: dataDir,
    DAYMARK_ORGANIZATION: ORGANIZATION,
    DAYMARK_API_KEY: key,
    ...start.env,
  });
  await untilReady(url, child, begun, start);
  return {
    url,
    dataDir,
    pid: child.process.pid ?? 0,
    key,
    readyAfter: performance.now() - begun,
    output: child.output,
    api: (method, path, body, headers = {}) => {
      const all: Record<string, string> = { authorization: `Bearer ${key}`, ...headers };
      if (all.authorization === '') delete all.authorization;
      return send(method, url + path, body, all);
    },
    stop: () => {
      child.process.kill('SIGTERM');
      return child.exit;
    },
    kill: async () => {
      child.process.kill('SIGKILL');
      await child.exit;
    },
  };
}

export interface CommandResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs one command of the built program to its end: `runCli(['keys', 'create', '--org', 'acme', …], { DATA_DIR })`. */
export async function runCli(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input?: string,
): Promise<CommandResult> {
  const child = launch([process.execPath, ENTRY, ...args], { ...bareEnvironment(), ...env }, input);
  const code = await child.exit;
  return { code, stdout: child.stdout(), stderr: child.stderr() };
}

interface Launched {
  process: ChildProcess;
  exit: Promise<number | null>;
  stdout(): string;
  stderr(): string;
  output(): string;
}

function launch(command: readonly string[], env: Record<string, string>, input?: string): Launched {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { env, cwd: ROOT, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(input);
  processes.add(child);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout = endOf(stdout + text);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = endOf(stderr + text);
  });
  const exit = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      processes.delete(child);
      resolve(code);
    });
  });
  return { process: child, exit, stdout: () => stdout, stderr: () => stderr, output: () => stdout + stderr };
}

function endOf(text: string): string {
  return text.length > 2 * OUTPUT_KEPT ? text.slice(-OUTPUT_KEPT) : text;
}

/** Nothing of the caller's configuration may reach the server under test. */
function bareEnvironment(): Record<string, string> {
  const kept: Record<string, string> = { NODE_ENV: 'production' };
  for (const name of ['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG']) {
    const value = process.env[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}

async function untilReady(url: string, child: Launched, begun: number, start: Start): Promise<void> {
  const { pollMs = POLL_MS, readyWithinMs = READY_WITHIN_MS } = start;
  let ended = false;
  void child.exit.finally(() => {
    ended = true;
  });
  while (performance.now() - begun < readyWithinMs) {
    if (ended) throw new Error(`the server ended before it was ready:\n${child.output()}`);
    const status = await send('GET', `${url}/readyz`).then(
      (answer) => answer.status,
      () => 0,
    );
    if (status === 200) return;
    await pause(pollMs);
  }
  child.process.kill('SIGKILL');
  throw new Error(`the server was not ready within ${readyWithinMs} ms:\n${child.output()}`);
}
