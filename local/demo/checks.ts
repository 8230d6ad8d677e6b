/** Looks at both sides after the moves, and compares without showing anything. */
import { DescribeSecretCommand } from "@aws-sdk/client-secrets-manager";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

import { readVersionLabel } from "../../runtime/model/labels";
import { homePath, urlPath } from "../../runtime/model/path";
import { cutData, holdsValue } from "../../runtime/model/value";
import type { SourceValue } from "../../runtime/model/value";
import type { System } from "../system";
import type { DemoSecret } from "./secrets";

const valueOf = ({ input }: DemoSecret): SourceValue | undefined => {
  if (input.SecretBinary !== undefined) return { type: "binary", bytes: input.SecretBinary };
  return input.SecretString === undefined ? undefined : { type: "string", string: input.SecretString };
};

export interface HomeCheck {
  readonly path: string;
  readonly version: string;
  readonly kind: string;
  readonly equal: boolean;
}

interface DataAnswer {
  readonly data: {
    readonly metadata: { readonly version: number; readonly custom_metadata: Record<string, string> | null };
  };
}

/** What Vault holds of a secret; undefined when it holds nothing. */
export async function checkHome(system: System, secret: DemoSecret): Promise<HomeCheck | undefined> {
  const { account, region, homePrefix, mount } = system;
  const homeTemplate = system.outputs["homeTemplate"] ?? "";
  const path = homePath({ account, region, homePrefix, homeTemplate }, secret.input.Name);
  const response = await fetch(`${system.vaultAddress}/v1/${mount}/data/${urlPath(path)}`, {
    headers: { "x-vault-token": system.vaultToken },
    redirect: "error",
  });
  if (response.status === 404) return undefined;
  const answer = await response.text();
  if (!response.ok) throw new Error(`Vault answered ${response.status.toString()} for ${path}`);
  const { metadata } = (JSON.parse(answer) as DataAnswer).data;
  const label = readVersionLabel(metadata.custom_metadata ?? {}, metadata.version);
  const kind = label.is === "ours" ? label.label.kind : undefined;
  const value = valueOf(secret);
  const data = cutData(answer);
  return {
    path: `${mount}/${path}`,
    version: metadata.version.toString(),
    kind: kind ?? "no label",
    equal: kind !== undefined && data !== undefined && value !== undefined && holdsValue(data, kind, value),
  };
}

/** When a source will be gone; undefined when it is not scheduled. */
export async function scheduledFor(client: SecretsManagerClient, arn: string): Promise<string | undefined> {
  const { DeletedDate } = await client.send(new DescribeSecretCommand({ SecretId: arn }));
  return DeletedDate?.toISOString().slice(0, 10);
}
