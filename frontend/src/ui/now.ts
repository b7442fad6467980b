/** One ticking clock for all countdowns on the page. */
import { useSyncExternalStore } from "react";

const STEP_MS = 5_000;
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const notify of listeners) notify();
  }, STEP_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

function read(): number {
  if (timer === undefined) now = Date.now();
  return now;
}

/** The time in ms, renewed every few seconds. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, read);
}
