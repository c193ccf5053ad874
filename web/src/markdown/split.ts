// A growing text as pieces of markdown, of which only the last can still change.
//
// A piece ends where no later text can join it: at the close of a fence, after a heading, at a blank line that a list
// does not bridge. Each call looks at the last piece and what came after it, so a long answer costs no more per token at
// its end than at its beginning.

export interface Split {
  finished: string[][]; // in groups: a whole one is never touched again
  start: number; // where the last piece begins
}

export const nothing = (): Split => ({ finished: [], start: 0 });

const GROUP = 16;

function finish(split: Split, piece: string): void {
  const last = split.finished.at(-1);
  if (!last || last.length === GROUP) split.finished.push([piece]);
  else split.finished[split.finished.length - 1] = [...last, piece];
}

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const HEADING = /^ {0,3}#{1,6}(\s|$)/;
const ITEM = /^ {0,3}([-*+]|\d{1,9}[.)])\s/;

/** Take `text`, which begins with all that was taken before, into `split`; what is returned is its last piece. */
export function advance(split: Split, text: string): string {
  for (;;) {
    const end = endOfPiece(text, split.start);
    if (end < 0) return text.slice(split.start);
    const piece = text.slice(split.start, end);
    if (piece.trim()) finish(split, piece);
    split.start = end;
  }
}

/** Where the piece that begins at `start` ends; -1 while that is not certain. */
function endOfPiece(text: string, start: number): number {
  let fence: string | null = null;
  let list = false;
  let blank = false;
  let first = true;
  for (let at = start; ; ) {
    const end = text.indexOf("\n", at);
    if (end < 0) return -1;
    const line = text.slice(at, end);
    if (fence) {
      const close: string | undefined = FENCE.exec(line)?.[1];
      if (close && close[0] === fence[0] && close.length >= fence.length && !line.trim().slice(close.length)) return end + 1;
    } else if (!line.trim()) {
      blank = true;
    } else {
      const opens = FENCE.exec(line)?.[1];
      const item = ITEM.test(line);
      const joins = list && (item || /^\s/.test(line));
      if (!first && blank && !joins) return at;
      if (!first && opens && !(list && /^\s/.test(line))) return at;
      if (first && HEADING.test(line)) return end + 1;
      if (!first && !list && HEADING.test(line)) return at;
      if (first) list = item;
      if (opens && !list) fence = opens;
      first = false;
      blank = false;
    }
    at = end + 1;
  }
}
