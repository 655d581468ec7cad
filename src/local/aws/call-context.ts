import type { WireRequest } from '../engine/wire.ts';
import type { AwsCall } from './service.ts';

/** What an operation may want to know of the request beside its input and its caller. */
export function callContext({ host, headers }: WireRequest): Pick<AwsCall, 'localEndpoint' | 'traceHeader'> {
  const authority = headers.host ?? headers[':authority'];
  const trace = headers['x-amzn-trace-id'];
  return {
    ...(!host.endsWith('.amazonaws.com') &&
      typeof authority === 'string' && { localEndpoint: `http://${authority}` }),
    ...(typeof trace === 'string' && { traceHeader: trace }),
  };
}
