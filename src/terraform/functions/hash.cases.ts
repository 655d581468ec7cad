import { type FunctionCase, fails, gives } from './function-case.ts';

/** What Terraform 1.11.4 makes of each of these calls. */
export const hashCases: FunctionCase[] = [
  gives('md5', [''], 'd41d8cd98f00b204e9800998ecf8427e'),
  gives('md5', ['é'], '66ddcd97cfdeabb2f6fb8a999b4bc76f'),
  gives('md5', [5], 'e4da3b7fbbce2345d7772b0674a318d5'),
  gives('sha1', ['é'], 'bf15be717ac1b080b4f1c456692825891ff5073d'),
  gives('sha1', [''], 'da39a3ee5e6b4b0d3255bfef95601890afd80709'),
  fails('sha1', [null], 'Invalid value for "str" parameter: argument must not be null.'),
  gives('sha256', ['a'], 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb'),
  gives('sha256', [''], 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'),
  fails('sha256', [null], 'Invalid value for "str" parameter: argument must not be null.'),
  gives(
    'sha512',
    ['a'],
    '1f40fc92da241694750979ee6cf582f2d5d7d28e18335de05abc54d0560e0f5302860c652bf08d560252aa5e74210546f369fbbbce8c12cfc7957b2652fe9a75',
  ),
  fails('sha512', [[]], 'Invalid value for "str" parameter: string required.'),
  gives(
    'sha512',
    ['é'],
    '9e2ad28633f24451bd4f3c1cb20586a21a44c3aeedbdc01b9cc8fa72917ea7bd689c82b8bf1fef89b911cf8cc46fa2c1ccc10087b2094fd4d3350ecd88526a2c',
  ),
  gives('base64sha256', ['a'], 'ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs='),
  gives('base64sha256', [''], '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='),
  gives('base64sha256', ['é'], 'SplVfkAzw1Od4utlRyAXytX5VX96BiWgnxw/biumnEw='),
  gives(
    'base64sha512',
    ['a'],
    'H0D8ktokFpR1CXnubPWC8tXX0o4YM13gWrxU0FYOD1MChgxlK/CNVgJSql50IQVG82n7u86MEs/HlXsmUv6adQ==',
  ),
  gives(
    'base64sha512',
    [''],
    'z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==',
  ),
  fails('base64sha512', [null], 'Invalid value for "str" parameter: argument must not be null.'),
  gives('uuidv5', ['dns', 'example.com'], 'cfbff0d1-9375-5685-968c-48ce8b15ae17'),
  gives('uuidv5', ['url', 'é'], '10e1d6de-dc68-53f0-883a-30ec870dd739'),
  gives('uuidv5', ['oid', 'x'], '8558d34a-d3c6-5881-a6e3-bf8f3e6110ea'),
  gives('uuidv5', ['x500', 'x'], '456e503f-63e3-56c1-b807-4cd79bf8cc22'),
  gives('uuidv5', ['6BA7B810-9DAD-11D1-80B4-00C04FD430C8', ''], '4ebd0208-8328-5d69-8c44-ec50939c0967'),
  gives('uuidv5', ['{6ba7b810-9dad-11d1-80b4-00c04fd430c8}', 'x'], '05b16a01-46c6-56dd-bd6e-c6dfb4a1427a'),
  gives(
    'uuidv5',
    ['urn:uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'x'],
    '05b16a01-46c6-56dd-bd6e-c6dfb4a1427a',
  ),
  gives('uuidv5', ['6ba7b8109dad11d180b400c04fd430c8', 'x'], '05b16a01-46c6-56dd-bd6e-c6dfb4a1427a'),
  fails(
    'uuidv5',
    ['nope', 'x'],
    'Call to function "uuidv5" failed: uuidv5() doesn\'t support namespace nope (invalid UUID length: 4).',
  ),
  fails(
    'uuidv5',
    ['DNS', 'x'],
    'Call to function "uuidv5" failed: uuidv5() doesn\'t support namespace DNS (invalid UUID length: 3).',
  ),
  fails(
    'uuidv5',
    ['6ba7b810-9dad-11d1-80b4-00c04fd430cX', 'x'],
    'Call to function "uuidv5" failed: uuidv5() doesn\'t support namespace 6ba7b810-9dad-11d1-80b4-00c04fd430cX (invalid UUID format).',
  ),
  fails('uuidv5', [null, 'x'], 'Invalid value for "namespace" parameter: argument must not be null.'),
  fails(
    'rsadecrypt',
    ['!!', 'x'],
    'Invalid value for "ciphertext" parameter: failed to decode input "!!": cipher text must be base64-encoded.',
  ),
  fails(
    'rsadecrypt',
    ['YQ==', 'nokey'],
    'Invalid value for "privatekey" parameter: invalid private key: ssh: no key found.',
  ),
  fails('rsadecrypt', [null, 'x'], 'Invalid value for "ciphertext" parameter: argument must not be null.'),
];
