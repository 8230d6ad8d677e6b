import { version } from "@pulumi/aws/package.json";
import { serve } from "../serve";
import { awsTable } from "./table";

serve(version, (configuration) => awsTable(process.env, process.cwd(), configuration));
