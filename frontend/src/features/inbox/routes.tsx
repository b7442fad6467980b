import type { RouteObject } from "react-router";

const lazyPage = async () => ({ Component: (await import("./InboxPage")).InboxPage });

const lazySheet = async () => ({ Component: (await import("./sheet/SheetPage")).SheetPage });

export const routes: RouteObject[] = [
  { path: "inbox/:taskId?", lazy: lazyPage },
  { path: "inbox/:taskId/print", lazy: lazySheet },
];
