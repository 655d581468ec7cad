import { z } from 'zod';
import type { WireRequest } from '../../engine/wire.ts';
import { type BindingData, membersOf } from './binding-data.ts';
import { flatHeaders } from './http-answer.ts';
import type { InvocationRequest } from './invocation.ts';
import { parseRoute, type RouteTemplate } from './route.ts';
import type { FunctionMetadata, TypedData } from './typed-data.ts';

/** An entrance of the app. */
export interface HttpRoute {
  functionName: string;
  /** With the app's prefix, without a leading slash: `api/items/{id:int}`. */
  template: string;
  /** Upper case; empty for all. */
  methods: string[];
  authLevel: 'anonymous' | 'function' | 'admin';
}

/** A route, ready to be tried. */
export interface RegisteredRoute {
  route: HttpRoute;
  template: RouteTemplate;
}

/** Access keys of an app. https://learn.microsoft.com/azure/azure-functions/function-keys-how-to */
export interface FunctionKeys {
  /** Opens every function and the admin level. */
  master: string;
  /** Open every function of the app. */
  host: string[];
  /** Open one function. */
  functions: Record<string, string[]>;
}

const HttpTrigger = z.looseObject({
  route: z.string().optional(),
  methods: z.array(z.string()).optional(),
  authLevel: z.enum(['anonymous', 'function', 'admin']),
});

export const isTrigger = (type: string) => /trigger$/i.test(type);

/** Name of the binding that starts the function. */
export const triggerOf = ({ bindings }: FunctionMetadata): string | undefined =>
  Object.keys(bindings).find((name) => isTrigger(bindings[name]?.type ?? ''));

/** The HTTP entrance of a function; none for one with another trigger. */
export function routesOf(metadata: FunctionMetadata, prefix: string): RegisteredRoute[] {
  const trigger = metadata.bindings[triggerOf(metadata) ?? ''];
  if (trigger?.type.toLowerCase() !== 'httptrigger') return [];
  const { route = metadata.name, methods, authLevel } = HttpTrigger.parse(trigger);
  const text = [prefix, route.replace(/^\/+/, '')].filter((part) => part !== '').join('/');
  const httpRoute: HttpRoute = {
    functionName: metadata.name,
    template: text,
    methods: (methods ?? []).map((method) => method.toUpperCase()),
    authLevel,
  };
  return [{ route: httpRoute, template: parseRoute(text) }];
}

/** The first route, in their order, that takes the request. */
export function findRoute(
  routes: RegisteredRoute[],
  request: WireRequest,
): { route: HttpRoute; params: Record<string, string> } | undefined {
  const path = decoded(request.path.replace(/^\/+/, ''));
  for (const { route, template } of routes) {
    if (route.methods.length > 0 && !route.methods.includes(request.method)) continue;
    const params = template.match(path);
    if (params) return { route, params };
  }
  return undefined;
}

/** An encoded slash stays encoded: it does not separate segments. */
const decoded = (path: string) =>
  path
    .split('/')
    .map((segment) => {
      try {
        return decodeURIComponent(segment).replaceAll('/', '%2F');
      } catch {
        return segment;
      }
    })
    .join('/');

/** Whether the request has a key that the route's level accepts, as header or in the query. */
export function isAuthorised(route: HttpRoute, request: WireRequest, keys: FunctionKeys): boolean {
  if (route.authLevel === 'anonymous') return true;
  const given = request.headers['x-functions-key'] ?? new URLSearchParams(request.query).get('code');
  if (typeof given !== 'string') return false;
  if (given === keys.master) return true;
  return (
    route.authLevel === 'function' &&
    [...keys.host, ...(keys.functions[route.functionName] ?? [])].includes(given)
  );
}

/** The URL as the client sees it. */
export function clientUrl(request: WireRequest): URL {
  const scheme = request.headers['x-forwarded-proto'] ?? 'https';
  const host = request.headers['x-forwarded-host'] ?? request.headers.host ?? request.host;
  return new URL(`${scheme}://${host}${request.path}${request.query === '' ? '' : `?${request.query}`}`);
}

/** What a streaming app is told beside the request itself. */
export const streamMetadata = (
  request: WireRequest,
  params: Record<string, string>,
): Record<string, TypedData> => ({
  ...Object.fromEntries(Object.entries(params).map(([name, value]) => [name, { string: value }])),
  Headers: { json: JSON.stringify(flatHeaders(request)) },
});

/** What bindings of a function may refer to: its route, its query and headers, and members of a JSON body. */
export const httpBindingData = (request: WireRequest, params: Record<string, string>): BindingData => ({
  ...membersOf(request.body.toString()),
  Query: { json: JSON.stringify(Object.fromEntries(new URLSearchParams(request.query))) },
  ...streamMetadata(request, params),
});

/** W3C trace context of a request, if it has any. */
export function traceOf(request: WireRequest): InvocationRequest['traceContext'] {
  const { traceparent, tracestate } = request.headers;
  if (typeof traceparent !== 'string') return undefined;
  return { traceParent: traceparent, ...(typeof tracestate === 'string' && { traceState: tracestate }) };
}
