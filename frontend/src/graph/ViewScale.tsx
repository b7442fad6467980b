/** Scale of a read-only drawing: fits its frame, keeps the current step in sight, zooms by buttons. */
import { type ReactElement, type RefObject, useEffect, useLayoutEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { BlockLayout } from "./blockLayout";
import { readableScale, scrollLeftFor } from "./fit";

const STEPS = [0.25, 0.33, 0.5, 0.67, 0.8, 0.9, 1, 1.25, 1.5, 2];
const SMALLEST_FIT = 0.7;

export interface ViewScale {
  scale: number;
  zoom: (by: 1 | -1) => void;
  fit: () => void;
}

export function useViewScale(
  frame: RefObject<HTMLDivElement | null>,
  layout: BlockLayout,
  here: string | undefined,
): ViewScale {
  const [size, setSize] = useState<{ width: number; height: number } | null>(null);
  const [chosen, setChosen] = useState<number | null>(null);
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    const measure = (): void => setSize({ width: element.clientWidth, height: element.clientHeight });
    measure();
    if (typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [frame]);
  const fitting = size && size.width > 0 ? readableScale(layout, size, SMALLEST_FIT) : 1;
  const scale = chosen ?? fitting;
  const box = here ? layout.nodes.get(here) : undefined;
  const width = box?.width ?? 0;
  const [x, y] = box ? [box.x - layout.left + width / 2, box.y + box.height / 2] : [Number.NaN, Number.NaN];
  useEffect(() => {
    const element = frame.current;
    if (!element || Number.isNaN(x)) return;
    element.scrollTo({
      left: scrollLeftFor({ middle: x, width }, scale, element.clientWidth),
      top: y * scale - element.clientHeight / 2,
    });
  }, [frame, scale, x, y, width]);
  const zoom = (by: 1 | -1): void => {
    const wider = STEPS.filter((step) => (by > 0 ? step > scale + 0.01 : step < scale - 0.01));
    setChosen((by > 0 ? wider[0] : wider.at(-1)) ?? scale);
  };
  return { scale, zoom, fit: () => setChosen(null) };
}

export function ZoomBar({ view }: { view: ViewScale }): ReactElement {
  const { t } = useTranslation("graph");
  return (
    <div className="gv-zoom" role="group" aria-label={t("zoom.label")}>
      <button type="button" onClick={() => view.zoom(-1)} aria-label={t("zoom.out")}>
        −
      </button>
      <span className="num" aria-live="off">
        {Math.round(view.scale * 100)}%
      </span>
      <button type="button" onClick={() => view.zoom(1)} aria-label={t("zoom.in")}>
        +
      </button>
      <button type="button" onClick={view.fit}>
        {t("zoom.fit")}
      </button>
    </div>
  );
}
