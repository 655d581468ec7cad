import { ConfigurationError } from '../../engine/read-resource.ts';
import type { TokenIssuer } from '../../engine/token-issuer.ts';
import type { WireRequest, WireResponse } from '../../engine/wire.ts';
import type { AzureRuntime } from '../service.ts';
import { type Authentication, admit, callerClaims, isPrincipalHeader } from './authentication.ts';
import { answerPreflight, type Cors, corsHeaders } from './cors.ts';
import { ExecutionMeter } from './execution-meter.ts';
import type { ExtensionWebhooks } from './extension-webhooks.ts';
import type { AzureFunctionsSurroundings, TriggerAnswer, TriggerCall } from './function-app.ts';
import type { HttpRoute } from './http-routes.ts';
import type { AppIdentities } from './identity-endpoint.ts';
import type { InputSources } from './input-bindings.ts';
import { hostKeys } from './keys.ts';
import type { OutputTargets } from './output-bindings.ts';
import { AzureFunctionsRuntime } from './runtime.ts';
import type { AlwaysReady } from './scale-groups.ts';
import type { Telemetry } from './telemetry.ts';
import { childOf, parseTraceParent, type TraceContext, traceParentOf } from './trace-context.ts';
import type { BoundApp, TriggerListener, TriggerSources } from './triggers.ts';
import type { FunctionMetadata } from './typed-data.ts';

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
  alwaysReady: AlwaysReady;
  /** App settings, references to secrets resolved. */
  settings: Record<string, string>;
  identities: AppIdentities;
  resource: BoundApp['resource'];
  authentication?: Authentication;
  cors?: Cors;
}

/** What brings events to functions, and takes what they give. */
export interface FunctionBindings {
  triggers: TriggerSources;
  inputs: InputSources;
  outputs: OutputTargets;
  webhooks: ExtensionWebhooks;
}

export interface SiteSurroundings {
  runtime: AzureRuntime;
  telemetry: Telemetry;
  tokens: TokenIssuer;
  bindings: FunctionBindings;
  instances: Omit<
    AzureFunctionsSurroundings,
    'onLogRecord' | 'onInvocation' | 'onInvocationStart' | 'readInputs' | 'writeOutputs'
  >;
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
  readonly #listeners: TriggerListener[] = [];

  /** @throws when the package has no valid host.json */
  constructor(app: PublishedApp, surroundings: SiteSurroundings) {
    this.app = app;
    this.#surroundings = surroundings;
    const { runtime, telemetry, instances, bindings } = surroundings;
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
        alwaysReady: app.alwaysReady,
        planTimeoutMs,
        keys: { master, host: [host], functions: {} },
      },
      {
        ...instances,
        readInputs: ({ bindings: wanted, ...call }) => bindings.inputs.read(this.#boundApp, wanted, call),
        writeOutputs: (outputs, call) => bindings.outputs.write(this.#boundApp, outputs, call),
        onLogRecord: (record) => telemetry.log(record),
        onInvocationStart: ({ instanceId, group }) => meter.started(instanceId, group),
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
      this.#routes = await this.#host.routes();
      await this.#host.prewarm();
    } catch (error) {
      this.#surroundings.warn((error as Error).message);
    }
  }

  /**
   * Starts the listeners of functions that other events than HTTP trigger; one that cannot start is told, and its
   * function never runs. @throws ConfigurationError for a type of trigger that nothing here pulls
   */
  async startListeners(): Promise<void> {
    const functions = await this.#host.functions().catch(() => new Map<string, FunctionMetadata>());
    for (const metadata of functions.values()) {
      const { name } = metadata;
      try {
        const { triggers } = this.#surroundings.bindings;
        const listener = await triggers.start(this.#boundApp, metadata, (call) => this.#trigger(name, call));
        if (listener) this.#listeners.push(listener);
      } catch (error) {
        if (error instanceof ConfigurationError || !(error instanceof Error)) throw error;
        this.#surroundings.warn(
          `The listener for function 'Functions.${name}' of ${this.app.name} was unable to start: ${error.message}`,
        );
      }
    }
  }

  close(): Promise<void> {
    for (const listener of this.#listeners) listener.stop();
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

  get #boundApp(): BoundApp {
    const { id, name, settings, identities, maximumInstances, resource } = this.app;
    const { extensions } = this.#host.settings.content;
    return {
      id,
      name,
      settings,
      identities,
      maximumInstances,
      extensions: typeof extensions === 'object' && extensions !== null ? { ...extensions } : {},
      resource,
    };
  }

  /** Runs a function for an event of its trigger, in the trace of whoever sent that. */
  async #trigger(functionName: string, call: TriggerCall): Promise<TriggerAnswer> {
    const { runtime, telemetry } = this.#surroundings;
    const parent = parseTraceParent(call.traceContext?.traceParent);
    const span = childOf(parent, runtime.random);
    if (parent) this.#requestSpans.set(span.spanId, parent);
    const traceContext = { ...call.traceContext, traceParent: traceParentOf(span, telemetry.isConnected) };
    try {
      return await runtime.course.activity.run(() =>
        this.#host.invokeTrigger(functionName, { ...call, traceContext }),
      );
    } finally {
      this.#requestSpans.delete(span.spanId);
    }
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
    const webhook = await this.#surroundings.bindings.webhooks.answer(this.#boundApp, request);
    if (webhook) return webhook;
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
    const invoked = runtime.course.activity.run(() =>
      this.#host.invokeHttp(request, { traceContext, onRoute }),
    );
    const answered = invoked.catch((error: unknown) => {
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
