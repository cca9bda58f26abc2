// Copyright (c) 2026, community.remoteit contributors
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// npm http-signature as a server has it: the signature of remote.it's REST pages.

"use strict";

const { parseRequest, verifyHMAC } = require("http-signature");
const { serve, keyId, key } = require("./serve.js");

const COVERED = ["(request-target)", "host", "date", "content-type", "content-length"];

serve((request) => {
  const parsed = parseRequest(request, { headers: COVERED, algorithms: ["hmac-sha256"], strict: true });
  if (parsed.keyId !== keyId) throw new Error(`unknown key ${parsed.keyId}`);
  if (!verifyHMAC(parsed, key)) throw new Error("signature does not match");
});
