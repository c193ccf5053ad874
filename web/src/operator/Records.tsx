// The file of records: chosen, dropped or taken from us; what is not JSON Lines is said at once, with its line.
import { useState, type DragEvent } from "react";

export interface Given {
  name: string;
  text: string;
  count: number;
  names: string[];
}

const MOST = 20_000_000; // bytes; the server takes 25 MB with the settings
const SAMPLE = ["The seam runs north for a mile.", "Frost split the upper layer.", "Nobody has mapped the gorge."].map((text) => JSON.stringify({ text })).join("\n");

export function Records({ given, onGive }: { given: Given | null; onGive: (given: Given | null) => void }) {
  const [wrong, say] = useState("");
  const [over, hover] = useState(false);
  const take = (name: string, text: string) => {
    try {
      onGive(read(name, text));
      say("");
    } catch (error) {
      onGive(null);
      say((error as Error).message);
    }
  };
  const file = async (found: File | undefined) => {
    if (!found) return;
    if (found.size > MOST) return say(`${found.name} is larger than 20 MB. Larger files run from the terminal: outcrop operator.`);
    take(found.name, await found.text());
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    hover(false);
    void file(event.dataTransfer.files[0]);
  };
  return (
    <>
      <div className={over ? "drop over" : "drop"} onDragOver={(event) => { event.preventDefault(); hover(true); }} onDragLeave={() => hover(false)} onDrop={drop}>
        <label className="field">
          JSON Lines, one object on each line
          <input type="file" accept=".jsonl,.ndjson,.json,.txt,application/x-ndjson" onChange={(event) => void file(event.target.files?.[0])} />
        </label>
        <p className="quiet small">
          Or drop a file here, or <button type="button" className="link" onClick={() => take("sample.jsonl", SAMPLE)}>take three sample records</button>.
        </p>
      </div>
      {wrong && <p className="notice error" role="alert">{wrong}</p>}
      {given && (
        <div className="stack tight">
          <p className="small" role="status"><strong>{given.name}</strong>: {given.count.toLocaleString("en")} {given.count === 1 ? "record" : "records"}</p>
          <pre className="shown" tabIndex={0} role="region" aria-label="The first records">{given.text.split("\n").filter((line) => line.trim()).slice(0, 3).map((line) => (line.length > 400 ? `${line.slice(0, 400)}…` : line)).join("\n")}</pre>
        </div>
      )}
    </>
  );
}

function read(name: string, text: string): Given {
  const names = new Set<string>();
  let count = 0;
  for (const [at, line] of text.split("\n").entries()) {
    if (!line.trim()) continue;
    let record: unknown;
    try {
      record = JSON.parse(line);
    } catch (error) {
      throw new Error(`Line ${at + 1} of ${name} is not JSON: ${(error as Error).message}`);
    }
    if (record === null || typeof record !== "object" || Array.isArray(record)) throw new Error(`Line ${at + 1} of ${name} is no JSON object. Write a record such as {"text": "…"} on each line.`);
    if (count++ < 100) Object.keys(record).forEach((key) => names.add(key));
  }
  if (!count) throw new Error(`${name} has no records. Write a JSON object on each line.`);
  return { name, text, count, names: [...names] };
}
