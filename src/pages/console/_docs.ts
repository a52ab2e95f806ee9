/** The reference of the management API, with addresses and bodies of the customer who reads it. */
import type { ApiDocument, Listed, Schema } from '../../render/view/reference/document.ts';
import { operationsOf } from '../../render/view/reference/document.ts';
import { fieldsHtml, fieldsOf } from '../../render/view/reference/fields.ts';
import {
  type OperationView,
  operationView,
  type Surroundings,
} from '../../render/view/reference/operation.ts';

export interface ManagedSection {
  id: string;
  title: string;
  /** What its operations answer with: told once. */
  schemas: { name: string; html: string }[];
  operations: OperationView[];
}

/** What is there to be shown in examples. Absent parts are named as such: `PAGE`, `COMPONENT_ID`. */
export interface Subjects {
  publicUrl: string;
  page: { slug: string } | null;
  /** In display order. */
  components: readonly { id: string }[];
  email: string;
  now: number;
}

/** Tags of the document in the order in which one meets them, and what stands for an id of each. */
const SECTIONS: readonly [tag: string, title: string, id: string][] = [
  ['pages', 'Pages', 'PAGE'],
  ['components', 'Components', 'COMPONENT_ID'],
  ['groups', 'Component groups', 'GROUP_ID'],
  ['incidents', 'Incidents', 'INCIDENT_ID'],
  ['maintenance', 'Maintenance', 'MAINTENANCE_ID'],
  ['templates', 'Templates', 'TEMPLATE_ID'],
  ['subscribers', 'Subscribers', 'SUBSCRIBER_ID'],
  ['notifications', 'Notifications', 'NOTIFICATION_ID'],
  ['webhooks', 'Webhooks', 'WEBHOOK_ID'],
  ['api-keys', 'API keys', 'KEY_ID'],
  ['members', 'Members', 'MEMBER_ID'],
  ['invitations', 'Invitations', 'INVITATION_ID'],
  ['audit-events', 'Audit log', 'EVENT_ID'],
  ['session', 'Session', 'SESSION_ID'],
];

const PUBLIC = 'public';
/** A page with more is put in order by a program that has read them. */
const ORDERED_BY_HAND = 8;

/** Every operation that is not public, by what it is about. */
export function managedSections(document: ApiDocument, subjects: Subjects): ManagedSection[] {
  const managed = operationsOf(document).filter(({ operation }) => !operation.tags.includes(PUBLIC));
  const around = surroundings(subjects);
  const known = new Set(SECTIONS.map(([tag]) => tag));
  const others = [...new Set(managed.flatMap(({ operation }) => operation.tags))].filter(
    (tag) => !known.has(tag),
  );
  return [
    ...SECTIONS.map(([tag, title]) => [tag, title] as const),
    ...others.map((tag) => [tag, tag] as const),
  ]
    .map(([id, title]) => {
      const listed = managed.filter(({ operation }) => operation.tags.includes(id));
      return {
        id,
        title,
        schemas: answersOf(listed).map((name) => ({
          name,
          html: fieldsHtml(fieldsOf(document, refTo(name), false)),
        })),
        operations: listed.map((one) => operationView(document, one, around)),
      };
    })
    .filter(({ operations }) => operations.length > 0);
}

const refTo = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

/** Names of the schemas that operations answer with. */
function answersOf(listed: readonly Listed[]): string[] {
  const names = listed.flatMap(({ operation }) =>
    Object.entries(operation.responses)
      .filter(([status]) => status.startsWith('2'))
      .flatMap(([, { content }]) => {
        const schema = content?.['application/json']?.schema;
        return (schema?.items ?? schema)?.$ref?.split('/').at(-1) ?? [];
      }),
  );
  return [...new Set(names)];
}

function surroundings(subjects: Subjects): Surroundings {
  const { publicUrl, page, components, email } = subjects;
  const bodies = bodiesFor(subjects);
  return {
    toldApart: true,
    base: () => publicUrl,
    // What changes or deletes names nothing that is there, but for the one status that is to be tried.
    parameter: ({ path, method, operation }, name) => {
      const [tag = ''] = operation.tags;
      if (name === 'page')
        return page && !(method === 'DELETE' && path.endsWith('{page}')) ? page.slug : 'PAGE';
      if (name === 'update') return 'UPDATE_ID';
      if (tag === 'components' && method !== 'DELETE') return components[0]?.id ?? 'COMPONENT_ID';
      return SECTIONS.find(([one]) => one === tag)?.[2] ?? 'ID';
    },
    credential: ({ operation }) => {
      if (operation['x-scope']) return 'key';
      if (operation.operationId !== 'deleteSession') return 'none';
      const secure = publicUrl.startsWith('https:') ? '__Host-' : '';
      return { cookie: `${secure}daymark_session`, origin: publicUrl };
    },
    body: ({ operation }) => bodies[operation.operationId],
    csv: ({ operation }) =>
      operation.requestBody?.content['text/csv'] ? `email,components\n${email}\n` : undefined,
  };
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Bodies that work as they stand, by operation. */
function bodiesFor({ components, email, now }: Subjects): Record<string, unknown> {
  const first = components[0]?.id ?? 'COMPONENT_ID';
  const hour = (after: number) =>
    new Date(Math.ceil(now / HOUR) * HOUR + after).toISOString().replace('.000Z', '+00:00');
  const order =
    components.length <= ORDERED_BY_HAND ? components.map(({ id }) => id) : [first, 'COMPONENT_ID'];
  return {
    postPages: { name: 'Acme', timezone: 'Europe/Zurich' },
    patchPagesPage: { description: 'Is it us, or is it you?' },
    postPagesPageComponents: { name: 'Zurich (ZRH)', description: 'Zurich, Switzerland' },
    patchPagesPageComponents: [{ id: first, status: 'degraded_performance' }],
    putPagesPageComponentsOrder: order.length > 0 ? order : [first],
    patchPagesPageComponentsId: { status: 'partial_outage' },
    postPagesPageGroups: { name: 'Europe' },
    patchPagesPageGroupsId: { name: 'Europe and Africa' },
    postPagesPageIncidents: {
      title: 'Slow volumes in Zurich',
      body: 'We are looking into it.',
      components: [{ id: first, status: 'degraded_performance' }],
    },
    patchPagesPageIncidentsId: { title: 'Slow block storage in Zurich' },
    postPagesPageIncidentsIdUpdates: { status: 'monitoring', body: 'A fix is in place. We are watching.' },
    patchPagesPageIncidentsIdUpdatesUpdate: { body: 'A fix is in place since 14:05 UTC.' },
    putPagesPageIncidentsIdPostmortem: { body: 'A cable was pulled. Now there are two.' },
    postPagesPageMaintenance: {
      title: 'New routers in Zurich',
      body: 'Connections drop for a minute.',
      starts_at: hour(DAY),
      ends_at: hour(DAY + 2 * HOUR),
      component_ids: [first],
    },
    patchPagesPageMaintenanceId: { ends_at: hour(DAY + 3 * HOUR) },
    postPagesPageMaintenanceIdUpdates: { status: 'in_progress', body: 'We begin.' },
    patchPagesPageMaintenanceIdUpdatesUpdate: { body: 'We began at 22:00 UTC.' },
    postPagesPageTemplates: {
      name: 'Slow storage',
      title: 'Slow volumes',
      body: 'Volumes answer slowly. We are looking into it.',
      status: 'investigating',
    },
    patchPagesPageTemplatesId: { name: 'Slow block storage' },
    postPagesPageSubscribers: { email: 'you@example.com' },
    patchPagesPageSubscribersId: { component_ids: [first] },
    postPagesPageWebhooks: { url: 'https://hooks.example.com/daymark', events: ['incident.created'] },
    patchPagesPageWebhooksId: { active: false },
    postApiKeys: { name: 'Deployment', scopes: ['components:read', 'components:write'] },
    patchApiKeysId: { name: 'Deployment of the shop' },
    patchMembersId: { role: 'editor' },
    postInvitations: { email: 'colleague@example.com', role: 'viewer' },
    postSession: { email, password: 'YOUR_PASSWORD' },
  };
}
