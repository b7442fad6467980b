/** What every test needs: texts, matchers, the parts of a browser that jsdom lacks, and a closed network. */
import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { useConnection } from "@/api/connection";
import { setLanguage, startI18n } from "@/i18n";
import { usePreferences } from "@/ui/preferences";
import { server } from "./server";

// Screens are loaded lazily and compiled on the way; a busy machine needs more than the usual second.
configure({ asyncUtilTimeout: 30_000 });

class NoResizeObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

/** Tests set it to answer for a phone or for the dark theme. */
export const media = { matches: (_query: string): boolean => false };

beforeAll(async () => {
  server.listen({ onUnhandledRequest: "error" });
  globalThis.ResizeObserver ??= NoResizeObserver as unknown as typeof ResizeObserver;
  window.matchMedia = (query: string) =>
    ({
      matches: media.matches(query),
      media: query,
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
      addListener: () => undefined,
      removeListener: () => undefined,
    }) as unknown as MediaQueryList;
  const computed = window.getComputedStyle.bind(window);
  window.getComputedStyle = (element) => computed(element);
  HTMLCanvasElement.prototype.getContext = () => null;
  Element.prototype.scrollIntoView = () => undefined;
  Element.prototype.scrollTo = () => undefined;
  await startI18n("zh-CN");
});

beforeEach(async () => {
  media.matches = () => false;
  localStorage.clear();
  usePreferences.setState({ theme: "light", railOpen: true, singleKeys: true, languageToSave: null });
  useConnection.setState({ state: "live", lastAnswer: null, sessionExpired: false });
  await setLanguage("zh-CN");
});

afterEach(() => {
  cleanup();
  server.resetHandlers();
});

afterAll(() => server.close());
