// Build output goes to an untracked folder; there is nothing else to configure.
export default { distDir: ".tools/next", turbopack: { root: import.meta.dirname } };
