import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Modules as the user's own code would find them: node_modules upwards of `dir`, then NODE_PATH. */
export interface Workspace {
  /** `undefined` when it is not installed; throws what the module throws when it is there but broken. */
  load(name: string): unknown;
  /** The user's own module, CommonJS or ESM, as its namespace. */
  import(path: string): Promise<Readonly<Record<string, unknown>>>;
}

export function openWorkspace(dir: string): Workspace {
  const require = createRequire(join(dir, 'package.json'));
  const isInstalled = (name: string): boolean => {
    try {
      require.resolve(name);
      return true;
    } catch {
      return false;
    }
  };
  return {
    load: (name) => (isInstalled(name) ? (require(name) as unknown) : undefined),
    import: async (path) => (await import(pathToFileURL(resolve(dir, path)).href)) as Record<string, unknown>,
  };
}
