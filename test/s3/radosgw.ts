/** The S3 gateway of Ceph, where Debian's packages are installed: radosgw, ceph-mon, ceph-osd, ceph-common. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { AwsClient } from 'aws4fetch';
import { targetAt } from '../../src/services/targets.ts';
import { freshDataDir } from '../server/daymark.ts';
import { freePort } from '../server/free-port.ts';
import { addressOf, keyOf, type Place } from './places.ts';

const PROGRAMS = ['radosgw', 'radosgw-admin', 'ceph', 'ceph-mon', 'ceph-osd', 'monmaptool'];
const SCRIPT = new URL('radosgw.sh', import.meta.url).pathname;

/** True when this machine can run one. */
export const RADOSGW = PROGRAMS.every((name) => existsSync(join('/usr/bin', name)));

export interface Gateway {
  endpoint: string;
  bucket: string;
  accessKey: string;
  secretKey: string;
  /** A request of its own, apart from ours: `path` below the endpoint. */
  send(method: string, path: string): Promise<Response>;
  stop(): Promise<void>;
}

export async function startGateway(): Promise<Gateway> {
  const [monitor, port] = [await freePort(), await freePort()];
  const [accessKey, secretKey] = ['AKIDTEST', 'onlyfortests'];
  const args = [freshDataDir(), monitor, port, accessKey, secretKey].map(String);
  const script = spawn('bash', [SCRIPT, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exit = new Promise<void>((resolve) => script.once('close', () => resolve()));
  const ready = await createInterface({ input: script.stdout })[Symbol.asyncIterator]().next();
  if (ready.value !== 'ready') throw new Error(`Ceph did not start; see ${args[0]}/errors`);
  const endpoint = `http://127.0.0.1:${port}`;
  const client = new AwsClient({
    ...{ accessKeyId: accessKey, secretAccessKey: secretKey },
    ...{ region: 'us-east-1', service: 's3', retries: 0 },
  });
  const send = (method: string, path: string) => client.fetch(`${endpoint}/${path}`, { method });
  const made = await send('PUT', 'status-pages');
  if (!made.ok) throw new Error(`no bucket was made: ${made.status}`);
  return {
    ...{ endpoint, bucket: 'status-pages', accessKey, secretKey, send },
    async stop() {
      script.stdin.end();
      await exit;
    },
  };
}

export async function radosPlace(): Promise<Place> {
  const gateway = await startGateway();
  return {
    target: (mayWrite = () => undefined) => targetAt(addressOf(gateway), { now: () => Date.now(), mayWrite }),
    async read(slug, path) {
      const answer = await gateway.send('GET', `${gateway.bucket}/${keyOf(slug, path)}`);
      return answer.ok ? answer.text() : null;
    },
    async count(slug) {
      const answer = await gateway.send('GET', `${gateway.bucket}?prefix=some/where/p/${slug}/`);
      return (await answer.text()).split('<Contents>').length - 1;
    },
    stop: () => gateway.stop(),
  };
}
