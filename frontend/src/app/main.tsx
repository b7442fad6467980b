/** The door of the app: texts first, then the screen. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { startI18n } from "@/i18n";
import "@/ui/tokens.css";
import "@/ui/base.css";
import { applyThemeNow } from "@/ui/theme";
import { App } from "./App";

const root = document.getElementById("root");
if (!root) throw new Error("The page has no #root element.");

applyThemeNow();
await startI18n();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
