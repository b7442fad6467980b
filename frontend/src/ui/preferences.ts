/** What a person set for this browser: theme, rail, single-key shortcuts. */
import type { Language } from "@/api/types";
import { create } from "zustand";
import { createJSONStorage, persist } from "zustand/middleware";

export type ThemeChoice = "system" | "light" | "dark";

type Preferences = {
  theme: ThemeChoice;
  railOpen: boolean;
  /** Single-key shortcuts may be turned off (WCAG 2.1.4); combinations with Ctrl stay. */
  singleKeys: boolean;
  /** Chosen before signing in; goes onto the account afterwards. */
  languageToSave: Language | null;
};

export const usePreferences = create<Preferences>()(
  persist((): Preferences => ({ theme: "system", railOpen: true, singleKeys: true, languageToSave: null }), {
    name: "orderflow.preferences",
    storage: createJSONStorage(() => localStorage),
  }),
);

export function setPreference(change: Partial<Preferences>): void {
  usePreferences.setState(change);
}
