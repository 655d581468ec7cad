/** `google.firestore.v1.Value` on the wire, read into the service's own form without a step between. */
import {
  double,
  type MessageCodec,
  message,
  messageCodec,
  repeated,
  stringMap,
  type WireCodec,
  withDefault,
} from '../protobuf/protobuf.ts';
import type { WireReader, WireWriter } from '../protobuf/wire-format.ts';
import { type Fields, nullValue, type Timestamp, type Value } from './value.ts';

export const timestamp: MessageCodec<Timestamp> = messageCodec(
  (reader) => {
    const result = { seconds: 0, nanos: 0 };
    while (reader.position < reader.end) {
      const tag = reader.varint();
      if (tag === 8) result.seconds = Number(reader.int64());
      else if (tag === 16) result.nanos = reader.varint();
      else reader.skip(tag & 7);
    }
    return result;
  },
  (writer, { seconds, nanos }) => {
    if (nanos !== 0) {
      writer.varint(nanos);
      writer.varint(16);
    }
    if (seconds !== 0) {
      writer.varint(seconds);
      writer.varint(8);
    }
  },
);

const latLng = message({ latitude: withDefault(1, double, 0), longitude: withDefault(2, double, 0) });
function readValue(reader: WireReader): Value {
  let value = nullValue;
  while (reader.position < reader.end) {
    const tag = reader.varint();
    const id = tag >>> 3;
    if (id === 17) value = { kind: 'string', value: reader.string() };
    else if (id === 2) value = { kind: 'integer', value: reader.int64() };
    else if (id === 1) value = { kind: 'boolean', value: reader.varint() !== 0 };
    else if (id === 3) value = { kind: 'double', value: reader.double() };
    else if (id === 6) value = { kind: 'map', fields: mapValue.read(reader).fields };
    else if (id === 9) value = { kind: 'array', values: arrayValue.read(reader).values };
    else if (id === 10) value = { kind: 'timestamp', value: timestamp.read(reader) };
    else if (id === 5) value = { kind: 'reference', value: reader.string() };
    else if (id === 18) value = { kind: 'bytes', value: Buffer.from(reader.bytes()) };
    else if (id === 8) value = { kind: 'geoPoint', ...latLng.read(reader) };
    else if (id === 11) reader.varint();
    else if (id >= 19 && id <= 22) {
      throw new RangeError('Pipeline expressions are not supported as values.');
    } else reader.skip(tag & 7);
  }
  return value;
}

/** Writes what the value holds and returns the tag that goes in front of it. */
function writeContent(writer: WireWriter, value: Value): number {
  switch (value.kind) {
    case 'null':
      writer.varint(0);
      return 11 * 8;
    case 'boolean':
      writer.varint(value.value ? 1 : 0);
      return 1 * 8;
    case 'integer':
      writer.int64(value.value);
      return 2 * 8;
    case 'double':
      writer.double(value.value);
      return 3 * 8 + 1;
    case 'timestamp':
      timestamp.write(writer, value.value);
      return 10 * 8 + 2;
    case 'string':
      writer.string(value.value);
      return 17 * 8 + 2;
    case 'bytes':
      writer.bytes(value.value);
      return 18 * 8 + 2;
    case 'reference':
      writer.string(value.value);
      return 5 * 8 + 2;
    case 'geoPoint':
      latLng.write(writer, value);
      return 8 * 8 + 2;
    case 'array':
      arrayValue.write(writer, value);
      return 9 * 8 + 2;
    case 'map':
      mapValue.write(writer, value);
      return 6 * 8 + 2;
  }
}

export const value: MessageCodec<Value> = messageCodec(readValue, (writer, content) =>
  writer.varint(writeContent(writer, content)),
);
export const arrayValue = message({ values: repeated(1, value) });
const mapValue: WireCodec<{ fields: Fields }> = message({ fields: stringMap(1, value) });
