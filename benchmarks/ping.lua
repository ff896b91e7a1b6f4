-- What wrk sends and tells: ... -- METHOD PAUSE [FILE OF JOB KEYS] [NUMBER OF THE FIRST REQUEST]
-- or: ... -- HEADERS PAUSE FILE, to ask for one address with the header of each line of a file in turn.
-- Between two pings a connection pauses for so many milliseconds, half more or less.
-- Each job is pinged in turn, by another kind of signal each time: no ping is a copy of the last.

local requests, position = {}, 0

function init(args)
  local method, keys, first = args[1], args[3], args[4]
  local pause = tonumber(args[2])
  if pause > 0 then
    -- wrk asks for it if it is there.
    function delay() return math.floor(pause * (0.5 + math.random())) end
  end
  local body = method == "POST" and string.rep("It went well, says the backup.  \n", 31) or nil
  local headers = {["User-Agent"] = "curl/8.14.1"}
  local function add(path)
    requests[#requests + 1] = wrk.format(method, path, headers, body)
  end
  if method == "HEADERS" then
    for line in io.lines(keys) do
      local name, value = line:match("^(.-): (.*)$")
      requests[#requests + 1] = wrk.format("GET", nil, {[name] = value})
    end
  elseif keys then
    for key in io.lines(keys) do add("/ping/" .. key) end
    for key in io.lines(keys) do add("/ping/" .. key .. "/end/success") end
    position = tonumber(first) % #requests
  else
    add(wrk.path)
  end
end

function request()
  position = position % #requests + 1
  return requests[position]
end

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format(
    '\n{"answered": %d, "refused": %d, "failed": %d, "microseconds": %d, "p50": %d, "p99": %d}\n',
    summary.requests, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    summary.duration, latency:percentile(50), latency:percentile(99)))
end
