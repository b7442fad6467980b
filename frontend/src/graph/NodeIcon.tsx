/** The small drawings of node types; bundled strokes in the colour of the text. */
import type { ReactElement } from "react";

const STROKES: Record<string, string> = {
  play: "M5 3.5v9l7-4.5z",
  stop: "M4 4h8v8H4z",
  terminate: "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM6 6h4v4H6z",
  branch: "M8 2.5 13.5 8 8 13.5 2.5 8z",
  parallel: "M8 2v12M2 8h12M8 2.5 13.5 8 8 13.5 2.5 8z",
  inclusive: "M8 2.5 13.5 8 8 13.5 2.5 8zM8 6.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6z",
  event_choice: "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zM8 4.6 11.4 7 10.1 11H5.9L4.6 7z",
  clock: "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM8 5v3.2l2.2 1.4",
  approval:
    "M6.3 7.2a2.4 2.4 0 1 0 0-4.8 2.4 2.4 0 0 0 0 4.8zM2 13.4c.3-2.6 2-4.1 4.3-4.1 1 0 1.8.3 2.5.8M9.6 11.6l1.6 1.6 2.9-3.2",
  refund: "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM5.6 4.8 8 8l2.4-3.2M8 8v3.6M6 8.2h4M6 10h4",
  reject: "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM4 12l8-8",
  withdraw: "M13 12.5V9A3.5 3.5 0 0 0 9.5 5.5H3M6 2.5l-3 3 3 3M6.5 9.5l4 4M10.5 9.5l-4 4",
  mail: "M2.5 4h11v8h-11zM2.5 4.5 8 9l5.5-4.5",
  bell: "M4 11.5V7.2a4 4 0 0 1 8 0v4.3M2.8 11.5h10.4M6.6 13.6h2.8",
  equals: "M3 5.5h6M3 9h6M11 4.5 13.5 7.2 11 10",
  request: "M2.5 5.5h9M8.5 2.5l3 3-3 3M13.5 10.5h-9M7.5 7.5l-3 3 3 3",
  table: "M2.5 3h11v10h-11zM2.5 6.3h11M2.5 9.6h11M6.5 3v10",
  subflow: "M2.5 2.5h11v11h-11zM8 5.5v5M5.5 8h5",
  each: "M2.5 2.5h7v4h-7zM4.5 6.5v3h7v-4h-2M6.5 9.5v3h7v-4h-2",
  box: "M2.5 5 8 2.2 13.5 5v6L8 13.8 2.5 11zM2.5 5 8 8l5.5-3M8 8v5.8",
  jump: "M3 3v4.5A2.5 2.5 0 0 0 5.5 10H13M10 7l3 3-3 3",
  back: "M13 13V8.5A2.5 2.5 0 0 0 10.5 6H3M6 3 3 6l3 3",
  done: "M3 8.5 6.5 12 13 4.5",
  failed: "M2.5 9 5 6l2 4 2-5 2 6 2.5-4",
  forced: "M3 4l4 4-4 4M8.5 4l4 4-4 4",
  current: "M8 4.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z",
};

/** Names that node types may use for a picture that exists under another name. */
const ALIASES: Record<string, string> = {
  "check-circle": "approval",
  user: "approval",
  "user-check": "approval",
  audit: "approval",
  stamp: "approval",
  money: "refund",
  "money-back": "refund",
  "refund-rejected": "reject",
  "order-change": "request",
  "order-change-rejected": "reject",
  wallet: "refund",
  "close-circle": "reject",
  close: "reject",
  ban: "reject",
  split: "parallel",
  fork: "parallel",
};

export function NodeIcon({ name, size = 16 }: { name: string; size?: number }): ReactElement {
  const path = STROKES[name] ?? STROKES[ALIASES[name] ?? "box"] ?? "";
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={path} />
    </svg>
  );
}
