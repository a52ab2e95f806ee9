/** From an address of `PUBLISH_TO` to a target. */
import type { TargetAddress } from '../config/publish-to.ts';
import { CACHE_CONTROL, typeOf } from '../http/static-answer.ts';
import { FolderTarget } from '../publish/folder.ts';
import { S3Target } from '../publish/s3.ts';
import type { Target } from '../publish/target.ts';
import { fileOf, urlPathOf } from '../render/paths.ts';

export interface TargetTools {
  now(): number;
  /** Asked right before each write. @throws when this process may not write any more */
  mayWrite(): void;
}

export function targetAt(address: TargetAddress, { now, mayWrite }: TargetTools): Target {
  if (address.kind === 'folder') return new FolderTarget(address.path, now, mayWrite);
  const { suffixed } = address;
  return new S3Target({
    ...address,
    mayWrite,
    storedAs: (path) => ({
      key: suffixed ? path : urlPathOf(path),
      contentType: typeOf(path),
      cacheControl: CACHE_CONTROL,
    }),
    pathOf: (key) => (suffixed ? key : fileOf(key)),
  });
}
