/**
 * So long a publish holds this thread at a time, in milliseconds, but for the length of one step: a file, a piece of a long
 * one, or what the database tells.
 */
const YIELD_MS = 4;

/** To be called after each step: a promise to wait for when others are to have their turn. */
export type GiveWay = () => Promise<void> | undefined;

/** Lets requests come in between: a publish of a thousand components must not make an API call wait for all of it. */
export function givingWay(): GiveWay {
  let since = performance.now();
  return () => {
    if (performance.now() - since <= YIELD_MS) return undefined;
    return new Promise((resume) =>
      setImmediate(() => {
        since = performance.now();
        resume();
      }),
    );
  };
}
