import { deepEqual, equal, ok } from "node:assert/strict";
import { output } from "@pulumi/pulumi";
import { VaultAccess } from "../../../components/vault/vaultAccess";
import type { VaultAccessArgs } from "../../../components/vault/vaultAccess";
import { moverRules, renderPolicy } from "../../../components/vault/vaultPolicy";
import { jwtWith } from "../support/jwtLogin";
import { account, only, record, region, settle, typesOf } from "../../support/mocks";
import type { Answers, Recording } from "../../support/mocks";

const place = { partition: "aws", account, region, dnsSuffix: "amazonaws.com" };
const roleArn = `arn:aws:iam::${account}:role/homing-test`;
const functionArn = `arn:aws:lambda:${region}:${account}:function:homing-test`;

const argsWith = (over: Partial<VaultAccessArgs> = {}): VaultAccessArgs => ({
  namespace: "",
  mount: "homing",
  adoptMount: false,
  protect: true,
  homeTemplate: "aws/{account}/{region}/{name}",
  login: { method: "aws", serverId: "vault.example.com", stsEndpoint: "" },
  loginPath: "homing-login",
  adoptLogin: false,
  loginRole: "homing-mover",
  tokenTtlMinutes: 15,
  place,
  names: { vaultIdentity: "homing-test-identity", roleArn, functionArn },
  ...over,
});

const policyAt = (mount: string): string =>
  renderPolicy(moverRules({ mount, account, region, homeTemplate: "aws/{account}/{region}/{name}" }));

const adoptedBackend = { "vault:index/getAuthBackend:getAuthBackend": { accessor: "adopted-accessor" } };
const accountIssuer = {
  "aws:iam/getOutboundWebIdentityFederation:getOutboundWebIdentityFederation": {
    issuerIdentifier: "https://adopted.example",
  },
};

interface Made extends Recording {
  readonly entityId: string;
  readonly policyName: string;
}

async function makeHome(over: Partial<VaultAccessArgs> = {}, answers: Answers = {}): Promise<Made> {
  const recording = await record(answers);
  let entityId = "";
  let policyName = "";
  await settle(() => {
    const home = new VaultAccess("home", argsWith(over));
    home.moverEntityId.apply((id) => (entityId = id));
    home.moverPolicyName.apply((name) => (policyName = name));
  });
  return { ...recording, entityId, policyName };
}

const token = {
  tokenType: "batch",
  tokenTtl: 900,
  tokenMaxTtl: 900,
  tokenPolicies: ["homing-test-identity"],
  tokenNoDefaultPolicy: true,
};
const common = [
  "homing:vault:VaultAccess",
  "vault:identity/entity:Entity",
  "vault:identity/entityAlias:EntityAlias",
  "vault:index/policy:Policy",
];
const ownMount = ["vault:index/mount:Mount", "vault:kv/secretBackendV2:SecretBackendV2"];

describe("VaultAccess", () => {
  describe("with login aws", () => {
    it("makes mount, policy, login and identity, and nothing of the other login", async () => {
      const made = await makeHome();

      deepEqual(
        typesOf(made),
        [
          ...common,
          ...ownMount,
          "vault:aws/authBackendClient:AuthBackendClient",
          "vault:aws/authBackendRole:AuthBackendRole",
          "vault:index/authBackend:AuthBackend",
        ].sort(),
      );
      deepEqual(made.invokes, []);
    });

    it("lets the client name the region of STS and demands the server id", async () => {
      const made = await makeHome();

      deepEqual(only(made, "vault:index/authBackend:AuthBackend").inputs, {
        type: "aws",
        path: "homing-login",
        description: "Login of the homing mover",
      });
      deepEqual(only(made, "vault:aws/authBackendClient:AuthBackendClient").inputs, {
        backend: "homing-login",
        iamServerIdHeaderValue: "vault.example.com",
        useStsRegionFromClient: true,
      });
    });

    it("gives Vault the STS endpoint that the settings name", async () => {
      const login = { method: "aws", serverId: "v", stsEndpoint: "https://sts.internal.example" } as const;

      const made = await makeHome({ login });

      deepEqual(only(made, "vault:aws/authBackendClient:AuthBackendClient").inputs, {
        backend: "homing-login",
        iamServerIdHeaderValue: "v",
        stsEndpoint: "https://sts.internal.example",
        stsRegion: region,
        useStsRegionFromClient: false,
      });
    });

    it("binds the Vault role to exactly the function's role", async () => {
      const made = await makeHome();

      deepEqual(only(made, "vault:aws/authBackendRole:AuthBackendRole").inputs, {
        backend: "homing-login",
        role: "homing-mover",
        authType: "iam",
        boundIamPrincipalArns: [roleArn],
        resolveAwsUniqueIds: false,
        ...token,
      });
    });

    it("names the alias by the id of the Vault role", async () => {
      const made = await makeHome();

      deepEqual(only(made, "vault:identity/entityAlias:EntityAlias").inputs, {
        name: "vault-role-id",
        mountAccessor: "home-login-accessor",
        canonicalId: "home-entity-id",
      });
    });

    it("leaves an adopted login's configuration alone", async () => {
      const made = await makeHome({ adoptLogin: true }, adoptedBackend);

      deepEqual(typesOf(made), [...common, ...ownMount, "vault:aws/authBackendRole:AuthBackendRole"].sort());
      deepEqual(made.invokes, [{ token: "vault:index/getAuthBackend:getAuthBackend", args: { path: "homing-login" } }]);
      equal(only(made, "vault:identity/entityAlias:EntityAlias").inputs.mountAccessor, "adopted-accessor");
    });
  });

  describe("with login jwt", () => {
    it("makes the token issuer and a jwt login, and nothing of the other login", async () => {
      const made = await makeHome({ login: jwtWith() });

      deepEqual(
        typesOf(made),
        [
          ...common,
          ...ownMount,
          "aws:iam/outboundWebIdentityFederation:OutboundWebIdentityFederation",
          "vault:jwt/authBackend:AuthBackend",
          "vault:jwt/authBackendRole:AuthBackendRole",
        ].sort(),
      );
      deepEqual(made.invokes, []);
    });

    it("trusts the account's issuer and one algorithm", async () => {
      const made = await makeHome({ login: jwtWith({ signingAlgorithm: "RS256" }) });

      deepEqual(only(made, "vault:jwt/authBackend:AuthBackend").inputs, {
        type: "jwt",
        path: "homing-login",
        description: "Login of the homing mover",
        oidcDiscoveryUrl: "https://issuer.example",
        boundIssuer: "https://issuer.example",
        jwtSupportedAlgs: ["RS256"],
      });
    });

    it("binds the Vault role to audience, role and function", async () => {
      const made = await makeHome({ login: jwtWith() });

      deepEqual(only(made, "vault:jwt/authBackendRole:AuthBackendRole").inputs, {
        backend: "homing-login",
        roleName: "homing-mover",
        roleType: "jwt",
        userClaim: "sub",
        boundAudiences: ["https://vault.example.com"],
        boundSubject: roleArn,
        boundClaimsType: "string",
        boundClaims: { "/https:~1~1sts.amazonaws.com~1/lambda_source_function_arn": functionArn },
        ...token,
      });
      equal(only(made, "vault:identity/entityAlias:EntityAlias").inputs.name, roleArn);
    });

    it("protects the token issuer and keeps it", async () => {
      const made = await makeHome({ login: jwtWith() });

      const issuer = only(made, "aws:iam/outboundWebIdentityFederation:OutboundWebIdentityFederation");
      deepEqual([issuer.protect, issuer.retainOnDelete], [true, true]);
    });

    it("reads the issuer that it adopts", async () => {
      const made = await makeHome({ login: jwtWith({ adoptTokenIssuer: true }) }, accountIssuer);

      ok(!typesOf(made).includes("aws:iam/outboundWebIdentityFederation:OutboundWebIdentityFederation"));
      equal(only(made, "vault:jwt/authBackend:AuthBackend").inputs.boundIssuer, "https://adopted.example");
    });

    it("takes the issuer's address from the settings, with its CA", async () => {
      const login = jwtWith({ tokenIssuerUrl: "https://issuer.internal.example", tokenIssuerCa: "PEM" });

      const made = await makeHome({ login });

      ok(!typesOf(made).includes("aws:iam/outboundWebIdentityFederation:OutboundWebIdentityFederation"));
      const { oidcDiscoveryUrl, boundIssuer, oidcDiscoveryCaPem } = only(
        made,
        "vault:jwt/authBackend:AuthBackend",
      ).inputs;
      deepEqual(
        [oidcDiscoveryUrl, boundIssuer, oidcDiscoveryCaPem],
        ["https://issuer.internal.example", "https://issuer.internal.example", "PEM"],
      );
    });

    it("leaves an adopted login's configuration alone", async () => {
      const made = await makeHome({ login: jwtWith(), adoptLogin: true }, adoptedBackend);

      ok(!typesOf(made).includes("vault:jwt/authBackend:AuthBackend"));
      equal(only(made, "vault:identity/entityAlias:EntityAlias").inputs.mountAccessor, "adopted-accessor");
    });
  });

  it("makes a KV version 2 mount whose versions never expire", async () => {
    const made = await makeHome();

    deepEqual(only(made, "vault:index/mount:Mount").inputs, {
      path: "homing",
      type: "kv",
      options: { version: "2" },
      description: "Home of the secrets that homing moved from AWS Secrets Manager",
    });
    deepEqual(only(made, "vault:kv/secretBackendV2:SecretBackendV2").inputs, {
      mount: "homing",
      maxVersions: 10,
      deleteVersionAfter: -1,
    });
  });

  it("protects and keeps the mount, the entity and the login method, keeps its settings, and nothing else", async () => {
    const keptOf = async (login: VaultAccessArgs["login"]) =>
      (await makeHome({ login })).resources
        .filter((one) => one.protect || one.retainOnDelete)
        .map(({ type, protect, retainOnDelete }) => [type, protect, retainOnDelete])
        .sort();

    deepEqual(await keptOf(argsWith().login), [
      ["vault:aws/authBackendClient:AuthBackendClient", false, true],
      ["vault:identity/entity:Entity", true, true],
      ["vault:index/authBackend:AuthBackend", true, true],
      ["vault:index/mount:Mount", true, true],
    ]);
    deepEqual(await keptOf(jwtWith({ tokenIssuerUrl: "https://issuer.internal.example" })), [
      ["vault:identity/entity:Entity", true, true],
      ["vault:index/mount:Mount", true, true],
      ["vault:jwt/authBackend:AuthBackend", true, true],
    ]);
  });

  it("makes another login method for another path, and refuses to move the mount, protected or not", async () => {
    for (const protect of [true, false]) {
      for (const login of [argsWith().login, jwtWith()]) {
        const made = await makeHome({ login, protect });

        const method = made.resources.filter(({ type }) => type.endsWith("/authBackend:AuthBackend"));
        deepEqual(
          method.map(({ replaceOnChanges }) => replaceOnChanges),
          [["path"]],
        );
        deepEqual(only(made, "vault:index/mount:Mount").beforeUpdate, ["home-mount-stays"]);
      }
    }
  });

  it("changes the policy after the mount, which may refuse to be changed", async () => {
    const { dependencies } = only(await makeHome(), "vault:index/policy:Policy");

    ok(dependencies.some((urn) => urn.endsWith("::home-mount")));
  });

  it("protects nothing when told so", async () => {
    const made = await makeHome({ protect: false, login: jwtWith() });

    deepEqual(
      made.resources.filter((one) => one.protect || one.retainOnDelete),
      [],
    );
  });

  it("neither makes nor configures an adopted mount", async () => {
    const made = await makeHome({ adoptMount: true });

    deepEqual(
      typesOf(made).filter((type) => ownMount.includes(type)),
      [],
    );
    equal(only(made, "vault:index/policy:Policy").inputs.policy, policyAt("homing"));
  });

  it("limits the policy to the folder of account and region, however late they are known", async () => {
    const made = await makeHome({
      mount: "kv",
      homeTemplate: "team/{region}/{account}/{name}",
      place: output({ ...place, account: "444455556666", region: "us-east-1" }),
    });

    equal(
      only(made, "vault:index/policy:Policy").inputs.policy,
      renderPolicy(
        moverRules({
          mount: "kv",
          account: "444455556666",
          region: "us-east-1",
          homeTemplate: "team/{region}/{account}/{name}",
        }),
      ),
    );
  });

  it("puts everything of Vault in the namespace", async () => {
    for (const login of [argsWith().login, jwtWith()]) {
      const made = await makeHome({ namespace: "admin/team", login });

      const inVault = made.resources.filter(({ type }) => type.startsWith("vault:"));
      deepEqual(new Set(inVault.map(({ inputs }) => inputs.namespace)), new Set(["admin/team"]));
    }
  });

  it("looks for an adopted login in the namespace", async () => {
    const made = await makeHome({ namespace: "admin/team", adoptLogin: true }, adoptedBackend);

    deepEqual(made.invokes[0]?.args, { path: "homing-login", namespace: "admin/team" });
  });

  it("is the parent of all that it makes", async () => {
    const made = await makeHome({ login: jwtWith() });

    const parents = made.resources.filter(({ name }) => name !== "home").map(({ parent }) => parent);
    deepEqual(new Set(parents), new Set(["urn:pulumi:test::homing::homing:vault:VaultAccess::home"]));
  });

  it("makes the Vault role after the login's configuration", async () => {
    const made = await makeHome();

    const { dependencies } = only(made, "vault:aws/authBackendRole:AuthBackendRole");
    ok(dependencies.some((urn) => urn.endsWith("AuthBackendClient::home-login-client")));
  });

  describe("beside another one of the same stack", () => {
    const logins = [
      { login: argsWith().login, role: "vault:aws/authBackendRole:AuthBackendRole" },
      { login: jwtWith(), role: "vault:jwt/authBackendRole:AuthBackendRole" },
    ];
    const adopting = jwtWith({ adoptTokenIssuer: true });

    async function makeBoth(over: Partial<VaultAccessArgs>, answers: Answers = {}): Promise<Recording> {
      const recording = await record(answers);
      await settle(() => {
        const shared = new VaultAccess("home", argsWith(over));
        const names = { vaultIdentity: "identity-b", roleArn, functionArn };
        new VaultAccess("home-b", argsWith({ ...over, shared, loginRole: "b", names }));
      });
      return recording;
    }

    /** The types of what one of the two made. */
    const typesBelow = ({ resources }: Recording, home: string): string[] =>
      resources
        .filter(({ parent }) => parent.endsWith(`::${home}`))
        .map(({ type }) => type)
        .sort();

    it("makes a policy, a role and an identity of its own, and nothing that there is already", async () => {
      for (const { login, role } of logins) {
        const made = await makeBoth({ login });

        deepEqual(typesBelow(made, "home-b"), [...common.filter((type) => !type.startsWith("homing")), role].sort());
        deepEqual(made.invokes, []);
      }
    });

    it("is known to the same method, by another role and entity", async () => {
      for (const { login } of logins) {
        const made = await makeBoth({ login });

        const alias = only(made, "vault:identity/entityAlias:EntityAlias", "home-b-alias");
        deepEqual([alias.inputs.mountAccessor, alias.inputs.canonicalId], ["home-login-accessor", "home-b-entity-id"]);
      }
    });

    it("makes its role after all that the other one made", async () => {
      for (const { login, role } of logins) {
        const made = await makeBoth({ login });

        const { dependencies } = only(made, role, "home-b-login-role");
        const children = made.resources.filter(({ parent }) => parent.endsWith("::home"));
        ok(children.length > 6);
        for (const { name } of children) {
          ok(
            dependencies.some((urn) => urn.endsWith(`::${name}`)),
            name,
          );
        }
      }
    });

    it("looks an adopted method up once, and the account's issuer", async () => {
      const answers = { ...adoptedBackend, ...accountIssuer };
      const adopted = await makeBoth({ adoptLogin: true, adoptMount: true }, answers);
      const issuer = await makeBoth({ login: adopting }, answers);

      deepEqual(
        adopted.invokes.map(({ token }) => token),
        Object.keys(adoptedBackend),
      );
      deepEqual(
        issuer.invokes.map(({ token }) => token),
        Object.keys(accountIssuer),
      );
      const alias = only(adopted, "vault:identity/entityAlias:EntityAlias", "home-b-alias");
      equal(alias.inputs.mountAccessor, "adopted-accessor");
    });
  });

  it("tells entity and policy", async () => {
    const made = await makeHome();

    deepEqual([made.entityId, made.policyName], ["home-entity-id", "homing-test-identity"]);
  });
});
