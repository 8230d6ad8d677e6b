// Pulumi's runner has registered a ts-node that checks types, which takes longer than all rules together: the pack was
// checked when it was written (npm run build). This entry puts one that only translates in its place.
delete require.extensions[".ts"];
require("ts-node/register/transpile-only");
require("./pack");
