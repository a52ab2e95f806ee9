/** A real SMTP server on loopback that keeps what it takes, and fails where it is told to. */
import { type AddressObject, type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { freePort } from '../server/free-port.ts';

export interface Taken {
  from: string;
  to: string[];
  raw: Buffer;
  mail: ParsedMail;
  /** Which connection it came over, from 1. */
  connection: number;
  at: number;
}

export type SinkStep = 'connect' | 'auth' | 'mail' | 'rcpt' | 'data';

/** `550 5.1.1 No such user`, or `close` to end the connection without a word; null to take it. `to` is there from RCPT TO on. */
export type Fault = (step: SinkStep, to: string, count: number) => string | null | Promise<string | null>;

export interface Sink {
  port: number;
  /** For SMTP_URL. */
  url: string;
  taken: Taken[];
  connections: number;
  /** Told of each step; what it returns is answered in place of a yes. */
  fault: Fault | null;
  /** All that was taken for an address. */
  for(address: string): Taken[];
  close(): Promise<void>;
}

export interface SinkOptions {
  port?: number;
  server?: SMTPServerOptions;
  user?: string;
  password?: string;
  /** False: only raw bytes are kept, for many mails. */
  parse?: boolean;
}

function refusal(reply: string): Error {
  const [, code = '451', text = ''] = /^(\d{3}) (.*)$/.exec(reply) ?? [];
  return Object.assign(new Error(text), { responseCode: Number(code) });
}

export async function startSink(options: SinkOptions = {}): Promise<Sink> {
  const counts = new Map<string, number>();
  const ask = async (step: SinkStep, to: string): Promise<Error | null> => {
    const key = `${step} ${to}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
    const reply = (await sink.fault?.(step, to, counts.get(key)!)) ?? null;
    if (reply === 'close') return new Error('close');
    return reply === null ? null : refusal(reply);
  };
  const numbers = new Map<string, number>();
  const server = new SMTPServer({
    disabledCommands: options.user ? ['STARTTLS'] : ['STARTTLS', 'AUTH'],
    allowInsecureAuth: true,
    authOptional: !options.user,
    disableReverseLookup: true,
    logger: false,
    socketTimeout: 60_000,
    closeTimeout: 10,
    // Replies carry the codes that the test names, and no others.
    hideENHANCEDSTATUSCODES: true,
    onConnect(session, callback) {
      sink.connections++;
      numbers.set(session.id, sink.connections);
      ask('connect', '').then((error) => callback(error), callback);
    },
    onAuth(auth, _session, callback) {
      ask('auth', '').then((error) => {
        if (error) return callback(error);
        const known = auth.username === options.user && auth.password === options.password;
        if (known) return callback(null, { user: options.user });
        return callback(refusal('535 5.7.8 Authentication failed'));
      }, callback);
    },
    onMailFrom(_address, _session, callback) {
      ask('mail', '').then((error) => callback(error), callback);
    },
    onRcptTo({ address }, _session, callback) {
      ask('rcpt', address).then((error) => callback(error), callback);
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        keep(Buffer.concat(chunks), to, session)
          .then(() => callback())
          .catch(callback);
      });
    },
    ...options.server,
  });
  const cut = (id: string) => {
    for (const one of server.connections as Set<{ id: string; _socket: { destroy(): void } }>)
      if (one.id === id) one._socket.destroy();
  };
  async function keep(raw: Buffer, to: string[], session: { id: string; envelope: { mailFrom: unknown } }) {
    const error = await ask('data', to[0] ?? '');
    if (error?.message === 'close') cut(session.id);
    if (error) throw error;
    const from = (session.envelope.mailFrom as { address?: string } | false) || {};
    const mail = options.parse === false ? ({} as ParsedMail) : await simpleParser(raw);
    sink.taken.push({
      ...{ from: from.address ?? '', to, raw, mail, at: performance.now() },
      connection: numbers.get(session.id) ?? 0,
    });
  }
  server.on('error', () => undefined);
  const sink: Sink = {
    port: options.port ?? (await freePort()),
    url: '',
    taken: [],
    connections: 0,
    fault: null,
    for: (address) => sink.taken.filter(({ to }) => to.includes(address)),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(sink.port, '127.0.0.1', resolve);
  });
  const account = options.user ? `${options.user}:${encodeURIComponent(options.password ?? '')}@` : '';
  sink.url = `smtp://${account}127.0.0.1:${sink.port}`;
  return sink;
}

/** Addresses of a To header, as the reader sees them. */
export function addressesOf(header: AddressObject | AddressObject[] | undefined): string[] {
  return [header ?? []].flat().flatMap(({ value }) => value.map(({ address = '' }) => address));
}
