import type { Faults } from '../engine/faults.ts';
import { type GrpcCall, GrpcError, type GrpcMethod, type GrpcService } from './grpc-server.ts';

/**
 * The same service, whose calls by functions fail as the fault plan says: refused as one too many, or because the
 * service is down, each before it has an effect. Place: `place`. Streams in both directions are left alone.
 */
export function withFaults(service: GrpcService, faults: Faults, place: string): GrpcService {
  const failByPlan = (call: GrpcCall) => {
    if (call.principal.kind !== 'serviceAccount') return;
    // https://cloud.google.com/firestore/docs/understand-error-codes
    if (faults.strikes('dependency-down', place))
      throw new GrpcError('UNAVAILABLE', 'The service is currently unavailable.');
    if (faults.strikes('throttle', place)) throw new GrpcError('RESOURCE_EXHAUSTED', 'Quota exceeded.');
  };
  const methods = Object.entries(service.methods).map(([name, method]): [string, GrpcMethod] => {
    if (method.kind === 'duplex') return [name, method];
    const run = (request: Buffer, call: GrpcCall) => {
      failByPlan(call);
      return method.run(request, call);
    };
    return [name, { ...method, run } as GrpcMethod];
  });
  return { name: service.name, methods: Object.fromEntries(methods) };
}
