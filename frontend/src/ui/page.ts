/** What the shell shows about the page inside it: the trail of places and the title of the document. */
import { useEffect } from "react";
import { create } from "zustand";

export type Crumb = { label: string; to?: string };

export const usePageTrail = create<{ crumbs: Crumb[] }>(() => ({ crumbs: [] }));

/** Call once per screen. The last crumb is the page itself; the screen renders its own h1. */
export function usePage(crumbs: Crumb[]): void {
  const key = crumbs.map((crumb) => `${crumb.label}|${crumb.to ?? ""}`).join(">");
  useEffect(() => {
    usePageTrail.setState({ crumbs });
    document.title = [...crumbs.map((crumb) => crumb.label).reverse(), "Orderflow"].join(" · ");
    // `key` stands for the content of the crumbs, whose array is new at every render.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key]);
}

const useImmersion = create<{ depth: number }>(() => ({ depth: 0 }));

/** Whether the bar at the bottom of a phone gives its place to the page. */
export const useBottomBarHidden = (): boolean => useImmersion((state) => state.depth > 0);

/** A full-screen page of a phone, with a bar of its own. */
export function useWithoutBottomBar(wanted: boolean): void {
  useEffect(() => {
    if (!wanted) return undefined;
    useImmersion.setState((state) => ({ depth: state.depth + 1 }));
    return () => useImmersion.setState((state) => ({ depth: state.depth - 1 }));
  }, [wanted]);
}
