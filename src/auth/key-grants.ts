/** What is known of keys before one is made or changed, and who may grant what (contract, section 5). */
import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { type Question, question } from '../../db/question.ts';
import { apiKeys } from '../../db/schema.ts';
import { rowReader, statementOf } from '../../db/statement.ts';
import { DomainError, invalid, notFound } from '../domain/errors.ts';
import type { Credential } from './api-keys.ts';
import { isScope, type Scope } from './scopes.ts';

export type KeyRow = typeof apiKeys.$inferSelect;

export interface KeyInput {
  name: string;
  scopes: Scope[];
  pageIds: string[] | null;
  /** Milliseconds. */
  expiresAt: number | null;
}

/** Keys that this credential may see: not revoked, and within its pages. */
export function within(credential: Credential) {
  const bound = credential.pageIds
    ? sql`${apiKeys.pageIds} is not null and not exists (select 1 from json_each(${apiKeys.pageIds}) mine
        where mine.value not in (select value from json_each(${JSON.stringify(credential.pageIds)})))`
    : undefined;
  return and(eq(apiKeys.organizationId, credential.organizationId), isNull(apiKeys.revokedAt), bound);
}

const reader = rowReader(apiKeys);

/** A key that this credential may see. Its reading throws DomainError not_found. */
export function keyQuestion(read: Database, credential: Credential, id: string): Question<KeyRow> {
  const query = read
    .select({ key: sql`${sql.raw(reader.json)}`.as('key') })
    .from(apiKeys)
    .where(and(within(credential), eq(apiKeys.id, id)));
  return {
    statement: statementOf(query),
    read(rows) {
      if (!rows[0]) throw notFound('API key');
      return reader.read(rows[0].key as string);
    },
  };
}

const KEY_ALIVE = 'select json_quote(id) as answer from api_keys where id = ? and revoked_at is null';
const MEMBER_ALIVE = 'select json_quote(id) as answer from users where id = ?';

/**
 * A key that was revoked, or a member who was removed, since the request began makes nothing any more: the reading throws
 * DomainError not_found.
 */
export function aliveQuestion({ name }: Credential): Question<void> {
  const [kind, id = ''] = name.split(':');
  const { statement, read } = question<string>(kind === 'key' ? KEY_ALIVE : MEMBER_ALIVE, id);
  return {
    statement,
    read(rows) {
      if (read(rows) === null) throw notFound(kind === 'key' ? 'API key' : 'Member');
    },
  };
}

const PAGES_THERE = `select json_group_array(id) as answer from pages
  where organization_id = ? and id in (select value from json_each(?))`;

/** Those of the pages that are the organization's; nothing to ask where none is named. */
export function pagesQuestion(
  { organizationId }: Credential,
  pageIds: readonly string[] | null | undefined,
): Question<string[]> | undefined {
  if (!pageIds) return undefined;
  const { statement, read } = question<string[]>(PAGES_THERE, organizationId, JSON.stringify(pageIds));
  return { statement, read: (rows) => read(rows)! };
}

/**
 * @param there what `pagesQuestion` answered
 * @throws DomainError forbidden, invalid
 */
export function assertGrantable(
  credential: Credential,
  input: Partial<KeyInput>,
  there: readonly string[],
): void {
  const beyond = (input.scopes ?? []).filter((scope) => !credential.scopes.has(scope));
  if (beyond.length > 0)
    throw new DomainError(
      'forbidden',
      `${subjectOf(credential)} does not have ${beyond.join(', ')} and can not grant it.`,
    );
  if (input.pageIds !== undefined) assertPages(credential, input.pageIds, there);
  const end = credential.expiresAt;
  const outlives = input.expiresAt === null || (input.expiresAt ?? 0) > (end ?? Number.POSITIVE_INFINITY);
  if (end !== null && input.expiresAt !== undefined && outlives) {
    throw new DomainError(
      'forbidden',
      'This key can not grant a lifetime beyond its own. Set an earlier expires_at.',
    );
  }
}

function assertPages(credential: Credential, pageIds: string[] | null, there: readonly string[]): void {
  if (pageIds === null) {
    if (credential.pageIds)
      throw new DomainError(
        'forbidden',
        `${subjectOf(credential)} is bound to some pages; name page_ids among them.`,
      );
    return;
  }
  const own = new Set(there.filter((id) => !credential.pageIds || credential.pageIds.includes(id)));
  const missing = pageIds.findIndex((id) => !own.has(id));
  if (missing >= 0)
    throw invalid(['page_ids', missing], `There is no page ${pageIds[missing]}.`, 'not_found');
}

/** @throws DomainError forbidden for a key that has a scope beyond one's own; one of other pages is not found at all */
export function assertOwnToChange(credential: Credential, row: KeyRow): void {
  const beyond = row.scopes.filter(isScope).filter((scope) => !credential.scopes.has(scope));
  if (beyond.length > 0)
    throw new DomainError('forbidden', `That key has ${beyond.join(', ')}, which is not yours to change.`);
}

/** Whose words a refusal is in. */
const subjectOf = ({ role }: Credential) => (role === null ? 'This key' : `Your role, ${role},`);
