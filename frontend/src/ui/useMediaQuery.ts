import { useCallback, useSyncExternalStore } from "react";

/** Whether a media query matches now; follows changes. */
export function useMediaQuery(query: string): boolean {
  const subscribe = useCallback(
    (changed: () => void) => {
      const media = window.matchMedia(query);
      media.addEventListener("change", changed);
      return () => media.removeEventListener("change", changed);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => window.matchMedia(query).matches);
}

/** Screens below this width show one column and the bar at the bottom. */
export function usePhone(): boolean {
  return useMediaQuery("(max-width: 767px)");
}
