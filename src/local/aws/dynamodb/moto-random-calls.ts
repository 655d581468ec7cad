/** Generated calls for the differential test. */
import { type Random, seededRandom } from '../../engine/random.ts';
import type { Call, Case } from './moto-cases.ts';

const TableName = 'things';
const S = (text: string) => ({ S: text });
const N = (text: string) => ({ N: text });

/** A random walk of writes and reads over few keys, so that they meet. */
export function generated(seed: number, count: number): Case {
  const random = seededRandom(seed);
  return {
    name: `generated from seed ${seed}`,
    calls: Array.from({ length: count }, () => randomCall(random)),
  };
}

const pick = <T>(random: Random, choices: readonly [T, ...T[]]): T =>
  choices[random.below(choices.length)] ?? choices[0];

function randomCall(random: Random): Call {
  const Key = { p: S(pick(random, ['a', 'b'])), s: N(String(random.below(4))) };
  const value = randomValue(random, 0);
  // moto takes an absent attribute for equal to NULL.
  const compared = 'NULL' in value ? S('null') : value;
  const attribute = pick(random, ['v', 'w', 'x']);
  switch (random.below(7)) {
    case 0:
    case 1:
      return {
        operation: 'PutItem',
        input: { TableName, Item: { ...Key, [attribute]: value }, ReturnValues: 'ALL_OLD' },
      };
    case 2:
      return {
        operation: 'UpdateItem',
        input: {
          TableName,
          Key,
          UpdateExpression: pick(random, [
            'SET #a = :v',
            'SET #a = if_not_exists(#a, :v)',
            'SET #a = :v REMOVE gone',
          ]),
          ExpressionAttributeNames: { '#a': attribute },
          ExpressionAttributeValues: { ':v': value },
          ReturnValues: 'ALL_NEW',
        },
      };
    case 3:
      return {
        operation: 'UpdateItem',
        input: {
          TableName,
          Key,
          UpdateExpression: 'ADD hits :v',
          ExpressionAttributeValues: { ':v': N(String(random.below(1000) / 8 - 60)) },
          ReturnValues: 'UPDATED_NEW',
        },
      };
    case 4:
      return {
        operation: 'DeleteItem',
        input: {
          TableName,
          Key,
          ConditionExpression: pick(random, [
            'attribute_exists(#a) AND #a <> :v',
            '#a = :v OR attribute_not_exists(p)',
            'attribute_exists(p) AND NOT #a = :v',
          ]),
          ExpressionAttributeNames: { '#a': attribute },
          ExpressionAttributeValues: { ':v': compared },
          ReturnValues: 'ALL_OLD',
        },
      };
    case 5:
      return {
        operation: 'Query',
        input: {
          TableName,
          KeyConditionExpression: 'p = :p AND s >= :s',
          ExpressionAttributeValues: { ':p': Key.p, ':s': Key.s },
          ScanIndexForward: random.next() < 0.5,
        },
      };
    default:
      return {
        operation: 'Scan',
        input: {
          TableName,
          FilterExpression: 'attribute_exists(#a)',
          ExpressionAttributeNames: { '#a': attribute },
        },
      };
  }
}

function randomValue(random: Random, depth: number): object {
  const kind = random.below(depth > 2 ? 4 : 8);
  switch (kind) {
    case 0:
      return S(random.text(random.below(6), 'aäß€z') + pick(random, ['', '😀']));
    case 1:
      return N(`${random.below(2) ? '-' : ''}${random.below(10_000)}.${random.below(1000)}`);
    case 2:
      return { BOOL: random.next() < 0.5 };
    case 3:
      return { NULL: true };
    case 4:
      return { SS: [...new Set(Array.from({ length: 1 + random.below(3) }, () => random.text(2)))].sort() };
    case 5:
      return { B: Buffer.from(random.text(4)) };
    case 6:
      return { L: Array.from({ length: random.below(3) }, () => randomValue(random, depth + 1)) };
    default:
      return { M: { a: randomValue(random, depth + 1), b: randomValue(random, depth + 1) } };
  }
}
