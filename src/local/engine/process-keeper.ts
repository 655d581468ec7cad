import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Makes sure that no instance outlives the run, even when the run is killed with SIGKILL while an instance is
 * frozen or in an endless loop and cannot notice.
 *
 * A small shell holds the ids of the running instances; when its input ends, because the run has ended in
 * whatever way, it kills those that are left. On Windows, where instances are never frozen, they see the
 * closed pipe themselves.
 */
export class ProcessKeeper {
  #shell: ChildProcess | undefined;

  guard(pid: number): void {
    this.#tell('+', pid);
  }

  release(pid: number): void {
    this.#tell('-', pid);
  }

  /** Ends the shell; what it still guards is killed. */
  close(): void {
    this.#shell?.stdin?.end();
    this.#shell = undefined;
  }

  #tell(sign: '+' | '-', pid: number): void {
    if (process.platform === 'win32') return;
    if (!this.#shell) {
      if (sign === '-') return;
      // In a group of its own, so that Ctrl-C in the terminal does not end it before its work is done.
      this.#shell = spawn('/bin/sh', ['-c', GUARD], {
        stdio: ['pipe', 'ignore', 'ignore'],
        detached: true,
        env: {},
      });
      this.#shell.on('error', () => undefined);
      this.#shell.stdin?.on('error', () => undefined);
      this.#shell.unref();
      if (
        this.#shell.stdin &&
        'unref' in this.#shell.stdin &&
        typeof this.#shell.stdin.unref === 'function'
      ) {
        this.#shell.stdin.unref();
      }
    }
    this.#shell.stdin?.write(`${sign} ${pid}\n`);
  }
}

const GUARD = `
trap '' INT HUP TERM
pids=' '
while read -r sign pid; do
  case "$sign" in
    +) pids="$pids$pid " ;;
    -) pids="\${pids%% $pid *} \${pids#* $pid }" ;;
  esac
done
for pid in $pids; do kill -9 "$pid" 2>/dev/null; done
`;
