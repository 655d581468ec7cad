import { StringDecoder } from 'node:string_decoder';

/** A line longer than this is cut into several, so that a runaway writer cannot fill the runner's memory. */
const MAXIMUM_LINE_CHARACTERS = 256 * 1024;

/** Cuts what a process writes into lines, whatever the chunk borders: partial lines, split characters, CRLF. */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8');
  readonly #deliver: (line: string) => void;
  #partial = '';

  constructor(deliver: (line: string) => void) {
    this.#deliver = deliver;
  }

  push(chunk: Buffer): void {
    const text = this.#decoder.write(chunk);
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      this.#line(this.#partial + text.slice(start, end));
      this.#partial = '';
      start = end + 1;
    }
    this.#partial += text.slice(start);
    while (this.#partial.length > MAXIMUM_LINE_CHARACTERS) {
      this.#deliver(this.#partial.slice(0, MAXIMUM_LINE_CHARACTERS));
      this.#partial = this.#partial.slice(MAXIMUM_LINE_CHARACTERS);
    }
  }

  /** Delivers a last line that has no line feed. */
  flush(): void {
    const rest = this.#partial;
    this.#partial = '';
    if (rest !== '') this.#line(rest);
  }

  #line(line: string): void {
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    for (let start = 0; start === 0 || start < text.length; start += MAXIMUM_LINE_CHARACTERS) {
      this.#deliver(text.slice(start, start + MAXIMUM_LINE_CHARACTERS));
    }
  }
}
