// One column per model. Several scroll together; each stays at its end while an answer grows, unless its reader has left it.
import { useLayoutEffect, useRef, type UIEvent, type WheelEvent } from "react";
import type { Model } from "../api/models";
import { Icon } from "../parts/Icon";
import { Empty } from "./Empty";
import { Turns } from "./Turns";
import type { Conversation } from "./types";
import type { Actions } from "./useConversation";

interface Props {
  conversation: Conversation;
  models: ReadonlyMap<string, Model>;
  region: string;
  chosen: string;
  actions: Actions;
  onChoose: (column: string) => void;
}

const NEAR = 48; // pixels from the end that count as the end

export function Columns({ conversation, models, region, chosen, actions, onChoose }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const lead = useRef<Element | null>(null); // whose scrolling the others follow
  const tops = useRef(new WeakMap<Element, number>());
  const { columns } = conversation;
  const panes = () => [...(box.current?.querySelectorAll(".pane") ?? [])];
  const empty = columns.every(({ turns }) => !turns.length);
  const count = Math.max(...columns.map(({ turns }) => turns.length));

  useLayoutEffect(() => {
    follows.current = true;
  }, [conversation.id, count]);
  useLayoutEffect(() => {
    if (follows.current) for (const pane of panes()) pane.scrollTop = pane.scrollHeight;
  }, [columns]);

  const scrolled = (event: UIEvent<HTMLDivElement>) => {
    const pane = event.currentTarget;
    const left = pane.scrollHeight - pane.clientHeight;
    const rose = pane.scrollTop < (tops.current.get(pane) ?? 0);
    tops.current.set(pane, pane.scrollTop);
    if (lead.current && lead.current !== pane) return;
    if (rose) follows.current = false;
    else if (left - pane.scrollTop < NEAR) follows.current = true;
    if (columns.length < 2 || left <= 0) return;
    for (const other of panes())
      if (other !== pane) other.scrollTop = (pane.scrollTop / left) * (other.scrollHeight - other.clientHeight);
  };
  const leads = (event: { currentTarget: Element }) => {
    lead.current = event.currentTarget;
  };
  const turned = (event: WheelEvent<HTMLDivElement>) => {
    leads(event);
    if (event.deltaY < 0) follows.current = false; // at once: the answer may grow before the pane has moved
  };

  if (empty && columns.length === 1) return <Empty model={models.get(columns[0]!.settings.modelId)} column={columns[0]!.id} actions={actions} />;
  return (
    <div className="columns" ref={box} data-count={columns.length}>
      {columns.map((column) => {
        const model = models.get(column.settings.modelId);
        return (
          <div key={column.id} className="column">
            {columns.length > 1 && (
              <div className="column-head">
                <button type="button" className="bare" aria-pressed={column.id === chosen} onClick={() => onChoose(column.id)}>
                  {model?.name ?? column.settings.modelId}
                </button>
                <button type="button" className="bare icon" aria-label={`Remove ${model?.name ?? column.settings.modelId}`} onClick={() => actions.removeColumn(column.id)}>
                  <Icon name="close" />
                </button>
              </div>
            )}
            <div className="pane" tabIndex={0} role="log" aria-label={model?.name ?? "Conversation"} aria-live="off" onScroll={scrolled} onPointerEnter={leads} onFocus={leads} onWheel={turned} onTouchStart={leads}>
              <Turns column={column} models={models} region={region} actions={actions} />
            </div>
          </div>
        );
      })}
    </div>
  );
}
