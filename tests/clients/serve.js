// Copyright (c) 2026, community.remoteit contributors
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// A server that answers 200 if verify(request, url) returns, and 401 with the reason if it throws.
// Its arguments are a PEM file with key and certificate, the key id and the key in hex. It prints its two ports.

"use strict";

const fs = require("fs");
const http = require("http");
const https = require("https");

const [pem, keyId, hex] = process.argv.slice(2);

function handler(scheme, verify) {
  return async (request, response) => {
    let status = 200;
    let reason = "";
    try {
      await verify(request, `${scheme}://${request.headers.host}${request.url}`);
    } catch (error) {
      status = 401;
      reason = `${error.name}: ${error.message}`;
    }
    request.resume();
    request.on("end", () => {
      response.writeHead(status, { "Content-Type": "application/json" });
      response.end(JSON.stringify({ status: String(status === 200), reason }));
    });
  };
}

function listen(server) {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));
}

async function serve(verify) {
  const tls = { key: fs.readFileSync(pem), cert: fs.readFileSync(pem) };
  const ports = {
    http: await listen(http.createServer(handler("http", verify))),
    https: await listen(https.createServer(tls, handler("https", verify))),
  };
  console.log(JSON.stringify(ports));
}

module.exports = { serve, keyId, key: Buffer.from(hex, "hex") };
