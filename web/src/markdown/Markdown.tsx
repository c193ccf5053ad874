// A text that may still grow, as markdown.
import { memo, useRef } from "react";
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
      {split.current.finished.map((pieces, index) => (
        <Group key={index} pieces={pieces} />
      ))}
      {last && <Piece key="last" source={last} />}
    </div>
  );
}

const Group = memo(function Group({ pieces }: { pieces: string[] }) {
  return (
    <div className="group">
      {pieces.map((source, index) => (
        <Piece key={index} source={source} />
      ))}
    </div>
  );
});
