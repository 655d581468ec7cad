/** An error that the Lambda runtime itself reports, named as Lambda names it. */
export class RuntimeError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}
