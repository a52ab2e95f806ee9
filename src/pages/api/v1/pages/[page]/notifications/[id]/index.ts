import { endpoint, resource } from '../../../../../../../http/endpoint.ts';
import { notification, notificationDocument } from '../../../../../../../http/notification-answers.ts';
import { getNotification } from '../../../../../../../manage/notifications.ts';

export const { GET, ALL } = resource({
  GET: endpoint({
    summary: 'Read how far the telling of an event is',
    answer: notification,
    scope: 'subscribers:read',
    page: true,
    async handle({ services, page, params }) {
      const found = await getNotification(services.read, page.id, params.id!, services.now());
      return { body: notificationDocument(found) };
    },
  }),
});
