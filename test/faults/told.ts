/** Who was told what, and how often. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Taken } from '../mail/sink.ts';

const MARK = /mark-([0-9a-f]{12})/g;

export interface Hooks {
  url: string;
  /** Mark in the text → the ids under which it came. */
  taken: Map<string, Set<string>>;
  /** Calls beyond the first with the same id. */
  repeated: number;
  /** Takes calls and never answers. */
  hangs: boolean;
  close(): Promise<void>;
}

/** A receiver of webhooks on 127.0.0.1. */
export async function openHooks(): Promise<Hooks> {
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (hooks.hangs) return;
      note(hooks, String(request.headers['webhook-id']), Buffer.concat(chunks).toString());
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const hooks: Hooks = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    taken: new Map(),
    repeated: 0,
    hangs: false,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return hooks;
}

function note(hooks: Hooks, id: string, text: string): void {
  const { data } = JSON.parse(text) as { data: { update: { body: string } | null } };
  const mark = /mark-([0-9a-f]{12})/.exec(data.update?.body ?? '')?.[1];
  if (mark === undefined) return;
  const ids = hooks.taken.get(mark) ?? new Set();
  if (ids.has(id)) hooks.repeated += 1;
  hooks.taken.set(mark, ids.add(id));
}

export interface Told {
  missing: string[];
  /** Texts that came to somebody again. */
  repeated: number;
  /** What came again under another id than before. */
  wrong: string[];
}

/** Compares what was to be told with what mail server and receiver took. */
export function judgeTold(
  marks: ReadonlySet<string>,
  addresses: readonly string[],
  mails: readonly Taken[],
  hooks: Hooks | null,
): Told {
  const told: Told = { missing: [], repeated: 0, wrong: [] };
  for (const address of addresses) {
    /** Mark → Message-ID of the mail that is about it. */
    const ids = new Map<string, string>();
    const seen = new Set<string>();
    for (const { raw } of mails.filter(({ to }) => to[0] === address)) {
      const text = raw.toString('latin1').replaceAll('=\r\n', '');
      const id = /^Message-ID: *(?:\r\n )?(\S+)/im.exec(text)?.[1] ?? 'none';
      const found = [...new Set([...text.matchAll(MARK)].map(([, mark]) => mark!))];
      const [about] = found;
      if (about !== undefined && (ids.get(about) ?? id) !== id)
        told.wrong.push(`${address} got ${about} as ${ids.get(about)}, then as ${id}`);
      if (about !== undefined) ids.set(about, id);
      told.repeated += found.filter((mark) => seen.has(mark)).length;
      for (const mark of found) seen.add(mark);
    }
    for (const mark of marks) if (!seen.has(mark)) told.missing.push(`${address} did not get ${mark}`);
  }
  if (hooks === null) return told;
  told.repeated += hooks.repeated;
  for (const mark of marks) if (!hooks.taken.has(mark)) told.missing.push(`the webhook did not get ${mark}`);
  for (const [mark, ids] of hooks.taken)
    if (ids.size > 1) told.wrong.push(`the webhook got ${mark} under ${ids.size} ids`);
  return told;
}
