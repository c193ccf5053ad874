// The conversations this browser keeps.
import { memo, useRef } from "react";
import { Icon } from "../parts/Icon";
import type { Conversation } from "./types";

interface Props {
  conversations: Conversation[];
  current: string;
  onNew: () => void;
  onOpen: (conversation: Conversation) => void;
  onForget: (id: string) => void;
  onImport: (file: File) => void;
}

export const History = memo(function History({ conversations, current, onNew, onOpen, onForget, onImport }: Props) {
  const file = useRef<HTMLInputElement>(null);
  return (
    <>
      <div className="row">
        <button type="button" className="grow" onClick={onNew}>
          <Icon name="plus" /> New
        </button>
        <button type="button" className="bare" onClick={() => file.current?.click()}>
          Import
        </button>
        <input
          ref={file}
          type="file"
          accept="application/json,.json"
          className="hidden"
          tabIndex={-1}
          aria-label="A conversation to import"
          onChange={(event) => {
            const given = event.target.files?.[0];
            event.target.value = "";
            if (given) onImport(given);
          }}
        />
      </div>
      {conversations.length === 0 && <p className="quiet small">Conversations are kept in this browser, and nowhere else.</p>}
      <ul className="titles">
        {conversations.map((row) => (
          <li key={row.id}>
            <button type="button" className="bare title" aria-current={row.id === current ? "true" : undefined} onClick={() => onOpen(row)}>
              {row.title}
            </button>
            <button type="button" className="bare icon forget" aria-label={`Forget ${row.title}`} onClick={() => onForget(row.id)}>
              <Icon name="close" />
            </button>
          </li>
        ))}
      </ul>
    </>
  );
});
