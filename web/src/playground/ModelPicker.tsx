// Every model, by provider: search, filters by what it takes, and what each can do.
import { useMemo, useState, type KeyboardEvent } from "react";
import type { Model } from "../api/models";
import { Dialog } from "../parts/Dialog";
import { priceOf } from "./SettingsPanel";

interface Props {
  models: Model[];
  chosen: string;
  onChoose: (id: string) => void;
  onClose: () => void;
}

const ABLE: readonly [string, (model: Model) => boolean][] = [
  ["Images", ({ features }) => features.images.length > 0],
  ["Documents", ({ features }) => features.documents.length > 0],
  ["Video", ({ features }) => features.videos.length > 0],
  ["Tools", ({ features }) => features.tools],
  ["JSON output", ({ features }) => features.structuredOutput === "accepted"],
  ["Reasoning", ({ features }) => features.reasoning !== null || features.alwaysReasons],
  ["Caching", ({ features }) => features.promptCaching],
];

export function ModelPicker({ models, chosen, onChoose, onClose }: Props) {
  const [text, search] = useState("");
  const [wanted, want] = useState<readonly string[]>([]);
  const groups = useMemo(() => grouped(models, text, wanted), [models, text, wanted]);
  const count = groups.reduce((sum, [, rows]) => sum + rows.length, 0);
  const move = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const rows = [...event.currentTarget.querySelectorAll<HTMLElement>("input[type=search], .model-row")];
    rows[rows.indexOf(document.activeElement as HTMLElement) + step]?.focus();
    event.preventDefault();
  };
  return (
    <Dialog title="Choose a model" onClose={onClose} className="picker">
      <div className="stack" onKeyDown={move}>
        <input
          type="search"
          autoFocus
          aria-label="Search models"
          placeholder="Search by name, id or provider"
          value={text}
          onChange={(event) => search(event.target.value)}
          onKeyDown={(event) => {
            const first = groups[0]?.[1][0];
            if (event.key === "Enter" && first) onChoose(first.id);
          }}
        />
        <div className="row" role="group" aria-label="Only models with">
          {ABLE.map(([name]) => (
            <button key={name} type="button" className="small" aria-pressed={wanted.includes(name)} onClick={() => want(wanted.includes(name) ? wanted.filter((other) => other !== name) : [...wanted, name])}>
              {name}
            </button>
          ))}
        </div>
        <p className="small quiet" role="status">
          {count === 1 ? "1 model" : `${count} models`}
        </p>
        {groups.map(([provider, rows]) => (
          <section key={provider} aria-label={provider}>
            <h3 className="provider">{provider}</h3>
            <ul className="models">
              {rows.map((model) => (
                <li key={model.id}>
                  <button type="button" className="model-row" aria-current={model.id === chosen ? "true" : undefined} onClick={() => onChoose(model.id)}>
                    <span className="model-name">
                      <strong>{model.name}</strong>
                      <span className="mono quiet">{model.id}</span>
                    </span>
                    <span className="model-facts small quiet">
                      <span>{abilities(model)}</span>
                      <span>{priceOf(model)}</span>
                    </span>
                  </button>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </Dialog>
  );
}

/** Tokens as people say them: 200K, 1M. */
export function rounded(tokens: number): string {
  return tokens < 1_000_000 ? `${Math.round(tokens / 1000)}K` : `${Number((tokens / 1e6).toFixed(1))}M`;
}

function abilities(model: Model): string {
  const able = ABLE.filter(([, test]) => test(model)).map(([name]) => name.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase()));
  const window = model.contextWindow ? [rounded(model.contextWindow)] : [];
  return [...window, ...(able.length ? able : ["text"]), ...(model.legacy ? ["legacy"] : [])].join(", ");
}

function grouped(models: Model[], text: string, wanted: readonly string[]): [string, Model[]][] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const tests = ABLE.filter(([name]) => wanted.includes(name)).map(([, test]) => test);
  const found = new Map<string, Model[]>();
  for (const model of models) {
    const known = `${model.name} ${model.id} ${model.provider}`.toLowerCase();
    if (!words.every((word) => known.includes(word)) || !tests.every((test) => test(model))) continue;
    found.set(model.provider, [...(found.get(model.provider) ?? []), model]);
  }
  return [...found].sort(([a], [b]) => a.localeCompare(b));
}
