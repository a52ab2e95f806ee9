/** What a bar holds of its days, and the story of one of them. */
import type { ComponentStatus } from '../domain/status.ts';
import { BAR_LETTERS } from '../render/view/bar-letters.ts';
import { make } from './make.ts';
import { lengthOf, moments } from './times.ts';
import { fill, words } from './words.ts';

/** A day with trouble: what was shown besides operational, worst first, in minutes. */
export interface BarDay {
  index: number;
  shown: { status: ComponentStatus; minutes: number }[];
}

export interface Bar {
  count: number;
  /** So many days at the beginning do not count: the component was not there. */
  before: number;
  days: BarDay[];
}

export interface Story {
  date: string;
  lines: { status: ComponentStatus | null; text: string }[];
  /** Older ones lead nowhere. */
  events: { title: string; href: string | null }[];
  /** All of it in a sentence, for screen readers. */
  text: string;
}

const STATUSES = new Map(
  Object.entries(BAR_LETTERS).map(([status, letter]) => [letter, status as ComponentStatus]),
);
const CELL = 4;
const MINUTE = 60_000;
const DAY = 86_400_000;

/** Reads `86d5 87a45c3`: on day 86 five minutes of the worst status, on day 87 two others. */
export function barOf(svg: SVGSVGElement): Bar {
  const { days = '', before = '0' } = svg.dataset;
  return {
    count: (svg.viewBox.baseVal.width + 1) / CELL,
    before: Number(before),
    days: [...days.matchAll(/(\d+)(\D\S*)/g)].map(([, index, shown = '']) => ({
      index: Number(index),
      shown: [...shown.matchAll(/(\D)(\d+)/g)].map(([, letter = '', minutes]) => ({
        status: STATUSES.get(letter)!,
        minutes: Number(minutes),
      })),
    })),
  };
}

/** `Major outage: 5 minutes` */
function tell({ status, minutes }: BarDay['shown'][number]): string {
  return fill(words().pair, { name: words().status[status], value: lengthOf(minutes * MINUTE) });
}

export function storyOf(svg: SVGSVGElement, index: number): Story {
  const bar = barOf(svg);
  const shown = bar.days.find((day) => day.index === index)?.shown ?? [];
  const lines: Story['lines'] = shown.map((part) => ({ status: part.status, text: tell(part) }));
  if (index < bar.before) lines.push({ status: null, text: words().notCounted });
  else if (lines.length === 0) lines.push({ status: 'operational', text: words().status.operational });
  const list = svg.closest<HTMLElement>('section.components')!;
  const events = eventsOf(list, svg, index);
  const date = moments.weekday(Date.parse(list.dataset.first ?? '') + index * DAY);
  const said = [date, ...lines.map(({ text }) => text), ...events.map(({ title }) => title)];
  return { date, lines, events, text: said.join(words().comma) };
}

/** What happened to the component of a bar on a day, of what `render/view/day-events.ts` wrote down. */
function eventsOf(list: HTMLElement, svg: SVGElement, index: number): Story['events'] {
  const place = String([...list.querySelectorAll('svg.bar')].indexOf(svg));
  const home = document.querySelector('.brand')?.getAttribute('href');
  return (list.dataset.events ?? '').split('\n').flatMap((line) => {
    const [reference = '', days = '', places, ...title] = line.split(' ');
    const [first, last = first] = days.split('-');
    const isTold = Number(first) <= index && index <= Number(last) && places?.split(',').includes(place);
    if (!isTold) return [];
    const folder = reference.startsWith('i') ? 'incidents' : 'maintenance';
    const id = reference.slice(1);
    return { title: title.join(' '), href: id ? `${home}${folder}/${id}/` : null };
  });
}

export function linkTo({ title, href }: Story['events'][number]): HTMLElement {
  return href === null ? make('p', { dir: 'auto' }, title) : make('a', { dir: 'auto', href }, title);
}
