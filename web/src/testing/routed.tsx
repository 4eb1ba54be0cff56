// A router around a part of the client, for parts with links. Every address draws the same part.
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";

export function Routed({ children }: { children: ReactNode }) {
  const [router] = useState(() =>
    createRouter({
      routeTree: createRootRoute({ component: () => children, notFoundComponent: () => children }),
      history: createMemoryHistory(),
    }),
  );
  // The client's own router is the one that types know.
  return <RouterProvider router={router as never} />;
}
