import { type RefObject, useEffect, useRef } from "react";

/** The first field of a form that was just opened gets the focus. */
export function useFocusAtStart<T extends HTMLElement>(): RefObject<T | null> {
  const field = useRef<T>(null);
  useEffect(() => field.current?.focus(), []);
  return field;
}
