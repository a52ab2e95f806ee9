/** A TCP proxy before any server: open, or broken in one of the ways in which networks and servers are. */
import { connect, createServer, type Socket } from 'node:net';

export type GateState =
  | 'open'
  /** Takes connections and never says a word; those that there are fall silent too. */
  | 'silent'
  /** A greeting that never ends, a character at a time. */
  | 'dripping'
  /** Ends the connection at once. */
  | 'slammed'
  /** Goes silent when a mail is on its way. */
  | 'half-open'
  /** Ends the connection in the middle of an answer. */
  | 'cutting'
  /** Everything arrives `slowMs` later, in its order. */
  | 'slow'
  /** Any other: what it greets with, before it ends the connection. */
  | (string & {});

export interface Gate {
  port: number;
  state: GateState;
  /** Ends the connections that there are. */
  cut(): void;
  close(): Promise<void>;
}

export interface GateOptions {
  /** How much later everything arrives in the state `slow`, each way. */
  slowMs?: number;
  /** So many bytes of an answer get through in the state `cutting`. */
  cutAfter?: () => number;
  /** Told of all that clients send. */
  seen?: (bytes: Buffer) => void;
}

const PASSING = new Set<GateState>(['open', 'half-open', 'cutting', 'slow']);
const DRIP_MS = 200;
const SLOW_MS = 100;
const CUT_AFTER_BYTES = 20;

/** @param target the port of the server behind it, on 127.0.0.1 */
export async function startGate(target: number, options: GateOptions = {}): Promise<Gate> {
  const { slowMs = SLOW_MS, cutAfter = () => CUT_AFTER_BYTES, seen } = options;
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  };
  const after = (work: () => void) => (gate.state === 'slow' ? setTimeout(work, slowMs) : work());
  const pass = (bytes: Buffer, into: Socket) => {
    if (gate.state !== 'silent') after(() => into.writable && into.write(bytes));
  };
  const server = createServer({ noDelay: true }, (socket) => {
    keep(socket);
    if (gate.state === 'silent') return;
    if (gate.state === 'slammed') return void socket.destroy();
    if (gate.state === 'dripping') {
      const timer = setInterval(() => socket.write('2'), DRIP_MS);
      socket.on('close', () => clearInterval(timer));
      return;
    }
    if (!PASSING.has(gate.state)) return void socket.end(`${gate.state}\r\n`);
    const behind = connect({ port: target, host: '127.0.0.1', noDelay: true });
    keep(behind);
    for (const [one, other] of [
      [socket, behind],
      [behind, socket],
    ] as const)
      one.on('close', () => after(() => other.destroy()));
    socket.on('data', (bytes) => {
      seen?.(bytes);
      if (gate.state !== 'half-open' || !bytes.includes('MAIL FROM')) pass(bytes, behind);
    });
    behind.on('data', (bytes) => {
      if (gate.state !== 'cutting') return pass(bytes, socket);
      socket.end(bytes.subarray(0, cutAfter()), () => socket.destroy());
      behind.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const gate: Gate = {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    state: 'open',
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
  return gate;
}
