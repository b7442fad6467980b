/** After a dialog the focus goes back to where it was: dialogs that are taken away at once cannot do it themselves. */
import { useEffect, useRef } from "react";

/**
 * Call the answer when the dialog is asked for. `fallback` finds where to go when the place is gone by then, or when
 * the dialog was there from the start.
 */
export function useReturnFocus(open: boolean, fallback: () => HTMLElement | null): () => void {
  const place = useRef<Element | null>(null);
  const wasOpen = useRef(open);
  const spare = useRef(fallback);
  useEffect(() => {
    spare.current = fallback;
  });
  useEffect(() => {
    if (wasOpen.current && !open) {
      const back = place.current;
      const usable = back instanceof HTMLElement && back.isConnected && back !== document.body;
      (usable ? back : spare.current())?.focus();
    }
    wasOpen.current = open;
  }, [open]);
  return () => {
    place.current = document.activeElement;
  };
}
