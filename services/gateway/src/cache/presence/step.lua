-- One step for some people: writes what has changed of their leases and choices, lets go of leases that have ended, and tells what
-- others see of them from now on. Whoever makes a step that changes it announces the change: nobody else will.
--
-- KEYS: who is online; when people are to be looked at again; since when the leases are complete; when somebody last came online
-- or went; then for each person their leases, and what is known of them.
-- ARGV: the moment in microseconds, 0 for now; in milliseconds how long a lease holds, the grace, and how long leases take to be
-- complete after a loss; for how many seconds all is kept; then for each person their id, and the changes as JSON: `live` and
-- `put` with the activity of connections and sessions by id, `gone` with the activity and for how many milliseconds a connection
-- has been gone, and `choice`.
-- Gives for each person: whether what others see has changed; the status that they see and since when the person is gone, both
-- empty when unknown; the number of the last change; whether the choice is known; when the person was last there, if it moved.
local function number(found) return tonumber(found or '') end
local function text(value) return string.format('%.0f', value) end

local now_us = tonumber(ARGV[1])
if now_us == 0 then
  local time = redis.call('TIME')
  now_us = time[1] * 1000000 + time[2]
end
local now = math.floor(now_us / 1000)
local lease, grace, settling, kept = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local complete_at = (number(redis.call('GET', KEYS[3])) or now) + settling

-- A lease is named by an id; behind it stand `/put` for one without a socket, and `/away`. What sockets leave behind for the
-- grace is named `left`, so that coming and going does not make many.
local function id_of(member) return string.match(member, '^[^/]+') end
local function named(id, activity) return activity == 'away' and id .. '/away' or id end

local function drop(ends, id)
  for member in pairs(ends) do
    if id_of(member) == id then ends[member] = nil end
  end
end

-- Writes leases; gives how much the person is there (0, 1 away, 2 online), when the last and the first lease end, and when the
-- person was last known to be there.
local function tend(leases, left, change)
  local before, ends = {}, {}
  local found = redis.call('ZRANGE', leases, 0, -1, 'WITHSCORES')
  for place = 1, #found, 2 do
    before[found[place]] = tonumber(found[place + 1])
    ends[found[place]] = before[found[place]]
  end
  for id, gone in pairs(change.gone or {}) do
    drop(ends, id)
    local gone_at = now - gone.ago
    local member = named('left', gone.activity)
    left = math.max(left, gone_at)
    ends[member] = math.max(ends[member] or 0, gone_at + grace)
  end
  for id, activity in pairs(change.live or {}) do
    drop(ends, id)
    ends[named(id, activity)] = now + lease
  end
  for id, activity in pairs(change.put or {}) do
    drop(ends, id)
    ends[named(id .. '/put', activity)] = now + lease
  end
  local there, last, first = 0, 0, nil
  for member, ends_at in pairs(ends) do
    if ends_at > now then
      there = math.max(there, string.sub(member, -5) == '/away' and 1 or 2)
      last = math.max(last, ends_at)
      first = math.min(first or ends_at, ends_at)
      if before[member] ~= ends_at then redis.call('ZADD', leases, text(ends_at), member) end
    else
      ends[member] = nil
      if string.find(member, '/put', 1, true) then
        left = math.max(left, ends_at)
      elseif id_of(member) ~= 'left' then
        -- Its gateway is gone: it was renewed for the last time then.
        left = math.max(left, ends_at - lease)
      end
    end
  end
  for member in pairs(before) do
    if not ends[member] then redis.call('ZREM', leases, member) end
  end
  redis.call('EXPIRE', leases, kept)
  return there, last, first, left
end

-- Keeps a choice, unless as new a one is known.
local function choose(person, choice)
  local seen = number(redis.call('HGET', person, 'seen')) or 0
  if choice.seen > seen then redis.call('HSET', person, 'seen', text(choice.seen)) end
  local version = number(redis.call('HGET', person, 'version'))
  if not version or choice.version > version then
    redis.call('HSET', person, 'version', text(choice.version), 'availability', choice.availability,
      'shows_presence', choice.shows_presence and '1' or '', 'shows_last_seen', choice.shows_last_seen and '1' or '')
  end
end

local function step(leases, person, id, change)
  local was = redis.call('HGET', person, 'availability')
  if change.choice then choose(person, change.choice) end
  local fields = redis.call('HMGET', person, 'availability', 'shows_presence', 'shows_last_seen', 'seen', 'left', 'view',
    'view_seen', 'revision')
  local availability, seen, view, view_seen = fields[1], number(fields[4]) or 0, fields[6], fields[7]
  local seen_before, left_before = seen, number(fields[5]) or 0
  local there, last, first, left = tend(leases, left_before, change)
  if left > left_before then redis.call('HSET', person, 'left', text(left)) end

  local status
  if availability == 'invisible' then
    -- As if the person left in the moment of the choice; from then on nothing they do is seen.
    local has_begun = was and was ~= 'invisible' or not was and change.choice and change.choice.made
    if has_begun and there > 0 then seen = math.max(seen, now) end
    status = 'offline'
  elseif availability and there > 0 then
    status = availability == 'dnd' and 'dnd' or there == 2 and 'online' or 'away'
  elseif availability and now >= complete_at then
    seen = math.max(seen, left)
    status = 'offline'
  elseif availability then
    -- Nobody is said to be gone before all gateways have told of their sockets.
    first, last = complete_at, complete_at
  end
  if availability and fields[2] == '' then
    view, view_seen = 'offline', ''
  elseif status then
    view = status
    view_seen = status == 'offline' and fields[3] ~= '' and seen > 0 and text(seen) or ''
  end

  local revision = number(fields[8]) or 0
  local has_changed = availability and view and (view ~= fields[6] or view_seen ~= fields[7])
  if has_changed then
    revision = math.max(revision + 1, now_us)
    redis.call('HSET', person, 'view', view, 'view_seen', view_seen, 'revision', text(revision))
  end
  if seen > seen_before then redis.call('HSET', person, 'seen', text(seen)) end
  redis.call('EXPIRE', person, kept)
  local is_online = availability and view and view ~= 'offline'
  local is_new = is_online and redis.call('ZADD', KEYS[1], text(last), id) or redis.call('ZREM', KEYS[1], id)
  if is_new == 1 then redis.call('SET', KEYS[4], text(now_us), 'EX', kept) end
  if first then redis.call('ZADD', KEYS[2], text(first), id) else redis.call('ZREM', KEYS[2], id) end
  return {
    has_changed and '1' or '', availability and view or '', availability and view_seen or '', text(revision),
    availability and '1' or '', seen > seen_before and text(seen) or '',
  }
end

local outcomes = {}
for place = 1, (#KEYS - 4) / 2 do
  local leases, person = KEYS[3 + 2 * place], KEYS[4 + 2 * place]
  outcomes[place] = step(leases, person, ARGV[4 + 2 * place], cjson.decode(ARGV[5 + 2 * place]))
end
redis.call('EXPIRE', KEYS[1], kept)
redis.call('EXPIRE', KEYS[2], kept)
return outcomes
