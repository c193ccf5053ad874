// A text that may still grow, as markdown.
import { useRef } from "react";
import { Piece } from "./blocks";
import { advance, nothing } from "./split";

export function Markdown({ text }: { text: string }) {
  const split = useRef(nothing());
  const seen = useRef("");
  if (!text.startsWith(seen.current)) split.current = nothing(); // another text
  seen.current = text;
  const last = advance(split.current, text);
  return (
    <div className="markdown">
      {split.current.finished.map((source, index) => (
        <Piece key={index} source={source} />
      ))}
      {last && <Piece key={split.current.finished.length} source={last} />}
    </div>
  );
}
