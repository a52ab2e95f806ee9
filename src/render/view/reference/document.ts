/** As much of an OpenAPI document as a reference is made from: plain data, handed in by whoever has it. */

export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
}

export interface Parameter {
  name: string;
  in: string;
  description?: string;
  schema: Schema;
}

type Content = Record<string, { schema: Schema }>;

export interface Operation {
  operationId: string;
  summary: string;
  description?: string;
  tags: string[];
  security?: Record<string, unknown>[];
  'x-scope'?: string;
  parameters?: Parameter[];
  requestBody?: { content: Content };
  responses: Record<string, { description: string; content?: Content }>;
}

export interface ApiDocument {
  paths: Record<string, Record<string, unknown>>;
  components: { schemas: Record<string, Schema> };
}

export interface Listed {
  /** Like `/api/v1/components/{id}`. */
  path: string;
  method: string;
  operation: Operation;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** All operations, a path's in the order in which they are usually learned. */
export function operationsOf({ paths }: ApiDocument): Listed[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    METHODS.filter((method) => method in item).map((method) => ({
      path,
      method: method.toUpperCase(),
      operation: item[method] as Operation,
    })),
  );
}

/** The name of a schema that is referred to. */
export function nameOf({ $ref }: Schema): string | null {
  return $ref?.slice($ref.lastIndexOf('/') + 1) ?? null;
}

/** The schema itself, where it is one that is referred to. @throws Error for one that the document lacks */
export function resolved({ components }: ApiDocument, schema: Schema): Schema {
  const name = nameOf(schema);
  if (name === null) return schema;
  const found = components.schemas[name];
  if (!found) throw new Error(`The document has no schema ${name}.`);
  const { $ref, ...said } = schema;
  return { ...found, ...said };
}
