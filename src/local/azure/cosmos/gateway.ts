import type { WireRequest, WireResponse } from '../../engine/wire.ts';
import type { AzureRuntime } from '../service.ts';
import type { Account } from './account.ts';
import { authenticate } from './authorization.ts';
import { CosmosError, notImplemented } from './errors.ts';
import { itemEndpoint, itemsEndpoint } from './item-endpoint.ts';
import {
  accountEndpoint,
  containerEndpoint,
  containersEndpoint,
  databaseEndpoint,
  databasesEndpoint,
  offersEndpoint,
  rangesEndpoint,
} from './management-endpoint.ts';
import { QueryAnalyzer, queryErrorReply } from './query-endpoint.ts';
import { type Reply, RequestContext } from './request-context.ts';
import { failedRequestCharge } from './request-units.ts';
import { parsePath, type Route } from './route.ts';
import { QueryError } from './sql/query-error.ts';

export const hostSuffix = '.documents.azure.com';

/** Answers the REST interface of Cosmos DB, as the gateway of an account does. */
export class Gateway {
  readonly #runtime: AzureRuntime;
  readonly #trustAnonymous: boolean;
  readonly #accounts: ReadonlyMap<string, Account>;
  readonly #queries = new QueryAnalyzer();
  /** Makes activity ids that differ, and are the same in each run with the same seed. */
  readonly #activityPrefix: string;
  #requestCount = 0;

  constructor(runtime: AzureRuntime, accounts: ReadonlyMap<string, Account>, trustAnonymous: boolean) {
    this.#runtime = runtime;
    this.#accounts = accounts;
    this.#trustAnonymous = trustAnonymous;
    this.#activityPrefix = runtime.random.uuid().slice(0, -12);
  }

  handle(request: WireRequest): WireResponse {
    const activityId = this.#activityPrefix + (++this.#requestCount).toString(16).padStart(12, '0');
    let context: RequestContext | undefined;
    try {
      const { route, signed } = parsePath(request.path);
      const { account, caller } = authenticate(request, signed, this.#accountsFor(request.host), {
        runtime: this.#runtime,
        trustAnonymous: this.#trustAnonymous,
      });
      context = new RequestContext(request, account, caller, this.#runtime);
      return respond(this.#answer(context, route), context, activityId);
    } catch (error) {
      const known = error instanceof QueryError ? queryErrorReply(error) : error;
      if (!(known instanceof CosmosError)) throw error;
      return respond(errorReply(known, activityId), context, activityId);
    }
  }

  /** A host name of the cloud names the account (`acct`, or `acct-westeurope` for one region); others name none. */
  #accountsFor(host: string): Account[] {
    if (!host.endsWith(hostSuffix)) return [...this.#accounts.values()];
    const name = host.slice(0, -hostSuffix.length);
    const account = this.#accounts.get(name) ?? this.#accounts.get(name.replace(/-[a-z0-9]+$/, ''));
    return account ? [account] : [];
  }

  #answer(context: RequestContext, route: Route): Reply {
    switch (route.kind) {
      case 'item':
        return itemEndpoint(context, route);
      case 'items':
        return itemsEndpoint(context, route, this.#queries);
      case 'account':
        return accountEndpoint(context);
      case 'databases':
        return databasesEndpoint(context, this.#queries);
      case 'database':
        return databaseEndpoint(context, route.database);
      case 'containers':
        return containersEndpoint(context, route.database, this.#queries);
      case 'container':
        return containerEndpoint(context, route.database, route.container);
      case 'ranges':
        return rangesEndpoint(context, route.database, route.container);
      case 'offers':
        return offersEndpoint(context, this.#queries);
      case 'unknown':
        throw notImplemented(`The resource '${route.path}'`);
    }
  }
}

function errorReply(error: CosmosError, activityId: string): Reply {
  const message = `${error.message}\r\nActivityId: ${activityId}, Microsoft.Azure.Documents.Common/2.14.0`;
  return {
    status: error.status,
    text: JSON.stringify({ code: error.code, message, ...error.members }),
    // A request that is not let in uses nothing.
    requestUnits:
      error.status === 429 || error.status === 401 || error.status === 403 ? 0 : failedRequestCharge,
    headers: {
      ...error.headers,
      ...(error.substatus !== 0 && { 'x-ms-substatus': String(error.substatus) }),
    },
  };
}

function respond(reply: Reply, context: RequestContext | undefined, activityId: string): WireResponse {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'x-ms-activity-id': activityId,
    'x-ms-request-charge': String(reply.requestUnits ?? 0),
    'x-ms-gatewayversion': 'version=2.14.0',
    'x-ms-serviceversion': 'version=2.14.0.0',
    ...reply.headers,
  };
  const container = context?.container;
  if (container) {
    headers['x-ms-session-token'] = `0:-1#${container.lsn}`;
    headers['x-ms-alt-content-path'] = encodeURI(context.containerPath);
    headers['x-ms-content-path'] = container.rid;
    headers.lsn = String(container.lsn);
  }
  return { status: reply.status, headers, body: reply.text };
}
