/**
 * One change, whole or not at all. What holds here:
 *
 * 1. Rows, the page's new revision, the outbox rows that carry it and the audit row go into one transaction.
 * 2. Only this file raises a revision, appends to the outbox and writes touches.
 * 3. A change that readers can't see keeps the revision.
 */
import { eq } from 'drizzle-orm';
import type { RunnableQuery } from 'drizzle-orm/runnable-query';
import type { Database } from '../../db/client.ts';
import { writeTogether } from '../../db/question.ts';
import { pages } from '../../db/schema.ts';
import { type Statement, statement } from '../../db/statement.ts';
import type { Store } from '../../db/transaction.ts';
import { monthOf } from '../domain/calendar.ts';
import { newId, newIdAt } from '../domain/ids.ts';
import type { Secrets } from '../domain/secrets.ts';

/** A page whose revision rose. */
export interface Risen {
  id: string;
  slug: string;
  revision: number;
  /** True when there is something to tell people. */
  told: boolean;
  /** True when something that the clock does may be due at another time now. */
  planned: boolean;
}

/** What every verb needs and only the composition root has. */
export interface Manager {
  store: Store;
  secrets: Secrets;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Called after a COMMIT with the pages whose revision rose. */
  committed(page: Risen): void;
  /** Called after a COMMIT that deleted a page, with its slug and those that it had left. */
  deleted(page: { id: string; slugs: string[] }): void;
  /** To be called after a COMMIT that queued a letter. */
  letterQueued(): void;
}

/** On whose behalf something is done. */
export interface Actor {
  organizationId: string;
  /** `key:{id}`, `cli`, `schedule`. */
  name: string;
  /** Null: every page of the organization. */
  pageIds: readonly string[] | null;
  requestId?: string | undefined;
}

export type PageRow = typeof pages.$inferSelect;
export type TouchKind = 'component' | 'incident' | 'maintenance' | 'month' | 'uptime';
type Write = Statement | (RunnableQuery<unknown, 'sqlite'> & { getSQL(): unknown });

const RAISE = 'update pages set revision = ?, changed_at = ?, days_version = ? where id = ?';
const TOUCH = `insert into touches (page_id, kind, ref, revision)
  select ?1, json_extract(value, '$[0]'), json_extract(value, '$[1]'), ?2 from json_each(?3) where true
  on conflict (page_id, kind, ref) do update set revision = excluded.revision`;
const EMIT = `insert into outbox (id, page_id, revision, event, subject_id, payload, created_at) values (?, ?, ?, ?, ?, ?, ?)`;
const AUDIT = `insert into audit_events
  (id, organization_id, page_id, actor, action, subject_id, details, request_id, created_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** A change in the making: reads go through `tx`, writes are collected and sent together by `flush`. */
export class Change {
  readonly #writes: Write[] = [];
  readonly #touches = new Map<string, [TouchKind, string]>();
  readonly #events: { event: string; subjectId: string; payload: Record<string, unknown> }[] = [];
  #visible = false;
  #daysChanged = false;

  constructor(
    readonly tx: Database,
    readonly now: number,
    readonly actor: Actor,
    /** The page as it was before the change. */
    readonly page: PageRow,
  ) {}

  write(...queries: Write[]): void {
    this.#writes.push(...queries);
  }

  /** Readers can see the change. */
  visible(): void {
    this.#visible = true;
  }

  /** The files of this incident, window or removed component have to be made again. */
  touch(kind: TouchKind, ref: string): void {
    this.#visible = true;
    this.#touches.set(`${kind} ${ref}`, [kind, ref]);
  }

  /** The archive's month that holds this moment has to be made again. */
  touchMonthOf(at: number): void {
    this.touch('month', monthOf(at, this.page.timezone));
  }

  /** Closed days changed. */
  daysChanged(): void {
    this.#visible = true;
    this.#daysChanged = true;
  }

  /** Something to tell people, with the revision that shows it. */
  emit(event: string, subjectId: string, payload: Record<string, unknown>): void {
    this.#events.push({ event, subjectId, payload });
  }

  /** Who else has something to do now. */
  consequences(): Pick<Risen, 'told' | 'planned'> {
    return {
      told: this.#events.length > 0,
      planned: [...this.#touches.values()].some(([kind]) => kind === 'maintenance'),
    };
  }

  /** Sends what was collected so far, in its order, with whatever is asked next. Reads after it see it. */
  async flush(): Promise<void> {
    const writes = this.#writes.splice(0);
    if (writes.length > 0) await writeTogether(this.tx, writes);
  }

  /** The revision, touches and outbox rows; returns the page's revision after the change. */
  async conclude(audit: {
    action: string;
    subjectId?: string | undefined;
    details: Record<string, unknown>;
  }): Promise<number> {
    const { page, now, actor } = this;
    const revision = page.revision + (this.#visible ? 1 : 0);
    if (this.#visible) {
      const daysVersion = page.daysVersion + (this.#daysChanged ? 1 : 0);
      this.write(statement(RAISE, revision, now, daysVersion, page.id));
    }
    if (this.#touches.size > 0) {
      this.write(statement(TOUCH, page.id, revision, JSON.stringify([...this.#touches.values()])));
    }
    for (const { event, subjectId, payload } of this.#events) {
      this.write(
        statement(EMIT, newIdAt(now), page.id, revision, event, subjectId, JSON.stringify(payload), now),
      );
    }
    const { action, subjectId = null, details } = audit;
    const who = [actor.organizationId, page.id, actor.name] as const;
    this.write(
      statement(
        AUDIT,
        newId(),
        ...who,
        action,
        subjectId,
        JSON.stringify(details),
        actor.requestId ?? null,
        now,
      ),
    );
    await this.flush();
    return revision;
  }
}

export interface Outcome<T, After = null> {
  value: T;
  /** The page's revision after the change. */
  revision: number;
  /** What was changed, as a read would tell it now. */
  after: After;
}

export interface Raise {
  pageId: string;
  /** The highest revision that anybody may have seen. */
  above: number;
  touched: { kind: TouchKind; ref: string }[];
}

/** After a step back in time: every page gets a revision that nobody has seen, and says what differs from then. */
export async function raiseRevisions(store: Store, raises: readonly Raise[], now: number): Promise<void> {
  for (const { pageId, above, touched } of raises) {
    await store.write(async (tx) => {
      const [page] = await tx.select().from(pages).where(eq(pages.id, pageId));
      if (!page) return;
      const revision = Math.max(page.revision, above) + 1;
      const daysVersion = page.daysVersion + revision;
      await tx.$client.execute(statement(RAISE, revision, now, daysVersion, pageId));
      const refs = touched.map(({ kind, ref }) => [kind, ref]);
      if (refs.length > 0) await tx.$client.execute(statement(TOUCH, pageId, revision, JSON.stringify(refs)));
    });
  }
}
