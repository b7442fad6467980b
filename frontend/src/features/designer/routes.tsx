import type { RouteObject } from "react-router";

export const routes: RouteObject[] = [
  { path: "flows", lazy: async () => ({ Component: (await import("./list/FlowsPage")).FlowsPage }) },
  {
    path: "flows/:id",
    lazy: async () => ({ Component: (await import("./editor/DesignerPage")).DesignerPage }),
  },
  {
    path: "flows/:id/test",
    lazy: async () => ({ Component: (await import("./rehearsal/RehearsalPage")).RehearsalPage }),
  },
  {
    path: "flows/:id/versions/:version?",
    lazy: async () => ({ Component: (await import("./versions/VersionsPage")).VersionsPage }),
  },
  {
    path: "flows/:id/migrations",
    lazy: async () => ({ Component: (await import("./migrations/MigrationsPage")).MigrationsPage }),
  },
  {
    path: "flows/:id/migrations/:migration",
    lazy: async () => ({ Component: (await import("./migrations/MigrationPage")).MigrationPage }),
  },
  {
    path: "flows/:id/compare/:from/:to",
    lazy: async () => ({ Component: (await import("./versions/ComparePage")).ComparePage }),
  },
];
