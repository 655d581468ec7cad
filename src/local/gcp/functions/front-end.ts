import type { MetricStore } from '../../engine/metric-store.ts';
import type { TraceStore } from '../../engine/trace-store.ts';
import type { WireRequest, WireResponse } from '../../engine/wire.ts';
import type { Iam } from '../iam/iam.ts';
import type { CloudLogging } from '../logging/logging.ts';
import type { GcpRuntime } from '../service.ts';
import { errorPage } from './error-page.ts';
import type { CloudRunRuntime, RequestReport } from './runtime.ts';

/** From where requests are taken. */
export type Ingress = 'ALLOW_ALL' | 'ALLOW_INTERNAL_ONLY' | 'ALLOW_INTERNAL_AND_GCLB';

/** What Cloud Run's front end knows of a service. */
export interface FrontedService {
  name: string;
  revision: string;
  /** `projects/p/locations/l/services/name` */
  resource: string;
  region: string;
  /** URLs that it has; ID tokens may be made for each of them. */
  urls: readonly string[];
  ingress: Ingress;
  vcpu: number;
  memoryMb: number;
  entryPoint: string;
  instances: CloudRunRuntime;
}

export interface FrontEndSurroundings {
  runtime: GcpRuntime;
  iam: Iam;
  logging: CloudLogging;
  metrics: MetricStore;
  traces: TraceStore;
}

/** https://docs.cloud.google.com/run/quotas: HTTP/1 requests, and responses that are not streamed. */
const maximumRequestBytes = 32 * 1024 * 1024;
const maximumResponseBytes = 32 * 1024 * 1024;
const mebibytesPerGibibyte = 1024;
const executionIdAlphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Position of a request in its trace: the span of the front end, and the one of the function beneath it. */
interface RequestTrace {
  traceId: string;
  parentSpanId?: string;
  spanId: string;
  functionSpanId: string;
  sampled: boolean;
}

/** Answers requests to the URLs of one Cloud Run service: who may call, limits, log, metrics, trace, bill. */
export class FrontEnd {
  readonly service: FrontedService;
  readonly #surroundings: FrontEndSurroundings;

  constructor(service: FrontedService, surroundings: FrontEndSurroundings) {
    this.service = service;
    this.#surroundings = surroundings;
  }

  /** @param origin where the request comes from: outside of Google Cloud, or a service of the same project */
  async handle(request: WireRequest, origin: 'internet' | 'project'): Promise<WireResponse> {
    const { runtime } = this.#surroundings;
    const startMs = runtime.clock.now();
    const started = performance.now();
    const trace = this.#traceOf(request);
    const executionId = runtime.random.text(12, executionIdAlphabet);
    const end = (status: number, report: RequestReport | undefined, responseBytes: number | undefined) =>
      this.#record({
        request,
        trace,
        startMs,
        durationMs: performance.now() - started,
        status,
        report,
        responseBytes,
      });

    const refusal = this.#refusal(request, origin);
    if (refusal) {
      end(refusal.status, undefined, Buffer.byteLength(refusal.body as string));
      return withTrace(refusal, trace);
    }
    let responseBytes: number | undefined;
    const ended = Promise.withResolvers<RequestReport>();
    const { activity } = runtime.course;
    const forwarded = {
      ...request,
      headers: {
        ...request.headers,
        traceparent: `00-${trace.traceId}-${trace.functionSpanId}-${trace.sampled ? '01' : '00'}`,
        'function-execution-id': executionId,
      },
    };
    const answer = await activity.run(async () => {
      const first = await this.service.instances.invoke(forwarded, ended.resolve);
      // The function works until the last byte of its answer.
      void activity.run(() => ended.promise);
      return first;
    });
    if (typeof answer.body === 'string' || Buffer.isBuffer(answer.body))
      responseBytes = Buffer.byteLength(answer.body);
    const length = Number(answer.headers['content-length'] ?? 0);
    const response = length > maximumResponseBytes ? this.#tooLarge(answer) : answer;
    void ended.promise.then((report) =>
      end(response === answer ? report.status : response.status, report, responseBytes),
    );
    response.headers['function-execution-id'] = executionId;
    return withTrace(response, trace);
  }

  /** Why a request does not reach the function. */
  #refusal(request: WireRequest, origin: 'internet' | 'project'): WireResponse | undefined {
    const { iam } = this.#surroundings;
    const { resource, ingress, urls } = this.service;
    if (origin === 'internet' && ingress !== 'ALLOW_ALL') return errorPage(404, request.path);
    if (request.body.byteLength > maximumRequestBytes) return errorPage(413, request.path);
    const access = { permission: 'run.routes.invoke', resource };
    if (iam.isPublic(access)) return undefined;
    const token = bearerOf(request);
    if (token === undefined) return errorPage(403, request.path);
    const principal = urls
      .flatMap((url) => [url, `${url}/`])
      .map((url) => iam.authenticateIdToken(token, url))
      .find((candidate) => candidate !== undefined);
    if (!principal) return errorPage(401, request.path);
    return iam.isAllowed(principal, access) ? undefined : errorPage(403, request.path);
  }

  #tooLarge({ body }: WireResponse): WireResponse {
    if (typeof body !== 'string' && !Buffer.isBuffer(body)) void body[Symbol.asyncIterator]().return?.();
    const { logging, runtime } = this.#surroundings;
    logging.write(this.service.name, {
      atMs: runtime.clock.now(),
      log: 'varlog/system',
      severity: 'ERROR',
      payload: { kind: 'text', text: 'Response size was too large. Please consider reducing response size.' },
    });
    return errorPage(500, '');
  }

  #traceOf({ headers }: WireRequest): RequestTrace {
    const { random } = this.#surroundings.runtime;
    const own = { spanId: random.text(16), functionSpanId: random.text(16) };
    const [, traceId, parentSpanId, flags] =
      /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/.exec(String(headers.traceparent ?? '')) ?? [];
    if (traceId !== undefined && parentSpanId !== undefined)
      return { traceId, parentSpanId, ...own, sampled: (Number.parseInt(flags ?? '0', 16) & 1) === 1 };
    const [, legacyId, legacySpan, option] =
      /^([0-9a-f]{32})(?:\/(\d{1,20}))?(?:;o=(\d))?/.exec(String(headers['x-cloud-trace-context'] ?? '')) ??
      [];
    if (legacyId !== undefined) {
      const parent = BigInt.asUintN(64, BigInt(legacySpan ?? 0))
        .toString(16)
        .padStart(16, '0');
      return {
        traceId: legacyId,
        ...(legacySpan && { parentSpanId: parent }),
        ...own,
        sampled: option !== '0',
      };
    }
    return { traceId: random.text(32), ...own, sampled: true };
  }

  #record(outcome: {
    request: WireRequest;
    trace: RequestTrace;
    startMs: number;
    durationMs: number;
    status: number;
    report: RequestReport | undefined;
    responseBytes: number | undefined;
  }): void {
    const { request, trace, startMs, durationMs, status, report } = outcome;
    this.#log(outcome);
    this.#count(status, durationMs, report);
    const { meter } = this.#surroundings.runtime;
    const { resource, vcpu, memoryMb, name, entryPoint } = this.service;
    // https://cloud.google.com/run/pricing: what is refused before it reaches the function is free.
    if (report) {
      const seconds = report.billableMs / 1000;
      meter.add('cloud-run', 'requests', resource, 1);
      meter.add('cloud-run', 'request-vcpu-seconds', resource, vcpu * seconds);
      meter.add('cloud-run', 'request-gib-seconds', resource, (memoryMb / mebibytesPerGibibyte) * seconds);
    }
    if (!trace.sampled) return;
    const { traces } = this.#surroundings;
    const span = { traceId: trace.traceId, startMs, failed: status >= 500 };
    traces.add({
      ...span,
      spanId: trace.spanId,
      ...(trace.parentSpanId !== undefined && { parentSpanId: trace.parentSpanId }),
      service: 'cloud-run',
      name: `${request.method} ${request.path}`,
      durationMs,
      attributes: { status },
    });
    if (!report) return;
    traces.add({
      ...span,
      spanId: trace.functionSpanId,
      parentSpanId: trace.spanId,
      service: name,
      name: entryPoint,
      durationMs: report.latencyMs,
      attributes: {
        coldStart: report.coldStart,
        ...(report.initDurationMs !== undefined && { initDurationMs: Math.round(report.initDurationMs) }),
      },
    });
  }

  /** https://docs.cloud.google.com/run/docs/logging#run_request_logs */
  #log(outcome: {
    request: WireRequest;
    trace: RequestTrace;
    startMs: number;
    durationMs: number;
    status: number;
    report: RequestReport | undefined;
    responseBytes: number | undefined;
  }): void {
    const { request, trace, startMs, durationMs, status, report, responseBytes } = outcome;
    const userAgent = request.headers['user-agent'];
    this.#surroundings.logging.write(this.service.name, {
      atMs: startMs,
      log: 'requests',
      severity: status >= 500 ? 'ERROR' : status >= 400 ? 'WARNING' : 'INFO',
      payload: {
        kind: 'request',
        request: {
          requestMethod: request.method,
          requestUrl: `${this.service.urls[0]}${request.path}${request.query === '' ? '' : `?${request.query}`}`,
          requestSize: String(request.body.byteLength),
          status,
          ...(responseBytes !== undefined && { responseSize: String(responseBytes) }),
          ...(userAgent !== undefined && { userAgent }),
          remoteIp: '127.0.0.1',
          latency: `${(durationMs / 1000).toFixed(6)}s`,
          protocol: 'HTTP/1.1',
        },
      },
      ...(report?.instanceId !== undefined && { labels: { instanceId: report.instanceId } }),
      trace: trace.traceId,
      spanId: trace.functionSpanId,
    });
  }

  /** https://docs.cloud.google.com/monitoring/api/metrics_gcp_p_z#gcp-run */
  #count(status: number, durationMs: number, report: RequestReport | undefined): void {
    const { metrics, runtime } = this.#surroundings;
    const { name, revision, region, instances } = this.service;
    const place = { service_name: name, revision_name: revision, location: region };
    const atMs = runtime.clock.now();
    const add = (metric: string, unit: string, value: number, dimensions: Record<string, string> = place) =>
      metrics.add({ namespace: 'run.googleapis.com', name: metric, unit, dimensions, value, atMs });
    const byResponse = {
      ...place,
      response_code: String(status),
      response_code_class: `${Math.floor(status / 100)}xx`,
    };
    add('request_count', '1', 1, byResponse);
    add('request_latencies', 'ms', durationMs, byResponse);
    add('container/instance_count', '1', instances.instanceCount);
    if (report) add('container/billable_instance_time', 's', report.billableMs / 1000);
  }
}

/** Cloud Run takes the token from either, so that the function may use `Authorization` for its own. */
function bearerOf({ headers }: WireRequest): string | undefined {
  const header = headers['x-serverless-authorization'] ?? headers.authorization;
  return /^bearer\s+(\S+)$/i.exec(String(header ?? ''))?.[1];
}

function withTrace(response: WireResponse, trace: RequestTrace): WireResponse {
  response.headers['x-cloud-trace-context'] = `${trace.traceId}${trace.sampled ? ';o=1' : ''}`;
  response.headers.server = 'Google Frontend';
  return response;
}
