// The frame of the views beside the playground: a heading with its sentence, and what stands in for content that is not there.
import type { ReactNode } from "react";
import type { ApiError } from "../api/client";
import "../styles/console.css";

export function Plain({ title, lead, actions, children }: { title: ReactNode; lead?: ReactNode; actions?: ReactNode; children: ReactNode }) {
  return (
    <div className="plain-view">
      <header className="plain-head">
        <div>
          <h1>{title}</h1>
          {lead && <p className="quiet">{lead}</p>}
        </div>
        {actions && <div className="row">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** What went wrong, and a way to try again; a refusal by policy says whom to ask. */
export function Failed({ error, again }: { error: ApiError; again: () => void }) {
  const denied = error.status === 403;
  return (
    <div className="notice error" role="alert">
      <p>{error.message}</p>
      {denied ? (
        <p>Ask an administrator for a policy that allows it.</p>
      ) : (
        <button type="button" className="link" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}

export function Empty({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="empty-state">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** A table that is wider than the window scrolls by itself, by keys too; with `cards` its rows are cards on a phone. */
export function Wide({ label, cards = false, children }: { label: string; cards?: boolean; children: ReactNode }) {
  return (
    <div className={cards ? "frame cards" : "frame"} role="region" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}
