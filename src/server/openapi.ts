import { z } from 'zod';
import { Json } from '../json/json.ts';
import { MESSAGES } from './protocol/messages.ts';
import type { RestRoute } from './rest-routes.ts';

type Schema = Record<string, unknown>;

/** The description of the REST interface, made from the schemas that the messages are parsed by. */
export function openApi(routes: readonly RestRoute[]): object {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = `/api/v1${route.path.replaceAll(/:(\w+)/g, '{$1}')}`;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  const error = schemaOf(
    z.object({ error: z.object({ code: z.string(), message: z.string(), details: z.unknown().optional() }) }),
    'output',
  );
  return {
    openapi: '3.1.0',
    info: { title: 'Holdpoint review server', version: '1' },
    security: [{ token: [] }, { session: [] }],
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: 'holdpoint_session' },
      },
      schemas: { Error: error },
    },
  };
}

function operation({ method, path, message, summary }: RestRoute): object {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? '');
  const {
    properties = {},
    required = [],
    ...rest
  } = schemaOf(MESSAGES[message].payload, 'input') as {
    properties?: Record<string, Schema>;
    required?: readonly string[];
  };
  const others = Object.entries(properties).filter(([name]) => !inPath.includes(name));
  // Over REST an id may be left out, or be the header Idempotency-Key.
  const needed = required.filter((name) => !inPath.includes(name) && name !== 'requestId');
  const parameter = (where: string, name: string) => ({
    in: where,
    name,
    required: where === 'path' || needed.includes(name),
    schema: properties[name],
  });
  const content = (schema: unknown) => ({ content: { 'application/json': { schema } } });
  return {
    operationId: message,
    summary,
    parameters: [
      ...inPath.map((name) => parameter('path', name)),
      ...(method === 'GET' ? others.map(([name]) => parameter('query', name)) : []),
    ],
    ...(method === 'POST' && {
      requestBody: content({ ...rest, properties: Object.fromEntries(others), required: needed }),
    }),
    responses: {
      200: { description: 'Done', ...content(schemaOf(MESSAGES[message].data, 'output')) },
      default: {
        description: 'Refused, with a code of docs/errors.md',
        ...content({ $ref: '#/components/schemas/Error' }),
      },
    },
  };
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Schema {
  // The only definition is that of "any JSON", which nothing refers to any more.
  const {
    $schema: _$schema,
    $defs: _$defs,
    ...made
  } = z.toJSONSchema(schema, { io, unrepresentable: 'any', override: anyJson });
  return made;
}

/** "Any JSON" as the empty schema: written out it refers to itself, by a path that means nothing inside a larger document. */
function anyJson({ zodSchema, jsonSchema }: { zodSchema: unknown; jsonSchema: object }): void {
  if (zodSchema === Json) for (const key of Object.keys(jsonSchema)) delete (jsonSchema as Schema)[key];
}
