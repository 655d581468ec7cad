import type { TraceStore } from '../engine/trace-store.ts';
import type { WireHandler } from '../engine/wire.ts';
import type { Cosmos } from './cosmos/index.ts';
import { dependencyOf } from './dependency-span.ts';
import type { FunctionApps } from './functions/function-apps.ts';
import { IDENTITY_HOST } from './functions/identity-endpoint.ts';
import { TRACE_HEADER } from './functions/invocation.ts';
import { childOf, parseTraceParent } from './functions/trace-context.ts';
import type { AzureRuntime, AzureService } from './service.ts';
import type { StorageAccounts } from './storage/storage-accounts.ts';

export interface DispatchSurroundings {
  runtime: AzureRuntime;
  traces: TraceStore;
  services: AzureService[];
  apps: FunctionApps;
  cosmos: Cosmos;
  storage: StorageAccounts;
  identity: WireHandler;
}

/**
 * Finds who answers requests to a host. Functions come by the production names of the cloud, whoever sits at this
 * machine by the loopback's: that is the owner of the subscription.
 */
export function dispatch(surroundings: DispatchSurroundings): (host: string) => WireHandler | undefined {
  const { services, apps, cosmos, storage, identity } = surroundings;
  const traced = new Map<WireHandler, WireHandler>();
  const withSpan = (handler: WireHandler) => {
    const known = traced.get(handler) ?? recordCalls(surroundings, handler);
    traced.set(handler, known);
    return known;
  };
  // Paths of blobs begin with the name of their account; those of Cosmos DB are as in the cloud.
  const ownerHandler: WireHandler = (request) => {
    if (storage.answersPath(request.path)) return storage.handleBlobOwner(request);
    if (cosmos.accounts().length > 0) return cosmos.handleOwner(request);
    const body = `No service of the stack answers ${request.path}.\n`;
    return { status: 404, headers: { 'content-type': 'text/plain' }, body };
  };
  return (host) => {
    if (host === IDENTITY_HOST) return withSpan(identity);
    const service = services.find(({ hosts }) => hosts.some((suffix) => host.endsWith(suffix)));
    if (service) return withSpan(service.handle);
    const site = apps.siteOfHost(host);
    if (site) return (request) => site.handle(request);
    return isLoopback(host) ? ownerHandler : undefined;
  };
}

const isLoopback = (host: string) => host === 'localhost' || host === '127.0.0.1' || host === '[::1]';

/** A call that a function made, as a span of the invocation that its instance says it belongs to. */
function recordCalls({ runtime, traces }: DispatchSurroundings, handle: WireHandler): WireHandler {
  return async (request) => {
    const caller = parseTraceParent(request.headers[TRACE_HEADER]);
    if (!caller?.sampled) return handle(request);
    const started = performance.now();
    const startMs = runtime.clock.now();
    const response = await handle(request);
    traces.add({
      ...childOf(caller, runtime.random),
      parentSpanId: caller.spanId,
      ...dependencyOf(request),
      startMs,
      durationMs: performance.now() - started,
      failed: response.status >= 400,
      attributes: { status: response.status },
    });
    return response;
  };
}
