import { collectionCases } from './collection.cases.ts';
import { conversionCases } from './conversion.cases.ts';
import { dateCases } from './date.cases.ts';
import { encodingCases } from './encoding.cases.ts';
import { filesystemCases } from './filesystem.cases.ts';
import { formatCases } from './format.cases.ts';
import type { FunctionCase } from './function-case.ts';
import { hashCases } from './hash.cases.ts';
import { networkCases } from './network.cases.ts';
import { numericCases } from './numeric.cases.ts';
import { regexCases } from './regex.cases.ts';
import { setCases } from './set.cases.ts';
import { stringCases } from './string.cases.ts';
import { yamlCases } from './yaml.cases.ts';

/** All tables of cases, by family. */
export const allCases: Record<string, FunctionCase[]> = {
  collection: collectionCases,
  conversion: conversionCases,
  date: dateCases,
  encoding: encodingCases,
  filesystem: filesystemCases,
  format: formatCases,
  hash: hashCases,
  network: networkCases,
  numeric: numericCases,
  regex: regexCases,
  set: setCases,
  string: stringCases,
  yaml: yamlCases,
};
