import type { KnownValue } from '../value.ts';

/** What a function may know besides its arguments. */
export interface FunctionContext {
  /** Absolute directory against which `file()` and its kin resolve relative paths: the working directory of the run. */
  baseDirectory: string;
  now: () => Date;
  /** Remembers a file that the evaluation depends on. */
  readFile(absolutePath: string): Buffer;
  /** Renders a template text with variables, for `templatefile` and `templatestring`. */
  renderTemplate(text: string, variables: Record<string, KnownValue>, fileName: string): KnownValue;
}

/**
 * A built-in function. The evaluator takes care of unknown and sensitive arguments before it calls: `call` only
 * sees known values. `try`, `can`, `sensitive`, `nonsensitive` and `issensitive` need the unevaluated
 * expression or the marks and therefore belong to the evaluator.
 */
export interface TerraformFunction {
  /** Names of the parameters, for error messages. */
  parameters: readonly string[];
  /** How many of them may be left out at the end. */
  optional?: number;
  /** Name of the parameter that takes all further arguments. */
  variadic?: string;
  /** Throws `FunctionError` for arguments it cannot take. */
  call(args: KnownValue[], context: FunctionContext): KnownValue;
}

/** `argument` counts from 0; absent when the call as a whole is wrong. The text is Terraform's own, without position. */
export class FunctionError extends Error {
  override name = 'FunctionError';
  readonly argument: number | undefined;

  constructor(message: string, argument?: number) {
    super(message);
    this.argument = argument;
  }
}
