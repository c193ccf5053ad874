// JSON one can fold: what is deep or long begins folded, and nothing of a value is ever more than text.
const OPEN = 6; // levels that begin open
const LONG = 24; // members of what begins folded

export function Json({ value }: { value: unknown }) {
  return (
    <div className="json">
      <Node value={value} level={0} />
    </div>
  );
}

function Node({ name, value, level }: { name?: string; value: unknown; level: number }) {
  const label = name === undefined ? null : <span className="json-name">{name}: </span>;
  if (value === null || typeof value !== "object") return <div className="json-line">{label}<Leaf value={value} /></div>;
  const members = Object.entries(value);
  const [begin, end] = Array.isArray(value) ? "[]" : "{}";
  if (!members.length) return <div className="json-line">{label}{begin}{end}</div>;
  return (
    <details open={level < OPEN && members.length <= LONG}>
      <summary>{label}{begin}<span className="json-folded"> {members.length} {end}</span></summary>
      <div className="json-inner">
        {members.map(([key, inner]) => <Node key={key} name={Array.isArray(value) ? undefined : key} value={inner} level={level + 1} />)}
      </div>
      {end}
    </details>
  );
}

function Leaf({ value }: { value: unknown }) {
  return <span className={typeof value === "string" ? "json-text" : "json-value"}>{JSON.stringify(value)}</span>;
}
