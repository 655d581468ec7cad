import type { Destination } from '../destinations.ts';
import type { Lambda } from './lambda.ts';

/** Functions, for the services that call them asynchronously. */
export function functionDestination(lambda: Lambda): Destination {
  return {
    action: 'lambda:InvokeFunction',
    find(arn) {
      const { functionName, qualifier } = lambda.parseArn(arn);
      lambda.describe(functionName, qualifier);
    },
    take(arn, { body, traceHeader }) {
      const { functionName, qualifier } = lambda.parseArn(arn);
      lambda.invokeAsync(functionName, {
        payload: Buffer.from(body),
        qualifier,
        ...(traceHeader !== undefined && { traceHeader }),
      });
    },
  };
}
