import { createClient, type Transaction } from '@libsql/client';
import { isBusy } from './failures.ts';

/** A lock between processes that ends with the process, however it ends: an open transaction on a small file. */
export interface FileLock {
  release(): void;
}

/** @returns null when another process holds it */
export async function takeFileLock(path: string): Promise<FileLock | null> {
  const client = createClient({ url: `file:${path}`, concurrency: 1 });
  let transaction: Transaction;
  try {
    transaction = await client.transaction('write');
  } catch (error) {
    client.close();
    if (isBusy(error)) return null;
    throw error;
  }
  return {
    release() {
      transaction.close();
      client.close();
    },
  };
}
