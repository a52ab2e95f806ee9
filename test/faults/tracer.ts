/** Makes calls of the system fail in a running process, by what the machine has for that. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const works = (program: string, ...args: string[]) =>
  spawnSync(program, args, { stdio: 'ignore' }).status === 0;

const HAS_STRACE = works('strace', '-V');

/** True where one process may trace another that runs already. */
export async function canTrace(): Promise<boolean> {
  if (!HAS_STRACE) return false;
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  try {
    const calls = { paths: ['/nowhere'], calls: ['write'], error: 'EIO', when: '1' };
    await (await failCalls({ pid: child.pid ?? 0, ...calls })).detach();
    return true;
  } catch {
    return false;
  } finally {
    child.kill('SIGKILL');
  }
}

/** True where small disks can be made: as root, outside of most containers. */
export const HAS_DISKS = ((): boolean => {
  const folder = mkdtempSync(join(tmpdir(), 'daymark-disk-'));
  const made = works('mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder);
  if (made) spawnSync('umount', [folder]);
  rmSync(folder, { recursive: true, force: true });
  return made;
})();

export interface FailingCalls {
  pid: number;
  /** Files and folders, by their exact paths. */
  paths: readonly string[];
  /** `fsync`, `rename`, … */
  calls: readonly string[];
  /** `ENOSPC`, … */
  error: string;
  /** `3`: the third such call of each thread; `3+`: from the third on. */
  when: string;
}

export interface Tracer {
  /** How many calls have failed so far. */
  failed(): number;
  /** Lets the process go; resolves to how many calls failed. */
  detach(): Promise<number>;
}

/** Attaches to a process; the calls fail from when this resolves. */
export async function failCalls({ pid, paths, calls, error, when }: FailingCalls): Promise<Tracer> {
  const folder = mkdtempSync(join(tmpdir(), 'daymark-strace-'));
  const log = join(folder, 'log');
  writeFileSync(log, '');
  const child = spawn(
    'strace',
    [
      ...['-f', '-p', String(pid), '-o', log],
      ...paths.flatMap((path) => ['-P', path]),
      ...['-e', `trace=${calls.join(',')}`, '-e', `inject=${calls.join(',')}:error=${error}:when=${when}`],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await attached(child, gone);
  const failed = () => readFileSync(log, 'utf8').split('(INJECTED)').length - 1;
  return {
    failed,
    async detach() {
      child.kill('SIGTERM');
      await gone;
      const count = failed();
      rmSync(folder, { recursive: true, force: true });
      return count;
    },
  };
}

async function attached(child: ChildProcess, gone: Promise<void>): Promise<void> {
  let said = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  let ended = false;
  void gone.finally(() => {
    ended = true;
  });
  while (!/attached/.test(said)) {
    if (ended) throw new Error(`strace did not attach: ${said}`);
    await pause(5);
  }
}

/** Bounds what a running process may have, from now on; `unlimited` takes it back. The hard limits stay. */
export function limit(pid: number, what: 'fsize' | 'nofile', most: number | 'unlimited' | 'hard'): void {
  const hard = /Max (?:open files|file size) +\S+ +(\S+)/;
  const name = what === 'fsize' ? 'Max file size' : 'Max open files';
  const line = readFileSync(`/proc/${pid}/limits`, 'utf8')
    .split('\n')
    .find((one) => one.startsWith(name));
  const ceiling = hard.exec(line ?? '')?.[1] ?? 'unlimited';
  const soft = most === 'hard' || most === 'unlimited' ? ceiling : String(most);
  execFileSync('prlimit', ['--pid', String(pid), `--${what}=${soft}:${ceiling}`]);
}

/** A disk in memory of so many megabytes. */
export function makeDisk(megabytes: number): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'daymark-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]);
  return {
    folder,
    remove() {
      spawnSync('umount', ['-l', folder]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
