import { memberPatch } from '../../../../auth/account-input.ts';
import { grantableRoles } from '../../../../auth/roles.ts';
import * as answers from '../../../../http/answers.ts';
import { userDocument } from '../../../../http/documents.ts';
import { endpoint, resource } from '../../../../http/endpoint.ts';
import { editMember, getMember, removeMember } from '../../../../manage/members.ts';

export const { GET, PATCH, DELETE, ALL } = resource({
  GET: endpoint({
    summary: 'Read a member',
    answer: answers.member,
    scope: 'members:read',
    mayBePageBound: false,
    async handle({ services, actor, params }) {
      return { body: userDocument(await getMember(services.read, actor.organizationId, params.id!)) };
    },
  }),
  PATCH: endpoint({
    summary: "Change a member's role, or the pages that they reach",
    answer: answers.member,
    scope: 'members:write',
    mayBePageBound: false,
    find: ({ services, actor, params }) => getMember(services.read, actor.organizationId, params.id!),
    body: memberPatch,
    async handle({ services, actor, credential, params, body }) {
      const grantor = { actor, roles: grantableRoles(credential) };
      const input = { role: body.role, pageIds: body.page_ids };
      return { body: userDocument(await editMember(services.manager, grantor, params.id!, input)) };
    },
  }),
  DELETE: endpoint({
    summary: 'Remove a member; their sessions end at once',
    scope: 'members:write',
    mayBePageBound: false,
    async handle({ services, actor, credential, params }) {
      await removeMember(services.manager, { actor, roles: grantableRoles(credential) }, params.id!);
      return { status: 204 };
    },
  }),
});
