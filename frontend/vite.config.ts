import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const backend = process.env["ORDERFLOW_BACKEND"] ?? "http://127.0.0.1:8000";

/** Libraries that every screen needs stay together; what one screen needs follows that screen. */
const framework =
  /node_modules[\\/](react|react-dom|scheduler|react-router|@tanstack|i18next|react-i18next|zustand)[\\/]/;

export default defineConfig(() => ({
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: {
    host: "127.0.0.1",
    port: 5173,
    proxy: { "/api": { target: backend }, "/static": { target: backend } },
  },
  preview: { host: "127.0.0.1", port: 4173, proxy: { "/api": { target: backend } } },
  build: {
    target: "es2022",
    sourcemap: false,
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      output: {
        codeSplitting: { groups: [{ name: "framework", test: framework, priority: 20 }] },
      },
    },
  },
}));
