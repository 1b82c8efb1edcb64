export { createDirectoryStore } from './directory.js';
export { createGitBranchStore } from './gitBranch.js';
