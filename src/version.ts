/** Equal to package.json's (`version.test.ts`): the bundle carries no package.json of ours. */
export const version = '0.1.0';
