/** Varnish as a cache in front, with what README.md tells to configure, word for word. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ask } from '../nginx/nginx.ts';
import { ROOT } from '../server/daymark.ts';
import { freePort } from '../server/free-port.ts';

const PROGRAM = '/usr/sbin/varnishd';
const READY_WITHIN_MS = 90_000;

export const HAS_VARNISH = existsSync(PROGRAM);

export interface Varnish {
  port: number;
  stop(): Promise<void>;
}

/** @param upstream the port of the process behind it */
export async function startVarnish(upstream: number): Promise<Varnish> {
  const block = /```vcl\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, 'README.md'), 'utf8'))?.[1];
  if (!block?.includes('"4321"')) throw new Error('README.md holds no ```vcl block for port 4321');
  const folder = mkdtempSync(join(tmpdir(), 'daymark-varnish-'));
  const port = await freePort();
  writeFileSync(join(folder, 'daymark.vcl'), block.replace('"4321"', `"${upstream}"`));
  const child = spawn(
    PROGRAM,
    [
      ...['-F', '-j', 'none', '-n', join(folder, 'work'), '-s', 'malloc,16m'],
      ...['-a', `127.0.0.1:${port}`, '-f', join(folder, 'daymark.vcl')],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  process.once('exit', () => child.kill('SIGKILL'));
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const exit = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const end = performance.now() + READY_WITHIN_MS;
  while (!(await ask(port, '/').catch(() => null))) {
    if (performance.now() > end || child.exitCode !== null)
      throw new Error(`varnish did not start: ${complaint}`);
    await pause(20);
  }
  return {
    port,
    async stop() {
      child.kill('SIGTERM');
      await exit;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
