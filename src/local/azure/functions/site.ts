import type { TokenIssuer } from '../../engine/token-issuer.ts';
import type { WireRequest, WireResponse } from '../../engine/wire.ts';
import type { AzureRuntime } from '../service.ts';
import { type Authentication, admit, callerClaims, isPrincipalHeader } from './authentication.ts';
import { answerPreflight, type Cors, corsHeaders } from './cors.ts';
import { ExecutionMeter } from './execution-meter.ts';
import type { AzureFunctionsSurroundings } from './function-app.ts';
import type { HttpRoute } from './http-routes.ts';
import { hostKeys } from './keys.ts';
import { AzureFunctionsRuntime } from './runtime.ts';
import type { Telemetry } from './telemetry.ts';
import { childOf, parseTraceParent, type TraceContext, traceParentOf } from './trace-context.ts';

/** What an app is made of once its package is there. */
export interface PublishedApp {
  id: string;
  name: string;
  hostName: string;
  /** Unpacked package. */
  directory: string;
  environment: Record<string, string>;
  memoryMb: number;
  httpConcurrency: number;
  maximumInstances: number;
  alwaysReadyInstances: number;
  authentication?: Authentication;
  cors?: Cors;
}

export interface SiteSurroundings {
  runtime: AzureRuntime;
  telemetry: Telemetry;
  tokens: TokenIssuer;
  instances: Omit<AzureFunctionsSurroundings, 'onLogRecord' | 'onInvocation' | 'onInvocationStart'>;
  warn(text: string): void;
}

/** The load balancer in front of every app gives up on a request after this time; the function runs on. */
const loadBalancerTimeoutMs = 230_000;
/** https://learn.microsoft.com/azure/azure-functions/functions-app-settings#functions_request_body_size_limit */
const defaultBodyLimitBytes = 104_857_600;
/** https://learn.microsoft.com/azure/azure-functions/functions-scale#timeout */
const planTimeoutMs = 30 * 60_000;

/** One function app, from its host name on: the platform's front end, the Functions host, the instances. */
export class Site {
  readonly app: PublishedApp;
  readonly #surroundings: SiteSurroundings;
  readonly #host: AzureFunctionsRuntime;
  readonly #bodyLimitBytes: number;
  /** Request spans by the span of the function that answers them. */
  readonly #requestSpans = new Map<string, TraceContext>();
  #routes: HttpRoute[] = [];

  /** @throws when the package has no valid host.json */
  constructor(app: PublishedApp, surroundings: SiteSurroundings) {
    this.app = app;
    this.#surroundings = surroundings;
    const { runtime, telemetry, instances } = surroundings;
    const meter = new ExecutionMeter(app, runtime.meter, instances.wallClock);
    const { master, host } = hostKeys(app.id);
    this.#bodyLimitBytes = Number(app.environment.FUNCTIONS_REQUEST_BODY_SIZE_LIMIT ?? defaultBodyLimitBytes);
    this.#host = new AzureFunctionsRuntime(
      {
        name: app.name,
        directory: app.directory,
        environment: app.environment,
        memoryMb: app.memoryMb,
        concurrencyPerInstance: app.httpConcurrency,
        maximumInstances: app.maximumInstances,
        alwaysReadyInstances: app.alwaysReadyInstances,
        planTimeoutMs,
        keys: { master, host: [host], functions: {} },
      },
      {
        ...instances,
        onLogRecord: (record) => telemetry.log(record),
        onInvocationStart: ({ instanceId }) => meter.started(instanceId),
        onInvocation: (report) => {
          if (report.instanceId !== undefined) meter.finished(report.instanceId);
          const spanId = parseTraceParent(report.traceParent)?.spanId ?? '';
          telemetry.invocation(report, this.#requestSpans.get(spanId));
        },
      },
    );
  }

  /** Starts an instance and learns what the app registers; what goes wrong is told, and told again to every request. */
  async start(): Promise<void> {
    try {
      await this.#host.prewarm(Math.max(1, this.app.alwaysReadyInstances));
      this.#routes = await this.#host.routes();
    } catch (error) {
      this.#surroundings.warn((error as Error).message);
    }
  }

  tellTime(): void {
    this.#host.tellTime();
  }

  close(): Promise<void> {
    return this.#host.close();
  }

  /** What a caller must send: a token where the app asks for one, a key where a function does. */
  callerHeaders(): Record<string, string> {
    const { authentication, id } = this.app;
    const { runtime, tokens } = this.#surroundings;
    const needsKey = this.#routes.some(({ authLevel }) => authLevel !== 'anonymous');
    return {
      ...(authentication && {
        authorization: `Bearer ${tokens.issue(callerClaims(authentication, runtime.clock.now()))}`,
      }),
      ...(needsKey && { 'x-functions-key': hostKeys(id).host }),
    };
  }

  /** Answers a request to the app's host name. */
  async handle(request: WireRequest): Promise<WireResponse> {
    const { runtime, telemetry } = this.#surroundings;
    const startedAtMs = runtime.clock.now();
    const started = performance.now();
    const parent = parseTraceParent(request.headers.traceparent);
    const span = childOf(parent, runtime.random);
    let functionName: string | undefined;
    const response = await this.#answer(request, span, (route) => {
      functionName = route.functionName;
    });
    telemetry.request(
      {
        span,
        parent,
        functionName,
        method: request.method,
        path: request.path,
        url: `https://${this.app.hostName}${request.path}${request.query && `?${request.query}`}`,
        status: response.status,
        startedAtMs,
        durationMs: performance.now() - started,
      },
      this.#host.settings,
    );
    return response;
  }

  async #answer(
    request: WireRequest,
    span: TraceContext,
    onRoute: (route: HttpRoute) => void,
  ): Promise<WireResponse> {
    const { cors, authentication } = this.app;
    const { runtime, tokens } = this.#surroundings;
    const preflight = cors && answerPreflight(cors, request);
    if (preflight) return preflight;
    let admitted: Record<string, string> = {};
    if (authentication) {
      const admission = admit(authentication, request, tokens, runtime.clock.now());
      if (!admission.admitted) return unauthorised(this.app.hostName, admission.reason);
      admitted = admission.headers;
    }
    if (request.body.length > this.#bodyLimitBytes) return plain(413, '');
    const response = await this.#invoke({ ...request, headers: forwarded(request, admitted) }, span, onRoute);
    return cors ? { ...response, headers: { ...response.headers, ...corsHeaders(cors, request) } } : response;
  }

  async #invoke(
    request: WireRequest,
    span: TraceContext,
    onRoute: (route: HttpRoute) => void,
  ): Promise<WireResponse> {
    const { runtime, instances, telemetry } = this.#surroundings;
    const functionSpan = childOf(span, runtime.random);
    this.#requestSpans.set(functionSpan.spanId, span);
    const { tracestate } = request.headers;
    const traceContext = {
      traceParent: traceParentOf(functionSpan, telemetry.isConnected),
      ...(typeof tracestate === 'string' && { traceState: tracestate }),
    };
    const abandoned = Promise.withResolvers<WireResponse>();
    const timer = instances.wallClock.after(loadBalancerTimeoutMs, () => abandoned.resolve(plain(502, '')));
    const answered = this.#host.invokeHttp(request, { traceContext, onRoute }).catch((error: unknown) => {
      this.#surroundings.warn((error as Error).message);
      return plain(503, 'Function host is not running.');
    });
    void answered.finally(() => this.#requestSpans.delete(functionSpan.spanId));
    const response = await Promise.race([answered, abandoned.promise]);
    timer.cancel();
    const isHomepage = request.path === '/' && response.status === 404;
    return isHomepage ? homepage(this.app.environment.AzureWebJobsDisableHomepage) : response;
  }
}

/** Only the platform says who the caller is. */
function forwarded({ headers }: WireRequest, admitted: Record<string, string>): WireRequest['headers'] {
  const isForged = Object.keys(headers).some(isPrincipalHeader);
  if (!isForged) return Object.keys(admitted).length === 0 ? headers : { ...headers, ...admitted };
  const own = Object.entries(headers).filter(([name]) => !isPrincipalHeader(name));
  return { ...Object.fromEntries(own), ...admitted };
}

/** https://learn.microsoft.com/azure/azure-functions/functions-app-settings#azurewebjobsdisablehomepage */
function homepage(disabled: string | undefined): WireResponse {
  if (/^(?:true|1)$/i.test(disabled ?? '')) return { status: 204, headers: {}, body: '' };
  const text = 'Your Azure Function App is up and running.';
  return {
    status: 200,
    headers: { 'content-type': 'text/html' },
    body: `<!DOCTYPE html><html lang="en"><head><title>${text}</title></head><body><h1>${text}</h1></body></html>`,
  };
}

const unauthorised = (hostName: string, reason: string): WireResponse => ({
  status: 401,
  headers: {
    'content-type': 'text/html',
    'www-authenticate': `Bearer realm="${hostName}" error="invalid_token" error_description="${reason.replaceAll('"', "'")}"`,
  },
  body: 'You do not have permission to view this directory or page.',
});

const plain = (status: number, body: string): WireResponse => ({
  status,
  headers: body === '' ? {} : { 'content-type': 'text/plain; charset=utf-8' },
  body,
});
