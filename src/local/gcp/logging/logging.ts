import type { LogStore } from '../../engine/log-store.ts';
import type { LogEntry } from '../functions/log-entry.ts';
import type { GcpRuntime } from '../service.ts';

/** What the front end of Cloud Run tells of one request, in the words of Cloud Logging. */
export interface HttpRequestEntry {
  requestMethod: string;
  requestUrl: string;
  /** Bytes, in decimal, as the API gives 64-bit numbers. */
  requestSize: string;
  status: number;
  responseSize?: string;
  userAgent?: string;
  remoteIp: string;
  /** `0.012s` */
  latency: string;
  protocol: string;
}

export type WrittenEntry =
  | LogEntry
  | {
      atMs: number;
      log: 'requests';
      severity: string;
      payload: { kind: 'request'; request: HttpRequestEntry };
      labels?: Record<string, string>;
      trace?: string;
      spanId?: string;
    };

/** Cloud Logging: keeps what services write as the entries that its API would return. */
export interface CloudLogging {
  /** @param service name of the Cloud Run service that the entry is about */
  write(service: string, entry: WrittenEntry): void;
}

/** https://docs.cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry */
export function createCloudLogging(runtime: GcpRuntime, store: LogStore): CloudLogging {
  const project = `projects/${runtime.projectId}`;
  return {
    write(service, { atMs, log, severity, payload, labels, trace, spanId }) {
      const message = JSON.stringify({
        severity,
        logName: `${project}/logs/run.googleapis.com%2F${encodeURIComponent(log)}`,
        ...payloadOf(payload),
        ...(labels && { labels }),
        // The agent takes a bare trace id for one of the function's own project.
        ...(trace !== undefined && {
          trace: trace.startsWith('projects/') ? trace : `${project}/traces/${trace}`,
        }),
        ...(spanId !== undefined && { spanId }),
      });
      store.append({ atMs, group: service, stream: labels?.instanceId ?? log, message });
      runtime.meter.add('logging', 'ingested-bytes', project, Buffer.byteLength(message));
    },
  };
}

function payloadOf(payload: WrittenEntry['payload']): Record<string, unknown> {
  switch (payload.kind) {
    case 'text':
      return { textPayload: payload.text };
    case 'json':
      return { jsonPayload: payload.fields };
    case 'request':
      return { httpRequest: payload.request };
  }
}
