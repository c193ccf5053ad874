// The playground: conversations on the left, one or more columns in the middle, settings on the right.
import { useCallback, useEffect, useMemo, useState } from "react";
import type { Session } from "../api/session";
import { models as load, type Model } from "../api/models";
import { Icon } from "../parts/Icon";
import { Composer } from "./Composer";
import { exportText, imported } from "./exchange";
import { History } from "./History";
import * as kept from "./kept";
import { ModelPicker } from "./ModelPicker";
import { SettingsPanel } from "./SettingsPanel";
import { Columns } from "./Columns";
import { DEFAULTS, isLive, newConversation, type Conversation, type Settings } from "./types";
import { mended, useConversation } from "./useConversation";

const LAST = "outcrop.model";
const FIRST = "us.anthropic.claude-sonnet-4-6";

export function Playground({ session }: { session: Session }) {
  const [found, set] = useState<{ models: Model[]; kept: Conversation[] } | null>(null);
  const [wrong, say] = useState("");
  useEffect(() => {
    Promise.all([load(), kept.all()]).then(
      ([models, conversations]) => set({ models, kept: conversations.map(mended) }),
      (error: Error) => say(error.message),
    );
  }, []);
  if (wrong) return <p className="notice error">{wrong}</p>;
  return found ? <Ready session={session} models={found.models} kept={found.kept} /> : null;
}

function startSettings(models: Model[]): Settings {
  const last = localStorage.getItem(LAST);
  const model = models.find((row) => row.id === last) ?? models.find((row) => row.id === FIRST) ?? models[0];
  return { ...DEFAULTS, modelId: model?.id ?? "" };
}

function unfinished(conversations: Conversation[]): Conversation | undefined {
  const cut = (conversation: Conversation) =>
    conversation.columns.some(({ turns }) => turns.some((turn) => turn.role === "assistant" && turn.answer.state === "interrupted"));
  const newest = conversations[0];
  return newest && cut(newest) ? newest : undefined;
}

function Ready({ session, models, kept: before }: { session: Session; models: Model[]; kept: Conversation[] }) {
  const byId = useMemo(() => new Map(models.map((model) => [model.id, model])), [models]);
  const [first] = useState(() => unfinished(before) ?? newConversation(startSettings(models)));
  const { conversation, actions, busy, leave } = useConversation(first, byId);
  const [others, setOthers] = useState(before);
  const [chosen, choose] = useState(first.columns[0]!.id);
  const [panel, show] = useState<"history" | "settings" | null>(null);
  const [said, say] = useState("");
  const [picking, pick] = useState(false);
  const column = conversation.columns.find((row) => row.id === chosen) ?? conversation.columns[0]!;
  const comparing = conversation.columns.length > 1;

  useEffect(() => {
    localStorage.setItem(LAST, column.settings.modelId);
  }, [column.settings.modelId]);
  useEffect(() => {
    if (!busy && conversation.title) setOthers((was) => [conversation, ...was.filter((row) => row.id !== conversation.id)]);
  }, [busy, conversation]);

  const open = useCallback(
    (next: Conversation) => {
      leave(next);
      choose(next.columns[0]!.id);
      show(null);
      say("");
    },
    [leave],
  );
  const forget = async (id: string) => {
    await kept.forget(id);
    setOthers((was) => was.filter((row) => row.id !== id));
    if (id === conversation.id) open(newConversation({ ...column.settings }));
  };
  const openPicker = useCallback(() => pick(true), []);
  const compare = () => {
    choose(actions.addColumn());
    pick(true);
  };
  const bring = async (file: File) => {
    try {
      const next = imported(await file.text());
      await kept.keep(next);
      open(next);
    } catch (error) {
      say((error as Error).message);
    }
  };

  return (
    <div className="playground" data-panel={panel ?? "none"}>
      <aside className="side history" aria-label="Conversations">
        <History
          conversations={others}
          current={conversation.id}
          onNew={() => open(newConversation({ ...column.settings }))}
          onOpen={open}
          onForget={forget}
          onImport={bring}
        />
      </aside>
      <section className="talk" aria-label="Conversation">
        <div className="tools-row">
          <button type="button" className="bare icon narrow" aria-label="Conversations" aria-expanded={panel === "history"} onClick={() => show(panel === "history" ? null : "history")}>
            <Icon name="history" />
          </button>
          <div className="row modes" role="group" aria-label="Mode">
            <button type="button" aria-pressed={conversation.mode === "chat"} disabled={busy} onClick={() => actions.change({ mode: "chat" })}>
              Chat
            </button>
            <button type="button" aria-pressed={conversation.mode === "prompt"} disabled={busy} onClick={() => actions.change({ mode: "prompt" })}>
              Single prompt
            </button>
          </div>
          <div className="row end">
            <button type="button" className="bare" onClick={compare} disabled={busy || conversation.columns.length >= 4}>
              <Icon name="columns" />
              <span className="wide-only">{comparing ? "Add a model" : "Compare"}</span>
            </button>
            <ExportButton conversation={conversation} />
            <button type="button" className="bare icon narrow" aria-label="Settings" aria-expanded={panel === "settings"} onClick={() => show(panel === "settings" ? null : "settings")}>
              <Icon name="settings" />
            </button>
          </div>
        </div>
        {said && <p className="notice error">{said}</p>}
        <Columns
          conversation={conversation}
          models={byId}
          region={session.region}
          chosen={column.id}
          actions={actions}
          onChoose={choose}
        />
        <Composer key={conversation.id} conversation={conversation} model={byId.get(column.settings.modelId)} busy={busy} actions={actions} chosen={column.id} />
      </section>
      <aside className="side settings" aria-label="Settings">
        <SettingsPanel models={models} settings={column.settings} mode={conversation.mode} onPick={openPicker} onChange={(change) => actions.settings(column.id, change)} onClose={() => show(null)} />
      </aside>
      {picking && (
        <ModelPicker
          models={models}
          chosen={column.settings.modelId}
          onClose={() => pick(false)}
          onChoose={(modelId) => {
            actions.settings(column.id, { modelId, toolChoice: DEFAULTS.toolChoice });
            pick(false);
          }}
        />
      )}
    </div>
  );
}

function ExportButton({ conversation }: { conversation: Conversation }) {
  const empty = conversation.columns.every(({ turns }) => !turns.length || turns.some((turn) => turn.role === "assistant" && isLive(turn.answer)));
  const save = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([exportText(conversation)], { type: "application/json" }));
    link.download = `${conversation.title.replace(/[^\w-]+/g, "-").slice(0, 40) || "conversation"}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  return (
    <button type="button" className="bare" onClick={save} disabled={empty} aria-label="Export as JSON">
      <Icon name="down" />
      <span className="wide-only">Export</span>
    </button>
  );
}
