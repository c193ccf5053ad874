// Markdown within a line: code, emphasis, links. What it does not know stays as it was written; HTML is text.
import type { ReactNode } from "react";

const TOKEN =
  /(`+)([\s\S]*?[^`])\1(?!`)|\\([\\`*_{}[\]()#+\-.!~|<>])|\*\*(?=\S)([\s\S]*?\S)\*\*|__(?=\S)([\s\S]*?\S)__(?!\w)|~~(?=\S)([\s\S]*?\S)~~|\*(?=[^\s*])([^*]*[^\s*])\*(?!\*)|(?<!\w)_(?=[^\s_])([^_]*[^\s_])_(?!\w)|!?\[([^\]\n]*)\]\(\s*<?([^\s)>]+)>?(?:\s+"[^"\n]*")?\s*\)|<(https?:\/\/[^\s>]+|mailto:[^\s>]+)>|(?<![\w/])(https?:\/\/[^\s<>"'`]*[^\s<>"'`.,:;!?)\]}*_~])/g;

/** The nodes of one line or paragraph. */
export function inline(text: string): ReactNode[] {
  const nodes: ReactNode[] = [];
  let at = 0;
  for (const found of text.matchAll(TOKEN)) {
    if (found.index > at) nodes.push(text.slice(at, found.index));
    nodes.push(node(found, nodes.length));
    at = found.index + found[0].length;
  }
  if (at < text.length) nodes.push(text.slice(at));
  return nodes;
}

function node(found: RegExpMatchArray, key: number): ReactNode {
  const [whole, , code, escaped, strong, strong2, struck, em, em2, label, target, auto, bare] = found;
  if (code !== undefined) return <code key={key}>{code.replace(/^ (.*\S.*) $/s, "$1")}</code>;
  if (escaped !== undefined) return escaped;
  if (strong !== undefined || strong2 !== undefined) return <strong key={key}>{inline(strong ?? strong2 ?? "")}</strong>;
  if (struck !== undefined) return <s key={key}>{inline(struck)}</s>;
  if (em !== undefined || em2 !== undefined) return <em key={key}>{inline(em ?? em2 ?? "")}</em>;
  if (target !== undefined) return link(target, label ? inline(label) : target, key) ?? whole;
  const address = auto ?? bare ?? "";
  return link(address, address.replace(/^mailto:/, ""), key) ?? whole;
}

/** A link to the web or to a mail address; null for every other scheme. Pictures become links: none is ever loaded. */
function link(target: string, label: ReactNode, key: number): ReactNode {
  let url: URL;
  try {
    url = new URL(target);
  } catch {
    return null;
  }
  if (!["http:", "https:", "mailto:"].includes(url.protocol)) return null;
  return (
    <a key={key} href={url.href} target="_blank" rel="noopener noreferrer nofollow">
      {label}
    </a>
  );
}
