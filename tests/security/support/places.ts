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

/** What `read` gives, or what stands for a file or folder that is gone: servers and engine remove theirs meanwhile. */
function orGone<T>(read: () => T, gone: T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return gone;
    throw error;
  }
}

function pathsBelow(folder: string): readonly string[] {
  const entries = orGone(() => readdirSync(folder, { withFileTypes: true }), []);
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return pathsBelow(path);
    return entry.isFile() ? [path] : [];
  });
}

/** Files below a folder by their path in it. */
export function filesBelow(folder: string, wanted: (path: string) => boolean = () => true): Places {
  const texts: Record<string, string> = {};
  for (const path of pathsBelow(folder).filter(wanted)) {
    const text = orGone<string | undefined>(() => readFileSync(path, "latin1"), undefined);
    if (text !== undefined) texts[relative(folder, path)] = text;
  }
  return texts;
}

const textOf = (path: string): string => orGone(() => readFileSync(path, "latin1"), "");

/** Temporary files of the tools that took part, made or changed since then. */
export function temporaryFiles(since: number): Places {
  const texts: Record<string, string> = {};
  for (const name of readdirSync(tmpdir()).filter((one) =>
    /pulumi|homing|vault|ministack|lambda|automation/i.test(one),
  )) {
    const path = join(tmpdir(), name);
    const stats = orGone(() => statSync(path), undefined);
    if (stats === undefined || stats.mtimeMs < since) continue;
    // Neither is a socket, which can't be read.
    const found = stats.isDirectory() ? filesBelow(path) : stats.isFile() ? { "": textOf(path) } : {};
    for (const [file, text] of Object.entries(found)) texts[join(name, file)] = text;
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
