const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
const STEP_MS = 100;

/**
 * Does something until it is done, with longer and longer pauses between the tries.
 *
 * @param failed told of each failure
 * @param isStopped looked at while it pauses
 */
export async function persistently(
  work: () => Promise<void>,
  failed: (error: unknown) => void,
  isStopped: () => boolean,
): Promise<void> {
  for (let pause = FIRST_PAUSE_MS; !isStopped(); pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      failed(error);
    }
    const until = performance.now() + pause;
    while (performance.now() < until && !isStopped())
      await new Promise((resume) => setTimeout(resume, STEP_MS));
  }
}
