import type { Clock } from '../engine/clock.ts';
import type { Course } from '../engine/course.ts';
import type { Meter } from '../engine/meter.ts';
import type { Random } from '../engine/random.ts';
import type { WireHandler } from '../engine/wire.ts';

/** What Azure resource ids are made of. */
export interface AzureScope {
  subscriptionId: string;
  tenantId: string;
}

/** Who makes a call. An outside client on the plain local port owns the subscription. */
export type AzurePrincipal =
  | { kind: 'owner' }
  | {
      kind: 'identity';
      /** Object id of the managed identity's service principal. */
      objectId: string;
    };

/** One operation on one resource, as Azure role-based access control evaluates it. */
export interface AzureAccessRequest {
  /** `Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/create` */
  action: string;
  kind: 'action' | 'dataAction';
  /**
   * Full resource id that the call touches:
   * `/subscriptions/{}/resourceGroups/{}/providers/Microsoft.DocumentDB/databaseAccounts/{}/dbs/{}/colls/{}` for
   * Cosmos DB's own role assignments.
   */
  scope: string;
}

/** What every Azure service of the local cloud is given. */
export interface AzureRuntime extends AzureScope {
  clock: Clock;
  meter: Meter;
  random: Random;
  course: Course;
  /** The identity behind a bearer token (the raw token, without scheme), or `undefined` when it is not valid here. */
  authenticate(token: string): AzurePrincipal | undefined;
  /** Whether a role assignment grants the request; a grant that is used is remembered. */
  isAllowed(principal: AzurePrincipal, request: AzureAccessRequest): boolean;
}

export interface AzureService {
  /** Host names that this service answers, each a suffix with its dot: `.documents.azure.com`. */
  hosts: string[];
  handle: WireHandler;
}
