/** An IPv4 or IPv6 network: `address` is its first one, `bits` 32 or 128. */
export interface Network {
  address: bigint;
  bits: 32 | 128;
  prefixLength: number;
}

/** Reads `10.0.0.0/8` or `fd00::/64`; bits behind the prefix are cleared. Undefined if it is neither. */
export function parseNetwork(cidr: string): Network | undefined {
  const [, text = '', lengthText = ''] = /^([^/]*)\/(\d+)$/.exec(cidr) ?? [];
  const bits = text.includes(':') ? 128 : 32;
  const address = bits === 32 ? parseIpv4(text) : parseIpv6(text);
  const prefixLength = Number(lengthText);
  if (address === undefined || lengthText === '' || prefixLength > bits) return undefined;
  const hostBits = BigInt(bits - prefixLength);
  return { address: (address >> hostBits) << hostBits, bits, prefixLength };
}

/** Terraform still reads numbers with leading zeros, as decimal ones. */
function parseIpv4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || parts.some((part) => !/^\d+$/.test(part) || Number(part) > 255)) return undefined;
  return parts.reduce((address, part) => (address << 8n) | BigInt(Number(part)), 0n);
}

function parseIpv6(text: string): bigint | undefined {
  const [head = '', tail, more] = text.split('::');
  if (more !== undefined) return undefined;
  const before = groupsOf(head);
  const after = groupsOf(tail ?? '');
  if (before === undefined || after === undefined) return undefined;
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...before, ...Array.from({ length: missing }, () => 0n), ...after];
  return groups.reduce((address, group) => (address << 16n) | group, 0n);
}

/** The 16-bit groups of one side of `::`; the last 32 bits may be written as an IPv4 address. */
function groupsOf(text: string): bigint[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const last = parts.at(-1) ?? '';
  const embedded = last.includes('.') ? parseIpv4(last) : undefined;
  if (last.includes('.') && embedded === undefined) return undefined;
  const hexadecimal = embedded === undefined ? parts : parts.slice(0, -1);
  if (hexadecimal.some((part) => !/^[0-9a-f]{1,4}$/i.test(part))) return undefined;
  const groups = hexadecimal.map((part) => BigInt(`0x${part}`));
  return embedded === undefined ? groups : [...groups, embedded >> 16n, embedded & 0xffffn];
}

export function formatAddress(address: bigint, bits: 32 | 128): string {
  return bits === 32 ? formatIpv4(address) : formatIpv6(address);
}

function formatIpv4(address: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (address >> shift) & 0xffn).join('.');
}

/** RFC 5952: lower case, and the first of the longest runs of two or more zero groups as `::`. */
function formatIpv6(address: bigint): string {
  const groups = Array.from({ length: 8 }, (_, at) =>
    ((address >> BigInt(112 - at * 16)) & 0xffffn).toString(16),
  );
  let longest = { start: 0, length: 1 };
  for (let start = 0; start < 8; start++) {
    const rest = groups.slice(start);
    const nonZero = rest.findIndex((group) => group !== '0');
    const length = nonZero < 0 ? rest.length : nonZero;
    if (length > longest.length) longest = { start, length };
  }
  if (longest.length < 2) return groups.join(':');
  return `${groups.slice(0, longest.start).join(':')}::${groups.slice(longest.start + longest.length).join(':')}`;
}
