/** Receivers of webhooks on 127.0.0.1: where one listens says how it behaves. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { add } from './told.ts';

const MARK = /\[s\d+\]/;

export interface Receivers {
  url: string;
  /** Calls that were taken, by `mark path`; each message once, however often it came. */
  taken: Map<string, number>;
  /** Messages that came again after they were taken. */
  repeats: number;
  /** Calls that were refused, by path. */
  refused: Map<string, number>;
  close(): Promise<void>;
}

/** `/well/…` takes everything, `/shaky/…` at the second try, `/dead/…` nothing. */
export async function openReceivers(): Promise<Receivers> {
  const tries = new Map<string, number>();
  const taken = new Set<string>();
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const path = request.url ?? '';
      const message = `${path} ${request.headers['webhook-id']}`;
      add(tries, message);
      if (path.startsWith('/dead') || (path.startsWith('/shaky') && tries.get(message) === 1)) {
        add(receivers.refused, path);
        response.writeHead(500).end();
        return;
      }
      const mark = MARK.exec(Buffer.concat(chunks).toString())?.[0] ?? 'none';
      if (taken.has(message)) receivers.repeats++;
      else add(receivers.taken, `${mark} ${path}`);
      taken.add(message);
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receivers: Receivers = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken: new Map(),
    repeats: 0,
    refused: new Map(),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receivers;
}
