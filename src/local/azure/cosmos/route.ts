import type { SignedResource } from './authorization.ts';
import { badRequest } from './errors.ts';

/** What a path names. */
export type Route =
  | { kind: 'account' }
  | { kind: 'databases' }
  | { kind: 'database'; database: string }
  | { kind: 'containers'; database: string }
  | { kind: 'container'; database: string; container: string }
  | { kind: 'items'; database: string; container: string }
  | { kind: 'item'; database: string; container: string; id: string }
  | { kind: 'ranges'; database: string; container: string }
  | { kind: 'offers' }
  | { kind: 'unknown'; path: string };

/** Takes a path apart, as it was sent, and tells what a key signs for it. Throws a 400. */
export function parsePath(path: string): { route: Route; signed: SignedResource } {
  let segments: string[];
  try {
    segments = path.split('/').filter((segment) => segment !== '');
    if (path.includes('%')) segments = segments.map(decodeURIComponent);
  } catch {
    throw badRequest('The path is not correctly encoded.');
  }
  return { route: routeOf(segments), signed: signedResource(segments) };
}

function routeOf(segments: string[]): Route {
  const [first, database = '', colls, container = '', kind, id] = segments;
  const unknown: Route = { kind: 'unknown', path: segments.join('/') };
  if (segments.length === 0) return { kind: 'account' };
  if (first === 'offers') return segments.length === 1 ? { kind: 'offers' } : unknown;
  if (first !== 'dbs') return unknown;
  if (segments.length === 1) return { kind: 'databases' };
  if (segments.length === 2) return { kind: 'database', database };
  if (colls !== 'colls') return unknown;
  if (segments.length === 3) return { kind: 'containers', database };
  if (segments.length === 4) return { kind: 'container', database, container };
  if (segments.length === 5 && kind === 'docs') return { kind: 'items', database, container };
  if (segments.length === 5 && kind === 'pkranges') return { kind: 'ranges', database, container };
  if (segments.length === 6 && kind === 'docs' && id !== undefined)
    return { kind: 'item', database, container, id };
  return unknown;
}

/** A list is signed by the resource that holds it: `docs` and `dbs/d/colls/c`. */
function signedResource(segments: string[]): SignedResource {
  const isList = segments.length % 2 === 1;
  const type = segments.at(isList ? -1 : -2) ?? '';
  const link = (isList ? segments.slice(0, -1) : segments).join('/');
  return { type: type.toLowerCase(), link };
}
