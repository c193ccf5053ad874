// The page begins: styles, then who is signed in, then the view the address names.
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Page } from "./Page";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/playground.css";
import "./styles/conversation.css";

const root = document.getElementById("page");
if (root)
  createRoot(root).render(
    <StrictMode>
      <Page />
    </StrictMode>,
  );
