// The page's pictures: strokes on a grid of 16, drawn by us. They stand beside a word or within a button that has a label.
const PATHS = {
  attach: "M13.5 7.5 8 13a3.2 3.2 0 0 1-4.5-4.5l6-6a2.1 2.1 0 0 1 3 3l-6 6a1 1 0 0 1-1.5-1.5L10 5",
  close: "M4 4l8 8M12 4l-8 8",
  columns: "M2.5 3h11v10h-11zM8 3v10",
  down: "M8 3v10M4 9l4 4 4-4",
  history: "M2.5 4v3h3M2.8 7a5.5 5.5 0 1 1 .3 3M8 5v3.2l2 1.3",
  menu: "M3 4.5h10M3 8h10M3 11.5h10",
  moon: "M13 9.5A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.5z",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  plus: "M8 3v10M3 8h10",
  run: "M3 8h9M8.5 4 12.5 8l-4 4",
  settings: "M2.5 5h6M12 5h1.5M2.5 11H4M7.5 11h6M10.2 3.3v3.4M5.8 9.3v3.4",
  stop: "M4.5 4.5h7v7h-7z",
  sun: "M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6zM8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9",
  system: "M2.5 3h11v7.5h-11zM6 13h4",
  user: "M8 8a2.6 2.6 0 1 0 0-5.2A2.6 2.6 0 0 0 8 8zM2.8 13.5a5.2 5.2 0 0 1 10.4 0",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" fill="none" stroke="currentColor" strokeWidth="1.4" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The mark: three strata, the middle one of mineral colour. */
export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg viewBox="0 0 24 24" width={size} height={size} aria-hidden="true">
      <path d="M2 4h15l-3 4.6H2z" fill="var(--line-strong)" />
      <path d="M6 9.7h16l-3 4.6H6z" fill="var(--accent)" />
      <path d="M2 15.4h18l-3 4.6H2z" fill="var(--line-strong)" />
    </svg>
  );
}
