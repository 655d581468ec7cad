import type { GrantSource } from '../../engine/grants.ts';
import type { MetricStore } from '../../engine/metric-store.ts';
import type { TraceStore } from '../../engine/trace-store.ts';
import type { ApiInvocation, FunctionInvoker } from '../api-gateway/http-api.ts';
import type { Destinations } from '../destinations.ts';
import type { Iam } from '../iam/iam.ts';
import type { Logs } from '../logs/logs.ts';
import { AwsError, type AwsRuntime } from '../service.ts';
import { parseTraceHeader } from '../trace-header.ts';
import { AsyncInvocations, type AsyncPolicy, defaultAsyncPolicy, errorIn } from './async-invocation.ts';
import { type LambdaAnswer, type LambdaFunction, LambdaRuntime, type LambdaSurroundings } from './runtime.ts';

/** What the configuration says of a function, beyond what running it takes. */
export interface FunctionDefinition
  extends Omit<LambdaFunction, 'credentials' | 'provisionedConcurrency' | 'version'> {
  roleArn: string;
  architecture: 'arm64' | 'x86_64';
  tracing: boolean;
  publishedVersion: string;
  description: string;
  /** ARN of the queue or topic that takes events which the function could not process. */
  deadLetterArn?: string;
  source: GrantSource;
}

interface DeployedFunction {
  definition: FunctionDefinition;
  runtime: LambdaRuntime;
  aliases: Map<string, string>;
  async: AsyncInvocations;
  /** By alias or version. */
  asyncPolicies: Map<string, AsyncPolicy>;
}

const latest = '$LATEST';

export interface LambdaServiceSurroundings {
  runtime: AwsRuntime;
  iam: Iam;
  logs: Logs;
  metrics: MetricStore;
  traces: TraceStore;
  destinations: Destinations;
  instances: Omit<LambdaSurroundings, 'onLogEvent'>;
  /** Tells the user something about a run that no log of the platform holds. */
  warn(text: string): void;
}

export interface InvokeRequest {
  payload: Uint8Array;
  qualifier: string | undefined;
  traceHeader?: string;
  /** The same in every attempt at one event. */
  requestId?: string;
}

/** The Lambda service of one account and region: functions, versions, aliases, permissions, invocations. */
export class Lambda implements FunctionInvoker {
  readonly #functions = new Map<string, DeployedFunction>();
  readonly #provisioned = new Map<string, number>();
  readonly #warned = new Set<string>();
  readonly surroundings: LambdaServiceSurroundings;

  constructor(surroundings: LambdaServiceSurroundings) {
    this.surroundings = surroundings;
  }

  get functions(): FunctionDefinition[] {
    return [...this.#functions.values()].map(({ definition }) => definition);
  }

  functionArn(name: string): string {
    const { partition, region, accountId } = this.surroundings.runtime;
    return `arn:${partition}:lambda:${region}:${accountId}:function:${name}`;
  }

  /** Deploys a function. Its processes start with the first invocation, or with `start`. */
  createFunction(definition: FunctionDefinition): void {
    const { iam, instances, logs, destinations, metrics, warn } = this.surroundings;
    const credentials = iam.issueCredentials(definition.roleArn, definition.functionName, {
      service: 'lambda.amazonaws.com',
      sourceArn: definition.functionArn,
    });
    const principal = iam.principalOf(credentials.accessKeyId);
    const mayLog = () => {
      if (!principal) return false;
      const group = logs.groupArn(definition.logGroupName);
      return ['logs:CreateLogStream', 'logs:PutLogEvents'].every((action) => {
        const { allowed } = iam.decide(principal, {
          action,
          resource: `${group}:log-stream:${definition.functionName}`,
        });
        if (!allowed)
          this.#warnOnce(`${definition.functionName} writes no log: its role may not ${action} on ${group}`);
        return allowed;
      });
    };
    let logging: boolean | undefined;
    const runtime = new LambdaRuntime(
      { ...definition, version: definition.publishedVersion, credentials, provisionedConcurrency: 0 },
      {
        ...instances,
        onLogEvent: ({ logGroupName, logStreamName, message }) => {
          logging ??= mayLog();
          if (logging) logs.put(logGroupName, logStreamName, message);
        },
      },
    );
    const asyncPolicies = new Map<string, AsyncPolicy>();
    this.#functions.set(definition.functionName, {
      definition,
      runtime,
      aliases: new Map(),
      asyncPolicies,
      async: new AsyncInvocations({
        ...definition,
        deadLetterArn: definition.deadLetterArn,
        runtime: this.surroundings.runtime,
        metrics,
        warn,
        policyOf: (qualifier) => asyncPolicies.get(qualifier ?? latest) ?? defaultAsyncPolicy,
        invoke: (request) => this.invoke(definition.functionName, request),
        send(arn, delivery) {
          if (principal) destinations.send(arn, delivery, { kind: 'principal', principal });
        },
      }),
    });
    if (definition.tracing && principal) {
      for (const action of ['xray:PutTraceSegments', 'xray:PutTelemetryRecords']) {
        const { allowed } = iam.decide(principal, { action, resource: '*' });
        if (!allowed) this.#warnOnce(`${definition.functionName} is not traced: its role may not ${action}`);
      }
    }
  }

  createAlias(functionName: string, alias: string, version: string): void {
    this.#deployed(functionName).aliases.set(alias, version);
  }

  /** Sets what holds for asynchronous invocations of one alias or version; without one, of `$LATEST`. */
  setAsyncPolicy(functionName: string, qualifier: string | undefined, policy: AsyncPolicy): void {
    this.#deployed(functionName).asyncPolicies.set(qualifier ?? latest, policy);
  }

  provision(functionName: string, count: number): void {
    this.#deployed(functionName);
    this.#provisioned.set(functionName, count);
  }

  /** Starts the provisioned instances, and one of every other function so that the first request finds it warm. */
  async start(options: { warm: boolean }): Promise<void> {
    await Promise.all(
      [...this.#functions].map(([name, { runtime }]) => {
        const count = this.#provisioned.get(name) ?? (options.warm ? 1 : 0);
        return count > 0 ? runtime.prewarm(count) : undefined;
      }),
    );
  }

  async close(): Promise<void> {
    for (const { async } of this.#functions.values()) async.close();
    await Promise.all([...this.#functions.values()].map(({ runtime }) => runtime.close()));
  }

  /** @throws AwsError ResourceNotFoundException */
  describe(functionName: string, qualifier?: string): { definition: FunctionDefinition; version: string } {
    const deployed = this.#deployed(functionName);
    return { definition: deployed.definition, version: this.#versionOf(deployed, qualifier) };
  }

  /** Runs a function and waits for its answer. @throws AwsError when there is no such function or qualifier */
  async invoke(functionName: string, request: InvokeRequest): Promise<LambdaAnswer> {
    const deployed = this.#deployed(functionName);
    this.#versionOf(deployed, request.qualifier);
    const { definition, runtime } = deployed;
    const { clock, random, course } = this.surroundings.runtime;
    const startMs = clock.now();
    const invokedFunctionArn =
      request.qualifier === undefined
        ? definition.functionArn
        : `${definition.functionArn}:${request.qualifier}`;
    const spanId = random.text(16);
    const trace = parseTraceHeader(request.traceHeader);
    const requestId = request.requestId ?? random.uuid();
    this.#tell('invoked', functionName, requestId);
    const answer = await course.activity.run(() =>
      runtime.invoke({
        payload: request.payload,
        requestId,
        invokedFunctionArn,
        ...(trace && {
          traceHeader: `Root=${trace.root};Parent=${spanId};Sampled=${definition.tracing ? 1 : 0}`,
        }),
      }),
    );
    const problem = problemOf(answer);
    if (problem !== undefined) this.#tell('failed', functionName, requestId, problem);
    this.#record(definition, answer, startMs, trace && { traceId: trace.root, spanId, parent: trace.parent });
    return answer;
  }

  /**
   * Accepts an event at once and runs it later, with the retries and destinations of the function's asynchronous
   * configuration. @throws AwsError when there is no such function, or the event is too large
   */
  invokeAsync(functionName: string, request: InvokeRequest): { requestId: string } {
    const deployed = this.#deployed(functionName);
    this.#versionOf(deployed, request.qualifier);
    return deployed.async.accept(request);
  }

  async invokeFromApi(call: Parameters<FunctionInvoker['invokeFromApi']>[0]): Promise<ApiInvocation> {
    const { functionName, qualifier } = this.parseArn(call.targetArn);
    try {
      this.surroundings.iam.authorizeService('apigateway.amazonaws.com', [
        {
          action: 'lambda:InvokeFunction',
          resource: call.targetArn,
          context: { 'aws:sourcearn': [call.sourceArn] },
        },
      ]);
    } catch (error) {
      if (error instanceof AwsError) return { kind: 'denied' };
      throw error;
    }
    const payload = Buffer.from(JSON.stringify(call.event));
    const answer = await this.invoke(functionName, { payload, qualifier, traceHeader: call.traceHeader });
    if (answer.kind === 'throttled') return { kind: 'throttled' };
    if (answer.kind === 'requestTooLarge') return { kind: 'failed', message: answer.message };
    if (answer.functionError) return { kind: 'failed', message: errorIn(answer.payload).errorMessage };
    return { kind: 'answered', result: JSON.parse(answer.payload.toString()) as unknown };
  }

  /** Splits `arn:...:function:name:alias`, `name:alias` or `name`. */
  parseArn(arnOrName: string): { functionName: string; qualifier: string | undefined } {
    const [, functionName = arnOrName, qualifier] =
      /^(?:arn:[^:]+:lambda:[^:]+:\d{12}:function:|\d{12}:function:)?([\w-]+)(?::([\w$-]+))?$/.exec(
        arnOrName,
      ) ?? [];
    return { functionName, qualifier };
  }

  #deployed(functionName: string): DeployedFunction {
    const deployed = this.#functions.get(functionName);
    if (deployed) return deployed;
    throw new AwsError(
      'ResourceNotFoundException',
      `Function not found: ${this.functionArn(functionName)}`,
      404,
      { Type: 'User' },
    );
  }

  #versionOf({ definition, aliases }: DeployedFunction, qualifier: string | undefined): string {
    const version = aliases.get(qualifier ?? '') ?? qualifier ?? '$LATEST';
    if (version === '$LATEST' || version === definition.publishedVersion) return version;
    throw new AwsError(
      'ResourceNotFoundException',
      `Function not found: ${definition.functionArn}:${qualifier}`,
      404,
      { Type: 'User' },
    );
  }

  #record(
    definition: FunctionDefinition,
    answer: LambdaAnswer,
    startMs: number,
    trace: { traceId: string; spanId: string; parent: string | undefined } | undefined,
  ): void {
    const { runtime, metrics, traces } = this.surroundings;
    const atMs = runtime.clock.now();
    const count = (name: string, value: number, unit = 'Count') =>
      metrics.add({
        namespace: 'AWS/Lambda',
        name,
        unit,
        dimensions: { FunctionName: definition.functionName },
        value,
        atMs,
      });
    if (answer.kind === 'throttled') {
      count('Throttles', 1);
      return;
    }
    if (answer.kind === 'requestTooLarge') return;
    const { report } = answer;
    count('Invocations', 1);
    count('Errors', answer.functionError ? 1 : 0);
    count('Duration', report.durationMs, 'Milliseconds');
    const { meter } = runtime;
    meter.add('lambda', 'requests', definition.functionArn, 1);
    const gbSeconds = (definition.memoryMb / 1024) * (report.billedDurationMs / 1000);
    meter.add('lambda', `gb-seconds-${definition.architecture}`, definition.functionArn, gbSeconds);
    if (trace && definition.tracing) {
      meter.add('x-ray', 'traces', definition.functionArn, 1);
      traces.add({
        traceId: trace.traceId,
        spanId: trace.spanId,
        ...(trace.parent !== undefined && { parentSpanId: trace.parent }),
        service: definition.functionName,
        name: 'Invoke',
        startMs,
        durationMs: report.durationMs + (report.initDurationMs ?? 0),
        failed: answer.functionError !== undefined,
        attributes: {
          requestId: answer.requestId,
          coldStart: report.initDurationMs !== undefined,
          ...(report.initDurationMs !== undefined && { initDurationMs: Math.round(report.initDurationMs) }),
        },
      });
    }
  }

  #tell(kind: string, functionName: string, requestId: string, detail?: string): void {
    const { clock, course } = this.surroundings.runtime;
    if (!course.timeline.isWatched) return;
    course.timeline.record({
      atMs: clock.now(),
      kind,
      place: functionName,
      subject: requestId,
      ...(detail !== undefined && { detail }),
    });
  }

  #warnOnce(text: string): void {
    if (this.#warned.has(text)) return;
    this.#warned.add(text);
    this.surroundings.warn(text);
  }
}

/** What the timeline says of an invocation that did not go well. */
function problemOf(answer: LambdaAnswer): string | undefined {
  if (answer.kind === 'throttled') return `throttled: ${answer.reason}`;
  if (answer.kind === 'requestTooLarge') return answer.message;
  if (answer.functionError === undefined) return undefined;
  const { errorType, errorMessage } = errorIn(answer.payload);
  return errorType === undefined ? errorMessage : `${errorType}: ${errorMessage}`;
}
