import type { Outcome } from '../../engine/function-pool.ts';

/** The numbers of one finished invocation, as REPORT shows them. */
export interface InvocationReport {
  requestId: string;
  durationMs: number;
  /** Whole milliseconds, with the initialisation of a cold start: it is billed since 1 August 2025. */
  billedDurationMs: number;
  memorySizeMb: number;
  maxMemoryUsedMb: number;
  initDurationMs?: number;
  status: 'success' | 'error' | 'timeout';
  errorType?: string;
  /** Value of `X-Amzn-Trace-Id` when the invocation is traced. */
  traceHeader?: string;
}

/** What Lambda itself writes to a function's log around its invocations. */
export interface PlatformLog {
  start(requestId: string): string[];
  /** Between the function's own lines and END: what the platform says about a failure. */
  failure(requestId: string, text: string): string[];
  finish(report: InvocationReport): string[];
  initReport(init: {
    durationMs: number;
    phase: 'init' | 'invoke';
    status: 'error' | 'timeout';
    errorType?: string;
  }): string[];
}

/** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-view.html */
export function textLog(version: string): PlatformLog {
  return {
    start: (requestId) => [`START RequestId: ${requestId} Version: ${version}`],
    failure: (_requestId, text) => [text],
    finish: (report) => [`END RequestId: ${report.requestId}`, reportLine(report)],
    initReport: ({ durationMs, phase, status, errorType }) => [
      `INIT_REPORT Init Duration: ${durationMs.toFixed(2)} ms\tPhase: ${phase}\tStatus: ${status}` +
        (errorType ? `\tError Type: ${errorType}` : ''),
    ],
  };
}

export type SystemLogLevel = 'DEBUG' | 'INFO' | 'WARN';

const systemLevels: SystemLogLevel[] = ['DEBUG', 'INFO', 'WARN'];

/**
 * The platform's events as https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html shapes them,
 * those of the level `keep` and above: start and successful reports are INFO, failures WARN
 * (https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html).
 */
export function jsonLog(
  functionArn: string,
  version: string,
  now: () => number,
  keep: SystemLogLevel = 'INFO',
): PlatformLog {
  const event = (level: SystemLogLevel, type: string, record: () => object) =>
    systemLevels.indexOf(level) < systemLevels.indexOf(keep)
      ? []
      : [JSON.stringify({ time: new Date(now()).toISOString(), type: `platform.${type}`, record: record() })];
  return {
    start: (requestId) => event('INFO', 'start', () => ({ requestId, functionArn, version })),
    failure: () => [],
    finish: (report) =>
      event(report.status === 'success' ? 'INFO' : 'WARN', 'report', () => ({
        requestId: report.requestId,
        metrics: {
          durationMs: rounded(report.durationMs),
          billedDurationMs: report.billedDurationMs,
          memorySizeMB: report.memorySizeMb,
          maxMemoryUsedMB: report.maxMemoryUsedMb,
          ...(report.initDurationMs !== undefined && { initDurationMs: rounded(report.initDurationMs) }),
        },
        ...(report.traceHeader && { tracing: { type: 'X-Amzn-Trace-Id', value: report.traceHeader } }),
        ...(report.errorType && { errorType: report.errorType }),
        status: report.status,
      })),
    initReport: ({ durationMs, phase, status, errorType }) =>
      event('WARN', 'initReport', () => ({
        initializationType: 'on-demand',
        phase,
        status,
        ...(errorType && { errorType }),
        metrics: { durationMs: rounded(durationMs) },
      })),
  };
}

const rounded = (durationMs: number) => Math.round(durationMs * 1000) / 1000;

function reportLine(report: InvocationReport): string {
  const fields = [
    `REPORT RequestId: ${report.requestId}`,
    `Duration: ${report.durationMs.toFixed(2)} ms`,
    `Billed Duration: ${report.billedDurationMs} ms`,
    `Memory Size: ${report.memorySizeMb} MB`,
    `Max Memory Used: ${report.maxMemoryUsedMb} MB`,
  ];
  if (report.initDurationMs !== undefined)
    fields.push(`Init Duration: ${report.initDurationMs.toFixed(2)} ms`);
  if (report.status !== 'success') fields.push(`Status: ${report.status}`);
  if (report.errorType) fields.push(`Error Type: ${report.errorType}`);
  return `${fields.join('\t')}\t${traceLine(report.traceHeader)}`;
}

function traceLine(traceHeader: string | undefined): string {
  const fields = new Map(traceHeader?.split(';').map((field) => [field.split('=')[0], field.split('=')[1]]));
  if (!fields.get('Root') || fields.get('Sampled') !== '1') return '';
  return `\nXRAY TraceId: ${fields.get('Root')}\tSegmentId: ${fields.get('Parent') ?? ''}\tSampled: true\t`;
}

/** How Lambda answers an invocation that went wrong, and how it logs it. */
export interface Failure {
  status: 'error' | 'timeout';
  errorType: string;
  /** Body of the answer. */
  payload: object;
  /** Line of the text log; absent where the runtime has logged the error itself. */
  logText?: string;
}

/** Nothing for a success. https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html */
export function failureOf(outcome: Outcome, requestId: string, nowMs: number): Failure | undefined {
  switch (outcome.kind) {
    case 'succeeded':
    case 'throttled':
      return undefined;
    case 'failed':
    case 'initFailed': {
      const { type: errorType, message: errorMessage, stack: trace } = outcome.error;
      return { status: 'error', errorType, payload: { errorType, errorMessage, trace } };
    }
    case 'timedOut': {
      const text = `Task timed out after ${(outcome.afterMs / 1000).toFixed(2)} seconds`;
      return {
        status: 'timeout',
        errorType: 'Sandbox.Timedout',
        payload: { errorType: 'Sandbox.Timedout', errorMessage: `RequestId: ${requestId} Error: ${text}` },
        logText: `${new Date(nowMs).toISOString()} ${requestId} ${text}`,
      };
    }
    case 'crashed': {
      const killed = outcome.cause === 'out-of-memory' && outcome.signal === 'SIGKILL';
      const errorType = killed ? 'Runtime.OutOfMemory' : 'Runtime.ExitError';
      const errorMessage = `RequestId: ${requestId} Error: Runtime exited ${exitText(outcome.exitCode, outcome.signal)}`;
      return {
        status: 'error',
        errorType,
        payload: { errorType, errorMessage },
        logText: `${errorMessage}\n${errorType}`,
      };
    }
  }
}

const SIGNAL_WORDS: Partial<Record<NodeJS.Signals, string>> = {
  SIGKILL: 'killed',
  SIGABRT: 'aborted',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
  SIGTRAP: 'trace/breakpoint trap',
};

function exitText(exitCode: number | null, signal: NodeJS.Signals | null): string {
  if (signal) return `with error: signal: ${SIGNAL_WORDS[signal] ?? signal.slice(3).toLowerCase()}`;
  return exitCode ? `with error: exit status ${exitCode}` : 'without providing a reason';
}
