import { gzipSync } from 'node:zlib';
import { decodeCsv } from './csv.ts';
import { define, nullable, str } from './define.ts';
import { FunctionError, type TerraformFunction } from './function.ts';
import { decodeJson, encodeJson } from './json.ts';
import { decodeText, encodeText } from './text-encoding.ts';
import { decodeYaml } from './yaml-decode.ts';
import { encodeYaml } from './yaml-encode.ts';

/**
 * https://developer.hashicorp.com/terraform/language/functions, "Encoding Functions". `base64gzip` holds the same
 * content as Terraform's, in other bytes: Go and zlib compress differently.
 */
export const encodingFunctions: Record<string, TerraformFunction> = {
  base64decode: define([str('str')], ([text]) => {
    const bytes = decodeBase64(text);
    if (bytes === undefined) throw new FunctionError(`failed to decode base64 data ${JSON.stringify(text)}`);
    return utf8(bytes, 'the result of decoding the provided string is not valid UTF-8');
  }),
  base64encode: define([str('str')], ([text]) => Buffer.from(text).toString('base64')),
  base64gzip: define([str('str')], ([text]) => gzipSync(text).toString('base64')),
  csvdecode: define([str('str')], ([text]) => decodeCsv(text)),
  jsondecode: define([str('str')], ([text]) => decodeJson(text)),
  jsonencode: define([nullable('val')], ([value]) => encodeJson(value)),
  textdecodebase64: define([str('source'), str('encoding')], ([source, encoding]) => {
    const bytes = decodeBase64(source);
    if (bytes !== undefined) return decodeText(bytes, encoding);
    const offset = source.search(/[^A-Za-z0-9+/\r\n]/);
    throw new FunctionError(
      `the given value is has an invalid base64 symbol at offset ${Math.max(offset, 0)}`,
      0,
    );
  }),
  textencodebase64: define([str('string'), str('encoding')], ([text, encoding]) =>
    encodeText(text, encoding).toString('base64'),
  ),
  urlencode: define([str('str')], ([text]) =>
    encodeURIComponent(text).replace(/%20|[!'()*]/g, (part) => (part === '%20' ? '+' : percent(part))),
  ),
  yamldecode: define([str('src')], ([text]) => decodeYaml(text)),
  yamlencode: define([nullable('value')], ([value]) => encodeYaml(value)),
};

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** Standard Base64 with padding; line breaks count for nothing. Undefined if the text is something else. */
export function decodeBase64(text: string): Buffer | undefined {
  const compact = text.replace(/[\r\n]/g, '');
  const isBase64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(compact);
  return isBase64 ? Buffer.from(compact, 'base64') : undefined;
}

/** The bytes as text, in Unicode's composed form as every string in Terraform. `problem` is the error otherwise. */
export function utf8(bytes: Uint8Array, problem: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes).normalize('NFC');
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new FunctionError(problem);
  }
}
