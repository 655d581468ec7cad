import { type FunctionCase, fails, gives } from './function-case.ts';

/** What Terraform 1.11.4 makes of each of these calls. */
export const networkCases: FunctionCase[] = [
  gives('cidrhost', ['10.0.0.0/8', 1], '10.0.0.1'),
  gives('cidrhost', ['10.0.0.0/8', -1], '10.255.255.255'),
  gives('cidrhost', ['10.0.0.0/32', 0], '10.0.0.0'),
  gives('cidrhost', ['10.0.0.5/24', 1], '10.0.0.1'),
  gives('cidrhost', ['010.0.0.0/8', 1], '10.0.0.1'),
  gives('cidrhost', ['fd00::/64', 34], 'fd00::22'),
  gives('cidrhost', ['fd00::/64', -1], 'fd00::ffff:ffff:ffff:ffff'),
  gives('cidrhost', ['2001:db8::/32', 65536], '2001:db8::1:0'),
  gives('cidrhost', ['1:2:3:4:5:6:7:8/128', 0], '1:2:3:4:5:6:7:8'),
  gives('cidrhost', ['1:0:0:2::/64', 0], '1:0:0:2::'),
  fails(
    'cidrhost',
    ['10.0.0.0/30', 4],
    'Call to function "cidrhost" failed: prefix of 30 does not accommodate a host numbered 4.',
  ),
  fails(
    'cidrhost',
    ['10.0.0.0/30', -5],
    'Call to function "cidrhost" failed: prefix of 30 does not accommodate a host numbered -1.',
  ),
  fails(
    'cidrhost',
    ['10.0.0.0', '1'],
    'Call to function "cidrhost" failed: invalid CIDR expression: invalid CIDR address: 10.0.0.0.',
  ),
  fails(
    'cidrhost',
    ['300.0.0.0/8', 1],
    'Call to function "cidrhost" failed: invalid CIDR expression: invalid CIDR address: 300.0.0.0/8.',
  ),
  fails(
    'cidrhost',
    ['10.0.0.0/33', 1],
    'Call to function "cidrhost" failed: invalid CIDR expression: invalid CIDR address: 10.0.0.0/33.',
  ),
  fails(
    'cidrhost',
    ['10.0.0/8', 1],
    'Call to function "cidrhost" failed: invalid CIDR expression: invalid CIDR address: 10.0.0/8.',
  ),
  fails(
    'cidrhost',
    ['fd00::1::/64', 1],
    'Call to function "cidrhost" failed: invalid CIDR expression: invalid CIDR address: fd00::1::/64.',
  ),
  fails(
    'cidrhost',
    ['fd00::/129', 1],
    'Call to function "cidrhost" failed: invalid CIDR expression: invalid CIDR address: fd00::/129.',
  ),
  fails(
    'cidrhost',
    ['1:2:3:4:5:6:7/64', 1],
    'Call to function "cidrhost" failed: invalid CIDR expression: invalid CIDR address: 1:2:3:4:5:6:7/64.',
  ),
  fails(
    'cidrhost',
    ['10.0.0.0/24', 1.5],
    'Call to function "cidrhost" failed: value must be a whole number.',
  ),
  fails('cidrhost', [null, 1], 'Invalid value for "prefix" parameter: argument must not be null.'),
  gives('cidrnetmask', ['10.0.0.0/12'], '255.240.0.0'),
  gives('cidrnetmask', ['0.0.0.0/0'], '0.0.0.0'),
  gives('cidrnetmask', ['10.0.0.0/32'], '255.255.255.255'),
  fails(
    'cidrnetmask',
    ['fd00::/64'],
    'Call to function "cidrnetmask" failed: IPv6 addresses cannot have a netmask: fd00::/64.',
  ),
  fails(
    'cidrnetmask',
    ['x'],
    'Call to function "cidrnetmask" failed: invalid CIDR expression: invalid CIDR address: x.',
  ),
  gives('cidrsubnet', ['172.16.0.0/12', 4, 2], '172.18.0.0/16'),
  gives('cidrsubnet', ['10.1.2.240/4', 4, 15], '15.0.0.0/8'),
  gives('cidrsubnet', ['10.0.0.0/24', 0, 0], '10.0.0.0/24'),
  gives('cidrsubnet', ['fe80::/48', 16, 6], 'fe80:0:0:6::/64'),
  gives('cidrsubnet', ['fd00:fd12:3456:7890:00a2::/72', 8, 162], 'fd00:fd12:3456:7890:a2::/80'),
  gives('cidrsubnet', ['fe80::/48', 33, 6], 'fe80::3:0:0:0/81'),
  fails(
    'cidrsubnet',
    ['10.0.0.0/24', 10, 1],
    'Call to function "cidrsubnet" failed: insufficient address space to extend prefix of 24 by 10.',
  ),
  fails(
    'cidrsubnet',
    ['10.0.0.0/24', 2, 4],
    'Call to function "cidrsubnet" failed: prefix extension of 2 does not accommodate a subnet numbered 4.',
  ),
  fails(
    'cidrsubnet',
    ['10.0.0.0/8', 1.5, 1],
    'Call to function "cidrsubnet" failed: value must be a whole number, between -9223372036854775808 and 9223372036854775807.',
  ),
  fails(
    'cidrsubnet',
    ['', 1, 1],
    'Call to function "cidrsubnet" failed: invalid CIDR expression: invalid CIDR address: .',
  ),
  gives(
    'cidrsubnets',
    ['10.1.0.0/16', 4, 4, 8, 4],
    ['10.1.0.0/20', '10.1.16.0/20', '10.1.32.0/24', '10.1.48.0/20'],
  ),
  gives('cidrsubnets', ['10.1.0.0/16'], []),
  gives('cidrsubnets', ['10.0.0.0/16', 8, 4, 8], ['10.0.0.0/24', '10.0.16.0/20', '10.0.32.0/24']),
  gives(
    'cidrsubnets',
    ['fd00:fd12:3456:7890::/56', 16, 16, 16, 32],
    [
      'fd00:fd12:3456:7800::/72',
      'fd00:fd12:3456:7800:100::/72',
      'fd00:fd12:3456:7800:200::/72',
      'fd00:fd12:3456:7800:300::/88',
    ],
  ),
  fails(
    'cidrsubnets',
    ['10.0.0.0/30', 1, 1, 1],
    'Invalid value for "newbits" parameter: not enough remaining address space for a subnet with a prefix of 31 bits after 10.0.0.2/31.',
  ),
  fails(
    'cidrsubnets',
    ['10.0.0.0/31', 1, 1, 1],
    'Invalid value for "newbits" parameter: not enough remaining address space for a subnet with a prefix of 32 bits after 10.0.0.1/32.',
  ),
  fails(
    'cidrsubnets',
    ['10.0.0.0/30', 4],
    'Invalid value for "newbits" parameter: would extend prefix to 34 bits, which is too long for an IPv4 address.',
  ),
  fails(
    'cidrsubnets',
    ['fd00::/120', 16],
    'Invalid value for "newbits" parameter: would extend prefix to 136 bits, which is too long for an IPv6 address.',
  ),
  fails(
    'cidrsubnets',
    ['10.0.0.0/30', 0],
    'Invalid value for "newbits" parameter: must extend prefix by at least one bit.',
  ),
  fails(
    'cidrsubnets',
    ['10.0.0.0/16', 8, -1],
    'Invalid value for "newbits" parameter: must extend prefix by at least one bit.',
  ),
  fails(
    'cidrsubnets',
    ['fe80::/48', 33],
    'Invalid value for "newbits" parameter: may not extend prefix by more than 32 bits.',
  ),
  fails(
    'cidrsubnets',
    ['x', 1],
    'Invalid value for "prefix" parameter: invalid CIDR expression: invalid CIDR address: x.',
  ),
];
