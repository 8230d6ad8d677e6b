import { version } from "@pulumi/vault/package.json";
import { serve } from "../serve";
import { vaultTable } from "./table";

serve(version, (configuration) => vaultTable(process.env, configuration));
