/** Requests that two servers, one behind the other, could cut in different places. */
import { answersIn, open, parse } from '../fixtures/raw-http.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage } from '../server/first-page.ts';
import { type Attack, Findings } from './attack.ts';

const coding = (...values: string[]) => values.map((value) => [`Transfer-Encoding: ${value}`]);
const length = (...values: string[]) => values.map((value) => [`Content-Length: ${value}`]);

/** Headers that leave in doubt where the body ends: what follows must not be obeyed. */
const DOUBTFUL: readonly string[][] = [
  ['Content-Length: 5', 'Transfer-Encoding: chunked'],
  ['Transfer-Encoding: chunked', 'Content-Length: 5'],
  ['Content-Length: 0', 'Content-Length: 60'],
  ['Content-Length: 60', 'Content-Length: 0'],
  ...length(
    '0, 60',
    '+4',
    '-1',
    '0x10',
    '4 4',
    '4;',
    '1e1',
    '99999999999999999999',
    '٤',
    '4,5',
    '"4"',
    '4.0',
  ),
  ...coding(
    'chunked, identity',
    'xchunked',
    'chunked;q=0',
    '"chunked"',
    'chunked\x0b',
    'identity',
    'chu\0nked',
  ),
  ...coding('gzip, chunked, gzip', 'chunked-'),
  ['Transfer-Encoding:', ' chunked'],
  ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'],
  ['Transfer-Encoding : chunked'],
  ['Transfer-Encoding\t: chunked'],
  [' Transfer-Encoding: chunked'],
  ['X: y\rTransfer-Encoding: chunked'],
  ['X: y\nTransfer-Encoding: chunked'],
  ['X: y\r\n\tTransfer-Encoding: chunked'],
  ['Transfer-Encoding: chunked\nContent-Length: 5'],
  ['Content-Length\r\n: 5'],
  ['Content-Length: 5\rX: y'],
  ['Transfer-Encoding\0: chunked'],
];
/** Chunks of which the same is true. */
const DOUBTFUL_CHUNKS = [
  ...['zz\r\n\r\n', '0x5\r\nabcde\r\n0\r\n\r\n', '-5\r\nabcde\r\n0\r\n\r\n', 'fffffffffffffffff\r\n'],
  ...[
    '10000000000000005\r\nabcde\r\n0\r\n\r\n',
    '5\nabcde\n0\n\n',
    '5\rabcde\r0\r\r',
    '5\r\nabcdeXX0\r\n\r\n',
  ],
  ...['5\r\nabcde0\r\n\r\n', '\r\n5\r\nabcde\r\n0\r\n\r\n', `5;${'x'.repeat(40_000)}\r\nabcde\r\n0\r\n\r\n`],
  ...[
    '5;\n\r\nabcde\r\n0\r\n\r\n',
    '0;\n',
    '٥\r\nabcde\r\n0\r\n\r\n',
    '5 5\r\nabcde\r\n0\r\n\r\n',
    '0\r\nX: y\nZ: w\r\n\r\n',
    '',
  ],
];
/** Requests that are refused at once, whose body is then still to come. */
const REFUSED: readonly [string, string[]][] = [
  ['POST /api/v1/pages', []],
  ['POST /api/v1/pages', ['Content-Type: text/plain', 'KEY']],
  ['POST /api/v1/pages', ['Content-Type: application/json', 'KEY']],
  ['POST /api/v1/nothing', ['KEY']],
  ['PUT /api/v1/pages', ['KEY']],
  ['POST /', []],
  ['GET /api/v1/status', []],
  ['HEAD /', []],
  ['POST /api/v1/../x', []],
  ['PROPFIND /', []],
  ['TRACE /', []],
  ['POST /console/sign-in/', ['Content-Type: application/x-www-form-urlencoded']],
  ['POST /api/v1/session', ['Content-Type: application/json']],
  ['POST /api/v1/subscribers', ['Content-Type: text/plain']],
];
/** Bytes of a refused body: within what is drained, and far beyond. */
const SIZES = [2_000, 300_000, 3_000_000];

export const smugglingAttack: Attack = {
  name: 'smuggling',
  title: 'smuggling on raw sockets',
  async run({ short }) {
    const daymark = await startDaymark({ env: { DNS_SERVERS: '127.0.0.1:9' } });
    try {
      await firstPage(daymark, { name: 'Acme', slug: 'acme' });
      const attack = new Smuggling(daymark);
      for (const lines of DOUBTFUL) {
        for (const body of ['0\r\n\r\n', '', 'abcd'])
          await attack.doubtful('POST /api/v1/pages', lines, body);
        if (!short)
          for (const line of ['GET /api/v1/status', 'GET /', 'POST /console/sign-in/'])
            await attack.doubtful(line, lines, '0\r\n\r\n');
      }
      for (const body of DOUBTFUL_CHUNKS)
        for (const line of ['POST /api/v1/pages', 'GET /', 'POST /api/v1/subscribers'])
          await attack.doubtful(line, ['Transfer-Encoding: chunked'], body);
      for (const [line, headers] of REFUSED)
        for (const size of short ? SIZES.slice(0, 2) : SIZES)
          for (const chunked of [false, true]) await attack.refusedBody(line, headers, size, chunked);
      await attack.control();
      attack.found.note = `${attack.refused} refused, ${attack.closed} closed without a word`;
      return attack.found;
    } finally {
      await daymark.stop();
    }
  },
};

class Smuggling {
  readonly found = new Findings();
  refused = 0;
  closed = 0;
  readonly #daymark: Daymark;
  /** The request that hides: its answer names the page. */
  readonly #hidden: string;

  constructor(daymark: Daymark) {
    this.#daymark = daymark;
    this.#hidden = `GET /api/v1/pages HTTP/1.1\r\nHost: x\r\nX-API-Key: ${daymark.key}\r\n\r\n`;
  }

  async doubtful(line: string, lines: readonly string[], body: string): Promise<void> {
    const head = [`${line} HTTP/1.1`, 'Host: x', 'Content-Type: application/json', ...lines, '', ''].join(
      '\r\n',
    );
    await this.#send(head + body + this.#hidden, `${lines.join(' | ')} ‖ ${body.slice(0, 40)} (${line})`);
  }

  /** A body made of requests, behind a request that is refused before it is read. */
  async refusedBody(line: string, headers: readonly string[], size: number, chunked: boolean): Promise<void> {
    const body = this.#hidden.repeat(Math.ceil(size / this.#hidden.length));
    const how = chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`;
    const all = headers.map((header) => (header === 'KEY' ? `X-API-Key: ${this.#daymark.key}` : header));
    const head = [`${line} HTTP/1.1`, 'Host: x', ...all, how, '', ''].join('\r\n');
    const sent = chunked ? `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n` : body;
    await this.#send(
      head + sent,
      `${line} ${headers.join()} with ${size} bytes of requests${chunked ? ' in a chunk' : ''}`,
    );
  }

  /** Without doubt two requests are two: else none of this would prove anything. */
  async control(): Promise<void> {
    const first = 'GET /api/v1/status HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n';
    const text = await this.#exchange(first + this.#hidden);
    this.found.expect(
      answersIn(text) === 2 && this.#isObeyed(text),
      () => 'two plain requests in a row are not answered',
    );
  }

  async #send(bytes: string, what: string): Promise<void> {
    const text = await this.#exchange(bytes);
    const status = answersIn(text) > 0 ? parse(text.slice(text.indexOf('HTTP/1.1 '))).status : 0;
    if (status >= 400) this.refused++;
    if (status === 0) this.closed++;
    const shown = () =>
      `${JSON.stringify(what)} → ${status}, ${answersIn(text)} answers: ${text.slice(-200)}`;
    this.found.expect(status < 500 && !this.#isObeyed(text), shown);
  }

  #isObeyed(text: string): boolean {
    return text.includes('"slug":"acme"');
  }

  async #exchange(bytes: string): Promise<string> {
    const connection = open(this.#daymark.url);
    connection.write(Buffer.from(bytes, 'latin1'));
    connection.end();
    try {
      return await connection.closed();
    } finally {
      connection.destroy();
    }
  }
}
