-- SPDX-License-Identifier: Apache-2.0
-- For wrk: each request is one tap "all well", with fresh ids, by one of the workers that are
-- logged in, at a random door of the own grid. WANGDI_BENCH_WORKERS names a file with a line for
-- each worker: host, cookie, csrf, device, grid and the households, separated by tabs.
local workers = {}
local format, random = string.format, math.random

local function split(line)
  local words = {}
  for word in line:gmatch("[^\t]+") do words[#words + 1] = word end
  return words
end

for line in io.lines(os.getenv("WANGDI_BENCH_WORKERS")) do
  local words = split(line)
  workers[#workers + 1] = {
    head = "POST /api/v1/commands HTTP/1.1\r\nHost: " .. words[1] ..
      "\r\nContent-Type: application/json\r\nAccept-Language: zh-CN\r\nCookie: " .. words[2] ..
      "\r\nX-CSRF-Token: " .. words[3] .. "\r\nContent-Length: ",
    open = '{"device":"' .. words[4] .. '","seen":[],"commands":[{"id":"',
    grid = '","type":"screening.record_visit","region":"' .. words[5] .. '","occurred_at":',
    households = { unpack(words, 6) },
  }
end

math.randomseed(tonumber(os.getenv("WANGDI_BENCH_SEED")))

-- A version 7 id of a moment up to a second ago.
local function id(ms)
  local time = format("%012x", ms)
  return format("%s-%s-7%03x-8%03x-%06x%06x", time:sub(1, 8), time:sub(9), random(0, 0xfff),
    random(0, 0xfff), random(0, 0xffffff), random(0, 0xffffff))
end

local sent = 0
request = function()
  sent = sent + 1
  local worker = workers[random(#workers)]
  local ms = (os.time() - 1) * 1000 + sent % 1000
  local body = worker.open .. id(ms) .. worker.grid .. format("%d", ms) ..
    ',"skew_ms":0,"device_sequence":' .. sent .. ',"body":{"visit":"' .. id(ms) ..
    '","household":"' .. worker.households[random(#worker.households)] ..
    '","outcome":"all_well","exceptions":[]}}]}'
  return worker.head .. #body .. "\r\n\r\n" .. body
end
