import { pagePatch } from '../../../../../domain/input.ts';
import * as answers from '../../../../../http/answers.ts';
import { pageDocument } from '../../../../../http/documents.ts';
import { endpoint, resource } from '../../../../../http/endpoint.ts';
import { deletePage, editPage } from '../../../../../manage/pages.ts';
import { findPage } from '../../../../../manage/queries.ts';

export const { GET, PATCH, DELETE, ALL } = resource({
  GET: endpoint({
    summary: 'Read a page',
    answer: answers.page,
    scope: 'pages:read',
    page: true,
    async handle({ services, actor, page }) {
      return {
        body: pageDocument(
          services.asPublished(await findPage(services.read, actor, page.id)),
          services.publicUrl,
        ),
      };
    },
  }),
  PATCH: endpoint({
    summary: 'Change a page',
    answer: answers.page,
    scope: 'pages:write',
    page: true,
    body: pagePatch,
    async handle({ services, actor, page, body }) {
      const { after, revision } = await editPage(
        services.manager,
        actor,
        page.id,
        services.checkedDomain(body),
      );
      return { body: pageDocument(services.asPublished(after), services.publicUrl), revision };
    },
  }),
  DELETE: endpoint({
    summary: 'Delete a page with all that belongs to it',
    scope: 'pages:write',
    page: true,
    async handle({ services, actor, page }) {
      await deletePage(services.manager, actor, page.id);
      return { status: 204 };
    },
  }),
});
