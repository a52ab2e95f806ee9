import type { Store } from '../../db/transaction.ts';
import type { Config } from '../config.ts';
import { announcePresence, isAnyPresent } from '../worker/presence.ts';

export interface Presence {
  /** Tells others that this process is there. @returns how to end that */
  announce(): Promise<() => Promise<void>>;
  /** True while another process tells that it is there. */
  ofOthers(): Promise<boolean>;
}

/** Processes that work on a server's database know of each other by it; those on a file by the locks on it. */
export function presenceOn(config: Config, store: Store, complain: (error: unknown) => void): Presence {
  if (config.databaseUrl.startsWith('file:'))
    return { announce: async () => async () => undefined, ofOthers: async () => false };
  return { announce: () => announcePresence(store, complain), ofOthers: () => isAnyPresent(store) };
}
