/**
 * The protocol buffer wire format, from schemas written as TypeScript values.
 *
 * The field tables give the message types by inference and are ready when the module is loaded: there is no
 * descriptor to parse at start-up and no object to convert between the wire and the service.
 * Format: https://protobuf.dev/programming-guides/encoding/
 */

import { WireReader, WireWriter } from './wire-format.ts';

type WireType = 0 | 1 | 2;

/** How one type of value is read and written. `Input` is what may be written, `Output` what reading gives. */
export interface WireCodec<Output, Input = Output> {
  readonly wireType: WireType;
  read(reader: WireReader): Output;
  write(writer: WireWriter, value: Input): void;
}

/** A message type: usable as a field and as the whole of a request or response. */
export interface MessageCodec<Output, Input = Output> extends WireCodec<Output, Input> {
  decode(bytes: Buffer): Output;
  encode(message: Input): Buffer;
}

export const string: WireCodec<string> = {
  wireType: 2,
  read: (reader) => reader.string(),
  write: (writer, value) => writer.string(value),
};

export const bytes: WireCodec<Buffer, Uint8Array> = {
  wireType: 2,
  read: (reader) => reader.bytes(),
  write: (writer, value) => writer.bytes(value),
};

export const bool: WireCodec<boolean> = {
  wireType: 0,
  read: (reader) => reader.varint() !== 0,
  write: (writer, value) => writer.varint(value ? 1 : 0),
};

/** Also for enumerations. */
export const int32: WireCodec<number> = {
  wireType: 0,
  read: (reader) => reader.varint() | 0,
  write: (writer, value) => writer.varint(value),
};

export const int64: WireCodec<bigint> = {
  wireType: 0,
  read: (reader) => reader.int64(),
  write: (writer, value) => writer.int64(value),
};

export const double: WireCodec<number> = {
  wireType: 1,
  read: (reader) => reader.double(),
  write: (writer, value) => writer.double(value),
};

interface Field<Output, Input> {
  readonly id: number;
  readonly wireType: WireType;
  /** What a message without the field has. */
  initial(): Output;
  /** The value after one more occurrence on the wire. */
  read(reader: WireReader, current: Output): Output;
  /** Reads a packed run of a repeated number. */
  readPacked?(reader: WireReader, current: Output): void;
  write(writer: WireWriter, value: Input): void;
}

/** A field with a default: a number, string, flag or bytes that is absent when it is zero or empty. */
export function withDefault<Output, Input>(
  id: number,
  codec: WireCodec<Output, Input>,
  initial: Output & Input,
): Field<Output, Input> {
  const tag = id * 8 + codec.wireType;
  return {
    id,
    wireType: codec.wireType,
    initial: () => initial,
    read: (reader) => codec.read(reader),
    write: (writer, value) => {
      if (value === initial) return;
      codec.write(writer, value);
      writer.varint(tag);
    },
  };
}

/** A field whose presence counts: a message, or a member of a oneof. */
export function optional<Output, Input>(
  id: number,
  codec: WireCodec<Output, Input>,
): Field<Output | undefined, Input | undefined> {
  const tag = id * 8 + codec.wireType;
  return {
    id,
    wireType: codec.wireType,
    initial: () => undefined,
    read: (reader) => codec.read(reader),
    write: (writer, value) => {
      if (value === undefined) return;
      codec.write(writer, value);
      writer.varint(tag);
    },
  };
}

export function repeated<Output, Input>(
  id: number,
  codec: WireCodec<Output, Input>,
): Field<Output[], readonly Input[]> {
  const tag = id * 8 + codec.wireType;
  return {
    id,
    wireType: codec.wireType,
    initial: () => [],
    read: (reader, current) => {
      current.push(codec.read(reader));
      return current;
    },
    readPacked: (reader, current) => {
      const end = reader.length() + reader.position;
      while (reader.position < end) current.push(codec.read(reader));
    },
    write: (writer, values) => {
      for (let index = values.length - 1; index >= 0; index--) {
        const value = values[index];
        if (value === undefined) continue;
        codec.write(writer, value);
        writer.varint(tag);
      }
    },
  };
}

/** `map<string, Value>` */
export function stringMap<Output, Input>(
  id: number,
  codec: WireCodec<Output, Input>,
): Field<Map<string, Output>, ReadonlyMap<string, Input>> {
  const tag = id * 8 + 2;
  const valueTag = 2 * 8 + codec.wireType;
  return {
    id,
    wireType: 2,
    initial: () => new Map(),
    read: (reader, current) => {
      const end = reader.length() + reader.position;
      let key = '';
      let value: Output | undefined;
      while (reader.position < end) {
        const entryTag = reader.varint();
        if (entryTag === 10) key = reader.string();
        else if (entryTag === valueTag) value = codec.read(reader);
        else reader.skip(entryTag & 7);
      }
      if (value === undefined) throw new RangeError(`The map entry "${key}" has no value.`);
      current.set(key, value);
      return current;
    },
    write: (writer, entries) => {
      for (const [key, value] of entries) {
        const before = writer.written;
        codec.write(writer, value);
        writer.varint(valueTag);
        writer.string(key);
        writer.varint(10);
        writer.varint(writer.written - before);
        writer.varint(tag);
      }
    },
  };
}

type Fields = Record<string, Field<unknown, unknown>>;
type OutputOf<Table extends Fields> = {
  [Name in keyof Table]: Table[Name] extends Field<infer Output, infer _> ? Output : never;
};
type InputOf<Table extends Fields> = {
  [Name in keyof Table]?: Table[Name] extends Field<infer _, infer Input> ? Input | undefined : never;
};

/** A message type from its field table. Fields that the table does not have are skipped on reading. */
export function message<Table extends Fields>(fields: Table): MessageCodec<OutputOf<Table>, InputOf<Table>> {
  const table = Object.entries(fields);
  const backwards = table.toReversed();
  const byId: ([string, Field<unknown, unknown>] | undefined)[] = [];
  for (const entry of table) byId[entry[1].id] = entry;

  const readFields = (reader: WireReader): OutputOf<Table> => {
    const result: Record<string, unknown> = {};
    for (const [name, field] of table) result[name] = field.initial();
    while (reader.position < reader.end) {
      const tag = reader.varint();
      const entry = byId[Math.floor(tag / 8)];
      const wireType = tag & 7;
      if (!entry) reader.skip(wireType);
      else if (wireType === entry[1].wireType) result[entry[0]] = entry[1].read(reader, result[entry[0]]);
      else if (wireType === 2 && entry[1].readPacked) entry[1].readPacked(reader, result[entry[0]]);
      else throw new RangeError(`The field ${entry[0]} has the wire type ${wireType}.`);
    }
    // Built field by field from the same table that the type is inferred from.
    return result as OutputOf<Table>;
  };
  const writeFields = (writer: WireWriter, value: InputOf<Table>): void => {
    for (const [name, field] of backwards) {
      const part: unknown = value[name];
      if (part !== undefined) field.write(writer, part);
    }
  };
  return messageCodec(readFields, writeFields);
}

/** A message type whose content is read up to `reader.end` and written by hand, for speed or another shape. */
export function messageCodec<Output, Input>(
  readContent: (reader: WireReader) => Output,
  writeContent: (writer: WireWriter, value: Input) => void,
): MessageCodec<Output, Input> {
  return {
    wireType: 2,
    read: (reader) => {
      const length = reader.length();
      const outerEnd = reader.end;
      reader.end = reader.position + length;
      const result = readContent(reader);
      reader.end = outerEnd;
      return result;
    },
    write: (writer, value) => {
      const before = writer.written;
      writeContent(writer, value);
      writer.varint(writer.written - before);
    },
    decode: (buffer) => readContent(new WireReader(buffer)),
    encode: (value) => {
      const writer = new WireWriter();
      writeContent(writer, value);
      return writer.finish();
    },
  };
}

/** For a message type that contains itself. */
export function lazy<Output, Input>(codec: () => WireCodec<Output, Input>): WireCodec<Output, Input> {
  return {
    wireType: 2,
    read: (reader) => codec().read(reader),
    write: (writer, value) => codec().write(writer, value),
  };
}
