// Asks before what cannot be undone; says what will happen, and keeps what went wrong in sight.
import type { ReactNode } from "react";
import { Dialog } from "./Dialog";
import { useDoing } from "./useAsked";

interface Props {
  title: string;
  action: string;
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
  children: ReactNode;
}

export function Confirm({ title, action, onConfirm, onClose, children }: Props) {
  const { busy, error, run } = useDoing();
  return (
    <Dialog title={title} onClose={onClose} className="slim">
      <div className="stack">
        {children}
        {error && (
          <p className="notice error" role="alert">
            {error}
          </p>
        )}
        <div className="row">
          <button type="button" className="danger" disabled={busy} onClick={async () => (await run(onConfirm)) && onClose()}>
            {action}
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </div>
    </Dialog>
  );
}
