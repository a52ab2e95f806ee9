/** A mail server in a worker thread: tells its port, and when asked what it has taken since. */
import { parentPort } from 'node:worker_threads';
import { startSink } from '../mail/sink.ts';

export interface SinkAnswer {
  /** Milliseconds since the epoch, of each mail. */
  at: number[];
  first: Uint8Array | null;
}

const sink = await startSink({ parse: false });
parentPort!.on('message', () => {
  const mails = sink.taken.splice(0);
  const at = mails.map((mail) => performance.timeOrigin + mail.at);
  parentPort!.postMessage({ at, first: mails[0]?.raw ?? null } satisfies SinkAnswer);
});
parentPort!.postMessage({ port: sink.port });
