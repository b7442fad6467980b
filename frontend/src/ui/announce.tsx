/** Speaks results to screen readers: one polite region for the whole app. */
import { create } from "zustand";

const useAnnouncement = create<{ text: string; turn: number }>(() => ({ text: "", turn: 0 }));

export function announce(text: string): void {
  useAnnouncement.setState((before) => ({ text, turn: before.turn + 1 }));
}

export function LiveRegion() {
  const { text, turn } = useAnnouncement();
  return (
    <div className="visually-hidden" aria-live="polite" data-testid="live-region">
      <span key={turn}>{text}</span>
    </div>
  );
}
