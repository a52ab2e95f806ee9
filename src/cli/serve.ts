import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { newApiKey, storeApiKey } from '../auth/api-keys.ts';
import { SCOPES } from '../auth/scopes.ts';
import { createHttpServer } from '../http/serve.ts';
import { loadDemo } from '../manage/demo.ts';
import { AlreadyRunningError } from '../services/charge.ts';
import type { Workers } from '../services.ts';
import { bootstrap, isEmpty, migrateStore } from './bootstrap.ts';
import type { Assembly } from './main.ts';
import { listenError } from './start-errors.ts';
import { makeUser, randomPassword } from './users.ts';

/** How long what is in flight may take after SIGTERM. */
const GRACE_MS = 9_000;

const DEMO_OWNER = 'ines@northwind.example';

/** `serve`: until SIGTERM or SIGINT. */
export async function serve(assembly: Assembly, options: { workers: boolean; demo: boolean }): Promise<void> {
  const { services, config, built } = assembly;
  await migrateStore(assembly);
  if (options.demo && !config.hasBootstrap && (await isEmpty(services.store))) await makeDemo(assembly);
  await bootstrap(assembly);
  const workers = await announced(assembly, () => startWorkers(assembly, options.workers));
  const server = createHttpServer(services, built.runApp);
  const sockets = openSockets(server);
  try {
    await listen(server, config.port, config.host);
  } catch (error) {
    await endWorkers(assembly, workers);
    throw listenError(config, (error as NodeJS.ErrnoException).code) ?? error;
  }
  services.log.info({ url: config.publicUrl, workers: options.workers }, 'serving');
  await untilAskedToStop();
  await stop(assembly, workers, { server, sockets });
}

/** `work`: the workers alone. */
export async function work(assembly: Assembly): Promise<void> {
  await migrateStore(assembly);
  await bootstrap(assembly);
  const workers = await announced(assembly, () => assembly.startWorkers({ schedules: true }));
  assembly.services.log.info({}, 'working');
  await untilAskedToStop();
  await stop(assembly, workers, null);
}

/** The workers, and until they have stopped word in the database that this process is there. */
async function announced({ present }: Assembly, start: () => Promise<Workers | null>): Promise<Workers> {
  const leave = await present.announce();
  const workers = await start().catch(async (error: unknown) => {
    await leave();
    throw error;
  });
  return {
    async stop() {
      await workers?.stop();
      await leave();
    },
  };
}

/**
 * Without workers, on a server's database, the folder is kept current all the same; unless another process does so. On a
 * file database it is the one with the workers.
 */
async function startWorkers(assembly: Assembly, schedules: boolean): Promise<Workers | null> {
  if (schedules) return assembly.startWorkers({ schedules });
  if (assembly.config.databaseUrl.startsWith('file:')) return null;
  try {
    return await assembly.startWorkers({ schedules });
  } catch (error) {
    if (error instanceof AlreadyRunningError) return null;
    throw error;
  }
}

async function makeDemo({ services, config }: Assembly): Promise<void> {
  const demo = await loadDemo(services.manager);
  const key = newApiKey();
  await storeApiKey(
    services.store,
    { organizationId: demo.organizationId, name: 'Demo', key, scopes: SCOPES },
    services.now(),
  );
  const password = randomPassword();
  await makeUser(services, {
    organizationId: demo.organizationId,
    email: DEMO_OWNER,
    name: 'Ines',
    role: 'owner',
    password,
  });
  process.stdout.write(`
  A demo page is at ${config.publicUrl}/
  Sign in at ${config.publicUrl}/console/ as ${DEMO_OWNER}
  The password, shown this once: ${password}
  Its API key, shown this once: ${key}

  Open an incident and look at the page again:

  curl ${config.publicUrl}/api/v1/pages/${demo.pageSlug}/incidents \\
    -H 'Authorization: Bearer ${key}' -H 'Content-Type: application/json' \\
    -d '{"title":"Slow answers","body":"We are looking into it."}'

`);
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
}

function untilAskedToStop(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
}

/** The connections that a server holds. */
function openSockets(server: Server): Set<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}

interface Listening {
  server: Server;
  sockets: ReadonlySet<Socket>;
}

async function stop(assembly: Assembly, workers: Workers, listening: Listening | null): Promise<void> {
  setTimeout(() => process.exit(0), GRACE_MS).unref();
  if (listening) await stopListening(listening);
  await endWorkers(assembly, workers);
  assembly.services.log.info({}, 'stopped');
  process.exit(0);
}

/** Takes no more requests, and resolves when those at work are answered. */
async function stopListening({ server, sockets }: Listening): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const closeIdle = () => {
    server.closeIdleConnections();
    // Browsers open connections in advance; Node counts those as busy.
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
  };
  closeIdle();
  // Keep-alive connections that have just been answered go as soon as they are idle.
  const sweep = setInterval(closeIdle, 50);
  await closed;
  clearInterval(sweep);
}

/** Lets the workers finish, and closes the database. */
async function endWorkers({ services }: Assembly, workers: Workers): Promise<void> {
  // The workers' last pause does not keep the process alive: without this it would end in the middle.
  const alive = setInterval(() => undefined, GRACE_MS);
  await workers.stop();
  await services.store.close();
  clearInterval(alive);
}
