import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Origins } from './origins.ts';

let directory: string;
let origins: Origins;

beforeAll(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'origins-'));
  mkdirSync(path.join(directory, 'queue'));
  writeFileSync(
    path.join(directory, 'main.tf'),
    `
locals {
  seconds  = coalesce(var.seconds, 30)
  settings = { size = var.size, colour = var.colour }
}
module "queue" {
  source   = "./queue"
  seconds  = local.seconds
  settings = var.big ? { size = 10, colour = "red" } : local.settings
  names    = var.names
  alarms   = { topic = var.topic, count = var.alarm_count }
}
resource "x_fixed" "this" {
  value = 5
}
`,
  );
  writeFileSync(
    path.join(directory, 'queue', 'main.tf'),
    `
resource "x_queue" "this" {
  for_each = var.names
  name     = each.value
  seconds  = var.seconds * 1000
  size     = var.settings.size
  tags     = merge({ a = var.seconds }, { topic = var.alarms.topic })

  dynamic "limit" {
    for_each = var.settings.colour == null ? [] : [var.settings.colour]
    content {
      colour = limit.value
    }
  }
  block {
    inner = var.alarms.count
  }
}
resource "x_extra" "this" {
  count = var.seconds > 60 ? 1 : 0
  value = "fixed"
}
`,
  );
  origins = new Origins(directory);
});
afterAll(() => rmSync(directory, { recursive: true }));

const inQueue = (path: string) =>
  origins.variablesOf({ modulePath: ['queue'], type: 'x_queue', name: 'this', path });

test('through module calls and locals', () => expect(inQueue('seconds')).toEqual(['seconds']));
test('of an object only the part that is used, in each branch', () =>
  expect(inQueue('size')).toEqual(['big', 'size']));
test('of what an iteration is over', () => expect(inQueue('name')).toEqual(['names']));
test('of a member of a merged object', () => expect(inQueue('tags.topic')).toEqual(['topic']));
test('in blocks, written out and dynamic', () => {
  expect(inQueue('block.inner')).toEqual(['alarm_count']);
  expect(inQueue('limit.colour')).toEqual(['big', 'colour']);
});
test('of a resource that may not exist also what decides about it', () => {
  expect(origins.variablesOf({ modulePath: ['queue'], type: 'x_extra', path: 'value' })).toEqual(['seconds']);
});
test('instance keys of modules do not matter', () => {
  const place = { modulePath: ['queue["a"]'], type: 'x_queue', name: 'this', path: 'seconds' };
  expect(origins.variablesOf(place)).toEqual(['seconds']);
});
test('a constant comes from no variable', () => {
  expect(origins.variablesOf({ modulePath: [], type: 'x_fixed', name: 'this', path: 'value' })).toEqual([]);
});
