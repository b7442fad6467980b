/** 流程体检: what became wrong with live flows since they were published. */
import { lazy } from "react";
import type { RouteObject } from "react-router";

const PolicyPage = lazy(async () => ({ default: (await import("./PolicyPage")).PolicyPage }));

export const routes: RouteObject[] = [{ path: "policy", element: <PolicyPage /> }];
