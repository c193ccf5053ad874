// The page is one document at `/` and assets below `/_outcrop/assets/`, whose names hold a digest of their content.
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const server = process.env.OUTCROP_ENDPOINT ?? "http://127.0.0.1:4020";

export default defineConfig({
  plugins: [react()],
  base: "/_outcrop/",
  build: {
    outDir: "../src/outcrop/page",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0, // the policy allows no inline script, and data: for pictures only
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/_outcrop/api": { target: server, headers: { origin: server } } } },
});
