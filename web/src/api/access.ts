// Model access: every model's state, and what can be done about it.
import { ask, aws } from "./client";

export type State = "AVAILABLE_TO_REQUEST" | "USE_CASE_REQUIRED" | "IN_PROGRESS" | "GRANTED" | "DENIED";

export interface AccessRow {
  modelId: string;
  name: string;
  provider: string;
  input: string[];
  output: string[];
  legacy: boolean;
  state: State;
  askedAt: number | null;
  askedBy: string | null;
  decidedAt: number | null;
}

export interface Access {
  mode: "open" | "request";
  region: string;
  useCase: boolean;
  models: AccessRow[];
}

export type UseCase = Record<"companyName" | "companyWebsite" | "intendedUsers" | "industryOption" | "otherIndustryOption" | "useCases", string>;

export const access = () => ask<Access>("GET", "access");
export const grant = (modelId: string) => ask<AccessRow>("POST", "access/grant", { modelId });
export const deny = (modelId: string) => ask<AccessRow>("POST", "access/deny", { modelId });

/** Ask for a model on the terms of its one offer. */
export async function request(modelId: string): Promise<void> {
  const answer = await aws("GET", `/list-foundation-model-agreement-offers/${encodeURIComponent(modelId)}`);
  const { offers } = (await answer.json()) as { offers: { offerToken: string }[] };
  await aws("POST", "/create-foundation-model-agreement", { modelId, offerToken: offers[0]?.offerToken });
}

export const giveBack = (modelId: string) => aws("POST", "/delete-foundation-model-agreement", { modelId });

/** The account's use case; null when there is none, or its form is not the one this page makes. */
export async function useCase(): Promise<UseCase | null> {
  const answer = await aws("GET", "/use-case-for-model-access").catch(() => null);
  if (!answer) return null;
  const { formData } = (await answer.json()) as { formData: string };
  try {
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(formData), (letter) => letter.charCodeAt(0)))) as UseCase;
  } catch {
    return null;
  }
}

export async function submitUseCase(form: UseCase): Promise<void> {
  const bytes = new TextEncoder().encode(JSON.stringify(form));
  await aws("POST", "/use-case-for-model-access", { formData: btoa(String.fromCharCode(...bytes)) });
}
