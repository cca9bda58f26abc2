# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Redis does in one step, in Lua. Each of them may be sent twice."""

from __future__ import annotations

# Note that somebody is in touch: contact(key, gap) is the time, and since when that was so without a gap of so many
# seconds. A clock that jumps makes a gap. Where nothing can be written, it is as it was.
_CONTACT = """
local function contact(key, gap)
  local time = redis.call('time')
  local now = time[1] + time[2] / 1000000
  local last, since = string.match(redis.call('get', key) or '', '^(%S+) (%S+)$')
  since = tonumber(since)
  if not since or math.abs(now - tonumber(last)) > tonumber(gap) then since = now end
  redis.pcall('set', key, string.format('%.3f %.3f', now, since))
  return now, since
end
"""

# Take the lock KEYS[1] as ARGV[1] for ARGV[2] ms; whose it is, if somebody else has it than ARGV[3].
TAKE = f"""{_CONTACT}
local owner = redis.call('get', KEYS[1])
if owner and owner ~= ARGV[1] and owner ~= ARGV[3] then return owner end
redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[2])
contact(KEYS[2], ARGV[4])
"""

# As long as it is ours: a lock that was let go meanwhile must not come back.
RENEW = """
if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('pexpire', KEYS[1], ARGV[2]) end
"""

RELEASE = """
if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('del', KEYS[1]) end
"""

# With the lock KEYS[1] of ARGV[1], write ARGV[4] as record ARGV[2] of KEYS[2], or remove it, where ARGV[3] was before;
# something, if that cannot be done.
# A record that is missing was lost by Redis, or removed by somebody who had closed what it held.
WRITE = """
local owner = redis.call('get', KEYS[1])
if owner and owner ~= ARGV[1] then return 'lost' end
local before = redis.call('hget', KEYS[2], ARGV[2])
if before and before ~= ARGV[3] and before ~= ARGV[4] then return 'lost' end
if ARGV[4] == '' then redis.call('hdel', KEYS[2], ARGV[2]) else redis.call('hset', KEYS[2], ARGV[2], ARGV[4]) end
"""

# Note the time as that of the signs of life KEYS[2] and so on, which are kept for ARGV[2] ms.
SIGN = f"""{_CONTACT}
local now = contact(KEYS[1], ARGV[1])
for number = 2, #KEYS do redis.call('set', KEYS[number], string.format('%.3f', now), 'px', ARGV[2]) end
"""

# In how many ms somebody will have been in touch for ARGV[1] seconds; and of each sign of life, whether it is missing or
# more than ARGV[2] seconds away.
SILENT = f"""{_CONTACT}
local now, since = contact(KEYS[1], ARGV[1])
local answer = {{math.ceil((since + tonumber(ARGV[1]) - now) * 1000)}}
for number = 2, #KEYS do
  local sign = tonumber(redis.call('get', KEYS[number]) or '')
  answer[number] = (sign and math.abs(now - sign) <= tonumber(ARGV[2])) and 0 or 1
end
return answer
"""
