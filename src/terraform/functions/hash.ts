import {
  type BinaryToTextEncoding,
  constants,
  createHash,
  createPrivateKey,
  type KeyObject,
  privateDecrypt,
} from 'node:crypto';
import { Unknown } from '../stack.ts';
import { define, defineVariadic, num, str } from './define.ts';
import { decodeBase64, utf8 } from './encoding.ts';
import { absolutePath } from './filesystem.ts';
import { type FunctionContext, FunctionError, type TerraformFunction } from './function.ts';

/** https://developer.hashicorp.com/terraform/language/functions, "Hash and Crypto Functions". */
export const hashFunctions: Record<string, TerraformFunction> = {
  base64sha256: ofText('sha256', 'base64'),
  base64sha512: ofText('sha512', 'base64'),
  bcrypt: defineVariadic([str('str')], num('cost'), () => {
    const reason = 'its result differs each time, so Terraform itself knows it only after apply';
    throw new FunctionError(`bcrypt is not supported: ${reason}. Hash the text outside of the configuration`);
  }),
  filebase64sha256: ofFile('sha256', 'base64'),
  filebase64sha512: ofFile('sha512', 'base64'),
  filemd5: ofFile('md5', 'hex'),
  filesha1: ofFile('sha1', 'hex'),
  filesha256: ofFile('sha256', 'hex'),
  filesha512: ofFile('sha512', 'hex'),
  md5: ofText('md5', 'hex'),
  rsadecrypt: define([str('ciphertext'), str('privatekey')], ([text, key]) => decryptRsa(text, key)),
  sha1: ofText('sha1', 'hex'),
  sha256: ofText('sha256', 'hex'),
  sha512: ofText('sha512', 'hex'),
  uuid: define([], (_, { newUuid }) => newUuid?.() ?? new Unknown('uuid()', 'string')),
  uuidv5: define([str('namespace'), str('name')], ([namespace, name]) => uuidVersion5(namespace, name)),
};

type Algorithm = 'md5' | 'sha1' | 'sha256' | 'sha512';

function ofText(algorithm: Algorithm, encoding: BinaryToTextEncoding): TerraformFunction {
  return define([str('str')], ([text]) => createHash(algorithm).update(text).digest(encoding));
}

function ofFile(algorithm: Algorithm, encoding: BinaryToTextEncoding): TerraformFunction {
  return define([str('path')], ([file], context) =>
    createHash(algorithm).update(readBytes(file, context)).digest(encoding),
  );
}

function readBytes(file: string, context: FunctionContext): Buffer {
  try {
    return context.readFile(absolutePath(file, context));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') throw new FunctionError(`open ${file}: no such file or directory`);
    if (code === 'EISDIR') throw new FunctionError(`read ${file}: is a directory`);
    throw error;
  }
}

function decryptRsa(ciphertext: string, pem: string): string {
  const bytes = decodeBase64(ciphertext);
  if (bytes === undefined) {
    const rule = 'cipher text must be base64-encoded';
    throw new FunctionError(`failed to decode input ${JSON.stringify(ciphertext)}: ${rule}`, 0);
  }
  return utf8(unpadded(rawDecrypt(readRsaKey(pem), bytes)), 'the decrypted text is not valid UTF-8');
}

const DECRYPTION_FAILED = 'failed to decrypt: crypto/rsa: decryption error';

function rawDecrypt(key: KeyObject, bytes: Buffer): Buffer {
  try {
    return privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, bytes);
  } catch {
    throw new FunctionError(DECRYPTION_FAILED);
  }
}

/**
 * RFC 8017, section 7.2.2: 00 02, at least eight bytes other than zero, 00, message. Node's own PKCS #1 decryption
 * answers a wrong padding with random bytes instead of an error.
 */
function unpadded(block: Buffer): Buffer {
  const end = block.indexOf(0, 2);
  if (block[0] !== 0 || block[1] !== 2 || end < 10) throw new FunctionError(DECRYPTION_FAILED);
  return block.subarray(end + 1);
}

function readRsaKey(pem: string): KeyObject {
  if (!pem.includes('-----BEGIN')) throw new FunctionError('invalid private key: ssh: no key found', 1);
  if (pem.includes('ENCRYPTED')) {
    throw new FunctionError('invalid private key: ssh: this private key is passphrase protected', 1);
  }
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (error) {
    throw new FunctionError(
      `invalid private key: ${error instanceof Error ? error.message : String(error)}`,
      1,
    );
  }
  if (key.asymmetricKeyType === 'rsa') return key;
  throw new FunctionError(`invalid private key type ${key.asymmetricKeyType}`, 1);
}

const NAMESPACES = new Map([
  ['dns', '6ba7b810-9dad-11d1-80b4-00c04fd430c8'],
  ['url', '6ba7b811-9dad-11d1-80b4-00c04fd430c8'],
  ['oid', '6ba7b812-9dad-11d1-80b4-00c04fd430c8'],
  ['x500', '6ba7b814-9dad-11d1-80b4-00c04fd430c8'],
]);
const UUID_LENGTHS = [32, 36, 38, 45];

/** RFC 4122, section 4.3: the SHA-1 of namespace and name. */
function uuidVersion5(namespace: string, name: string): string {
  const digest = createHash('sha1').update(namespaceBytes(namespace)).update(name).digest().subarray(0, 16);
  digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x50, 6);
  digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8);
  return digest.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function namespaceBytes(namespace: string): Buffer {
  const text = NAMESPACES.get(namespace) ?? namespace;
  const bare = text.replace(/^urn:uuid:|^\{|\}$/gi, '').replaceAll('-', '');
  if (UUID_LENGTHS.includes(text.length) && /^[0-9a-f]{32}$/i.test(bare)) return Buffer.from(bare, 'hex');
  const reason = UUID_LENGTHS.includes(text.length)
    ? 'invalid UUID format'
    : `invalid UUID length: ${text.length}`;
  throw new FunctionError(`uuidv5() doesn't support namespace ${namespace} (${reason})`);
}
