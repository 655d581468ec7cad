import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** 32 hexadecimal digits that name the content of a file. @throws Error saying that the file cannot be read */
export function contentHash(file: string): string {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 32);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason =
      code === 'ENOENT' ? 'there is no such file; build the function packages first: npm run build' : message;
    throw new Error(`cannot read ${file}: ${reason}`, { cause: error });
  }
}
