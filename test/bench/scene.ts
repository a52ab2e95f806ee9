import { type Daymark, type Start, startDaymark } from '../server/daymark.ts';
import { type Answer, revisionOf } from '../server/http.ts';
import { callWith } from './caller.ts';
import { Revisions } from './revisions.ts';

export const SLUG = 'bench';
export const PAGE = `/api/v1/pages/${SLUG}`;

const SERVICES =
  'API,App Platform,Block Storage,Container Registry,DNS,Droplets,Event Processing,Functions,Kubernetes,Load Balancers,Managed Databases,Monitoring,Networking,Spaces,Spaces CDN,VPC,Volumes'.split(
    ',',
  );
const REGIONS = 'Global,AMS2,AMS3,BLR1,FRA1,LON1,NYC1,NYC2,NYC3,SFO1,SFO2,SFO3,SGP1,SYD1,TOR1'.split(',');

/** A server with one page of components by service and region, as clouds have them. */
export interface Scene {
  server: Daymark;
  revisions: Revisions;
  /** Ids of the components in display order. */
  components: string[];
  call(method: string, path: string, body?: unknown): Promise<Answer>;
  close(): Promise<void>;
}

/** Starts a server with a page of so many components; up to 20 stand without groups. */
export async function makeScene(components: number, start: Start = {}): Promise<Scene> {
  const server = await startDaymark(start);
  const call = callWith(server, () => undefined);
  const page = await call('POST', '/api/v1/pages', { name: 'Bench Cloud', slug: SLUG });
  const ids: string[] = [];
  let group: string | null = null;
  for (let n = 0; n < components; n += 1) {
    if (components > 20 && n % REGIONS.length === 0) {
      const name = `${SERVICES[(n / REGIONS.length) % SERVICES.length]} ${Math.floor(n / REGIONS.length / SERVICES.length) + 1}`;
      group = idOf(await call('POST', `${PAGE}/groups`, { name }));
    }
    const name = (components > 20 ? REGIONS : [...SERVICES, ...REGIONS]).at(
      n % (components > 20 ? REGIONS.length : 20),
    );
    ids.push(idOf(await call('POST', `${PAGE}/components`, { name, group_id: group })));
  }
  const revisions = await Revisions.of(server.dataDir, SLUG);
  const last = await call('PATCH', `${PAGE}/components/${ids.at(-1) ?? ''}`, { description: 'The last one' });
  await revisions.reached(revisionOf(last) ?? revisionOf(page) ?? 0);
  return {
    server,
    revisions,
    components: ids,
    call,
    close: async () => {
      await revisions.close();
      await server.stop();
    },
  };
}

/** Milliseconds from the answer of a write until its files were replaced, for so many writes one after the other. */
export async function replaceTimes(
  scene: Pick<Scene, 'call' | 'revisions' | 'components'>,
  writes: number,
): Promise<number[]> {
  const times: number[] = [];
  const statuses = ['degraded_performance', 'operational'];
  for (let n = 0; n < writes; n += 1) {
    const id = scene.components[Math.floor(n / 2) % scene.components.length] ?? '';
    const answer = await scene.call('PATCH', `${PAGE}/components/${id}`, { status: statuses[n % 2] });
    const replaced = await scene.revisions.reached(revisionOf(answer) ?? 0);
    times.push(Math.max(0, replaced - answer.answeredAt));
  }
  return times;
}

function idOf(answer: Answer): string {
  return (answer.body as { id: string }).id;
}
