import { define, defineVariadic, num, str, whole } from './define.ts';
import { FunctionError, type TerraformFunction } from './function.ts';
import { formatAddress, type Network, parseNetwork } from './ip-address.ts';

/** https://developer.hashicorp.com/terraform/language/functions, "IP Network Functions". */
export const networkFunctions: Record<string, TerraformFunction> = {
  cidrhost: define([str('prefix'), num('hostnum')], ([prefix, host]) => {
    const network = parse(prefix);
    if (!Number.isInteger(host)) throw new FunctionError('value must be a whole number');
    return formatAddress(hostAddress(network, BigInt(host)), network.bits);
  }),
  cidrnetmask: define([str('prefix')], ([prefix]) => {
    const { bits, prefixLength } = parse(prefix);
    if (bits !== 32) throw new FunctionError(`IPv6 addresses cannot have a netmask: ${prefix}`);
    return formatAddress(((1n << BigInt(prefixLength)) - 1n) << BigInt(32 - prefixLength), 32);
  }),
  cidrsubnet: define([str('prefix'), num('newbits'), num('netnum')], ([prefix, newBits, number]) => {
    const network = parse(prefix);
    return formatNetwork(subnet(network, whole(newBits), BigInt(whole(number))));
  }),
  cidrsubnets: defineVariadic([str('prefix')], num('newbits'), ([prefix], newBits) =>
    consecutiveSubnets(parse(prefix, 0), newBits).map(formatNetwork),
  ),
};

function parse(prefix: string, argument?: number): Network {
  const network = parseNetwork(prefix);
  if (network === undefined) {
    throw new FunctionError(`invalid CIDR expression: invalid CIDR address: ${prefix}`, argument);
  }
  return network;
}

function formatNetwork({ address, bits, prefixLength }: Network): string {
  return `${formatAddress(address, bits)}/${prefixLength}`;
}

/** A negative host number counts from the end of the network. */
function hostAddress({ address, bits, prefixLength }: Network, host: bigint): bigint {
  const size = 1n << BigInt(bits - prefixLength);
  const number = host < 0n ? size + host : host;
  if (number >= 0n && number < size) return address | number;
  throw new FunctionError(`prefix of ${prefixLength} does not accommodate a host numbered ${number}`);
}

function subnet({ address, bits, prefixLength }: Network, newBits: number, number: bigint): Network {
  const newLength = prefixLength + newBits;
  if (newLength > bits) {
    throw new FunctionError(`insufficient address space to extend prefix of ${prefixLength} by ${newBits}`);
  }
  if (newBits < 0 || number < 0n || number >= 1n << BigInt(newBits)) {
    throw new FunctionError(
      `prefix extension of ${newBits} does not accommodate a subnet numbered ${number}`,
    );
  }
  return { address: address | (number << BigInt(bits - newLength)), bits, prefixLength: newLength };
}

/** Networks side by side, each at the next address on which one of its size can begin. */
function consecutiveSubnets(network: Network, newBits: number[]): Network[] {
  const { address, bits, prefixLength } = network;
  const end = address + (1n << BigInt(bits - prefixLength));
  const subnets: Network[] = [];
  let next = address;
  newBits.forEach((extension, at) => {
    const argument = at + 1;
    whole(extension, '', argument);
    const newLength = checkedLength(network, extension, argument);
    const size = 1n << BigInt(bits - newLength);
    const start = ((next + size - 1n) / size) * size;
    if (start + size > end) throw new FunctionError(noSpace(newLength, subnets.at(-1)), argument);
    subnets.push({ address: start, bits, prefixLength: newLength });
    next = start + size;
  });
  return subnets;
}

function checkedLength({ bits, prefixLength }: Network, extension: number, argument: number): number {
  if (extension < 1) throw new FunctionError('must extend prefix by at least one bit', argument);
  if (extension > 32) throw new FunctionError('may not extend prefix by more than 32 bits', argument);
  const newLength = prefixLength + extension;
  if (newLength <= bits) return newLength;
  const family = bits === 32 ? 'IPv4' : 'IPv6';
  throw new FunctionError(
    `would extend prefix to ${newLength} bits, which is too long for an ${family} address`,
    argument,
  );
}

function noSpace(prefixLength: number, last: Network | undefined): string {
  const after = last === undefined ? '' : ` after ${formatNetwork(last)}`;
  return `not enough remaining address space for a subnet with a prefix of ${prefixLength} bits${after}`;
}
