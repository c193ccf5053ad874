// Numbers, money and times as they are read; all in the browser's own words except what stands in columns of UTC days.
const whole = new Intl.NumberFormat("en");
const moment = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hour12: false });
const day = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", year: "numeric" });

export const count = (value: number) => whole.format(value);

/** 1234 as 1.2K: for axes and large figures. */
export function short(value: number): string {
  if (value < 10_000) return whole.format(Math.round(value));
  return value < 1e6 ? `${Number((value / 1000).toFixed(1))}K` : value < 1e9 ? `${Number((value / 1e6).toFixed(1))}M` : `${Number((value / 1e9).toFixed(1))}B`;
}

/** Nanounits as an amount with six decimals, exactly rounded: the price of few tokens is less than a cent. */
export function money(nanounits: number, currency = "USD"): string {
  const micro = Math.round(nanounits / 1000);
  const amount = `${whole.format(Math.floor(micro / 1e6))}.${String(micro % 1e6).padStart(6, "0")}`;
  return currency === "USD" ? `$${amount}` : `${amount} ${currency}`;
}

export const time = (microseconds: number) => moment.format(microseconds / 1000);
export const date = (microseconds: number) => day.format(microseconds / 1000);
export const duration = (milliseconds: number) => (milliseconds < 10_000 ? `${whole.format(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`);

/** Half a minute ago, 3 hours ago, or the day. */
export function ago(microseconds: number, now = Date.now()): string {
  const seconds = Math.max(0, (now - microseconds / 1000) / 1000);
  if (seconds < 60) return "just now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)} h ago` : date(microseconds);
}
