import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ROOT } from '../server/daymark.ts';
import { freePort } from '../server/free-port.ts';

const PLACES = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/usr/local/bin/nginx', '/usr/bin/nginx'];
const BROTLI = '/usr/lib/nginx/modules/ngx_http_brotli_static_module.so';
const READY_WITHIN_MS = 90_000;

/** The nginx of this machine, null when it has none. */
export const NGINX = PLACES.find((place) => existsSync(place)) ?? null;
export const HAS_BROTLI = existsSync(BROTLI);

export interface Nginx {
  port: number;
  stop(): Promise<void>;
}

/** What README.md tells operators to put into `/etc/nginx/conf.d/daymark.conf`. */
export function readmeConfiguration(): string {
  const block = /```nginx\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, 'README.md'), 'utf8'))?.[1];
  if (!block) throw new Error('README.md holds no ```nginx block');
  return block;
}

/**
 * Runs nginx with that configuration; only the port, the folder and the address of the process are others.
 *
 * @param before the port of an earlier one that was stopped
 */
export async function startNginx(site: string, upstream: number, before?: number): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), 'daymark-nginx-'));
  const port = before ?? (await freePort());
  const own = substitute(readmeConfiguration(), [
    ['listen 80 default_server;', `listen 127.0.0.1:${port} default_server;`],
    ['/var/lib/daymark/site', site],
    ['127.0.0.1:4321', `127.0.0.1:${upstream}`],
    ...(HAS_BROTLI ? [] : [['brotli_static on;', ''] as const]),
  ]);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  writeFileSync(join(folder, 'daymark.conf'), own);
  writeFileSync(
    join(folder, 'nginx.conf'),
    [
      ...(HAS_BROTLI ? [`load_module ${BROTLI};`] : []),
      ...(process.getuid?.() === 0 ? ['user root;'] : []),
      'worker_processes 1;',
      'daemon off;',
      `pid ${folder}/pid;`,
      `error_log ${folder}/error.log;`,
      'events { worker_connections 256; }',
      'http {',
      'access_log off;',
      ...temporary.map((name) => `${name}_temp_path ${folder}/${name};`),
      `include ${folder}/daymark.conf;`,
      '}',
      '',
    ].join('\n'),
  );
  const child = spawn(NGINX ?? '', ['-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const exit = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await untilListening(port, child, () => complaint);
  return {
    port,
    async stop() {
      child.kill('SIGQUIT');
      await exit;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function substitute(text: string, changes: readonly (readonly [string, string])[]): string {
  return changes.reduce((before, [from, to]) => {
    if (!before.includes(from)) throw new Error(`README.md's nginx configuration does not hold "${from}"`);
    return before.replaceAll(from, to);
  }, text);
}

async function untilListening(port: number, child: ChildProcess, complaint: () => string): Promise<void> {
  const end = performance.now() + READY_WITHIN_MS;
  while (performance.now() < end && child.exitCode === null) {
    const answer = await ask(port, '/').catch(() => null);
    if (answer) return;
    await pause(20);
  }
  child.kill('SIGKILL');
  throw new Error(`nginx did not start: ${complaint()}`);
}

export interface Got {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
}

/** One request with a path that stays as it is; `host` and other headers as given. */
export function ask(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
  body?: string,
): Promise<Got> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, method, headers, agent: false };
    const request = http.request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks),
        }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}
