import { Counter, Gauge, type Registry } from 'prom-client';

type Awaitable<T> = T | Promise<T>;

/** One figure of `/metrics`, asked for at each scrape: a counter when its name ends in `_total`, else a gauge. */
export function addFigure(
  registry: Registry,
  name: string,
  help: string,
  value: () => Awaitable<number>,
): void {
  add(registry, { name, help, labelNames: [] }, async () => [[{}, await value()]]);
}

/** The same with a value for each of several things. @param label the name of what tells them apart */
export function addFigures(
  registry: Registry,
  label: string,
  name: string,
  help: string,
  values: () => Awaitable<Record<string, number>>,
): void {
  add(registry, { name, help, labelNames: [label] }, async () =>
    Object.entries(await values()).map(([key, value]) => [{ [label]: key }, value]),
  );
}

function add(
  registry: Registry,
  described: { name: string; help: string; labelNames: string[] },
  values: () => Promise<[labels: Record<string, string>, value: number][]>,
): void {
  const all = { ...described, registers: [registry] };
  if (described.name.endsWith('_total')) {
    new Counter({
      ...all,
      async collect() {
        const counted = await values();
        this.reset();
        for (const [labels, value] of counted) this.inc(labels, value);
      },
    });
  } else {
    new Gauge({
      ...all,
      async collect() {
        for (const [labels, value] of await values()) this.set(labels, value);
      },
    });
  }
}
