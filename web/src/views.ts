// The views, one row each: what the address says, what the bar says, and what is shown. Adding one adds a row here.
import { lazy, type ComponentType } from "react";
import type { Question } from "./api/permissions";
import type { Session } from "./api/session";
import { Playground } from "./playground/Playground";

export interface View {
  path: string;
  title: string;
  needs?: Question; // without it, the bar does not offer the view
  element: ComponentType<{ session: Session; rest: string }>;
}

/** A view whose code is fetched when it is first looked at. */
export const later = (load: () => Promise<{ default: View["element"] }>): View["element"] => lazy(load);

export const VIEWS: readonly View[] = [
  { path: "playground", title: "Playground", element: Playground },
  { path: "access", title: "Model access", needs: ["bedrock:GetFoundationModelAvailability", ""], element: later(() => import("./access/AccessView")) },
  { path: "users", title: "Users and keys", needs: ["iam:ListUsers", "arn:aws:iam::123456789012:user/"], element: later(() => import("./users/UsersView")) },
  { path: "usage", title: "Usage", needs: "ce:GetCostAndUsage", element: later(() => import("./usage/UsageView")) },
  { path: "operator", title: "Operator", element: later(() => import("./operator/OperatorView")) },
];
