/** Reading and writing the parts of the protocol buffer wire format. https://protobuf.dev/programming-guides/encoding/ */

export class WireReader {
  readonly buffer: Buffer;
  position: number;
  end: number;

  constructor(buffer: Buffer) {
    this.buffer = buffer;
    this.position = 0;
    this.end = buffer.length;
  }

  /** A varint that fits 53 bits; also takes the ten-byte form of a negative int32. */
  varint(): number {
    let shift = 1;
    let result = 0;
    for (let count = 0; count < 10; count++) {
      const byte = this.byte();
      if (count < 7) result += (byte & 0x7f) * shift;
      if (byte < 0x80) return count === 9 ? result | 0 : result;
      shift *= 128;
    }
    throw new RangeError('A varint is longer than ten bytes.');
  }

  int64(): bigint {
    const start = this.position;
    while (this.byte() >= 0x80) {
      if (this.position - start >= 10) throw new RangeError('A varint is longer than ten bytes.');
    }
    const length = this.position - start;
    if (length <= 7) {
      this.position = start;
      return BigInt(this.varint());
    }
    let result = 0n;
    for (let index = length - 1; index >= 0; index--) {
      result = (result << 7n) | BigInt((this.buffer[start + index] ?? 0) & 0x7f);
    }
    return BigInt.asIntN(64, result);
  }

  double(): number {
    this.#require(8);
    const value = this.buffer.readDoubleLE(this.position);
    this.position += 8;
    return value;
  }

  string(): string {
    const length = this.length();
    const value = this.buffer.toString('utf8', this.position, this.position + length);
    this.position += length;
    return value;
  }

  bytes(): Buffer {
    const length = this.length();
    const value = this.buffer.subarray(this.position, this.position + length);
    this.position += length;
    return value;
  }

  /** The length in front of a string, bytes or message, checked against what is left. */
  length(): number {
    const length = this.varint();
    this.#require(length);
    return length;
  }

  byte(): number {
    this.#require(1);
    return this.buffer[this.position++] ?? 0;
  }

  skip(wireType: number): void {
    if (wireType === 0) this.int64();
    else if (wireType === 1) this.#advance(8);
    else if (wireType === 2) this.#advance(this.length());
    else if (wireType === 5) this.#advance(4);
    else throw new RangeError(`Unknown wire type ${wireType}.`);
  }

  #advance(count: number): void {
    this.#require(count);
    this.position += count;
  }

  #require(count: number): void {
    if (this.position + count > this.end) throw new RangeError('The message ends in the middle of a field.');
  }
}

/** Writes from the back to the front: so the length of a nested message is known when it is due. */
export class WireWriter {
  #buffer = Buffer.allocUnsafe(512);
  #start = 512;

  get written(): number {
    return this.#buffer.length - this.#start;
  }

  varint(value: number): void {
    if (value < 0) {
      this.int64(BigInt(value));
      return;
    }
    let size = 1;
    for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size++;
    let position = this.#reserve(size);
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.#buffer[position++] = (rest % 128) | 0x80;
    this.#buffer[position] = rest;
  }

  int64(value: bigint): void {
    if (value >= 0n && value <= 0x1f_ffff_ffff_ffffn) {
      this.varint(Number(value));
      return;
    }
    let rest = BigInt.asUintN(64, value);
    const bytes: number[] = [];
    for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
    bytes.push(Number(rest));
    this.#buffer.set(bytes, this.#reserve(bytes.length));
  }

  double(value: number): void {
    const position = this.#reserve(8);
    this.#buffer.writeDoubleLE(value, position);
  }

  string(value: string): void {
    const size = Buffer.byteLength(value);
    const position = this.#reserve(size);
    this.#buffer.write(value, position, size, 'utf8');
    this.varint(size);
  }

  bytes(value: Uint8Array): void {
    const position = this.#reserve(value.length);
    this.#buffer.set(value, position);
    this.varint(value.length);
  }

  /** What was written, in order. */
  finish(): Buffer {
    return this.#buffer.subarray(this.#start);
  }

  /** Makes room for `size` bytes in front of what is there and returns where they go. */
  #reserve(size: number): number {
    if (this.#start < size) {
      const written = this.written;
      const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, written + size + 512));
      this.#buffer.copy(grown, grown.length - written, this.#start);
      this.#buffer = grown;
      this.#start = grown.length - written;
    }
    this.#start -= size;
    return this.#start;
  }
}
