/** A button that rests after each press, so that an impatient second click cannot ask twice. */
import { useEffect, useState } from "react";

export function useCoolDown(ms: number): [boolean, () => void] {
  const [presses, setPresses] = useState(0);
  const [rested, setRested] = useState(0);
  useEffect(() => {
    if (presses === 0) return;
    const timer = setTimeout(() => setRested(presses), ms);
    return () => clearTimeout(timer);
  }, [presses, ms]);
  return [presses !== rested, () => setPresses((before) => before + 1)];
}
