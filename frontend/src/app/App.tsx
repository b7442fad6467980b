import { useState } from "react";
import { createBrowserRouter, RouterProvider } from "react-router";
import { Providers } from "./Providers";
import { makeQueryClient } from "./queryClient";
import { routes } from "./routes";

export function App() {
  const [client] = useState(makeQueryClient);
  const [router] = useState(() => createBrowserRouter(routes));
  return (
    <Providers client={client}>
      <RouterProvider router={router} />
    </Providers>
  );
}
