import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DomainError, messageOf } from '../domain/errors.ts';
import { kindOf, type SourceFile } from '../manage/import/merge-sources.ts';

const SUBSCRIBERS = 'subscribers.csv';

/** What lies in a folder, or a file, of a page of Statuspage. */
export interface SourceFolder {
  files: SourceFile[];
  /** `subscribers.csv` */
  subscribers: string | null;
}

/** Says what is wrong with the source, for the operator. */
export function refuse(message: string): DomainError {
  return new DomainError('invalid', message);
}

/**
 * Reads a file, which is taken for a `summary.json` when its name says nothing else, or all files of a folder that are
 * known by their names. @throws DomainError invalid
 */
export async function readStatuspageFolder(path: string): Promise<SourceFolder> {
  const found = await stat(path).catch(() => null);
  if (!found) throw refuse(`There is no file or folder ${path}.`);
  if (!found.isDirectory()) {
    const name = kindOf(basename(path)) === null ? 'summary.json' : basename(path);
    return { files: [{ name, json: parse(path, await textOf(path)) }], subscribers: null };
  }
  const names = (await readdir(path)).sort();
  const known = names.filter((name) => kindOf(name) !== null);
  const hasSubscribers = names.includes(SUBSCRIBERS);
  if (known.length === 0 && !hasSubscribers) {
    throw refuse(
      `The folder ${path} holds nothing to import. Save the page's /api/v2/summary.json there, and what else there is of components.json, incidents.json, scheduled-maintenances.json, subscribers.csv.`,
    );
  }
  const files: SourceFile[] = [];
  for (const name of known) {
    const file = join(path, name);
    files.push({ name, json: parse(file, await textOf(file)) });
  }
  return { files, subscribers: hasSubscribers ? await textOf(join(path, SUBSCRIBERS)) : null };
}

async function textOf(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) throw refuse(`The file ${file} can not be read.`);
  return text;
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw refuse(`${file} is not JSON: ${messageOf(error)}`);
  }
}
