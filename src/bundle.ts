/** The one entry of the bundle: `dist/index.js` is the action; the files beside it name another entry first. */
const entries = {
  action: () => import('./action/main.js'),
  publish: () => import('./action/publish.js'),
  post: () => import('./action/post.js'),
  cli: () => import('./cli/main.js'),
};

const named = (globalThis as { noregretEntry?: keyof typeof entries }).noregretEntry;
const { main } = await entries[named ?? 'action']();
await main();
