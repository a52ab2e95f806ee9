import * as answers from '../../../http/answers.ts';
import { auditEventDocument } from '../../../http/documents.ts';
import { endpoint, resource } from '../../../http/endpoint.ts';
import { listHeaders, pagingOf, single, sliceOf, timeOf } from '../../../http/pagination.ts';
import { listAuditEvents } from '../../../manage/audit.ts';

const FILTERS = [
  { name: 'page_id', description: 'Only what happened on this page' },
  {
    name: 'action',
    description: 'Only this action, like component.updated, or all of a kind, like component',
  },
  { name: 'actor', description: 'Only what this actor did: key:{id}, cli or schedule' },
  { name: 'subject_id', description: 'Only what happened to this' },
  { name: 'since', description: 'Only from this time on' },
  { name: 'until', description: 'Only before this time' },
];

export const { GET, ALL } = resource({
  GET: endpoint({
    summary: 'List what happened, newest first',
    answer: answers.listOf(answers.auditEvent),
    list: FILTERS,
    scope: 'audit:read',
    mayBePageBound: false,
    async handle({ services, actor, query }) {
      const paging = pagingOf(query);
      const given = Object.fromEntries(FILTERS.map(({ name }) => [name, single(query, name)]));
      const filter = {
        pageId: given.page_id,
        action: given.action,
        actor: given.actor,
        subjectId: given.subject_id,
        since: timeOf(query, 'since'),
        until: timeOf(query, 'until'),
      };
      const { total, items } = await listAuditEvents(
        services.read,
        actor.organizationId,
        filter,
        sliceOf(paging),
      );
      return { body: items.map(auditEventDocument), headers: listHeaders(total, paging, given) };
    },
  }),
});
