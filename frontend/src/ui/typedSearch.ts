/** The text of a search box: asked for once typing rests, and given up when the address says something else. */
import { useEffect, useState } from "react";

const TYPING_MS = 350;

/** The text in the box, how it is typed, and how it is asked for at once; `value` is what the list shows now. */
export function useTypedSearch(
  value: string,
  onAsk: (wanted: string) => void,
): { text: string; type: (text: string) => void; askNow: () => void } {
  const [text, setText] = useState(value);
  const [seen, setSeen] = useState(value);
  const [asked, setAsked] = useState(value);
  if (seen !== value) {
    setSeen(value);
    if (value !== asked) {
      // It changed from elsewhere, as by "clear filter" or the way back; an answer to this box lets typing go on.
      setAsked(value);
      setText(value);
    }
  }
  const askNow = (): void => {
    setAsked(text.trim());
    onAsk(text.trim());
  };
  useEffect(() => {
    if (text.trim() === value) return;
    const timer = setTimeout(askNow, TYPING_MS);
    return () => clearTimeout(timer);
  });
  return { text, type: setText, askNow };
}
