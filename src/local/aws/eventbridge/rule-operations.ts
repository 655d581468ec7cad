// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Operations.html
import { z } from 'zod';
import type { BusStore } from './bus-store.ts';
import { invalid, unsupported } from './errors.ts';
import { eventPattern, type Rule } from './rule.ts';
import type { TargetOptions } from './target.ts';

const text = z.string().nullish();

export const OfBus = z.object({ EventBusName: text, NamePrefix: text, Name: text });
export const OfRule = z.object({ Name: z.string(), EventBusName: text });
export const PutRule = OfRule.extend({
  EventPattern: text,
  ScheduleExpression: text,
  Description: text,
  RoleArn: text,
  State: z.enum(['ENABLED', 'DISABLED']).nullish(),
  Tags: z.array(z.unknown()).nullish(),
});
export const OfTargets = z.object({ Rule: z.string(), EventBusName: text });
const Target = z.strictObject({
  Id: z.string(),
  Arn: z.string(),
  RoleArn: text,
  Input: text,
  InputPath: text,
  InputTransformer: z
    .object({ InputPathsMap: z.record(z.string(), z.string()).nullish(), InputTemplate: z.string() })
    .nullish(),
  SqsParameters: z.object({ MessageGroupId: text }).nullish(),
  RetryPolicy: z
    .object({
      MaximumRetryAttempts: z.number().int().min(0).max(185).nullish(),
      MaximumEventAgeInSeconds: z.number().int().min(60).max(86_400).nullish(),
    })
    .nullish(),
  DeadLetterConfig: z.object({ Arn: text }).nullish(),
});
export const PutTargets = OfTargets.extend({ Targets: z.array(Target).min(1).max(100) });
export const RemoveTargets = OfTargets.extend({ Ids: z.array(z.string()).min(1) });
export const TestEventPattern = z.object({ EventPattern: z.string(), Event: z.string() });

/** @throws AwsError ValidationException */
export function parse<Schema extends z.ZodType>(schema: Schema, request: unknown): z.output<Schema> {
  const result = schema.safeParse(request);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw invalid(`${issue?.path.join('.')}: ${issue?.message}`);
}

export function putRule(store: BusStore, request: unknown): object {
  const given = parse(PutRule, request);
  if (given.Tags && given.Tags.length > 0) throw unsupported('tags of rules (Tags)');
  const rule = store.putRule({
    name: given.Name,
    busName: given.EventBusName ?? 'default',
    isEnabled: given.State !== 'DISABLED',
    ...(given.EventPattern && { pattern: given.EventPattern }),
    ...(given.ScheduleExpression && { schedule: given.ScheduleExpression }),
    ...(given.Description && { description: given.Description }),
  });
  return { RuleArn: rule.arn };
}

export function describeRule(store: BusStore, request: unknown): object {
  const { Name, EventBusName } = parse(OfRule, request);
  return description(store, store.rule(EventBusName ?? undefined, Name));
}

export function listRules(store: BusStore, request: unknown): object {
  const { EventBusName, NamePrefix } = parse(OfBus, request);
  const rules = [...store.bus(EventBusName ?? undefined).rules.values()];
  return {
    Rules: rules
      .filter(({ name }) => name.startsWith(NamePrefix ?? ''))
      .map((rule) => description(store, rule)),
  };
}

function description(store: BusStore, { options, isEnabled }: Rule): object {
  return {
    Name: options.name,
    Arn: options.arn,
    EventBusName: options.busName,
    State: isEnabled ? 'ENABLED' : 'DISABLED',
    CreatedBy: store.runtime.accountId,
    ...(options.pattern !== undefined && { EventPattern: options.pattern }),
    ...(options.schedule !== undefined && { ScheduleExpression: options.schedule }),
    ...(options.description !== undefined && { Description: options.description }),
  };
}

export const setRuleState = (isEnabled: boolean) => (store: BusStore, request: unknown) => {
  const { Name, EventBusName } = parse(OfRule, request);
  store.rule(EventBusName ?? undefined, Name).isEnabled = isEnabled;
};

export function deleteRule(store: BusStore, request: unknown): undefined {
  const { Name, EventBusName } = parse(OfRule, request);
  const { rules } = store.bus(EventBusName ?? undefined);
  const rule = rules.get(Name);
  if (!rule) return;
  if (rule.targets.size > 0) throw invalid("Rule can't be deleted since it has targets.");
  rule.close();
  rules.delete(Name);
}

export function putTargets(store: BusStore, request: unknown): object {
  const { Rule, EventBusName, Targets } = parse(PutTargets, request);
  const rule = store.rule(EventBusName ?? undefined, Rule);
  for (const target of Targets) rule.putTarget(optionsOf(target));
  return { FailedEntryCount: 0, FailedEntries: [] };
}

function optionsOf(given: z.output<typeof Target>): TargetOptions {
  const { RetryPolicy: retry, InputTransformer: transformer } = given;
  return {
    id: given.Id,
    arn: given.Arn,
    ...(given.RoleArn && { roleArn: given.RoleArn }),
    ...(given.Input && { input: given.Input }),
    ...(given.InputPath && { inputPath: given.InputPath }),
    ...(transformer && {
      transformer: { paths: transformer.InputPathsMap ?? {}, template: transformer.InputTemplate },
    }),
    ...(given.SqsParameters?.MessageGroupId && { messageGroupId: given.SqsParameters.MessageGroupId }),
    ...(typeof retry?.MaximumRetryAttempts === 'number' && { maximumRetries: retry.MaximumRetryAttempts }),
    ...(retry?.MaximumEventAgeInSeconds && { maximumAgeMs: retry.MaximumEventAgeInSeconds * 1000 }),
    ...(given.DeadLetterConfig?.Arn && { deadLetterArn: given.DeadLetterConfig.Arn }),
  };
}

export function removeTargets(store: BusStore, request: unknown): object {
  const { Rule, EventBusName, Ids } = parse(RemoveTargets, request);
  const rule = store.rule(EventBusName ?? undefined, Rule);
  for (const id of Ids) rule.removeTarget(id);
  return { FailedEntryCount: 0, FailedEntries: [] };
}

export function listTargetsByRule(store: BusStore, request: unknown): object {
  const { Rule, EventBusName } = parse(OfTargets, request);
  const rule = store.rule(EventBusName ?? undefined, Rule);
  const Targets = [...rule.targets.values()].map(({ options }) => ({
    Id: options.id,
    Arn: options.arn,
    ...(options.roleArn !== undefined && { RoleArn: options.roleArn }),
    ...(options.input !== undefined && { Input: options.input }),
    ...(options.inputPath !== undefined && { InputPath: options.inputPath }),
    ...(options.transformer && {
      InputTransformer: {
        InputPathsMap: options.transformer.paths,
        InputTemplate: options.transformer.template,
      },
    }),
    ...(options.messageGroupId !== undefined && {
      SqsParameters: { MessageGroupId: options.messageGroupId },
    }),
    ...((options.maximumRetries !== undefined || options.maximumAgeMs !== undefined) && {
      RetryPolicy: {
        ...(options.maximumRetries !== undefined && { MaximumRetryAttempts: options.maximumRetries }),
        ...(options.maximumAgeMs !== undefined && { MaximumEventAgeInSeconds: options.maximumAgeMs / 1000 }),
      },
    }),
    ...(options.deadLetterArn !== undefined && { DeadLetterConfig: { Arn: options.deadLetterArn } }),
  }));
  return { Targets };
}

export function testEventPattern(_: BusStore, request: unknown): object {
  const { EventPattern, Event } = parse(TestEventPattern, request);
  const pattern = eventPattern(EventPattern);
  try {
    return { Result: pattern.matches(JSON.parse(Event)) };
  } catch {
    throw invalid('Parameter Event is not valid.');
  }
}

export function describeEventBus(store: BusStore, request: unknown): object {
  const { name, arn } = store.bus(parse(OfBus, request).Name ?? undefined);
  return { Name: name, Arn: arn };
}

export function listEventBuses(store: BusStore, request: unknown): object {
  const { NamePrefix } = parse(OfBus, request);
  const buses = [...store.buses.values()].filter(({ name }) => name.startsWith(NamePrefix ?? ''));
  return { EventBuses: buses.map(({ name, arn }) => ({ Name: name, Arn: arn })) };
}
