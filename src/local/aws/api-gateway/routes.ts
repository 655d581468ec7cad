/** A route of an HTTP API: `GET /items/{id}`, `ANY /{proxy+}` or `$default`. */
export interface Route {
  routeKey: string;
  method: string;
  segments: Segment[];
}

type Segment =
  | { kind: 'text'; text: string }
  | { kind: 'parameter'; name: string }
  | { kind: 'rest'; name: string };

export interface RouteMatch<Target> {
  target: Target;
  route: Route;
  /** Values of the path's parameters, percent-decoded. */
  pathParameters: Record<string, string>;
}

/** @throws Error for a route key that API Gateway would not take */
export function parseRouteKey(routeKey: string): Route {
  if (routeKey === '$default') return { routeKey, method: 'ANY', segments: [] };
  const match = /^(ANY|GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) (\/\S*)$/.exec(routeKey);
  const [, method = '', path = ''] = match ?? [];
  if (!match)
    throw new Error(`"${routeKey}" is not a route key; write it as "GET /path", "ANY /path" or "$default"`);
  const segments = path
    .split('/')
    .slice(1)
    .map((text): Segment => {
      const [, name, plus] = /^\{([\w.:-]+)(\+)?\}$/.exec(text) ?? [];
      if (name === undefined) return { kind: 'text', text };
      return plus ? { kind: 'rest', name } : { kind: 'parameter', name };
    });
  const rest = segments.findIndex((segment) => segment.kind === 'rest');
  if (rest !== -1 && rest !== segments.length - 1)
    throw new Error(`"${routeKey}": {proxy+} may only stand at the end`);
  return { routeKey, method, segments };
}

/**
 * Picks the most specific route: full matches before `{proxy+}`, text before parameters, a method before `ANY`,
 * `$default` last (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html#http-api-develop-routes.evaluation).
 */
export function matchRoute<Target>(
  routes: readonly { route: Route; target: Target }[],
  method: string,
  path: string,
): RouteMatch<Target> | undefined {
  const parts = path.split('/').slice(1);
  let best: (RouteMatch<Target> & { rank: string }) | undefined;
  for (const { route, target } of routes) {
    if (route.method !== 'ANY' && route.method !== method) continue;
    const pathParameters = route.routeKey === '$default' ? {} : matchSegments(route.segments, parts);
    if (!pathParameters) continue;
    const rank = rankOf(route);
    if (!best || rank < best.rank) best = { target, route, pathParameters, rank };
  }
  return best;
}

/** Sorts as text: smaller is more specific. */
function rankOf(route: Route): string {
  if (route.routeKey === '$default') return '~';
  const kinds = { text: 'a', parameter: 'b', rest: 'c' };
  const greedy = route.segments.some((segment) => segment.kind === 'rest') ? '1' : '0';
  return `${greedy}${route.segments.map((segment) => kinds[segment.kind]).join('')}${route.method === 'ANY' ? 'z' : 'y'}`;
}

function matchSegments(
  segments: readonly Segment[],
  parts: readonly string[],
): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const part = parts[index];
    if (segment.kind === 'rest') {
      if (part === undefined) return undefined;
      parameters[segment.name] = parts.slice(index).map(decodeURIComponent).join('/');
      return parameters;
    }
    if (part === undefined) return undefined;
    if (segment.kind === 'text') {
      if (segment.text !== part) return undefined;
    } else {
      if (part === '') return undefined;
      parameters[segment.name] = decodeURIComponent(part);
    }
  }
  return segments.length === parts.length ? parameters : undefined;
}
