import { fileURLToPath } from 'node:url';
import {
  type FailedStart,
  FunctionPool,
  type Invocation,
  type PoolSurroundings,
} from '../../engine/function-pool.ts';
import type { NetworkRules } from '../../engine/instance-network.ts';
import { instanceScript } from '../../engine/instance-script.ts';
import type { InvocationContext } from './context.ts';
import { heapArguments, lambdaEnvironment, XRAY_DAEMON_HOST } from './environment.ts';
import {
  type Failure,
  failureOf,
  type InvocationReport,
  jsonLog,
  type PlatformLog,
  type SystemLogLevel,
  textLog,
} from './logs.ts';

/** One version of a function, as Terraform configures it. */
export interface LambdaFunction {
  functionName: string;
  /** `$LATEST` or a version number. */
  version: string;
  /** ARN without qualifier. */
  functionArn: string;
  /** Unpacked deployment package. */
  directory: string;
  /** `index.handler` */
  handler: string;
  /** `nodejs24.x` */
  runtime: string;
  memoryMb: number;
  timeoutMs: number;
  environment: Record<string, string>;
  logFormat: 'Text' | 'JSON';
  /** Level of the function's own records that are kept, in JSON format. */
  applicationLogLevel: string;
  /** Level of the platform's events that are kept, in JSON format. */
  systemLogLevel: SystemLogLevel;
  logGroupName: string;
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken: string };
  region: string;
  /** Invocations at a time: the reserved concurrency, or what the account has left. */
  maximumConcurrency: number;
  provisionedConcurrency: number;
}

export interface LambdaSurroundings extends PoolSurroundings {
  network: NetworkRules;
  trustCertificateFile: string;
  /** Gets every record of the function's log stream, in order; a record may hold line feeds. */
  onLogEvent?(event: LogEvent): void;
}

export interface LogEvent {
  atMs: number;
  logGroupName: string;
  logStreamName: string;
  message: string;
}

export interface LambdaCall {
  /** JSON */
  payload: Uint8Array;
  requestId?: string;
  /** ARN as the caller named the function, with its alias or version. */
  invokedFunctionArn?: string;
  traceHeader?: string;
  clientContext?: InvocationContext['clientContext'];
  /** For a caller that reads the answer while it is produced. */
  onStream?(chunk: Buffer, contentType: string | undefined): void | Promise<void>;
}

export type LambdaAnswer =
  | {
      kind: 'answered';
      requestId: string;
      payload: Buffer;
      /** Whether a streaming handler produced the payload; its pieces went to `onStream` if that was given. */
      streamed: boolean;
      /** Present when the function or its runtime failed: the value of `X-Amz-Function-Error`. */
      functionError?: 'Unhandled';
      executedVersion: string;
      report: InvocationReport;
      /** What the invocation wrote to the log; the Invoke API's tail is its last 4 KB. */
      log: string[];
    }
  /** 429 TooManyRequestsException */
  | {
      kind: 'throttled';
      reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' | 'ConcurrentInvocationLimitExceeded';
    }
  /** 413 RequestTooLargeException */
  | { kind: 'requestTooLarge'; message: string };

/** 6 MB, for a synchronous request and answer. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAXIMUM_PAYLOAD_BYTES = 6_291_456;
/** What the service counts an answer against: the limit plus room for its envelope. */
const MAXIMUM_ANSWER_BYTES = 6_291_556;
const INIT_TIMEOUT_MS = 10_000;
/** How long Lambda keeps an idle environment is not documented; five to seven minutes is what is seen. */
const KEEP_ALIVE_MS = 6 * 60_000;

/** Runs one version of a Lambda function: processes, limits, answers and the platform's part of the log. */
export class LambdaRuntime {
  readonly lambda: LambdaFunction;
  readonly #surroundings: LambdaSurroundings;
  readonly #pool: FunctionPool;
  readonly #log: PlatformLog;
  readonly #streamDate: string;

  /** @throws when the function's environment holds reserved names */
  constructor(lambda: LambdaFunction, surroundings: LambdaSurroundings) {
    this.lambda = lambda;
    this.#surroundings = surroundings;
    const { clock, network } = surroundings;
    this.#streamDate = new Date(clock.now()).toISOString().slice(0, 10).replaceAll('-', '/');
    this.#log =
      lambda.logFormat === 'JSON'
        ? jsonLog(
            `${lambda.functionArn}:${lambda.version}`,
            lambda.version,
            () => clock.now(),
            lambda.systemLogLevel,
          )
        : textLog(lambda.version);
    this.#pool = new FunctionPool(
      {
        name: lambda.functionName,
        hostScript: instanceScript(
          fileURLToPath(new URL('host.ts', import.meta.url)),
          surroundings.cacheDirectory,
        ),
        hostOptions: undefined,
        environment: lambdaEnvironment(lambda),
        instanceEnvironment: (id) => ({ AWS_LAMBDA_LOG_STREAM_NAME: this.#streamOf(id) }),
        workingDirectory: lambda.directory,
        nodeArguments: heapArguments(lambda.memoryMb, lambda.environment.NODE_OPTIONS),
        memoryMb: lambda.memoryMb,
        trustCertificateFile: surroundings.trustCertificateFile,
        compileCacheDirectory: surroundings.cacheDirectory,
        freezeWhenIdle: true,
        network: { discardDatagramsTo: [XRAY_DAEMON_HOST], ...network },
        timeoutMs: lambda.timeoutMs,
        // A failed start is repeated within the invocation, then under the function's own timeout.
        // https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib
        initTimeoutsMs: [INIT_TIMEOUT_MS, lambda.timeoutMs],
        concurrencyPerInstance: 1,
        maximumInstances: lambda.maximumConcurrency,
        minimumInstances: lambda.provisionedConcurrency,
        keepAliveMs: KEEP_ALIVE_MS,
        whenBusy: { kind: 'reject' },
      },
      { ...surroundings, onLog: (line) => this.#write(line.instanceId, [line.text]) },
    );
  }

  get inFlight(): number {
    return this.#pool.inFlight;
  }

  /** Starts the provisioned instances, or `count` of them. */
  async prewarm(count = this.lambda.provisionedConcurrency): Promise<void> {
    await this.#pool.prewarm(count);
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }

  /** Runs one invocation and answers as the Invoke API does. */
  async invoke(call: LambdaCall): Promise<LambdaAnswer> {
    if (call.payload.byteLength > MAXIMUM_PAYLOAD_BYTES) {
      const message = `Request must be smaller than ${MAXIMUM_PAYLOAD_BYTES} bytes for the InvokeFunction operation`;
      return { kind: 'requestTooLarge', message };
    }
    const { clock, random } = this.#surroundings;
    const requestId = call.requestId ?? random.uuid();
    const context = (): InvocationContext => ({
      invokedFunctionArn: call.invokedFunctionArn ?? this.lambda.functionArn,
      deadlineMs: clock.now() + this.lambda.timeoutMs,
      ...(call.traceHeader && { traceHeader: call.traceHeader }),
      ...(call.clientContext && { clientContext: call.clientContext }),
    });
    const collected: Buffer[] = [];
    let running = false;
    const invocation = await this.#pool.invoke(call.payload, {
      id: requestId,
      context: () => ({ ...context() }),
      onStart: ({ instanceId }) => {
        running = true;
        this.#write(instanceId, this.#log.start(requestId));
      },
      onChunk: (chunk, detail) =>
        call.onStream ? call.onStream(chunk, contentTypeOf(detail)) : void collected.push(chunk),
    });
    if (invocation.outcome.kind === 'throttled') {
      return { kind: 'throttled', reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' };
    }
    this.#logFailedStarts(invocation.failedStarts);
    if (!running) this.#write(invocation.instanceId ?? '', this.#log.start(requestId));
    return this.#answer(call, requestId, invocation, collected);
  }

  #answer(call: LambdaCall, requestId: string, invocation: Invocation, collected: Buffer[]): LambdaAnswer {
    const {
      outcome,
      instanceId = '',
      durationMs,
      initDurationMs,
      maxMemoryUsedMb,
      failedStarts,
    } = invocation;
    const { lambda } = this;
    const streamed = collected.length > 0 || (outcome.kind === 'succeeded' && outcome.detail !== undefined);
    const payload = outcome.kind === 'succeeded' && !streamed ? outcome.payload : Buffer.concat(collected);
    const failure =
      failureOf(outcome, requestId, this.#surroundings.clock.now()) ??
      (payload.byteLength > MAXIMUM_ANSWER_BYTES ? answerTooLarge(payload.byteLength) : undefined);
    const report: InvocationReport = {
      requestId,
      durationMs,
      billedDurationMs: Math.max(1, Math.ceil(durationMs + (initDurationMs ?? 0))),
      memorySizeMb: lambda.memoryMb,
      maxMemoryUsedMb,
      status: failure?.status ?? 'success',
      ...(initDurationMs !== undefined && failedStarts.length === 0 && { initDurationMs }),
      ...(failure && failure.status === 'error' && { errorType: failure.errorType }),
      ...(call.traceHeader && { traceHeader: call.traceHeader }),
    };
    const platformLines = [
      ...(failure?.logText ? this.#log.failure(requestId, failure.logText) : []),
      ...this.#log.finish(report),
    ];
    this.#write(instanceId, platformLines);
    return {
      kind: 'answered',
      requestId,
      payload: failure ? Buffer.from(JSON.stringify(failure.payload)) : payload,
      streamed,
      ...(failure && { functionError: 'Unhandled' as const }),
      executedVersion: lambda.version,
      report,
      log: [...this.#log.start(requestId), ...invocation.logs.map((line) => line.text), ...platformLines],
    };
  }

  #logFailedStarts(failedStarts: FailedStart[]): void {
    for (const [index, start] of failedStarts.entries()) {
      const status = start.kind === 'timedOut' ? 'timeout' : 'error';
      const errorType =
        start.kind === 'initFailed' ? start.error.type : start.kind === 'crashed' ? 'Runtime.ExitError' : '';
      this.#write(
        start.instanceId,
        this.#log.initReport({
          durationMs: start.initDurationMs,
          phase: index === 0 ? 'init' : 'invoke',
          status,
          ...(errorType && { errorType }),
        }),
      );
    }
  }

  #streamOf(instanceId: string): string {
    return `${this.#streamDate}/[${this.lambda.version}]${instanceId}`;
  }

  #write(instanceId: string, messages: string[]): void {
    const { clock, onLogEvent } = this.#surroundings;
    for (const message of messages) {
      const { logGroupName } = this.lambda;
      onLogEvent?.({ atMs: clock.now(), logGroupName, logStreamName: this.#streamOf(instanceId), message });
    }
  }
}

function answerTooLarge(sizeBytes: number): Failure {
  const errorType = 'Function.ResponseSizeTooLarge';
  const errorMessage = `Response payload size (${sizeBytes} bytes) exceeded maximum allowed payload size (${MAXIMUM_ANSWER_BYTES} bytes).`;
  return { status: 'error', errorType, payload: { errorMessage, errorType } };
}

const contentTypeOf = (detail: unknown): string | undefined =>
  typeof detail === 'object' &&
  detail !== null &&
  'contentType' in detail &&
  typeof detail.contentType === 'string'
    ? detail.contentType
    : undefined;

/** Status and headers that an HTTP answer starts with, and what follows it. */
export interface HttpPrelude {
  metadata: { statusCode?: number; headers?: Record<string, string>; cookies?: string[] };
  rest: Buffer;
}

/**
 * Splits the first piece of a streamed HTTP answer (content type
 * `application/vnd.awslambda.http-integration-response`): JSON, eight zero bytes, body.
 */
export function splitHttpPrelude(first: Buffer): HttpPrelude | undefined {
  const end = first.indexOf(Buffer.alloc(8));
  if (end === -1) return undefined;
  return { metadata: JSON.parse(first.toString('utf8', 0, end)), rest: first.subarray(end + 8) };
}
