/** Whether the server answers and whether the session is still good: heard by the top bar and the session dialog. */
import { create } from "zustand";

export type ConnectionState = "live" | "reconnecting" | "offline";

type Connection = {
  state: ConnectionState;
  /** When the server last answered, ms since the epoch. */
  lastAnswer: number | null;
  sessionExpired: boolean;
};

export const useConnection = create<Connection>(() => ({
  state: typeof navigator !== "undefined" && !navigator.onLine ? "offline" : "live",
  lastAnswer: null,
  sessionExpired: false,
}));

export function announceReachable(): void {
  useConnection.setState({ state: "live", lastAnswer: Date.now() });
}

export function announceUnreachable(): void {
  useConnection.setState({ state: navigator.onLine ? "reconnecting" : "offline" });
}

export function announceSessionExpired(): void {
  useConnection.setState({ sessionExpired: true });
}

export function announceSessionRenewed(): void {
  useConnection.setState({ sessionExpired: false });
}

/** Follows the browser's own knowledge of the network; returns the undo. */
export function watchNetwork(): () => void {
  const offline = () => useConnection.setState({ state: "offline" });
  const online = () => useConnection.setState({ state: "reconnecting" });
  window.addEventListener("offline", offline);
  window.addEventListener("online", online);
  return () => {
    window.removeEventListener("offline", offline);
    window.removeEventListener("online", online);
  };
}
