// Where a prompt is written: text, and files by button, drag or paste.
import { useEffect, useRef, useState, type ClipboardEvent, type DragEvent, type KeyboardEvent } from "react";
import type { Block } from "../api/converse";
import type { Model } from "../api/models";
import { Icon } from "../parts/Icon";
import { accepted, blockOf, megabytes, type Attachment } from "./files";
import { openCalls } from "./request";
import { newId, type Conversation } from "./types";
import type { Actions } from "./useConversation";

interface Props {
  conversation: Conversation;
  model: Model | undefined;
  busy: boolean;
  actions: Actions;
  chosen: string;
}

export function Composer({ conversation, model, busy, actions, chosen }: Props) {
  const [text, write] = useState("");
  const [files, setFiles] = useState<Attachment[]>([]);
  const [wrong, say] = useState("");
  const [over, setOver] = useState(false);
  const picker = useRef<HTMLInputElement>(null);
  const box = useRef<HTMLTextAreaElement>(null);
  const blocked = conversation.mode === "chat" && conversation.columns.some(({ turns }) => openCalls(turns).length > 0);

  useEffect(() => {
    if (matchMedia("(min-width: 900px)").matches) box.current?.focus();
  }, []);

  const take = async (given: Iterable<File>) => {
    say("");
    for (const file of given) {
      try {
        const taken = files.map(({ block }) => block.document?.name ?? "");
        const block = await blockOf(file, model, taken);
        setFiles((was) => [...was, { id: newId(), name: file.name, size: file.size, block }]);
      } catch (error) {
        say((error as Error).message);
      }
    }
  };
  const send = () => {
    if (busy || blocked || (!text.trim() && !files.length)) return;
    const content: Block[] = [...files.map(({ block }) => block), ...(text.trim() ? [{ text }] : [])];
    try {
      actions.send(content);
      write("");
      setFiles([]);
      say("");
    } catch (error) {
      say((error as Error).message); // settings that are no JSON
    }
  };
  const key = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  const paste = (event: ClipboardEvent) => {
    const given = [...event.clipboardData.files];
    if (!given.length) return;
    event.preventDefault();
    void take(given);
  };
  const drag = (event: DragEvent) => {
    event.preventDefault();
    setOver(event.type === "dragover");
    if (event.type === "drop") void take(event.dataTransfer.files);
  };
  const edit = () => {
    const column = conversation.columns.find((row) => row.id === chosen);
    const turn = column?.turns.findLast((row) => row.role === "user" && row.content.some((block) => block.text !== undefined));
    if (!column || !turn) return;
    const content = actions.takeBack(column.id, turn.id);
    write(content.map((block) => block.text ?? "").join("\n"));
    setFiles(content.filter((block) => block.image ?? block.document).map((block) => ({ id: newId(), name: block.document?.name ?? "image", size: 0, block })));
    box.current?.focus();
  };

  return (
    <div className="composer" data-over={over || undefined} onDragOver={drag} onDragLeave={drag} onDrop={drag}>
      {wrong && (
        <p className="notice error" role="alert">
          {wrong}
        </p>
      )}
      {files.length > 0 && (
        <ul className="attached" aria-label="Attached files">
          {files.map((file) => (
            <li key={file.id} className="chip">
              {file.block.image && <img alt="" src={`data:image/${file.block.image.format};base64,${file.block.image.source.bytes}`} />}
              <span>{file.name}</span>
              {file.size > 0 && <span className="quiet">{megabytes(file.size)}</span>}
              <button type="button" className="bare icon" aria-label={`Remove ${file.name}`} onClick={() => setFiles((was) => was.filter((row) => row.id !== file.id))}>
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className="composer-row">
        <button type="button" className="bare icon" aria-label="Attach images or documents" title="Attach images or documents" onClick={() => picker.current?.click()}>
          <Icon name="attach" />
        </button>
        <input
          ref={picker}
          type="file"
          multiple
          className="hidden"
          tabIndex={-1}
          aria-label="Files to attach"
          accept={accepted(model)}
          onChange={(event) => {
            const given = [...(event.target.files ?? [])];
            event.target.value = "";
            void take(given);
          }}
        />
        <textarea
          ref={box}
          rows={1}
          value={text}
          aria-label="Prompt"
          placeholder={blocked ? "The tool's result comes first" : conversation.columns.length > 1 ? "Ask all of them" : "Ask anything"}
          onChange={(event) => write(event.target.value)}
          onKeyDown={key}
          onPaste={paste}
        />
        {busy ? (
          <button type="button" className="stop" onClick={actions.stop}>
            <Icon name="stop" /> Stop
          </button>
        ) : (
          <button type="button" className="primary" onClick={send} disabled={blocked || (!text.trim() && !files.length)}>
            <Icon name="run" /> Run
          </button>
        )}
      </div>
      <p className="hint small quiet">
        <span>
          <kbd>Enter</kbd> runs, <kbd>Shift</kbd> <kbd>Enter</kbd> begins a line
        </span>
        {!busy && conversation.columns.length === 1 && conversation.columns[0]!.turns.length > 0 && (
          <button type="button" className="link" onClick={edit}>
            Edit the last prompt
          </button>
        )}
      </p>
    </div>
  );
}
