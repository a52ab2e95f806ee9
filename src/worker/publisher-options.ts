/** What a publisher is told: its target, and what surrounds it. */
import type { Store } from '../../db/transaction.ts';
import type { Target } from '../publish/target.ts';
import type { PrintPage } from '../render/renderer.ts';
import type { PublishedSnapshots } from '../snapshot/published.ts';
import type { Trust } from './sweep.ts';

export interface PublisherOptions {
  store: Store;
  target: Target;
  snapshots: PublishedSnapshots;
  /** Where to find out, at the beginning of a term, what the target holds. */
  trust: Trust;
  /** Names the term in which this process keeps the target; null while another one does. */
  term(): number | null;
  /** Of the first target: true while the database is to note what it holds. */
  records: (() => boolean) | null;
  publicUrl: string;
  printPage: PrintPage;
  now(): number;
  /** Hash of all that decides what files look like. */
  template: string;
  /** The fence, while this process may write; null where nobody else could. */
  assertLease(): Promise<number | null>;
  /** Told after files of a page were replaced, with paths below its root. */
  onReplaced(slug: string, replaced: string[]): void;
  /** Told after a page left a slug. */
  onGone(slug: string): void;
  /** Told when a page lies whole at its new slug, before the old one does no more than lead on. */
  onMoving?(): Promise<void>;
  /** Told at the beginning of a term which pages do not lie there as they are now. */
  onBehind?(slugs: string[]): void;
  /** Told when such a page was tried, however that went. */
  onTried?(slug: string): void;
  /** How long a publish holds back at most for the sake of writes that are being answered, in milliseconds. */
  hold(): number;
  log: { info(fields: object, text: string): void; error(fields: object, text: string): void };
}
