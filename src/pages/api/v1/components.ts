import { COMPONENT_STATUSES } from '../../../domain/status.ts';
import * as answers from '../../../http/answers.ts';
import { publicEndpoint, resource } from '../../../http/endpoint.ts';
import { HttpError } from '../../../http/errors.ts';
import { choiceOf, listHeaders, pagingOf, sliceOf } from '../../../http/pagination.ts';
import { componentsDocument } from '../../../render/documents/components.ts';

const FILTERS = COMPONENT_STATUSES;

/** From the same published snapshot as the file that stands here without parameters. */
export const { GET, ALL } = resource({
  GET: publicEndpoint({
    summary: 'List the components',
    answer: answers.listOf(answers.publicComponent),
    list: [{ name: 'status_filter', description: 'Only those with this status', choices: FILTERS }],
    async handle({ services, page, query }) {
      const paging = pagingOf(query);
      const status = choiceOf(query, 'status_filter', FILTERS);
      const snapshot = await services.snapshots.toShow(page.slug);
      if (!snapshot) throw new HttpError(404, 'This page is not published yet.');
      const { limit, offset } = sliceOf(paging);
      const found = status
        ? snapshot.components.filter((component) => component.status === status)
        : snapshot.components;
      return {
        body: componentsDocument(found.slice(offset, offset + limit)),
        headers: listHeaders(found.length, paging, { status_filter: status }),
      };
    },
  }),
});
