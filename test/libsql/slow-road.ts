/** A TCP proxy with the latency of a network: everything arrives so much later, in its order. It counts round trips. */
import { connect, createServer, type Socket } from 'node:net';

export interface SlowRoad {
  port: number;
  /** Requests that went over it: one round trip each, as Hrana over HTTP has it. */
  roundTrips(): number;
  stop(): Promise<void>;
}

/** @param roundTripMs there and back together */
export async function startSlowRoad(to: number, roundTripMs: number): Promise<SlowRoad> {
  let count = 0;
  const sockets = new Set<Socket>();
  const later = (from: Socket, into: Socket, seen: (chunk: Buffer) => void) => {
    from.on('data', (chunk: Buffer) => {
      seen(chunk);
      setTimeout(() => into.writable && into.write(chunk), roundTripMs / 2);
    });
    from.on('close', () => setTimeout(() => into.destroy(), roundTripMs / 2));
    from.on('error', () => into.destroy());
  };
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ port: to, host: '127.0.0.1', noDelay: true });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    }
    later(client, upstream, (chunk) => {
      count += chunk.toString('latin1').split('POST /v2/pipeline').length - 1;
    });
    later(upstream, client, () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    roundTrips: () => count,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
