import { describe, expect, it } from 'vitest';
import { compileCondition } from './condition.ts';

const input = {
  resourceName: 'projects/_/buckets/data/objects/in/a.csv',
  resourceType: 'storage.googleapis.com/Object',
  resourceService: 'storage.googleapis.com',
  requestTimeMs: Date.parse('2026-06-01T12:00:00Z'),
};

describe('conditions', () => {
  it.each([
    ['resource.name == "projects/_/buckets/data/objects/in/a.csv"', true],
    ["resource.name != 'projects/_/buckets/data/objects/in/a.csv'", false],
    ['resource.name.startsWith("projects/_/buckets/data/objects/in/")', true],
    ['resource.name.startsWith("projects/_/buckets/other")', false],
    ['resource.name.endsWith(".csv")', true],
    ['resource.type == "storage.googleapis.com/Object"', true],
    ['resource.service == "pubsub.googleapis.com"', false],
    ['request.time < timestamp("2026-06-01T12:00:00Z")', false],
    ['request.time <= timestamp("2026-06-01T12:00:00Z")', true],
    ['request.time > timestamp("2026-06-01T11:59:59Z")', true],
    ['request.time >= timestamp("2026-06-01T14:00:01+02:00")', false],
    ['!(resource.name.endsWith(".csv"))', false],
    ['!resource.name.endsWith(".pdf") && resource.type == "storage.googleapis.com/Object"', true],
    // && binds more tightly than ||
    ['true || true && false', true],
    ['(true || true) && false', false],
    ['resource.type == "storage.googleapis.com/Bucket" || resource.name.startsWith("projects/_/")', true],
    ['resource.name == "a\\"b"', false],
  ])('%s: %s', (expression, holds) => {
    expect(compileCondition(expression).holds(input)).toBe(holds);
  });

  it.each([
    ['request.time.getHours("Europe/Berlin") < 18', 'request.time.getHours is not supported'],
    ['resource.matchTag("env", "prod")', 'resource.matchTag is not supported'],
    ['resource.name.extract("buckets/{b}/") == "x"', 'resource.name.extract is not supported'],
    ['api.getAttribute("storage.googleapis.com/objectListPrefix", "") == "a"', '"api" is not supported'],
    ['resource.name < "a"', 'string < string is not supported'],
    ['resource.name == 1', '"1" is not supported'],
    ['resource.name', 'a string is not a condition'],
    ['resource.name == "a" resource.type', '"resource" is not supported here'],
    ['timestamp("soon") < request.time', 'timestamp("soon") is not a time'],
    ['(true', '")" is missing'],
    ['', 'it ends too early'],
  ])('refuses %s', (expression, problem) => {
    expect(() => compileCondition(expression)).toThrow(problem);
  });

  it('tells whether it reads the time', () => {
    expect(compileCondition('request.time < timestamp("2030-01-01T00:00:00Z")').readsTime).toBe(true);
    expect(compileCondition('resource.name.endsWith("a")').readsTime).toBe(false);
  });

  it('does not guess a type that it does not know', () => {
    const { resourceType: _, ...untyped } = input;
    expect(() => compileCondition('resource.type == "x"').holds(untyped)).toThrow('is not known here');
  });
});
