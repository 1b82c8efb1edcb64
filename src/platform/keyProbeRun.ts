import { execFile } from 'node:child_process';

export interface BriefResult { /** Absent when it did not start or was stopped. */ readonly code: number | undefined; readonly stdout: string; readonly stderr: string }

/** A short question to a program: bounded in time and output, never an exception. */
export function runBriefly([file = '', ...args]: readonly string[], at: { readonly cwd?: string; readonly env: Readonly<Record<string, string>>; readonly timeoutMs: number }): Promise<BriefResult> {
  return new Promise((resolve) => {
    try {
      execFile(file, args, { ...(at.cwd === undefined ? {} : { cwd: at.cwd }), env: at.env, timeout: at.timeoutMs, killSignal: 'SIGKILL', maxBuffer: 4 * 1024 * 1024, encoding: 'utf8' }, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : undefined;
        resolve({ code, stdout, stderr: stderr === '' && error !== null ? error.message : stderr });
      });
    } catch (error) {
      resolve({ code: undefined, stdout: '', stderr: String(error) });
    }
  });
}
