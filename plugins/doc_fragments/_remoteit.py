# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it can change in any release.

from __future__ import annotations


class ModuleDocFragment:
    """Who we are and how remote.it is reached: the options of every plugin of this collection."""

    DOCUMENTATION = r"""
options:
  access_key_id:
    description:
      - The id of the access key that signs the requests.
      - Without it and O(secret_access_key), the environment variables E(R3_ACCESS_KEY_ID) and E(R3_SECRET_ACCESS_KEY)
        are used, and without these the O(profile) in O(credentials_file). An id from one source is never combined with
        a secret from another.
    type: str
  secret_access_key:
    description:
      - The secret of the access key, as remote.it shows it when the key is created.
      - How it is kept, and how it is replaced, is in the guide R(Security,ansible_collections.community.remoteit.docsite.guide_security).
    type: str
  developer_key:
    description:
      - The developer key of the account. Only O(api=rest) needs it.
      - Without it, the E(R3_DEVELOPER_API_KEY) of the profile that provides the access key or of the environment is used.
    type: str
  profile:
    description:
      - The profile in O(credentials_file). It is looked up as it is written, and if there is none, without regard to case.
      - If it or O(credentials_file) is set as an option, the access key in the environment is not considered.
      - Without it, E(R3_PROFILE) is used, and without that V(default).
    type: str
  credentials_file:
    description:
      - The file with the profiles, in the format of the remote.it tools. A file without any profile header is one
        profile named V(default).
      - Without it, E(R3_CREDENTIALS_FILE) is used, and without that C(~/.remoteit/credentials).
    type: path
  api:
    description:
      - The API that opens and closes connections. Reading always uses GraphQL.
      - V(rest) needs a developer key beside the access key, V(graphql) does not.
    type: str
    choices:
      - rest
      - graphql
    default: rest
  signature:
    description:
      - The dialect in which requests are signed.
      - V(cavage) is the C(Authorization) header of remote.it's REST documentation, V(rfc9421) are the C(Signature) and
        C(Signature-Input) headers of RFC 9421.
      - V(auto) starts with V(cavage) for REST and V(rfc9421) for GraphQL, and if remote.it does not accept it, tries the
        other one once.
    type: str
    choices:
      - auto
      - cavage
      - rfc9421
    default: auto
  rest_url:
    description:
      - The base URL of the REST API. It must use C(https), except on a loopback address.
      - Without it, E(R3_REST_URL) is used, and without that C(https://api.remote.it/apv/v27).
    type: str
  graphql_url:
    description:
      - The URL of the GraphQL API. It must use C(https), except on a loopback address.
      - Without it, E(R3_GRAPHQL_URL) is used, and without that C(https://api.remote.it/graphql/v1).
    type: str
  validate_certs:
    description:
      - Whether to check the TLS certificate of the API. Turn it off only for tests, because the answers decide where SSH
        connects to. See the guide R(Security,ansible_collections.community.remoteit.docsite.guide_security).
    type: bool
    default: true
  ca_path:
    description:
      - A PEM file, or a directory prepared by C(openssl rehash), of the CA certificates to trust instead of the default
        ones.
    type: path
  request_timeout:
    description:
      - Seconds that one request to the API may take.
    type: float
    default: 30
  registry:
    description:
      - The directory, or the Redis, that remembers which connections are open. remote.it tells the address of a connection
        only once, so tasks, forks and runs that share connections must share this.
      - A directory is created with access for its owner only, and refused if others may read it.
      - A URL such as V(redis://user@redis.example.com:6379/0?prefix=team), or V(rediss://) for TLS, lets several controllers
        and the job containers of AWX share what is open. It needs the Python package C(hiredis). See the guide
        R(Beyond one machine,ansible_collections.community.remoteit.docsite.guide_several_controllers).
      - It holds no secret. What it holds is in the guide
        R(Security,ansible_collections.community.remoteit.docsite.guide_security).
      - Without it, E(REMOTEIT_REGISTRY) is used, and without that C(~/.ansible/remoteit).
    type: str
  registry_password:
    description:
      - The password for a O(registry) in Redis.
      - Without it, E(REMOTEIT_REGISTRY_PASSWORD) is used. SSH on demand only knows the password from there.
    type: str
requirements:
  - Python 3.11 or newer
  - requests >= 2.34.2, < 3
  - requests-http-signature >= 2.0.0, < 3
  - hiredis >= 3.0, < 4, for a O(registry) in Redis only
"""
