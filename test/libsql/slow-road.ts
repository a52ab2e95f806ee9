/** A way to a libSQL server with the latency of a network, which counts round trips. */
import { startGate } from '../server/gate.ts';

export interface SlowRoad {
  port: number;
  /** Requests that went over it: one round trip each, as Hrana over HTTP has it. */
  roundTrips(): number;
  stop(): Promise<void>;
}

/** @param roundTripMs there and back together */
export async function startSlowRoad(to: number, roundTripMs: number): Promise<SlowRoad> {
  let count = 0;
  const gate = await startGate(to, {
    slowMs: roundTripMs / 2,
    seen: (chunk) => {
      count += chunk.toString('latin1').split('POST /v2/pipeline').length - 1;
    },
  });
  gate.state = 'slow';
  return { port: gate.port, roundTrips: () => count, stop: () => gate.close() };
}
