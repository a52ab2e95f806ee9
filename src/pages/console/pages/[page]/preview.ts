/** The public page as the composer's form would make it look: by the rules and templates that publish it. */
import type { APIRoute } from 'astro';
import { DomainError } from '../../../../domain/errors.ts';
import { incidentUpdateCreate } from '../../../../domain/input.ts';
import { readForm } from '../../../../http/form.ts';
import type { Manager } from '../../../../manage/command.ts';
import { openIncident, postUpdate } from '../../../../manage/incidents.ts';
import { getIncident } from '../../../../manage/queries.ts';
import { componentsById, composedOf, NOTHING, newlySaid, promisedOf } from '../../_composer.ts';
import { beginningOf } from '../../_incident.ts';
import { incidentDraft } from '../../_new-incident.ts';
import { atPage } from '../../_page.ts';

export const POST: APIRoute = async (context) => {
  const desk = await atPage(context, 'preview/', 'incidents:write');
  const { me, page } = desk;
  const query = new URLSearchParams(context.locals.query);
  const form = await readForm({ locals: context.locals, request: context.request, response: {} });
  const components = await componentsById(desk);
  const id = query.get('incident');
  const incident = id ? await getIncident(me.services.read, page.id, id) : null;
  const begin = incident ? beginningOf(incident, components) : NOTHING;
  const composed = composedOf(form, query, begin, components);
  const make = async (manager: Manager): Promise<unknown> => {
    if (!incident) {
      const draft = incidentDraft(form, composed, desk);
      return draft && openIncident(manager, me.actor, page.id, draft);
    }
    const update = incidentUpdateCreate.safeParse({
      status: composed.status,
      body: form.text('body') || 'What people should know.',
      components: newlySaid(composed, begin),
      next_update_at: promisedOf(composed, begin, desk),
      notify: false,
    });
    return update.success && postUpdate(manager, me.actor, page.id, incident.id, update.data);
  };
  const { html, policy } = await me.services.preview(page, async (manager) => {
    try {
      await make(manager);
    } catch (error) {
      // What can't be published yet is said when it is to be: the preview shows the page without it.
      if (!(error instanceof DomainError)) throw error;
    }
  });
  return new Response(html, {
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': policy },
  });
};
