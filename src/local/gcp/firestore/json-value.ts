import { z } from 'zod';
import type { Fields, Value } from './value.ts';

/** A value in the JSON form of the REST API: `{"stringValue": "a"}`, `{"integerValue": "1"}`. */
const jsonValue: z.ZodType<Value> = z.lazy(() =>
  z.union([
    z.strictObject({ nullValue: z.null() }).transform((): Value => ({ kind: 'null' })),
    z
      .strictObject({ booleanValue: z.boolean() })
      .transform(({ booleanValue: value }): Value => ({ kind: 'boolean', value })),
    z
      .strictObject({ integerValue: z.union([z.string().regex(/^-?\d+$/), z.number().int()]) })
      .transform(({ integerValue }): Value => ({ kind: 'integer', value: BigInt(integerValue) })),
    z
      .strictObject({ doubleValue: z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]) })
      .transform(({ doubleValue }): Value => ({ kind: 'double', value: Number(doubleValue) })),
    z
      .strictObject({ timestampValue: z.string() })
      .transform(({ timestampValue }): Value => parseTimestamp(timestampValue)),
    z
      .strictObject({ stringValue: z.string() })
      .transform(({ stringValue: value }): Value => ({ kind: 'string', value })),
    z
      .strictObject({ bytesValue: z.base64() })
      .transform(({ bytesValue }): Value => ({ kind: 'bytes', value: Buffer.from(bytesValue, 'base64') })),
    z
      .strictObject({ referenceValue: z.string() })
      .transform(({ referenceValue: value }): Value => ({ kind: 'reference', value })),
    z
      .strictObject({
        geoPointValue: z.strictObject({ latitude: z.number().default(0), longitude: z.number().default(0) }),
      })
      .transform(({ geoPointValue }): Value => ({ kind: 'geoPoint', ...geoPointValue })),
    z
      .strictObject({ arrayValue: z.strictObject({ values: z.array(jsonValue).default([]) }) })
      .transform(({ arrayValue }): Value => ({ kind: 'array', values: arrayValue.values })),
    z
      .strictObject({ mapValue: z.strictObject({ fields: z.record(z.string(), jsonValue).default({}) }) })
      .transform(
        ({ mapValue }): Value => ({ kind: 'map', fields: new Map(Object.entries(mapValue.fields)) }),
      ),
  ]),
);

/**
 * The fields of a document in the JSON form of the REST API, as `google_firestore_document` takes them.
 * @throws an Error that names the field that can not be read
 */
export function parseJsonFields(text: string): Fields {
  const parsed = z.record(z.string(), jsonValue).safeParse(JSON.parse(text));
  if (parsed.success) return new Map(Object.entries(parsed.data));
  const paths = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
  throw new Error(`Not a Firestore value ({"stringValue": "..."} and the like) at ${paths}.`);
}

function parseTimestamp(text: string): Value {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new Error(`"${text}" is not a timestamp.`);
  const fraction = /\.(\d{1,9})/.exec(text)?.[1] ?? '';
  return {
    kind: 'timestamp',
    value: { seconds: Math.floor(ms / 1000), nanos: Number(fraction.padEnd(9, '0')) },
  };
}
