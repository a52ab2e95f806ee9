import type { ComponentStatus } from '../../domain/status.ts';
import type { SnapshotComponent } from '../../snapshot/schema.ts';

export interface ComponentDocument {
  id: string;
  name: string;
  code: string;
  status: ComponentStatus;
  description: string;
  position: number;
  group: { id: string; name: string } | null;
}

/** What a component's document is made of. */
export type PublicComponent = Pick<
  SnapshotComponent,
  'id' | 'name' | 'code' | 'status' | 'description' | 'position' | 'group'
>;

/** GET `/api/v1/components/{id}`: the fields of the reference in its order, then `group` (contract, section 4). */
export function componentDocument(component: PublicComponent): ComponentDocument {
  const { id, name, code, status, description, position, group } = component;
  return {
    id,
    name,
    code,
    status,
    description: description ?? '',
    position,
    group: group && { id: group.id, name: group.name },
  };
}

/** GET `/api/v1/components`: a bare array, in the order given. */
export function componentsDocument(components: readonly PublicComponent[]): ComponentDocument[] {
  return components.map(componentDocument);
}
