// Light, dark, or as the system is; kept in the browser.
import { useState } from "react";

export type Theme = "system" | "light" | "dark";
const KEY = "outcrop.theme";

function apply(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

function kept(): Theme {
  const found = localStorage.getItem(KEY);
  return found === "light" || found === "dark" ? found : "system";
}

apply(kept());

export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, set] = useState(kept);
  return [
    theme,
    (next) => {
      localStorage.setItem(KEY, next);
      apply(next);
      set(next);
    },
  ];
}
