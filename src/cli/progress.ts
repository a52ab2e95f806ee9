import { SingleBar } from 'cli-progress';

/**
 * Shows how far a piece of work is, from the first time that it says so; a log gets a line each second.
 *
 * @param work is handed what to call with the number that is done and that of all
 */
export async function withProgress<Result>(
  work: (progress: (done: number, total: number) => void) => Promise<Result>,
): Promise<Result> {
  const bar = new SingleBar({
    format: '{bar} {value}/{total}',
    noTTYOutput: true,
    stream: process.stdout,
    notTTYSchedule: 1000,
  });
  let started = false;
  try {
    return await work((done, total) => {
      if (!started) bar.start(total, 0);
      started = true;
      bar.update(done);
    });
  } finally {
    if (started) bar.stop();
  }
}
