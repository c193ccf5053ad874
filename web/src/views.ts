// The views, one row each: what the address says, what the bar says, and what is shown. Adding one adds a row here.
import { lazy, type ComponentType } from "react";
import type { Session } from "./api/session";
import { Playground } from "./playground/Playground";

export interface View {
  path: string;
  title: string;
  element: ComponentType<{ session: Session; rest: string }>;
}

export const VIEWS: readonly View[] = [{ path: "playground", title: "Playground", element: Playground }];

/** A view whose code is fetched when it is first looked at. */
export const later = (load: () => Promise<{ default: View["element"] }>): View["element"] => lazy(load);
