/** How many would be told of an incident that names these components: asked by the composer's script. */
import type { APIRoute } from 'astro';
import { audienceOf } from '../../../../manage/audience.ts';
import { getIncident } from '../../../../manage/queries.ts';
import { atPage } from '../../_page.ts';

const MOST = 2_000;

export const GET: APIRoute = async (context) => {
  const { me, page } = await atPage(context, 'told/', 'incidents:read');
  const query = new URLSearchParams(context.locals.query);
  const id = query.get('incident');
  const incident = id ? await getIncident(me.services.read, page.id, id) : null;
  const named = [
    ...query.getAll('component').slice(0, MOST),
    ...(incident?.components ?? []).map((one) => one.id),
  ];
  return Response.json(await audienceOf(me.services.read, page.id, [...new Set(named)]));
};
