/** What the management API answers of pages, groups and components. */
import type { KeyRow } from '../auth/key-grants.ts';
import type { AuditRow } from '../manage/audit.ts';
import type { PageRow } from '../manage/command.ts';
import type { ComponentRecord, GroupRecord } from '../manage/component-queries.ts';
import type { InvitationRow } from '../manage/invitations.ts';
import type { MemberRow } from '../manage/members.ts';
import type { Subscriber } from '../manage/subscriber-queries.ts';
import type { TemplateRow } from '../manage/templates.ts';
import { isoTime, isoTimeOrNull } from '../text/time.ts';

export function pageDocument(page: PageRow, publicUrl: string) {
  return {
    id: page.id,
    v2_id: page.v2Id,
    name: page.name,
    slug: page.slug,
    description: page.description,
    timezone: page.timezone,
    language: page.language,
    languages: page.languages,
    accent: page.accent,
    domain: page.domain,
    domain_record:
      page.domain === null ? null : { type: 'TXT', name: `_daymark.${page.domain}`, value: page.domainToken },
    domain_routed_at: isoTimeOrNull(page.domainRoutedAt),
    url: `${publicUrl}/p/${page.slug}/`,
    revision: page.revision,
    published_revision: page.publishedRevision,
    published_at: isoTimeOrNull(page.publishedAt),
    publish_error: page.publishError,
    created_at: isoTime(page.createdAt),
    updated_at: isoTime(page.updatedAt),
  };
}

export function groupDocument(group: GroupRecord) {
  return {
    id: group.id,
    v2_id: group.v2Id,
    name: group.name,
    position: group.position,
    created_at: isoTime(group.createdAt),
    updated_at: isoTime(group.updatedAt),
  };
}

/** The six fields of the reference first, in its order. */
export function componentRecordDocument(component: ComponentRecord) {
  return {
    id: component.id,
    name: component.name,
    code: component.code,
    status: component.status,
    description: component.description ?? '',
    position: component.position,
    group: component.group,
    group_id: component.group?.id ?? null,
    set_status: component.setStatus,
    held_by: component.heldBy,
    status_since: isoTime(component.statusSince),
    v2_id: component.v2Id,
    created_at: isoTime(component.createdAt),
    updated_at: isoTime(component.updatedAt),
  };
}

export function templateDocument(template: TemplateRow) {
  return {
    id: template.id,
    name: template.name,
    title: template.title,
    body: template.body,
    status: template.status,
    components: template.components,
    created_at: isoTime(template.createdAt),
    updated_at: isoTime(template.updatedAt),
  };
}

/** What a subscriber sees of themselves. */
export function subscriptionDocument(subscriber: Subscriber) {
  const isSuppressed = subscriber.status === 'active' && subscriber.suppressedAt !== null;
  return {
    email: subscriber.email,
    status: isSuppressed ? ('suppressed' as const) : subscriber.status,
    whole_page: subscriber.wholePage,
    component_ids: subscriber.componentIds,
  };
}

export function subscriberDocument(subscriber: Subscriber) {
  return {
    id: subscriber.id,
    ...subscriptionDocument(subscriber),
    source: subscriber.source,
    suppressed_reason: subscriber.suppressedReason,
    suppressed_at: isoTimeOrNull(subscriber.suppressedAt),
    verified_at: isoTimeOrNull(subscriber.verifiedAt),
    unsubscribed_at: isoTimeOrNull(subscriber.unsubscribedAt),
    created_at: isoTime(subscriber.createdAt),
    updated_at: isoTime(subscriber.updatedAt),
  };
}

/** Never the secret, nor its hash. */
export function apiKeyDocument(key: KeyRow) {
  return {
    id: key.id,
    name: key.name,
    hint: key.hint,
    scopes: key.scopes,
    page_ids: key.pageIds,
    expires_at: isoTimeOrNull(key.expiresAt),
    last_used_at: isoTimeOrNull(key.lastUsedAt),
    created_at: isoTime(key.createdAt),
  };
}

/** Never the hash of the password, nor what the second factor is made from. */
export function userDocument(user: MemberRow) {
  return {
    id: user.id,
    email: user.email,
    name: user.name,
    role: user.role,
    page_ids: user.pageIds,
    second_factor: user.totpSince !== null,
    created_at: isoTime(user.createdAt),
    updated_at: isoTime(user.updatedAt),
  };
}

export function invitationDocument(invitation: InvitationRow) {
  return {
    id: invitation.id,
    email: invitation.email,
    role: invitation.role,
    page_ids: invitation.pageIds,
    expires_at: isoTime(invitation.expiresAt),
    created_at: isoTime(invitation.createdAt),
  };
}

export function auditEventDocument(event: AuditRow) {
  return {
    id: event.id,
    action: event.action,
    actor: event.actor,
    page_id: event.pageId,
    subject_id: event.subjectId,
    details: event.details,
    request_id: event.requestId,
    created_at: isoTime(event.createdAt),
  };
}
