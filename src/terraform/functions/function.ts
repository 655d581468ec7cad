import type { KnownValue, Value } from '../value.ts';

/** What a function may know besides its arguments. */
export interface FunctionContext {
  /** Absolute directory against which `file()` and its kin resolve relative paths: the working directory of the run. */
  baseDirectory: string;
  now: () => Date;
  /** Source of `uuid()`. Without one, its result is unknown, as it is during `terraform plan`. */
  newUuid?: () => string;
  /** Remembers a file that the evaluation depends on. Throws Node's error (`ENOENT`, `EISDIR`) where there is none. */
  readFile(absolutePath: string): Buffer;
  /** Renders a template text with variables, for `templatefile` and `templatestring`. */
  renderTemplate(text: string, variables: Record<string, KnownValue>, fileName: string): KnownValue;
}

/**
 * A built-in function. The evaluator takes care of unknown and sensitive arguments before it calls: an argument is
 * never itself `Unknown` or `Sensitive`. `try`, `can`, `sensitive`, `nonsensitive` and `issensitive` need the
 * unevaluated expression or the marks and therefore belong to the evaluator.
 */
export interface TerraformFunction {
  /** Names of the parameters, for error messages. */
  parameters: readonly string[];
  /** How many of them may be left out at the end. */
  optional?: number;
  /** Name of the parameter that takes all further arguments. */
  variadic?: string;
  /**
   * Only moves the elements of collections about: they may be unknown or sensitive and stay so, each by itself.
   * All other functions are called with arguments that are known and unmarked at every depth.
   */
  partlyKnown?: true;
  /** Throws `FunctionError` for arguments it cannot take. Converts them to the parameter's type, as Terraform does. */
  call(args: Value[], context: FunctionContext): Value;
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
