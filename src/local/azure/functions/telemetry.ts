import type { LogStore } from '../../engine/log-store.ts';
import type { MetricStore } from '../../engine/metric-store.ts';
import type { TraceStore } from '../../engine/trace-store.ts';
import type { Component } from '../monitor/application-insights.ts';
import type { AzureRuntime } from '../service.ts';
import type { InvocationReport, LogRecord } from './function-app.ts';
import { type HostSettings, isLogged, type LogLevel } from './host-json.ts';
import { parseTraceParent, type TraceContext } from './trace-context.ts';

export interface TelemetryStores {
  logs: LogStore;
  metrics: MetricStore;
  traces: TraceStore;
}

/** An answered HTTP request whose function ran. */
export interface RequestReport {
  span: TraceContext;
  parent: TraceContext | undefined;
  functionName: string | undefined;
  method: string;
  path: string;
  url: string;
  status: number;
  startedAtMs: number;
  durationMs: number;
}

const severity: Record<LogLevel, number> = {
  Trace: 0,
  Debug: 0,
  Information: 1,
  Warning: 2,
  Error: 3,
  Critical: 4,
  None: 0,
};

/**
 * What an app tells of itself: the log stream, and Application Insights where a component is connected. Data that
 * goes there is metered as Log Analytics bills it, by the text of a record's columns.
 * https://learn.microsoft.com/azure/azure-monitor/logs/cost-logs#data-size-calculation
 */
export class Telemetry {
  readonly #app: { id: string; name: string };
  readonly #runtime: AzureRuntime;
  readonly #stores: TelemetryStores;
  readonly #component: Component | undefined;
  readonly #isConnected: () => boolean;

  /** @param isConnected whether the component takes what the app sends; asked for every record */
  constructor(
    app: { id: string; name: string },
    runtime: AzureRuntime,
    stores: TelemetryStores,
    component: Component | undefined,
    isConnected: () => boolean,
  ) {
    this.#app = app;
    this.#runtime = runtime;
    this.#stores = stores;
    this.#component = component;
    this.#isConnected = isConnected;
    stores.logs.createGroup(app.name);
  }

  get isConnected(): boolean {
    return this.#isConnected();
  }

  /** A record of the host or of a function. */
  log({ atMs, level, category, message, invocationId, instanceId }: LogRecord): void {
    if (!this.isConnected) return;
    const { name: group } = this.#app;
    this.#stores.logs.append({
      atMs,
      group,
      stream: instanceId ?? 'host',
      message: `[${level}] ${message}`,
    });
    this.#ingest({
      TimeGenerated: atMs,
      Message: message,
      SeverityLevel: severity[level],
      Properties: `{"Category":"${category}","LogLevel":"${level}","InvocationId":"${invocationId ?? ''}"}`,
      OperationId: invocationId ?? '',
      AppRoleInstance: instanceId ?? '',
    });
  }

  /** One run of a function. */
  invocation(report: InvocationReport, parent: TraceContext | undefined): void {
    const span = parseTraceParent(report.traceParent);
    if (!span || !this.isConnected) return;
    const { functionName, startedAtMs, durationMs, coldStart, initDurationMs, succeeded, id } = report;
    this.#stores.traces.add({
      traceId: span.traceId,
      spanId: span.spanId,
      ...(parent && { parentSpanId: parent.spanId }),
      service: this.#app.name,
      name: functionName,
      startMs: startedAtMs,
      durationMs,
      failed: !succeeded,
      attributes: {
        invocationId: id,
        coldStart,
        ...(initDurationMs !== undefined && { initDurationMs: Math.round(initDurationMs) }),
      },
    });
  }

  /** An HTTP request; one that reached no function is traced, but Application Insights knows nothing of it. */
  request(report: RequestReport, { logLevels }: HostSettings): void {
    if (!this.isConnected) return;
    const { span, parent, functionName, method, path, status, startedAtMs, durationMs } = report;
    this.#stores.traces.add({
      ...span,
      ...(parent && { parentSpanId: parent.spanId }),
      service: 'azure-functions',
      name: `${method} ${path}`,
      startMs: startedAtMs,
      durationMs,
      failed: status >= 500,
      attributes: { status },
    });
    if (functionName === undefined || !isLogged(logLevels, 'Host.Results', 'Information')) return;
    this.#requestRecord({ ...report, functionName });
    this.#requestMetrics(status, durationMs);
  }

  #requestRecord(report: RequestReport & { functionName: string }): void {
    const { span, parent, functionName, method, path, url, status, startedAtMs, durationMs } = report;
    if (!this.#component) return;
    const record = {
      itemType: 'request',
      timestamp: new Date(startedAtMs).toISOString(),
      id: span.spanId,
      operation_Id: span.traceId,
      operation_ParentId: parent?.spanId ?? span.traceId,
      name: functionName,
      url,
      resultCode: String(status),
      success: status < 400,
      duration: Math.round(durationMs * 1000) / 1000,
      cloud_RoleName: this.#app.name,
    };
    const message = JSON.stringify(record);
    this.#stores.logs.append({
      atMs: startedAtMs,
      group: `${this.#component.name}/requests`,
      stream: this.#app.name,
      message,
    });
    this.#ingest({
      TimeGenerated: startedAtMs,
      Id: span.spanId,
      OperationId: span.traceId,
      ParentId: record.operation_ParentId,
      Name: functionName,
      Url: url,
      ResultCode: status,
      Success: record.success,
      DurationMs: record.duration,
      PerformanceBucket: '<250ms',
      Properties: `{"Category":"Host.Results","HttpMethod":"${method}","HttpPath":"${path}","LogLevel":"Information"}`,
    });
  }

  /** https://learn.microsoft.com/azure/azure-monitor/reference/supported-metrics/microsoft-insights-components-metrics */
  #requestMetrics(status: number, durationMs: number): void {
    const component = this.#component;
    if (!component) return;
    const { clock } = this.#runtime;
    const dimensions = {
      component: component.name,
      'cloud/roleName': this.#app.name,
      'request/resultCode': String(status),
      'request/success': status < 400 ? 'True' : 'False',
    };
    const add = (name: string, value: number, unit: string) =>
      this.#stores.metrics.add({
        namespace: 'microsoft.insights/components',
        name,
        unit,
        dimensions,
        value,
        atMs: clock.now(),
      });
    add('requests/count', 1, 'Count');
    add('requests/duration', durationMs, 'Milliseconds');
    if (status >= 400) add('requests/failed', 1, 'Count');
  }

  #ingest(columns: Record<string, string | number | boolean>): void {
    if (!this.#component) return;
    let sizeBytes = this.#commonBytes;
    for (const value of Object.values(columns))
      sizeBytes += typeof value === 'string' ? Buffer.byteLength(value) : String(value).length;
    const resource = this.#component.workspaceId || this.#component.id;
    this.#runtime.meter.add('log-analytics', 'ingested-bytes', resource, sizeBytes);
  }

  /** Columns that every record has: role name, SDK version, address, keys of component and tenant. */
  get #commonBytes(): number {
    const guidBytes = 36;
    return this.#app.name.length + 'azurefunctions: 4.1045.0PC0.0.0.0Azure1'.length + 3 * guidBytes;
  }
}
