// IAM: its own actions by their names, with AWS's member names; times are microseconds since 1970.
import { ask } from "./client";

export interface User {
  UserName: string;
  Arn: string;
  CreateDate: number;
}

export interface Group {
  GroupName: string;
  Arn: string;
  CreateDate: number;
}

export interface AccessKey {
  AccessKeyId: string;
  Status: "Active" | "Inactive";
  CreateDate: number;
}

export interface BearerKey {
  ServiceSpecificCredentialId: string;
  ServiceCredentialAlias: string;
  Status: "Active" | "Inactive";
  CreateDate: number;
  ExpirationDate?: number;
}

export interface Attached {
  PolicyName: string;
  PolicyArn: string;
}

export interface ManagedPolicy {
  PolicyName: string;
  Arn: string;
  DefaultVersionId: string;
  Description?: string;
}

interface Place {
  Line: number;
  Column: number;
}

export interface Simulated {
  EvalDecision: "allowed" | "explicitDeny" | "implicitDeny";
  MatchedStatements: { SourcePolicyId: string; StartPosition: Place; EndPosition: Place }[];
  MissingContextValues: string[];
}

export const iam = <T = object>(action: string, input: object = {}) => ask<T>("POST", `iam/${action}`, input);

/** All pages of a list. */
export async function every<T>(action: string, member: string, input: object = {}): Promise<T[]> {
  const found: T[] = [];
  let Marker: string | undefined;
  do {
    const page = await iam<Record<string, unknown>>(action, { ...input, ...(Marker ? { Marker } : {}) });
    found.push(...(page[member] as T[]));
    Marker = page.IsTruncated ? (page.Marker as string) : undefined;
  } while (Marker);
  return found;
}

/** The document of a managed policy that is in force. */
export async function documentOf(PolicyArn: string): Promise<string> {
  const { Policy } = await iam<{ Policy: ManagedPolicy }>("GetPolicy", { PolicyArn });
  const { PolicyVersion } = await iam<{ PolicyVersion: { Document: string } }>("GetPolicyVersion", { PolicyArn, VersionId: Policy.DefaultVersionId });
  return PolicyVersion.Document;
}
