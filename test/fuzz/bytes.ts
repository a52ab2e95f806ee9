/** Bytes over a socket that are nearly HTTP. */
import fc from 'fast-check';
import { answersIn, open, parse } from '../fixtures/raw-http.ts';

export interface RawCounts {
  sent: number;
  /** Connections over which at least one answer came; the others were closed. */
  answered: number;
  refused: number;
}

const AT_A_TIME = 10;

/** Requests that are well formed, to be damaged. None of them carries a key. */
const REQUESTS = [
  'GET /api/v1/status HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /api/v1/components?page=1 HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n',
  'POST /api/v1/pages HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{"name":"x"}',
  'POST /api/v1/pages HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nc\r\n{"name":"x"}\r\n0\r\n\r\n',
  'PATCH /api/v1/pages/x HTTP/1.1\r\nHost: x\r\nX-API-Key: sk_live_x\r\nContent-Length: 2\r\n\r\n{}',
  'DELETE /api/v1/pages/x/components/y HTTP/1.1\r\nHost: x\r\nIf-Match: *\r\nConnection: keep-alive\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET http://x/api/v1/status HTTP/1.1\r\nHost: x\r\n\r\nGET /api/v1/pages HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /api/v1/status HTTP/1.1\r\nHost: x\r\nExpect: 200-ok\r\n\r\n',
  'GET /api/v1/status HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
];
const PIECES = [
  ...[
    '\r',
    '\n',
    '\r\n',
    '\r\n\r\n',
    '\0',
    ' ',
    '\t',
    ':',
    ';',
    ',',
    '/',
    '\\',
    '%',
    '%00',
    '..',
    '?',
    '#',
    '\xff',
    '\x7f',
  ],
  ...[
    'HTTP/1.1',
    'HTTP/0.9',
    'Host: y\r\n',
    'Content-Length: 5\r\n',
    'Transfer-Encoding: chunked\r\n',
    '-1',
    '0x10',
  ],
  ...[
    'Transfer-Encoding: gzip\r\n',
    'Connection: close\r\n',
    'ffffffffffffffff',
    `A: ${'b'.repeat(17_000)}\r\n`,
  ],
];

const damaged = fc
  .record({
    request: fc.constantFrom(...REQUESTS),
    damages: fc.array(
      fc.record({
        at: fc.nat(),
        cut: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 5 })),
        put: fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 3 }), fc.constant('')),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  })
  .map(({ request, damages }) =>
    damages.reduce((text, { at, cut, put }) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + put + text.slice(place + cut);
    }, request),
  );

/** Sends damaged requests, and adds to the counts. @returns what was wrong with answers */
export async function shootBytes(
  url: string,
  requests: number,
  seed: number,
  counts: RawCounts,
): Promise<string[]> {
  const all = fc.sample(damaged, { numRuns: requests, seed });
  const faults: string[] = [];
  for (let at = 0; at < all.length; at += AT_A_TIME) {
    const some = all.slice(at, at + AT_A_TIME);
    const found = await Promise.all(some.map((bytes) => shot(url, bytes, counts)));
    faults.push(...found.filter((fault) => fault !== null));
  }
  return faults;
}

async function shot(url: string, bytes: string, counts: RawCounts): Promise<string | null> {
  const told = (what: string) => `${JSON.stringify(bytes.slice(0, 400))} → ${what}`;
  const connection = open(url);
  connection.write(Buffer.from(bytes, 'latin1'));
  connection.end();
  counts.sent++;
  let text: string;
  try {
    text = await connection.closed();
  } catch (error) {
    return told(error instanceof Error ? error.message : String(error));
  } finally {
    connection.destroy();
  }
  if (answersIn(text) === 0) return null;
  counts.answered++;
  const answer = parse(text);
  if (answer.status >= 500) return told(text.slice(0, 400));
  if (answer.status < 400) return null;
  counts.refused++;
  return isError(answer) ? null : told(`no error in JSON: ${text.slice(0, 400)}`);
}

function isError({ headers, text }: { headers: Record<string, string>; text: string }): boolean {
  if (headers['content-type'] !== 'application/json; charset=utf-8') return false;
  // Another answer may follow, or, to HEAD, none.
  return text === '' || text.startsWith('HTTP/') || text.startsWith('{"detail":');
}
