import * as z from 'zod';
import { ConfigurationError, readResource } from '../../engine/read-resource.ts';
import type { ResourceTypes } from '../../resource-type.ts';
import type { Iam } from '../iam/iam.ts';
import type { Lambda } from '../lambda/lambda.ts';
import { AwsError, type AwsRuntime, type AwsScope } from '../service.ts';

export interface SchedulerSurroundings {
  runtime: AwsRuntime;
  iam: Iam;
  lambda: Lambda;
  warn(text: string): void;
}

export interface Schedule {
  name: string;
  /** ARN of the schedule's group, for which the service takes the role. */
  groupArn: string;
  everyMs: number;
  targetArn: string;
  roleArn: string;
  input: string;
}

const unitMs: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** EventBridge Scheduler with `rate` schedules and Lambda targets. */
export class Scheduler {
  readonly #surroundings: SchedulerSurroundings;
  #closed = false;

  constructor(surroundings: SchedulerSurroundings) {
    this.#surroundings = surroundings;
  }

  /** Calls the target every `everyMs`, as the role of the schedule. @throws AwsError when the role does not trust the service */
  add(schedule: Schedule): void {
    const { runtime, iam } = this.#surroundings;
    const credentials = iam.issueCredentials(schedule.roleArn, schedule.name, {
      service: 'scheduler.amazonaws.com',
      sourceArn: schedule.groupArn,
    });
    const fire = () => {
      if (this.#closed) return;
      runtime.clock.after(schedule.everyMs, fire);
      this.#call(schedule, credentials.accessKeyId);
    };
    runtime.clock.after(schedule.everyMs, fire);
  }

  close(): void {
    this.#closed = true;
  }

  #call(schedule: Schedule, accessKeyId: string): void {
    const { runtime, iam, lambda, warn } = this.#surroundings;
    const principal = iam.principalOf(accessKeyId);
    try {
      if (principal)
        iam.authorize(principal, [{ action: 'lambda:InvokeFunction', resource: schedule.targetArn }]);
      const { functionName, qualifier } = lambda.parseArn(schedule.targetArn);
      lambda.invokeAsync(functionName, { payload: Buffer.from(schedule.input), qualifier });
      runtime.meter.add('scheduler', 'invocations', schedule.name, 1);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      warn(`schedule ${schedule.name} did not call its target: ${error.message}`);
    }
  }
}

const Arguments = z.object({
  name: z.string(),
  arn: z.string(),
  schedule_expression: z.string(),
  state: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  target: z.array(z.object({ arn: z.string(), role_arn: z.string(), input: z.string().nullish() })).length(1),
});

export const schedulerResourceTypes: ResourceTypes<AwsScope, Scheduler> = {
  aws_scheduler_schedule: {
    attributes(values, { partition, region, accountId }) {
      const id = `default/${String(values.name)}`;
      return {
        id,
        arn: `arn:${partition}:scheduler:${region}:${accountId}:schedule/${id}`,
        group_name: 'default',
        state: 'ENABLED',
        schedule_expression_timezone: 'UTC',
      };
    },
    realise(resource, scheduler) {
      const schedule = readResource(Arguments, resource);
      const [target] = schedule.target;
      const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(schedule.schedule_expression) ?? [];
      const everyMs = Number(count) * (unitMs[unit ?? ''] ?? 0);
      if (!everyMs) {
        throw new ConfigurationError(
          resource,
          `schedule_expression ${schedule.schedule_expression}: only rate(N minutes|hours|days) runs locally`,
        );
      }
      if (!target || schedule.state === 'DISABLED') return;
      scheduler.add({
        name: schedule.name,
        // https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
        groupArn: schedule.arn.replace(/:schedule\/([^/]+)\/.*$/, ':schedule-group/$1'),
        everyMs,
        targetArn: target.arn,
        roleArn: target.role_arn,
        input: target.input ?? '{}',
      });
    },
  },
};
