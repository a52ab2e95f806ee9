import * as answers from '../../../../../../http/answers.ts';
import { endpoint, resource } from '../../../../../../http/endpoint.ts';
import { notification, notificationDocument } from '../../../../../../http/notification-answers.ts';
import { listHeaders, pagingOf, sliceOf } from '../../../../../../http/pagination.ts';
import { listNotifications } from '../../../../../../manage/notifications.ts';

export const { GET, ALL } = resource({
  GET: endpoint({
    summary: 'List what people were told, and how far it is, newest first',
    answer: answers.listOf(notification),
    list: [],
    scope: 'subscribers:read',
    page: true,
    async handle({ services, page, query }) {
      const paging = pagingOf(query);
      const { total, items } = await listNotifications(
        services.read,
        page.id,
        sliceOf(paging),
        services.now(),
      );
      return { body: items.map(notificationDocument), headers: listHeaders(total, paging) };
    },
  }),
});
