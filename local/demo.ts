/** `npm run demo`: secrets of every kind appear in Secrets Manager and arrive in Vault. */
import { parseArgs } from "node:util";

import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

import { startCloud } from "./cloud";
import type { CloudOptions, LocalCloud } from "./cloud";
import { checkHome, scheduledFor } from "./demo/checks";
import { showFence } from "./demo/fence";
import { heading, say, table } from "./demo/report";
import { demoSecrets, ownerTag } from "./demo/secrets";
import type { DemoSecret } from "./demo/secrets";
import { follow, momentNames, moments } from "./demo/timeline";
import type { Arrived, Created } from "./demo/timeline";
import { outcomeReader } from "./outcomes";
import { stopAll } from "./processes";
import { isVaultAtHand } from "./tools";

const arrivalLimitMs = 60_000;

const usage = `Usage: npm run demo [-- --vault]
  --vault      use the real Vault with its AWS login, compiled when it is not on
               PATH (about six minutes, once); without it and without a vault at
               hand the demo runs on OpenBao with the JWT login
  -h, --help   show this`;

type Place = Pick<CloudOptions, "server" | "login">;

async function choosePlace(wantsVault: boolean): Promise<Place> {
  if (wantsVault || (await isVaultAtHand())) return { server: "vault", login: "aws" };
  say("no vault with the AWS login at hand: using OpenBao with the JWT login (--vault asks for the real one)");
  return { server: "openbao", login: "jwt" };
}

async function create(client: SecretsManagerClient, secrets: readonly DemoSecret[]): Promise<readonly Created[]> {
  const created: Created[] = [];
  for (const secret of secrets) {
    const { ARN } = await client.send(new CreateSecretCommand(secret.input));
    if (ARN === undefined) throw new Error(`CreateSecret of ${secret.input.Name} answered without an ARN`);
    created.push({ secret, arn: ARN, at: Date.now() });
    say(`created   ${secret.input.Name}: ${secret.shows}`);
  }
  return created;
}

const isExpected = ({ outcome, secret }: Arrived): boolean =>
  outcome.outcome === secret.becomes.outcome && outcome.reason === secret.becomes.reason;

async function showBothSides(
  cloud: LocalCloud,
  client: SecretsManagerClient,
  arrived: readonly Arrived[],
): Promise<boolean> {
  let asExpected = true;
  const homes: string[][] = [];
  const left: string[][] = [];
  for (const arrival of arrived) {
    const { secret, arn, outcome } = arrival;
    const home = await checkHome(cloud.system(), secret);
    const scheduled = await scheduledFor(client, arn);
    const inVault = outcome.outcome === "moved" || outcome.outcome === "copied";
    if (home !== undefined) homes.push([home.path, home.version, home.kind, home.equal ? "yes" : "NO"]);
    left.push([
      secret.input.Name,
      scheduled === undefined ? `stays (${outcome.outcome}: ${outcome.reason})` : `deleted for good on ${scheduled}`,
    ]);
    const sound =
      isExpected(arrival) &&
      (home?.equal ?? false) === inVault &&
      (scheduled !== undefined) === (outcome.outcome === "moved");
    if (!sound) say(`NOT AS EXPECTED: ${secret.input.Name} is ${outcome.outcome} (${outcome.reason})`);
    asExpected &&= sound;
  }
  heading("In Vault (values are compared, never shown):");
  table(["path", "version", "kept as", "equal"], homes);
  heading("In Secrets Manager:");
  table(["name", "what is left"], left);
  return asExpected;
}

async function main(): Promise<boolean> {
  const { values } = parseArgs({ options: { vault: { type: "boolean" }, help: { type: "boolean", short: "h" } } });
  if (values.help === true) {
    process.stdout.write(`${usage}\n`);
    return true;
  }
  const place = await choosePlace(values.vault ?? false);
  const cloud = await startCloud({
    name: "demo",
    mode: "move",
    ...place,
    settings: { ownerTags: JSON.stringify([ownerTag]) },
    progress: say,
  });
  const { changes, durationMs } = cloud.firstUp;
  say(`pulumi up created ${String(changes["create"] ?? 0)} resources in ${(durationMs / 1_000).toFixed(1)} s`);
  const system = cloud.system();
  const client = new SecretsManagerClient({
    region: system.region,
    endpoint: cloud.endpoint,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });

  heading("Somebody creates secrets in Secrets Manager:");
  const created = await create(client, demoSecrets(system.exemptTag));
  heading("What becomes of them, as the function reports it:");
  const arrived = await follow(created, outcomeReader(system), arrivalLimitMs, (arrival) => {
    const { outcome, secret } = arrival;
    const reached = moments(arrival).flatMap((ms, index) => (ms === "-" ? [] : [`${momentNames[index] ?? ""} ${ms}`]));
    say(`${outcome.outcome.padEnd(9)} ${secret.input.Name}: ${reached.join(", ")} ms`);
  });
  heading("Milliseconds after the creation:");
  table(
    ["name", "created", ...momentNames],
    arrived.map((arrival) => [arrival.secret.input.Name, "0", ...moments(arrival)]),
  );
  const movedAsExpected = await showBothSides(cloud, client, arrived);

  heading("A program that still makes a secret, under the policy pack:");
  const refused = await showFence(cloud.tools, system.outputs["policyPackConfig"] ?? "{}");
  const asExpected = movedAsExpected && refused;

  heading("Tearing down:");
  say("pulumi destroy");
  await cloud.stack.destroy();
  await cloud.stop();
  say(asExpected ? "done: every secret ended as it should" : "FAILED: see the lines above");
  return asExpected;
}

main().then(
  (asExpected) => {
    process.exitCode = asExpected ? 0 : 1;
  },
  async (error: unknown) => {
    await stopAll();
    say(error instanceof Error ? error.message : String(error));
    if (error instanceof TypeError && "code" in error) process.stdout.write(`${usage}\n`);
    process.exitCode = 1;
  },
);
