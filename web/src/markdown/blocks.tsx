// Markdown's blocks: headings, paragraphs, code, lists, quotes, tables, rules. HTML is text here as well.
import { memo, useMemo, type ReactNode } from "react";
import { CopyButton } from "../parts/CopyButton";
import { inline } from "./inline";

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([^\s`]*)[^`]*$/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)(?:\s+#+)?\s*$/;
const ITEM = /^( {0,3})([-*+]|(\d{1,9})[.)])(\s+)(.*)$/;
const RULE = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/;
const DIVIDER = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;
const DEEPEST = 8; // quotes and lists within each other; deeper ones are text

/** One piece of markdown (`split`), parsed once for as long as it does not change. */
export const Piece = memo(function Piece({ source }: { source: string }) {
  return useMemo(() => blocks(source.split("\n"), 0), [source]);
});

function blocks(lines: string[], depth: number): ReactNode[] {
  const found: ReactNode[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? "";
    if (!line.trim()) {
      at += 1;
      continue;
    }
    const [node, next] = block(lines, at, depth, found.length);
    found.push(node);
    at = next;
  }
  return found;
}

function block(lines: string[], at: number, depth: number, key: number): [ReactNode, number] {
  const line = lines[at] ?? "";
  const fence = FENCE.exec(line);
  if (fence) return code(lines, at, fence[1] ?? "", fence[2] ?? "", key);
  const heading = HEADING.exec(line);
  if (heading) return [<Heading key={key} level={heading[1]?.length ?? 1} text={heading[2] ?? ""} />, at + 1];
  if (RULE.test(line)) return [<hr key={key} />, at + 1];
  if (depth < DEEPEST && /^ {0,3}>/.test(line)) return quote(lines, at, depth, key);
  if (depth < DEEPEST && ITEM.test(line)) return list(lines, at, depth, key);
  if (line.includes("|") && DIVIDER.test(lines[at + 1] ?? "") && (lines[at + 1] ?? "").includes("-")) return table(lines, at, key);
  return paragraph(lines, at, key);
}

function Heading({ level, text }: { level: number; text: string }) {
  const Tag = level <= 1 ? "h2" : level === 2 ? "h3" : "h4"; // the page's own heading is above them
  return <Tag>{inline(text)}</Tag>;
}

function paragraph(lines: string[], at: number, key: number): [ReactNode, number] {
  let end = at + 1;
  while (end < lines.length) {
    const line = lines[end] ?? "";
    if (!line.trim() || FENCE.test(line) || HEADING.test(line) || RULE.test(line) || /^ {0,3}>/.test(line)) break;
    if (ITEM.test(line)) break;
    end += 1;
  }
  const text = lines.slice(at, end).map((line) => line.trimStart());
  return [<p key={key}>{inline(text.join("\n"))}</p>, end];
}

function code(lines: string[], at: number, fence: string, language: string, key: number): [ReactNode, number] {
  let end = at + 1;
  const closes = new RegExp(`^ {0,3}\\${fence[0]}{${fence.length},}\\s*$`);
  while (end < lines.length && !closes.test(lines[end] ?? "")) end += 1;
  const inner = lines.slice(at + 1, end);
  return [<Code key={key} text={inner.join("\n").replace(/\n$/, "")} language={language} />, end + 1];
}

const LINES = 40; // of code in one element, so that a long listing that grows is laid out at its end only

export function Code({ text, language = "" }: { text: string; language?: string }) {
  const lines = text.split("\n");
  const parts: string[] = [];
  for (let at = 0; at < lines.length; at += LINES) parts.push(lines.slice(at, at + LINES).join("\n"));
  return (
    <figure className="listing">
      <figcaption>
        <span>{language || "text"}</span>
        <CopyButton text={text} />
      </figcaption>
      <pre tabIndex={0}>
        {parts.map((part, index) => (
          <Lines key={index} text={part} />
        ))}
      </pre>
    </figure>
  );
}

const Lines = memo(function Lines({ text }: { text: string }) {
  return <code>{text}</code>;
});

function quote(lines: string[], at: number, depth: number, key: number): [ReactNode, number] {
  let end = at;
  while (end < lines.length && /^ {0,3}>/.test(lines[end] ?? "")) end += 1;
  const inner = lines.slice(at, end).map((line) => line.replace(/^ {0,3}> ?/, ""));
  return [<blockquote key={key}>{blocks(inner, depth + 1)}</blockquote>, end];
}

function list(lines: string[], at: number, depth: number, key: number): [ReactNode, number] {
  const ordered = ITEM.exec(lines[at] ?? "")?.[3];
  const items: string[][] = [];
  let indent = 0;
  let end = at;
  for (; end < lines.length; end += 1) {
    const line = lines[end] ?? "";
    const item = ITEM.exec(line);
    if (item && (item[3] === undefined) === (ordered === undefined) && !RULE.test(line)) {
      indent = (item[1] ?? "").length + (item[2] ?? "").length + Math.min((item[4] ?? " ").length, 4);
      items.push([item[5] ?? ""]);
    } else if (!line.trim() || /^\s{2,}/.test(line)) {
      items.at(-1)?.push(line.slice(Math.min(indent, line.length - line.trimStart().length)));
    } else if (item || !(lines[end - 1] ?? "").trim() || FENCE.test(line) || HEADING.test(line) || RULE.test(line)) {
      break;
    } else {
      items.at(-1)?.push(line); // a paragraph that goes on without its indent
    }
  }
  const children = items.map((inner, index) => <li key={index}>{item(inner, depth)}</li>);
  const node = ordered === undefined ? <ul key={key}>{children}</ul> : <ol key={key} start={Number(ordered)}>{children}</ol>;
  return [node, end];
}

/** A list's item: bare text when it is no more than that. */
function item(lines: string[], depth: number): ReactNode {
  const text = lines.join("\n").trim();
  return lines.some((line) => !line.trim()) && text.includes("\n") ? blocks(lines, depth + 1) : tight(lines, depth);
}

function tight(lines: string[], depth: number): ReactNode {
  const rest = lines.findIndex((line, at) => at > 0 && (ITEM.test(line) || FENCE.test(line)));
  const own = rest < 0 ? lines : lines.slice(0, rest);
  return (
    <>
      {inline(own.join("\n").trim())}
      {rest > 0 && blocks(lines.slice(rest), depth + 1)}
    </>
  );
}

function cells(line: string): string[] {
  return line
    .trim()
    .replace(/^\||\|$/g, "")
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));
}

function table(lines: string[], at: number, key: number): [ReactNode, number] {
  let end = at + 2;
  while (end < lines.length && (lines[end] ?? "").includes("|")) end += 1;
  const sides = cells(lines[at + 1] ?? "").map((cell) => (cell.endsWith(":") ? "number" : ""));
  const row = (line: string, Tag: "th" | "td") =>
    cells(line).map((cell, index) => (
      <Tag key={index} className={sides[index]}>
        {inline(cell)}
      </Tag>
    ));
  return [
    <div key={key} className="wide" tabIndex={0} role="region" aria-label="Table">
      <table>
        <thead>
          <tr>{row(lines[at] ?? "", "th")}</tr>
        </thead>
        <tbody>
          {lines.slice(at + 2, end).map((line, index) => (
            <tr key={index}>{row(line, "td")}</tr>
          ))}
        </tbody>
      </table>
    </div>,
    end,
  ];
}
