import { AwsError } from '../service.ts';
import { invalid } from './errors.ts';
import { listOf, parseInput, required, string, structure } from './shape.ts';
import type { Store } from './store.ts';
import type { Table } from './table.ts';
import { tagList } from './table-definition.ts';

const resource = { ResourceArn: required(string) } as const;
const listTagsShape = structure({ ...resource, NextToken: string });
const tagShape = structure({ ...resource, Tags: required(tagList) });
const untagShape = structure({ ...resource, TagKeys: required(listOf(string)) });

const maximumTags = 50;

export function listTagsOfResource(store: Store, request: unknown): object {
  const table = taggedTable(store, parseInput(listTagsShape, request).ResourceArn);
  return { Tags: [...table.definition.tags].map(([Key, Value]) => ({ Key, Value })) };
}

export function tagResource(store: Store, request: unknown): object {
  const input = parseInput(tagShape, request);
  const table = taggedTable(store, input.ResourceArn);
  if (input.Tags.length === 0) throw invalid('Atleast one Tag needs to be provided as Input.');
  const tags = new Map(table.definition.tags);
  for (const { Key, Value } of input.Tags) tags.set(Key, Value);
  if (tags.size > maximumTags) {
    throw invalid(`One or more parameter values were invalid: Too many Tags: maximum ${maximumTags}`);
  }
  table.definition = { ...table.definition, tags };
  return {};
}

export function untagResource(store: Store, request: unknown): object {
  const input = parseInput(untagShape, request);
  const table = taggedTable(store, input.ResourceArn);
  if (input.TagKeys.length === 0) {
    throw invalid('Atleast one Tag Key needs to be provided as Input.');
  }
  const tags = new Map(table.definition.tags);
  for (const key of input.TagKeys) tags.delete(key);
  table.definition = { ...table.definition, tags };
  return {};
}

function taggedTable(store: Store, arn: string): Table {
  const table = arn.startsWith('arn:') ? store.find(arn) : undefined;
  if (table) return table;
  if (!/^arn:[^:]+:dynamodb:[^:]+:\d+:table\/.+$/.test(arn)) {
    throw invalid(`Invalid TableArn: Invalid ResourceArn provided as input ${arn}`);
  }
  throw new AwsError(
    'ResourceNotFoundException',
    `Requested resource not found: ResourcArn: ${arn} not found`,
  );
}
