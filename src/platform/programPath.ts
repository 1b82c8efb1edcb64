import { accessSync, constants, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

const found = new Map<string, string>();

/**
 * Where PATH finds a program, looked up once: a child that looks itself fails in folder after folder while we wait for it.
 * The name itself where it holds a slash, is not found, or PATH has relative folders; then the system decides as ever.
 */
export function programPath(file: string, path: string | undefined): string {
  if (file === '' || file.includes('/') || path === undefined || process.platform === 'win32') return file;
  const key = `${path}\0${file}`;
  const known = found.get(key);
  if (known !== undefined && isProgram(known)) return known;
  const folders = path.split(':');
  const place = folders.every(isAbsolute) ? folders.map((folder) => join(folder, file)).find(isProgram) : undefined;
  if (place !== undefined) found.set(key, place);
  return place ?? file;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
