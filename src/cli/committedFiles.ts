import type { Repository } from '../model/ports.js';
import { findConfigFiles, readConfigFile } from '../platform/configFiles.js';

interface Wanted { readonly cwd: string; /** `cwd` inside the repository. */ readonly prefix: string; readonly config: string | undefined }

/** The study files as a commit has them, by their path in the repository; one that is not committed yet as it lies in the folder. UserErrors of `findConfigFiles`. */
export async function committedFiles(repository: Pick<Repository, 'readFile'>, sha: string, { cwd, prefix, config }: Wanted): Promise<{ readonly path: string; readonly text: string }[]> {
  const paths = await findConfigFiles(cwd, config);
  return await Promise.all(paths.map(async (path) => {
    const inRepository = prefix === '' ? path : `${prefix}/${path}`;
    return { path: inRepository, text: (await repository.readFile(sha, inRepository)) ?? (await readConfigFile(cwd, path)) };
  }));
}
