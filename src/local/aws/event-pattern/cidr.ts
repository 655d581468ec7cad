import { BlockList, isIP } from 'node:net';

/** A test whether an address is within a CIDR block (`10.0.0.0/24`, `2001:db8::/32`); `undefined` for what is none. */
export function isInCidr(block: string): ((address: string) => boolean) | undefined {
  const [, network = '', length = ''] = /^([\da-fA-F:.]+)\/(\d{1,3})$/.exec(block) ?? [];
  const family = isIP(network);
  if (family === 0 || Number(length) > (family === 4 ? 32 : 128)) return undefined;
  const addresses = new BlockList();
  addresses.addSubnet(network, Number(length), family === 4 ? 'ipv4' : 'ipv6');
  return (address) => isIP(address) === family && addresses.check(address, family === 4 ? 'ipv4' : 'ipv6');
}
