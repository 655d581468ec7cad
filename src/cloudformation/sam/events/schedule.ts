import { membersOf, present } from '../serverless.ts';
import type { Event } from './event.ts';

/** A schedule of EventBridge Scheduler, which calls the function in a role of its own. */
export function schedule({ id, properties, target, transform }: Event): void {
  const given = membersOf(properties, [
    'Description',
    'EndDate',
    'FlexibleTimeWindow',
    'GroupName',
    'Input',
    'KmsKeyArn',
    'Name',
    'OmitName',
    'PermissionsBoundary',
    'RetryPolicy',
    'RoleArn',
    'ScheduleExpression',
    'ScheduleExpressionTimezone',
    'StartDate',
    'State',
  ]);
  const { Input, Name, OmitName, PermissionsBoundary, RetryPolicy, RoleArn, ...same } = given;
  const roleId = `${id}Role`;
  if (RoleArn === undefined)
    transform.generate(
      properties,
      roleId,
      'AWS::IAM::Role',
      present({
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Action: ['sts:AssumeRole'],
              Effect: 'Allow',
              Principal: { Service: ['scheduler.amazonaws.com'] },
            },
          ],
        },
        PermissionsBoundary,
        Policies: [
          {
            PolicyName: `${id}LambdaPolicy`,
            PolicyDocument: {
              Statement: [{ Action: 'lambda:InvokeFunction', Effect: 'Allow', Resource: target.arn }],
            },
          },
        ],
      }),
    );
  transform.generate(
    properties,
    id,
    'AWS::Scheduler::Schedule',
    present({
      FlexibleTimeWindow: { Mode: 'OFF' },
      ...present(same),
      Name: OmitName === true ? undefined : (Name ?? id),
      Target: present({
        Arn: target.arn,
        Input,
        RetryPolicy,
        RoleArn: RoleArn ?? { 'Fn::GetAtt': [roleId, 'Arn'] },
      }),
    }),
  );
}
