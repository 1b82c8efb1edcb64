import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
export async function run(): Promise<number> { await Promise.all([access, mkdir, readFile, writeFile]); return 0; }
