import { deepEqual } from "node:assert/strict";
import { VaultHome } from "../../components/vaultHome";
import type { VaultHomeArgs } from "../../components/vaultHome";
import { only, record, settle, typesOf } from "../support/mocks";
it("x", async () => {
  const r = await record({});
  await settle(() => new VaultHome("home", { namespace: "", mount: "homing", adoptMount: false, protect: true, homePrefix: "aws", login: { method: "aws", serverId: "v", stsEndpoint: "" }, loginPath: "homing-aws", adoptLogin: false, loginRole: "m", tokenTtlMinutes: 15, identityName: "idn", region: "eu-west-1", roleArn: "ra", functionArn: "fa" }));
  console.log(typesOf(r));
  console.log(JSON.stringify(r, null, 1));
});
