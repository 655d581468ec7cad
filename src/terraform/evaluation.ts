import { readFileSync } from 'node:fs';
import type { ReferenceExpression } from './ast.ts';
import { defaultScope } from './default-scope.ts';
import { terraformError } from './diagnostics.ts';
import { evaluate } from './evaluate/expression.ts';
import { containsSensitive, findUnknown } from './evaluate/marks.ts';
import { type EvaluationContext, ResourceObjects, type Scope } from './evaluate/scope.ts';
import { functions } from './functions/index.ts';
import { Tracker } from './module/tracker.ts';
import { SourceFile } from './source.ts';
import {
  type DeploymentScope,
  type EvaluateOptions,
  type StackProvider,
  type StackResource,
  Unknown,
} from './stack.ts';
import { parseTemplate } from './template.ts';
import { type KnownValue, Sensitive, type Value } from './value.ts';

/** What all modules of one evaluation share: the options, and what the evaluation finds. */
export class Evaluation {
  readonly rootDirectory: string;
  readonly options: EvaluateOptions;
  readonly deployment: DeploymentScope;
  readonly tracker = new Tracker();
  readonly context: EvaluationContext;
  readonly files = new Set<string>();
  readonly warnings: string[] = [];
  readonly providers: StackProvider[] = [];
  readonly resources: StackResource[] = [];
  readonly dataSources: StackResource[] = [];
  #startedAt: Date | undefined;

  constructor(rootDirectory: string, options: EvaluateOptions) {
    this.rootDirectory = rootDirectory;
    this.options = options;
    const { scope } = options;
    this.deployment = {
      aws: { ...defaultScope.aws, ...scope?.aws },
      azure: { ...defaultScope.azure, ...scope?.azure },
      google: { ...defaultScope.google, ...scope?.google },
    };
    this.context = {
      functions,
      planning: options.provider === undefined,
      functionContext: {
        baseDirectory: rootDirectory,
        now: () => this.#now(),
        ...(options.newUuid === undefined ? {} : { newUuid: options.newUuid }),
        readFile: (path) => this.readFile(path),
        renderTemplate: (text, variables, fileName) => this.#renderTemplate(text, variables, fileName),
      },
      resources: new ResourceObjects((place, name, range) => {
        if (options.provider === undefined) return new Unknown(`${place}.${name}`);
        throw terraformError(
          'Missing resource attribute',
          `${place} has no attribute "${name}": the configuration does not set it, and the provider model does not supply it.`,
          range,
        );
      }),
    };
  }

  /** Without a provider model, computed attributes stay unknown, as in `terraform plan`. */
  get planning(): boolean {
    return this.options.provider === undefined;
  }

  readFile(path: string): Buffer {
    const content = readFileSync(path);
    this.files.add(path);
    return content;
  }

  /** All calls of one evaluation see the same time. */
  #now(): Date {
    this.#startedAt ??= this.options.now?.();
    if (this.#startedAt !== undefined) return this.#startedAt;
    throw terraformError(
      'No clock',
      'The configuration asks for the current time, but the evaluation was given no clock (option "now").',
    );
  }

  /** Templates see their variables and nothing else. */
  #renderTemplate(text: string, variables: Record<string, KnownValue>, fileName: string): KnownValue {
    const scope: Scope = {
      context: this.context,
      resolve(reference: ReferenceExpression) {
        if (Object.hasOwn(variables, reference.root))
          return { value: variables[reference.root] ?? null, consumed: 0 };
        throw terraformError(
          'Invalid template variable',
          `vars map does not contain key "${reference.root}", referenced in ${fileName}.`,
          reference.range,
        );
      },
    };
    const template = parseTemplate(new SourceFile(fileName, text));
    const result = evaluate(template, scope);
    if (isKnown(result)) return result;
    throw terraformError(
      'Unsupported template result',
      `The template ${fileName} produces a sensitive or unknown value. Mark the result of the call instead.`,
      template.range,
    );
  }
}

function isKnown(value: Value): value is KnownValue {
  return findUnknown(value) === undefined && !containsSensitive(value);
}

/** The text that shows an error message or a name, with nothing of a sensitive value in it. */
export function visibleText(value: Value): string | undefined {
  if (value instanceof Sensitive) return '(the message contains a sensitive value and is not shown)';
  return typeof value === 'string' ? value : undefined;
}
