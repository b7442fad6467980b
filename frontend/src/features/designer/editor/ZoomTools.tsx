/** Zoom of the drawing, docked at the bottom. */
import { useViewport } from "@xyflow/react";
import type { ReactElement, RefObject } from "react";
import { useTranslation } from "react-i18next";
import type { CanvasInstance } from "@/graph/toFlow";
import { fitWhole } from "@/graph/fit";

export function ZoomTools({ flow }: { flow: RefObject<CanvasInstance | null> }): ReactElement {
  const { t } = useTranslation("graph");
  const { zoom } = useViewport();
  return (
    <div className="gv-zoom is-left" role="group" aria-label={t("zoom.label")}>
      <button type="button" aria-label={t("zoom.out")} onClick={() => void flow.current?.zoomOut()}>
        −
      </button>
      <span className="num">{Math.round(zoom * 100)}%</span>
      <button type="button" aria-label={t("zoom.in")} onClick={() => void flow.current?.zoomIn()}>
        +
      </button>
      <button type="button" onClick={() => void fitWhole(flow.current)}>
        {t("zoom.fit")}
      </button>
    </div>
  );
}
