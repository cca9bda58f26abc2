// Copyright (c) 2026, community.remoteit contributors
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// npm http-message-signatures as a server has it, and as remote.it's SDK signs with it: both must agree.

"use strict";

const { createSigner, createVerifier, httpbis } = require("http-message-signatures");
const { serve, keyId, key } = require("./serve.js");

const FIELDS = ["@method", "@authority", "@target-uri", "date"];

serve(async (request, url) => {
  const { method, headers } = request;
  const verifier = {
    keyLookup: async ({ keyid }) =>
      keyid === keyId && { id: keyId, algs: ["hmac-sha256"], verify: createVerifier(key, "hmac-sha256") },
    requiredParams: ["keyid", "alg", "created", "expires"],
    requiredFields: FIELDS,
  };
  if (!(await httpbis.verifyMessage(verifier, { method, url, headers }))) throw new Error("signature does not match");

  const created = new Date(1000 * /;created=(\d+)/.exec(headers["signature-input"])[1]);
  const signer = {
    key: createSigner(key, "hmac-sha256", keyId),
    name: "remoteit",
    fields: FIELDS,
    paramValues: { created },
  };
  const { date } = headers;
  const signed = (await httpbis.signMessage(signer, { method, url, headers: { date } })).headers;
  for (const name of ["Signature-Input", "Signature"]) {
    if (signed[name] !== headers[name.toLowerCase()]) throw new Error(`the SDK's ${name} is ${signed[name]}`);
  }
});
