import { grantableRoles } from '../../../../auth/roles.ts';
import * as answers from '../../../../http/answers.ts';
import { invitationDocument } from '../../../../http/documents.ts';
import { endpoint, resource } from '../../../../http/endpoint.ts';
import { getInvitation, withdrawInvitation } from '../../../../manage/invitations.ts';

export const { GET, DELETE, ALL } = resource({
  GET: endpoint({
    summary: 'Read an invitation',
    answer: answers.invitation,
    scope: 'members:read',
    mayBePageBound: false,
    async handle({ services, actor, params }) {
      const { organizationId } = actor;
      const row = await getInvitation(services.read, organizationId, params.id!, services.now());
      return { body: invitationDocument(row) };
    },
  }),
  DELETE: endpoint({
    summary: 'Withdraw an invitation: its link opens nothing any more',
    scope: 'members:write',
    mayBePageBound: false,
    async handle({ services, actor, credential, params }) {
      await withdrawInvitation(services.manager, { actor, roles: grantableRoles(credential) }, params.id!);
      return { status: 204 };
    },
  }),
});
