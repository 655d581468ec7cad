import type { Given } from '../../property.ts';
import type { TemplateObject, TemplateValue } from '../../template-value.ts';
import type { Transform } from '../serverless.ts';

/** The function, or its alias, that events call. */
export interface EventTarget {
  logicalId: string;
  /** Its name, which permissions are given on. */
  reference: TemplateValue;
  arn: TemplateValue;
  /** Its ARN as a part of an `Fn::Sub`. */
  invocationArn: string;
  /** Lets the role have a policy that AWS keeps. */
  needsManagedPolicy(name: string): void;
}

export interface Event {
  /** Beginning of the logical ids of what is generated: function and event. */
  id: string;
  properties: Given;
  target: EventTarget;
  transform: Transform;
}

/** Lets a service call the function. @returns the logical id of the permission */
export function permit(
  { id, properties, target, transform }: Event,
  principal: string,
  source: TemplateObject,
): string {
  const permissionId = `${id}Permission`;
  transform.generate(properties, permissionId, 'AWS::Lambda::Permission', {
    Action: 'lambda:InvokeFunction',
    FunctionName: target.reference,
    Principal: principal,
    ...source,
  });
  return permissionId;
}
