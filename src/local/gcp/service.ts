import type { Clock } from '../engine/clock.ts';
import type { Course } from '../engine/course.ts';
import type { Meter } from '../engine/meter.ts';
import type { Random } from '../engine/random.ts';

/** What Google Cloud resource names are made of. */
export interface GcpScope {
  projectId: string;
  projectNumber: string;
  region: string;
}

/** Who makes a call. An outside client on the plain local port owns the project. */
export type GcpPrincipal = { kind: 'owner' } | { kind: 'serviceAccount'; email: string };

/** One permission on one resource, as Google Cloud IAM evaluates it. */
export interface GcpAccessRequest {
  /** `datastore.entities.create` */
  permission: string;
  /** Full resource name without the service's host: `projects/p/databases/(default)`. */
  resource: string;
}

/** What every Google Cloud service of the local cloud is given. */
export interface GcpRuntime extends GcpScope {
  clock: Clock;
  meter: Meter;
  random: Random;
  course: Course;
  /** The identity behind a bearer token (the raw token, without scheme), or `undefined` when it is not valid here. */
  authenticate(token: string): GcpPrincipal | undefined;
  /** Whether an IAM binding grants the request; a grant that is used is remembered. */
  isAllowed(principal: GcpPrincipal, request: GcpAccessRequest): boolean;
}
