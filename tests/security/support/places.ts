/** Everywhere that a value could have been left on the way from Secrets Manager to Vault. */
import { readFileSync, readdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";

import { DescribeLogGroupsCommand, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { GetFunctionCommand } from "@aws-sdk/client-lambda";
import { ListSecretsCommand } from "@aws-sdk/client-secrets-manager";
import { unzipSync } from "fflate";

import { awsClient } from "../../../local/providers/aws/client";
import type { Bench } from "../../system/support/bench";

export type Places = Readonly<Record<string, string>>;

/** Files below a folder by their path in it; a file that goes away meanwhile is left out. */
export function filesBelow(folder: string, wanted: (path: string) => boolean = () => true): Places {
  const texts: Record<string, string> = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !wanted(path)) continue;
    try {
      texts[relative(folder, path)] = readFileSync(path, "latin1");
    } catch {
      // Servers and engine remove their temporary files while this looks.
      continue;
    }
  }
  return texts;
}

/** Temporary files of the tools that took part, made or changed since then. */
export function temporaryFiles(since: number): Places {
  const texts: Record<string, string> = {};
  for (const name of readdirSync(tmpdir()).filter((one) =>
    /pulumi|homing|vault|ministack|lambda|automation/i.test(one),
  )) {
    const path = join(tmpdir(), name);
    try {
      const { mtimeMs } = statSync(path);
      if (mtimeMs < since) continue;
      const found = statSync(path).isDirectory() ? filesBelow(path) : { "": readFileSync(path, "latin1") };
      for (const [file, text] of Object.entries(found)) texts[join(name, file)] = text;
    } catch {
      continue;
    }
  }
  return texts;
}

/** All lines of all log groups. */
export async function logs({ logs: client }: Bench["clients"]): Promise<string> {
  const lines: string[] = [];
  const { logGroups = [] } = await client.send(new DescribeLogGroupsCommand({}));
  for (const { logGroupName } of logGroups) {
    let nextToken: string | undefined;
    do {
      const page = await client.send(
        new FilterLogEventsCommand({ logGroupName, ...(nextToken === undefined ? {} : { nextToken }) }),
      );
      lines.push(...(page.events ?? []).map(({ message = "" }) => message));
      ({ nextToken } = page);
    } while (nextToken !== undefined);
  }
  return lines.join("\n");
}

/** The archive's files, unpacked, and what AWS tells about the function. */
export async function theArchive({ clients, system }: Bench): Promise<string> {
  const answer = await clients.lambda.send(new GetFunctionCommand({ FunctionName: system().functionName }));
  const response = await fetch(answer.Code?.Location ?? "");
  const files = unzipSync(new Uint8Array(await response.arrayBuffer()));
  const texts = Object.values(files).map((bytes) => Buffer.from(bytes).toString("latin1"));
  return [JSON.stringify(answer.Configuration), ...texts].join("\n");
}

/** Every metric and every alarm, with their words. */
export async function metrics({ system }: Bench): Promise<string> {
  const aws = awsClient({
    AWS_ENDPOINT_URL: system().awsEndpoint,
    AWS_REGION: system().region,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  });
  const answers = [await aws.json("monitoring", "ListMetrics", {}), await aws.json("monitoring", "DescribeAlarms", {})];
  return JSON.stringify(answers);
}

/** Names, tags and descriptions of all sources, scheduled ones too. */
export async function sourcesMetadata({ secrets }: Bench["clients"]): Promise<string> {
  const pages: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await secrets.send(
      new ListSecretsCommand({ IncludePlannedDeletion: true, ...(NextToken === undefined ? {} : { NextToken }) }),
    );
    pages.push(JSON.stringify(page.SecretList));
    ({ NextToken } = page);
  } while (NextToken !== undefined);
  return pages.join("\n");
}

/** Metadata and labels of all homes. */
export async function homesMetadata({ vault, system }: Bench): Promise<string> {
  const { mount } = system();
  const texts: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    const answer = (await vault.read(`${mount}/metadata/${folder}?list=true`)) as { keys?: string[] } | undefined;
    for (const key of answer?.keys ?? []) {
      if (key.endsWith("/")) await walk(folder + key);
      else texts.push((await vault.request("GET", `${mount}/metadata/${folder}${encodeURIComponent(key)}`)).text);
    }
  };
  await walk("");
  return texts.join("\n");
}
