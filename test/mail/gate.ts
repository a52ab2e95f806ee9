/** What stands between a server and the mail server: open, or broken in one of the ways in which networks are. */
import { connect, createServer, type Socket } from 'node:net';

export type GateState =
  | 'open'
  /** Takes the connection and never says a word. */
  | 'silent'
  /** A greeting that never ends, a character at a time. */
  | 'dripping'
  /** Ends the connection at once. */
  | 'slammed'
  /** Goes silent when a mail is on its way. */
  | 'half-open'
  /** Any other: what it greets with, before it ends the connection. */
  | (string & {});

export interface Gate {
  port: number;
  state: GateState;
  /** Ends the connections that there are. */
  cut(): void;
  close(): Promise<void>;
}

const DRIP_MS = 200;

export async function startGate(target: number): Promise<Gate> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    if (gate.state === 'silent') return;
    if (gate.state === 'slammed') return void socket.destroy();
    if (gate.state === 'dripping') {
      const timer = setInterval(() => socket.write('2'), DRIP_MS);
      socket.on('close', () => clearInterval(timer));
      return;
    }
    if (gate.state !== 'open' && gate.state !== 'half-open') return void socket.end(`${gate.state}\r\n`);
    const behind = connect(target, '127.0.0.1');
    sockets.add(behind);
    behind.on('error', () => socket.destroy());
    behind.on('close', () => socket.destroy());
    socket.on('close', () => behind.destroy());
    socket.on('data', (bytes) => {
      const held = gate.state === 'half-open' && bytes.includes('MAIL FROM');
      if (!held) behind.write(bytes);
    });
    behind.on('data', (bytes) => socket.write(bytes));
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
