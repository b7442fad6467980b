/** 异常监控 and 操作日志: the runs, one run, and what people did to them. */
import { lazy } from "react";
import type { RouteObject } from "react-router";

const ConsolePage = lazy(async () => ({ default: (await import("./list/ConsolePage")).ConsolePage }));
const InstancePage = lazy(async () => ({ default: (await import("./instance/InstancePage")).InstancePage }));
const AuditPage = lazy(async () => ({ default: (await import("./audit/AuditPage")).AuditPage }));

export const routes: RouteObject[] = [
  { path: "console", element: <ConsolePage /> },
  { path: "console/:id", element: <InstancePage /> },
  { path: "audit", element: <AuditPage /> },
];
