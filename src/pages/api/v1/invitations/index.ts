import { invitationCreate } from '../../../../auth/account-input.ts';
import { grantableRoles } from '../../../../auth/roles.ts';
import * as answers from '../../../../http/answers.ts';
import { invitationDocument } from '../../../../http/documents.ts';
import { endpoint, resource } from '../../../../http/endpoint.ts';
import { listHeaders, pagingOf, sliceOf } from '../../../../http/pagination.ts';
import { invite, listInvitations } from '../../../../manage/invitations.ts';

export const { GET, POST, ALL } = resource({
  GET: endpoint({
    summary: 'List the invitations that wait to be taken up',
    answer: answers.listOf(answers.invitation),
    list: [],
    scope: 'members:read',
    mayBePageBound: false,
    async handle({ services, actor, query }) {
      const paging = pagingOf(query);
      const slice = sliceOf(paging);
      const { organizationId } = actor;
      const { total, items } = await listInvitations(services.read, organizationId, slice, services.now());
      return { body: items.map(invitationDocument), headers: listHeaders(total, paging) };
    },
  }),
  POST: endpoint({
    summary: 'Invite somebody by mail; an earlier invitation to the address is void',
    answer: answers.invitation,
    scope: 'members:write',
    mayBePageBound: false,
    body: invitationCreate,
    async handle({ services, actor, credential, body }) {
      const grantor = { actor, roles: grantableRoles(credential) };
      const input = { email: body.email, role: body.role, pageIds: body.page_ids ?? null };
      return { status: 201, body: invitationDocument(await invite(services.manager, grantor, input)) };
    },
  }),
});
