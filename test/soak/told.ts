/**
 * Who has to be told of what, counted when it happens: per subject and reader, and per subject and webhook. Held against
 * the mails and calls that really came.
 */
import type { Page, Subscriber } from './world.ts';

export interface Hook {
  id: string;
  page: Page;
  /** Its receiver: where it listens tells how it behaves. */
  path: string;
  /** Null: the whole page. */
  follows: string[] | null;
  active: boolean;
}

export class Told {
  readonly hooks: Hook[] = [];
  /** By `mark reader`. */
  readonly mails = new Map<string, number>();
  readonly calls = new Map<string, number>();
  events = 0;

  /**
   * Something happened that is told, to whoever follows one of these components or the page; to everyone when it names
   * none.
   */
  event(subscribers: readonly Subscriber[], page: Page, mark: string, named: readonly string[]): void {
    this.events++;
    const concerns = (follows: readonly string[] | null) =>
      follows === null ||
      (follows.length > 0 && (named.length === 0 || follows.some((id) => named.includes(id))));
    for (const one of subscribers)
      if (one.active && one.page === page && concerns(one.follows)) add(this.mails, `${mark} ${one.email}`);
    for (const hook of this.hooks)
      if (hook.active && hook.page === page && concerns(hook.follows))
        add(this.calls, `${mark} ${hook.path}`);
  }
}

export function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Where two countings differ, of keys that a condition lets through. */
export function differences(
  expected: ReadonlyMap<string, number>,
  seen: ReadonlyMap<string, number>,
  isWrong: (key: string, wanted: number, got: number) => boolean,
): string[] {
  return [...new Set([...expected.keys(), ...seen.keys()])].flatMap((key) => {
    const [wanted, got] = [expected.get(key) ?? 0, seen.get(key) ?? 0];
    return isWrong(key, wanted, got) ? [`${key}: ${got} in place of ${wanted}`] : [];
  });
}
