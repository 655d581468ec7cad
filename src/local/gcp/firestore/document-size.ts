import { GrpcError } from '../grpc-server.ts';
import { type DocumentPath, documentName } from './resource-name.ts';
import { type Fields, isVector, type Value } from './value.ts';

const maxDocumentBytes = 1_048_576;
const maxValueBytes = 1_048_487;
const maxNameBytes = 1500;
const maxNesting = 20;

/**
 * The billed size of a document, checked against every limit on its way.
 * Sizes: https://cloud.google.com/firestore/docs/storage-size
 * Limits: https://cloud.google.com/firestore/quotas#limits
 * @throws INVALID_ARGUMENT
 */
export function checkedDocumentSize(path: DocumentPath, fields: Fields): number {
  const size = documentNameSize(`${path.collection}/${path.id}`) + fieldsSize(fields, '', 1) + 32;
  if (size > maxDocumentBytes) {
    const name = documentName(path.database, `${path.collection}/${path.id}`);
    throw new GrpcError(
      'INVALID_ARGUMENT',
      `Document '${name}' cannot be written because its size (${size.toLocaleString('en')} bytes) exceeds the maximum allowed size of ${maxDocumentBytes.toLocaleString('en')} bytes.`,
    );
  }
  return size;
}

const stringSize = (text: string): number => Buffer.byteLength(text) + 1;

/** Collection ids and document ids as strings (numeric ids 8 bytes), and 16 bytes. */
function documentNameSize(path: string): number {
  let size = 16;
  for (const [index, segment] of path.split('/').entries()) {
    size += index % 2 === 1 && /^__id-?\d+__$/.test(segment) ? 8 : stringSize(segment);
  }
  return size;
}

function fieldsSize(fields: Fields, prefix: string, level: number): number {
  let size = 0;
  for (const [name, value] of fields) {
    checkFieldName(name);
    size += stringSize(name) + valueSize(value, prefix === '' ? name : `${prefix}.${name}`, level);
  }
  return size;
}

function valueSize(value: Value, path: string, level: number): number {
  switch (value.kind) {
    case 'null':
    case 'boolean':
      return 1;
    case 'integer':
    case 'double':
    case 'timestamp':
      return 8;
    case 'geoPoint':
      return 16;
    case 'string':
      return checkedValueSize(Buffer.byteLength(value.value), path) + 1;
    case 'bytes':
      return checkedValueSize(value.value.length, path);
    case 'reference':
      return documentNameSize(value.value.replace(/^projects\/[^/]+\/databases\/[^/]+\/documents\//, ''));
    case 'array':
      return value.values.reduce((size, element) => {
        if (element.kind === 'array') {
          throw new GrpcError(
            'INVALID_ARGUMENT',
            `Cannot convert an array value in an array value. (Field ${path})`,
          );
        }
        return size + valueSize(element, path, level);
      }, 0);
    case 'map':
      checkNesting(path, level);
      if (isVector(value)) return vectorSize(value.fields);
      return fieldsSize(value.fields, path, level + 1) + 32;
  }
}

function vectorSize(fields: Fields): number {
  const elements = fields.get('value');
  return elements?.kind === 'array' ? elements.values.length * 8 : 0;
}

function checkedValueSize(sizeBytes: number, path: string): number {
  if (sizeBytes <= maxValueBytes) return sizeBytes;
  throw new GrpcError(
    'INVALID_ARGUMENT',
    `The value of property "${path}" is longer than ${maxValueBytes} bytes.`,
  );
}

function checkNesting(path: string, level: number): void {
  if (level <= maxNesting) return;
  throw new GrpcError('INVALID_ARGUMENT', `Property ${path} is nested more than ${maxNesting} levels deep.`);
}

function checkFieldName(name: string): void {
  if (name === '') throw new GrpcError('INVALID_ARGUMENT', 'field name cannot be empty');
  if (name.startsWith('__') && name.endsWith('__') && name !== '__type__') {
    throw new GrpcError('INVALID_ARGUMENT', `field name ${name} is reserved`);
  }
  if (name.length * 3 > maxNameBytes && Buffer.byteLength(name) > maxNameBytes) {
    throw new GrpcError('INVALID_ARGUMENT', `field name is longer than ${maxNameBytes} bytes`);
  }
}
