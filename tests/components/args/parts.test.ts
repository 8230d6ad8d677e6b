import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import { output } from "@pulumi/pulumi";
import { environmentFaults, regionFaults } from "../../../components/args/conflicts";
import { moverSettings } from "../../../components/args/moverPart";
import { vaultSettings } from "../../../components/args/parts";
import { defaults } from "../../../components/args/table";
import type { Values } from "../../../components/args/table";
import { checkArgs, refuse } from "../../../components/args/values";
import type { HomingArgs } from "../../../components/homingArgs";
import { known } from "../../support/known";
import { account, region } from "../../support/mocks";

const vaultAddress = "https://vault.example.com:8200";
const place = { partition: "aws", account, region, dnsSuffix: "amazonaws.com" };
const label = (key: string): string => `<${key}>`;

/** The arguments once they are checked. */
function valuesOf(args: Partial<HomingArgs> = {}): Values {
  const { values, faults } = checkArgs({ vaultAddress, ...args }, label);
  deepEqual(faults, []);
  return values as Values;
}

/** The vault part, with its outputs as plain values. */
const vaultOf = (args: Partial<HomingArgs> = {}): Promise<unknown> => known(output(vaultSettings(valuesOf(args))));

describe("the arguments of Homing", () => {
  it("are nothing but Vault's address, by default", async () => {
    deepEqual(await vaultOf(), {
      namespace: "",
      mount: "homing",
      adoptMount: false,
      protect: true,
      homeTemplate: "aws/{account}/{region}/{name}",
      login: { method: "aws", serverId: "vault.example.com", stsEndpoint: "" },
      loginPath: "homing-aws",
      adoptLogin: false,
      tokenTtlMinutes: 15,
      operatorRoleArns: [],
    });
    deepEqual(moverSettings(place, valuesOf(), "its-role"), {
      account,
      region,
      vaultAddress,
      vaultNamespace: "",
      vaultCaCertificate: "",
      mount: "homing",
      homePrefix: "aws",
      homeTemplate: "aws/{account}/{region}/{name}",
      login: "aws",
      loginPath: "homing-aws",
      loginRole: "its-role",
      serverId: "vault.example.com",
      audience: "",
      signingAlgorithm: "ES384",
      formerEntityIds: [],
      formerPlaces: [],
      authorship: "entity",
      mode: "audit",
      modeRules: [],
      namePrefix: "",
      exemptNames: [],
      confirmedNames: [],
      ownerTags: [],
      serviceReadNames: [],
      replicas: "skip",
      replicaRegions: [],
      rotation: "skip",
      objects: "fields",
      foreignHomes: "refuse",
      recoveryWindowDays: 30,
      settleMinutes: 0,
      deletesPerSecond: 5,
      maxConcurrency: 5,
    });
    const { enabled, batchSize, memoryMb, timeoutSeconds, logRetentionDays, logLevel, sweepEnabled, sweepShare } =
      valuesOf();
    deepEqual(
      [enabled, batchSize, memoryMb, timeoutSeconds, logRetentionDays, logLevel, sweepEnabled, sweepShare],
      [true, 5, 256, 120, 90, "INFO", true, 0.5],
    );
  });

  it("take login jwt with Vault's address as the audience", async () => {
    const { login, loginPath } = (await vaultOf({ login: "jwt" })) as { login: unknown; loginPath: unknown };

    deepEqual(login, {
      method: "jwt",
      audience: vaultAddress,
      signingAlgorithm: "ES384",
      adoptTokenIssuer: false,
      tokenIssuerUrl: "",
      tokenIssuerCa: "",
    });
    equal(loginPath, "homing-jwt");
    const { audience, serverId } = moverSettings(place, valuesOf({ login: "jwt" }), "");
    deepEqual([audience, serverId], [vaultAddress, ""]);
  });

  it("write Vault's address without a slash at its end", () => {
    equal(valuesOf({ vaultAddress: "https://Vault.example.com:443/" }).vaultAddress, "https://vault.example.com");
  });

  it("put the home prefix into the template", async () => {
    const values = valuesOf({ homePrefix: "from/aws", homeTemplate: "{homePrefix}/{region}-{account}/{name}" });

    equal(moverSettings(place, values, "").homeTemplate, "from/aws/{region}-{account}/{name}");
    const vault = await vaultOf({ homePrefix: "from/aws", homeTemplate: "{homePrefix}/{region}-{account}/{name}" });
    equal((vault as { homeTemplate: unknown }).homeTemplate, "from/aws/{region}-{account}/{name}");
  });

  it("are refused by their name, all at once, without what was given", () => {
    const given: unknown = { mode: "hunter2", batchSize: 0, protect: "yes", exemptNames: "a", modes: 1 };
    const { faults } = checkArgs(given as HomingArgs, label);

    deepEqual(faults, [
      "<modes> is no argument of Homing",
      "<protect> must be true or false",
      "<mode> must be one of audit, copy, move",
      "<exemptNames> must be a list of at most 50 different name patterns of letters, digits and /_+=.@!-, with * for any run of characters; not * alone",
      "<batchSize> must be a whole number from 1 to 10",
      "<vaultAddress> must be given, as in https://vault.example.com:8200",
    ]);
    throws(() => {
      refuse("It can't be made", faults.slice(0, 1));
    }, /^Error: It can't be made:\n {2}- <modes> is no argument of Homing$/);
  });

  it("are plain where they decide which resources there are", () => {
    const { faults } = checkArgs({ vaultAddress, protect: output(false) as unknown as boolean }, label);

    deepEqual(faults, ["<protect> must be true or false"]);
  });

  it("may come later, and are checked then", async () => {
    const { values, faults } = checkArgs(
      { vaultAddress: output(`${vaultAddress}/`), subnetIds: [output("subnet-0a")], securityGroupIds: ["sg-0a"] },
      label,
    );
    deepEqual(faults, []);
    deepEqual(await known(output([values.vaultAddress, values.subnetIds, values.securityGroupIds])), [
      vaultAddress,
      ["subnet-0a"],
      ["sg-0a"],
    ]);

    const late = checkArgs({ vaultAddress: output("http://vault.example.com") }, label);
    deepEqual(late.faults, []);
    await rejects(known(output(late.values.vaultAddress)), /<vaultAddress> must be an absolute URL/);
  });
});

describe("what an argument says of the place", () => {
  const faultsAt = (args: Partial<HomingArgs>) => regionFaults(valuesOf(args), label, { account, region });

  it("has to be true there", () => {
    deepEqual(faultsAt({}), []);
    deepEqual(faultsAt({ regions: [region, "us-east-1"] }), []);
    deepEqual(faultsAt({ homeTemplate: `aws/${account}/${region}/{name}` }), []);
    deepEqual(faultsAt({ regions: ["us-east-1", region] }), [
      "<regions> must have the stack's own region, eu-west-1 (aws:region), first, or be empty",
    ]);
    for (const homeTemplate of ["aws/999999999999/{region}/{name}", "aws/{account}/us-east-1/{name}"]) {
      ok(faultsAt({ homeTemplate })[0]?.startsWith("<homeTemplate> must be"), homeTemplate);
    }
  });

  it("may not be more than the function's environment holds, also when it comes later", () => {
    const vaultCaCertificate = "c".repeat(4_096);
    const settings = moverSettings(place, { ...defaults, vaultAddress, vaultCaCertificate }, "role");

    ok(/^<vaultCaCertificate> and .* bytes too long/.test(environmentFaults(settings, label, 0)[0] ?? ""));
    // 3,810 bytes of names and values. Each quote in a list is two for Lambda, which counts them as JSON.
    const lists = {
      modeRules: Array.from({ length: 50 }, (_, index) => ({ pattern: `team-${index}/*`, mode: "copy" as const })),
      exemptNames: Array.from({ length: 35 }, (_, index) => `legacy-${index}/*`),
    };
    match(checkArgs({ vaultAddress, ...lists }, label).faults.join(), /375 bytes too long: a function's environment/);

    const longest = moverSettings(place, valuesOf(), "role");
    deepEqual(environmentFaults(longest, label, 10), []);
    deepEqual(environmentFaults(longest, label, 100).length, 1);
  });
});
