import type { RouteObject } from "react-router";

const lazyPage = async () => ({ Component: (await import("./InboxPage")).InboxPage });

export const routes: RouteObject[] = [{ path: "inbox/:taskId?", lazy: lazyPage }];
